"""Better Stack (Uptime): one JSON:API document at ``/index.json``.

Parts are ``status_page_resource`` rows, groups are sections, incidents and maintenances are ``status_report`` rows
with ``status_update`` rows. Traps: ``ends_at`` is null on resolved reports, so a report is open while its
``aggregate_state`` is not ``resolved`` and its start is past; resolved maintenances still list resources as in
maintenance; updates come in no order; ids are numbers here and strings there; related ids may not be included.

A resource that is ``not_monitored`` has no state: it is left out, and absence then says nothing. One of ten resources
down makes the page's own word a partial outage; ``downtime`` of a resource is its major outage.
"""

from datetime import datetime, timedelta

import msgspec

from trayapp.domain.incident import Impact, Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.report import Absence, Component, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import LARGE_LIMIT, Ask, Exchange, Platform, Response, UnreadableResponseError
from trayapp.formats.body import decoded
from trayapp.formats.datafile import data_file
from trayapp.formats.overall import unexplained
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_PATHS = ("/index.json",)
_NOT_MONITORED = "not_monitored"
_RESOLVED = "resolved"
_CLOCKS_DIFFER = timedelta(minutes=10)
_STATUS = {
    "operational": Status.OPERATIONAL,
    "maintenance": Status.MAINTENANCE,
    "degraded": Status.DEGRADED,
    "downtime": Status.MAJOR_OUTAGE,
}
_IMPACT = {
    "operational": Impact.NONE,
    "maintenance": Impact.MAINTENANCE,
    "degraded": Impact.MINOR,
    "downtime": Impact.MAJOR,
}


class _PageFacts(msgspec.Struct):
    aggregate_state: str
    company_name: object = None
    updated_at: object = None


class _Page(msgspec.Struct):
    attributes: _PageFacts
    type: str


class _Affected(msgspec.Struct):
    status_page_resource_id: str | int | None = None
    status: str | None = None


class _Facts(msgspec.Struct):
    """The attributes of all four kinds of row."""

    name: object = None
    public_name: object = None
    status: str | None = None
    status_page_section_id: str | int | None = None
    title: object = None
    report_type: str | None = None
    starts_at: object = None
    ends_at: object = None
    aggregate_state: str | None = None
    affected_resources: list[_Affected] | None = None
    message: object = None
    published_at: object = None


class _Pointer(msgspec.Struct):
    id: str | int


class _Pointers(msgspec.Struct):
    data: list[_Pointer] | _Pointer | None = None


class _Relations(msgspec.Struct):
    status_updates: _Pointers | None = None


class _Row(msgspec.Struct):
    id: str | int
    type: str
    attributes: _Facts
    relationships: _Relations | None = None


class _Index(msgspec.Struct):
    data: _Page
    included: list[_Row]


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the page's one document."""
    response = yield from data_file(ask.url, _PATHS, limit=LARGE_LIMIT)  # each resource brings 18 kB of history along
    return _report(decoded(response, _Index), response)


def _report(index: _Index, response: Response) -> StatusReport:
    rows: dict[str, dict[str, _Row]] = {}
    for row in index.included:
        if row.attributes.public_name is not None and row.type != "status_page_resource":
            raise UnreadableResponseError("A resource of an unknown kind is listed.")
        rows.setdefault(row.type, {})[word(row.id)] = row
    resources = rows.get("status_page_resource", {})
    sections = {key: one_line(row.attributes.name) for key, row in rows.get("status_page_section", {}).items()}
    if not resources:
        raise UnreadableResponseError("The answer lists no resource.")
    monitored = {key: row for key, row in resources.items() if row.attributes.status != _NOT_MONITORED}
    page = index.data.attributes
    now = instant(response.headers.get("date")) or _newest(index)
    components = tuple(_component(key, row.attributes, sections) for key, row in monitored.items())
    reports = [(row, _is_planned(row.attributes, now)) for row in rows.get("status_report", {}).values()]
    updates = rows.get("status_update", {})
    incidents = tuple(_incident(row, updates, resources) for row, planned in reports if not planned)
    name, indicator = one_line(page.company_name), _indicator(page.aggregate_state, components)
    overall = unexplained(name, indicator, word(page.aggregate_state), components, incidents)
    return StatusReport(
        components=(*components, *overall),
        incidents=incidents,
        maintenances=tuple(_maintenance(row, updates, resources, now) for row, planned in reports if planned),
        indicator=indicator,
        indicator_said=word(page.aggregate_state),
        absence=Absence.GONE if len(monitored) == len(resources) else Absence.SAYS_NOTHING,
        page_name=name,
        page_updated_at=instant(page.updated_at),
    )


def _indicator(said: str, components: tuple[Component, ...]) -> Status | None:
    status = _STATUS.get(said.casefold())
    some_are_up = any(each.status is not Status.MAJOR_OUTAGE for each in components)
    return Status.PARTIAL_OUTAGE if status is Status.MAJOR_OUTAGE and some_are_up else status


def _component(key: str, facts: _Facts, sections: dict[str, str]) -> Component:
    return Component(
        id=key,
        name=one_line(facts.public_name) or key,
        status=_STATUS.get((facts.status or "").casefold()),
        said=word(facts.status),
        group=sections.get(word(facts.status_page_section_id)) or None,
    )


def _newest(index: _Index) -> datetime | None:
    """Return the newest time somebody wrote something: the best guess of now where no clock is sent."""
    times = [
        instant(index.data.attributes.updated_at),
        *(instant(row.attributes.published_at) for row in index.included),
    ]
    return max((time for time in times if time), default=None)


def _incident(row: _Row, updates: dict[str, _Row], resources: dict[str, _Row]) -> Incident:
    facts = row.attributes
    told = _updates(row, updates)
    is_over = _is(facts.aggregate_state, _RESOLVED)
    return Incident(
        id=word(row.id),
        title=one_line(facts.title) or word(row.id),
        phase=_phase(facts),
        impact=_impact(facts, told),
        said=word(facts.aggregate_state),
        started_at=instant(facts.starts_at),
        updated_at=told[0].posted_at if told else None,
        resolved_at=(instant(facts.ends_at) or (told[0].posted_at if told else None)) if is_over else None,
        component_ids=tuple(key for key, _ in _affected(facts, resources)),
        components=tuple(name for _, name in _affected(facts, resources)),
        updates=told,
    )


def _maintenance(row: _Row, updates: dict[str, _Row], resources: dict[str, _Row], now: datetime | None) -> Maintenance:
    facts = row.attributes
    told = _updates(row, updates)
    is_over = _is(facts.aggregate_state, _RESOLVED)
    return Maintenance(
        id=word(row.id),
        title=one_line(facts.title) or word(row.id),
        phase=_maintenance_phase(facts, now),
        impact=Impact.MAINTENANCE,
        said=word(facts.aggregate_state),
        started_at=instant(facts.starts_at),
        updated_at=told[0].posted_at if told else None,
        resolved_at=instant(facts.ends_at) if is_over else None,
        component_ids=tuple(key for key, _ in _affected(facts, resources)),
        components=tuple(name for _, name in _affected(facts, resources)),
        updates=told,
        scheduled_for=instant(facts.starts_at),
        scheduled_until=instant(facts.ends_at),
    )


def _is_planned(facts: _Facts, now: datetime | None) -> bool:
    """Return whether this is planned work; a report of any kind that begins later cannot be trouble now."""
    return _is(facts.report_type, "maintenance") or (
        _is_ahead(facts, now) and not _is(facts.aggregate_state, _RESOLVED)
    )


def _phase(facts: _Facts) -> Phase | None:
    if _is(facts.aggregate_state, _RESOLVED):
        return Phase.RESOLVED
    return Phase.INVESTIGATING if (facts.aggregate_state or "").casefold() in _STATUS else None


def _maintenance_phase(facts: _Facts, now: datetime | None) -> Phase:
    if _is(facts.aggregate_state, _RESOLVED):
        return Phase.COMPLETED
    return Phase.SCHEDULED if _is_ahead(facts, now) else Phase.IN_PROGRESS


def _is_ahead(facts: _Facts, now: datetime | None) -> bool:
    begins = instant(facts.starts_at)
    return begins is not None and now is not None and begins > now + _CLOCKS_DIFFER


def _impact(facts: _Facts, told: tuple[IncidentUpdate, ...]) -> Impact | None:
    """Return the state's impact; of a resolved report, the worst its updates told."""
    words = [facts.aggregate_state or "", *(update.said for update in told)]
    found = [impact for impact in (_IMPACT.get(each.casefold()) for each in words) if impact]
    order = list(_IMPACT.values())
    return max(found, key=order.index, default=None)


def _affected(facts: _Facts, resources: dict[str, _Row]) -> list[tuple[str, str]]:
    """Return ids and names of the resources meant that the page shows; of hidden ones we know no name."""
    keys = dict.fromkeys(word(each.status_page_resource_id) for each in facts.affected_resources or [])
    return [(key, one_line(resources[key].attributes.public_name) or key) for key in keys if key in resources]


def _updates(row: _Row, updates: dict[str, _Row]) -> tuple[IncidentUpdate, ...]:
    related = row.relationships.status_updates if row.relationships else None
    pointers = related.data if related else None
    keys = [word(each.id) for each in pointers] if isinstance(pointers, list) else []
    told = [_update(key, updates[key].attributes) for key in keys if key in updates]
    return tuple(sorted((each for each in told if each), key=lambda update: update.posted_at, reverse=True))


def _update(key: str, facts: _Facts) -> IncidentUpdate | None:
    posted_at = instant(facts.published_at)
    if posted_at is None:
        return None
    said = {(each.status or "").casefold() for each in facts.affected_resources or []}
    worst = max((each for each in said if each in _IMPACT), key=list(_IMPACT).index, default="")
    phase = Phase.RESOLVED if said == {_RESOLVED} else None
    return IncidentUpdate(key, phase, posted_at, plain(facts.message), word(worst or (_RESOLVED if phase else "")))


def _is(said: str | None, wanted: str) -> bool:
    return (said or "").casefold() == wanted


def recognises(response: Response) -> bool:
    """Tell by the JSON:API envelope of a ``status_page``."""
    try:
        return decoded(response, _Index).data.type == "status_page"
    except UnreadableResponseError:
        return False


PLATFORM = Platform(name="betterstack", read=read, recognises=recognises, paths=_PATHS)
