"""Which reminders of keys pop up: each once, and not at a bad moment."""

from datetime import datetime, timedelta

import msgspec
import pytest
from msgspec.structs import replace

from tests.builders import NOON
from trayapp.domain.alert import AlertKind, Circumstances, Decision, Level, NotificationRules, Reason
from trayapp.domain.alertbook import AlertBook
from trayapp.domain.keyalerts import decide_key
from trayapp.domain.keyreminderalerts import LITTLE_AGAIN, decide_reminders
from trayapp.domain.keyreminders import OLD, SOON, Reminder
from trayapp.domain.keys import Facts, KeyHealth, KeyRef, KeyState, ModelNews

REF = KeyRef(id="a", label="work", provider="openai")
DAY = timedelta(days=1)


def ending(in_days: float) -> KeyState:
    return KeyState(ref=replace(REF, expires_at=NOON + timedelta(days=in_days)), health=KeyHealth.OK, health_at=NOON)


def holding(credit: str, at: datetime = NOON) -> KeyState:
    facts = Facts({"credit": credit, "currency": "USD"}) if credit else Facts()
    return KeyState(ref=REF, health=KeyHealth.OK, health_at=at, facts=facts)


AGED = KeyState(ref=replace(REF, added_at=NOON - OLD - DAY), health=KeyHealth.OK)


class Policy:
    """The policy and its memory, as it goes through a restart after every decision."""

    def __init__(self, level: Level = Level.ALL) -> None:
        self.book = AlertBook()
        self.rules = NotificationRules(levels={"openai": level})

    def decide(self, *keys: KeyState, days: float = 0, quiet: bool = False) -> list[Decision]:
        now = NOON + timedelta(days=days)
        self.book, made = decide_reminders(self.book, keys, self.rules, now, Circumstances(quiet=quiet))
        self.book = msgspec.json.decode(msgspec.json.encode(self.book), type=AlertBook)
        return list(made)

    def told(self, *keys: KeyState, days: float = 0) -> list[str]:
        return [each.alert.components[0] for each in self.decide(*keys, days=days) if each.told]


@pytest.mark.parametrize(
    ("key", "reminder", "moment"),
    [
        (ending(10), Reminder.ENDS_SOON, NOON + 10 * DAY),
        (ending(-1), Reminder.ENDED, NOON - DAY),
        (AGED, Reminder.OLD, NOON - OLD - DAY),
        (holding("0.40"), Reminder.LITTLE_LEFT, NOON),
    ],
)
def test_each_thing_is_told_once(key: KeyState, reminder: Reminder, moment: datetime) -> None:
    policy = Policy()

    (decision,) = policy.decide(key)

    assert (decision.told, decision.reason) == (True, Reason.DUE)
    assert (decision.alert.kind, decision.alert.title, decision.alert.started_at) == (AlertKind.KEY, "work", moment)
    assert decision.alert.components[0] == reminder.value
    assert [policy.decide(key, days=day) for day in (0, 0.5, 1, 8)] == [[]] * 4


def test_what_is_left_is_told_with_its_sum() -> None:
    (decision,) = Policy().decide(holding("0.40"))

    assert decision.alert.components[1:] == ("credit", "0.40", "currency", "USD")


@pytest.mark.parametrize("level", [Level.MUTE, Level.OUTAGES])
def test_who_wants_less_is_not_told_and_it_is_on_record_once(level: Level) -> None:
    policy = Policy(level)

    decided = [policy.decide(ending(10), days=day) for day in (0, 1)]

    expected = Reason.MUTED if level is Level.MUTE else Reason.BELOW_LEVEL
    assert [[(each.told, each.reason) for each in made] for made in decided] == [[(False, expected)], []]


def test_a_key_that_needs_attention_already_is_told_of_by_that_alone() -> None:
    refused = replace(ending(10), health=KeyHealth.REJECTED)

    assert Policy().decide(refused) == []


def test_lost_models_are_for_the_list() -> None:
    assert Policy().decide(replace(ending(100), models=ModelNews(NOON, gone=("gpt-x",)))) == []


def test_the_end_itself_is_no_second_reminder_and_a_new_one_far_from_it_is() -> None:
    policy = Policy()
    assert policy.told(ending(10)) == [Reminder.ENDS_SOON]

    assert policy.told(ending(10), days=11) == []
    assert policy.told(ending(60), days=12) == []
    assert policy.told(ending(60), days=50) == [Reminder.ENDS_SOON]


def test_an_end_that_moves_on_with_every_check_is_told_once() -> None:
    policy = Policy()
    told = [policy.told(ending(days + 0.5), days=days) for days in range(60)]

    assert told == [[Reminder.ENDS_SOON]] + [[]] * 59
    assert len(policy.book.reminded) == 1


def test_a_replaced_key_grows_old_anew() -> None:
    policy = Policy()
    assert policy.told(AGED) == [Reminder.OLD]

    assert policy.told(replace(AGED, ref=replace(AGED.ref, rotated_at=NOON)), days=1) == []
    late = replace(AGED, ref=replace(AGED.ref, rotated_at=NOON))
    assert policy.told(late, days=OLD.days + 1) == [Reminder.OLD]


def test_little_is_told_again_when_there_was_more_in_between_but_not_every_day() -> None:
    policy = Policy()
    assert policy.told(holding("0.40")) == [Reminder.LITTLE_LEFT]
    assert policy.told(holding(""), days=1) == []
    assert policy.told(holding("0.30"), days=2) == []
    assert policy.told(holding("20"), days=3) == []
    assert policy.told(holding("19"), days=3.5) == []
    assert policy.told(holding("0.20"), days=4) == []

    assert policy.told(holding("0.20"), days=LITTLE_AGAIN.days) == [Reminder.LITTLE_LEFT]
    assert policy.told(holding("0.20"), days=3 * LITTLE_AGAIN.days) == []


def test_without_more_in_between_little_stays_told() -> None:
    policy = Policy()
    policy.told(holding("0.40"))

    assert policy.told(holding("0.40"), days=30) == []


def test_what_waits_and_holds_no_more_is_dropped() -> None:
    policy = Policy()
    other = replace(ending(SOON.days - 1), ref=replace(REF, id="b", expires_at=NOON + DAY))

    held = policy.decide(ending(10), other, quiet=True)
    assert [each.reason for each in held] == [Reason.HELD_QUIET_HOURS] * 2
    assert policy.decide(ending(10), other, quiet=True) == []
    assert len(policy.book.held) == 2

    policy.decide(ending(300), other)
    assert [each.concern for each in policy.book.held] == ["key/b/end"]
    policy.decide(ending(300))
    assert not policy.book.held


def test_a_key_that_is_gone_is_forgotten() -> None:
    policy = Policy()
    policy.decide(ending(10))

    policy.decide()

    assert policy.book.reminded == ()


def test_news_of_keys_that_wait_are_not_touched() -> None:
    policy = Policy()
    refused = replace(holding(""), health=KeyHealth.REJECTED, checked_at=NOON)
    policy.book, _held = decide_key(policy.book, KeyHealth.OK, refused, policy.rules, Circumstances(quiet=True))

    assert policy.decide(refused) == []
    assert [each.concern for each in policy.book.held] == ["key/a"]
