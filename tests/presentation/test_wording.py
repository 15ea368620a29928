from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from trayapp.domain.alert import Alert, AlertKind
from trayapp.domain.status import Status
from trayapp.presentation.wording import Urgency, Worded, worded

NOW = datetime(2025, 12, 2, 14, 34, tzinfo=UTC)
BEGAN = datetime(2025, 12, 2, 14, 2, tzinfo=UTC)
NAMES = {"openai": "OpenAI", "anthropic": "Anthropic"}

OPENED = Alert(
    kind=AlertKind.OPENED,
    at=NOW,
    page_id="openai",
    incident_id="1",
    title="Elevated errors",
    status=Status.DEGRADED,
    started_at=BEGAN,
    components=("Chat Completions", "Responses"),
    concern="openai/1",
)
RECOVERED = replace(OPENED, kind=AlertKind.RECOVERED, status=Status.OPERATIONAL, ended_at=NOW, components=())


def said(alert: Alert) -> Worded:
    return worded(alert, NAMES, NOW)


def test_opened() -> None:
    words = said(OPENED)

    assert words.title == "OpenAI: Elevated errors"
    assert words.body == "Degraded: Chat Completions, Responses. Since 14:02."
    assert words.urgency is Urgency.NORMAL
    assert [(each.key, each.label) for each in words.actions] == [
        ("default", "Open incident"),
        ("open", "Open incident"),
        ("acknowledge", "Acknowledge"),
        ("back", "Tell me when it is back"),
    ]


def test_only_trouble_can_be_acknowledged_or_waited_for() -> None:
    def keys(alert: Alert) -> list[str]:
        return [each.key for each in said(alert).actions]

    assert keys(RECOVERED) == ["default"]
    assert keys(Alert(kind=AlertKind.KEY, at=NOW, title="work")) == ["default"]
    assert keys(replace(OPENED, concern="openai/=verdict")) == ["default", "open", "back"]
    assert keys(replace(OPENED, kind=AlertKind.FLAPPING)) == ["default", "open", "acknowledge", "back"]


def test_who_asked_is_told_that_they_did() -> None:
    assert said(replace(RECOVERED, is_wanted=True)).body.endswith(" You asked to be told.")
    one = said(replace(RECOVERED, is_wanted=True, status=Status.DEGRADED))
    assert one.body.endswith(" You asked to be told.")
    assert "You asked" not in said(RECOVERED).body


def test_opened_without_a_title_components_or_time() -> None:
    words = said(replace(OPENED, title="", components=(), started_at=None, incident_id=None))

    assert words.title == "OpenAI: degraded"
    assert words.body == "Degraded."
    assert words.actions[0].label == "Open"


def test_many_components_are_counted() -> None:
    words = said(replace(OPENED, components=tuple("ABCDEFG")))

    assert words.body == "Degraded: A, B, C, D, E and 2 more. Since 14:02."


def test_a_major_outage_is_loud() -> None:
    words = said(replace(OPENED, kind=AlertKind.ESCALATED, status=Status.MAJOR_OUTAGE))

    assert words.title == "OpenAI: now a major outage"
    assert words.body == "Elevated errors. Major outage: Chat Completions, Responses. Since 14:02."
    assert words.urgency is Urgency.CRITICAL


def test_recovered() -> None:
    words = said(RECOVERED)

    assert words.title == "OpenAI is back - it took 32 min"
    assert words.body == "Elevated errors. From 14:02 to 14:34."
    assert words.urgency is Urgency.LOW


def test_recovered_at_an_unknown_time() -> None:
    assert said(replace(RECOVERED, started_at=None)).title == "OpenAI is back"
    assert said(replace(RECOVERED, started_at=None, title="")).body == ""


@pytest.mark.parametrize("status", [Status.DEGRADED, Status.MAINTENANCE, None])
def test_one_trouble_that_is_over_is_not_called_all_well(status: Status | None) -> None:
    words = said(replace(RECOVERED, status=status))

    assert words.title == "OpenAI: one trouble is over"
    assert "Now: " in words.body


def test_calm_after_flapping() -> None:
    words = said(replace(RECOVERED, concern="openai/", incident_id=None, title=""))

    assert words.title == "OpenAI is calm again"
    assert words.body == "From 14:02 to 14:34."


def test_started_during() -> None:
    words = said(replace(OPENED, kind=AlertKind.STARTED_DURING))

    assert words.title == "OpenAI was already having trouble when we started"
    assert words.body == "Elevated errors. Degraded: Chat Completions, Responses. Since 14:02."
    assert words.urgency is Urgency.NORMAL


def test_a_title_that_ends_a_sentence_gets_no_second_stop() -> None:
    assert "errors! Degraded" in said(replace(OPENED, kind=AlertKind.STARTED_DURING, title="Elevated errors!")).body


def test_connection() -> None:
    lost = said(Alert(kind=AlertKind.CONNECTION, at=NOW, started_at=BEGAN, concern="connection"))

    assert lost.title == "Your connection seems to be down"
    assert lost.body.endswith("Since 14:02.")
    assert lost.actions[0].label == "Open"


def test_connection_back() -> None:
    back = Alert(kind=AlertKind.CONNECTION_BACK, at=NOW, started_at=BEGAN, ended_at=NOW, concern="connection")

    assert said(back).body == "None did for 32 min."
    assert said(replace(back, ended_at=BEGAN)).body == ""
    assert said(back).urgency is Urgency.LOW


def test_flapping() -> None:
    words = said(replace(OPENED, kind=AlertKind.FLAPPING, title=""))

    assert words.title == "OpenAI keeps going up and down"
    assert words.body == "You will hear of it again when it is calm. Now: degraded."


def test_a_digest_lists_what_happened() -> None:
    other = replace(OPENED, page_id="anthropic", at=BEGAN, title="Login fails")
    words = said(Alert(kind=AlertKind.DIGEST, at=NOW, gathered=(other, RECOVERED), concern="digest"))

    assert words.title == "2 things happened"
    assert words.body.splitlines() == ["14:02 Anthropic: Login fails", "14:34 OpenAI is back - it took 32 min"]


def test_what_was_held_back_alone_is_said_in_its_own_words() -> None:
    words = said(Alert(kind=AlertKind.DIGEST, at=NOW, gathered=(OPENED,), concern="digest"))

    assert (words.title, words.body) == (said(OPENED).title, said(OPENED).body)


def test_a_long_digest_is_cut() -> None:
    words = said(Alert(kind=AlertKind.DIGEST, at=NOW, gathered=(OPENED,) * 9, concern="digest"))

    assert words.body.splitlines()[-1] == "and 3 more"
    assert len(words.body.splitlines()) == 7


def test_a_page_without_a_name_is_called_by_its_id() -> None:
    assert said(replace(OPENED, page_id="status.example.com")).title == "status.example.com: Elevated errors"


@pytest.mark.parametrize("kind", list(AlertKind))
def test_every_kind_has_a_title(kind: AlertKind) -> None:
    assert said(replace(OPENED, kind=kind)).title


def test_what_has_no_page_is_called_by_its_title() -> None:
    assert said(Alert(kind=AlertKind.NOTICE, at=NOW, title="A disclosure")).title == "A disclosure"


def test_a_replay_is_no_outage_of_today() -> None:
    loud = replace(OPENED, status=Status.MAJOR_OUTAGE)
    words = worded(loud, NAMES, NOW + timedelta(hours=1), is_replay=True)

    assert words.title == "Replay: OpenAI: Elevated errors"
    assert words.body.startswith("2 December 2025, not live. ")
    assert words.urgency is Urgency.NORMAL
