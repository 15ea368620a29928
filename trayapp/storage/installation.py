"""How this copy of the program came here: from a package, an installer, or a checkout."""

import os
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from trayapp.domain.updates import Installation
from trayapp.storage.resources import resource

MARKER = "installed-by"
"""A shipped file with one word of ``Installation``; whoever makes a package adds it."""
_FLATPAK = Path("/.flatpak-info")


def installation() -> Installation:
    """Return how this copy came here."""
    try:
        marker = resource(MARKER).read_text(encoding="utf-8")
    except (OSError, ValueError):
        marker = ""
    return find_installation(
        marker=marker,
        environment=os.environ,
        is_frozen=bool(getattr(sys, "frozen", False)),
        is_flatpak=_FLATPAK.exists(),
        is_checkout=Path(str(files("trayapp"))).with_name("pyproject.toml").is_file(),
        system=sys.platform,
    )


def find_installation(
    *,
    marker: str,
    environment: Mapping[str, str],
    is_frozen: bool,
    is_flatpak: bool,
    is_checkout: bool,
    system: str,
) -> Installation:
    """Return the first that holds.

    | found | then |
    |---|---|
    | Flatpak's own note in the root of the file system | flatpak |
    | a marker that a package left among the shipped files | what it says |
    | a frozen program, started by an AppImage | appimage |
    | a frozen program on macOS, or anywhere else | macos-app, bundle |
    | ``pyproject.toml`` beside the package | checkout |
    | anything else | pip |
    """
    if is_flatpak:
        return Installation.FLATPAK
    if marker.strip() in {each.value for each in Installation}:
        return Installation(marker.strip())
    if is_frozen and environment.get("APPIMAGE"):
        return Installation.APPIMAGE
    if is_frozen:
        return Installation.MACOS_APP if system == "darwin" else Installation.BUNDLE
    return Installation.CHECKOUT if is_checkout else Installation.PIP
