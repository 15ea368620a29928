from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from trayapp.domain.keys import (
    BASIC,
    BEARER,
    CONFIRM_AFTER,
    NO_FACTS,
    Auth,
    CheckLevel,
    Facts,
    KeyAnswer,
    KeyHealth,
    KeyRef,
    KeyState,
    ModelNews,
    Reachability,
    after_check,
    header_auth,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
STATE = KeyState(ref=KeyRef(id="1", label="mine", provider="acme"))
WORKS = KeyAnswer(health=KeyHealth.OK, reason="The key works.", facts=Facts({"credit": "5"}))
REFUSED = KeyAnswer(health=KeyHealth.REJECTED)
DOUBTED = KeyAnswer(health=KeyHealth.UNKNOWN, suspicion=KeyHealth.REJECTED)


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_a_first_answer_is_taken() -> None:
    state = after_check(STATE, WORKS, NOON)

    assert (state.health, state.health_at, state.since) == (KeyHealth.OK, NOON, NOON)
    assert (state.answer, state.checked_at) == (WORKS, NOON)
    assert (state.reason, state.facts["credit"]) == ("The key works.", "5")


@pytest.mark.parametrize("reach", [each for each in Reachability if each is not Reachability.REACHED])
@pytest.mark.parametrize("health", KeyHealth)
def test_a_check_that_got_nowhere_keeps_the_verdict(reach: Reachability, health: KeyHealth) -> None:
    before = after_check(STATE, WORKS, NOON)

    state = after_check(before, KeyAnswer(health=health, reachability=reach), later(5))

    assert (state.health, state.health_at, state.since, state.facts) == (KeyHealth.OK, NOON, NOON, WORKS.facts)
    assert state.checked_at == later(5)


def test_a_list_anyone_may_read_changes_nothing() -> None:
    before = after_check(STATE, REFUSED, NOON)

    state = after_check(before, KeyAnswer(health=KeyHealth.UNCHECKED), later(5))

    assert state.health is KeyHealth.REJECTED


def test_since_is_when_it_began_to_be_so() -> None:
    state = after_check(after_check(STATE, WORKS, NOON), WORKS, later(60))

    assert (state.since, state.health_at) == (NOON, later(60))


def test_an_answer_without_facts_keeps_the_last_ones() -> None:
    state = after_check(after_check(STATE, WORKS, NOON), REFUSED, later(60))

    assert state.facts == WORKS.facts
    assert (state.health, state.since) == (KeyHealth.REJECTED, later(60))


def test_a_known_refusal_counts_at_once() -> None:
    assert after_check(STATE, REFUSED, NOON).health is KeyHealth.REJECTED


def test_an_unknown_refusal_counts_only_when_it_comes_again_later() -> None:
    once = after_check(STATE, DOUBTED, NOON)
    soon = after_check(once, DOUBTED, later(9))
    again = after_check(soon, DOUBTED, NOON + CONFIRM_AFTER)
    still = after_check(again, DOUBTED, later(600))

    assert [each.health for each in (once, soon)] == [KeyHealth.UNKNOWN] * 2
    assert [each.health for each in (again, still)] == [KeyHealth.REJECTED] * 2
    assert again.suspected_at == NOON
    assert still.since == again.since


def test_a_good_answer_in_between_ends_the_suspicion() -> None:
    once = after_check(STATE, DOUBTED, NOON)
    good = after_check(once, WORKS, later(5))
    again = after_check(good, DOUBTED, later(30))

    assert good.suspected_at is None
    assert (again.health, again.suspected_at) == (KeyHealth.UNKNOWN, later(30))


def test_a_lost_check_in_between_keeps_the_suspicion() -> None:
    lost = KeyAnswer(health=KeyHealth.UNKNOWN, reachability=Reachability.UNREACHABLE)

    state = after_check(after_check(after_check(STATE, DOUBTED, NOON), lost, later(5)), DOUBTED, later(30))

    assert state.health is KeyHealth.REJECTED


@given(st.lists(st.sampled_from([DOUBTED, WORKS, KeyAnswer(health=KeyHealth.UNKNOWN)]), max_size=8))
def test_doubts_within_ten_minutes_never_reject(answers: list[KeyAnswer]) -> None:
    state = STATE
    for minute, answer in enumerate(answers):
        state = after_check(state, answer, later(minute))

    assert state.health is not KeyHealth.REJECTED


def test_each_health_is_working_bad_or_undecided() -> None:
    for health in KeyHealth:
        undecided = health in {KeyHealth.UNKNOWN, KeyHealth.UNCHECKED}

        assert [health.works, health.is_bad, undecided].count(True) == 1
        assert health.value == health.name
        assert not (health.is_final and health.works)
    assert KeyHealth.REJECTED.is_final
    assert not KeyHealth.NO_CREDIT.is_final


def test_facts_are_a_frozen_mapping() -> None:
    facts = Facts([("a", "1"), ("b", "2"), ("a", "3")])

    assert facts == {"a": "3", "b": "2"}
    assert (len(facts), list(facts), facts["b"]) == (2, ["a", "b"], "2")
    assert hash(facts) == hash(Facts({"b": "2", "a": "3"}))
    assert repr(facts) == "Facts({'a': '3', 'b': '2'})"
    assert not NO_FACTS
    with pytest.raises(KeyError):
        facts["c"]


@pytest.mark.parametrize(
    ("auth", "name", "field"),
    [
        (BEARER, "bearer", ("Authorization", "Bearer k:v")),
        (BASIC, "basic", ("Authorization", "Basic azp2")),
        (Auth(prefix="", basic=True, user="api"), "basic", ("Authorization", "Basic YXBpOms6dg==")),
        (Auth(prefix="Token "), "token", ("Authorization", "Token k:v")),
        (Auth(prefix=""), "header:authorization", ("Authorization", "k:v")),
        (header_auth("X-Api-Key"), "header:x-api-key", ("X-Api-Key", "k:v")),
    ],
)
def test_a_scheme_says_how_a_key_travels(auth: Auth, name: str, field: tuple[str, str]) -> None:
    assert str(auth) == name
    assert auth.field_for("k:v") == field


NO_MONEY = KeyAnswer(health=KeyHealth.NO_CREDIT, reason="Empty.", level=CheckLevel.PAID)


@pytest.mark.parametrize("health", [KeyHealth.NO_CREDIT, KeyHealth.SPEND_LIMIT])
def test_a_look_that_does_not_see_money_takes_nothing_back_that_a_deeper_one_found(health: KeyHealth) -> None:
    before = after_check(STATE, replace(NO_MONEY, health=health), NOON)

    free = after_check(before, WORKS, later(60))
    balance = after_check(free, replace(WORKS, level=CheckLevel.BALANCE), later(120))
    paid = after_check(balance, replace(WORKS, level=CheckLevel.PAID), later(180))

    assert (free.health, free.health_at, free.checked_at) == (health, NOON, later(60))
    assert free.facts == WORKS.facts
    assert after_check(before, replace(WORKS, facts=NO_FACTS), later(1)).facts == before.facts
    assert balance.health is health
    assert (paid.health, paid.depth) == (KeyHealth.OK, CheckLevel.PAID)


def test_a_refusal_counts_however_shallow_the_look() -> None:
    before = after_check(STATE, NO_MONEY, NOON)

    assert after_check(before, REFUSED, later(1)).health is KeyHealth.REJECTED


def test_what_a_free_look_found_a_free_look_takes_back() -> None:
    before = after_check(STATE, replace(NO_MONEY, level=CheckLevel.FREE), NOON)

    assert after_check(before, WORKS, later(1)).health is KeyHealth.OK


def listing(*names: str, count: int | None = None) -> KeyAnswer:
    facts = {"models": ", ".join(names), "model_count": str(len(names) if count is None else count)}
    return replace(WORKS, facts=Facts(facts))


def test_models_that_come_and_go_are_noted() -> None:
    first = after_check(STATE, listing("b", "a"), NOON)
    same = after_check(first, listing("a", "b"), later(1))
    changed = after_check(same, listing("c", "b"), later(2))

    assert first.models is None
    assert same.models is None
    assert changed.models == ModelNews(later(2), gone=("a",), new=("c",))
    assert after_check(changed, listing("b", "c"), later(3)).models == changed.models


@pytest.mark.parametrize("cut", [listing("a", "c", count=700), replace(WORKS, facts=Facts({"models": "a"})), WORKS])
def test_a_list_that_was_cut_short_is_compared_with_nothing(cut: KeyAnswer) -> None:
    before = after_check(STATE, listing("a", "b"), NOON)

    after = after_check(before, cut, later(1))

    assert after.models is None
    assert after_check(after, listing("a", "b"), later(2)).models is None


def test_of_many_lost_models_fifty_are_kept() -> None:
    before = after_check(STATE, listing(*(f"m{number:03}" for number in range(120))), NOON)

    news = after_check(before, listing("m000"), later(1)).models

    assert news is not None
    assert len(news.gone) == 50
    assert news.gone[0] == "m001"
