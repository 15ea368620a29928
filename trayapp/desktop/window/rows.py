"""One table model for every table: it changes only the rows that differ, so what is chosen stays chosen."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from trayapp.desktop import theme
from trayapp.desktop.window.texts import GRID, MARK_SIZE, list_icon
from trayapp.presentation.words import Mark

ORDER_ROLE = Qt.ItemDataRole.UserRole
KEY_ROLE = Qt.ItemDataRole.UserRole + 1
_NOWHERE = QModelIndex()


class Row(Protocol):
    """A line of a table: a key of its own, a shape in the first column, the words, and what to sort them by."""

    @property
    def key(self) -> str:
        """What tells it from every other line."""

    @property
    def mark(self) -> Mark | None:
        """The shape in the first column."""

    @property
    def cells(self) -> tuple[str, ...]:
        """The words, column by column."""

    @property
    def order(self) -> tuple[float | str, ...]:
        """What to sort by, column by column."""


def arrange(table: QTableView, name: str, widths: Sequence[int], stretched: Sequence[int]) -> None:
    """Make a table one of ours: whole rows are chosen, the newest stand on top, some columns take what room is left.

    ``widths`` count in grid steps. The table has its model already.
    """
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setIconSize(QSize(MARK_SIZE, MARK_SIZE))
    table.setSortingEnabled(True)
    table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(4 * GRID)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setMinimumSectionSize(6 * GRID)
    for place, width in enumerate(widths):
        header.resizeSection(place, width * GRID)
    for place in stretched:
        header.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)


class RowModel(QAbstractTableModel):
    """Rows with words, a shape in the first column, and what to sort by."""

    def __init__(self, headings: Sequence[str], parent: QObject | None = None) -> None:
        """Begin without rows."""
        super().__init__(parent)
        self._headings = tuple(headings)
        self._rows: list[Row] = []

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows: those that are gone go, new ones come, those that differ are changed in place."""
        wanted = {each.key: each for each in rows}
        self._remove_others(set(wanted))
        for place, row in enumerate(wanted.values()):
            if place < len(self._rows) and self._rows[place].key == row.key:
                continue
            self._bring(place, row)
        for place, row in enumerate(wanted.values()):
            if self._rows[place] != row:
                self._rows[place] = row
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(self._headings) - 1))

    def place_of(self, key: str) -> int | None:
        """Return where the row with this key stands."""
        return next((place for place, row in enumerate(self._rows) if row.key == key), None)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:  # noqa: N802 -- Qt's name
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:  # noqa: N802 -- Qt's name
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.cells[column]
            case Qt.ItemDataRole.ToolTipRole:
                return theme.plain(row.cells[column])
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{self._headings[column]}: {row.cells[column]}"
            case Qt.ItemDataRole.DecorationRole:
                return list_icon(row.mark) if column == 0 and row.mark is not None else None
            case _ if role == ORDER_ROLE:
                return row.order[column]
            case _ if role == KEY_ROLE:
                return row.key
        return None

    def headerData(  # noqa: N802 -- Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return the heading of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        return None

    def _remove_others(self, keys: set[str]) -> None:
        """Remove rows without one of these keys, neighbours together, from the end."""
        place = len(self._rows) - 1
        while place >= 0:
            if self._rows[place].key in keys:
                place -= 1
                continue
            last = place
            while place > 0 and self._rows[place - 1].key not in keys:
                place -= 1
            self.beginRemoveRows(_NOWHERE, place, last)
            del self._rows[place : last + 1]
            self.endRemoveRows()
            place -= 1

    def _bring(self, place: int, row: Row) -> None:
        """Put a row at a place before which all is in order: from further down, or as a new one."""
        old = next((at for at in range(place + 1, len(self._rows)) if self._rows[at].key == row.key), None)
        if old is None:
            self.beginInsertRows(_NOWHERE, place, place)
            self._rows.insert(place, row)
            self.endInsertRows()
            return
        self.beginMoveRows(_NOWHERE, old, old, _NOWHERE, place)
        self._rows.insert(place, self._rows.pop(old))
        self.endMoveRows()
