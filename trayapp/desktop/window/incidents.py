"""The page "Incidents": a search, a table that sorts, and the detail of what is chosen in it."""

from collections.abc import Mapping
from datetime import datetime
from gettext import gettext as _

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QPushButton,
    QSplitter,
    QTableView,
    QWidget,
)

from trayapp.desktop.window.detail import IncidentDetail
from trayapp.desktop.window.flow import Flow
from trayapp.desktop.window.rows import KEY_ROLE, ORDER_ROLE, RowModel, arrange
from trayapp.desktop.window.texts import GRID, caption, column, put, row, scroller, wrapped
from trayapp.desktop.window.told import told_text
from trayapp.domain.alertbook import AlertBook
from trayapp.domain.record import Gap, IncidentQuery, StoredIncident
from trayapp.domain.snapshot import Snapshot
from trayapp.engine.updates import Update
from trayapp.presentation import gaps
from trayapp.presentation import incidents as words
from trayapp.presentation.incidents import Filters, Openness, Period
from trayapp.presentation.wishes import incident_wish

ASK_AFTER = 250
"""Milliseconds without a key before the history is asked."""
_WIDE = 110 * GRID
"""Width from which the detail stands beside the table instead of below it."""
_TITLE_COLUMN = 2


class IncidentsPage(QWidget):
    """Shows what the history has. It asks when it is seen, when a filter changes, and when something happened."""

    load_requested = Signal(object)
    """An IncidentQuery."""
    told_requested = Signal()
    command = Signal(object)
    """A command for the engine."""

    def __init__(self) -> None:
        """Make the page; `show_update` fills it."""
        super().__init__()
        self._now: datetime | None = None
        self._names: Mapping[str, str] = {}
        self._urls: Mapping[str, str] = {}
        self._snapshot: Snapshot | None = None
        self._book = AlertBook()
        self._told = QPushButton(told_text())
        self._asked: IncidentQuery | None = None
        self._stored: tuple[StoredIncident, ...] | None = None
        self._gaps: Mapping[str, Gap] = {}
        self._shown: dict[str, StoredIncident] = {}
        self._wanted = ""
        self._search = QLineEdit()
        self._pages = QComboBox()
        self._component = QLineEdit()
        self._openness = QComboBox()
        self._period = QComboBox()
        self._count = caption()
        self._empty = wrapped()
        self._model = RowModel(words.columns(), self)
        self._sorted = QSortFilterProxyModel(self)
        self._table = QTableView()
        self._detail = IncidentDetail()
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._waiting = QTimer(self)
        self._build()

    def show_update(self, update: Update, now: datetime) -> None:
        """Take what is new; ask again where something may have changed."""
        self._now = now
        self._show_pages(update.snapshot)
        if update.book != self._book:
            self._book = update.book
            self._show_detail(self._table.currentIndex())
        if update.found is not None and update.found.query == self._asked:
            self._stored = update.found.incidents
            self._gaps = {gaps.gap_key(each): each for each in gaps.shown(update.found.gaps)}
            self._show_rows()
        reports = tuple(each.report for each in update.snapshot.pages)
        before = tuple(each.report for each in self._snapshot.pages) if self._snapshot is not None else None
        self._snapshot = update.snapshot
        if (
            before is None
            or len(before) != len(reports)
            or any(a is not b for a, b in zip(before, reports, strict=True))
        ):
            self.ask_soon()

    def ask_soon(self) -> None:
        """Ask the history when nothing has changed for a moment."""
        self._waiting.start()

    def start_search(self) -> None:
        """Put the focus on the search."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def choose(self, page_id: str, incident_id: str) -> None:
        """Choose one incident, as soon as it is there; filters that may hide it are taken back."""
        self._wanted = words.key_for(page_id, incident_id)
        if not self._choose_wanted():
            self._search.clear()
            self._component.clear()
            self._pages.setCurrentIndex(0)
            self._openness.setCurrentIndex(0)
            self._period.setCurrentIndex(self._period.findData(Period.ALL))
            self.ask_soon()

    def filters(self) -> Filters:
        """Return what is looked for."""
        return Filters(
            text=self._search.text().strip(),
            page_id=str(self._pages.currentData() or ""),
            component=self._component.text(),
            openness=Openness(self._openness.currentData()),
            period=Period(self._period.currentData()),
        )

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 -- Qt's name
        """Ask for what came while the page was not seen."""
        super().showEvent(event)
        self.ask_soon()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 -- Qt's name
        """Put the detail beside the table where there is room for both."""
        super().resizeEvent(event)
        is_wide = self.width() >= _WIDE
        self._splitter.setOrientation(Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical)

    def _build(self) -> None:
        page = column(self, margin=2, spacing=1)
        page.addLayout(self._make_filters())
        line = row()
        line.addWidget(self._count, 1)
        line.addWidget(self._told)
        page.addLayout(line)
        page.addWidget(self._empty)
        self._splitter.addWidget(self._table)
        self._splitter.addWidget(scroller(self._detail, _("Incident")))
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([1000, 1300])
        self._splitter.hide()  # there is nothing to read yet
        page.addWidget(self._splitter, 1)
        page.addStretch(0)  # takes the room of a table that is not there
        self._sorted.setSourceModel(self._model)
        self._sorted.setSortRole(ORDER_ROLE)
        self._build_table()
        self._told.clicked.connect(self.told_requested)
        self._detail.command.connect(self.command)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(ASK_AFTER)
        self._waiting.timeout.connect(self._ask)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        put(self._empty, _("Looking..."))

    def _build_table(self) -> None:
        table = self._table
        table.setModel(self._sorted)
        arrange(table, _("Incidents"), (17, 12, 30, 12, 10, 12), (_TITLE_COLUMN,))
        table.selectionModel().currentRowChanged.connect(self._on_chosen)

    def _make_filters(self) -> Flow:
        self._search.setPlaceholderText(_("Search incidents"))
        self._search.setAccessibleName(_("Search incidents"))
        self._search.setClearButtonEnabled(True)
        self._component.setPlaceholderText(_("Component"))
        self._component.setAccessibleName(_("Component"))
        self._component.setClearButtonEnabled(True)
        self._pages.setAccessibleName(_("Page"))
        self._openness.setAccessibleName(_("Open or over"))
        self._period.setAccessibleName(_("Period"))
        self._pages.addItem(_("Every page"), "")
        self._pages.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._pages.setMinimumContentsLength(12)
        for openness, openness_word in words.openness_words().items():
            self._openness.addItem(openness_word, openness.value)
        for period, period_word in words.period_words().items():
            self._period.addItem(period_word, period)
        self._period.setCurrentIndex(self._period.findData(Period.MONTH))
        for field in (self._search, self._component):
            field.textChanged.connect(self.ask_soon)
        for box in (self._pages, self._openness, self._period):
            box.currentIndexChanged.connect(self.ask_soon)
        return Flow(self._search, self._pages, self._component, self._openness, self._period)

    def _show_pages(self, snapshot: Snapshot) -> None:
        names = {each.page.id: each.page.name for each in snapshot.pages}
        self._urls = {each.page.id: each.page.url for each in snapshot.pages}
        if names == self._names:
            return
        self._names = names
        chosen = self._pages.currentData()
        self._pages.blockSignals(True)
        self._pages.clear()
        self._pages.addItem(_("Every page"), "")
        for page_id, name in names.items():
            self._pages.addItem(name, page_id)
        self._pages.setCurrentIndex(max(self._pages.findData(chosen), 0))
        self._pages.blockSignals(False)
        self._show_rows()

    def _ask(self) -> None:
        if self._now is None:
            return
        self._asked = self.filters().query(self._now)
        self.load_requested.emit(self._asked)

    def _show_rows(self) -> None:
        if self._stored is None or self._now is None:
            return
        filters = self.filters()
        admitted = [each for each in self._stored if filters.admits(each)]
        self._shown = {words.key_of(each): each for each in admitted}
        unwatched = [gaps.gap_row(each, self._now) for each in self._gaps.values()] if filters.admits_gaps else []
        self._model.show_rows([*(words.incident_row(each, self._names, self._now) for each in admitted), *unwatched])
        put(self._count, words.summary_line(admitted) if admitted else "")
        empty = "" if admitted else words.nothing_found(filters, is_anything_stored=bool(self._stored))
        put(self._empty, empty)
        self._splitter.setVisible(bool(admitted or unwatched))
        if not self._choose_wanted():
            self._choose_newest()
        self._show_detail(self._table.currentIndex())

    def _choose_wanted(self) -> bool:
        place = self._model.place_of(self._wanted) if self._wanted else None
        if place is None:
            return False
        self._wanted = ""
        index = self._sorted.mapFromSource(self._model.index(place, 0))
        self._table.setCurrentIndex(index)
        self._table.scrollTo(index)
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def _choose_newest(self) -> None:
        """Choose the incident that began last, where none is chosen: then there is something to read."""
        if self._wanted or self._table.currentIndex().isValid():
            return
        places = (self._sorted.index(place, 0) for place in range(self._sorted.rowCount()))
        incidents = (each for each in places if str(each.data(KEY_ROLE)) in self._shown)
        newest = max(incidents, key=lambda each: float(each.data(ORDER_ROLE)), default=None)
        if newest is not None:
            self._table.setCurrentIndex(newest)

    def _on_chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self._show_detail(current)

    def _show_detail(self, index: QModelIndex) -> None:
        key = str(index.data(KEY_ROLE)) if index.isValid() else ""
        gap = self._gaps.get(key)
        if gap is not None and self._now is not None:
            self._detail.show_detail(gaps.gap_detail(gap, self._now), "")
            return
        stored = self._shown.get(key)
        if stored is None or self._now is None:
            self._detail.show_detail(None, "")
            return
        wish = incident_wish(stored.page_id, stored.incident.id, self._book)
        detail = words.detail(stored, self._names, self._now)
        self._detail.show_detail(detail, self._urls.get(stored.page_id, ""), wish)
