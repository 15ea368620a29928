"""Datadog Status Pages: one static document, ``/config.json``, holds the whole page.

A tree of components (groups carry no status), incidents open and resolved, and ``maintenances``, which is null where
there are none. Incidents say ``resolved`` as a boolean and their stage as ``currentStatus``; the timeline comes in no
order. Base64 logos make the body large. There are no options.
"""

from collections.abc import Iterator

import msgspec

from trayapp.domain.incident import Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.report import Absence, Component, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import LARGE_LIMIT, Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import endpoint
from trayapp.formats.body import decoded, matches
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_PATHS = ("/config.json",)
_DEEPEST = 20
"""Levels of groups we follow; the page's editor offers two."""

_STATUSES = {
    "operational": Status.OPERATIONAL,
    "degraded": Status.DEGRADED,
    "degraded_performance": Status.DEGRADED,
    "partial_outage": Status.PARTIAL_OUTAGE,
    "major_outage": Status.MAJOR_OUTAGE,
    "maintenance": Status.MAINTENANCE,
    "under_maintenance": Status.MAINTENANCE,
}
_STAGES = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "update": Phase.UPDATE,
    "resolved": Phase.RESOLVED,
    "postmortem": Phase.POSTMORTEM,
}
_MAINTENANCE_STAGES = {
    "scheduled": Phase.SCHEDULED,
    "in_progress": Phase.IN_PROGRESS,
    "ongoing": Phase.IN_PROGRESS,
    "verifying": Phase.VERIFYING,
    "completed": Phase.COMPLETED,
    "canceled": Phase.COMPLETED,
    "cancelled": Phase.COMPLETED,
    "resolved": Phase.COMPLETED,
}


class _Node(msgspec.Struct):
    id: str
    name: str
    type: str
    status: str | None = None
    components: "list[_Node] | None" = None


class _Affected(msgspec.Struct):
    id: str | None = None
    name: str | None = None
    status: str | None = None


class _Entry(msgspec.Struct, rename="camel"):
    id: str | None = None
    status: str | None = None
    description: str | None = None
    started_at: str | None = None
    created_at: str | None = None


class _Incident(msgspec.Struct, rename="camel"):
    id: str
    title: str
    current_status: str | None
    resolved: bool | None = None
    published_date: str | None = None
    resolved_date: str | None = None
    components_affected: list[_Affected] | None = None
    timeline: list[_Entry] | None = None


class _Maintenance(msgspec.Struct, rename="camel"):
    id: str
    title: str
    current_status: str | None
    resolved: bool | None = None
    published_date: str | None = None
    resolved_date: str | None = None
    start_date: str | None = None
    completed_date: str | None = None
    end_date: str | None = None
    components_affected: list[_Affected] | None = None
    timeline: list[_Entry] | None = None


class _Config(msgspec.Struct):
    name: str
    components: list[_Node]
    incidents: list[_Incident]
    maintenances: list[_Maintenance] | None = None


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the page's one document."""
    response = yield Request(url=endpoint(ask.url, _PATHS[0], _PATHS), limit=LARGE_LIMIT)
    config = decoded(response, _Config)
    components = tuple(_leaves(config.components, group=None, depth=0))
    if not components:
        raise UnreadableResponseError("The page lists no component.")
    return StatusReport(
        components=components,
        incidents=tuple(_incident(row) for row in config.incidents),
        maintenances=tuple(_maintenance(row) for row in config.maintenances or ()),
        absence=Absence.GONE,
        page_name=one_line(config.name),
    )


def recognises(response: Response) -> bool:
    """Know Datadog by its component tree, whose rows name their type in Datadog's words."""
    if not matches(response, _Config):
        return False
    rows = decoded(response, _Config).components
    return bool(rows) and all(row.type.lower() in {"component", "componentgroup", "group"} for row in rows)


def _leaves(rows: list[_Node], *, group: str | None, depth: int) -> Iterator[Component]:
    if depth > _DEEPEST:
        raise UnreadableResponseError("The component tree is too deep.")
    for row in rows:
        if row.type.lower().endswith("group") or row.components:
            if row.components is None:
                raise UnreadableResponseError(f"The group “{one_line(row.name, 60)}” lists no components.")
            yield from _leaves(row.components, group=group or one_line(row.name), depth=depth + 1)
        else:
            said = word(row.status)
            yield Component(
                id=row.id, name=one_line(row.name), status=_STATUSES.get(said.lower()), said=said, group=group
            )


def _incident(row: _Incident) -> Incident:
    updates = _updates(row.timeline, _STAGES)
    stage = _STAGES.get((row.current_status or "").lower())
    # without the boolean a date of the end is as good
    is_over = row.resolved if row.resolved is not None else instant(row.resolved_date) is not None
    phase: Phase | None
    if is_over:
        phase = stage if stage is not None and stage.is_over else Phase.RESOLVED
    else:
        # the boolean decides: a word that says "over" beside resolved = false does not end it
        phase = None if stage is not None and stage.is_over else stage
    return Incident(
        id=row.id,
        title=one_line(row.title),
        phase=phase,
        said=word(row.current_status),
        started_at=instant(row.published_date) or (updates[-1].posted_at if updates else None),
        updated_at=updates[0].posted_at if updates else None,
        resolved_at=instant(row.resolved_date) if is_over else None,
        component_ids=_ids(row.components_affected),
        components=_names(row.components_affected),
        updates=updates,
    )


def _maintenance(row: _Maintenance) -> Maintenance:
    updates = _updates(row.timeline, _MAINTENANCE_STAGES)
    stage = _MAINTENANCE_STAGES.get((row.current_status or "").lower())
    start = instant(row.start_date) or instant(row.published_date)
    return Maintenance(
        id=row.id,
        title=one_line(row.title),
        phase=Phase.COMPLETED if row.resolved else stage,
        said=word(row.current_status),
        started_at=start,
        updated_at=updates[0].posted_at if updates else None,
        resolved_at=instant(row.resolved_date) if row.resolved else None,
        component_ids=_ids(row.components_affected),
        components=_names(row.components_affected),
        updates=updates,
        scheduled_for=start,
        scheduled_until=instant(row.completed_date) or instant(row.end_date),
    )


def _updates(rows: list[_Entry] | None, stages: dict[str, Phase]) -> tuple[IncidentUpdate, ...]:
    found = []
    for place, each in enumerate(rows or ()):
        posted_at = instant(each.started_at) or instant(each.created_at)
        if posted_at is None:
            continue
        said = word(each.status)
        mark = word(each.id) or f"{place} {posted_at.isoformat()}"
        phase = stages.get(said.lower())
        found.append(IncidentUpdate(id=mark, phase=phase, posted_at=posted_at, text=plain(each.description), said=said))
    return tuple(sorted(found, key=lambda update: update.posted_at, reverse=True))


def _ids(rows: list[_Affected] | None) -> tuple[str, ...]:
    return tuple(each.id or one_line(each.name) for each in rows or ())


def _names(rows: list[_Affected] | None) -> tuple[str, ...]:
    return tuple(one_line(each.name) or (each.id or "") for each in rows or ())


PLATFORM = Platform(name="datadog", read=read, recognises=recognises, paths=_PATHS)
