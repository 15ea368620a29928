from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON
from trayapp.domain.inquiry import EVERY, LASTS, Inquiry, answered, begin, next_round
from trayapp.domain.verdict import Icon, PopUp, Verdict, VerdictId

SECOND = timedelta(seconds=1)
INQUIRY = begin("acme", "Acme", ("acme",), NOON)


def found(which: VerdictId) -> Verdict:
    return Verdict(id=which, icon=Icon.BY_PAGE, pop_up=PopUp.NO)


def rounds(*which: VerdictId) -> Inquiry:
    inquiry = INQUIRY
    for number, each in enumerate(which):
        inquiry = answered(inquiry, found(each), (), NOON + number * EVERY)
    return inquiry


def test_it_begins_by_asking_and_goes_on_for_a_quarter_of_an_hour() -> None:
    assert (INQUIRY.is_asking, INQUIRY.is_over, INQUIRY.rounds) == (True, False, 0)
    assert INQUIRY.until == NOON + LASTS


def test_only_another_verdict_is_a_finding() -> None:
    fine, guess = VerdictId.FINE, VerdictId.POSSIBLY_PROVIDER
    inquiry = rounds(fine, fine, guess, guess, fine)

    assert inquiry.rounds == 5
    assert inquiry.findings == ((NOON, fine), (NOON + 2 * EVERY, guess), (NOON + 4 * EVERY, fine))
    assert inquiry.verdict == found(fine)
    assert not inquiry.is_asking


@pytest.mark.parametrize(
    ("asked_at", "now", "due"),
    [
        (NOON, NOON + 8 * SECOND, NOON + EVERY),
        (NOON, NOON + EVERY, NOON + EVERY),
        (NOON, NOON + 2 * EVERY, NOON + 2 * EVERY),  # it took long
        (NOON + LASTS - EVERY, NOON + LASTS - EVERY + SECOND, NOON + LASTS),
        (NOON + LASTS - EVERY + SECOND, NOON + LASTS - EVERY + 2 * SECOND, None),
        (NOON, NOON + LASTS + SECOND, None),  # asleep meanwhile
    ],
)
def test_when_to_ask_again(asked_at: datetime, now: datetime, due: datetime | None) -> None:
    assert next_round(INQUIRY, asked_at, now) == due


def test_it_is_over_when_no_further_round_fits() -> None:
    inquiry = rounds(VerdictId.FINE)

    assert not inquiry.is_over
    assert replace(inquiry, answered_at=inquiry.until - EVERY + SECOND).is_over
    assert not replace(inquiry, answered_at=inquiry.until, is_asking=True).is_over
