"""What helps somebody else to see what is wrong here, in one zip: what doctor found, settings, log, versions.

Nothing goes into it that is a key or names a person: keys and what looks like one are masked, log-ins leave addresses,
the home folder is ``~``, the names of user and computer and of internal hosts are replaced.
"""

import getpass
import json
import os
import platform
import re
import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from trayapp import __version__, bootstrap
from trayapp.probes.redaction import MASK, without_keys
from trayapp.storage.paths import PRIVATE_FILE
from trayapp.storage.secret import hidden

_SHORTEST_NAME = 3
"""Shorter names of a user or a host are parts of too many words."""
_LONGEST_LOG = 200_000
_LOGIN = re.compile(r"(?<=://)[^/@\s\"']+@")
_QUERY = re.compile(r"(?<=[?&])([\w.-]{1,40})=[^&#\s\"']+")
_SET = re.compile(r"^(\s*[\w.-]*(?:password|token|secret|key)[\w.-]*\s*=\s*).+$", re.IGNORECASE)
_VARIABLES = (
    *("XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE", "DESKTOP_SESSION", "LANG", "LC_ALL", "LANGUAGE", "TZ"),
    *("QT_QPA_PLATFORM", "QT_QPA_PLATFORMTHEME", "QT_STYLE_OVERRIDE", "QT_SCALE_FACTOR", "GTK_THEME"),
)
_ONLY_WHETHER = (
    *("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "SSH_CONNECTION", "SSL_CERT_FILE", "APPIMAGE", "SNAP"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
)


def save(file: Path, answer: Mapping[str, object], mine: bootstrap.Home) -> None:
    """Write the zip, for its owner alone. Raises ``OSError``; a file that is there is replaced."""
    clean = redactor(mine)
    parts = {
        "doctor.json": json.dumps(answer, indent=1, ensure_ascii=False),
        "versions.json": json.dumps(versions(), indent=1),
        "settings.toml": _text_of(mine.paths.config_file),
        "log.txt": _text_of(mine.paths.log_file)[-_LONGEST_LOG:],
        "READ-ME.txt": _READ_ME.format(version=__version__),
    }
    at = datetime.now(UTC).timetuple()[:6]
    handle = os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, PRIVATE_FILE)
    with os.fdopen(handle, "wb") as opened, zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, at), clean(text), zipfile.ZIP_DEFLATED)


def redactor(mine: bootstrap.Home) -> Callable[[str], str]:
    """Return what takes everything private out of a text of many lines."""
    inner = {urlsplit(each.url).hostname or "" for each in mine.settings.watch if each.internal and each.url}
    names = [(host, f"internal-{number}") for number, host in enumerate(sorted(inner - {""}), start=1)]
    names += [(str(Path.home()), "~"), (platform.node(), "this-computer"), (_user(), "user")]
    return lambda text: redacted_lines(text, names)


def redacted_lines(text: str, names: Iterable[tuple[str, str]]) -> str:
    """Return the text without keys, log-ins and these names, each of which has its replacement."""
    text = hidden("\n".join(_redacted_line(line) for line in text.splitlines()))
    for name, instead in names:
        if len(name) >= _SHORTEST_NAME:
            text = re.sub(rf"(?<![\w]){re.escape(name)}(?![\w])", instead, text, flags=re.IGNORECASE)
    return text


def _redacted_line(line: str) -> str:
    line = _SET.sub(rf"\g<1>{MASK}", line)
    line = _LOGIN.sub("[log-in]@", line)
    return without_keys(_QUERY.sub(r"\g<1>=[value]", line))


def versions() -> dict[str, object]:
    """Return what is installed and what this session is, without anything that names a person."""
    installed = sorted({(each.metadata["Name"], each.version) for each in metadata.distributions()})
    return {
        "schema": "trayapp.versions/1",
        "trayapp": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "packages": {name: version for name, version in installed if name},
        "environment": {name: os.environ[name] for name in _VARIABLES if name in os.environ},
        "set": [name for name in _ONLY_WHETHER if os.environ.get(name)],
    }


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _text_of(file: Path) -> str:
    """Return what a file says, or why it says nothing: that is of interest too."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"# {error}"


_READ_ME = """\
What AI Status Tray {version} found out about itself on one computer, for somebody who helps.

doctor.json     what works, what does not, what to do (trayapp doctor --json)
versions.json   versions of the program and its libraries, and the kind of desktop
settings.toml   the settings
log.txt         what went wrong lately

Keys are in none of them: they lie in the system's key store. Whatever looks like a key, log-ins in addresses, the
names of user and computer and of internal hosts are masked. Look through the files before you send them.
"""
