"""Versions, and when it is time to ask."""

from datetime import datetime, timedelta

import pytest

from tests.builders import NOON
from trayapp.domain.updates import CHECK_EVERY, TRY_AGAIN, Installation, Release, is_due, numbers_of

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("ours", "theirs", "is_newer"),
    [
        ("0.1.0", "0.1.1", True),
        ("0.9", "0.10", True),
        ("1.0", "1.0.0", False),
        ("1.2", "1.1.9", False),
        ("1.0", "2.0rc1", False),
        ("1.0.dev1", "2.0", False),
        ("1.0", "1..2", False),
        ("1.0", "9" * 50, False),
        ("1.0", "٢.0", False),
    ],
)
def test_only_a_later_version_is_newer(ours: str, theirs: str, is_newer: bool) -> None:  # noqa: FBT001 -- a row
    assert Release(theirs, "https://example.org").is_newer_than(ours) is is_newer


def test_zero_is_a_version_too() -> None:
    assert numbers_of("0.0") == ()


@pytest.mark.parametrize(
    ("checked_at", "reached", "due"),
    [
        (None, False, True),
        (NOON - CHECK_EVERY, True, True),
        (NOON - CHECK_EVERY + SECOND, True, False),
        (NOON - TRY_AGAIN, False, True),
        (NOON - TRY_AGAIN + SECOND, False, False),
        (NOON + SECOND, True, True),
    ],
)
def test_a_day_passes_between_two_files(checked_at: datetime | None, reached: bool, due: bool) -> None:  # noqa: FBT001 -- rows
    assert is_due(checked_at, NOON, reached=reached) is due


def test_packages_are_left_to_their_managers() -> None:
    managed = {each for each in Installation if each.is_managed}

    assert managed == {Installation.DEB, Installation.FLATPAK, Installation.PIP}
