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
    from logging.handlers import RotatingFileHandler  # noqa: PLC0415 -- loads half the network; the icon comes first

    guard_process()
    with contextlib.suppress(OSError):
        make_private(file.parent)
        handler = RotatingFileHandler(file, maxBytes=LARGEST, backupCount=1, encoding="utf-8", delay=True)
        handler.setLevel(logging.WARNING)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handler.addFilter(lambda _record: _is_private(file))
        logging.getLogger().addHandler(handler)
        return handler
    return None


def _is_private(file: Path) -> bool:
    """Make the file ours alone before anything is written; nothing is written where that fails."""
    try:
        file.touch(mode=PRIVATE_FILE)
    except OSError:
        return False
    return True
