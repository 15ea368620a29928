"""Starts the desktop: the screen, the claim to be the only copy, the icon; then loads the rest and runs it."""

import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from gettext import gettext as _
from pathlib import Path
from types import TracebackType

from PySide6 import QtGui, QtWidgets
from PySide6.QtCore import QEventLoop, QObject, QSocketNotifier, QTimer, Slot, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from trayapp import __version__
from trayapp.desktop import assets, theme
from trayapp.desktop.instance import Instance
from trayapp.desktop.options import RunOptions
from trayapp.desktop.tray import NOW_PAGE, Tray
from trayapp.presentation.tray import APP_NAME
from trayapp.storage.paths import find_paths

log = logging.getLogger(__name__)

DESKTOP_FILE = "trayapp"
APP_ID = "io.github.ai_status_tray.trayapp"
"""As in the metainfo file."""
PANEL_ASKS_WITHIN = 30
"""Milliseconds in which a panel on this computer has asked what an icon looks like."""


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
    paths = find_paths(options.config, options.data_dir)
    folder = paths.runtime_dir
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
    # From here on there is something to end in order; who asks while the rest is loaded is heard as soon as it is.
    endings: list[bool] = []

    def end() -> None:
        endings.append(True)
        application.quit()

    signals = Signals(end)
    asked = [page]
    instance.shown.connect(asked.append)
    tray = Tray()
    tray.show()
    _let_the_panel_ask()
    from trayapp.desktop.app import shell_for  # noqa: PLC0415 -- loads all the rest: the icon does not wait for it
    from trayapp.storage.logfile import keep_log  # noqa: PLC0415 -- as above

    keep_log(paths.log_file)
    shell = shell_for(options, tray)
    instance.shown.disconnect(asked.append)
    instance.shown.connect(shell.open)
    sys.excepthook = log_and_go_on
    shell.start(asked[-1])
    code = 0 if endings else application.exec()
    signals.close()
    has_ended = shell.stop()
    instance.release()
    if not has_ended:
        leave_at_once(code)
    return code


def _let_the_panel_ask() -> None:
    """Answer a panel's first questions about the icon, so that it is seen before the rest is loaded."""
    loop = QEventLoop()
    QTimer.singleShot(PANEL_ASKS_WITHIN, loop.quit)
    loop.exec()


def taskbar_identity(system: str, *, is_frozen: bool) -> str:
    """Return the name under which a taskbar is to group our windows and pop-ups; empty where it knows by itself.

    Windows goes by the program that runs. Of the installed application that is our own; from a checkout or from
    pip it is Python, and its windows would stand among those of every other program in Python.
    """
    return APP_ID if system == "win32" and not is_frozen else ""


def make_application() -> QApplication:
    """Return the application object, named as desktops want it."""
    identity = taskbar_identity(sys.platform, is_frozen=bool(getattr(sys, "frozen", False)))
    if sys.platform == "win32" and identity:
        import ctypes  # noqa: PLC0415 -- this system only

        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(identity)
    QApplication.setApplicationName(APP_NAME)
    QApplication.setApplicationVersion(__version__)
    QApplication.setDesktopFileName(DESKTOP_FILE)
    QApplication.setQuitOnLastWindowClosed(False)
    application = QApplication([DESKTOP_FILE])
    application.commitDataRequest.connect(_on_session_end)
    return application


def selftest() -> Mapping[str, object]:
    """Return what Qt finds on this desktop, for `trayapp doctor`; needs an application object."""
    return {
        "schema": "trayapp.selftest/1",
        "platform": QGuiApplication.platformName(),
        "qt": qVersion(),
        "tray": Tray().is_available,
        "styles": QtWidgets.QStyleFactory.keys(),
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
    log.critical("start: a fault that nobody caught", exc_info=(kind, error, trace))


def leave_at_once(code: int) -> None:
    """End the process although the engine still runs: everything it has told is stored already."""
    log.warning("start: the engine did not end in time")
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


def _on_session_end(manager: "QtGui.QSessionManager") -> None:
    """Autostart brings us back, so the session need not; there is nothing to save, all of it is stored."""
    manager.setRestartHint(QtGui.QSessionManager.RestartHint.RestartNever)
