"""The token that lets the user's own programs report: a small private file that any of them may read."""

import os
import re
import secrets
from pathlib import Path

from trayapp.storage.paths import PRIVATE_FILE, make_private, refuse_unsafe, write_atomically

NAME = "report-token"
_SHAPE = re.compile(r"[\w-]{32,128}", re.ASCII)


def report_token(path: Path) -> str:
    """Return the token, making one where there is none that is fit. Raises ``OSError``."""
    make_private(path.parent)
    refuse_unsafe(path)
    try:
        known = path.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        known = ""
    if _SHAPE.fullmatch(known):
        os.chmod(path, PRIVATE_FILE)  # noqa: PTH101 -- the file may have been copied from somewhere open
        return known
    made = secrets.token_urlsafe(32)
    write_atomically(path, f"{made}\n")
    return made
