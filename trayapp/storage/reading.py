"""From TOML text to a settings tree. Nothing raises: what is wrong becomes a problem with its line."""

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from gettext import gettext as _
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from trayapp.storage.kinds import Kind
from trayapp.storage.options import Layout, Option, Section, options_of

LARGEST_FILE = 1_000_000
"""Bytes. A settings file is a few kilobytes; anything near this is something else."""
_PATIENCE = 4_000_000
"""Characters parsed again at the most to find line numbers: a text over many lines costs its square."""
_S = TypeVar("_S", bound="Section")
Where = tuple[str | int, ...]
"""The way to a value: keys and, inside ``[[watch]]``, places counted from 0."""


class Problem(Struct, frozen=True):
    """What is wrong in the file: ``line`` counts from 1 and is ``None`` where the whole file is meant."""

    file: Path
    line: int | None
    sentence: str

    def __str__(self) -> str:
        """Return it as compilers do: file, line, sentence."""
        place = f"{self.file}:{self.line}" if self.line is not None else str(self.file)
        return f"{place}: {self.sentence}"


def read(empty: _S, text: str, file: Path) -> tuple[_S, tuple[Problem, ...]]:
    """Return the tree that a text describes, starting from ``empty``, and all that is wrong with the text.

    A text that is not TOML gives ``empty``; a wrong value that option's default; a wrong entry of a list is
    left out. ``file`` only names the text in the problems.
    """
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return empty, (_syntax_problem(file, text, error),)
    reader = _Reader(file, text, empty)
    return reader.section(empty, raw, ()) or empty, tuple(reader.problems)


def read_file(path: Path) -> str | Problem:
    """Return the text of a plain file of bearable size; no file is an empty text."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return ""
    except OSError as error:
        return Problem(path, None, _("cannot be read: {reason}.").format(reason=error.strerror))
    try:
        is_plain = stat.S_ISREG(os.fstat(handle).st_mode)
        content = _read_to_limit(handle) if is_plain else b""
    except OSError as error:
        return Problem(path, None, _("cannot be read: {reason}.").format(reason=error.strerror))
    finally:
        os.close(handle)
    if not is_plain:
        return Problem(path, None, _("is not a plain file; move it away."))
    if len(content) > LARGEST_FILE:
        return Problem(path, None, _("is larger than 1 MB and cannot be a settings file; move it away."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Problem(path, line, _("is not UTF-8 text; save it as UTF-8 in your editor."))


def _read_to_limit(handle: int) -> bytes:
    content = b""
    while len(content) <= LARGEST_FILE and (piece := os.read(handle, LARGEST_FILE + 1 - len(content))):
        content += piece
    return content


def _syntax_problem(file: Path, text: str, error: Exception) -> Problem:
    said = str(error)
    found = re.search(r"\(at line (\d+), column (\d+)\)", said)
    if said.endswith("(at end of document)"):
        reason = said.removesuffix("(at end of document)").strip()
        return Problem(file, len(text.splitlines()), reason)
    if found is None:
        return Problem(file, None, _("cannot be read as TOML: {reason}").format(reason=said))
    reason = said.replace(found[0], "").strip()
    return Problem(file, int(found[1]), _("{reason} (column {column})").format(reason=reason, column=found[2]))


class _Reader:
    """Turns tables into sections and collects what is wrong with them."""

    def __init__(self, file: Path, text: str, root: Section) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._text = text
        self._root = root
        self._lines: Mapping[Where, int] | None = None

    def section(self, empty: _S, raw: object, where: Where) -> _S | None:
        """Read one table; ``None`` when it is no table or its options do not fit together."""
        if not isinstance(raw, dict):
            self._object(where, _("write a table, not a single value"))
            return None
        problems = len(self.problems)
        changes: dict[str, object] = {}
        known: list[str] = []
        for field, option in options_of(empty).items():
            known.append(option.key)
            if option.key in raw:
                changes[field] = self._option(option, getattr(empty, field), raw[option.key], (*where, option.key))
        for name in raw:
            if name not in known:
                self._unknown((*where, name), name, known)
        made: _S = replace(empty, **changes)
        objection = made.objection()
        if objection is None:
            return made
        if len(self.problems) == problems:
            key, sentence = objection
            self._object((*where, key) if key else where, sentence)
        return None

    def _option(self, option: Option, default: object, raw: object, where: Where) -> object:
        if option.layout is Layout.TABLES and option.empty is not None:
            return self._tables(option.empty, default, raw, where)
        if option.layout is Layout.TABLE and option.empty is not None:
            made = self.section(option.empty, raw, where) if raw != {} else option.empty
            return default if made is None or (default is None and raw == {}) else made
        if option.layout is Layout.ENTRIES:
            return self._entries(option, raw, where)
        return self._value(option, default, raw, where)

    def _tables(self, empty: Section, default: object, raw: object, where: Where) -> object:
        if not isinstance(raw, list):
            self._object(where, _("write [[{key}]] above its lines").format(key=where[-1]))
            return default
        made = (self.section(empty, each, (*where, place)) for place, each in enumerate(raw))
        good = tuple(each for each in made if each is not None)
        return good if good or not raw else default

    def _entries(self, option: Option, raw: object, where: Where) -> object:
        if not isinstance(raw, dict):
            self._object(where, _("write a table, not a single value"))
            return MappingProxyType({})
        missing = object()
        read = {name: self._value(option, missing, each, (*where, name)) for name, each in raw.items()}
        return MappingProxyType({name: each for name, each in read.items() if each is not missing})

    def _value(self, option: Option, default: object, raw: object, where: Where) -> object:
        assert option.kind is not None  # noqa: S101 -- value() and entries() always give one
        try:
            return option.kind.read(raw)
        except ValueError:
            self._object(where, _advice(option.kind, raw))
            return default

    def _unknown(self, where: Where, name: str, known: Sequence[str]) -> None:
        near = _nearest(name, known)
        home = next((key for key, keys in _homes(self._root) if name in keys), "") if len(where) == 1 else ""
        if near:
            sentence = _("is not an option; do you mean {name}?").format(name=near)
        elif home:
            sentence = _("belongs below the line [{table}]").format(table=home)
        else:
            sentence = _("is not an option; remove it, or write one of: {names}").format(names=", ".join(known))
        self._object(where, sentence)

    def _object(self, where: Where, sentence: str) -> None:
        if self._lines is None:
            self._lines = _line_numbers(self._text)
        line = next((self._lines[where[:end]] for end in range(len(where), 0, -1) if where[:end] in self._lines), None)
        self.problems.append(Problem(self._file, line, f"{_spelt(where)}: {sentence}"))


def _advice(kind: Kind[object], raw: object) -> str:
    """Return what to write instead: the word that was probably meant, else all of them."""
    near = _nearest(str(raw), kind.words)
    if near:
        return _('do you mean "{name}"?').format(name=near)
    return _(kind.expected).replace("{words}", ", ".join(kind.words))


def _nearest(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 -- needed for mistakes only

    return next(iter(get_close_matches(name.casefold(), known, 1)), "")


def _homes(root: Section) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each table with the options below it, to find a home for one that was written above all tables."""
    for option in options_of(root).values():
        if option.empty is not None:
            yield option.key, frozenset(inner.key for inner in options_of(option.empty).values())


def _spelt(where: Where) -> str:
    """Return ``watch #2.url`` for ``("watch", 1, "url")``."""
    spelt = "".join(f" #{each + 1}" if isinstance(each, int) else f".{each}" for each in where)
    return spelt.removeprefix(".")


def _line_numbers(text: str) -> Mapping[Where, int]:
    """Return the line on which each key of a valid TOML text stands.

    Neither tomllib nor tomlkit tells. Every statement of a valid text is valid alone, so lines are gathered
    until they parse.
    """
    lines: dict[Where, int] = {}
    counts: dict[Where, int] = {}
    table: Where = ()
    statement = ""
    start = spent = 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        start = start if statement else number
        statement += line
        spent += len(statement)
        if spent > _PATIENCE:
            return lines
        try:
            parsed = tomllib.loads(statement)
        except (ValueError, RecursionError):
            continue
        if statement.lstrip().startswith("["):
            table = _header(parsed, counts)
            lines.setdefault(table, start)
        else:
            for where in _ways(parsed):
                lines.setdefault((*table, *where), start)
        statement = ""
    return lines


def _header(parsed: object, counts: dict[Where, int]) -> Where:
    """Return the way a ``[table]`` or ``[[table]]`` line leads to; ``counts`` knows the last place of each list."""
    where: Where = ()
    while isinstance(parsed, (dict, list)) and parsed:
        if isinstance(parsed, list):
            counts[where] = counts.get(where, -1) + 1
            where, parsed = (*where, counts[where]), parsed[0]
            continue
        if where in counts and (not where or not isinstance(where[-1], int)):
            where = (*where, counts[where])
        name, parsed = next(iter(parsed.items()))
        where = (*where, name)
    return where


def _ways(parsed: object) -> Iterator[Where]:
    inner = parsed.items() if isinstance(parsed, dict) else enumerate(parsed) if isinstance(parsed, list) else ()
    for key, each in inner:
        yield (key,)
        yield from ((key, *rest) for rest in _ways(each))
