from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON
from tests.domain.test_verdict import BAD, ROWS, other, signals
from trayapp.domain.inquiry import EVERY, LASTS, Inquiry, answered, begin
from trayapp.domain.verdict import Signals, VerdictId, verdict
from trayapp.presentation.inquiry import InquiryView, inquiry_view
from trayapp.presentation.verdict import brief
from trayapp.presentation.words import Mark

ASKED = begin("acme", "Acme", ("acme",), NOON)
LATER = NOON + timedelta(seconds=9)


def view(given: Signals, **changes: object) -> InquiryView:
    found: Inquiry = answered(ASKED, verdict(given), (), LATER)
    return inquiry_view(replace(found, **changes), LATER)


def test_before_the_first_answer_it_says_that_everybody_is_asked() -> None:
    told = inquiry_view(ASKED, NOON)

    assert (told.title, told.mark, told.is_asking) == ("It fails for me: Acme", Mark.UNKNOWN, True)
    assert told.sentence.startswith("Asking everybody")
    assert "within ten seconds" in told.when
    assert (told.evidence, told.findings, told.hint) == ((), (), "")


def test_an_answer_is_the_verdict_with_its_evidence() -> None:
    told = view(signals(state=BAD))

    assert told.sentence == "Acme reports an incident."
    assert told.mark is Mark.DEGRADED
    assert told.when == "asked 12:00 · 1 round · again every 30 s until 12:15"
    assert "https://status.acme.example" in told.evidence[0]
    assert told.findings == ()


@pytest.mark.parametrize(
    ("changes", "going"),
    [({"is_asking": True}, "asking now..."), ({"answered_at": NOON + LASTS}, "over since 12:15")],
)
def test_whether_it_goes_on_is_said(changes: dict[str, object], going: str) -> None:
    assert view(signals(state=BAD), **changes).when.endswith(going)


def test_after_its_end_it_never_says_that_it_goes_on() -> None:
    left = answered(ASKED, verdict(signals(state=BAD)), (), LATER)

    assert "over since" in inquiry_view(left, NOON + LASTS + EVERY).when


def test_what_was_found_before_is_listed_newest_first_and_not_without_end() -> None:
    changes = tuple(
        (NOON + number * EVERY, VerdictId.FINE if number % 2 else VerdictId.INCIDENT) for number in range(20)
    )
    told = view(signals(state=BAD), findings=changes)

    assert len(told.findings) == 6
    assert told.findings[:2] == ("12:09: fine", "12:09: provider incident")


def test_a_common_cause_is_hinted_at() -> None:
    assert "Cloudflare" in view(signals(state=BAD), causes=(other("cloudflare"),)).hint


@pytest.mark.parametrize(("given_signals", "which"), ROWS)
def test_every_verdict_has_a_shape_that_neither_soothes_nor_accuses(given_signals: Signals, which: VerdictId) -> None:
    told = view(given_signals)

    assert (told.mark is Mark.FINE) is (which is VerdictId.FINE)
    assert not which.blames_provider or told.mark in {Mark.DEGRADED, Mark.SUSPECTED}
    assert (told.mark is Mark.MAINTENANCE) is (which is VerdictId.MAINTENANCE)


@pytest.mark.parametrize("which", VerdictId)
def test_every_verdict_is_said_in_a_few_words(which: VerdictId) -> None:
    assert 3 < len(brief(which)) < 50
