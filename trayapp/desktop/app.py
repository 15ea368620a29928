"""Builds the desktop shell, connects its parts, runs it, and ends it in order."""

import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from gettext import gettext as _
from pathlib import Path
from types import TracebackType
from typing import Protocol

from PySide6 import QtCore
from PySide6.QtCore import QEvent, QObject, QSocketNotifier, QTimer, Slot, qVersion
from PySide6.QtGui import QGuiApplication, QKeySequence, QSessionManager, QShortcut
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from trayapp import __version__
from trayapp.desktop import assets, theme
from trayapp.desktop.bridge import Collector, EngineThread, Runnable
from trayapp.desktop.instance import Instance
from trayapp.desktop.notifier import Notifier, Popup
from trayapp.desktop.tray import NOW_PAGE, Tray
from trayapp.domain.notification import Alert
from trayapp.domain.snapshot import Snapshot
from trayapp.engine.commands import Command, LookNow
from trayapp.engine.updates import Note, Update
from trayapp.presentation.tray import APP_NAME, TrayView, said, tray_view
from trayapp.presentation.wording import worded
from trayapp.storage.paths import find_paths
from trayapp.storage.settings import DEFAULT_WATCH, Look, Settings

log = logging.getLogger(__name__)

DESKTOP_FILE = "trayapp"
INCIDENTS_PAGE = "incidents"
NO_TRAY_AFTER = 3000
"""Milliseconds a tray may take to appear before the window opens in its place."""
STOP_WITHIN = 2.5
"""Seconds the engine may take to end."""
RESTART_AFTER = 2000
"""Milliseconds between a crash of the engine and its one restart."""
CRASH_NOTE = "engine-crashed"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line says about a start. ``page`` is opened at once where it is not empty."""

    config: Path | None = None
    data_dir: Path | None = None
    demo: bool = False
    window: bool = False
    page: str = ""
    selftest: bool = False


def run(options: RunOptions) -> int:
    """Run the tray until it is quit; return the exit code."""
    problem = screen_problem(os.environ)
    if problem:
        print(problem, file=sys.stderr)  # noqa: T201 -- nothing else can be shown
        return 1
    application = make_application()
    if options.selftest:
        print(json.dumps(selftest()))  # noqa: T201 -- it is asked for on the command line
        return 0
    folder = find_paths(options.config, options.data_dir).runtime_dir
    page = options.page or (NOW_PAGE if options.window else "")
    instance = Instance(folder / "demo" if options.demo else folder)
    try:
        if not instance.claim(page or NOW_PAGE):
            print(_("{app} is already running; its window is shown.").format(app=APP_NAME))  # noqa: T201 -- as above
            return 0
    except TimeoutError:
        sentence = _("{app} is already running here, but it does not answer.").format(app=APP_NAME)
        print(sentence, file=sys.stderr)  # noqa: T201 -- as above
        return 1
    shell = Shell(EngineThread(_engine(options), _loop(options)), options=options)
    instance.shown.connect(shell.open)
    sys.excepthook = log_and_go_on
    signals = Signals(application.quit)
    shell.start(page)
    code = application.exec()
    signals.close()
    has_ended = shell.stop()
    instance.release()
    if not has_ended:
        leave_at_once(code)
    return code


def make_application() -> QApplication:
    """Return the application object, named as desktops want it."""
    QApplication.setApplicationName(APP_NAME)
    QApplication.setApplicationVersion(__version__)
    QApplication.setDesktopFileName(DESKTOP_FILE)
    QApplication.setQuitOnLastWindowClosed(False)
    application = QApplication([DESKTOP_FILE])
    application.commitDataRequest.connect(_on_session_end)
    return application


def _nothing_known() -> Update:
    """Return what there is to show when the engine ended before it told anything."""
    return Update(now=datetime.now(UTC), snapshot=Snapshot(), settings=Settings(first_run_done=True))


def selftest() -> Mapping[str, object]:
    """Return what Qt finds on this desktop, for `trayapp doctor`; needs an application object."""
    return {
        "schema": "trayapp.selftest/1",
        "platform": QGuiApplication.platformName(),
        "qt": qVersion(),
        "tray": Tray().is_available,
        "styles": QStyleFactory.keys(),
        "style": QApplication.style().objectName(),
        "screens": len(QGuiApplication.screens()),
        "color_scheme": "dark" if theme.is_dark() else "light",
        "high_contrast": theme.is_high_contrast(),
        "icon": not assets.app_icon().isNull(),
    }


def screen_problem(environment: Mapping[str, str]) -> str:
    """Return why Qt could not open a screen here, or nothing: without one it ends the process with no kind word."""
    if sys.platform != "linux" or environment.get("QT_QPA_PLATFORM", "").partition(":")[0] in _SCREENLESS:
        return ""
    display, wayland = environment.get("DISPLAY", ""), environment.get("WAYLAND_DISPLAY", "")
    if not display and not wayland:
        return _(
            "There is no screen here: neither DISPLAY nor WAYLAND_DISPLAY is set. "
            "Use `trayapp watch` to watch in a terminal, or `trayapp status` for one look."
        )
    if wayland and _answers(str(Path(environment.get("XDG_RUNTIME_DIR", "/")) / wayland)):
        return ""
    if display and _display_answers(display):
        return ""
    return _(
        "The screen {name} does not answer. "
        "Use `trayapp watch` to watch in a terminal, or `trayapp status` for one look."
    ).format(name=display or wayland)


class Window(Protocol):
    """What is needed of the main window, which is a widget besides."""

    def show_tray(self, *, is_available: bool) -> None:
        """Say what closing the window does: with a tray it hides, without one the program ends."""

    def show_update(self, update: Update) -> None:
        """Show the state of the app."""

    def show_page(self, name: str) -> None:
        """Show "now", "now/<page id>", "incidents", "incidents/<page id>/<incident id>" or "settings"."""


class Shell(QObject):
    """The parts on the screen, connected: what the engine tells goes out to them, what a person does goes back."""

    def __init__(
        self,
        engine: EngineThread,
        parent: QObject | None = None,
        *,
        options: RunOptions | None = None,
    ) -> None:
        """Make the tray and the notifier; the window is made when it is first wanted.

        ``options`` are what a start at login is to repeat; without them nothing is said of one.
        """
        super().__init__(parent)
        self._options = options
        self._engine = engine
        self._tray = Tray(self)
        self._notifier = Notifier(self)
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
        self._notifier.close()
        if self._frame is not None:
            self._frame.removeEventFilter(self)
            self._frame.close()
        has_ended = self._engine.stop(STOP_WITHIN)
        self._collector.close()
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
        """Pass a person's wish to the engine."""
        self._engine.send(command)

    @Slot(object)
    def show_update(self, update: Update) -> None:
        """Show what the engine tells."""
        self._collector.step()
        self._update = update
        self._crash = None
        self._apply_look(update.settings.look)
        self._show_view(tray_view(update.snapshot, update.now, is_replay=update.is_replay))
        if self._window is not None:
            self._window.show_update(update)
        elif self._is_new_here(update):
            self._is_welcomed = True
            self.open(NOW_PAGE)
        names = {each.page.id: each.page.name for each in update.snapshot.pages}
        for decision in update.decisions:
            if decision.told:
                words = worded(decision.alert, names, update.now, is_replay=update.is_replay)
                self._notifier.show(decision.alert, words)

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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 -- Qt's name
        """End the program when its window closes and there is no tray; with one, the window only hides."""
        if watched is self._frame and event.type() == QEvent.Type.Close and not self._tray.is_available:
            QTimer.singleShot(0, self, QApplication.quit)
        return super().eventFilter(watched, event)

    def _connect(self) -> None:
        self._engine.updated.connect(self.show_update)
        self._engine.crashed.connect(self.show_crash)
        self._tray.open_requested.connect(self.open)
        self._tray.check_requested.connect(self._check_now)
        self._tray.quit_requested.connect(QApplication.quit)
        self._tray.menu_opening.connect(self._refresh_ages)
        self._tray.message_clicked.connect(self._open_last_alert)
        self._tray.availability_changed.connect(self._on_availability)
        self._notifier.activated.connect(self._open_alert)
        self._notifier.undeliverable.connect(self._show_balloon)

    def _make_window(self) -> QWidget:
        from trayapp.desktop.window.main_window import MainWindow  # noqa: PLC0415 -- half the memory of the app
        from trayapp.storage.autostart import Autostart, AutostartError, find_autostart  # noqa: PLC0415 -- the same

        QApplication.setWindowIcon(assets.app_icon())
        autostart: Autostart | None = None
        if self._options is not None and not self._options.demo:
            try:
                autostart = find_autostart(self._options.config, self._options.data_dir)
            except AutostartError as error:
                log.info("autostart: %s", error)
        window = MainWindow(autostart=autostart)
        self._window = self._frame = window
        window.installEventFilter(self)
        window.command.connect(self.send)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Quit), window).activated.connect(QApplication.quit)
        window.show_tray(is_available=self._tray.is_available)
        if self._update is not None or self._crash is not None:
            window.show_update(self._with_crash(self._update or _nothing_known()))
        return window

    def _apply_look(self, look: Look) -> None:
        if look == self._look:
            return
        if self._look is None:
            theme.on_contrast_change(self._redraw)
        self._look = look
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
        self._show_view(tray_view(update.snapshot, now, is_replay=update.is_replay))

    @Slot()
    def _check_now(self) -> None:
        self.send(LookNow())

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
        else:
            self.open(NOW_PAGE)

    @Slot()
    def _open_last_alert(self) -> None:
        if self._last_alert is not None:
            self._open_alert(self._last_alert)

    @Slot(object)
    def _show_balloon(self, popup: Popup) -> None:
        self._last_alert = popup.alert
        self._tray.show_message(popup.words.title, popup.words.body, popup.mark)


class Signals(QObject):
    """Ends the program in order on SIGTERM, SIGINT and SIGHUP.

    A Python handler would wait until Qt runs some Python; the number written to a socket wakes Qt at once.
    """

    def __init__(self, quit_now: Callable[[], None]) -> None:
        """Listen from now on."""
        super().__init__()
        self._quit_now = quit_now
        self._reading, self._writing = socket.socketpair()
        self._reading.setblocking(False)
        self._writing.setblocking(False)
        self._before = {each: signal.signal(each, _nothing) for each in _ENDINGS}
        self._wakeup_before = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._reading.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)

    def close(self) -> None:
        """Listen no more, and leave the signals as they were."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._wakeup_before)
        for each, before in self._before.items():
            signal.signal(each, before)
        self._reading.close()
        self._writing.close()

    @Slot()
    def _on_signal(self) -> None:
        try:
            numbers = self._reading.recv(64)
        except OSError:
            return
        if any(number in _ENDINGS for number in numbers):
            self._quit_now()


def log_and_go_on(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log what a slot did not catch: one fault in a window must not end the watching."""
    log.critical("app: a fault that nobody caught", exc_info=(kind, error, trace))


def leave_at_once(code: int) -> None:
    """End the process although the engine still runs: everything it has told is stored already."""
    log.warning("app: the engine did not end within %s s", STOP_WITHIN)
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


_SCREENLESS = frozenset({"offscreen", "minimal", "vnc", "eglfs", "linuxfb", "vkkhrdisplay"})
_ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


def _display_answers(display: str) -> bool:
    """Return whether an X server listens: "host:number.screen", no host for this machine."""
    host, _colon, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not number.isdigit():
        return True  # nothing we understand; Qt may
    if host in {"", "unix"}:
        path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 -- the place is X's own
        return _answers(path) or _answers(f"\0{path}")
    try:
        with socket.create_connection((host.strip("[]"), 6000 + int(number)), timeout=3):
            return True
    except OSError:
        return False


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(3)
        try:
            caller.connect(path)
        except OSError:
            return False
        return True


def _nothing(_number: int, _frame: object) -> None:
    """Replace Python's own handlers; `Signals` does the work."""


def _on_session_end(manager: QSessionManager) -> None:
    """Autostart brings us back, so the session need not; there is nothing to save, all of it is stored."""
    manager.setRestartHint(QSessionManager.RestartHint.RestartNever)


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
