"""Controls for one setting each, which show a value without taking it for an edit."""

from collections.abc import Mapping
from enum import Enum
from typing import Generic, TypeVar

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QFormLayout, QGroupBox, QSpinBox

from trayapp.desktop.window.texts import GRID

_E = TypeVar("_E", bound=Enum)


class Choice(QComboBox, Generic[_E]):
    """Offers the members of an enumeration. The wheel scrolls the page, not the choice, unless it has the focus."""

    def __init__(self, words: Mapping[_E, str], name: str) -> None:
        """Offer these members with their words."""
        super().__init__()
        self._members = tuple(words)
        self.addItems(list(words.values()))
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def value(self) -> _E:
        """Return what is chosen."""
        return self._members[max(self.currentIndex(), 0)]

    def show_value(self, member: _E) -> None:
        """Show what is chosen."""
        with QSignalBlocker(self):
            self.setCurrentIndex(self._members.index(member))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 -- Qt's name
        """Leave the wheel to the page while the focus is elsewhere."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Number(QSpinBox):
    """A whole number with its unit; it counts as edited when it is finished, not with every digit."""

    def __init__(self, least: int, most: int, unit: str, name: str) -> None:
        """Allow from least to most."""
        super().__init__()
        self.setRange(least, most)
        self.setSuffix(f" {unit}")
        self.setAccessibleName(name)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_value(self, value: int) -> None:
        """Show a value, unless it is being edited."""
        with QSignalBlocker(self):
            if self.value() != value:
                self.setValue(value)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 -- Qt's name
        """Leave the wheel to the page while the focus is elsewhere."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def group(title: str) -> tuple[QGroupBox, QFormLayout]:
    """Return a group with a title, and the form inside."""
    box = QGroupBox(title)
    form = QFormLayout(box)
    form.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
    form.setHorizontalSpacing(2 * GRID)
    form.setVerticalSpacing(GRID)
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
    return box, form
