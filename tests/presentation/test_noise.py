"""The words of the noise preview."""

from datetime import timedelta

import pytest

from tests.builders import NOON
from trayapp.domain.rehearsal import Rehearsal
from trayapp.presentation.noise import noise_line, noise_makers

MONTH = timedelta(days=30)


@pytest.mark.parametrize(
    ("pop_ups", "period", "words"),
    [
        (4, MONTH, "With these rules: 4 pop-ups in the last 30 days."),
        (1, MONTH, "With these rules: 1 pop-up in the last 30 days."),
        (0, MONTH, "With these rules: no pop-up in the last 30 days."),
        (2, timedelta(days=3, hours=2), "With these rules: 2 pop-ups in the last 3 days."),
        (2, timedelta(minutes=5), "With these rules: 2 pop-ups in the last day."),
    ],
)
def test_the_count_and_its_period(pop_ups: int, period: timedelta, words: str) -> None:
    assert noise_line(Rehearsal(pop_ups=pop_ups, since=NOON - period, until=NOON)) == words


def test_where_nothing_is_recorded_the_line_is_calm() -> None:
    assert noise_line(Rehearsal(pop_ups=0, since=None, until=NOON)).startswith("Nothing is recorded yet.")


def test_the_loudest_pages_are_named() -> None:
    counts = (("acme", 9), ("two", 4), ("three", 2), ("four", 1), ("five", 1))
    loud = Rehearsal(pop_ups=17, since=NOON, until=NOON, by_page=counts)

    assert noise_makers(loud, {"acme": "Acme", "two": "Two"}) == "By page: Acme 9, Two 4, three 2, others 2"
    assert noise_makers(Rehearsal(pop_ups=0, since=NOON, until=NOON), {}) == ""
