"""A fresh desk for each test, and the program on it."""

from collections.abc import Iterator

import pytest

from tests.bus import NotificationServer
from tests.desk import Desk, require_tools


@pytest.fixture
def desk() -> Iterator[Desk]:
    require_tools()
    with Desk() as desk:
        yield desk


@pytest.fixture
def popups(desk: Desk) -> Iterator[NotificationServer]:
    with NotificationServer(desk.address) as server:
        yield server
