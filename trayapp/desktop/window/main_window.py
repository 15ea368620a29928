"""The main window: a sidebar, its pages, and the roads between them and the engine."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from gettext import gettext as _

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from trayapp.desktop.options import RunOptions
from trayapp.desktop.window.banner import Banners
from trayapp.desktop.window.first_run import FirstRun
from trayapp.desktop.window.incidents import IncidentsPage
from trayapp.desktop.window.keys import KeysPage
from trayapp.desktop.window.moving import with_new_address
from trayapp.desktop.window.now import NowPage
from trayapp.desktop.window.settings.page import SettingsPage
from trayapp.desktop.window.sidebar import Sidebar
from trayapp.desktop.window.texts import GRID, caption, column, redim, row
from trayapp.desktop.window.told import ToldDialog
from trayapp.engine.commands import (
    ApplySettings,
    DetectPage,
    DismissNote,
    EndInquiry,
    EraseHistory,
    LoadDecisions,
    LoadIncidents,
    LookNow,
    SuspectProvider,
)
from trayapp.engine.updates import Update
from trayapp.presentation.keydetail import sidebar_mark
from trayapp.presentation.popuptest import PopupTest
from trayapp.presentation.tray import APP_NAME
from trayapp.storage.autostart import Autostart
from trayapp.storage.settings import Settings

NOW, INCIDENTS, KEYS, SETTINGS = "now", "incidents", "keys", "settings"
_WIDE = 80 * GRID
"""Width from which the sidebar names its pages."""
AGES_EVERY = 30_000
"""Milliseconds between refreshes of ages, while somebody can see them."""


def _wall() -> datetime:
    return datetime.now(UTC)


class MainWindow(QMainWindow):
    """Shows what the engine tells and sends what a person wants; hidden, it does nothing but keep the last update."""

    command = Signal(object)
    """A Command for the engine."""
    popup_test_requested = Signal()

    def __init__(
        self,
        clock: Callable[[], datetime] = _wall,
        autostart: Autostart | None = None,
        options: RunOptions | None = None,
    ) -> None:
        """Build the pages.

        ``clock`` gives the UTC time for ages (a replay's time comes with its updates). Without an ``autostart``
        the start at login is not offered; ``options`` are those of this start, for what is asked of a program beside.
        """
        super().__init__()
        self._clock = clock
        self._autostart = autostart
        self._update: Update | None = None
        self._is_behind = False
        self._now_page = NowPage()
        self._incidents_page = IncidentsPage()
        self._keys_page = KeysPage()
        self._settings_page = SettingsPage(autostart, options)
        self._first_run: FirstRun | None = None
        self._told: ToldDialog | None = None
        self._banners = Banners()
        self._stack = QStackedWidget()
        self._pages: dict[str, QWidget] = {
            NOW: self._now_page,
            INCIDENTS: self._incidents_page,
            KEYS: self._keys_page,
            SETTINGS: self._settings_page,
        }
        names = {NOW: _("Now"), INCIDENTS: _("Incidents"), KEYS: _("Keys"), SETTINGS: _("Settings")}
        self._sidebar = Sidebar(_("Pages"), names)
        self._tray_hint = caption(_("This desktop has no tray: keep the window open, closing it ends the watching."))
        self._ages = QTimer(self)
        self._build()
        self._connect()
        self._add_shortcuts()

    def show_update(self, update: Update) -> None:
        """Show the state of the app, at once or as soon as the window is seen."""
        self._update = update
        if update.key_outcome is not None:
            # It comes once: a dialog waits for it, whether the window can be seen or not.
            self._keys_page.show_outcome(update.key_outcome)
        self._show_decided(update)
        if not self.isVisible():
            self._is_behind = True
            return
        self._show(update)

    def show_page(self, name: str) -> None:
        """Show "now", "now/<page id>", "incidents", "incidents/<page id>/<incident id>", "keys" or "settings"."""
        page, _slash, rest = name.partition("/")
        if page not in self._pages or self._first_run is not None:
            return
        self._sidebar.choose(page)
        self._stack.setCurrentWidget(self._pages[page])
        if self._update is not None and self.isVisible():
            self._show(self._update)
        if page == NOW and rest:
            self._now_page.open_card(rest)
        if page == INCIDENTS and rest:
            page_id, _slash, incident_id = rest.partition("/")
            self._incidents_page.choose(page_id, incident_id)

    def show_popup_test(self, test: PopupTest) -> None:
        """Say what a test pop-up showed."""
        self._settings_page.show_popup_test(test)

    def show_tray(self, *, is_available: bool) -> None:
        """Say what closing the window does: with a tray it hides, without one the program ends."""
        self._tray_hint.setVisible(not is_available)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 -- Qt's name
        """Leave the room to the page where there is little: the sidebar keeps its signs."""
        super().resizeEvent(event)
        self._sidebar.show_words(are_shown=self.width() >= _WIDE)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 -- Qt's name
        """Catch up with what happened while nobody looked."""
        super().showEvent(event)
        if self._is_behind and self._update is not None:
            self._show(self._update)
        self._tick()
        self._ages.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 -- Qt's name
        """Do nothing any more, and keep no edit waiting: nobody may look again."""
        super().hideEvent(event)
        self._ages.stop()
        self._settings_page.draft.flush()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 -- Qt's name
        """Follow the desktop from light to dark and back, and to high contrast."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.ThemeChange}:
            redim(self)
            self._sidebar.redraw()
            self._now_page.redraw()
            self._keys_page.redraw()

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
        hint = column(margin=1)
        hint.addWidget(self._tray_hint)
        right.addLayout(hint)
        self._tray_hint.hide()
        line.addLayout(right, 1)
        self.setCentralWidget(centre)
        self._sidebar.choose(NOW)
        self._ages.setInterval(AGES_EVERY)
        self._ages.setTimerType(Qt.TimerType.VeryCoarseTimer)

    def _connect(self) -> None:
        self._ages.timeout.connect(self._tick)
        self._sidebar.page_chosen.connect(self.show_page)
        self._banners.dismissed.connect(lambda key: self.command.emit(DismissNote(key)))
        self._incidents_page.load_requested.connect(lambda query: self.command.emit(LoadIncidents(query)))
        self._settings_page.apply_requested.connect(self._apply)
        self._settings_page.detect_requested.connect(lambda url, own: self.command.emit(DetectPage(url, internal=own)))
        self._settings_page.login_requested.connect(self.command)
        for page in (self._now_page, self._incidents_page):
            page.command.connect(self.command)
        for asking in (self._incidents_page, self._settings_page):
            asking.told_requested.connect(self._open_told)
        self._settings_page.popup_test_requested.connect(self.popup_test_requested)
        self._settings_page.preview_requested.connect(self.command)
        self._settings_page.erase_requested.connect(lambda: self.command.emit(EraseHistory()))
        self._now_page.settings_requested.connect(partial(self.show_page, SETTINGS))
        self._now_page.move_requested.connect(self._use_new_address)
        self._now_page.suspect_requested.connect(lambda page_id: self.command.emit(SuspectProvider(page_id)))
        self._now_page.inquiry_end_requested.connect(lambda provider: self.command.emit(EndInquiry(provider)))
        self._keys_page.command.connect(self.command)
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
        if self._stack.currentWidget() is self._incidents_page or update.found is not None:
            self._incidents_page.show_update(update, now)
        if self._stack.currentWidget() is self._keys_page:
            self._keys_page.show_update(update, now)
        if self._stack.currentWidget() is self._settings_page or update.found_page or update.previewed:
            self._settings_page.show_update(update)
        self._show_first_run(update)
        self._sidebar.show_mark(NOW, self._now_page.mark)
        self._sidebar.show_mark(KEYS, sidebar_mark(update.key_book))

    def _show_first_run(self, update: Update) -> None:
        """Ask the first questions instead of showing pages, until they are answered or skipped."""
        if not update.is_first_run:
            if self._first_run is not None:
                self._stack.removeWidget(self._first_run)
                self._first_run.deleteLater()
                self._first_run = None
                self._sidebar.show()
                self.show_page(NOW)
            return
        if self._first_run is None:
            self._first_run = FirstRun(self._autostart)
            self._first_run.apply_requested.connect(self._apply)
            self._stack.addWidget(self._first_run)
            self._stack.setCurrentWidget(self._first_run)
            self._sidebar.hide()
        self._first_run.show_providers(update.providers, update.settings)

    def _open_told(self) -> None:
        """Show why there was a pop-up, and why there was none."""
        if self._told is None:
            self._told = ToldDialog(self)
        self._told.show()
        self._told.raise_()
        self.command.emit(LoadDecisions())

    def _show_decided(self, update: Update) -> None:
        if self._told is None or not self._told.isVisible():
            return
        if update.decided is not None:
            names = {each.page.id: each.page.name for each in update.snapshot.pages}
            self._told.show_decided(update.decided, names, self._moment(update))
        elif update.decisions:
            self.command.emit(LoadDecisions())

    def _apply(self, settings: Settings) -> None:
        self.command.emit(ApplySettings(settings))

    def _use_new_address(self, page_id: str) -> None:
        state = self._update.snapshot.page(page_id) if self._update is not None else None
        if self._update is None or state is None or state.failure is None or not state.failure.moved_to:
            return
        siblings = [each for each in self._update.snapshot.pages if each.page.provider_id == state.page.provider_id]
        settings = with_new_address(
            self._update.settings, state.page, state.failure.moved_to, is_only_page=len(siblings) == 1
        )
        if settings is None:
            self.show_page(SETTINGS)
        else:
            self._apply(settings)

    def _tick(self) -> None:
        if self._update is not None and not self.isMinimized():
            self._now_page.tick(self._moment(self._update))
            if self._stack.currentWidget() is self._keys_page:
                self._keys_page.tick(self._moment(self._update))

    def _moment(self, update: Update) -> datetime:
        return update.now if update.is_replay else max(update.now, self._clock())

    def _find(self) -> None:
        page = self._stack.currentWidget()
        if page is self._now_page and self._now_page.start_search():
            return
        if page is self._settings_page:
            self._settings_page.start_search()
            return
        if page is not self._incidents_page:
            self.show_page(INCIDENTS)
        self._incidents_page.start_search()
