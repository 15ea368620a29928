"""Finds the files the program ships with: in a checkout, an installed package, or a frozen application."""

import sys
from pathlib import Path

_PACKAGE = "trayapp"


def resource(*parts: str) -> Path:
    """Return where a shipped file lies, for example ``resource("icons", "fine.svg")``; it may not exist."""
    return resource_dir().joinpath(*parts)


def resource_texts(*parts: str, suffix: str) -> tuple[tuple[str, str], ...]:
    """Return name and text of every file with the suffix in a shipped folder, sorted by name."""
    found = sorted(each for each in resource(*parts).iterdir() if each.suffix == suffix)
    return tuple((each.name, each.read_text(encoding="utf-8")) for each in found)


def resource_dir() -> Path:
    """Return the folder of the shipped files.

    Raises:
        FileNotFoundError: The installation is incomplete; the message says where was looked.
    """
    # PyInstaller unpacks its bundle below _MEIPASS; nothing else sets it.
    bundle = getattr(sys, "_MEIPASS", None)
    package = Path(__file__).parents[1]
    return find_resources(package, Path(bundle) if isinstance(bundle, str) else None)


def find_resources(package: Path, bundle: Path | None = None) -> Path:
    """Return the first of these that is a folder.

    | where | when |
    |---|---|
    | ``bundle/resources``, ``bundle/trayapp/_resources`` | frozen: ``bundle`` is the unpacked application |
    | ``package/_resources`` | installed from a wheel |
    | ``resources`` beside the package and ``pyproject.toml`` | a checkout, also installed as editable |

    A ``resources`` folder beside an installed package may be anybody's, hence ``pyproject.toml``.
    """
    places = [package / "_resources"]
    if bundle is not None:
        places = [bundle / "resources", bundle / _PACKAGE / "_resources", *places]
    if (package.parent / "pyproject.toml").is_file():
        places.append(package.parent / "resources")
    for place in places:
        if place.is_dir():
            return place
    looked = ", ".join(str(each) for each in places)
    raise FileNotFoundError(f"The program's own files are missing (looked in {looked}); install it again.")
