"""What went wrong lately, in a small file beside the history, for the day somebody asks."""

import contextlib
import logging
from pathlib import Path

from trayapp.storage.paths import PRIVATE_FILE, make_private
from trayapp.storage.secret import guard_process

LARGEST = 256 * 1024
"""Bytes; one older file of this size is kept besides."""


def keep_log(file: Path) -> logging.Handler | None:
    """Write warnings and worse into the file from now on; ``None`` where it cannot be written. It is made when needed.

    No record carries a key: the guard stands before every handler.
    """
    guard_process()
    with contextlib.suppress(OSError):
        make_private(file.parent)
        handler = _LogFile(file)
        handler.setLevel(logging.WARNING)
        handler.addFilter(lambda _record: _is_private(file))
        logging.getLogger().addHandler(handler)
        return handler
    return None


class _LogFile(logging.Handler):
    """A file that is rotated. What rotates it is loaded when there is something to write, which may be never."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        self._writer: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self._writer is None:
            from logging.handlers import RotatingFileHandler  # noqa: PLC0415 -- loads sockets and pickles for others

            self._writer = RotatingFileHandler(
                self._file, maxBytes=LARGEST, backupCount=1, encoding="utf-8", delay=True
            )
            self._writer.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._writer.emit(record)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        super().close()


def _is_private(file: Path) -> bool:
    """Make the file ours alone before anything is written; nothing is written where that fails."""
    try:
        file.touch(mode=PRIVATE_FILE)
    except OSError:
        return False
    return True
