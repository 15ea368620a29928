"""How a copy came here, by what can be seen."""

from typing import Any

import pytest

from trayapp.domain.updates import Installation
from trayapp.storage.installation import find_installation, installation

NOTHING: dict[str, Any] = {
    "marker": "",
    "environment": {},
    "is_frozen": False,
    "is_flatpak": False,
    "is_checkout": False,
    "system": "linux",
}


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        ({}, Installation.PIP),
        ({"is_checkout": True}, Installation.CHECKOUT),
        ({"is_frozen": True}, Installation.BUNDLE),
        ({"is_frozen": True, "system": "darwin"}, Installation.MACOS_APP),
        ({"is_frozen": True, "environment": {"APPIMAGE": "/home/me/trayapp.AppImage"}}, Installation.APPIMAGE),
        ({"environment": {"APPIMAGE": "of/another/program"}}, Installation.PIP),
        ({"is_frozen": True, "marker": "deb\n"}, Installation.DEB),
        ({"is_frozen": True, "marker": "windows-setup\r\n", "system": "win32"}, Installation.WINDOWS_SETUP),
        ({"marker": "nonsense"}, Installation.PIP),
        ({"is_flatpak": True, "marker": "deb"}, Installation.FLATPAK),
    ],
)
def test_the_first_that_holds_is_told(seen: dict[str, Any], found: Installation) -> None:
    assert find_installation(**(NOTHING | seen)) is found


def test_a_checkout_is_known_as_one() -> None:
    assert installation() in {Installation.CHECKOUT, Installation.PIP}
