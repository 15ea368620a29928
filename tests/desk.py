"""A desk of our own: a private screen, session bus, home and, where wanted, panel, pop-up daemon and keyring.

Nothing of the machine's own session is used or touched: the bus activates nothing, so only what a test starts exists.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import pytest

from tests.bus import NOTIFICATIONS, WATCHER, Client, TrayItem

T = TypeVar("T")
PATIENCE = 120.0
"""Seconds that anything may take: a machine that is busy with much else is slow, and not wrong."""

TOOLS = (
    "Xvfb",
    "dbus-daemon",
    "xfce4-panel",
    "trayer",
    "dunst",
    "openbox",
    "xdotool",
    "import",
    "gnome-keyring-daemon",
)
KEPT = ("PATH", "VIRTUAL_ENV", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
BUS_CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""
PANEL_CONFIGURATION = """\
<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array"><value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="{dark}"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=8;x=640;y=784"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="icon-size" type="uint" value="24"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/><value type="int" value="2"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
    </property>
    <property name="plugin-2" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
    </property>
  </property>
</channel>
"""


def missing_tools() -> tuple[str, ...]:
    """What this machine lacks of a desk; `packaging/test.sh` installs it."""
    return tuple(tool for tool in TOOLS if shutil.which(tool) is None)


def require_tools() -> None:
    """Skip where a developer's machine has no desktop tools; in CI their absence is a failure."""
    missing = missing_tools()
    if not missing:
        return
    reason = f"a real desktop needs {', '.join(missing)}: run packaging/test.sh"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def multiarch(path: str) -> str:
    """A program that Debian keeps in /usr/lib/<architecture>, and others in /usr/lib or /usr/libexec."""
    for folder in ("/usr/lib", "/usr/libexec"):
        for found in sorted(Path(folder).glob(f"*/{path}")) or sorted(Path(folder).glob(path)):
            return str(found)
    raise FileNotFoundError(path)


class Program:
    """A process of ours, its whole output in a file, and its children with it when it is ended."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], log: Path, **options: Any) -> None:
        self.argv = tuple(argv)
        self._log = log
        self.started_at = time.monotonic()
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                argv, env=dict(environment), stdout=output, stderr=output, start_new_session=True, **options
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def terminate(self) -> None:
        """Ask it to end; `ended` tells how it did."""
        self.process.send_signal(signal.SIGTERM)

    def ended(self, within: float = PATIENCE) -> int:
        """Its exit code; a failure with its last words when it stays longer than so many seconds."""
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            message = f"{self.argv} is still running after {within} s; it said:\n{self.output[-4000:]}"
            raise AssertionError(message) from None

    def kill(self) -> None:
        """End it and what it started, at once."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.pid, sign)
            except ProcessLookupError:
                break
            try:
                self.process.wait(2)
            except subprocess.TimeoutExpired:
                continue
        self.process.wait(PATIENCE)


class Desk:
    """A private session; use it in a `with` statement."""

    def __init__(self, *, size: str = "1280x800") -> None:
        self._size = size
        self._programs: list[Program] = []
        self.folder = Path(tempfile.mkdtemp(prefix="desk"))  # short: a socket's path has room for 107 bytes
        self.home = self.folder / "home"
        runtime = self.folder / "run"
        for folder in (self.home, runtime):
            folder.mkdir(mode=0o700)
        self.environment = {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(runtime),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_DATA_HOME": str(self.home / ".local/share"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "XDG_STATE_HOME": str(self.home / ".local/state"),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "NO_AT_BRIDGE": "1",  # no accessibility bus is started behind our back
            "GTK_A11Y": "none",
            "QT_QPA_PLATFORM": "xcb",
            "PYTHONUNBUFFERED": "1",
        }

    def __enter__(self) -> Self:
        try:
            self._start_screen()
            self._start_bus()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End everything, youngest first."""
        if hasattr(self, "bus"):
            self.bus.close()
        for program in reversed(self._programs):
            program.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_screen(self) -> None:
        reading, writing = os.pipe()
        screen = ("-screen", "0", f"{self._size}x24", "-nolisten", "tcp", "-noreset")
        try:
            self.start("Xvfb", "-displayfd", str(writing), *screen, pass_fds=(writing,))
        finally:
            os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        assert number, f"Xvfb did not start: {self._programs[-1].output}"
        self.environment["DISPLAY"] = f":{number}"

    def _start_bus(self) -> None:
        configuration = self.folder / "bus.conf"
        configuration.write_text(BUS_CONFIGURATION.format(folder=self.folder))
        reading, writing = os.pipe()
        where = (f"--config-file={configuration}", "--nofork", f"--print-address={writing}")
        try:
            self.start("dbus-daemon", *where, pass_fds=(writing,))
        finally:
            os.close(writing)
        with os.fdopen(reading) as answer:
            address = answer.readline().strip()
        assert address, f"dbus-daemon did not start: {self._programs[-1].output}"
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = address
        self.bus = Client(address)

    @property
    def address(self) -> str:
        return self.environment["DBUS_SESSION_BUS_ADDRESS"]

    def start(self, *argv: str, environment: Mapping[str, str] | None = None, **options: Any) -> Program:
        """Start a program in this session; it is ended with the desk."""
        log = self.folder / f"{len(self._programs)}-{Path(argv[0]).name}.log"
        program = Program(argv, {**self.environment, **(environment or {})}, log, **options)
        self._programs.append(program)
        return program

    def python(self, *arguments: str, **options: Any) -> Program:
        """Start this very Python with these arguments, the project importable."""
        return self.start(sys.executable, *arguments, **options)

    def run(self, *argv: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        """Run a program to its end, its output as text."""
        settings: dict[str, Any] = {"capture_output": True, "text": True, "timeout": PATIENCE, **options}
        return subprocess.run(argv, check=False, env=self.environment, **settings)

    def wait(self, condition: Callable[[], T | None], what: str, within: float = PATIENCE) -> T:
        """The first true answer; a failure that names what was waited for, with every program's last words."""
        end = time.monotonic() + within
        while not (answer := condition()):
            if time.monotonic() > end:
                raise AssertionError(self._what_happened(f"not within {within} s: {what}"))
            time.sleep(0.05)
        return answer

    def _what_happened(self, message: str) -> str:
        lines = [message]
        for program in self._programs:
            state = "runs" if program.is_running else f"ended with {program.process.returncode}"
            lines.append(f"--- {' '.join(program.argv)} ({state})\n{program.output[-2000:]}")
        return "\n".join(lines)

    def panel(self, *, dark: bool = True) -> Program:
        """Start Xfce's panel at the bottom of the screen: a host for both kinds of tray icon."""
        folder = Path(self.environment["XDG_CONFIG_HOME"], "xfce4/xfconf/xfce-perchannel-xml")
        folder.mkdir(parents=True, exist_ok=True)
        if not self.bus.has_owner("org.xfce.Xfconf"):  # it keeps the first panel's settings in memory
            (folder / "xfce4-panel.xml").write_text(PANEL_CONFIGURATION.format(dark=str(dark).lower()))
            self.start(multiarch("xfce4/xfconf/xfconfd"))
            self.wait(lambda: self.bus.has_owner("org.xfce.Xfconf"), "xfconfd on the bus")
        panel = self.start("xfce4-panel", "--disable-wm-check")
        self.wait(lambda: self.bus.has_owner(WATCHER), "the panel's tray on the bus")
        return panel

    def popup_daemon(self, name: str = "dunst") -> Program:
        """Start a real notification daemon: dunst or xfce4-notifyd."""
        daemon = self.start(multiarch("xfce4/notifyd/xfce4-notifyd") if name == "xfce4-notifyd" else name)
        self.wait(lambda: self.bus.has_owner(NOTIFICATIONS), f"{name} on the bus")
        return daemon

    def keyring(self, password: str = "open sesame") -> Program:  # noqa: S107  # opens a throwaway keyring of this desk
        """Start GNOME Keyring with its collection unlocked."""
        daemon = self.start(
            "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", stdin=subprocess.PIPE
        )
        assert daemon.process.stdin is not None
        daemon.process.stdin.write(password.encode())
        daemon.process.stdin.close()
        self.wait(lambda: self.bus.has_owner("org.freedesktop.secrets"), "the keyring on the bus")
        return daemon

    def item(self, within: float = PATIENCE) -> TrayItem:
        """The one tray icon, as soon as it has registered."""
        return self.wait(self.bus.items, "a tray icon on the bus", within)[0]

    def windows(self, title: str) -> tuple[str, ...]:
        """The numbers of the visible windows whose title matches."""
        return tuple(self.run("xdotool", "search", "--onlyvisible", "--name", title).stdout.split())

    def screenshot(self, file: Path, *, window: str = "root", crop: str | None = None) -> Path:
        """Save the screen, or one window, as PNG; crop is WIDTHxHEIGHT+X+Y."""
        cut = ("-crop", crop, "+repage") if crop else ()
        done = self.run("import", "-window", window, *cut, f"png:{file}")
        assert done.returncode == 0, done.stderr
        return file
