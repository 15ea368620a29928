from datetime import timedelta

import pytest

from tests.builders import NOON
from trayapp.domain.alert import Alert, AlertKind, Reason
from trayapp.domain.status import Status
from trayapp.presentation.decisions import columns, decision_rows, outcome_word, reason_sentence
from trayapp.presentation.words import Mark

ERRORS = Alert(
    kind=AlertKind.OPENED, at=NOON, page_id="acme", title="Errors", status=Status.DEGRADED, concern="acme/one"
)


def test_a_decision_says_when_whether_what_and_why() -> None:
    (row,) = decision_rows([(ERRORS, False, Reason.MUTED.value)], {"acme": "Acme"}, NOON + timedelta(hours=1))

    assert len(row.cells) == len(columns()) == len(row.order)
    assert row.cells == ("12:00", "No", "Acme: Errors", "Its pop-ups are switched off.")
    assert (row.mark, row.body) == (Mark.DEGRADED, "Degraded.")


def test_the_same_decision_twice_is_two_lines() -> None:
    back = Alert(kind=AlertKind.CONNECTION_BACK, at=NOON)
    rows = decision_rows([(back, True, Reason.BACK.value)] * 2, {}, NOON)

    assert len({each.key for each in rows}) == 2
    assert rows[0].mark is None


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_a_sentence(reason: Reason) -> None:
    sentence = reason_sentence(reason.value)

    assert sentence != reason.value
    assert sentence.endswith(".")
    assert sentence[0].isupper()


def test_what_is_held_back_comes_later_and_a_reason_of_a_later_version_is_its_word() -> None:
    assert outcome_word(Reason.HELD_SNOOZED.value, told=False) == "Later"
    assert outcome_word(Reason.NEW.value, told=True) == "Yes"
    assert outcome_word(Reason.QUIET.value, told=False) == "No"
    assert reason_sentence("because") == "because"
