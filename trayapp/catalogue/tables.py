"""A TOML file as tables that check what is asked of them and know on which line they stand."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from gettext import gettext as _
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?")
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_AT: Final = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_HEADER: Final = re.compile(r"\s*\[")


class CatalogueError(ValueError):
    """A catalogue file that cannot be used; ``line`` counts from 1 and is None where it is not known."""

    def __init__(self, file: str, line: int | None, sentence: str) -> None:
        """Keep the parts for a shell; ``str()`` of the error is the whole message."""
        place = file if line is None else _("{file}, line {line}").format(file=file, line=line)
        super().__init__(f"{place}: {sentence}")
        self.file = file
        self.line = line
        self.sentence = sentence


class Source(Struct, frozen=True):
    """One file: what errors call it, and its text."""

    name: str
    text: str

    def tables(self) -> tuple["Table", ...]:
        """Return the top-level tables in the file's order."""
        try:
            document: Mapping[str, object] = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise self._broken(str(error)) from None
        except RecursionError:
            raise CatalogueError(self.name, None, _("The file is nested too deeply to be a catalogue.")) from None
        return tuple(self._table(heading, content) for heading, content in document.items())

    def _table(self, heading: str, content: object) -> "Table":
        if not isinstance(content, dict):
            sentence = _('"{heading}" stands outside of every table; each provider starts with a line [its-id].')
            raise CatalogueError(self.name, self.line(heading), sentence.format(heading=heading))
        if not _ID.fullmatch(heading):
            raise CatalogueError(self.name, self.line(heading), not_an_id(heading))
        return Table(self, (heading,), 0, content)

    def _broken(self, message: str) -> CatalogueError:
        """Return the parser's complaint with its line taken out of the words."""
        at = _AT.search(message)
        sentence = _("This is not valid TOML: {reason}.").format(reason=_AT.sub("", message))
        line = int(at["line"] or self.text.count("\n") + 1) if at else None
        return CatalogueError(self.name, line, sentence)

    def line(self, heading: str, *, number: int = 0, key: str = "") -> int | None:
        """Return the line of a key in the number-th table with the heading, else of the heading, else None.

        It is found by looking, so a table written in an unusual way may have none.
        """
        lines = self.text.splitlines()
        headers = self._headers(lines, heading)
        if number >= len(headers):
            return self._first(lines, heading)
        start = headers[number]
        if not key:
            return start + 1
        end = next((at for at in range(start + 1, len(lines)) if _HEADER.match(lines[at])), len(lines))
        inside = self._first(lines[:end], key, start + 1)
        beside = [at + 1 for at in self._headers(lines, f"{heading}.{key}") if at >= end]
        return inside or next(iter(beside), start + 1)

    def _headers(self, lines: list[str], heading: str) -> list[int]:
        """Return where lines with the heading in one or two brackets stand, counted from 0."""
        wanted = re.compile(r"\s*\[{1,2}\s*" + r"\s*\.\s*".join(map(_spelling, heading.split("."))) + r"\s*\]{1,2}")
        return [at for at, line in enumerate(lines) if wanted.match(line)]

    def _first(self, lines: list[str], key: str, start: int = 0) -> int | None:
        """Return the first line that gives the key a value, counted from 1."""
        assignment = re.compile(rf"\s*{_spelling(key)}\s*[=.]")
        return next((at + 1 for at in range(start, len(lines)) if assignment.match(lines[at])), None)


class Table(Struct, frozen=True):
    """One table. ``path`` is its heading (("acme", "page")), ``number`` counts tables of one heading from 0."""

    source: Source
    path: tuple[str, ...]
    number: int
    content: Mapping[str, object]

    @property
    def heading(self) -> str:
        """Return the heading as written between the brackets."""
        return ".".join(self.path)

    def __str__(self) -> str:
        """Return how an error names the table."""
        if len(self.path) == 1:
            return f"[{self.heading}]"
        return _("[[{heading}]] number {number}").format(heading=self.heading, number=self.number + 1)

    def mistake(self, sentence: str, key: str = "") -> CatalogueError:
        """Return the error with the line of the key, or of the table."""
        return CatalogueError(self.source.name, self.source.line(self.heading, number=self.number, key=key), sentence)

    def only(self, known: Collection[str]) -> None:
        """Refuse a key that is not known, naming the nearest that is."""
        for key in self.content:
            if key not in known:
                sentence = _('{table} has an unknown key "{key}"; {advice}')
                raise self.mistake(sentence.format(table=self, key=key, advice=nearest(key, known)), key)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that is not blank; without a default the key must be there."""
        if key not in self.content and default is not None:
            return default
        if key not in self.content:
            raise self.mistake(_('{table} needs a "{key}".').format(table=self, key=key))
        value = self.content[key]
        if not isinstance(value, str):
            raise self._wrong(key, _('a text in quotes, like "Acme"'), value)
        if not value.strip() or not value.isprintable():
            raise self.mistake(_('"{key}" must be one line of text, not blank.').format(key=key), key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty without the key."""
        values = self.content.get(key, [])
        if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
            raise self._wrong(key, _('a list of texts in quotes, like ["one", "two"]'), _odd(values, str))
        if not all(each.strip() and each.isprintable() for each in values):
            raise self.mistake(_('Each text of "{key}" must be one line, not blank.').format(key=key), key)
        return tuple(values)

    def flag(self, key: str) -> bool:
        """Return true or false, false without the key."""
        value = self.content.get(key, False)
        if not isinstance(value, bool):
            raise self._wrong(key, _("true or false, without quotes"), value)
        return value

    def identifier(self, key: str, default: str | None = None) -> str:
        """Return a text fit to be an id."""
        value = self.text(key, default)
        if not _ID.fullmatch(value):
            raise self.mistake(not_an_id(value), key)
        return value

    def identifiers(self, key: str) -> tuple[str, ...]:
        """Return a list of ids."""
        values = self.texts(key)
        for value in values:
            if not _ID.fullmatch(value):
                raise self.mistake(not_an_id(value), key)
        return values

    def choice(self, key: str, known: Collection[str], default: str) -> str:
        """Return one of the known words."""
        value = self.text(key, default)
        if value != default and value not in known:
            sentence = _('"{value}" is not a {key}; {advice}')
            raise self.mistake(sentence.format(value=value, key=key, advice=nearest(value, known)), key)
        return value

    def address(self, key: str, default: str | None = None) -> str:
        """Return an https address."""
        value = self.text(key, default)
        return value if value == default else self._checked(key, value)

    def addresses(self, key: str) -> tuple[str, ...]:
        """Return a list of https addresses."""
        return tuple(self._checked(key, each) for each in self.texts(key))

    def host(self, key: str) -> str:
        """Return a bare host name, empty without the key."""
        value = self.text(key, "")
        if value and not _HOST.fullmatch(value):
            sentence = _('"{key}" must be a bare host name, like "api.acme.example", not "{value}".')
            raise self.mistake(sentence.format(key=key, value=value), key)
        return value

    def variable(self, key: str) -> str:
        """Return the name of an environment variable, empty without the key."""
        value = self.text(key, "")
        if value and not _VARIABLE.fullmatch(value):
            sentence = _('"{key}" must be the name of an environment variable, like "ACME_API_KEY", not "{value}".')
            raise self.mistake(sentence.format(key=key, value=value), key)
        return value

    def options(self, key: str) -> Mapping[str, str]:
        """Return a table of texts, empty without the key."""
        values = self.content.get(key, {})
        if not isinstance(values, dict) or not all(isinstance(each, str) for each in values.values()):
            raise self._wrong(key, _('a table of texts, like { slug = "acme" }'), values)
        return MappingProxyType(dict(values))

    def tables(self, key: str) -> Iterator["Table"]:
        """Yield the tables headed ``[[heading.key]]`` (or written as a list), none without the key."""
        values = self.content.get(key, [])
        if not isinstance(values, list) or not all(isinstance(each, dict) for each in values):
            wanted = _("a list of tables, each headed [[{heading}.{key}]]").format(heading=self.heading, key=key)
            raise self._wrong(key, wanted, _odd(values, dict))
        for number, value in enumerate(values):
            yield Table(self.source, (*self.path, key), number, value)

    def inline(self, key: str) -> Iterator["Table"]:
        """Yield the tables of a list written in one place; their mistakes are this table's, at the key."""
        values = self.content.get(key, [])
        if not isinstance(values, list) or not all(isinstance(each, dict) for each in values):
            raise self._wrong(key, _('a list like [{ id = "abc", name = "API" }]'), _odd(values, dict))
        for value in values:
            yield Table(self.source, self.path, self.number, value)

    def _wrong(self, key: str, wanted: str, value: object) -> CatalogueError:
        sentence = _('"{key}" in {table} must be {wanted}, not {given}.')
        given = f'"{value}"' if isinstance(value, str) else _given(value)
        return self.mistake(sentence.format(key=key, table=self, wanted=wanted, given=given), key)

    def _checked(self, key: str, value: str) -> str:
        if not _is_address(value):
            sentence = _('"{key}" must be an address that starts with https:// and names a host, not "{value}".')
            raise self.mistake(sentence.format(key=key, value=value), key)
        return value


def nearest(word: str, known: Collection[str]) -> str:
    """Return the advice for an unknown word: the nearest known one, or all of them."""
    from difflib import get_close_matches  # noqa: PLC0415 -- needed for mistakes only

    close = get_close_matches(word.casefold(), sorted(known), n=1)
    if close:
        return _('did you mean "{word}"?').format(word=close[0])
    return _("known are: {words}.").format(words=", ".join(sorted(known)))


def not_an_id(word: str) -> str:
    """Return the sentence for a word that cannot be an id."""
    sentence = _('"{word}" cannot be an id; use small letters, digits, dots and hyphens, like "acme-ai".')
    return sentence.format(word=word)


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        has_usual_port = parts.port in {None, 443}
    except ValueError:
        return False
    clean = not any(each.isspace() for each in value) and "@" not in parts.netloc
    return clean and has_usual_port and parts.scheme == "https" and bool(_HOST.fullmatch(parts.hostname or ""))


def _odd(values: object, kind: type) -> object:
    """Return the first of a list that is not of the kind, or what is no list itself."""
    return next((each for each in values if not isinstance(each, kind)), values) if isinstance(values, list) else values


def _given(value: object) -> str:
    """Return what a person would call a TOML value that is no text."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case list():
            return _("a list")
        case dict():
            return _("a table")
        case _:
            return _("a date or time")


def _spelling(word: str) -> str:
    """Return a pattern for a key, bare or in quotes."""
    return rf"(?:{re.escape(word)}|\"{re.escape(word)}\"|'{re.escape(word)}')"
