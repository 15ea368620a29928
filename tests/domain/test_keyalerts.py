"""Which turns of a key are told: once when it turns bad, once when it works again."""

from datetime import timedelta

import pytest

from tests.builders import NOON
from trayapp.domain.alert import AlertKind, Circumstances, Level, NotificationRules, Reason
from trayapp.domain.alertbook import AlertBook
from trayapp.domain.keyalerts import decide_key, noted_after
from trayapp.domain.keys import KeyAnswer, KeyHealth, KeyRef, KeyState, Reachability, after_check

NEW = KeyState(ref=KeyRef(id="a", label="work", provider="openai"))
OK, BAD, POOR, ODD = KeyHealth.OK, KeyHealth.REJECTED, KeyHealth.NO_CREDIT, KeyHealth.UNKNOWN


def state(health: KeyHealth, minutes: float = 0) -> KeyState:
    return after_check(NEW, KeyAnswer(health=health, reason="why"), NOON + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("noted", "after", "level", "around", "expected"),
    [
        (None, BAD, Level.ALL, Circumstances(), None),
        (None, OK, Level.ALL, Circumstances(), None),
        (OK, OK, Level.ALL, Circumstances(), None),
        (OK, ODD, Level.ALL, Circumstances(), None),
        (BAD, BAD, Level.ALL, Circumstances(), None),
        (OK, KeyHealth.OK_LIMITED, Level.ALL, Circumstances(), None),
        (OK, BAD, Level.MUTE, Circumstances(), (False, Reason.MUTED)),
        (BAD, OK, Level.OUTAGES, Circumstances(), (False, Reason.BELOW_LEVEL)),
        (OK, BAD, Level.OUTAGES, Circumstances(), (True, Reason.NEW)),
        (OK, BAD, Level.ALL, Circumstances(gather_until=NOON + timedelta(1)), (False, Reason.HELD_AFTER_SLEEP)),
        (OK, BAD, Level.ALL, Circumstances(quiet=True), (False, Reason.HELD_QUIET_HOURS)),
        (OK, BAD, Level.ALL, Circumstances(), (True, Reason.NEW)),
        (POOR, BAD, Level.ALL, Circumstances(), (True, Reason.WORSE)),
        (BAD, OK, Level.ALL, Circumstances(), (True, Reason.OVER)),
    ],
)
def test_the_table(
    noted: KeyHealth | None,
    after: KeyHealth,
    level: Level,
    around: Circumstances,
    expected: tuple[bool, Reason] | None,
) -> None:
    rules = NotificationRules(levels={"openai": level})

    book, decisions = decide_key(AlertBook(), noted, state(after), rules, around)

    assert [(each.told, each.reason) for each in decisions] == ([] if expected is None else [expected])
    for each in decisions:
        assert each.alert.kind is AlertKind.KEY
        assert (each.alert.title, each.alert.components) == ("work", (after.value, "why"))
        assert (each.alert in book.held) == each.reason.name.startswith("HELD")


def test_an_unclear_answer_in_between_neither_loses_nor_repeats() -> None:
    noted: KeyHealth | None = None
    told = []
    book = AlertBook()
    for minute, health in enumerate([OK, ODD, BAD, ODD, BAD, ODD, OK, ODD, OK]):
        after = state(health, minute)
        book, decisions = decide_key(book, noted, after, NotificationRules(), Circumstances())
        told += [(minute, each.reason) for each in decisions]
        noted = noted_after(noted, after)

    assert told == [(2, Reason.NEW), (6, Reason.OVER)]


def test_what_never_was_checked_is_not_told() -> None:
    assert decide_key(AlertBook(), OK, NEW, NotificationRules(), Circumstances()) == (AlertBook(), ())


def test_many_keys_at_once_are_gathered() -> None:
    book, told = AlertBook(), []
    for _key in range(5):
        book, decisions = decide_key(book, OK, state(BAD), NotificationRules(), Circumstances())
        told += [each.reason for each in decisions]

    assert told == [Reason.NEW] * 3 + [Reason.HELD_FOR_GROUP] * 2


def test_an_attempt_that_did_not_get_through_is_no_turn() -> None:
    lost = KeyAnswer(health=KeyHealth.UNKNOWN, reachability=Reachability.UNREACHABLE)
    after = after_check(state(OK), lost, NOON)

    assert decide_key(AlertBook(), OK, after, NotificationRules(), Circumstances())[1] == ()


def test_a_key_that_fails_and_works_again_while_it_waits_is_never_told() -> None:
    quiet = Circumstances(quiet=True)
    book, _held = decide_key(AlertBook(), OK, state(BAD), NotificationRules(), quiet)

    book, decided = decide_key(book, BAD, state(OK), NotificationRules(), quiet)

    assert [each.reason for each in decided] == [Reason.NEVER_TOLD]
    assert book.held == ()
