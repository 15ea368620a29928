"""The JSON contract, value by value."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import NOON, component, failure, incident, planned, report, update
from trayapp.domain.alert import Alert, AlertKind, Decision, Reason
from trayapp.domain.change import StatusChanged
from trayapp.domain.incident import Phase
from trayapp.domain.ledger import Ledger
from trayapp.domain.provider import Product, Provider, StatusPage
from trayapp.domain.record import StoredIncident, UpdateVersion
from trayapp.domain.report import Absence, FetchFailure, Observation, StatusReport
from trayapp.domain.snapshot import PageState, Snapshot, advance, expire
from trayapp.domain.status import Status
from trayapp.presentation.document import (
    alert_line,
    decision_line,
    incidents_document,
    providers_document,
    snapshot_document,
    stamp,
    status_line,
)

PAGE = StatusPage(id="acme", name="Acme", url="https://status.acme.example", platform="statuspage")
MINUTE = timedelta(minutes=1)
LATER = NOON + timedelta(days=1)


def looked(*outcomes: StatusReport | FetchFailure) -> Snapshot:
    snapshot = Snapshot(pages=(PageState(page=PAGE, interval=MINUTE),), at=NOON)
    for outcome in outcomes:
        snapshot = advance(snapshot, Observation("acme", NOON, outcome, MINUTE))
    return snapshot


def page_of(snapshot: Snapshot, now: datetime = NOON) -> Mapping[str, Any]:
    return only(snapshot_document(snapshot.pages, now), "pages")


def only(document: Mapping[str, object], what: str) -> Mapping[str, Any]:
    """Return the one row of a document as a reader of its JSON gets it."""
    (found,) = json.loads(json.dumps(document))[what]
    row: Mapping[str, Any] = found
    return row


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (None, None),
        (datetime(2025, 12, 2, 19, 40, tzinfo=UTC), "2025-12-02T19:40:00Z"),
        (datetime(2025, 12, 2, 19, 40, 0, 27_144, tzinfo=UTC), "2025-12-02T19:40:00.027Z"),
        (datetime(2025, 12, 2, 12, 40, tzinfo=timezone(timedelta(hours=-7))), "2025-12-02T19:40:00Z"),
    ],
)
def test_every_time_is_utc_with_a_z(moment: datetime | None, expected: str | None) -> None:
    assert stamp(moment) == expected


def test_a_page_that_was_read() -> None:
    parts = [component("API", Status.DEGRADED, group="Platform"), component("Chat", None, said="odd")]
    works = planned(phase=Phase.IN_PROGRESS)
    page = page_of(
        looked(
            report(
                *parts, incidents=[incident(updates=[update()]), incident("Old", Phase.RESOLVED)], maintenances=[works]
            )
        )
    )

    assert (page["status"], page["basis"], page["stale"], page["error"]) == ("degraded", "components", False, None)
    assert page["components"] == [
        {"id": parts[0].id, "name": "API", "group": "Platform", "status": "degraded", "watched": True},
        {"id": parts[1].id, "name": "Chat", "group": None, "status": "unknown", "watched": True},
    ]
    assert [each["title"] for each in page["incidents"]] == ["Elevated errors"]
    (maintenance,) = page["maintenances"]
    assert maintenance["phase"] == "in_progress"
    assert maintenance["scheduled_for"] == stamp(NOON)


def test_a_page_never_read_says_why() -> None:
    page = page_of(looked(failure()))

    assert page["error"] == {"kind": "timeout", "detail": "acme.example did not answer."}
    assert (page["status"], page["basis"], page["fetched_at"], page["stale"]) == ("unknown", "none", None, False)
    assert (page["components"], page["incidents"], page["maintenances"]) == ([], [], [])


def test_an_answer_that_is_too_old_is_stale_and_tells_nothing() -> None:
    page = page_of(expire(looked(report()), LATER), LATER)

    assert (page["status"], page["stale"], page["components"]) == ("unknown", True, [])


def test_a_component_that_rotated_out_is_still_listed() -> None:
    first = report(component("API", Status.DEGRADED), absence=Absence.SAYS_NOTHING, indicator=None)
    second = report(component("Chat"), absence=Absence.SAYS_NOTHING, indicator=None)
    page = page_of(looked(first, second))

    assert [each["name"] for each in page["components"]] == ["Chat", "API"]


def test_words_we_do_not_know_are_given_as_they_were_said() -> None:
    odd = replace(incident(phase=None, impact=None, updates=[update(None)]), said="wobbling")
    (found,) = page_of(looked(report(incidents=[odd])))["incidents"]

    assert (found["phase"], found["impact"], found["updates"][0]["phase"]) == ("wobbling", None, "odd")


def test_the_worst_page_decides_and_unknown_comes_before_fine() -> None:
    fine, unknown = looked(report()).pages[0], looked(failure()).pages[0]
    down = looked(report(component("API", Status.MAJOR_OUTAGE))).pages[0]

    assert snapshot_document((fine, unknown), NOON)["status"] == "unknown"
    assert snapshot_document((fine, unknown, down), NOON)["status"] == "major_outage"
    assert snapshot_document((), NOON)["status"] == "unknown"


def test_stored_incidents_come_with_their_earlier_words() -> None:
    stored = StoredIncident(
        page_id="acme",
        incident=incident(updates=[update()]),
        first_seen_at=NOON,
        last_seen_at=LATER,
        versions=(UpdateVersion("update-1", NOON, Phase.INVESTIGATING, NOON, "first words"),),
        unlisted_since=LATER,
    )
    found = only(incidents_document((stored,)), "incidents")

    assert (found["page"], found["unlisted_since"]) == ("acme", stamp(LATER))
    assert [each["text"] for each in found["versions"]] == ["first words"]


def test_who_knew_of_an_incident_when() -> None:
    minute = timedelta(minutes=1)
    known = StoredIncident(
        page_id="acme",
        incident=incident(),
        first_seen_at=NOON,
        last_seen_at=NOON,
        ledger=Ledger(
            posted_at=NOON,
            read_at=NOON,
            reported_at=NOON - minute,
            told_at=NOON + minute,
            findings=((NOON, "fine"),),
        ),
    )

    assert only(incidents_document((known,)), "incidents")["ledger"] == {
        "posted_at": stamp(NOON),
        "read_at": stamp(NOON),
        "reported_at": stamp(NOON - minute),
        "reported_lead": 60.0,
        "checked_at": None,
        "checked_lead": None,
        "told_at": stamp(NOON + minute),
        "told_lead": -60.0,
        "findings": [{"at": stamp(NOON), "verdict": "fine"}],
    }
    assert only(incidents_document((replace(known, ledger=None),)), "incidents")["ledger"] is None


def test_the_catalogue() -> None:
    page = StatusPage(id="acme", name="Acme", url="https://status.acme.example")
    provider = Provider(id="acme", name="Acme", pages=(page,), products=(Product("api", "API"),))
    found = only(providers_document((provider,)), "providers")

    assert found["pages"] == [{"id": "acme", "name": "Acme", "url": page.url, "platform": None}]
    assert found["products"] == [{"id": "api", "name": "API"}]


def test_lines_of_a_replay() -> None:
    alert = Alert(kind=AlertKind.OPENED, at=NOON, page_id="acme", incident_id="one", title="Errors")
    decision = Decision(alert, told=False, reason=Reason.MUTED)

    assert status_line(StatusChanged("acme", NOON, None, Status.OPERATIONAL)) == {
        "at": stamp(NOON),
        "kind": "status",
        "page": "acme",
        "from": "unknown",
        "to": "operational",
    }
    assert alert_line(decision, "Acme: errors") == {
        "at": stamp(NOON),
        "kind": "alert",
        "alert": "opened",
        "page": "acme",
        "incident": "one",
        "title": "Acme: errors",
    }
    assert decision_line(decision, "x") | {"title": ""} == alert_line(decision, "") | {
        "kind": "decision",
        "told": False,
        "reason": "this page is muted",
    }
