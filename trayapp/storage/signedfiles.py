"""The last good signed files, and what became of the last attempt to fetch a newer one."""

from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from trayapp.domain.updates import SignedKind
from trayapp.storage.paths import refuse_unsafe, write_atomically

_LARGEST = 2_000_000
"""Bytes of a kept file that are read; what is larger was not written by us."""


class Attempt(Struct, frozen=True):
    """The last attempt. ``url`` and ``key`` are what was configured then; ``reached`` whether there was an answer.

    ``serial`` is the highest of a good file ever seen with that key.
    """

    url: str = ""
    key: str = ""
    at: datetime | None = None
    reached: bool = False
    serial: int = 0
    problem: str = ""
    refused: bool = False


class SignedStore(Struct, frozen=True):
    """Two small files for each kind, in the data folder. Reading never fails: what cannot be read is not there."""

    folder: Path

    def attempt(self, kind: SignedKind) -> Attempt:
        """Return what became of the last attempt."""
        try:
            found = msgspec.json.decode(self._read(self._state_file(kind)), type=Attempt)
        except (OSError, msgspec.MsgspecError):
            return Attempt()
        return found if found.at is None or found.at.tzinfo is not None else Attempt()

    def body(self, kind: SignedKind) -> bytes | None:
        """Return the last good file as it came; it is to be checked again before it is believed."""
        try:
            return self._read(self._file(kind))
        except OSError:
            return None

    def keep(self, kind: SignedKind, attempt: Attempt, body: bytes | None = None) -> None:
        """Write down an attempt, and the good file that it brought. Raises ``OSError``."""
        if body is not None:
            write_atomically(self._file(kind), body.decode())
        write_atomically(self._state_file(kind), msgspec.json.encode(attempt).decode())

    def _file(self, kind: SignedKind) -> Path:
        return self.folder / f"{kind.value}.signed.json"

    def _state_file(self, kind: SignedKind) -> Path:
        return self.folder / f"{kind.value}.attempt.json"

    @staticmethod
    def _read(path: Path) -> bytes:
        refuse_unsafe(path)
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise OSError(path)
        return content
