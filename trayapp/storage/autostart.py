"""Start at login: an XDG autostart entry, a value in Windows' Run key, or a LaunchAgent on macOS.

What the system will do is read back after every change, and is the only truth: a person may switch the entry off
in the system's own settings, or move the program, without asking us.
"""

import contextlib
import os
import plistlib
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from gettext import gettext as _
from pathlib import Path, PureWindowsPath
from typing import Protocol
from xml.parsers.expat import ExpatError

from msgspec import Struct

from trayapp.storage.paths import APP, write_atomically

Command = tuple[str, ...]
"""A program and its arguments, the program by its full path."""

LABEL = "io.github.ai-status-tray.trayapp"
"""The name of the LaunchAgent; it must not change, or a second copy would start."""

RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED_KEY = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
RUN_NAME = "AI Status Tray"
"""The name of the value; the Windows setup writes and removes the same."""

_PRIVATE_SESSION = ("FLATPAK_ID", "SNAP")


class Login(Enum):
    """What happens at the next login."""

    ON = "on"
    OFF = "off"
    SWITCHED_OFF = "switched_off"
    """Our entry is there, but the system's own settings have switched it off."""
    OTHER_PROGRAM = "other_program"
    """The entry starts another copy, or the same with other options."""
    MISSING_PROGRAM = "missing_program"
    """The entry starts something that is no longer there."""


class LoginState(Struct, frozen=True):
    """What happens at the next login, where that is written, and a sentence for a person."""

    login: Login
    place: str
    sentence: str

    @property
    def is_on(self) -> bool:
        """Whether this program will start."""
        return self.login is Login.ON


class AutostartError(OSError):
    """It could not be read or changed; the message is a sentence for a person."""


class Autostart(Protocol):
    """The one thing a system offers for this."""

    def state(self) -> LoginState:
        """Return what will happen. Raises ``AutostartError``."""

    def switch(self, *, on: bool) -> LoginState:
        """Write or remove our entry; return what was read back. Raises ``AutostartError``, also if it did not take."""


def find_autostart(config: Path | None = None, data_dir: Path | None = None) -> Autostart:
    """Return what this system offers, for this very program. ``config`` and ``data_dir`` are used at login too.

    Raises:
        AutostartError: There is nothing: inside a sandbox the system's settings are out of reach.
    """
    sandbox = next((name for name in _PRIVATE_SESSION if os.environ.get(name)), None)
    if sandbox is not None:
        raise AutostartError(
            _("Inside this sandbox the program cannot change what starts at login; use the settings of your desktop.")
        )
    options = [f"--config={config.absolute()}"] if config is not None else []
    options += [f"--data-dir={data_dir.absolute()}"] if data_dir is not None else []
    is_frozen = bool(getattr(sys, "frozen", False))
    command = start_command(sys.executable, os.environ, is_frozen=is_frozen, options=options)
    if sys.platform == "win32":
        return RunKey(WindowsRegistry(), command)
    if sys.platform == "darwin":
        return LaunchAgent(Path.home() / "Library/LaunchAgents", command, _launchctl)
    return XdgAutostart(_config_home(os.environ) / "autostart", command)


def start_command(
    executable: str, environment: Mapping[str, str], *, is_frozen: bool, options: Sequence[str] = ()
) -> Command:
    """Return how to start the tray without a terminal.

    An AppImage is mounted at another place each time, so the file itself is started: ``APPIMAGE``, if it is ours.
    On Windows the program without a console is taken where it lies beside: ``trayapp-tray.exe`` or ``pythonw.exe``.
    """
    image, mounted = environment.get("APPIMAGE", ""), environment.get("APPDIR", "")
    if is_frozen and image and mounted and Path(executable).is_relative_to(mounted):
        return (image, *options, "run")
    windowed = _without_console(executable)
    return (windowed, *options, "run") if is_frozen else (windowed, "-m", APP, *options, "run")


def _without_console(executable: str) -> str:
    program = PureWindowsPath(executable)
    quiet = {f"{APP}.exe": f"{APP}-tray.exe", "python.exe": "pythonw.exe"}.get(program.name.lower())
    if quiet is None or not Path(program.with_name(quiet)).is_file():
        return executable
    return str(program.with_name(quiet))


class XdgAutostart:
    """A desktop entry in the user's autostart folder (freedesktop.org's Autostart specification)."""

    def __init__(self, folder: Path, command: Command) -> None:
        """Keep where the entry belongs; nothing is read yet."""
        self._file = folder / f"{APP}.desktop"
        self._command = command

    def state(self) -> LoginState:
        """Return what the desktop will do."""
        text = _read(self._file)
        if text is None:
            return _said(Login.OFF, str(self._file))
        entry = _desktop_group(text)
        if entry.get("Hidden") == "true" or entry.get("X-GNOME-Autostart-enabled") == "false":
            return _said(Login.SWITCHED_OFF, str(self._file))
        line = entry.get("Exec", "")
        return _judged(_exec_words(line), str(self._file), is_ours=line == exec_line(self._command))

    def switch(self, *, on: bool) -> LoginState:
        """Write the entry, or remove it."""
        if on:
            _write(self._file, desktop_entry(self._command))
        else:
            _remove(self._file)
        return _taken(self.state(), on=on)


def desktop_entry(command: Command) -> str:
    """Return the text of the autostart entry."""
    return (
        "[Desktop Entry]\n"
        "Type=Application\n"
        "Name=AI Status Tray\n"
        "Comment=Is it them, your network, your key or your quota?\n"
        f"Exec={exec_line(command)}\n"
        f"Icon={APP}\n"
        "Terminal=false\n"
        "NoDisplay=true\n"
        "X-GNOME-Autostart-enabled=true\n"
    )


def exec_line(command: Command) -> str:
    """Return the value of ``Exec``: each word quoted where needed, as the Desktop Entry specification wants it."""
    return " ".join(_exec_word(word) for word in command)


def _exec_word(word: str) -> str:
    word = word.replace("%", "%%")
    if word and not set(word) & set(" \t\n\"'\\><~|&;$*?#()`"):
        return word
    for each in '\\"`$':
        word = word.replace(each, f"\\{each}")
    # The quoting above happens inside a string value, where a backslash is itself written twice.
    return '"' + word.replace("\\", "\\\\") + '"'


def _exec_words(line: str) -> Command:
    try:
        return tuple(word.replace("%%", "%") for word in shlex.split(line.replace("\\\\", "\\")))
    except ValueError:
        return ()


def _desktop_group(text: str) -> dict[str, str]:
    """Return the keys of the group ``[Desktop Entry]``."""
    found: dict[str, str] = {}
    group = ""
    for line in text.splitlines():
        if line.startswith("["):
            group = line.strip()
        elif group == "[Desktop Entry]" and "=" in line and not line.startswith("#"):
            key, _equals, value = line.partition("=")
            found.setdefault(key.strip(), value.strip())
    return found


Launchctl = Callable[[Sequence[str]], str]
"""Runs launchctl with these arguments and returns what it prints; nothing where it fails."""


class LaunchAgent:
    """A property list in ``~/Library/LaunchAgents``, started by launchd when the user logs in."""

    def __init__(self, folder: Path, command: Command, launchctl: Launchctl) -> None:
        """Keep where the list belongs; nothing is read yet."""
        self._file = folder / f"{LABEL}.plist"
        self._command = command
        self._launchctl = launchctl

    def state(self) -> LoginState:
        """Return what launchd will do. Login Items in System Settings switches off by label, outside of the list."""
        place = str(self._file)
        try:
            found: object = plistlib.loads(self._file.read_bytes())
        except FileNotFoundError:
            return _said(Login.OFF, place)
        except (OSError, ValueError, ExpatError, plistlib.InvalidFileException) as error:
            raise AutostartError(_("{file} cannot be read: {why}").format(file=place, why=error)) from error
        if not isinstance(found, Mapping):
            raise AutostartError(_("{file} is no list of properties.").format(file=place))
        if found.get("Disabled") is True or not found.get("RunAtLoad") or self._is_disabled():
            return _said(Login.SWITCHED_OFF, place)
        words = found.get("ProgramArguments")
        program = tuple(str(word) for word in words) if isinstance(words, list) else ()
        return _judged(program, place, is_ours=program == self._command)

    def switch(self, *, on: bool) -> LoginState:
        """Write the list, or remove it. It counts from the next login; a running copy is left alone."""
        if on:
            _write(self._file, launch_agent(self._command))
            self._launchctl(("enable", f"{_domain()}/{LABEL}"))
        else:
            _remove(self._file)
        return _taken(self.state(), on=on)

    def _is_disabled(self) -> bool:
        lines = self._launchctl(("print-disabled", _domain())).splitlines()
        return any(LABEL in line and line.rstrip().endswith(("disabled", "true")) for line in lines)


def launch_agent(command: Command) -> str:
    """Return the property list's text."""
    content = {
        "Label": LABEL,
        "ProgramArguments": list(command),
        "RunAtLoad": True,
        "ProcessType": "Interactive",
        "LimitLoadToSessionType": "Aqua",
    }
    return plistlib.dumps(content, sort_keys=False).decode()


def _domain() -> str:
    if sys.platform == "win32":
        return "gui"
    return f"gui/{os.getuid()}"


def _launchctl(arguments: Sequence[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 -- the system's own program, and words of ours
            ["/bin/launchctl", *arguments], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


class Registry(Protocol):
    """The current user's part of Windows' registry, as far as it is needed. Every method may raise ``OSError``."""

    def read(self, key: str, name: str) -> str | bytes | None:
        """Return a value, or ``None`` where there is none."""

    def write(self, key: str, name: str, value: str) -> None:
        """Set a text value; the key is made where it is missing."""

    def delete(self, key: str, name: str) -> None:
        """Remove a value; none there is fine too."""


class RunKey:
    """A value in the user's ``Run`` key. The Task Manager switches it off elsewhere, in ``StartupApproved``."""

    def __init__(self, registry: Registry, command: Command) -> None:
        """Keep the registry; nothing is read yet."""
        self._registry = registry
        self._command = command

    def state(self) -> LoginState:
        """Return what Windows will do."""
        place = rf"HKEY_CURRENT_USER\{RUN_KEY}\{RUN_NAME}"
        try:
            line = self._registry.read(RUN_KEY, RUN_NAME)
            approved = self._registry.read(APPROVED_KEY, RUN_NAME)
        except OSError as error:
            raise AutostartError(_("The registry cannot be read: {why}").format(why=error)) from error
        if not isinstance(line, str):
            return _said(Login.OFF, place)
        # Twelve bytes; the first is odd where a person has switched the entry off.
        if isinstance(approved, bytes) and approved[:1] and approved[0] % 2:
            return _said(Login.SWITCHED_OFF, place)
        words = (line[1:].partition('"')[0],) if line.startswith('"') else (line.partition(" ")[0],)
        return _judged(words, place, is_ours=line == run_line(self._command))

    def switch(self, *, on: bool) -> LoginState:
        """Write the value, or remove it; asked to switch on, a refusal of the Task Manager is taken back."""
        try:
            if on:
                self._registry.write(RUN_KEY, RUN_NAME, run_line(self._command))
            else:
                self._registry.delete(RUN_KEY, RUN_NAME)
            self._registry.delete(APPROVED_KEY, RUN_NAME)
        except OSError as error:
            raise AutostartError(_("The registry cannot be changed: {why}").format(why=error)) from error
        return _taken(self.state(), on=on)


def run_line(command: Command) -> str:
    """Return the command line as Windows takes it apart again; the program always stands in quotes."""
    program, *arguments = command
    return " ".join(each for each in (f'"{program}"', subprocess.list2cmdline(arguments)) if each)


if sys.platform == "win32":
    import winreg

    class WindowsRegistry:
        """HKEY_CURRENT_USER."""

        def read(self, key: str, name: str) -> str | bytes | None:
            """Return a value, or ``None`` where there is none."""
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    value: object = winreg.QueryValueEx(opened, name)[0]
            except FileNotFoundError:
                return None
            return value if isinstance(value, str | bytes) else None

        def write(self, key: str, name: str, value: str) -> None:
            """Set a text value; the key is made where it is missing."""
            with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as opened:
                winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, value)

        def delete(self, key: str, name: str) -> None:
            """Remove a value; none there is fine too."""
            with (
                contextlib.suppress(FileNotFoundError),
                winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as opened,
            ):
                winreg.DeleteValue(opened, name)


def _judged(program: Command, place: str, *, is_ours: bool) -> LoginState:
    """Say what an active entry does that starts ``program``."""
    if not program or not Path(program[0]).is_file():
        return _said(Login.MISSING_PROGRAM, place, " ".join(program))
    return _said(Login.ON if is_ours else Login.OTHER_PROGRAM, place, " ".join(program))


def _said(login: Login, place: str, program: str = "") -> LoginState:
    sentence = {
        Login.ON: _("AI Status Tray starts when you log in ({place})."),
        Login.OFF: _("AI Status Tray does not start when you log in."),
        Login.SWITCHED_OFF: _("AI Status Tray is listed to start at login, but switched off there ({place})."),
        Login.OTHER_PROGRAM: _("At login another copy, or one with other options, is started: {program} ({place})."),
        Login.MISSING_PROGRAM: _("At login something is to be started that is not there: {program} ({place})."),
    }[login]
    return LoginState(login, place, sentence.format(place=place, program=program or "-"))


def _taken(found: LoginState, *, on: bool) -> LoginState:
    """Return the state if it is as wished. Raises ``AutostartError`` otherwise: nothing is reported that is not so."""
    if found.login is (Login.ON if on else Login.OFF):
        return found
    raise AutostartError(_("This did not take. {sentence}").format(sentence=found.sentence))


def _config_home(environment: Mapping[str, str]) -> Path:
    """Return the folder the specification names; a relative one is to be ignored."""
    named = Path(environment.get("XDG_CONFIG_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".config"


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AutostartError(_("{file} cannot be read: {why}").format(file=file, why=error)) from error


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, text)
    except OSError as error:
        raise AutostartError(_("{file} cannot be written: {why}").format(file=file, why=error)) from error


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise AutostartError(_("{file} cannot be removed: {why}").format(file=file, why=error)) from error
