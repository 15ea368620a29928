"""Keys in words."""

import json
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON
from trayapp.domain.alert import Alert, AlertKind
from trayapp.domain.keys import Facts, KeyAnswer, KeyHealth, KeyRef, KeyState, ModelNews, Reachability, after_check
from trayapp.domain.rotation import KeyBook, OldKey
from trayapp.presentation.ages import long_date
from trayapp.presentation.keys import (
    attention,
    health_word,
    kept_in,
    key_lines,
    key_rows,
    keys_document,
    mark_of_key,
    reach_phrase,
)
from trayapp.presentation.wording import Urgency, worded
from trayapp.presentation.words import Mark

NAMES = {"openai": "OpenAI"}
NOW = NOON + timedelta(minutes=5)
REF = KeyRef(id="a", label="work", provider="openai", entry="Secret Service/1", host="api.openai.com", added_at=NOON)


def checked(
    health: KeyHealth = KeyHealth.OK, facts: dict[str, str] | None = None, ref: KeyRef = REF, at: datetime = NOON
) -> KeyState:
    answer = KeyAnswer(health=health, reason="Because.", facts=Facts(facts or {}))
    return after_check(KeyState(ref=ref), answer, at)


def lost(before: KeyState, reach: Reachability = Reachability.UNREACHABLE) -> KeyState:
    answer = KeyAnswer(health=KeyHealth.UNKNOWN, reachability=reach, reason="No name.")
    return after_check(before, answer, NOON + timedelta(minutes=1))


def old(state: KeyState, *, died: bool = False) -> OldKey:
    return OldKey(of="a", state=state, replaced_at=NOON, died_at=NOON if died else None)


@pytest.mark.parametrize("health", list(KeyHealth))
def test_every_health_has_its_word_and_its_mark(health: KeyHealth) -> None:
    assert health_word(health)
    mark = mark_of_key(health)
    assert (mark is Mark.FINE) == health.works
    assert (mark in {Mark.OUTAGE, Mark.DEGRADED}) == health.is_bad


@pytest.mark.parametrize("reach", list(Reachability))
def test_every_attempt_has_its_phrase(reach: Reachability) -> None:
    assert bool(reach_phrase(reach)) == (reach is not Reachability.REACHED)


def test_a_working_key_is_one_line_and_its_reason() -> None:
    (row,) = key_rows(KeyBook((checked(),)), NAMES, NOW)

    assert key_lines(row) == ["work (OpenAI): Works - checked 5 min ago", "    Because."]
    assert (row.kept_in, row.host, row.mark) == ("Secret Service", "api.openai.com", Mark.FINE)
    assert row.key_age == "here since 2 December 2025"


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        (("a",), "a is no longer listed for this key."),
        (("a", "b"), "a, b are no longer listed for this key."),
        (("a", "b", "c", "d", "e"), "a, b, c and 2 more are no longer listed for this key."),
    ],
)
def test_models_that_went_are_named(gone: tuple[str, ...], expected: str) -> None:
    state = replace(checked(), models=ModelNews(NOON, gone=gone, new=("z",)))
    (row,) = key_rows(KeyBook((state,)), NAMES, NOW)

    assert row.notes == (expected,)
    assert key_lines(row)[-1] == f"    {expected}"
    (found,) = json.loads(json.dumps(keys_document(KeyBook((state,)), "x")))["keys"]
    assert found["models"] == {"at": "2025-12-02T12:00:00Z", "gone": list(gone), "new": ["z"]}


def test_a_little_credit_is_a_thought() -> None:
    (row,) = key_rows(KeyBook((checked(facts={"credit": "0.40", "currency": "USD"}),)), NAMES, NOW)

    assert row.notes == ("Little is left: credit 0.40 USD.",)


def test_a_key_that_ends_or_grows_old_is_a_thought() -> None:
    def notes(ref: KeyRef) -> tuple[str, ...]:
        return key_rows(KeyBook((checked(ref=ref),)), NAMES, NOW)[0].notes

    assert notes(replace(REF, expires_at=NOW + timedelta(days=5))) == (
        "It ends on 7 December 2025, in 5 days: replace it before.",
    )
    assert notes(replace(REF, expires_at=NOON)) == ("Its end was on 2 December 2025.",)
    assert notes(replace(REF, created_at=NOON - timedelta(days=400))) == (
        "It has been the same since 28 October 2024. The older a key, the more places know it: replace it?",
    )


def test_a_key_never_checked_says_so() -> None:
    (row,) = key_rows(KeyBook((KeyState(ref=KeyRef(id="a", label="work", provider="mine")),)), NAMES, NOW)

    assert key_lines(row) == ["work (mine): Not checked"]
    assert row.key_age == ""


def test_a_bad_key_says_since_when() -> None:
    (row,) = key_rows(KeyBook((checked(KeyHealth.NO_CREDIT),)), NAMES, NOW)

    assert row.since == "since 12:00"
    assert row.mark is Mark.DEGRADED


def test_a_failed_attempt_leaves_the_verdict_and_its_age() -> None:
    (row,) = key_rows(KeyBook((lost(checked()),)), NAMES, NOW)

    assert row.health == "Works"
    assert row.checked == "checked 5 min ago"
    assert row.attempt == "Last check: the provider was not reached. No name."


def test_a_first_attempt_that_fails_is_no_reason_for_a_verdict() -> None:
    (row,) = key_rows(KeyBook((lost(KeyState(ref=REF)),)), NAMES, NOW)

    assert (row.health, row.reason, row.checked) == ("Not checked", "", "")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"credit": "3.50", "currency": "USD"}, "credit 3.50 USD"),
        ({"remaining": "12"}, "12 left"),
        ({"used": "3", "limit": "10"}, "3 of 10 used"),
        ({"used": "3"}, ""),
    ],
)
def test_credit_is_told_where_the_provider_tells_it(facts: dict[str, str], words: str) -> None:
    assert key_rows(KeyBook((checked(facts=facts),)), NAMES, NOW)[0].credit == words


@pytest.mark.parametrize(
    ("expires", "words"),
    [
        ("2025-12-31T00:00:00+00:00", "expires 31 December 2025"),
        ("2025-11-01T00:00:00+00:00", "expired 1 November 2025"),
        ("2025-12-31T00:00:00", ""),
        ("never", ""),
    ],
)
def test_expiry_is_told_where_the_provider_tells_it(expires: str, words: str) -> None:
    assert key_rows(KeyBook((checked(facts={"expires": expires}),)), NAMES, NOW)[0].expires == words


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        (KeyRef(id="a", label="x", provider="y", reference="env:NAME"), "env:NAME"),
        (KeyRef(id="a", label="x", provider="y", entry="session/1"), "this session only"),
        (KeyRef(id="a", label="x", provider="y", entry="KWallet/1"), "KWallet"),
    ],
)
def test_where_a_key_is_kept(ref: KeyRef, words: str) -> None:
    book = KeyBook((KeyState(ref=ref),))

    assert key_rows(book, NAMES, NOW)[0].kept_in == words
    assert kept_in(book) == ("KWallet" if words == "KWallet" else "")


def test_a_replaced_key_is_watched_warned_of_and_dead() -> None:
    before = checked(at=NOON - timedelta(hours=1), ref=KeyRef(id="o", label="work (old)", provider="openai"))
    works = checked(ref=before.ref)
    rows = [
        key_rows(KeyBook((checked(),), (each,)), NAMES, NOW)[1]
        for each in (old(before), old(works), old(lost(works)), old(works, died=True))
    ]

    assert [row.health for row in rows] == [
        "Watched until the provider refuses it",
        "Still works: revoke it at the provider",
        "Still works: revoke it at the provider",
        "Dead: refused since 12:00",
    ]
    assert [row.mark for row in rows] == [Mark.UNKNOWN, Mark.DEGRADED, Mark.DEGRADED, Mark.FINE]
    assert {row.of for row in rows} == {"a"}
    assert rows[0].checked == ""
    assert rows[2].attempt


def test_only_bad_keys_need_attention() -> None:
    bad = checked(KeyHealth.REJECTED)

    assert attention((checked(), bad, KeyState(ref=REF))) == (bad,)


def test_the_document_is_the_contract() -> None:
    poor = checked(KeyHealth.NO_CREDIT, ref=KeyRef(id="b", label="play", provider="openai"))
    book = KeyBook((checked(facts={"plan": "pro"}), lost(poor)), (old(checked(), died=True),))

    document = keys_document(book, "Secret Service")
    rows = document["keys"]

    assert (document["schema"], document["backend"]) == ("trayapp.keys/1", "Secret Service")
    assert isinstance(rows, list)
    assert rows[0] == {
        "label": "work",
        "provider": "openai",
        "health": "OK",
        "reachability": "REACHED",
        "reason": "Because.",
        "checked_at": "2025-12-02T12:00:00Z",
        "since": "2025-12-02T12:00:00Z",
        "facts": {"plan": "pro"},
        "models": None,
        "old": [
            {
                "label": "work",
                "health": "OK",
                "replaced_at": "2025-12-02T12:00:00Z",
                "died_at": "2025-12-02T12:00:00Z",
            }
        ],
    }
    assert (rows[1]["health"], rows[1]["reachability"], rows[1]["reason"]) == ("NO_CREDIT", "UNREACHABLE", "No name.")
    assert keys_document(book, "", only=frozenset({"b"}))["keys"] == [rows[1]]


def test_the_document_of_a_key_never_checked_has_gaps() -> None:
    rows = keys_document(KeyBook((KeyState(ref=REF),)), "")["keys"]

    assert isinstance(rows, list)
    assert (rows[0]["health"], rows[0]["reachability"], rows[0]["reason"]) == ("UNCHECKED", None, "")
    assert rows[0]["checked_at"] is None


@pytest.mark.parametrize(
    ("components", "title", "body"),
    [
        (("REJECTED", "Because."), "Your key “work” needs attention: Not accepted", "Because."),
        (("OK", "Fine."), "Your key “work” works again", ""),
        ((), "Your key “work” needs attention: ", ""),
        (
            ("little left", "credit", "0.42", "currency", "USD"),
            "Little is left for your key “work”",
            "Credit 0.42 USD.",
        ),
        (("little left", "used", "95", "limit", "100"), "Little is left for your key “work”", "95 of 100 used."),
    ],
)
def test_a_pop_up_about_a_key(components: tuple[str, ...], title: str, body: str) -> None:
    alert = Alert(kind=AlertKind.KEY, at=NOON, title="work", components=components, concern="key/a")

    said = worded(alert, {}, NOW)

    assert (said.title, said.body) == (title, body)
    assert said.urgency is Urgency.NORMAL


@pytest.mark.parametrize(
    ("reminder", "days", "title", "body", "urgency"),
    [
        ("ends soon", 3, "Your key “work” ends on {date}", "In 3 days: replace it before.", Urgency.NORMAL),
        ("ends soon", -1, "Your key “work” ended on {date}", "Replace it if you need it.", Urgency.NORMAL),
        ("ended", -1, "Your key “work” ended on {date}", "Replace it if you need it.", Urgency.NORMAL),
        (
            "old",
            -400,
            "Your key “work” has been the same since {date}",
            "The older a key, the more places know it: replace it?",
            Urgency.LOW,
        ),
    ],
)
def test_a_pop_up_that_reminds_of_a_key(reminder: str, days: int, title: str, body: str, urgency: Urgency) -> None:
    moment = NOW + timedelta(days=days)
    alert = Alert(kind=AlertKind.KEY, at=NOW, title="work", components=(reminder,), started_at=moment)

    said = worded(alert, {}, NOW)

    assert (said.title, said.body) == (title.format(date=long_date(moment)), body)
    assert said.urgency is urgency
