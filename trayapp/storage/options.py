"""Fields of a settings tree: each knows its place in the file and its row on the settings page."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from trayapp.storage.kinds import Kind

_T = TypeVar("_T")
_S = TypeVar("_S", bound="Section")


class Layout(StrEnum):
    """How an option stands in the file."""

    VALUE = "key = value"
    TABLE = "[key]"
    ENTRIES = "[key] with names the user chooses"
    TABLES = "[[key]]"


class Option(Struct, frozen=True):
    """What the settings page and the file need to know of one field.

    ``label`` and ``hint`` are untranslated. ``key`` is the name in the file. ``kind`` is that of the value, or
    of each entry; ``empty`` is the section a ``[key]`` or ``[[key]]`` starts from.
    """

    key: str
    label: str
    hint: str = ""
    layout: Layout = Layout.VALUE
    kind: Kind[object] | None = None
    empty: "Section | None" = None


_declared: list[Option] = []
"""The options of the section whose fields are being declared, in their order."""
_options: dict[type, Mapping[str, Option]] = {}


class Section(Struct, frozen=True):
    """A table of options: every field of a subclass is declared by ``value`` or one of its siblings."""

    def __init_subclass__(cls, **named: Any) -> None:  # noqa: ANN401 -- the base's own
        """Keep what was declared."""
        super().__init_subclass__(**named)
        pairs = zip(cls.__annotations__, _declared, strict=True)
        _options[cls] = {name: option if option.key else replace(option, key=name) for name, option in pairs}
        _declared.clear()

    def objection(self) -> tuple[str, str] | None:
        """Return the key and the sentence if the options do not fit together."""
        return None

    def is_about(self, other: "Section") -> bool:
        """Return whether another entry of the same list means the same thing, with other options."""
        return self == other


def options_of(section: Section) -> Mapping[str, Option]:
    """Return the options of a section by the names of its fields, in their order."""
    return _options[type(section)]


def value(default: _T, kind: Kind[_T], label: str, hint: str = "", key: str = "") -> _T:
    """Declare a field that is one line in the file and one row of the settings page."""
    return _declare(default, Option(key, label, hint, Layout.VALUE, kind))  # type: ignore[arg-type] # a Kind reads and writes its own type only, so forgetting it here is sound


def table(default: _T, empty: Section, label: str, hint: str = "") -> _T:
    """Declare a field that is a ``[table]``; with the default ``None`` an empty table means none."""
    return _declare(default, Option("", label, hint, Layout.TABLE, None, empty))


def entries(kind: Kind[_T], label: str, hint: str = "") -> Mapping[str, _T]:
    """Declare a field that is a ``[table]`` whose names the user chooses; empty by default."""
    nothing: Mapping[str, _T] = MappingProxyType({})
    return _declare(nothing, Option("", label, hint, Layout.ENTRIES, kind))  # type: ignore[arg-type] # as in value()


def tables(default: tuple[_S, ...], empty: _S, label: str, hint: str = "") -> tuple[_S, ...]:
    """Declare a field that is a list of ``[[table]]``."""
    return _declare(default, Option("", label, hint, Layout.TABLES, None, empty))


def _declare(default: _T, option: Option) -> _T:
    _declared.append(option)
    return default
