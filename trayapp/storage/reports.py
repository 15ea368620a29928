"""What the user's own programs told us they saw: a small private file, one JSON line each, newest last."""

import os
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct, field

from trayapp.domain.verdict import OwnReport
from trayapp.storage.paths import make_private, refuse_unsafe, write_atomically

NAME = "reports.jsonl"
MOST = 500
"""Reports kept; older ones are dropped when the file has grown to twice as many."""
_LONGEST = 200
"""Bytes of one line; the file is never read further back than this allows."""


class _Line(msgspec.Struct):
    at: datetime
    provider: str
    code: int


class ReportFile(Struct):
    """The file; several processes may append to it. Reading never fails: what cannot be read is left out."""

    path: Path
    _stamp: tuple[int, int] = (0, 0)
    _known: tuple[OwnReport, ...] = field(default=())

    def add(self, report: OwnReport) -> None:
        """Append one report. Raises ``OSError``."""
        make_private(self.path.parent)
        refuse_unsafe(self.path)
        line = msgspec.json.encode(_Line(report.at, report.provider, report.code)) + b"\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line)
            length = os.fstat(handle).st_size
        finally:
            os.close(handle)
        if length > 2 * MOST * len(line):
            kept = (msgspec.json.encode(_Line(each.at, each.provider, each.code)).decode() for each in self.read())
            write_atomically(self.path, "".join(f"{each}\n" for each in kept))

    def read(self) -> tuple[OwnReport, ...]:
        """Return the last reports, oldest first; the file is read only where it has changed."""
        try:
            refuse_unsafe(self.path)
            found = self.path.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if stamp == self._stamp:
                return self._known
            with self.path.open("rb") as file:
                file.seek(max(0, found.st_size - 2 * MOST * _LONGEST))
                lines = file.read(2 * MOST * _LONGEST).splitlines()
        except OSError:
            self._stamp = (0, 0)
            self._known = ()
            return ()
        self._known = tuple(each for each in map(_report, lines[-MOST:]) if each is not None)
        self._stamp = stamp
        return self._known


def _report(line: bytes) -> OwnReport | None:
    try:
        read = msgspec.json.decode(line, type=_Line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return OwnReport(read.provider, read.code, read.at) if read.at.tzinfo is not None else None
