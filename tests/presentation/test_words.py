import pytest

from trayapp.domain.incident import Impact, Phase
from trayapp.domain.judgement import Because
from trayapp.domain.report import FailureKind, FetchFailure
from trayapp.domain.status import Status
from trayapp.presentation import words
from trayapp.presentation.words import Mark, mark_of


@pytest.mark.parametrize(
    ("status", "mark"),
    [
        (Status.OPERATIONAL, Mark.FINE),
        (Status.MAINTENANCE, Mark.MAINTENANCE),
        (Status.DEGRADED, Mark.DEGRADED),
        (Status.PARTIAL_OUTAGE, Mark.OUTAGE),
        (Status.MAJOR_OUTAGE, Mark.OUTAGE),
        (None, Mark.UNKNOWN),
    ],
)
def test_each_status_has_its_mark_and_unknown_its_own(status: Status | None, mark: Mark) -> None:
    assert mark_of(status) is mark


def test_every_status_has_three_forms() -> None:
    for status in (*Status, None):
        assert words.status_word(status)[0].isupper()
        assert words.status_phrase(status)[0].islower()
        assert words.turned_into(status).startswith("now ")


def test_every_mark_can_be_heard() -> None:
    assert len({words.mark_word(mark) for mark in Mark}) == len(Mark)


def test_phases_are_named_and_strange_ones_keep_the_pages_word() -> None:
    assert words.phase_word(Phase.IN_PROGRESS) == "In progress"
    assert all(words.phase_word(phase) for phase in Phase)
    assert words.phase_word(None, "Brooding") == "Brooding"
    assert words.phase_word(None) == "Unknown"


def test_impacts_are_the_pages_word_or_nothing() -> None:
    assert words.impact_word(Impact.NONE) == "No impact"
    assert all(words.impact_word(impact) for impact in Impact)
    assert words.impact_word(None) == ""


def test_every_failure_has_a_short_reason() -> None:
    for kind in FailureKind:
        assert words.failure_phrase(FetchFailure(kind=kind, detail=""))
    refused = FetchFailure(kind=FailureKind.HTTP_ERROR, detail="", http_status=503)
    assert words.failure_phrase(refused) == "the server said 503"


def test_every_because_is_a_sentence() -> None:
    for because in Because:
        sentence = words.because_sentence(because)
        assert sentence[0].isupper()
        assert sentence.endswith(".")
