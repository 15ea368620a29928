import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from trayapp.presentation.ages import age, clock, duration, long_date

NOW = datetime(2025, 12, 2, 14, 30, tzinfo=UTC)


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    os.environ["TZ"] = "UTC"
    time.tzset()


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=40), "40 s ago"),
        (timedelta(seconds=59.9), "59 s ago"),
        (timedelta(minutes=4, seconds=59), "4 min ago"),
        (timedelta(hours=2, minutes=59), "2 h ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=3, hours=2), "3 days ago"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(passed: timedelta, words: str) -> None:
    assert age(NOW - passed, NOW) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=32, seconds=50), "32 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=1, minutes=5), "1 h 5 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, hours=3, minutes=9), "2 days 3 h"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(length: timedelta, words: str) -> None:
    assert duration(length) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2025, 12, 2, 14, 2, tzinfo=UTC), "14:02"),
        (datetime(2025, 12, 1, 23, 59, tzinfo=UTC), "yesterday 23:59"),
        (datetime(2025, 12, 3, 0, 0, tzinfo=UTC), "tomorrow 00:00"),
        (datetime(2025, 11, 30, 9, 5, tzinfo=UTC), "30 Nov 09:05"),
        (datetime(2024, 12, 2, 14, 2, tzinfo=UTC), "2 Dec 2024 14:02"),
    ],
)
def test_a_moment_has_as_much_date_as_it_needs(moment: datetime, words: str) -> None:
    assert clock(moment, NOW) == words


@pytest.mark.usefixtures("in_tokyo")
def test_times_are_local() -> None:
    assert clock(datetime(2025, 12, 2, 14, 2, tzinfo=UTC), NOW) == "23:02"
    assert clock(datetime(2025, 12, 1, 14, 59, tzinfo=UTC), NOW) == "yesterday 23:59"
    assert long_date(datetime(2025, 12, 1, 15, 0, tzinfo=UTC)) == "2 December 2025"


def test_a_day_in_full() -> None:
    assert long_date(NOW) == "2 December 2025"
