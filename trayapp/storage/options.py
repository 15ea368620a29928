"""Fields of a settings tree: a dataclass field knows its place in the file and its row on the settings page."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from trayapp.storage.kinds import Kind

_T = TypeVar("_T")
_S = TypeVar("_S", bound="Section")


class Layout(StrEnum):
    """How an option stands in the file."""

    VALUE = "key = value"
    TABLE = "[key]"
    ENTRIES = "[key] with names the user chooses"
    TABLES = "[[key]]"


@dataclass(frozen=True, slots=True)
class Option:
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


def option_of(each: Field[object]) -> Option:
    """Return the option of one of ``dataclasses.fields(Settings)`` or of a section."""
    option: Option = each.metadata["option"]
    return option if option.key else replace(option, key=each.name)


@dataclass(frozen=True, slots=True)
class Section:
    """A table of options."""

    def objection(self) -> tuple[str, str] | None:
        """Return the key and the sentence if the options do not fit together."""
        return None

    def is_about(self, other: "Section") -> bool:
        """Return whether another entry of the same list means the same thing, with other options."""
        return self == other


def value(default: _T, kind: Kind[_T], label: str, hint: str = "", key: str = "") -> _T:
    """Declare a field that is one line in the file and one row of the settings page."""
    return field(default=default, metadata={"option": Option(key, label, hint, Layout.VALUE, kind)})  # type: ignore[arg-type] # a Kind reads and writes its own type only, so forgetting it here is sound


def table(default: _T, empty: Section, label: str, hint: str = "") -> _T:
    """Declare a field that is a ``[table]``; with the default ``None`` an empty table means none."""
    return field(default=default, metadata={"option": Option("", label, hint, Layout.TABLE, None, empty)})


def entries(kind: Kind[_T], label: str, hint: str = "") -> Mapping[str, _T]:
    """Declare a field that is a ``[table]`` whose names the user chooses; empty by default."""
    option = Option("", label, hint, Layout.ENTRIES, kind)  # type: ignore[arg-type] # as in value()
    return field(default_factory=lambda: MappingProxyType({}), metadata={"option": option})


def tables(default: tuple[_S, ...], empty: _S, label: str, hint: str = "") -> tuple[_S, ...]:
    """Declare a field that is a list of ``[[table]]``."""
    return field(default=default, metadata={"option": Option("", label, hint, Layout.TABLES, None, empty)})
