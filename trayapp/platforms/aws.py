"""AWS Health: ``/public/currentevents`` (UTF-16 with a mark) and the retired ``/data.json``.

Only trouble is listed, so an absent service is fine. An event names one service, or is a "Multiple services" event
whose ``impacted_services`` hold the services with ``current`` and ``max``: ``current`` other than 0 counts, ``max``
does not. Bedrock appears nowhere else. Component ids are AWS' own, with the region in them: ``bedrock-us-east-1``.

====  ==============
word  status
====  ==============
0     resolved
1     degraded (informational)
2     partial outage (degradation)
3     major outage (disruption)
====  ==============

Ended rows stay listed: with status 0, an ``end_time``, or ``[RESOLVED]`` before the summary (``data.json`` has only
the last). Events may stay open for months, so ``options["regions"]`` ("us-east-1, eu-central-1") keeps those regions
and what has none; empty keeps all.
"""

import re
from collections.abc import Iterator

import msgspec

from trayapp.domain.incident import Incident, IncidentUpdate, Phase
from trayapp.domain.report import Absence, Component, StatusReport
from trayapp.domain.status import Status, worst
from trayapp.exchange import LARGE_LIMIT, Ask, Exchange, Platform, Response, UnreadableResponseError
from trayapp.formats.body import decoded
from trayapp.formats.datafile import data_file
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_PATHS = ("/public/currentevents", "/data.json")
_HUMAN = ("/health/status", "/health/home", "/health")
"""Where the page for people lies."""
_FINE = "0"
_STATUS = {
    _FINE: Status.OPERATIONAL,
    "1": Status.DEGRADED,
    "2": Status.PARTIAL_OUTAGE,
    "3": Status.MAJOR_OUTAGE,
}
_REGION = re.compile(r"(?:^|-)([a-z]{2}(?:-(?:gov|iso[a-z]?))?-[a-z]+-\d{1,2})$", re.ASCII)
_REGION_NAME = re.compile(r"\(([^()]{2,40})\)\s*$")
_RESOLVED = re.compile(r"^\s*\[RESOLVED\]\s*", re.IGNORECASE)
_MULTIPLE = "multipleservices"
_KEPT_CLOSED = 40
"""Ended events that are read: ``data.json`` archived a year of them."""


class _Log(msgspec.Struct):
    message: object = None
    summary: object = None
    status: str | int | None = None
    timestamp: object = None


class _Impacted(msgspec.Struct):
    current: str | int | None = None
    service_name: object = None


class _Event(msgspec.Struct):
    service: str
    status: str | int | None = None
    service_name: object = None
    date: object = None
    arn: str | None = None
    region_name: object = None
    summary: object = None
    description: object = None
    end_time: object = None
    event_log: list[_Log] | None = None
    impacted_services: dict[str, _Impacted] | None = None


class _Legacy(msgspec.Struct):
    current: list[_Event]
    archive: list[_Event]


class _CurrentEvent(msgspec.Struct):
    """What every row of ``currentevents`` has: enough to know it by."""

    arn: str
    service: str
    service_name: str
    status: str | int
    date: str | int
    event_log: list[_Log]


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the current events."""
    response = yield from data_file(ask.url, _PATHS[:1], _HUMAN, LARGE_LIMIT)
    events = _events(response)
    regions = frozenset(each.strip().lower() for each in ask.options.get("regions", "").split(",") if each.strip())
    seen = [event for event in events if _concerns(event, regions)]
    closed = sorted((each for each in seen if not _is_open(each)), key=_age)
    running = [each for each in seen if _is_open(each)]
    return StatusReport(
        components=_components(running, regions),
        incidents=tuple(_incident(event, regions) for event in (*running, *closed[:_KEPT_CLOSED])),
        absence=Absence.OPERATIONAL,
        page_name="AWS",
    )


def _events(response: Response) -> list[_Event]:
    try:
        return decoded(response, list[_Event])
    except UnreadableResponseError as error:
        try:
            legacy = decoded(response, _Legacy)
        except UnreadableResponseError:
            raise error from None
    return [*legacy.current, *legacy.archive]


def _is_open(event: _Event) -> bool:
    if event.status == _FINE or instant(event.end_time) is not None:
        return False
    return not (isinstance(event.summary, str) and _RESOLVED.match(event.summary))


def _age(event: _Event) -> float:
    begun = instant(event.date)
    return -begun.timestamp() if begun else 0.0


def _components(running: list[_Event], regions: frozenset[str]) -> tuple[Component, ...]:
    """Return each troubled service once, as bad as the worst event that names it."""
    found: dict[str, list[Component]] = {}
    for event in running:
        for component in _affected(event, regions):
            found.setdefault(component.id, []).append(component)
    return tuple(_worst(same) for same in found.values())


def _worst(same: list[Component]) -> Component:
    status = worst(each.status for each in same)
    return next((each for each in same if each.status == status), same[0])


def _affected(event: _Event, regions: frozenset[str]) -> Iterator[Component]:
    """Yield what an open event makes worse: the impacted services, and its own where these do not cover it."""
    group = _region_name(event)
    impacted = event.impacted_services or {}
    troubled = {key: each for key, each in impacted.items() if each.current != _FINE}
    for key, each in troubled.items():
        if _is_wanted(_region(key), regions):
            name = one_line(each.service_name) or one_line(key)
            yield Component(one_line(key), name, _status(each.current), word(each.current), group)
    if event.service in impacted or (troubled and event.service.startswith(_MULTIPLE)):
        return
    name = _service_name(event)
    yield Component(one_line(event.service), name, _status(event.status), word(event.status), group)


def _status(said: str | int | None) -> Status | None:
    """Return what the word means; events write it in quotes, so a bare 0 is damage and no good news."""
    return None if said == 0 else _STATUS.get(word(said))


def _concerns(event: _Event, regions: frozenset[str]) -> bool:
    keys = (event.service, *(event.impacted_services or {}))
    places = {place for place in map(_region, keys) if place} or {_arn_region(event)}
    return any(_is_wanted(place, regions) for place in places)


def _is_wanted(region: str, regions: frozenset[str]) -> bool:
    return not regions or not region or region in regions


def _region(key: str) -> str:
    found = _REGION.search(key.lower())
    return found.group(1) if found else ""


def _arn_region(event: _Event) -> str:
    parts = (event.arn or "").split(":")
    return _region(parts[3]) if len(parts) > 3 else ""  # noqa: PLR2004  arn:partition:service:region:...


def _region_name(event: _Event) -> str | None:
    found = _REGION_NAME.search(event.service_name) if isinstance(event.service_name, str) else None
    return one_line(event.region_name) or (one_line(found.group(1)) if found else "") or None


def _service_name(event: _Event) -> str:
    name = event.service_name
    return one_line(_REGION_NAME.sub("", name) if isinstance(name, str) else "") or one_line(event.service)


def _incident(event: _Event, regions: frozenset[str]) -> Incident:
    is_open = _is_open(event)
    named = tuple(_affected(event, regions)) if is_open else ()
    told = _updates(event)
    summary = _RESOLVED.sub("", event.summary) if isinstance(event.summary, str) else ""
    return Incident(
        id=one_line(event.arn) or f"{one_line(event.service)}@{word(event.date)}",
        title=one_line(summary) or _service_name(event),
        phase=Phase.INVESTIGATING if is_open else Phase.RESOLVED,
        said=word(event.status),
        started_at=instant(event.date),
        updated_at=told[0].posted_at if told else instant(event.date),
        resolved_at=None if is_open else instant(event.end_time) or (told[0].posted_at if told else None),
        component_ids=tuple(each.id for each in named) or (one_line(event.service),),
        components=tuple(each.name for each in named) or (_service_name(event),),
        updates=told,
    )


def _updates(event: _Event) -> tuple[IncidentUpdate, ...]:
    """Return the log newest first; the retired file has one text instead, with its times inside."""
    told: list[IncidentUpdate] = []
    for place, each in enumerate(event.event_log or []):
        posted_at = instant(each.timestamp)
        if posted_at is not None:
            said = word(each.status)
            phase = Phase.RESOLVED if said == _FINE else None
            told.append(
                IncidentUpdate(f"{place}-{posted_at:%Y%m%dT%H%M%S}", phase, posted_at, plain(each.message), said)
            )
    begun = instant(event.date)
    if not told and begun is not None and event.description:
        told.append(IncidentUpdate("description", None, begun, plain(event.description), word(event.status)))
    return tuple(sorted(told, key=lambda update: update.posted_at, reverse=True))


def recognises(response: Response) -> bool:
    """Tell by an event's name (``arn:aws``), or by the retired file's two lists; an empty array could be anybody's."""
    try:
        events = decoded(response, list[_CurrentEvent])
    except UnreadableResponseError:
        return _is_legacy(response)
    return bool(events) and all(event.arn.startswith("arn:aws") for event in events)


def _is_legacy(response: Response) -> bool:
    try:
        legacy = decoded(response, _Legacy)
    except UnreadableResponseError:
        return False
    return all(event.service_name and event.status is not None for event in (*legacy.current, *legacy.archive))


PLATFORM = Platform(
    name="aws",
    read=read,
    recognises=recognises,
    paths=_PATHS,
    hosts=("health.aws.amazon.com", "status.aws.amazon.com"),
)
