"""A fresh desk for each test, and the program on it, watching pages on this computer."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.builders import operational
from tests.bus import NotificationServer
from tests.desk import Desk, Program, require_tools
from tests.fakepage import SUMMARY, FakePage

Watching = Callable[..., Program]


@pytest.fixture
def desk() -> Iterator[Desk]:
    require_tools()
    with Desk() as desk:
        yield desk


@pytest.fixture
def popups(desk: Desk) -> Iterator[NotificationServer]:
    with NotificationServer(desk.address) as server:
        yield server


@pytest.fixture
def page() -> Iterator[FakePage]:
    """A healthy page; the test makes it fall ill."""
    with FakePage() as page:
        page.serve(SUMMARY, operational())
        yield page


@pytest.fixture
def internet() -> Iterator[tuple[FakePage, FakePage]]:
    """The two hosts by which the program tells whether this computer is online."""
    with FakePage() as first, FakePage() as second:
        first.serve("/", b"", 204)
        second.serve("/", b"", 204)
        yield first, second


@pytest.fixture
def start(desk: Desk, internet: tuple[FakePage, FakePage], tmp_path: Path) -> Watching:
    """Start the program on the desk, watching these pages every second."""

    def start(*pages: FakePage, arguments: tuple[str, ...] = ("run",), settings: str = "") -> Program:
        hosts = ", ".join(f'"{each.url}/"' for each in internet)
        lines = [f"[polling]\nidle = 1\nincident = 1\n\n[baseline]\nhosts = [{hosts}]"]
        for number, each in enumerate(pages):
            name = "Acme" if number == 0 else f"Acme {number + 1}"
            lines.append(f'[[watch]]\nname = "{name}"\nurl = "{each.url}"\nplatform = "statuspage"')
        file = tmp_path / "config.toml"
        file.write_text("\n\n".join([*lines, settings]) + "\n")
        return desk.python("-m", "trayapp", "--config", str(file), "--data-dir", str(tmp_path / "data"), *arguments)

    return start
