"""When a key is checked again: the table of ``next_check``, row by row."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.builders import NOON
from trayapp.domain.keys import KeyAnswer, KeyHealth, KeyRef, KeyState, Reachability, after_check
from trayapp.domain.keyschedule import (
    BACKGROUND,
    CALM,
    CheckReason,
    Surroundings,
    host_is_free_at,
    limit_of,
    next_check,
)

NEW = KeyState(ref=KeyRef(id="a", label="work", provider="openai"))
GOOD = KeyAnswer(health=KeyHealth.OK)
TROUBLE = Surroundings(trouble_since=NOON)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def tried(reachability: Reachability, retry_after: float | None = None) -> KeyAnswer:
    return KeyAnswer(health=KeyHealth.UNKNOWN, reachability=reachability, retry_after=retry_after)


def after(answer: KeyAnswer, before: KeyState = NEW) -> KeyState:
    return after_check(before, answer, NOON)


@pytest.mark.parametrize(
    ("state", "around", "now", "expected"),
    [
        (replace(NEW, ref=replace(NEW.ref, is_checked=False)), CALM, 0, (None, CheckReason.OFF)),
        (NEW, CALM, 5, (5, CheckReason.FIRST)),
        (after(tried(Reachability.RATE_LIMITED, 90)), TROUBLE, 1, (1.5, CheckReason.LIMITED)),
        (after(tried(Reachability.RATE_LIMITED)), CALM, 1, (60, CheckReason.LIMITED)),
        (after(KeyAnswer(health=KeyHealth.REJECTED)), TROUBLE, 1, (None, CheckReason.FINAL)),
        (
            after(KeyAnswer(health=KeyHealth.UNKNOWN, suspicion=KeyHealth.REJECTED)),
            CALM,
            1,
            (10, CheckReason.CONFIRM),
        ),
        (after(GOOD), Surroundings(recovered_at=minutes(3)), 4, (3, CheckReason.RECOVERED)),
        (after(GOOD), Surroundings(recovered_at=minutes(-3)), 4, (360, CheckReason.BACKGROUND)),
        (after(GOOD), TROUBLE, 1, (5, CheckReason.SUSPICION)),
        (after(GOOD), Surroundings(trouble_since=minutes(20)), 21, (20, CheckReason.SUSPICION)),
        (after(GOOD), Surroundings(trouble_since=minutes(-61)), 1, (360, CheckReason.BACKGROUND)),
        (after(tried(Reachability.STORE_LOCKED)), CALM, 1, (15, CheckReason.NOT_SENT)),
        (after(tried(Reachability.UNREACHABLE)), CALM, 1, (60, CheckReason.UNREACHED)),
        (after(tried(Reachability.PROVIDER_DOWN)), CALM, 1, (360, CheckReason.BACKGROUND)),
        (
            after(replace(tried(Reachability.UNREACHABLE), is_unanswered=True)),
            CALM,
            1,
            (360, CheckReason.BACKGROUND),
        ),
        (after(GOOD), CALM, 1, (360, CheckReason.BACKGROUND)),
        (after(KeyAnswer(health=KeyHealth.NO_CREDIT)), CALM, 1, (360, CheckReason.BACKGROUND)),
    ],
)
def test_the_table(
    state: KeyState, around: Surroundings, now: float, expected: tuple[float | None, CheckReason]
) -> None:
    moment, reason = next_check(state, minutes(now), around)

    assert (moment, reason) == (None if expected[0] is None else minutes(expected[0]), expected[1])


@given(chance=st.floats(0, 1, exclude_max=True))
def test_chance_makes_a_check_later_and_never_earlier(chance: float) -> None:
    moment, _reason = next_check(after(GOOD), NOON, CALM, chance)

    assert moment is not None
    assert NOON + BACKGROUND <= moment <= NOON + 1.2 * BACKGROUND


@given(wait=st.floats(0, 1e6), chance=st.floats(0, 1, exclude_max=True), trouble=st.booleans())
def test_a_limit_is_kept_whatever_else_happens(wait: float, chance: float, trouble: bool) -> None:  # noqa: FBT001 - a drawn value
    limited = after(tried(Reachability.RATE_LIMITED, wait))

    moment, _reason = next_check(limited, minutes(1), Surroundings(minutes(0), minutes(0)) if trouble else CALM, chance)

    until = limit_of(limited)
    assert moment is not None
    assert until is not None
    assert moment >= until


def test_only_a_limit_forbids_to_ask_on_demand() -> None:
    assert limit_of(after(GOOD)) is None
    assert limit_of(NEW) is None
    assert limit_of(after(tried(Reachability.RATE_LIMITED))) == minutes(60)


def test_a_host_is_asked_three_times_a_minute_at_the_most() -> None:
    asked = (minutes(-2), minutes(0), minutes(0.2), minutes(0.4))

    assert host_is_free_at(asked[:3], minutes(0.5)) == minutes(0.5)
    assert host_is_free_at(asked, minutes(0.5)) == minutes(1)
    assert host_is_free_at(asked, minutes(1.5)) == minutes(1.5)
