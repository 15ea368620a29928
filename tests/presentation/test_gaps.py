"""The words for times when nobody watched."""

from datetime import timedelta

from tests.builders import NOON
from trayapp.domain.record import Gap
from trayapp.presentation import gaps
from trayapp.presentation.incidents import Filters, Openness
from trayapp.presentation.words import Mark

NIGHT = Gap(NOON - timedelta(hours=10), NOON - timedelta(hours=5, minutes=30), "asleep")


def test_a_night_is_a_row_with_its_reason_and_length() -> None:
    row = gaps.gap_row(NIGHT, NOON)

    assert row.key == gaps.gap_key(NIGHT)
    assert row.mark is Mark.UNKNOWN
    assert row.cells == ("02:00", "", "Nobody watched: this computer slept", "", "", "4 h 30 min")
    assert row.order[0] == NIGHT.start.timestamp()


def test_its_detail_says_what_is_not_known() -> None:
    detail = gaps.gap_detail(NIGHT, NOON)

    assert detail.facts == (("From", "02:00"), ("Until", "06:30"), ("Duration", "4 h 30 min"))
    assert "may be missing" in detail.notes[0]
    assert (detail.updates, detail.url) == ((), "")


def test_every_reason_has_its_words_and_an_unknown_one_its_own() -> None:
    stopped, odd = (Gap(NIGHT.start, NIGHT.end, why) for why in ("not_running", "on the moon"))

    assert gaps.gap_row(stopped, NOON).cells[2] == "Nobody watched: this program was not running"
    assert gaps.gap_row(odd, NOON).cells[2] == "Nobody watched: on the moon"


def test_short_ones_are_left_out_and_those_nobody_looks_for() -> None:
    short = Gap(NOON, NOON + timedelta(minutes=4), "not_running")

    assert gaps.shown((NIGHT, short)) == (NIGHT,)
    assert Filters().admits_gaps
    assert not Filters(text="errors").admits_gaps
    assert not Filters(openness=Openness.OPEN).admits_gaps
