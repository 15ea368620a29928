"""What a terminal is shown."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON, component, failure, incident, planned, report, update
from trayapp.domain.alert import Alert, AlertKind, Decision, Reason
from trayapp.domain.change import (
    Change,
    IncidentClosed,
    IncidentOpened,
    IncidentUpdated,
    LookFailed,
    LookWorksAgain,
    StatusChanged,
)
from trayapp.domain.incident import Phase
from trayapp.domain.provider import ComponentRef, Provider, StatusPage
from trayapp.domain.record import StoredIncident
from trayapp.domain.report import FetchFailure, Observation, StatusReport
from trayapp.domain.snapshot import PageState, Snapshot, advance
from trayapp.domain.status import Status
from trayapp.presentation.terminal import change_line, decision_line, page_lines, provider_lines, stored_lines

PAGE = StatusPage(id="acme", name="Acme", url="https://status.acme.example", note="Only broad outages are posted.")
NAMES = {"acme": "Acme"}


def looked(outcome: StatusReport | FetchFailure | None, page: StatusPage = PAGE) -> PageState:
    snapshot = Snapshot(pages=(PageState(page=page),), at=NOON)
    if outcome is not None:
        snapshot = advance(snapshot, Observation("acme", NOON, outcome, timedelta(minutes=1)))
    return snapshot.pages[0]


def test_what_is_wrong_is_named_and_what_is_fine_is_not() -> None:
    parts = [
        component("API", Status.MAJOR_OUTAGE, group="Platform"),
        component("Chat"),
        component("X", None, said="odd"),
    ]
    listed = incident(url="https://status.acme.example/1", updates=[update(text="First line.\nSecond line.")])
    text = "\n".join(page_lines(looked(report(*parts, incidents=[listed, incident("Slow answers")])), NOON))

    assert text.startswith("Acme: Major outage")
    assert "Platform / API: Major outage" in text
    assert "X: odd" in text
    assert "Chat" not in text
    assert "Elevated errors (Investigating" in text
    assert "First line." in text
    assert "Second line." not in text
    assert "https://status.acme.example/1" in text
    assert "Slow answers" in text
    assert "Only broad outages" in text


def test_running_work_and_the_next_that_is_planned_are_named() -> None:
    work = [
        planned("Later", scheduled_for=NOON + timedelta(hours=9)),
        planned("Some day", scheduled_for=None, scheduled_until=None),
        planned("Soon", scheduled_for=NOON + timedelta(hours=1), scheduled_until=None),
        planned("Now", Phase.IN_PROGRESS),
        planned("Done", Phase.COMPLETED),
    ]
    lines = page_lines(looked(report(maintenances=work)), NOON)

    begin, end = (f"{each.astimezone():%H:%M}" for each in (NOON, NOON + timedelta(hours=2)))
    later = f"{(NOON + timedelta(hours=1)).astimezone():%H:%M}"
    assert [each for each in lines if each.startswith("  ~")] == [
        f"  ~ Now (In progress, from {begin}, until {end})",
        f"  ~ Soon (Scheduled, from {later})",
    ]
    assert "  ~ Some day (Scheduled)" in page_lines(looked(report(maintenances=work[1:2])), NOON)


def test_many_bad_components_are_counted() -> None:
    parts = [component(f"Part {place}", Status.DEGRADED) for place in range(20)]

    assert "... and 8 more" in "\n".join(page_lines(looked(report(*parts)), NOON))


def test_unknown_says_why() -> None:
    assert "did not answer" in "\n".join(page_lines(looked(failure()), NOON))
    assert "Not looked at yet." in "\n".join(page_lines(looked(None), NOON))
    watched = replace(PAGE, watched=(ComponentRef(name="Nothing"),))
    text = "\n".join(page_lines(looked(report(), watched), NOON))
    assert "lists none of the components" in text
    assert "! The page no longer lists: Nothing." in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (StatusChanged("acme", NOON, None, Status.DEGRADED), "Unknown -> Degraded"),
        (IncidentOpened("acme", NOON, incident()), "incident: Elevated errors"),
        (IncidentUpdated("acme", NOON, incident(), ()), "Elevated errors: Investigating"),
        (IncidentClosed("acme", NOON, incident()), "incident over: Elevated errors"),
        (LookFailed("acme", NOON, failure()), "cannot be read (timed out)"),
        (LookWorksAgain("acme", NOON), "can be read again"),
    ],
)
def test_every_change_is_a_line(change: Change, words: str) -> None:
    assert change_line(change, NAMES).endswith(f"Acme: {words}")
    assert "acme: " in change_line(change, {})


def test_every_decision_says_its_reason() -> None:
    alert = Alert(kind=AlertKind.OPENED, at=NOON, page_id="acme", title="Errors", status=Status.DEGRADED)

    told, muted = Decision(alert, told=True, reason=Reason.NEW), Decision(alert, told=False, reason=Reason.MUTED)
    assert decision_line(told, NAMES).endswith("  pop-up: Acme: Errors - New trouble.")
    assert decision_line(muted, NAMES).endswith("  no pop-up: Acme: Errors - Its pop-ups are switched off.")


def test_stored_incidents() -> None:
    over = replace(incident(phase=Phase.RESOLVED, parts=[component("API")]), resolved_at=NOON + timedelta(minutes=32))
    stored = StoredIncident(page_id="acme", incident=over, first_seen_at=NOON, last_seen_at=NOON)
    text = "\n".join(stored_lines(stored, "Acme", NOON))
    assert "Acme: Elevated errors (Resolved)" in text
    assert "took 32 min" in text
    assert "API" in text

    gone = replace(stored, incident=incident(started_at=None), unlisted_since=NOON)
    assert "no longer listed" in "\n".join(stored_lines(gone, "Acme", NOON))
    assert len(stored_lines(replace(gone, unlisted_since=None), "Acme", NOON)) == 1


def test_providers() -> None:
    page = replace(PAGE, platform="statuspage")
    assert provider_lines(Provider(id="acme", name="Acme", pages=(page, PAGE), note="A note.")) == [
        "acme               Acme",
        "    https://status.acme.example  statuspage",
        "    https://status.acme.example  found out on first use",
        "    A note.",
    ]
    assert provider_lines(Provider(id="acme", name="Acme"))[1].strip() == "no status page"
