"""Breaks recorded JSON in the ways real answers break: fields lost, retyped or doubled, bodies cut off."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

Json = object
Place = tuple[str | int, ...]

WRONG: tuple[Json, ...] = (
    None,
    True,
    0,
    1,
    -1,
    1.5,
    10**400,
    "",
    "no-such-word",
    "\ud800\u202e",
    [],
    {},
    [[]],
    {"x": []},
)
"""What may stand where something else belongs."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """An object whose names may come twice."""

    items: tuple[tuple[str, Json], ...]


def places(tree: Json, at: Place = ()) -> Iterator[Place]:
    """Yield where each value of the tree stands, the root excepted."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield (*at, name)
            yield from places(value, (*at, name))
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield (*at, number)
            yield from places(value, (*at, number))


def value_at(tree: Json, place: Place) -> Json:
    """Return the value standing there."""
    for step in place:
        assert isinstance(tree, dict | list)
        tree = tree[step]  # type: ignore[index]  # a place fits the tree it was found in
    return tree


def without(tree: Json, place: Place) -> Json:
    """Return the tree with that value gone."""
    found = copy.deepcopy(tree)
    parent = value_at(found, place[:-1])
    assert isinstance(parent, dict | list)
    del parent[place[-1]]  # type: ignore[arg-type]  # a place fits the tree it was found in
    return found


def replaced(tree: Json, place: Place, value: Json) -> Json:
    """Return the tree with another value there."""
    found = copy.deepcopy(tree)
    parent = value_at(found, place[:-1])
    assert isinstance(parent, dict | list)
    parent[place[-1]] = value  # type: ignore[index]  # a place fits the tree it was found in
    return found


def doubled(tree: Json, place: Place, value: Json) -> Json:
    """Return the tree with a second field of the same name and another value behind the first."""
    parent = value_at(tree, place[:-1])
    assert isinstance(parent, dict)
    pairs = Pairs((*parent.items(), (str(place[-1]), value)))
    return replaced(tree, place[:-1], pairs) if len(place) > 1 else pairs


def retypes(value: Json) -> Iterator[Json]:
    """Yield what breaks this value: other types, and for a word also words that mean nothing.

    A list is never made empty and a number never another number: that would be another truth, not a broken one.
    """
    for wrong in WRONG:
        another_type = type(wrong) is not type(value) and not (_is_number(wrong) and _is_number(value))
        if another_type or isinstance(value, str):
            yield wrong


def losses(tree: Json, fields: tuple[str, ...]) -> Iterator[Json]:
    """Yield each tree in which one field of these names is gone, broken, or doubled by one of another object."""
    marked = [place for place in places(tree) if place[-1] in fields]
    for place in marked:
        yield without(tree, place)
        value = value_at(tree, place)
        for wrong in retypes(value):
            yield replaced(tree, place, wrong)
        twins = (value_at(tree, each) for each in marked if each[-1] == place[-1])
        for twin in [*twins, None][:3]:
            yield doubled(tree, place, twin)


def breaks_at(tree: Json, carriers: tuple[str, ...]) -> Iterator[Json]:
    """Yield each tree in which one value is gone or broken that stands at a pattern such as ``components.*.status``."""
    wanted = [tuple(each.split(".")) for each in carriers]
    for place in places(tree):
        if any(_stands_at(place, each) for each in wanted):
            yield without(tree, place)
            for wrong in retypes(value_at(tree, place)):
                yield replaced(tree, place, wrong)


def _stands_at(place: Place, pattern: tuple[str, ...]) -> bool:
    return len(place) == len(pattern) and all(
        want in {"*", str(step)} for step, want in zip(place, pattern, strict=True)
    )


def mutant(tree: Json, random: Random) -> bytes:
    """Return the tree broken at one to three places, at times cut off or with bytes spoilt."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        found = tuple(places(tree))
        if not found:
            break
        place = random.choice(found)
        match random.randrange(4):
            case 0:
                tree = without(tree, place)
            case 1:
                tree = replaced(tree, place, random.choice(WRONG))
            case 2:
                tree = replaced(tree, place, value_at(tree, random.choice(found)))
            case _:
                body = dumped(doubled(tree, place, random.choice(WRONG)) if isinstance(place[-1], str) else tree)
                return spoilt(body, random) if random.random() < 0.1 else body
    body = dumped(tree)
    return spoilt(body, random) if random.random() < 0.1 else body


def spoilt(body: bytes, random: Random) -> bytes:
    """Return the bytes cut off, or with a few of them changed."""
    if not body or random.random() < 0.5:
        return body[: random.randrange(len(body) + 1)]
    found = bytearray(body)
    for _ in range(random.randrange(1, 6)):
        found[random.randrange(len(found))] = random.randrange(256)
    return bytes(found)


def dumped(tree: Json) -> bytes:
    """Return the tree as JSON; ``Pairs`` keep their doubled names."""
    return _text(tree).encode("utf-8", errors="surrogatepass")


def _text(tree: Json) -> str:
    if isinstance(tree, Pairs):
        return "{" + ", ".join(f"{json.dumps(name)}: {_text(value)}" for name, value in tree.items) + "}"
    if not _has_pairs(tree):
        return _plain(tree)
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{json.dumps(name)}: {_text(value)}" for name, value in tree.items()) + "}"
    assert isinstance(tree, list)
    return "[" + ", ".join(_text(value) for value in tree) + "]"


def _plain(tree: Json) -> str:
    return json.dumps(tree)


def _has_pairs(tree: Json) -> bool:
    if isinstance(tree, dict):
        return any(_has_pairs(value) for value in tree.values())
    if isinstance(tree, list):
        return any(_has_pairs(value) for value in tree)
    return isinstance(tree, Pairs)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
