"""From a settings tree to TOML text, changing only the lines that must change.

Loads tomlkit (25 ms), so it is imported only by what is about to write.
"""

from collections.abc import Mapping, MutableMapping

import tomlkit
from tomlkit.container import Container
from tomlkit.items import AoT, Item, Key, Table, Whitespace

from trayapp.storage.options import Layout, Option, Section, options_of

_Trivia = list[tuple[Key | None, Item]]
"""Comments and blank lines."""


def edited(text: str, before: Section, after: Section) -> str:
    """Return ``text``, which says ``before``, made to say ``after``. Comments stay.

    tomlkit has its limits with unusual layouts: read the result again before using it.
    """
    document = tomlkit.parse(text)
    _write_section(document, before, after)
    return tomlkit.dumps(document)


def written(section: Section) -> str:
    """Return a text that says every option of ``section``."""
    document = tomlkit.document()
    _write_section(document, None, section)
    return tomlkit.dumps(document)


def _write_section(target: MutableMapping[str, object], before: Section | None, after: Section) -> None:
    """Write the options of ``after`` that differ from ``before``; without a ``before``, all of them."""
    for field, option in options_of(after).items():
        new = getattr(after, field)
        old = getattr(before, field) if before is not None else None
        if before is not None and old == new:
            continue
        if option.layout is Layout.TABLES:
            _write_tables(target, option, old or (), new)
        elif new is None:
            _remove(target, option.key)
        elif isinstance(new, Section):
            _write_section(_inner_table(target, option.key), old if isinstance(old, Section) else None, new)
        elif isinstance(new, Mapping):
            _write_entries(target, option, old if isinstance(old, Mapping) else {}, new)
        else:
            _write_value(target, option.key, option, new)


def _write_entries(
    target: MutableMapping[str, object], option: Option, old: Mapping[str, object], new: Mapping[str, object]
) -> None:
    if not new and option.key not in target:
        return
    inner = _inner_table(target, option.key)
    for name in old:
        if name not in new:
            inner.pop(name, None)
    for name, each in new.items():
        if name not in old or old[name] != each:
            _write_value(inner, name, option, each)


def _write_value(target: MutableMapping[str, object], key: str, option: Option, new: object) -> None:
    """Set one value. A list is changed element by element, so that comments between them survive."""
    assert option.kind is not None  # noqa: S101 -- value() and entries() always give one
    raw = option.kind.write(new)
    there = target.get(key)
    if isinstance(there, list) and isinstance(raw, list):
        for gone in [each for each in there if each not in raw]:
            there.remove(gone)
        for added in [each for each in raw if each not in there]:
            there.append(added)
        if list(there) == raw:
            return
    _set(target, key, raw)


def _set(target: MutableMapping[str, object], key: str, raw: object) -> None:
    """Set a key; a new one goes above the comments at the table's end, which belong to what follows."""
    if key in target or not isinstance(target, Table):
        target[key] = raw
        return
    tail = _cut_tail(target)
    target[key] = raw
    _add_tail(target, tail)


def _inner_table(target: MutableMapping[str, object], key: str) -> MutableMapping[str, object]:
    """Return the table below a key, made at the end where there is none."""
    if key not in target:
        _set(target, key, tomlkit.table())
    there = target[key]
    assert isinstance(there, MutableMapping), key  # noqa: S101 -- the text was read, so it is a table
    return there


def _remove(target: MutableMapping[str, object], key: str) -> None:
    """Remove a table or a list of tables, but not the comments at its end, which belong to what follows."""
    there = target.get(key)
    last = there.body[-1] if isinstance(there, AoT) and there.body else there
    if not isinstance(last, Table) or not isinstance(target, Container):
        target.pop(key, None)
        return
    place = next(place for place, (_key, item) in enumerate(target.body) if item is there)
    tail = _text_of(_cut_tail(last))
    del target[key]
    target.body[place] = (None, Whitespace(tail))


def _write_tables(
    target: MutableMapping[str, object], option: Option, old: tuple[Section, ...], new: tuple[Section, ...]
) -> None:
    """Write a list of ``[[tables]]``: unchanged ones stay as they are, changed ones are edited, comments are kept."""
    there = target.get(option.key)
    if not new or not isinstance(there, AoT):
        _remove(target, option.key)
        target[option.key] = tomlkit.aot() if new else []
        there, old = target[option.key], ()
    if not isinstance(there, AoT):
        return
    standing = list(there.body)
    pairs = _paired(old, new)
    result: list[Table] = []
    for entry, place in zip(new, pairs, strict=True):
        if place is None:
            made = tomlkit.table()
            made.trivia.indent = "\n"
            _write_section(made, option.empty, entry)
        else:
            made = standing[place]
            _write_section(made, old[place], entry)
        result.append(made)
    end = _cut_tail(standing[-1]) if standing and result[-1] is not standing[-1] else []
    for place, gone in enumerate(standing):
        if place in pairs or place == len(standing) - 1:
            continue
        above = next((each for each in range(place - 1, -1, -1) if each in pairs), None)
        tail = _cut_tail(gone)
        if above is not None:
            _add_tail(standing[above], tail)
        else:
            result[0].trivia.indent = _text_of(tail) + result[0].trivia.indent
    _add_tail(result[-1], end)
    there.body[:] = result


def _paired(old: tuple[Section, ...], new: tuple[Section, ...]) -> list[int | None]:
    """Return, for each new entry, the place of the old one it continues: an equal one, else one of the same name."""
    free = set(range(len(old)))
    pairs: list[int | None] = [None] * len(new)
    for is_same in (_is_equal, _is_about):
        for index, entry in enumerate(new):
            place = next((each for each in sorted(free) if is_same(old[each], entry)), None)
            if pairs[index] is None and place is not None:
                pairs[index] = place
                free.remove(place)
    return pairs


def _is_equal(one: Section, other: Section) -> bool:
    return one == other


def _is_about(one: Section, other: Section) -> bool:
    return one.is_about(other)


def _cut_tail(target: Table) -> _Trivia:
    """Cut the comments and blank lines off the end of a table (or of the last table in it) and return them."""
    body = target.value.body
    end = len(body)
    while end and body[end - 1][0] is None:
        end -= 1
    tail = body[end:]
    del body[end:]
    last = body[-1][1] if body else None
    return [*_cut_tail(last), *tail] if isinstance(last, Table) else tail


def _add_tail(target: Table, tail: _Trivia) -> None:
    body = target.value.body
    last = body[-1][1] if body else None
    if isinstance(last, Table):
        _add_tail(last, tail)
    else:
        body.extend(tail)


def _text_of(trivia: _Trivia) -> str:
    return "".join(item.as_string() for _key, item in trivia)
