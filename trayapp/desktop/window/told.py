"""The window "Why was I (not) told?": the last decisions about pop-ups, each with its reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from gettext import gettext as _

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QTableView,
    QWidget,
)

from trayapp.desktop.window.rows import KEY_ROLE, ORDER_ROLE, RowModel, arrange
from trayapp.desktop.window.texts import GRID, caption, column, heading, put, wrapped
from trayapp.engine.updates import Decided
from trayapp.presentation import decisions as words
from trayapp.presentation.decisions import DecisionRow

_ABOUT, _WHY = 2, 3


def told_text() -> str:
    """Return the words of every button that opens this window."""
    return _("Why was I (not) told?")


class ToldDialog(QDialog):
    """Shows decisions, newest first; more of one below the table, where long words have room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the window; `show_decided` fills it."""
        super().__init__(parent)
        self._rows: dict[str, DecisionRow] = {}
        self._model = RowModel(words.columns(), self)
        self._sorted = QSortFilterProxyModel(self)
        self._table = QTableView()
        self._search = QLineEdit()
        self._empty = wrapped()
        self._title = heading()
        self._why = wrapped(selectable=True)
        self._body = caption()
        self.setWindowTitle(told_text())
        self.resize(100 * GRID, 60 * GRID)
        page = column(self, margin=2, spacing=1)
        page.addWidget(wrapped(_("Every decision about a pop-up is kept with its reason before anything is shown.")))
        page.addWidget(self._search)
        page.addWidget(self._empty)
        page.addWidget(self._table, 1)
        for each in (self._title, self._why, self._body):
            page.addWidget(each)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        page.addWidget(buttons)
        self._build_table()
        put(self._empty, _("Looking..."))

    def show_decided(self, decided: Sequence[Decided], names: Mapping[str, str], now: datetime) -> None:
        """Show decisions; ``names`` is by page id."""
        rows = words.decision_rows(((each.alert, each.told, each.reason) for each in decided), names, now)
        self._rows = {each.key: each for each in rows}
        self._model.show_rows(rows)
        put(self._empty, "" if rows else _("Nothing has been decided yet."))
        if not self._table.currentIndex().isValid() and rows:
            self._table.setCurrentIndex(self._sorted.index(0, 0))
        self._show_one(self._table.currentIndex())

    def _build_table(self) -> None:
        table = self._table
        self._sorted.setSourceModel(self._model)
        self._sorted.setSortRole(ORDER_ROLE)
        self._sorted.setFilterKeyColumn(-1)
        self._sorted.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._search.textChanged.connect(self._sorted.setFilterFixedString)
        self._search.setPlaceholderText(_("Find a service, an incident or a reason"))
        self._search.setAccessibleName(_("Find a decision"))
        self._search.setClearButtonEnabled(True)
        table.setModel(self._sorted)
        arrange(table, told_text(), (19, 9, 30, 30), (_ABOUT, _WHY))
        table.selectionModel().currentRowChanged.connect(self._on_chosen)

    def _on_chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self._show_one(current)

    def _show_one(self, index: QModelIndex) -> None:
        row = self._rows.get(str(index.data(KEY_ROLE))) if index.isValid() else None
        put(self._title, row.cells[_ABOUT] if row is not None else "")
        put(self._why, row.cells[_WHY] if row is not None else "")
        put(self._body, row.body if row is not None else "")
