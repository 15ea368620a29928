"""Where things are on this machine: the only door to platformdirs, and how a file is written safely."""

import contextlib
import os
import stat
import sys
from gettext import gettext as _
from pathlib import Path

from msgspec import Struct

APP = "trayapp"
PRIVATE_DIR = 0o700
PRIVATE_FILE = 0o600
CONFIG_NAME = "config.toml"
KEYS_NAME = "keys.toml"
DATABASE_NAME = "history.db"
LOG_NAME = "trayapp.log"
RUNTIME_NAME = "run"


class Paths(Struct, frozen=True):
    """Every place the program reads or writes. None of them needs to exist yet.

    ``log_file``, ``database`` and ``runtime_dir`` (sockets and locks of the running program) lie inside
    ``data_dir`` when the user named that folder, so that two data folders never meet.
    """

    config_file: Path
    data_dir: Path
    log_file: Path
    database: Path
    runtime_dir: Path

    @property
    def keys_file(self) -> Path:
        """What is known of the user's keys; never a key."""
        return self.config_file.with_name(KEYS_NAME)


class UnsafeFileError(OSError):
    """A file we were asked to replace is a link or no plain file; its text is a sentence for a person."""


def find_paths(config: Path | None = None, data_dir: Path | None = None) -> Paths:
    """Return the places to use. What the user named wins; the rest is the platform's custom.

    platformdirs is loaded only when something was left unnamed.
    """
    config_file = _absolute(config) if config is not None else _custom_config_dir() / CONFIG_NAME
    if data_dir is not None:
        home = _absolute(data_dir)
        return Paths(config_file, home, home / LOG_NAME, home / DATABASE_NAME, home / RUNTIME_NAME)
    import platformdirs  # noqa: PLC0415 -- costs 12 ms, and not every run needs it

    home = platformdirs.user_data_path(APP, appauthor=False)
    return Paths(
        config_file=config_file,
        data_dir=home,
        log_file=platformdirs.user_log_path(APP, appauthor=False) / LOG_NAME,
        database=home / DATABASE_NAME,
        runtime_dir=_session_dir() or home / RUNTIME_NAME,
    )


def make_private(directory: Path) -> None:
    """Create a folder that only its owner may enter (0700), whatever the umask.

    A folder that exists is closed to others too if it is ours: empty, or holding a file of ours. A folder
    with other things in it (``--data-dir ~``) is left as it is. Raises ``OSError``.
    """
    try:
        directory.mkdir(mode=PRIVATE_DIR)
    except FileNotFoundError:
        make_private(directory.parent)
        make_private(directory)  # which another copy of ours may have made meanwhile
    except FileExistsError:
        if not directory.is_dir():
            raise
        if not _is_ours(directory):
            return
    if sys.platform != "win32" and stat.S_IMODE(directory.stat().st_mode) != PRIVATE_DIR:
        directory.chmod(PRIVATE_DIR)


def write_atomically(path: Path, text: str) -> None:
    """Replace a file's content so that at any moment the old or the new text is there, whole, mode 0600.

    The text is written as UTF-8 with its line ends as they are. Raises ``UnsafeFileError`` where the path
    is a symbolic link (it would be cut off from what it points to) or no plain file, else ``OSError``.
    """
    import tempfile  # noqa: PLC0415 -- loads every kind of compression, for which the icon would wait

    refuse_unsafe(path)
    if not path.parent.is_dir():
        make_private(path.parent)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(PRIVATE_FILE)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_directory(path.parent)


def refuse_unsafe(path: Path) -> None:
    """Raise ``UnsafeFileError`` unless the path is free or a plain file of its own."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise UnsafeFileError(
            _("{path} is a symbolic link and is not written through; edit {target} instead.").format(
                path=path, target=path.readlink()
            )
        )
    if not stat.S_ISREG(mode):
        raise UnsafeFileError(_("{path} is not a plain file; move it away first.").format(path=path))


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 -- Path.resolve would follow links


def _custom_config_dir() -> Path:
    import platformdirs  # noqa: PLC0415 -- costs 12 ms, and not every run needs it

    return platformdirs.user_config_path(APP, appauthor=False)


def _session_dir() -> Path | None:
    """Return our folder in the login session's own, where there is one that only its owner may enter.

    platformdirs warns and falls back to a guessable folder in /tmp instead.
    """
    session = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    if sys.platform == "win32" or not session.is_absolute():
        return None
    try:
        found = session.stat()
    except OSError:
        return None
    is_private = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return session / APP if is_private else None


def _is_ours(directory: Path) -> bool:
    ours = {CONFIG_NAME, DATABASE_NAME, LOG_NAME, RUNTIME_NAME}
    names = {each.name for each in directory.iterdir()}
    if sys.platform != "win32" and directory.stat().st_uid != os.getuid():
        return False
    return not names or (bool(names & ours) and directory != Path.home())


def _sync_directory(directory: Path) -> None:
    """Make a rename last through a power cut. Windows cannot, and some file systems refuse."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
