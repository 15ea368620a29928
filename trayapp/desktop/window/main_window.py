"""The main window: a sidebar, its pages, and the roads between them and the engine."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from gettext import gettext as _

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from trayapp.desktop.window.banner import Banners
from trayapp.desktop.window.now import NowPage
from trayapp.desktop.window.sidebar import Sidebar
from trayapp.desktop.window.texts import GRID, column, redim, row
from trayapp.domain.status import worst
from trayapp.engine.commands import DismissNote, LookNow
from trayapp.engine.updates import Update
from trayapp.presentation.tray import APP_NAME
from trayapp.presentation.words import mark_of

NOW, INCIDENTS, SETTINGS = "now", "incidents", "settings"
AGES_EVERY = 30_000
"""Milliseconds between refreshes of ages, while somebody can see them."""


def _wall() -> datetime:
    return datetime.now(UTC)


class MainWindow(QMainWindow):
    """Shows what the engine tells and sends what a person wants; hidden, it does nothing but keep the last update."""

    command = Signal(object)
    """A Command for the engine."""

    def __init__(self, clock: Callable[[], datetime] = _wall) -> None:
        """Build the pages; ``clock`` gives the UTC time for ages (a replay's time comes with its updates)."""
        super().__init__()
        self._clock = clock
        self._update: Update | None = None
        self._is_behind = False
        self._now_page = NowPage()
        self._banners = Banners()
        self._stack = QStackedWidget()
        self._pages: dict[str, QWidget] = {NOW: self._now_page}
        self._sidebar = Sidebar(_("Pages"), {NOW: _("Now")})
        self._ages = QTimer(self)
        self._build()
        self._connect()
        self._add_shortcuts()

    def show_update(self, update: Update) -> None:
        """Show the state of the app, at once or as soon as the window is seen."""
        self._update = update
        if not self.isVisible():
            self._is_behind = True
            return
        self._show(update)

    def show_page(self, name: str) -> None:
        """Show a page: "now", "now/<page id>"."""
        page, _slash, rest = name.partition("/")
        if page not in self._pages:
            return
        self._sidebar.choose(page)
        self._stack.setCurrentWidget(self._pages[page])
        if page == NOW and rest:
            self._now_page.open_card(rest)

    def show_tray(self, *, is_available: bool) -> None:
        """Say what closing the window does: with a tray it hides, without one the program ends."""

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 -- Qt's name
        """Catch up with what happened while nobody looked."""
        super().showEvent(event)
        if self._is_behind and self._update is not None:
            self._show(self._update)
        self._tick()
        self._ages.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 -- Qt's name
        """Do nothing any more."""
        super().hideEvent(event)
        self._ages.stop()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 -- Qt's name
        """Follow the desktop from light to dark and back, and to high contrast."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.ThemeChange}:
            redim(self)
            self._sidebar.redraw()
            self._now_page.redraw()

    def _build(self) -> None:
        self.setWindowTitle(APP_NAME)
        self.resize(112 * GRID, 80 * GRID)
        self.setMinimumSize(45 * GRID, 35 * GRID)
        for each in self._pages.values():
            self._stack.addWidget(each)
        centre = QWidget()
        line = row(centre, spacing=0)
        line.addWidget(self._sidebar)
        right = column(spacing=0)
        right.addWidget(self._banners)
        right.addWidget(self._stack, 1)
        line.addLayout(right, 1)
        self.setCentralWidget(centre)
        self._sidebar.choose(NOW)
        self._ages.setInterval(AGES_EVERY)
        self._ages.setTimerType(Qt.TimerType.VeryCoarseTimer)

    def _connect(self) -> None:
        self._ages.timeout.connect(self._tick)
        self._sidebar.page_chosen.connect(self.show_page)
        self._banners.dismissed.connect(lambda key: self.command.emit(DismissNote(key)))
        self._now_page.check_requested.connect(lambda page_id: self.command.emit(LookNow(page_id)))

    def _add_shortcuts(self) -> None:
        for place, name in enumerate(self._pages, start=1):
            self._shortcut(f"Ctrl+{place}", partial(self.show_page, name))
        self._shortcut("F5", lambda: self.command.emit(LookNow()))
        self._shortcut("Ctrl+F", self._find)
        self._shortcut("Esc", self.close)

    def _shortcut(self, keys: str, act: Callable[[], object]) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(act)

    def _show(self, update: Update) -> None:
        self._is_behind = False
        now = self._moment(update)
        self._banners.show_notes(update.notes)
        self._now_page.show_update(update, now)
        self._sidebar.show_mark(NOW, mark_of(worst(each.shown for each in update.snapshot.pages)))

    def _tick(self) -> None:
        if self._update is not None and not self.isMinimized():
            self._now_page.tick(self._moment(self._update))

    def _moment(self, update: Update) -> datetime:
        return update.now if update.is_replay else max(update.now, self._clock())

    def _find(self) -> None:
        self._now_page.start_search()
