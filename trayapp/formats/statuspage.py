"""The Statuspage v2 JSON shape, which incident.io's compatible face borrows (platforms.md 2.1 and 2.2).

Lists must be lists and rows must be objects, or the answer is unreadable. Single words may be anything: a status
that is lost, of another type or unknown is ``None``, never fine.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from trayapp.domain.incident import Impact, Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.report import Absence, Component, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import UnreadableResponseError
from trayapp.formats.address import same_site_link
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

COMPONENT_WORDS = {
    "operational": Status.OPERATIONAL,
    "under_maintenance": Status.MAINTENANCE,
    "degraded_performance": Status.DEGRADED,
    "partial_outage": Status.PARTIAL_OUTAGE,
    "major_outage": Status.MAJOR_OUTAGE,
    "full_outage": Status.MAJOR_OUTAGE,  # incident.io's own word
}
INDICATOR_WORDS = {
    "none": Status.OPERATIONAL,
    "maintenance": Status.MAINTENANCE,
    "minor": Status.DEGRADED,
    "major": Status.PARTIAL_OUTAGE,
    "critical": Status.MAJOR_OUTAGE,
}
_RowT = TypeVar("_RowT")
_PHASES = {
    **{each.value: each for each in Phase},
    # incident.io's own words for planned work
    "maintenance_scheduled": Phase.SCHEDULED,
    "maintenance_in_progress": Phase.IN_PROGRESS,
    "maintenance_complete": Phase.COMPLETED,
}
_IMPACTS = {each.value: each for each in Impact}

_ULID = re.compile(r"0[0-9A-HJKMNP-TV-Z]{9,25}")
_STATUSPAGE_ID = re.compile(r"[a-z0-9]{12}")
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SIGN = re.compile(r"visit\s+\S+\.\S+.*", re.IGNORECASE)
"""GitHub lists "Visit www.githubstatus.com for more information" as a component: a signpost, not a service."""


class PageRow(msgspec.Struct):
    """The ``page`` object; ``updated_at`` may be months old in a live answer of incident.io."""

    id: object = None
    name: object = None
    url: object = None
    updated_at: object = None
    time_zone: object = UNSET
    status: object = UNSET
    """Not Statuspage's: Instatus keeps its word here."""


class StatusRow(msgspec.Struct):
    """The page's own summary: ``indicator`` mirrors the worst component and misses incidents."""

    indicator: object = None
    description: object = None


class ComponentRow(msgspec.Struct):
    """A component, a group (``group`` true), or the short form inside an incident."""

    id: object = None
    name: object = None
    status: object = None
    group: object = UNSET
    group_id: object = UNSET
    showcase: object = UNSET
    components: object = None
    """On a group row: the ids of its children."""


class AffectedRow(msgspec.Struct):
    """A component as an update names it; ``code`` is its id."""

    code: object = None
    name: object = None


class UpdateRow(msgspec.Struct):
    """One message of an incident."""

    id: object = None
    status: object = None
    body: object = None
    display_at: object = None
    created_at: object = None
    updated_at: object = None
    affected_components: list[AffectedRow] | None = None


class IncidentRow(msgspec.Struct):
    """An incident, or (with the two scheduled times) a maintenance. incident.io leaves most of it out."""

    id: object = None
    name: object = None
    status: object = None
    impact: object = None
    shortlink: object = UNSET
    created_at: object = None
    started_at: object = None
    updated_at: object = None
    resolved_at: object = None
    scheduled_for: object = None
    scheduled_until: object = None
    components: list[ComponentRow] | None = None
    incident_updates: list[UpdateRow] | None = None


class Body(msgspec.Struct):
    """Any of the v2 answers: which parts are there tells which one it is."""

    page: PageRow | UnsetType = UNSET
    status: StatusRow | UnsetType = UNSET
    components: list[ComponentRow] | UnsetType = UNSET
    incidents: list[IncidentRow] | UnsetType | None = UNSET
    """``None`` in incident.io's bodies only, which write so or leave it out where there is none."""
    scheduled_maintenances: list[IncidentRow] | UnsetType | None = UNSET


class Dialect(Enum):
    """Who wrote a body of this shape."""

    STATUSPAGE = "statuspage"
    INCIDENT_IO = "incident.io"
    UNCLEAR = "unclear"
    """A bare body with neither one's marks."""
    NEITHER = "neither"


def dialect(body: Body) -> Dialect:
    """Say who wrote the body: ids tell first (Statuspage's are 12 small letters, incident.io's are ULIDs), then keys.

    ==============================================================  ===========
    body                                                            dialect
    ==============================================================  ===========
    no page with an id, and no rows that have this shape by         neither
    themselves
    some id is a ULID                                               incident.io
    a key only Statuspage has (time_zone, group, shortlink, ...),   Statuspage
    an id of its form, or an empty list of incidents
    anything else                                                   unclear
    ==============================================================  ===========
    """
    if not _has_shape(body):
        return Dialect.NEITHER
    rows: list[ComponentRow] = rows_of(body.components)
    events: list[IncidentRow] = [*rows_of(body.incidents), *rows_of(body.scheduled_maintenances)]
    known = [*(each.id for each in _page_rows(body)), *(each.id for each in rows), *(each.id for each in events)]
    ids = [each for each in known if isinstance(each, str)]
    if any(_ULID.fullmatch(each) for each in ids):
        return Dialect.INCIDENT_IO
    marked = (
        any(_STATUSPAGE_ID.fullmatch(each) for each in ids)
        or any(each.time_zone is not UNSET for each in _page_rows(body))
        or body.scheduled_maintenances is not UNSET
        or body.incidents == []
        or any(UNSET is not each for row in rows for each in (row.group, row.group_id, row.showcase))
        or any(each.shortlink is not UNSET for each in events)
    )
    return Dialect.STATUSPAGE if marked else Dialect.UNCLEAR


def _has_shape(body: Body) -> bool:
    if isinstance(body.page, UnsetType):
        return _has_shape_without_page(body)
    if not isinstance(body.page.id, str) or body.page.status is not UNSET:
        return False
    if not isinstance(body.status, UnsetType) and not isinstance(body.status.indicator, str):
        return False
    return any(
        part is not UNSET for part in (body.status, body.components, body.incidents, body.scheduled_maintenances)
    )


def _has_shape_without_page(body: Body) -> bool:
    """Return whether the rows alone tell: GitHub's incidents.json has been seen without its page."""
    events: list[IncidentRow] = rows_of(body.incidents)
    if events:
        return all(
            isinstance(each.id, str) and isinstance(each.status, str) and each.incident_updates is not None
            for each in events
        )
    rows: list[ComponentRow] = rows_of(body.components)
    is_summary = not isinstance(body.status, UnsetType) and indicator_of(body.status)[0] is not None
    return is_summary and bool(rows) and all(isinstance(each.id, str) and status_of(each.status) for each in rows)


def _page_rows(body: Body) -> list[PageRow]:
    return [] if isinstance(body.page, UnsetType) else [body.page]


def rows_of(part: list[_RowT] | UnsetType | None) -> list[_RowT]:
    """Return the rows of a part of the body; none where the part is absent."""
    return [] if part is None or isinstance(part, UnsetType) else part


def settled(body: Body) -> Body:
    """Return the body with incident.io's ``null`` lists left out; anybody else's list that is ``null`` is lost."""
    empty = [name for name in ("incidents", "scheduled_maintenances") if getattr(body, name) is None]
    if not empty:
        return body
    if dialect(body) is not Dialect.INCIDENT_IO:
        raise UnreadableResponseError(f"The answer has lost its list of {empty[0].replace('_', ' ')}.")
    return msgspec.structs.replace(body, **dict.fromkeys(empty, UNSET))


class Site(Struct, frozen=True):
    """Where a body came from: ``base`` is the page's address, ``at`` the newest time known for undated messages."""

    base: str
    at: datetime | None = None


def joined(body: Body, *others: Body) -> Body:
    """Return the body with the parts it lacks taken from the others, in their order."""
    parts = {name: getattr(body, name) for name in Body.__struct_fields__}
    for other in others:
        for name, part in parts.items():
            if part is UNSET:
                parts[name] = getattr(other, name)
    return Body(**parts)


def report_of(body: Body, site: Site, absence: Absence) -> StatusReport:
    """Return what the body says; ``absence`` is ``SAYS_NOTHING`` where incident.io wrote it.

    incident.io leaves the list of incidents out where there is none, and lists no component on a page that gathers
    regional ones: that page says nothing. A body without a list of incidents that calls the page bad while every
    component it lists is fine contradicts itself: something is missing in it, so it is not read at all.
    """
    from_incident_io = absence is Absence.SAYS_NOTHING
    if from_incident_io and body.components == []:
        raise UnreadableResponseError("The page lists no components: it gathers regional pages; choose one of them.")
    indicator, indicator_said = indicator_of(body.status)
    components = components_of(rows_of(body.components))
    says_trouble = body.status is not UNSET and _is_trouble(indicator)
    if body.incidents is UNSET and components and says_trouble and not any(_is_trouble(c.status) for c in components):
        raise UnreadableResponseError(f"The page says “{indicator_said}” but lists nothing that is.")
    is_summary = body.status is not UNSET and body.components is not UNSET
    page = PageRow() if isinstance(body.page, UnsetType) else body.page
    site = Site(base=site.base, at=instant(page.updated_at) or site.at)
    return StatusReport(
        components=components,
        incidents=tuple(incident_of(row, site) for row in rows_of(body.incidents)),
        maintenances=tuple(maintenance_of(row, site) for row in rows_of(body.scheduled_maintenances)),
        indicator=indicator,
        indicator_said=indicator_said,
        absence=absence,
        has_incident_list=body.incidents is not UNSET or (from_incident_io and is_summary),
        page_name=one_line(page.name),
        page_updated_at=instant(page.updated_at),
    )


def with_incidents(report: StatusReport, past: Iterable[Incident]) -> StatusReport:
    """Return the report with more incidents; of one told twice the newer telling stays, with all its components."""
    known = {each.id: each for each in report.incidents}
    for told in past:
        before = known.get(told.id)
        if before is None:
            known[told.id] = told
        elif told.updated_at and before.updated_at and told.updated_at > before.updated_at:
            names_some = told if told.components else before
            known[told.id] = replace(told, component_ids=names_some.component_ids, components=names_some.components)
    return replace(report, incidents=tuple(known.values()))


def components_of(rows: Iterable[ComponentRow]) -> tuple[Component, ...]:
    """Return the leaf components in the page's order; group rows and signposts are no components.

    A row that says the same of the same id twice counts once. Children take nothing from their group but its name. A
    group that is not fine and none of whose children is listed speaks for them.
    """
    rows = tuple(rows)
    groups = {row.id: one_line(row.name) for row in rows if row.group is True and isinstance(row.id, str)}
    parents = {
        child: groups[row.id]
        for row in rows
        if row.group is True and isinstance(row.id, str) and isinstance(row.components, list)
        for child in row.components
        if isinstance(child, str)
    }
    shown = [row for row in rows if row.group is not True or _is_alone_in_trouble(row, rows)]
    leaves = (_component(row, groups, parents) for row in shown)
    return tuple(dict.fromkeys(each for each in leaves if not _is_signpost(each)))


def _is_alone_in_trouble(group: ComponentRow, rows: tuple[ComponentRow, ...]) -> bool:
    """Return whether a group row says of its children what none of them is there to say."""
    if status_of(group.status) is Status.OPERATIONAL:
        return False
    below = group.components if isinstance(group.components, list) else []
    return not any(row.group is not True and (row.group_id == group.id or row.id in below) for row in rows)


def status_of(said: object) -> Status | None:
    """Return what a component word means; ``None`` for one we do not know."""
    return COMPONENT_WORDS.get(said) if isinstance(said, str) else None


def indicator_of(row: StatusRow | UnsetType) -> tuple[Status | None, str]:
    """Return the page's own summary and its word for it ("none", "minor", ...)."""
    if isinstance(row, UnsetType):
        return None, ""
    status = INDICATOR_WORDS.get(row.indicator) if isinstance(row.indicator, str) else None
    # a lost word still has to be seen as something said, else the page would seem to have no indicator at all
    return status, word(row.indicator) or "?"


def incident_of(row: IncidentRow, site: Site) -> Incident:
    """Return the incident; an unknown phase word counts as open unless ``resolved_at`` is given."""
    facts = _facts(row, site)
    return Incident(
        id=facts.id,
        title=one_line(row.name) or facts.id,
        phase=facts.phase,
        impact=facts.impact,
        said=word(row.status),
        started_at=facts.started_at,
        updated_at=facts.updated_at,
        resolved_at=facts.resolved_at,
        url=facts.url,
        component_ids=tuple(each for each, _name in facts.affected),
        components=tuple(name for _id, name in facts.affected),
        updates=facts.updates,
    )


def maintenance_of(row: IncidentRow, site: Site) -> Maintenance:
    """Return the planned work; ``in_progress`` says nothing about components (platforms.md 2.1)."""
    facts = _facts(row, site)
    return Maintenance(
        id=facts.id,
        title=one_line(row.name) or facts.id,
        phase=facts.phase,
        impact=facts.impact,
        said=word(row.status),
        started_at=facts.started_at,
        updated_at=facts.updated_at,
        resolved_at=facts.resolved_at,
        url=facts.url,
        component_ids=tuple(each for each, _name in facts.affected),
        components=tuple(name for _id, name in facts.affected),
        updates=facts.updates,
        scheduled_for=instant(row.scheduled_for),
        scheduled_until=instant(row.scheduled_until),
    )


def phase_of(said: object) -> Phase | None:
    """Return what a word for the state of an incident or a maintenance means."""
    return _PHASES.get(said) if isinstance(said, str) else None


def impact_of(said: object) -> Impact | None:
    """Return what an impact word means."""
    return _IMPACTS.get(said) if isinstance(said, str) else None


def _is_trouble(status: Status | None) -> bool:
    return status is None or status.is_bad


def _component(row: ComponentRow, groups: dict[str, str], parents: dict[str, str]) -> Component:
    known = row.id if isinstance(row.id, str) else ""
    name = one_line(row.name)
    group = groups.get(row.group_id) if isinstance(row.group_id, str) else None
    return Component(
        id=one_line(known) or name,
        name=name or one_line(known),
        status=status_of(row.status),
        said=word(row.status),
        group=group or parents.get(known),
    )


def _is_signpost(component: Component) -> bool:
    return component.status is Status.OPERATIONAL and _SIGN.fullmatch(component.name) is not None


class _Facts(Struct, frozen=True, kw_only=True):
    """What an incident and a maintenance are both made of."""

    id: str
    phase: Phase | None
    impact: Impact | None
    started_at: datetime | None
    updated_at: datetime | None
    resolved_at: datetime | None
    url: str | None
    affected: tuple[tuple[str, str], ...]
    updates: tuple[IncidentUpdate, ...]


def _facts(row: IncidentRow, site: Site) -> _Facts:
    phase, created = phase_of(row.status), instant(row.created_at)
    started = instant(row.started_at) or created
    identity = word(row.id) or one_line(f"{one_line(row.name)} {started or ''}")
    fallback = instant(row.updated_at) or started or site.at
    updates = _updates(row.incident_updates or [], identity, fallback)
    newest = updates[0].posted_at if updates else None
    ending = next((each.posted_at for each in reversed(updates) if each.phase is not None and each.phase.is_over), None)
    return _Facts(
        id=identity,
        phase=phase,
        impact=impact_of(row.impact),
        started_at=started or (updates[-1].posted_at if updates else None),
        updated_at=max((each for each in (instant(row.updated_at), newest) if each), default=created),
        # incident.io gives no resolved_at: the first update that says so is the ending
        resolved_at=instant(row.resolved_at) or (ending if phase is not None and phase.is_over else None),
        url=_link(row, identity, site),
        affected=_affected(row),
        updates=updates,
    )


def _updates(rows: list[UpdateRow], identity: str, fallback: datetime | None) -> tuple[IncidentUpdate, ...]:
    found = []
    for place, row in enumerate(rows):  # the newest comes first
        posted = instant(row.display_at) or instant(row.created_at) or instant(row.updated_at) or fallback
        if posted is None:
            continue
        update = IncidentUpdate(
            id=word(row.id) or f"{identity}/{len(rows) - place}",
            phase=phase_of(row.status),
            posted_at=posted,
            text=plain(row.body),
            said=word(row.status),
        )
        found.append(update)
    return tuple(sorted(found, key=lambda each: each.posted_at, reverse=True))


def _affected(row: IncidentRow) -> tuple[tuple[str, str], ...]:
    """Return ids and names of the components the incident names, by its newest update where it has no list."""
    if row.components is not None:
        named = [(word(each.id), one_line(each.name)) for each in row.components if each.group is not True]
    else:
        lists = (each.affected_components for each in row.incident_updates or [])
        newest = next((each for each in lists if each), [])
        named = [(word(each.code), one_line(each.name)) for each in newest]
    return tuple(dict.fromkeys((known or name, name or known) for known, name in named if known or name))


def _link(row: IncidentRow, identity: str, site: Site) -> str | None:
    """Return the incident's own page: shortlinks lead to another domain (stspg.io) and are not opened."""
    if isinstance(row.shortlink, str) and (link := same_site_link(row.shortlink, site.base)):
        return link
    if not _PLAIN_ID.fullmatch(identity):
        return None
    return same_site_link(f"{site.base}/incidents/{identity}", site.base)
