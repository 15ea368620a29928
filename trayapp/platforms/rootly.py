"""Rootly's public status API: ``/api/v1/status.json`` and ``/api/v1/incidents.json`` (custom domains only).

Documented at docs.rootly.com/configuration/status-page-public-api: an indicator and the active incidents, no
component list. Incidents carry no id of their own, so the tail of their address is the id. There are no options.
"""

import hashlib

import msgspec

from trayapp.domain.incident import Impact, Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.report import Absence, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import Ask, Exchange, Platform, Request, Response
from trayapp.formats.address import endpoint, same_site_link
from trayapp.formats.body import decoded, matches
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_PATHS = ("/api/v1/status.json", "/api/v1/incidents.json")
_FULL_LIST = "/api/v1/incidents.json?page=1&per_page=100"
_FIRST_PAGE = 25
"""Incidents on one page by default; as many or more in the summary mean that the list may be cut."""

_INDICATORS = {
    "none": Status.OPERATIONAL,
    "minor": Status.DEGRADED,
    "major": Status.PARTIAL_OUTAGE,
    "critical": Status.MAJOR_OUTAGE,
    "maintenance": Status.MAINTENANCE,
}
_PHASES = {
    "in_triage": Phase.INVESTIGATING,
    "started": Phase.INVESTIGATING,
    "detected": Phase.INVESTIGATING,
    "acknowledged": Phase.INVESTIGATING,
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "mitigated": Phase.MONITORING,
    "monitoring": Phase.MONITORING,
    "update": Phase.UPDATE,
    "resolved": Phase.RESOLVED,
    "closed": Phase.RESOLVED,
    "cancelled": Phase.RESOLVED,
    "canceled": Phase.RESOLVED,
    "postmortem": Phase.POSTMORTEM,
    "scheduled": Phase.SCHEDULED,
    "planned": Phase.SCHEDULED,
    "in_progress": Phase.IN_PROGRESS,
    "verifying": Phase.VERIFYING,
    "completed": Phase.COMPLETED,
}
_PLANNED = frozenset({Phase.SCHEDULED, Phase.IN_PROGRESS, Phase.VERIFYING, Phase.COMPLETED})
_NO_WORD = "no word"
"""Shown where the page's word holds nothing to show; an empty one would read as "has no indicator"."""
_FOREIGN = frozenset({"components", "scheduled_maintenances", "structure"})
"""Parts that Statuspage and its imitators have, and Rootly has not."""
_IMPACTS = {each.value: each for each in Impact}


class _Page(msgspec.Struct):
    name: str | None = None
    url: str | None = None
    updated_at: str | None = None
    id: str | None = None


class _Indicator(msgspec.Struct):
    indicator: str
    description: str | None = None


class _Update(msgspec.Struct):
    body: str | None = None
    status: str | None = None
    created_at: str | None = None


class _Component(msgspec.Struct):
    name: str
    id: str | int | None = None


class _Row(msgspec.Struct):
    name: str
    status: str | None
    id: str | int | None = None
    impact: str | None = None
    created_at: str | None = None
    started_at: str | None = None
    updated_at: str | None = None
    resolved_at: str | None = None
    scheduled_for: str | None = None
    scheduled_until: str | None = None
    url: str | None = None
    incident_updates: list[_Update] | None = None
    components: list[_Component] | None = None


class _Summary(msgspec.Struct):
    page: _Page
    status: _Indicator
    incidents: list[_Row]


class _List(msgspec.Struct):
    incidents: list[_Row]


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the summary, and the whole list of active incidents where the summary may be cut."""
    response = yield Request(url=endpoint(ask.url, _PATHS[0], _PATHS))
    summary = decoded(response, _Summary)
    rows = summary.incidents
    if len(rows) >= _FIRST_PAGE:
        response = yield Request(url=endpoint(ask.url, _FULL_LIST, _PATHS))
        rows = decoded(response, _List).incidents

    events = tuple(_event(row, ask.url) for row in rows)
    said = word(summary.status.indicator)
    return StatusReport(
        incidents=tuple(each for each in events if not isinstance(each, Maintenance)),
        maintenances=tuple(each for each in events if isinstance(each, Maintenance)),
        indicator=_INDICATORS.get(said.lower()),
        indicator_said=word(summary.status.description) or said or _NO_WORD,
        absence=Absence.SAYS_NOTHING,
        page_name=one_line(summary.page.name),
        page_updated_at=instant(summary.page.updated_at),
    )


def recognises(response: Response) -> bool:
    """Know Rootly by its summary: page without an id, indicator, incidents, and nothing else Statuspage has."""
    if not matches(response, _Summary):
        return False
    summary, names = decoded(response, _Summary), decoded(response, dict[str, object]).keys()
    return summary.page.id is None and summary.page.name is not None and not (_FOREIGN & names)


def _event(row: _Row, page_url: str) -> Incident:
    updates = _updates(row)
    phase = _phase(row, updates)
    incident = Incident(
        id=_id(row),
        title=one_line(row.name),
        phase=phase,
        impact=_IMPACTS.get((row.impact or "").lower()),
        said=word(row.status),
        started_at=instant(row.started_at) or instant(row.created_at),
        updated_at=instant(row.updated_at) or (updates[0].posted_at if updates else None),
        resolved_at=instant(row.resolved_at),
        url=same_site_link(row.url, page_url) if row.url else None,
        component_ids=tuple(str(each.id or each.name) for each in row.components or ()),
        components=tuple(one_line(each.name) for each in row.components or ()),
        updates=updates,
    )
    if phase not in _PLANNED and incident.impact is not Impact.MAINTENANCE:
        return incident
    return Maintenance(
        **{name: getattr(incident, name) for name in Incident.__struct_fields__},
        scheduled_for=instant(row.scheduled_for) or incident.started_at,
        scheduled_until=instant(row.scheduled_until),
    )


def _phase(row: _Row, updates: tuple[IncidentUpdate, ...]) -> Phase | None:
    """Return where the incident stands: its own word ends it, its newest update tells how far it is."""
    own = _PHASES.get((row.status or "").lower())
    if own is None or own.is_over or own in _PLANNED or not updates:
        return own
    newest = updates[0].phase
    return own if newest is None or newest.is_over or newest is Phase.UPDATE else newest


def _updates(row: _Row) -> tuple[IncidentUpdate, ...]:
    found = []
    for each in row.incident_updates or ():
        posted_at = instant(each.created_at)
        if posted_at is None:
            continue
        text = plain(each.body)
        mark = hashlib.sha256(f"{each.created_at}{text}".encode("utf-8", errors="replace")).hexdigest()[:16]
        phase = _PHASES.get((each.status or "").lower())
        found.append(IncidentUpdate(id=mark, phase=phase, posted_at=posted_at, text=text, said=word(each.status)))
    return tuple(sorted(found, key=lambda update: update.posted_at, reverse=True))


def _id(row: _Row) -> str:
    if row.id is not None:
        return word(row.id)
    tail = (row.url or "").rstrip("/").rpartition("/")[2]
    return word(tail) or f"{one_line(row.name)} {row.started_at or ''}".strip()


PLATFORM = Platform(name="rootly", read=read, recognises=recognises, paths=_PATHS[:1])
