"""One key in full: what is told, what is not, and what is said before it is removed."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON
from trayapp.domain.keys import (
    CheckLevel,
    Facts,
    KeyAnswer,
    KeyHealth,
    KeyRef,
    KeyState,
    ModelNews,
    Reachability,
    after_check,
)
from trayapp.domain.rotation import KeyBook, OldKey
from trayapp.presentation.keydetail import KeyView, key_count, key_views, removal, sidebar_mark
from trayapp.presentation.keys import key_rows
from trayapp.presentation.words import Mark

NAMES = {"openai": "OpenAI"}
NOW = NOON + timedelta(minutes=5)
REF = KeyRef(
    id="a",
    label="work",
    provider="openai",
    entry="Secret Service/1",
    host="api.openai.com",
    added_at=NOON,
    last_four="",
)
ALL_UNKNOWN = "credit, limit, when a limit resets, expiry, organisation, permissions"


def checked(
    health: KeyHealth = KeyHealth.OK,
    facts: dict[str, str] | None = None,
    ref: KeyRef = REF,
    reason: str = "Because.",
    at: datetime = NOON,
) -> KeyState:
    return after_check(KeyState(ref=ref), KeyAnswer(health=health, reason=reason, facts=Facts(facts or {})), at)


def lost(before: KeyState, reach: Reachability, wait: float | None = None) -> KeyState:
    answer = KeyAnswer(health=KeyHealth.UNKNOWN, reachability=reach, reason="No.", retry_after=wait)
    return after_check(before, answer, NOON + timedelta(minutes=1))


def view(state: KeyState, *, blind: bool = False) -> KeyView:
    blinds = frozenset({state.ref.provider}) if blind else frozenset[str]()
    (found,) = key_views(KeyBook((state,)), NAMES, NOW, blind=blinds)
    return found


def facts(state: KeyState, *, blind: bool = False) -> dict[str, str]:
    return dict(view(state, blind=blind).facts)


def test_a_working_key_says_so_and_names_what_it_was_not_told() -> None:
    found = view(checked())

    assert (found.headline, found.when) == ("OpenAI: Works", "checked 5 min ago")
    assert found.lines == ()
    assert dict(found.facts) == {
        "Cannot be read with this key": ALL_UNKNOWN,
        "Kept in": "Secret Service",
        "Sent only to": "api.openai.com",
        "Here since": "2 December 2025",
    }
    assert (found.is_locked, found.has_own_key, found.waits) == (False, True, "")
    assert found.spoken == "work. OpenAI: Works. checked 5 min ago"


def test_a_key_never_checked_says_no_more_than_that() -> None:
    found = view(KeyState(ref=KeyRef(id="a", label="work", provider="mine")))

    assert (found.headline, found.when, found.facts) == ("mine: Not checked", "not checked yet", ())


def test_all_that_a_provider_tells_stands_there_in_its_order() -> None:
    told = {
        "models": "gpt-b, gpt-a",
        "scopes": "read",
        "key_name": "laptop",
        "team": "t-1",
        "projects": "one, two",
        "organisation_id": "org-1",
        "tier": "pro",
        "expires": "2026-01-02T00:00:00+00:00",
        "reset": "next month",
        "used": "3",
        "limit": "10",
        "remaining": "7",
        "credit": "7.5",
        "currency": "USD",
    }

    found = view(checked(facts=told))

    assert [name for name, _value in found.facts][:13] == [
        "Credit",
        "Left",
        "Limit",
        "Used",
        "Resets",
        "Expires",
        "Plan",
        "Organisation",
        "Project",
        "Account",
        "Name there",
        "May do",
        "Models",
    ]
    shown = dict(found.facts)
    assert shown["Credit"] == "7.5 USD"
    assert shown["Resets"] == "next month"
    assert shown["Expires"] == "2 Jan 2026 00:00"
    assert shown["Models"] == "gpt-b, gpt-a"
    assert "Cannot be read with this key" not in shown


def test_a_moment_without_a_zone_is_shown_as_it_was_said() -> None:
    assert facts(checked(facts={"reset": "2026-01-02T00:00:00"}))["Resets"] == "2026-01-02T00:00:00"


def test_of_many_models_a_dozen_are_named() -> None:
    names = ", ".join(f"m{number}" for number in range(40))

    shown = facts(checked(facts={"models": names, "model_count": "57"}))["Models"]

    assert shown.startswith("m0, m1, ")
    assert "m12" not in shown
    assert shown.endswith("and more, 57 in this answer")


def test_models_that_come_and_go_are_facts_and_lost_ones_stand_in_the_open() -> None:
    names = tuple(f"m{number:02}" for number in range(15))
    state = replace(checked(), models=ModelNews(NOON, gone=("gpt-x",), new=names))

    found = view(state)

    assert found.lines == ("gpt-x is no longer listed for this key.",)
    assert dict(found.facts)["No longer listed"] == "gpt-x (12:00)"
    assert dict(found.facts)["Newly listed"] == f"{', '.join(names[:12])} and 3 more (12:00)"
    assert "Newly listed" not in facts(replace(state, models=ModelNews(NOON, gone=("gpt-x",))))


def test_an_end_that_the_person_told_counts_as_known() -> None:
    ref = replace(REF, expires_at=NOON + timedelta(days=31))

    shown = facts(checked(ref=ref))

    assert shown["Expiry"] == "expires 2 January 2026"
    assert "expiry" not in shown["Cannot be read with this key"]


def test_a_list_that_shows_no_credit_says_what_it_does_not_prove() -> None:
    assert "Not proven" in facts(checked(), blind=True)
    assert "Not proven" not in facts(checked(facts={"credit": "3"}), blind=True)
    assert "Not proven" not in facts(checked(KeyHealth.NO_CREDIT), blind=True)
    assert "Not proven" not in facts(replace(checked(), depth=CheckLevel.PAID), blind=True)


def test_a_bad_key_says_why_in_the_open() -> None:
    found = view(checked(KeyHealth.REJECTED, reason="Not accepted. They say: “no”"))

    assert found.lines == ("Not accepted. They say: “no”",)
    assert "In detail" not in dict(found.facts)
    assert facts(checked(KeyHealth.OK_LIMITED))["In detail"] == "Because."
    assert found.when == "since 12:00 · checked 5 min ago"
    assert found.spoken.endswith("checked 5 min ago. Not accepted. They say: “no”")


def test_a_failed_attempt_and_a_wait_are_said_and_end() -> None:
    waiting = lost(checked(), Reachability.RATE_LIMITED, 3600)

    found = view(waiting)
    (later,) = key_views(KeyBook((waiting,)), NAMES, NOON + timedelta(hours=2))

    assert found.lines == ("Last check: the provider asks us to wait. No.",)
    assert found.waits == "The provider asked us to wait until 13:01."
    assert later.waits == ""


def test_a_locked_store_is_a_state_of_its_own() -> None:
    assert view(lost(checked(), Reachability.STORE_LOCKED)).is_locked


def test_a_key_that_is_kept_back_says_so() -> None:
    ref = KeyRef(id="a", label="work", provider="openai", is_checked=False)

    assert view(KeyState(ref=ref)).lines == ("It is kept, but no check sends it to anybody.",)


def test_a_reference_and_all_that_is_known_of_its_own() -> None:
    ref = KeyRef(
        id="a",
        label="work",
        provider="openai",
        reference="env:OPENAI_API_KEY",
        created_at=NOON - timedelta(days=2),
        rotated_at=NOON,
        last_four="wxyz",
    )

    found = view(KeyState(ref=ref))

    assert not found.has_own_key
    assert dict(found.facts) == {
        "Kept in": "env:OPENAI_API_KEY",
        "Ends with": "...wxyz",
        "Made": "30 November 2025",
        "Replaced": "2 December 2025",
    }


def test_replaced_keys_stand_under_the_one_that_took_their_place() -> None:
    before = checked(ref=KeyRef(id="b", label="work (old)", provider="openai"))
    book = KeyBook(
        (checked(), checked(ref=KeyRef(id="c", label="play", provider="openai"))),
        (OldKey(of="a", state=before, replaced_at=NOON),),
    )

    first, second = key_views(book, NAMES, NOW)

    assert [each.label for each in first.old] == ["work (old)"]
    assert second.old == ()


@pytest.mark.parametrize(
    ("healths", "store", "expected", "mark"),
    [
        ([KeyHealth.OK], "Keychain", "1 key · kept in Keychain", None),
        ([KeyHealth.OK, KeyHealth.REJECTED], "", "2 keys · 1 needs attention", Mark.DEGRADED),
        (
            [KeyHealth.NO_CREDIT, KeyHealth.REJECTED],
            "KWallet",
            "2 keys · kept in KWallet · 2 need attention",
            Mark.DEGRADED,
        ),
        ([KeyHealth.UNKNOWN], "", "1 key", None),
    ],
)
def test_the_head_counts(healths: list[KeyHealth], store: str, expected: str, mark: Mark | None) -> None:
    keys = tuple(
        checked(each, ref=KeyRef(id=str(place), label=str(place), provider="openai"))
        for place, each in enumerate(healths)
    )

    assert key_count(KeyBook(keys), store) == expected
    assert sidebar_mark(KeyBook(keys)) is mark


def test_what_goes_and_what_stays_is_said_before_it_goes() -> None:
    kept = KeyState(ref=REF)
    bare = KeyState(ref=KeyRef(id="b", label="bare", provider="openai"))
    elsewhere = KeyState(ref=KeyRef(id="c", label="play", provider="openai", reference="op://a/b/c"))
    book = KeyBook((kept, bare, elsewhere))

    said = removal(book, key_rows(book, NAMES, NOW))

    assert said.splitlines()[:4] == [
        "• work: the key in Secret Service",
        "• bare: it has no key",
        "• play: the reference op://a/b/c; what it leads to stays",
        "",
    ]
    assert "stay valid" in said


def test_a_server_that_needs_no_key_is_not_said_to_hide_anything() -> None:
    found = view(checked(ref=KeyRef(id="a", label="here", provider="ollama", host="localhost:11434")))

    assert dict(found.facts) == {"Sent only to": "localhost:11434"}
    assert not found.has_own_key


def test_only_the_details_that_somebody_looks_at_are_worded() -> None:
    book = KeyBook(tuple(KeyState(ref=KeyRef(id=each, label=each, provider="openai", host="h")) for each in "ab"))

    all_of_them = key_views(book, NAMES, NOW)
    closed, opened = key_views(book, NAMES, NOW, detailed=frozenset({"b"}))

    assert all(each.facts for each in all_of_them)
    assert closed == replace(all_of_them[0], facts=())
    assert opened == all_of_them[1]
