"""What a person is reminded of about a key that works."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON
from trayapp.domain.keyreminders import NEWS, OLD, SOON, Reminder, end_of, reminders
from trayapp.domain.keys import Facts, KeyHealth, KeyRef, KeyState, ModelNews

REF = KeyRef(id="a", label="work", provider="openai", added_at=NOON)
STATE = KeyState(ref=REF)
SECOND = timedelta(seconds=1)


def kinds(state: KeyState, after: timedelta = timedelta()) -> list[Reminder]:
    return [kind for kind, _moment in reminders(state, NOON + after)]


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (SOON, []),
        (SOON - SECOND, [Reminder.ENDS_SOON]),
        (SECOND, [Reminder.ENDS_SOON]),
        (timedelta(), [Reminder.ENDED]),
        (-SOON, [Reminder.ENDED]),
    ],
)
def test_an_end_is_told_of_in_time(left: timedelta, expected: list[Reminder]) -> None:
    told = KeyState(ref=replace(REF, expires_at=NOON + left))
    read = replace(STATE, facts=Facts({"expires": (NOON + left).isoformat()}))

    assert kinds(told) == kinds(read) == expected


def test_what_the_person_told_outweighs_what_was_read() -> None:
    both = KeyState(ref=replace(REF, expires_at=NOON), facts=Facts({"expires": (NOON + SOON).isoformat()}))

    assert end_of(both) == NOON


@pytest.mark.parametrize("text", ["", "never", "2026-01-01T00:00:00"])
def test_an_end_that_is_no_moment_is_none(text: str) -> None:
    assert end_of(replace(STATE, facts=Facts({"expires": text}))) is None


def test_a_key_grows_old_from_the_day_it_was_last_new() -> None:
    made = KeyState(ref=replace(REF, created_at=NOON - OLD))
    replaced = KeyState(ref=replace(REF, created_at=NOON - OLD, rotated_at=NOON))

    assert kinds(STATE, OLD) == []
    assert kinds(STATE, OLD + SECOND) == [Reminder.OLD]
    assert kinds(made, SECOND) == [Reminder.OLD]
    assert kinds(replaced, SECOND) == []
    assert kinds(KeyState(ref=replace(REF, added_at=None)), 2 * OLD) == []


def test_lost_models_are_news_for_a_week_and_new_ones_are_none() -> None:
    lost = replace(STATE, models=ModelNews(NOON, gone=("gpt-x",)))
    won = replace(STATE, models=ModelNews(NOON, new=("gpt-y",)))

    assert kinds(lost) == [Reminder.MODELS_GONE]
    assert kinds(lost, NEWS) == []
    assert kinds(won) == []


@pytest.mark.parametrize(
    ("facts", "is_little"),
    [
        ({"credit": "0.99", "currency": "USD"}, True),
        ({"credit": "1.00", "currency": "USD"}, False),
        ({"credit": "-3"}, True),
        ({"credit": "nan"}, False),
        ({"credit": "lots"}, False),
        ({"remaining": "0.9", "limit": "10"}, True),
        ({"remaining": "1", "limit": "10"}, False),
        ({"used": "9.1", "limit": "10"}, True),
        ({"used": "9", "limit": "10"}, False),
        ({"used": "9.5", "limit": "10", "remaining": "5"}, False),
        ({"used": "9", "limit": "0"}, False),
        ({"limit": "10"}, False),
        ({"limit": "10", "credit": "0.5"}, True),
        ({}, False),
    ],
)
def test_a_little_credit_is_told_of_while_it_lasts(facts: dict[str, str], is_little: bool) -> None:  # noqa: FBT001 -- a table's column
    works = replace(STATE, health=KeyHealth.OK, health_at=NOON, facts=Facts(facts))

    assert kinds(works) == ([Reminder.LITTLE_LEFT] if is_little else [])
    assert kinds(replace(works, health=KeyHealth.NO_CREDIT)) == []
    assert kinds(replace(works, health_at=None)) == []
