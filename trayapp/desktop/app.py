"""Builds the desktop shell, connects its parts, and ends it in order."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from gettext import gettext as _
from typing import Protocol

from msgspec.structs import replace
from PySide6 import QtCore
from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QWidget

from trayapp.deferral import deferred
from trayapp.desktop import assets, theme
from trayapp.desktop.bridge import Collector, EngineThread, Runnable, Turns
from trayapp.desktop.options import RunOptions
from trayapp.desktop.tray import NOW_PAGE, SETTINGS_PAGE, Tray
from trayapp.domain.alert import Alert, AlertKind
from trayapp.domain.snapshot import Snapshot
from trayapp.domain.snooze import SnoozeFor
from trayapp.domain.wishes import is_all_acknowledged, wish_of
from trayapp.engine.commands import Acknowledge, Command, LookNow, Snooze, SuspectProvider, TellWhenBack
from trayapp.engine.updates import Note, Update
from trayapp.presentation.tray import TrayView, said, tray_view
from trayapp.presentation.trayverdict import tray_told
from trayapp.presentation.wishes import snoozed_words
from trayapp.storage.settings import DEFAULT_WATCH, Look, Settings

with deferred():
    from trayapp.desktop import notifier
    from trayapp.presentation import popuptest, wording

log = logging.getLogger(__name__)

INCIDENTS_PAGE = "incidents"
KEYS_PAGE = "keys"
NO_TRAY_AFTER = 3000
"""Milliseconds a tray may take to appear before the window opens in its place."""
STOP_WITHIN = 2.5
"""Seconds the engine may take to end."""
RESTART_AFTER = 2000
"""Milliseconds between a crash of the engine and its one restart."""
CRASH_NOTE = "engine-crashed"


def _nothing_known() -> Update:
    """Return what there is to show when the engine ended before it told anything."""
    return Update(now=datetime.now(UTC), snapshot=Snapshot(), settings=Settings(first_run_done=True))


def _view(update: Update, now: datetime) -> TrayView:
    return tray_view(
        update.snapshot,
        now,
        is_replay=update.is_replay,
        can_ask=bool(update.verdicts),
        is_acknowledged=is_all_acknowledged(update.book, update.snapshot),
        snoozed=snoozed_words(update.book, now),
        told=tray_told(update.snapshot, update.verdicts, now),
    )


class Window(Protocol):
    """What is needed of the main window, which is a widget besides."""

    def show_tray(self, *, is_available: bool) -> None:
        """Say what closing the window does: with a tray it hides, without one the program ends."""

    def show_update(self, update: Update) -> None:
        """Show the state of the app."""

    def show_page(self, name: str) -> None:
        """Show "now", "now/<page id>", "incidents", "incidents/<page id>/<incident id>" or "settings"."""

    def show_popup_test(self, test: "popuptest.PopupTest") -> None:
        """Say what a test pop-up showed."""


class Shell(QObject):
    """The parts on the screen, connected: what the engine tells goes out to them, what a person does goes back."""

    def __init__(
        self,
        engine: EngineThread,
        parent: QObject | None = None,
        *,
        options: RunOptions | None = None,
        tray: Tray | None = None,
    ) -> None:
        """Take the tray or make one; the window and what shows pop-ups are made when they are first wanted.

        ``options`` are what a start at login is to repeat; without them nothing is said of one.
        """
        super().__init__(parent)
        self._options = options
        self._engine = engine
        self._tray = tray or Tray()
        self._tray.setParent(self)
        self._popups: notifier.Notifier | None = None
        self._frame: QWidget | None = None
        self._window: Window | None = None
        self._update: Update | None = None
        self._view: TrayView | None = None
        self._look: Look | None = None
        self._crash: Note | None = None
        self._restarts_left = 1
        self._is_welcomed = False
        self._last_alert: Alert | None = None
        self._collector = Collector()
        self._turns = Turns()
        self._connect()

    def start(self, page: str = "") -> None:
        """Show the tray, then start the engine; open a page at once where one is named."""
        self._tray.show()
        # The engine loads the network and the database: the icon comes first.
        QTimer.singleShot(0, self, self._engine.start)
        QTimer.singleShot(NO_TRAY_AFTER, self, self._open_without_tray)
        if page:
            QTimer.singleShot(0, self, lambda: self.open(page))

    def stop(self) -> bool:
        """End everything in order; return whether the engine has ended."""
        self._tray.hide()
        if self._popups is not None:
            self._popups.close()
        if self._frame is not None:
            self._frame.removeEventFilter(self)
            self._frame.close()
        has_ended = self._engine.stop(STOP_WITHIN)
        self._collector.close()
        self._turns.close()
        return has_ended

    @Slot(str)
    def open(self, page: str) -> None:
        """Open the window on a page; it is loaded and built the first time."""
        frame = self._frame or self._make_window()
        if self._window is not None:
            self._window.show_page(page or NOW_PAGE)
        frame.setWindowState(frame.windowState() & ~QtCore.Qt.WindowState.WindowMinimized)
        frame.show()
        frame.raise_()
        frame.activateWindow()

    @Slot(object)
    def send(self, command: Command) -> None:
        """Pass a person's wish to the engine; what they know of by now need not stay on the screen."""
        if isinstance(command, Acknowledge) and command.is_on and self._popups is not None:
            self._popups.dismiss(command.wish)
        self._engine.send(command)

    @Slot(object)
    def show_update(self, update: Update) -> None:
        """Show what the engine tells."""
        if self._update is None:
            self._collector.settle()  # the engine has loaded what it works with
        else:
            self._collector.step()
        self._update = update
        self._crash = None
        self._apply_look(update.settings.look)
        self._show_view(_view(update, update.now))
        if self._window is not None:
            self._window.show_update(update)
        elif self._is_new_here(update):
            self._is_welcomed = True
            self.open(NOW_PAGE)
        names = {each.page.id: each.page.name for each in update.snapshot.pages}
        for decision in update.decisions:
            if decision.told:
                # What was held back alone is shown as what it is, with its buttons.
                alert = decision.alert.gathered[0] if len(decision.alert.gathered) == 1 else decision.alert
                words = wording.worded(alert, names, update.now, is_replay=update.is_replay)
                self._notifier.show(alert, words)

    @Slot(object)
    def show_crash(self, error: BaseException) -> None:
        """Say that nobody watches any more, show nothing as known, and start the engine again, once."""
        is_final = self._restarts_left == 0
        sentence = (
            _("Watching has stopped because of a fault in this program ({error}). Please quit and start it again.")
            if is_final
            else _("Watching has stopped because of a fault in this program ({error}). It starts again in a moment.")
        ).format(error=type(error).__name__)
        self._crash = Note(CRASH_NOTE, sentence)
        self._show_view(said(sentence))
        if self._window is not None:
            self._window.show_update(self._with_crash(self._update or _nothing_known()))
        if not is_final:
            self._restarts_left -= 1
            QTimer.singleShot(RESTART_AFTER, self, self._engine.start)

    def eventFilter(self, watched: QObject, event: "QtCore.QEvent") -> bool:  # noqa: N802 -- Qt's name
        """End the program when its window closes and there is no tray; with one, the window only hides."""
        if watched is self._frame and event.type() == QtCore.QEvent.Type.Close and not self._tray.is_available:
            QTimer.singleShot(0, self, QApplication.quit)
        return super().eventFilter(watched, event)

    def _connect(self) -> None:
        self._engine.updated.connect(self.show_update)
        self._engine.crashed.connect(self.show_crash)
        self._tray.open_requested.connect(self.open)
        self._tray.check_requested.connect(self._check_now)
        self._tray.snooze_requested.connect(self._snooze)
        self._tray.suspect_requested.connect(self._suspect)
        self._tray.quit_requested.connect(QApplication.quit)
        self._tray.menu_opening.connect(self._refresh_ages)
        self._tray.message_clicked.connect(self._open_last_alert)
        self._tray.availability_changed.connect(self._on_availability)

    @property
    def _notifier(self) -> "notifier.Notifier":
        """What shows pop-ups, made for the first one."""
        if self._popups is None:
            self._popups = notifier.Notifier(self)
            self._popups.activated.connect(self._open_alert)
            self._popups.pressed.connect(self._on_pressed)
            self._popups.undeliverable.connect(self._show_balloon)
            self._popups.tested.connect(self._show_test)
        return self._popups

    def _make_window(self) -> QWidget:
        from PySide6.QtGui import QKeySequence, QShortcut  # noqa: PLC0415 -- keys are for windows

        from trayapp.desktop.window.main_window import MainWindow  # noqa: PLC0415 -- half the memory of the app
        from trayapp.storage.autostart import Autostart, AutostartError, find_autostart  # noqa: PLC0415 -- the same

        QApplication.setWindowIcon(assets.app_icon())
        autostart: Autostart | None = None
        if self._options is not None and not self._options.demo:
            try:
                autostart = find_autostart(self._options.config, self._options.data_dir)
            except AutostartError as error:
                log.info("autostart: %s", error)
        window = MainWindow(autostart=autostart, options=self._options)
        self._window = self._frame = window
        window.installEventFilter(self)
        window.command.connect(self.send)
        window.popup_test_requested.connect(self._test_popups)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Quit), window).activated.connect(QApplication.quit)
        window.show_tray(is_available=self._tray.is_available)
        if self._update is not None or self._crash is not None:
            window.show_update(self._with_crash(self._update or _nothing_known()))
        self._collector.settle()
        return window

    def _apply_look(self, look: Look) -> None:
        if look == self._look:
            return
        if self._look is None:
            theme.on_contrast_change(self._redraw)
        before, self._look = self._look or Look(), look
        if look.color_scheme is not before.color_scheme:
            theme.apply_scheme(look.color_scheme.value)
        self._redraw()

    @Slot()
    def _redraw(self) -> None:
        colourless = self._look is not None and self._look.color_only_when_wrong
        self._tray.set_look(colourless=colourless, high_contrast=theme.is_high_contrast())

    def _show_view(self, view: TrayView) -> None:
        if view != self._view:
            self._view = view
            self._tray.show_view(view)

    def _is_new_here(self, update: Update) -> bool:
        """Whether to welcome somebody: never seen before, and no settings written by hand."""
        return update.is_first_run and not self._is_welcomed and update.settings.watch == DEFAULT_WATCH

    def _with_crash(self, update: Update) -> Update:
        """Return the update as it is now: after a crash nothing in it is known any more."""
        if self._crash is None:
            return update
        blind = tuple(replace(each, shown=None) for each in update.snapshot.pages)
        return replace(
            update,
            snapshot=Snapshot(pages=blind, at=update.snapshot.at),
            notes=(self._crash, *update.notes),
            changes=(),
            decisions=(),
            looking=frozenset(),
        )

    @Slot()
    def _refresh_ages(self) -> None:
        """Make the menu's sentence right for this moment. A replay's time stands still between its updates."""
        update = self._update
        if update is None or self._crash is not None:
            return
        now = update.now if update.is_replay else datetime.now(UTC)
        self._show_view(_view(update, now))

    @Slot()
    def _check_now(self) -> None:
        self.send(LookNow())

    @Slot(object)
    def _snooze(self, length: SnoozeFor) -> None:
        self.send(Snooze(length))

    @Slot(object, str)
    def _on_pressed(self, alert: Alert, key: str) -> None:
        """Do what a button of a pop-up says."""
        wish = wish_of(alert)
        if wish is not None:
            self.send(Acknowledge(wish) if key == wording.ACKNOWLEDGE else TellWhenBack(wish))

    @Slot()
    def _test_popups(self) -> None:
        self._notifier.test(Alert(kind=AlertKind.NOTICE, at=datetime.now(UTC)))

    @Slot(object)
    def _show_test(self, test: "popuptest.PopupTest") -> None:
        if self._window is not None:
            self._window.show_popup_test(replace(test, has_tray=self._tray.is_available))

    @Slot(str)
    def _suspect(self, page_id: str) -> None:
        """Ask everybody about a page's provider, and show what comes of it."""
        self.send(SuspectProvider(page_id))
        self.open(NOW_PAGE)

    @Slot()
    def _open_without_tray(self) -> None:
        if not self._tray.is_available and self._window is None:
            self.open(NOW_PAGE)

    @Slot(bool)
    def _on_availability(self, is_available: bool) -> None:  # noqa: FBT001 -- a signal's argument
        if self._window is not None:
            self._window.show_tray(is_available=is_available)
        elif not is_available:
            # Panels restart; only a tray that stays away leaves a person without any sign of us.
            QTimer.singleShot(NO_TRAY_AFTER, self, self._open_without_tray)

    @Slot(object)
    def _open_alert(self, alert: Alert) -> None:
        if alert.incident_id is not None:
            self.open(f"{INCIDENTS_PAGE}/{alert.page_id}/{alert.incident_id}")
        elif alert.page_id is not None:
            self.open(f"{NOW_PAGE}/{alert.page_id}")
        elif alert.kind is AlertKind.KEY:
            self.open(KEYS_PAGE)
        else:
            self.open(SETTINGS_PAGE if alert.concern == notifier.TEST else NOW_PAGE)

    @Slot()
    def _open_last_alert(self) -> None:
        if self._last_alert is not None:
            self._open_alert(self._last_alert)

    @Slot(object)
    def _show_balloon(self, popup: "notifier.Popup") -> None:
        self._last_alert = popup.alert
        self._tray.show_message(popup.words.title, popup.words.body, popup.mark)


def shell_for(options: RunOptions, tray: Tray) -> Shell:
    """Return the shell of a start, its icon shown already."""
    return Shell(EngineThread(_engine(options), _loop(options)), options=options, tray=tray)


def _engine(options: RunOptions) -> Callable[[], Runnable]:
    def build() -> Runnable:
        from trayapp.bootstrap import Options, build_engine  # noqa: PLC0415 -- for the engine's thread to load

        return build_engine(Options(config=options.config, data_dir=options.data_dir, demo=options.demo))

    return build


def _loop(options: RunOptions) -> Callable[[], object]:
    def new_loop() -> object:
        from trayapp.bootstrap import Options, new_loop  # noqa: PLC0415 -- for the engine's thread to load

        return new_loop(Options(demo=options.demo))

    return new_loop
