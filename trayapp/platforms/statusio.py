"""Status.io: ``https://api.status.io/1.0/status/<page id>``; the page id cannot be guessed.

The address is the whole one, or the API's host with ``options["page_id"]``. A component has containers (regions,
clients) below it: with two or more, these are the leaves and the component is their group; with one or none, the
component itself is the leaf. A component worse than all its containers is listed too, so that nothing is lost.

====  ==============    =======  =============
code  status            state    phase
====  ==============    =======  =============
100   operational       100      investigating
200   maintenance       200      identified
300   degraded          300      monitoring
400   partial outage    400      resolved
500   major outage
600   partial outage (a security event: something is wrong, but the service may run)
====  ==============    =======  =============
"""

from collections.abc import Iterator

import msgspec

from trayapp.domain.incident import Impact, Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.report import Component, StatusReport
from trayapp.domain.status import Status, worst
from trayapp.exchange import Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import endpoint
from trayapp.formats.body import decoded
from trayapp.formats.overall import unexplained
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_PATH = "/1.0/status/"
_STATUS = {
    "100": Status.OPERATIONAL,
    "200": Status.MAINTENANCE,
    "300": Status.DEGRADED,
    "400": Status.PARTIAL_OUTAGE,
    "500": Status.MAJOR_OUTAGE,
    "600": Status.PARTIAL_OUTAGE,
}
_IMPACT = {
    "100": Impact.NONE,
    "200": Impact.MAINTENANCE,
    "300": Impact.MINOR,
    "400": Impact.MAJOR,
    "500": Impact.CRITICAL,
    "600": Impact.CRITICAL,
}
_PHASE = {
    "100": Phase.INVESTIGATING,
    "200": Phase.IDENTIFIED,
    "300": Phase.MONITORING,
    "400": Phase.RESOLVED,
}
_MANY = 2


class _Overall(msgspec.Struct):
    status_code: int | str
    status: str | None = None
    updated: object = None


class _Container(msgspec.Struct):
    id: str | int
    name: object = None
    status: str | None = None
    status_code: int | str | None = None


class _Part(msgspec.Struct):
    id: str | int
    name: object = None
    status: str | None = None
    status_code: int | str | None = None
    containers: list[_Container] | None = None


class _Named(msgspec.Struct):
    id: str | int | None = msgspec.field(default=None, name="_id")
    name: object = None


class _Message(msgspec.Struct):
    id: str | int | None = msgspec.field(default=None, name="_id")
    details: object = None
    state: int | str | None = None
    status: int | str | None = None
    datetime: object = None


class _Event(msgspec.Struct):
    id: str | int = msgspec.field(name="_id")
    name: object = None
    datetime_open: object = None
    datetime_resolved: object = None
    datetime_planned_start: object = None
    datetime_planned_end: object = None
    messages: list[_Message] | None = None
    components_affected: list[_Named] | None = None
    containers_affected: list[_Named] | None = None


class _Maintenances(msgspec.Struct):
    active: list[_Event] | None = None
    upcoming: list[_Event] | None = None


class _Result(msgspec.Struct):
    status_overall: _Overall
    status: list[_Part]
    incidents: list[_Event]
    maintenance: _Maintenances | list[_Event] | None = None


class _Answer(msgspec.Struct):
    result: _Result


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the page's one document."""
    page_id = ask.options.get("page_id", "").strip("/ ")
    is_base = page_id and _PATH not in ask.url
    response = yield Request(url=endpoint(ask.url, f"{_PATH}{page_id}", ()) if is_base else ask.url)
    return _report(decoded(response, _Answer).result)


def _report(result: _Result) -> StatusReport:
    overall = result.status_overall
    if not result.status:
        raise UnreadableResponseError("The answer lists no component.")
    components = tuple(leaf for part in result.status for leaf in _leaves(part))
    incidents = tuple(_incident(each, components) for each in result.incidents)
    indicator, said = _status(overall), _said(overall)
    planned = result.maintenance
    active = planned if isinstance(planned, list) else ((planned.active if planned else None) or [])
    upcoming = (planned.upcoming or []) if isinstance(planned, _Maintenances) else []
    return StatusReport(
        components=(*components, *unexplained("", indicator, said, components, incidents)),
        incidents=incidents,
        maintenances=(
            *(_maintenance(each, Phase.IN_PROGRESS, components) for each in active),
            *(_maintenance(each, Phase.SCHEDULED, components) for each in upcoming),
        ),
        indicator=indicator,
        indicator_said=said,
    )


def _leaves(part: _Part) -> Iterator[Component]:
    key, name = word(part.id), one_line(part.name) or word(part.id)
    ours = _status(part)
    below = part.containers or []
    found = [_status(each) for each in below]
    if len(below) < _MANY:
        status = worst([ours, *found])
        yield Component(key, name, status, _said(part if ours == status or not below else below[0]))
        return
    for each, status in zip(below, found, strict=True):
        yield Component(f"{key}/{word(each.id)}", one_line(each.name) or word(each.id), status, _said(each), name)
    if ours is None or ours not in (*found, Status.OPERATIONAL):
        yield Component(key, name, ours, _said(part), name)


def _status(row: _Overall | _Part | _Container) -> Status | None:
    """Return what the code means; a row without its words is damaged, and its code may be too."""
    return _STATUS.get(word(row.status_code)) if row.status else None


def _said(row: _Overall | _Part | _Container) -> str:
    return word(row.status) or word(row.status_code)


def _incident(event: _Event, components: tuple[Component, ...]) -> Incident:
    told = _updates(event)
    latest = _latest(event)
    ended = instant(event.datetime_resolved)
    named = _named(event, components)
    return Incident(
        id=word(event.id),
        title=one_line(event.name) or word(event.id),
        phase=Phase.RESOLVED if ended else _PHASE.get(word(latest.state)) if latest else None,
        impact=_IMPACT.get(word(latest.status)) if latest else None,
        said=word(latest.state) if latest else "",
        started_at=instant(event.datetime_open),
        updated_at=told[0].posted_at if told else None,
        resolved_at=ended,
        component_ids=tuple(key for key, _ in named),
        components=tuple(name for _, name in named),
        updates=told,
    )


def _maintenance(event: _Event, phase: Phase, components: tuple[Component, ...]) -> Maintenance:
    told = _updates(event)
    named = _named(event, components)
    return Maintenance(
        id=word(event.id),
        title=one_line(event.name) or word(event.id),
        phase=phase,
        impact=Impact.MAINTENANCE,
        said=phase.value,
        started_at=instant(event.datetime_open),
        updated_at=told[0].posted_at if told else None,
        component_ids=tuple(key for key, _ in named),
        components=tuple(name for _, name in named),
        updates=told,
        scheduled_for=instant(event.datetime_planned_start) or instant(event.datetime_open),
        scheduled_until=instant(event.datetime_planned_end),
    )


def _named(event: _Event, components: tuple[Component, ...]) -> list[tuple[str, str]]:
    """Return the leaves an event names: the named containers of the named components, else all of those."""
    parts = {word(each.id) for each in event.components_affected or []}
    places = {word(each.id) for each in event.containers_affected or []}
    below = [each for each in components if each.id.partition("/")[0] in parts]
    found = [each for each in below if each.id.partition("/")[2] in places] or below
    if found:
        return [(each.id, each.name) for each in found]
    rows = [*(event.components_affected or []), *(event.containers_affected or [])]
    return [(word(each.id) or one_line(each.name), one_line(each.name) or word(each.id)) for each in rows]


def _latest(event: _Event) -> _Message | None:
    """Return the newest message; the order of the list is not promised."""
    messages = event.messages or []
    dated = [(time, each) for each in messages if (time := instant(each.datetime))]
    return max(dated, key=lambda pair: pair[0])[1] if dated else messages[-1] if messages else None


def _updates(event: _Event) -> tuple[IncidentUpdate, ...]:
    told: list[IncidentUpdate] = []
    for each in event.messages or []:
        posted_at = instant(each.datetime)
        if posted_at is not None:
            key = word(each.id) or f"{posted_at:%Y%m%dT%H%M%S}"
            said = word(each.state)
            told.append(IncidentUpdate(key, _PHASE.get(said), posted_at, plain(each.details), said))
    return tuple(sorted(told, key=lambda update: update.posted_at, reverse=True))


def recognises(response: Response) -> bool:
    """Tell by ``result.status_overall.status_code`` beside the list of components."""
    try:
        return word(decoded(response, _Answer).result.status_overall.status_code) in _STATUS
    except UnreadableResponseError:
        return False


PLATFORM = Platform(name="statusio", read=read, recognises=recognises, hosts=("api.status.io",))
