"""Values for tests, with defaults where a test does not care, and page bodies in Statuspage's v2 shape."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from trayapp.domain.incident import Impact, Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.report import Absence, Component, FailureKind, FetchFailure, StatusReport
from trayapp.domain.status import Status

NOON = datetime(2025, 12, 2, 12, 0, tzinfo=UTC)
_PARTS = {"api": "API", "chat": "Chat"}
_INDICATORS = {
    "none": "All Systems Operational",
    "minor": "Minor Service Outage",
    "major": "Partial System Outage",
    "critical": "Major Service Outage",
    "maintenance": "Service Under Maintenance",
}


def component(
    name: str = "API",
    status: Status | None = Status.OPERATIONAL,
    *,
    id: str = "",  # noqa: A002  # the field's own name
    group: str | None = None,
    said: str | None = None,
) -> Component:
    word = said if said is not None else (status.value if status else "purple")
    return Component(id=id or name.casefold().replace(" ", "-"), name=name, status=status, said=word, group=group)


def update(
    phase: Phase | None = Phase.INVESTIGATING,
    text: str = "We are looking into it.",
    *,
    id: str = "update-1",  # noqa: A002  # the field's own name
    posted_at: datetime = NOON,
) -> IncidentUpdate:
    return IncidentUpdate(id=id, phase=phase, posted_at=posted_at, text=text, said=phase.value if phase else "odd")


def incident(
    title: str = "Elevated errors",
    phase: Phase | None = Phase.INVESTIGATING,
    *,
    id: str = "incident-1",  # noqa: A002  # the field's own name
    impact: Impact | None = Impact.MINOR,
    started_at: datetime | None = NOON,
    updated_at: datetime | None = None,
    resolved_at: datetime | None = None,
    url: str | None = None,
    parts: Sequence[Component] = (),
    updates: Sequence[IncidentUpdate] = (),
) -> Incident:
    return Incident(
        id=id,
        title=title,
        phase=phase,
        impact=impact,
        said=phase.value if phase else "odd",
        started_at=started_at,
        updated_at=updated_at or started_at,
        resolved_at=resolved_at,
        url=url,
        component_ids=tuple(each.id for each in parts),
        components=tuple(each.name for each in parts),
        updates=tuple(updates),
    )


def planned(
    title: str = "Database upgrade",
    phase: Phase | None = Phase.SCHEDULED,
    *,
    id: str = "maintenance-1",  # noqa: A002  # the field's own name
    scheduled_for: datetime | None = NOON,
    scheduled_until: datetime | None = NOON + timedelta(hours=2),
    parts: Sequence[Component] = (),
) -> Maintenance:
    return Maintenance(
        id=id,
        title=title,
        phase=phase,
        impact=Impact.MAINTENANCE,
        said=phase.value if phase else "odd",
        started_at=scheduled_for,
        scheduled_for=scheduled_for,
        scheduled_until=scheduled_until,
        component_ids=tuple(each.id for each in parts),
        components=tuple(each.name for each in parts),
    )


def report(
    *components: Component,
    incidents: Sequence[Incident] = (),
    maintenances: Sequence[Maintenance] = (),
    indicator: Status | None = Status.OPERATIONAL,
    absence: Absence = Absence.GONE,
    has_incident_list: bool = True,
    page_name: str = "Acme",
    page_updated_at: datetime | None = None,
) -> StatusReport:
    """Without components: one operational "API"."""
    return StatusReport(
        components=components or (component(),),
        incidents=tuple(incidents),
        maintenances=tuple(maintenances),
        indicator=indicator,
        indicator_said=indicator.value if indicator else "",
        absence=absence,
        has_incident_list=has_incident_list,
        page_name=page_name,
        page_updated_at=page_updated_at,
    )


def failure(kind: FailureKind = FailureKind.TIMEOUT, detail: str = "acme.example did not answer.") -> FetchFailure:
    return FetchFailure(kind=kind, detail=detail)


def operational(name: str = "Acme", at: datetime = NOON) -> str:
    return summary(name=name, at=at)


def outage(
    name: str = "Acme",
    at: datetime = NOON,
    *,
    title: str = "Elevated errors",
    part: str = "api",
    status: str = "major_outage",
    phase: str = "investigating",
    impact: str = "critical",
    identity: str = "inc1",
) -> str:
    """One open incident that names the component it breaks."""
    parts = _rows({part: status}, at)
    broken = [each for each in parts if each["id"] == part]
    event = {
        **_event(identity, title, phase, impact, at),
        "components": broken,
        "incident_updates": [_message(f"{identity}u1", identity, phase, "We are looking into it.", at)],
    }
    indicator = impact if impact in _INDICATORS else "minor"
    return summary(name=name, at=at, indicator=indicator, components=parts, incidents=[event])


def maintenance(
    name: str = "Acme",
    at: datetime = NOON,
    *,
    title: str = "Database upgrade",
    part: str = "api",
    phase: str = "in_progress",
    identity: str = "mnt1",
) -> str:
    """One planned work, running unless ``phase`` says otherwise."""
    running = phase in {"in_progress", "verifying"}
    parts = _rows({part: "under_maintenance"} if running else {}, at)
    event = {
        **_event(identity, title, phase, "maintenance", at),
        "scheduled_for": _stamp(at),
        "scheduled_until": _stamp(at + timedelta(hours=2)),
        "components": [each for each in parts if each["id"] == part],
        "incident_updates": [_message(f"{identity}u1", identity, phase, "Planned work.", at)],
    }
    indicator = "maintenance" if running else "none"
    return summary(name=name, at=at, indicator=indicator, components=parts, scheduled_maintenances=[event])


def summary(
    *,
    name: str = "Acme",
    at: datetime = NOON,
    indicator: str = "none",
    components: Sequence[Mapping[str, object]] | None = None,
    incidents: Sequence[Mapping[str, object]] = (),
    scheduled_maintenances: Sequence[Mapping[str, object]] = (),
) -> str:
    """Return the body of ``/api/v2/summary.json``."""
    body = {
        "page": {
            "id": "acme0page0id",
            "name": name,
            "url": "https://status.acme.example",
            "time_zone": "Etc/UTC",
            "updated_at": _stamp(at),
        },
        "components": list(_rows({}, at) if components is None else components),
        "incidents": list(incidents),
        "scheduled_maintenances": list(scheduled_maintenances),
        "status": {"indicator": indicator, "description": _INDICATORS.get(indicator, indicator)},
    }
    return json.dumps(body)


def _rows(statuses: Mapping[str, str], at: datetime) -> list[dict[str, object]]:
    return [
        {
            "id": key,
            "name": label,
            "status": statuses.get(key, "operational"),
            "created_at": _stamp(at - timedelta(days=400)),
            "updated_at": _stamp(at),
            "position": position,
            "description": None,
            "showcase": True,
            "start_date": None,
            "group_id": None,
            "page_id": "acme0page0id",
            "group": False,
            "only_show_if_degraded": False,
        }
        for position, (key, label) in enumerate(_PARTS.items(), start=1)
    ]


def _event(identity: str, title: str, phase: str, impact: str, at: datetime) -> dict[str, object]:
    over = phase in {"resolved", "postmortem", "completed"}
    return {
        "id": identity,
        "name": title,
        "status": phase,
        "created_at": _stamp(at),
        "updated_at": _stamp(at),
        "monitoring_at": None,
        "resolved_at": _stamp(at) if over else None,
        "impact": impact,
        "shortlink": f"https://stspg.io/{identity}",
        "started_at": _stamp(at),
        "page_id": "acme0page0id",
    }


def _message(identity: str, event: str, phase: str, text: str, at: datetime) -> dict[str, object]:
    return {
        "id": identity,
        "status": phase,
        "body": text,
        "incident_id": event,
        "created_at": _stamp(at),
        "updated_at": _stamp(at),
        "display_at": _stamp(at),
        "affected_components": [],
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
