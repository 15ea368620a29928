"""Gatus: ``/api/v1/endpoints/statuses`` lists every endpoint with its latest results.

Results stand oldest first: the last one is the current one (the query pages results, never endpoints). Gatus checks
from outside and posts no incidents of its own, so a failing endpoint is told as one, from its first failure in a row.
A private instance asks for a login and answers 401. There are no options.
"""

import msgspec

from trayapp.domain.incident import Incident, IncidentUpdate, Phase
from trayapp.domain.report import Absence, Component, FailureKind, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import LARGE_LIMIT, Ask, Exchange, Platform, Response, UnreadableResponseError
from trayapp.formats.address import names
from trayapp.formats.body import decoded, matches
from trayapp.formats.datafile import data_file
from trayapp.formats.text import one_line, plain
from trayapp.formats.times import instant

_PATHS = ("/api/v1/endpoints/statuses", "/api/v1/services/statuses", "/api/v1/statuses")
"""The first one, and what it was called in older versions."""


class _Condition(msgspec.Struct):
    condition: str
    success: bool


class _Result(msgspec.Struct, rename="camel"):
    success: bool
    timestamp: str | None = None
    errors: list[str] | None = None
    condition_results: list[_Condition] | None = None


class _Endpoint(msgspec.Struct):
    name: str
    key: str
    results: list[_Result] | None
    group: str | None = None


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the endpoints and take the last result of each."""
    is_named = any(names(ask.url, path) for path in _PATHS)
    # a query could ask for an older page of results
    response = yield from data_file(ask.url.partition("?")[0] if is_named else ask.url, _PATHS, limit=LARGE_LIMIT)
    endpoints = decoded(response, list[_Endpoint])
    if not endpoints:
        raise UnreadableResponseError("The monitor lists no endpoint.", FailureKind.EMPTY)
    return StatusReport(
        components=tuple(_component(each) for each in endpoints),
        incidents=tuple(_incident(each, ask.open_incidents) for each in endpoints if _fails(each)),
        absence=Absence.GONE,
    )


def recognises(response: Response) -> bool:
    """Know Gatus by its rows: endpoints with a key and results that say ``success``."""
    return matches(response, list[_Endpoint]) and bool(decoded(response, list[_Endpoint]))


def _component(each: _Endpoint) -> Component:
    if not each.results:
        return Component(id=each.key, name=one_line(each.name), status=None, group=one_line(each.group) or None)
    good = each.results[-1].success
    return Component(
        id=each.key,
        name=one_line(each.name),
        status=Status.OPERATIONAL if good else Status.MAJOR_OUTAGE,
        said="success" if good else "failure",
        group=one_line(each.group) or None,
    )


def _fails(each: _Endpoint) -> bool:
    return bool(each.results and not each.results[-1].success)


def _incident(each: _Endpoint, open_incidents: frozenset[str]) -> Incident:
    """Return the failure as an incident whose id stays the same while it lasts.

    Gatus shows the latest twenty results only: in a long failure the first one scrolls out of sight, so the id we
    gave at an earlier look is kept.
    """
    results = each.results or []
    first = next((place for place in range(len(results), 0, -1) if results[place - 1].success), 0)
    name = one_line(each.name)
    known = sorted(one for one in open_incidents if one.startswith(f"{each.key} "))
    seen_start = instant(results[first].timestamp)
    started_at = instant(known[0].removeprefix(f"{each.key} ")) if known else seen_start
    mark = known[0] if known else f"{each.key} {seen_start.isoformat() if seen_start else 'failing'}"
    return Incident(
        id=mark,
        title=f"{name} fails its check",
        phase=Phase.INVESTIGATING,
        said="failure",
        started_at=started_at,
        updated_at=instant(results[-1].timestamp),
        component_ids=(each.key,),
        components=(name,),
        updates=_first_words(results[first]) if first else (),
    )


def _first_words(result: _Result) -> tuple[IncidentUpdate, ...]:
    """Return what the first failed check said: later ones differ in milliseconds only, and would be edits for ever."""
    posted_at = instant(result.timestamp)
    failed = (each.condition for each in result.condition_results or () if not each.success)
    text = plain("\n".join([*(result.errors or ()), *failed]))
    if posted_at is None or not text:
        return ()
    return (IncidentUpdate(id="first failure", phase=Phase.INVESTIGATING, posted_at=posted_at, text=text),)


PLATFORM = Platform(name="gatus", read=read, recognises=recognises, paths=_PATHS)
