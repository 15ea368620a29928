"""Instatus: a summary with the open incidents, and the components in a file of their own.

Read are ``/summary.json`` (``page.status`` and, only when there are any, ``activeIncidents`` and
``activeMaintenances``) and the first of ``/v2/components.json``, ``/v3/components.json`` (nested) and
``/components.json`` that answers. One body may hold both (a recorder merged them). Words are compared without case.

Groups come as parents with children, as rows other rows name as their ``group``, or both: they are not components.
A page may be ``UP`` with an incident open, and incidents stay open for years; both are told as the page says them.
Without a list of components the page's own word is all there is, and an absent component says nothing.
"""

from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus

import msgspec

from trayapp.domain.incident import Impact, Incident, Maintenance, Phase
from trayapp.domain.report import Absence, Component, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import endpoint, same_site_link
from trayapp.formats.body import decoded, text_of
from trayapp.formats.datafile import data_file, offered
from trayapp.formats.overall import unexplained
from trayapp.formats.text import one_line, word
from trayapp.formats.times import instant

_SUMMARIES = ("/summary.json", "/v3/summary.json")
_COMPONENTS = ("/v2/components.json", "/v3/components.json", "/components.json")
_PATHS = (*_SUMMARIES, *_COMPONENTS)

_STATUS = {
    "operational": Status.OPERATIONAL,
    "undermaintenance": Status.MAINTENANCE,
    "degradedperformance": Status.DEGRADED,
    "minoroutage": Status.PARTIAL_OUTAGE,
    "partialoutage": Status.PARTIAL_OUTAGE,
    "majoroutage": Status.MAJOR_OUTAGE,
}
_PAGE = {
    "up": Status.OPERATIONAL,
    "hasissues": Status.DEGRADED,
    **{
        f"{how_many}{said}": status
        for how_many in ("", "one", "some", "all")
        for said, status in _STATUS.items()
        if status is not Status.OPERATIONAL
    },
}
"""The page's words: how many components are how ("SOMEPARTIALOUTAGE"), or only that something is."""
_IMPACT = {
    "operational": Impact.NONE,
    "undermaintenance": Impact.MAINTENANCE,
    "degradedperformance": Impact.MINOR,
    "minoroutage": Impact.MAJOR,
    "partialoutage": Impact.MAJOR,
    "majoroutage": Impact.CRITICAL,
}
_PHASE = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "notstartedyet": Phase.SCHEDULED,
    "inprogress": Phase.IN_PROGRESS,
    "verifying": Phase.VERIFYING,
    "completed": Phase.COMPLETED,
}


class _Page(msgspec.Struct):
    status: str
    name: object = None
    url: object = None


class _Group(msgspec.Struct):
    id: str | int | None = None
    name: object = None


class _Row(msgspec.Struct, rename="camel"):
    id: str | int
    name: object = None
    status: str | None = None
    is_parent: bool | None = None
    group: _Group | str | None = None
    children: "list[_Row | str] | None" = None
    components: "list[_Row | str] | None" = None


class _Event(msgspec.Struct, rename="camel"):
    id: str | int | None = None
    """Not in the documented example, nor on older pages."""
    name: object = None
    status: str | None = None
    impact: str | None = None
    started: object = None
    start: object = None
    duration: object = None
    updated_at: object = None
    resolved: object = None
    url: object = None
    components: list[_Group | str] | None = None


class _Body(msgspec.Struct, rename="camel"):
    page: _Page | None = None
    active_incidents: list[_Event] | None = None
    active_maintenances: list[_Event] | None = None
    components: list[_Row] | None = None


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the summary and the components, whichever file the address names first."""
    first = _body((yield from data_file(ask.url, _SUMMARIES, _COMPONENTS)))
    if first.page is None and first.components is None:
        raise UnreadableResponseError("The answer has neither a page nor components.")
    page = first
    if first.page is None:
        response = yield Request(url=endpoint(ask.url, "/summary.json", _PATHS), optional=True)
        page = _offered(response) or first
    rows = first.components
    if rows is None:
        rows = yield from _components(ask.url)
    return _report(page, rows, ask.url)


def _components(url: str) -> Exchange[list[_Row] | None]:
    for path in _COMPONENTS:
        response = yield Request(url=endpoint(url, path, _PATHS), optional=True)
        body = _offered(response)
        if body is None:
            continue
        if not body.components:
            raise UnreadableResponseError("The file of the components has none.")
        return body.components
    return None


def _body(response: Response) -> _Body:
    """Return the answer; the list of components may stand alone, as the documentation shows it."""
    if text_of(response).startswith("["):
        return _Body(components=decoded(response, list[_Row]))
    return decoded(response, _Body)


def _offered(response: Response) -> _Body | None:
    is_list = response.status == HTTPStatus.OK and response.body.lstrip().startswith(b"[")
    return _body(response) if is_list else offered(response, _Body)


def _report(body: _Body, rows: list[_Row] | None, url: str) -> StatusReport:
    page = body.page
    components = tuple(_leaves(rows or []))
    incidents = tuple(_incident(each, url) for each in body.active_incidents or [])
    name, said = (one_line(page.name), word(page.status)) if page else ("", "")
    indicator = _PAGE.get(_key(said))
    overall = unexplained(name, indicator, said, components, incidents)
    return StatusReport(
        components=(*components, *(overall if page else ())),
        incidents=incidents,
        maintenances=tuple(_maintenance(each, url) for each in body.active_maintenances or []),
        indicator=indicator,
        indicator_said=said,
        absence=Absence.SAYS_NOTHING if rows is None else Absence.GONE,
        has_incident_list=page is not None,
        page_name=name,
    )


def _leaves(rows: list[_Row]) -> Iterator[Component]:
    """Yield each leaf once: the same one may stand in the flat list and below its parent.

    A parent without children is no group any more; what it says of itself was about them, so it is unknown.
    """
    groups = {word(row.group.id) for row in _all(rows) if isinstance(row.group, _Group)} - {""}
    seen: set[tuple[str, str]] = set()
    for row, group in _walk(rows, None):
        ours = word(row.id)
        mark = (ours, _key(row.status))
        if ours in groups or mark in seen:
            continue
        seen.add(mark)
        yield Component(
            id=ours,
            name=_name(row.name) or ours,
            status=None if row.is_parent else _STATUS.get(_key(row.status)),
            said=word(row.status),
            group=group,
        )


def _walk(rows: list[_Row], group: str | None) -> Iterator[tuple[_Row, str | None]]:
    for row in rows:
        below = _below(row)
        if below:
            yield from _walk(below, _name(row.name) or group)
        elif not row.children:  # children told by their ids only stand in the list themselves
            named = _name(row.group.name) if isinstance(row.group, _Group) else None
            yield row, named or group


def _all(rows: list[_Row]) -> Iterator[_Row]:
    for row in rows:
        yield row
        yield from _all(_below(row))


def _below(row: _Row) -> list[_Row]:
    return [each for each in (*(row.children or []), *(row.components or [])) if isinstance(each, _Row)]


def _incident(event: _Event, url: str) -> Incident:
    named = dict(_named(event))
    return Incident(
        id=_identity(event),
        title=_name(event.name) or _identity(event),
        phase=_PHASE.get(_key(event.status)),
        impact=_IMPACT.get(_key(event.impact)),
        said=word(event.status),
        started_at=instant(event.started),
        updated_at=instant(event.updated_at),
        resolved_at=instant(event.resolved),
        url=_link(event.url, url),
        component_ids=tuple(named),
        components=tuple(named.values()),
    )


def _identity(event: _Event) -> str:
    """Return the event's id, else the end of its address, else its name with its beginning."""
    tail = event.url.rstrip("/").rpartition("/")[2] if isinstance(event.url, str) else ""
    begins = instant(event.start) or instant(event.started)
    return word(event.id) or word(tail) or f"{_name(event.name)} {begins or ''}".strip()


def _named(event: _Event) -> Iterator[tuple[str, str]]:
    for each in event.components or []:
        known = word(each) if isinstance(each, str) else word(each.id)
        name = known if isinstance(each, str) else _name(each.name) or known
        if name:
            yield known or name, name


def _maintenance(event: _Event, url: str) -> Maintenance:
    begins = instant(event.start) or instant(event.started)
    lasts = _minutes(event.duration)
    return Maintenance(
        id=_identity(event),
        title=_name(event.name) or _identity(event),
        phase=_PHASE.get(_key(event.status)),
        impact=Impact.MAINTENANCE,
        said=word(event.status),
        started_at=begins,
        updated_at=instant(event.updated_at),
        url=_link(event.url, url),
        scheduled_for=begins,
        scheduled_until=begins + lasts if begins and lasts else None,
    )


def _minutes(value: object) -> timedelta | None:
    digits = word(value)
    return timedelta(minutes=int(digits)) if digits.isascii() and digits.isdigit() and int(digits) < 10**6 else None


def _link(link: object, url: str) -> str | None:
    return same_site_link(link, url) if isinstance(link, str) else None


def _name(name: object) -> str:
    """Return a name that is a string, or one per language with a ``default``."""
    if isinstance(name, dict):
        name = name.get("default") or next((each for each in name.values() if each), None)
    return one_line(name)


def _key(said: str | None) -> str:
    return "".join(letter for letter in (said or "").casefold() if letter.isalnum())


def recognises(response: Response) -> bool:
    """Tell by ``page.status`` (UP, HASISSUES, ALLUNDERMAINTENANCE), or by components in Instatus' capitals."""
    try:
        body = _body(response)
    except UnreadableResponseError:
        return False
    if body.page is not None:
        return _key(body.page.status) in _PAGE and body.page.name is not None
    rows = body.components or []
    return bool(rows) and all(
        row.status is not None and row.status.isupper() and _key(row.status) in _STATUS for row in rows
    )


PLATFORM = Platform(name="instatus", read=read, recognises=recognises, paths=_PATHS)
