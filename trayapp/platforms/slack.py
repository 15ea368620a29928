"""Slack: ``/api/v2.0.0/current`` has the open incidents, ``/api/v2.0.0/history`` the recent ones.

Only the affected services are listed, so an absent one is fine. Notes are HTML, oldest first; times carry Pacific
offsets. ``type`` is the severity:

===========  ===========================  ========
type         status of the services       impact
===========  ===========================  ========
incident     degraded                     minor
outage       major outage                 critical
notice       operational                  none
maintenance  maintenance, while running   maintenance
===========  ===========================  ========

An event that names no service counts for "Slack" as a whole, and so does a page that says ``active`` without an event:
its state is unknown. Work that is only planned explains an ``active`` page, and colours nothing.
"""

from http import HTTPStatus

import msgspec

from trayapp.domain.incident import Impact, Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.report import Absence, Component, StatusReport
from trayapp.domain.status import Status, worst
from trayapp.exchange import Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import endpoint, names, same_site_link
from trayapp.formats.body import decoded, matches
from trayapp.formats.datafile import data_file
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_CURRENT, _HISTORY = "/api/v2.0.0/current", "/api/v2.0.0/history"
_PATHS = (_CURRENT, _HISTORY)
_KEPT_CLOSED = 40
_MAINTENANCE = "maintenance"
_PAGE = {"ok": Status.OPERATIONAL, "active": Status.DEGRADED}
_STATUS = {
    "incident": Status.DEGRADED,
    "outage": Status.MAJOR_OUTAGE,
    "notice": Status.OPERATIONAL,
    _MAINTENANCE: Status.MAINTENANCE,
}
_IMPACT = {
    "incident": Impact.MINOR,
    "outage": Impact.CRITICAL,
    "notice": Impact.NONE,
    _MAINTENANCE: Impact.MAINTENANCE,
}
_PHASE = {
    "active": Phase.INVESTIGATING,
    "scheduled": Phase.SCHEDULED,
    "resolved": Phase.RESOLVED,
    "completed": Phase.RESOLVED,
    "cancelled": Phase.RESOLVED,
}
_MAINTENANCE_PHASE = {
    "active": Phase.IN_PROGRESS,
    "scheduled": Phase.SCHEDULED,
    "resolved": Phase.COMPLETED,
    "completed": Phase.COMPLETED,
    "cancelled": Phase.COMPLETED,
}


class _Note(msgspec.Struct):
    body: object = None
    date_created: object = None


class _Event(msgspec.Struct):
    id: str | int
    type: str | None = None
    status: str | None = None
    title: object = None
    url: object = None
    date_created: object = None
    date_updated: object = None
    notes: list[_Note] | None = None
    services: list[str] | None = None


class _StrictEvent(msgspec.Struct):
    """What every row of the history has: enough to know it by."""

    id: str | int
    type: str
    status: str
    title: str
    date_created: str
    services: list[str]
    notes: list[_Note]


class _Current(msgspec.Struct):
    status: str
    active_incidents: list[_Event]
    date_updated: object = None
    date_created: object = None


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the open events, and the recent ones where an ending is awaited."""
    if names(ask.url, _HISTORY):
        current = yield from _beside_history(ask.url)
    else:
        current = decoded((yield from data_file(ask.url, (_CURRENT,), _PATHS)), _Current)
    events = list(current.active_incidents)
    here = {word(event.id) for event in events}
    if ask.with_history or ask.open_incidents - here:
        response = yield Request(url=endpoint(ask.url, _HISTORY, _PATHS), optional=True)
        events += _history(response, here)
    return StatusReport(
        components=_components(current),
        incidents=tuple(_incident(each, ask.url) for each in events if _type(each) != _MAINTENANCE),
        maintenances=tuple(_maintenance(each, ask.url) for each in events if _type(each) == _MAINTENANCE),
        indicator=_page_status(current),
        indicator_said=word(current.status),
        absence=Absence.OPERATIONAL,
        page_name="Slack",
    )


def _beside_history(url: str) -> Exchange[_Current]:
    """Return the current answer for an address that names the history, else what the history says is not over."""
    response = yield Request(url=endpoint(url, _CURRENT, _PATHS), optional=True)
    if response.status == HTTPStatus.OK:
        return decoded(response, _Current)
    events = decoded((yield Request(url=url)), list[_Event])
    running = [each for each in events if not _is_over(each)]
    return _Current(status="active" if any(map(_is_running, running)) else "ok", active_incidents=running)


def _history(response: Response, here: set[str]) -> list[_Event]:
    """Return what is over; anything else belongs into the current answer, and that is newer."""
    if response.status != HTTPStatus.OK or not matches(response, list[_Event]):
        return []
    over = [each for each in decoded(response, list[_Event]) if word(each.id) not in here and _is_over(each)]
    return over[:_KEPT_CLOSED]


def _type(event: _Event) -> str:
    return (event.type or "").casefold()


def _is_over(event: _Event) -> bool:
    return _PHASE.get((event.status or "").casefold()) is Phase.RESOLVED


def _is_running(event: _Event) -> bool:
    return not _is_over(event) and not _is_planned(event)


def _page_status(current: _Current) -> Status | None:
    said = _PAGE.get(current.status.casefold())
    events = current.active_incidents
    is_only_planned = bool(events) and all(_type(each) == _MAINTENANCE and _is_planned(each) for each in events)
    return Status.OPERATIONAL if said is not None and is_only_planned else said


def _is_planned(event: _Event) -> bool:
    return _PHASE.get((event.status or "").casefold()) is Phase.SCHEDULED


def _components(current: _Current) -> tuple[Component, ...]:
    """Return each affected service once, as bad as the worst event that names it."""
    found: dict[str, list[Component]] = {}
    for event in current.active_incidents:
        if not _is_running(event):
            continue
        status = _STATUS.get(_type(event))
        for name in _services(event) or ("Slack",):
            found.setdefault(name, []).append(Component(name, name, status, word(event.type)))
    status = _page_status(current)
    if status is None or (not found and status is not Status.OPERATIONAL):
        # the word is new, or something is going on and nothing says what: never fine
        found.setdefault("Slack", []).append(Component("Slack", "Slack", None, word(current.status)))
    return tuple(_worst(same) for same in found.values())


def _worst(same: list[Component]) -> Component:
    status = worst(each.status for each in same)
    return next((each for each in same if each.status == status), same[0])


def _services(event: _Event) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (one_line(each) for each in event.services or []))))


def _incident(event: _Event, url: str) -> Incident:
    phase = _PHASE.get((event.status or "").casefold())
    updated_at = instant(event.date_updated)
    services = _services(event)
    return Incident(
        id=word(event.id),
        title=one_line(event.title) or word(event.id),
        phase=phase,
        impact=_IMPACT.get(_type(event)),
        said=word(event.status),
        started_at=instant(event.date_created),
        updated_at=updated_at,
        resolved_at=updated_at if phase is Phase.RESOLVED else None,
        url=_link(event, url),
        component_ids=services,
        components=services,
        updates=_updates(event),
    )


def _maintenance(event: _Event, url: str) -> Maintenance:
    services = _services(event)
    return Maintenance(
        id=word(event.id),
        title=one_line(event.title) or word(event.id),
        phase=_MAINTENANCE_PHASE.get((event.status or "").casefold()),
        impact=Impact.MAINTENANCE,
        said=word(event.status),
        started_at=instant(event.date_created),
        updated_at=instant(event.date_updated),
        url=_link(event, url),
        component_ids=services,
        components=services,
        updates=_updates(event),
    )


def _link(event: _Event, url: str) -> str | None:
    return same_site_link(event.url, url) if isinstance(event.url, str) else None


def _updates(event: _Event) -> tuple[IncidentUpdate, ...]:
    told: list[IncidentUpdate] = []
    for each in event.notes or []:
        posted_at = instant(each.date_created)
        if posted_at is not None:
            told.append(IncidentUpdate(f"{posted_at:%Y%m%dT%H%M%S}", None, posted_at, plain(each.body)))
    return tuple(sorted(told, key=lambda update: update.posted_at, reverse=True))


def recognises(response: Response) -> bool:
    """Tell by a page status of ``ok`` or ``active`` beside ``active_incidents`` and the page's times, or by history."""
    try:
        current = decoded(response, _Current)
    except UnreadableResponseError:
        return matches(response, list[_StrictEvent]) and bool(decoded(response, list[_StrictEvent]))
    return current.status in _PAGE and instant(current.date_updated or current.date_created) is not None


PLATFORM = Platform(
    name="slack", read=read, recognises=recognises, paths=_PATHS[:1], hosts=("slack-status.com", "status.slack.com")
)
