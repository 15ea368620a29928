"""Turns the files the program ships with into icons."""

import zlib
from pathlib import Path

from PySide6.QtGui import QIcon

from trayapp.storage.resources import resource

APP_ICON = "trayapp"
APP_ICON_SIZES = (16, 22, 24, 32, 48, 64, 128, 256)


def app_icon() -> QIcon:
    """Return the application's icon; empty where the files are missing, which is no reason to fail."""
    icon = QIcon()
    for size in APP_ICON_SIZES:
        file = app_icon_file(size)
        if file is not None:
            icon.addFile(str(file))
    return icon


def app_icon_file(size: int) -> Path | None:
    """Return the picture of the application in one size, if it is there."""
    try:
        file = resource("icons", f"{APP_ICON}-{size}.png")
    except FileNotFoundError:
        return None
    return file if file.is_file() else None


def mark_pixels(name: str) -> bytes:
    """Return the finished pictures of a mark, one after the other, as `theme` asks for them; nothing without the file.

    The files are made by packaging/make_icons.py, from the drawing.
    """
    try:
        return zlib.decompress(resource("icons", "marks", f"{name}.z").read_bytes())
    except (OSError, zlib.error):
        return b""
