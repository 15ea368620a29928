"""One running copy: the first holds a lock and listens at a door, a second knocks and goes."""

import logging
import socket
import sys
import time
from pathlib import Path
from typing import Protocol

from PySide6 import QtCore
from PySide6.QtCore import QLockFile, QObject, QSocketNotifier, Signal, Slot

from trayapp.storage.paths import make_private

log = logging.getLogger(__name__)

LOCK_NAME = "trayapp.lock"
DOOR_NAME = "trayapp.sock"
LONGEST_PATH = 100
"""Bytes of a socket's path: Linux has room for 107, macOS for 103."""
LONGEST_MESSAGE = 200
BACKLOG = 128
"""Callers who may wait at the door while the first copy still loads."""
PATIENCE = 30.0
"""Seconds a second copy waits for the first one to open its door."""
_KNOCK_EVERY = 0.1
_ANSWER = b"ok\n"


class Door(Protocol):
    """Where a second copy knocks."""

    def open(self) -> None:
        """Listen from now on. Raises ``OSError``."""

    def close(self) -> None:
        """Listen no more."""


class Instance(QObject):
    """The claim to be the only copy for one runtime folder."""

    shown = Signal(str)
    """Another start asked this one to show a page."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        """Prepare to claim ``folder``, which is made and closed to others."""
        super().__init__(parent)
        make_private(folder)
        self._folder = folder
        self._lock = QLockFile(str(folder / LOCK_NAME))
        self._lock.setStaleLockTime(0)  # a living copy never gets stale; a dead one's number tells
        self._door: Door | None = None

    def claim(self, page: str, patience: float = PATIENCE) -> bool:
        """Become the only copy, or make the one that runs show ``page``; return whether we are the one.

        Raises ``TimeoutError`` where another copy holds the lock and does not open. What a copy that was killed
        has left behind is cleared away: a socket nobody listens at, a lock whose number another program has now.
        """
        end = time.monotonic() + patience
        while not self._lock.tryLock(0):
            if knock(self._folder, page, max(end - time.monotonic(), _KNOCK_EVERY)):
                return False
            if time.monotonic() > end and not self._lock.removeStaleLockFile():
                raise TimeoutError(str(self._folder))
            time.sleep(_KNOCK_EVERY)
        self._open_door()
        return True

    def release(self) -> None:
        """Let the next copy in."""
        if self._door is not None:
            self._door.close()
            self._door = None
        self._lock.unlock()

    def _open_door(self) -> None:
        door = make_door(self._folder, self)
        try:
            door.open()
        except OSError as error:
            # The lock still keeps a second copy out; it only cannot raise this one's window.
            log.warning("instance: cannot listen at %s: %s", door_path(self._folder), error)
            return
        self._door = door

    def heard(self, message: str) -> None:
        """Act on what another copy said."""
        word, _space, page = message.strip().partition(" ")
        if word == "show":
            self.shown.emit(page)


def make_door(folder: Path, instance: Instance) -> Door:
    """Return the door this system has."""
    if sys.platform == "win32":
        return PipeDoor(folder, instance)
    return SocketDoor(folder, instance)


def knock(folder: Path, page: str, patience: float = 1.0) -> bool:
    """Ask the copy that runs to show a page; return whether it said that it will within so many seconds.

    Who is at the door stays there while the first copy is busy: knocking anew would only make the queue longer.
    """
    message = f"show {page}".strip()[:LONGEST_MESSAGE]
    if sys.platform == "win32":
        return _knock_at_pipe(folder, message, patience)
    return _knock_at_socket(folder, message, patience)


def door_path(folder: Path) -> Path:
    """Return where the socket is: in the folder, or where its path is too long for that, under a short name."""
    path = folder / DOOR_NAME
    if len(str(path).encode()) <= LONGEST_PATH:
        return path
    import tempfile  # noqa: PLC0415 -- loads every kind of compression, and hardly anybody needs it

    return Path(tempfile.gettempdir()) / f"trayapp-{_digest(folder)}" / DOOR_NAME


class SocketDoor(QObject):
    """A Unix socket in a folder that only its owner may enter."""

    def __init__(self, folder: Path, instance: Instance) -> None:
        """Keep where to listen and who is told."""
        super().__init__(instance)
        self._path = door_path(folder)
        self._instance = instance
        self._socket = socket.socket(socket.AF_UNIX)

    def open(self) -> None:
        """Listen; we hold the lock, so a socket that is there already is a dead copy's."""
        make_private(self._path.parent)
        self._path.unlink(missing_ok=True)
        self._socket.bind(str(self._path))
        self._path.chmod(0o600)
        self._socket.listen(BACKLOG)
        self._socket.setblocking(False)
        self._notifier = QSocketNotifier(self._socket.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._answer_door)

    def close(self) -> None:
        """Take the socket away."""
        self._notifier.setEnabled(False)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    @Slot()
    def _answer_door(self) -> None:
        try:
            caller, _address = self._socket.accept()
        except OSError:
            return
        _Caller(caller, self._instance)


class _Caller(QObject):
    """Somebody at the door, until one line is heard."""

    def __init__(self, caller: socket.socket, instance: Instance) -> None:
        super().__init__(instance)
        caller.setblocking(False)
        self._caller = caller
        self._instance = instance
        self._notifier = QSocketNotifier(caller.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._listen)

    @Slot()
    def _listen(self) -> None:
        """Hear one line, say that we heard it, and hang up: nobody can hold the line."""
        self._notifier.setEnabled(False)
        try:
            heard = self._caller.recv(LONGEST_MESSAGE)
            if heard:
                self._caller.send(_ANSWER)
        except OSError:
            heard = b""
        self._caller.close()
        self.deleteLater()
        if heard:
            self._instance.heard(heard.decode(errors="replace"))


def _knock_at_socket(folder: Path, message: str, patience: float) -> bool:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(patience)
        try:
            caller.connect(str(door_path(folder)))
            caller.sendall(message.encode() + b"\n")
            return caller.recv(len(_ANSWER)) == _ANSWER
        except OSError:  # nobody there, nobody listening, or nobody answering
            return False


class PipeDoor(QObject):
    """Qt's local server, a named pipe on Windows; only there, for QtNetwork costs 3 MB."""

    def __init__(self, folder: Path, instance: Instance) -> None:
        """Keep where to listen and who is told."""
        super().__init__(instance)
        from PySide6.QtNetwork import QLocalServer  # noqa: PLC0415 -- see above

        self._name = _pipe_name(folder)
        self._instance = instance
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)

    def open(self) -> None:
        """Listen; we hold the lock, so a pipe that is there already is a dead copy's."""
        self._server.removeServer(self._name)
        if not self._server.listen(self._name):
            raise OSError(self._server.errorString())
        self._server.newConnection.connect(self._answer_door)

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    @Slot()
    def _answer_door(self) -> None:
        caller = self._server.nextPendingConnection()
        caller.disconnected.connect(_PipeCaller(caller, self._instance).deleteLater)


class _PipeCaller(QObject):
    """Somebody at the pipe, who hangs up when the line is heard."""

    def __init__(self, caller: "QtCore.QIODevice", instance: Instance) -> None:
        super().__init__(instance)
        self._caller = caller
        self._instance = instance
        caller.setParent(self)
        caller.readyRead.connect(self._listen)
        self._listen()

    @Slot()
    def _listen(self) -> None:
        if not self._caller.canReadLine():
            return
        heard = bytes(self._caller.readLine(LONGEST_MESSAGE).data())
        self._caller.write(_ANSWER)
        self._instance.heard(heard.decode(errors="replace"))


def _knock_at_pipe(folder: Path, message: str, patience: float = 1.0) -> bool:
    from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415 -- a second copy's business only

    caller = QLocalSocket()
    caller.connectToServer(_pipe_name(folder))
    if not caller.waitForConnected(round(1000 * patience)):
        return False
    caller.write(message.encode() + b"\n")
    heard = caller.waitForReadyRead(round(1000 * patience)) and bytes(caller.readAll().data()) == _ANSWER
    caller.abort()
    return heard


def _pipe_name(folder: Path) -> str:
    return f"trayapp-{_digest(folder)}"


def _digest(folder: Path) -> str:
    from hashlib import sha256  # noqa: PLC0415 -- 4 ms that most people never need

    return sha256(str(folder).encode()).hexdigest()[:16]
