"""Sorry: ``/api/v1/status.json`` has the page's state; components and notices are requests of their own.

``/api/v1/components`` is paged (``meta.next_page``) and its names may repeat, so ids count; a row that others name as
``parent_id`` is a group, and listed only where it is worse than what it groups. ``/api/v1/notices`` is asked for when
the page is not fine or an ending is awaited. Both are optional: without components an absent one says nothing, and the
page's state decides.
"""

from http import HTTPStatus

import msgspec

from trayapp.domain.incident import Impact, Incident, Maintenance, Phase
from trayapp.domain.report import Absence, Component, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import endpoint, same_site_link
from trayapp.formats.body import decoded, matches
from trayapp.formats.datafile import data_file, offered
from trayapp.formats.overall import unexplained
from trayapp.formats.text import one_line, word
from trayapp.formats.times import instant

_STATUS_PATHS = ("/api/v1/status.json", "/api/v1/status")
_COMPONENTS, _NOTICES = "/api/v1/components", "/api/v1/notices"
_PATHS = (*_STATUS_PATHS, _COMPONENTS, _NOTICES)
_PAGES = 5
"""Pages of components that are read; beyond that the list is not whole."""
_STATUS = {
    "operational": Status.OPERATIONAL,
    "under_maintenance": Status.MAINTENANCE,
    "maintenance": Status.MAINTENANCE,
    "degraded": Status.DEGRADED,
    "partially_degraded": Status.DEGRADED,
    "partial_outage": Status.PARTIAL_OUTAGE,
    "major_outage": Status.MAJOR_OUTAGE,
    "outage": Status.MAJOR_OUTAGE,
    "offline": Status.MAJOR_OUTAGE,
}
_PHASE = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "recovering": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "false_alarm": Phase.RESOLVED,
    "scheduled": Phase.SCHEDULED,
    "underway": Phase.IN_PROGRESS,
    "complete": Phase.COMPLETED,
}


class _Link(msgspec.Struct):
    count: int | None = None


class _Links(msgspec.Struct):
    components: _Link | None = None


class _Page(msgspec.Struct):
    state: str
    name: object = None
    url: object = None
    updated_at: object = None
    links: _Links | None = None


class _Answer(msgspec.Struct):
    page: _Page


class _Row(msgspec.Struct):
    id: str | int
    state: str | None = None
    name: object = None
    parent_id: str | int | None = None


class _Meta(msgspec.Struct):
    next_page: str | int | None = None


class _Rows(msgspec.Struct):
    components: list[_Row]
    meta: _Meta | None = None


class _Notice(msgspec.Struct):
    id: str | int
    type: str | None = None
    state: str | None = None
    timeline_state: str | None = None
    subject: object = None
    link: object = None
    began_at: object = None
    ended_at: object = None
    begins_at: object = None
    ends_at: object = None
    created_at: object = None
    updated_at: object = None


class _Notices(msgspec.Struct):
    notices: list[_Notice]


class _StrictPage(msgspec.Struct):
    """What a status answer always has: enough to know it by."""

    state: str
    name: str
    url: str
    links: dict[str, object]


class _StrictAnswer(msgspec.Struct):
    page: _StrictPage


class _StrictRow(msgspec.Struct):
    """What a component always has."""

    id: str | int
    state: str
    name: str
    parent_id: str | int | None


class _StrictMeta(msgspec.Struct):
    count: int
    next_page: str | int | None


class _StrictRows(msgspec.Struct):
    """A page of the list of components: enough to know it by."""

    components: list[_StrictRow]
    meta: _StrictMeta


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the state, then what the page offers beside it; an address that names the components may have only them."""
    answer = yield from data_file(ask.url, _STATUS_PATHS, _PATHS)
    if matches(answer, _Rows):
        return _report_of_components((yield from _components(ask.url)))
    page = decoded(answer, _Answer).page
    rows: list[_Row] | None = None
    if not (page.links and page.links.components and page.links.components.count == 0):
        rows = yield from _components(ask.url)
    notices: list[_Notice] | None = None
    if ask.with_history or ask.open_incidents or _status(page.state) is not Status.OPERATIONAL:
        notices = yield from _notices(ask.url)
    return _report(page, rows, notices, ask.url)


def _components(url: str) -> Exchange[list[_Row] | None]:
    """Return all components, or nothing where a page of them is missing."""
    found: list[_Row] = []
    for number in range(1, _PAGES + 1):
        query = f"?page={number}" if number > 1 else ""
        response = yield Request(url=endpoint(url, f"{_COMPONENTS}{query}", _PATHS), optional=True)
        answer = offered(response, _Rows)
        if answer is None:
            return None
        found += answer.components
        if not (answer.meta and answer.meta.next_page):
            return found
    return None


def _notices(url: str) -> Exchange[list[_Notice] | None]:
    response = yield Request(url=endpoint(url, _NOTICES, _PATHS), optional=True)
    if response.status != HTTPStatus.OK or not matches(response, _Notices):
        return None
    return decoded(response, _Notices).notices


def _report_of_components(rows: list[_Row] | None) -> StatusReport:
    if rows is None:
        raise UnreadableResponseError("The list of components is not whole.")
    return StatusReport(components=_leaves(rows), has_incident_list=False)


def _report(page: _Page, rows: list[_Row] | None, notices: list[_Notice] | None, url: str) -> StatusReport:
    told = notices or []
    name, said = one_line(page.name), word(page.state)
    components = _leaves(rows or [])
    incidents = tuple(_incident(each, url) for each in told if each.type == "unplanned")
    return StatusReport(
        components=(*components, *unexplained(name, _status(page.state), said, components, incidents)),
        incidents=incidents,
        maintenances=tuple(_maintenance(each, url) for each in told if each.type == "planned"),
        indicator=_status(page.state),
        indicator_said=said,
        absence=Absence.SAYS_NOTHING if rows is None else Absence.GONE,
        has_incident_list=notices is not None,
        page_name=name,
        page_updated_at=instant(page.updated_at),
    )


def _leaves(rows: list[_Row]) -> tuple[Component, ...]:
    names = {word(row.id): one_line(row.name) for row in rows}
    groups = {word(row.parent_id) for row in rows if row.parent_id is not None}
    fine = {word(row.parent_id) for row in rows if _status(row.state) is Status.OPERATIONAL}
    fine -= {word(row.parent_id) for row in rows if _status(row.state) is not Status.OPERATIONAL}
    return tuple(
        Component(
            id=word(row.id),
            name=one_line(row.name) or word(row.id),
            status=_status(row.state),
            said=word(row.state),
            group=names.get(word(row.parent_id)) or None,
        )
        for row in rows
        if word(row.id) not in groups or (word(row.id) in fine and _status(row.state) is not Status.OPERATIONAL)
    )


def _status(said: str | None) -> Status | None:
    return _STATUS.get(_word(said))


def _word(said: str | None) -> str:
    return (said or "").casefold().replace("-", "_").replace(" ", "_")


def _incident(notice: _Notice, url: str) -> Incident:
    return Incident(
        id=word(notice.id),
        title=one_line(notice.subject) or word(notice.id),
        phase=_PHASE.get(_word(notice.state)),
        said=word(notice.state),
        started_at=instant(notice.began_at) or instant(notice.created_at),
        updated_at=instant(notice.updated_at),
        resolved_at=instant(notice.ended_at),
        url=same_site_link(notice.link, url) if isinstance(notice.link, str) else None,
    )


def _maintenance(notice: _Notice, url: str) -> Maintenance:
    return Maintenance(
        id=word(notice.id),
        title=one_line(notice.subject) or word(notice.id),
        phase=_PHASE.get(_word(notice.state)),
        impact=Impact.MAINTENANCE,
        said=word(notice.state),
        started_at=instant(notice.began_at),
        updated_at=instant(notice.updated_at),
        resolved_at=instant(notice.ended_at),
        url=same_site_link(notice.link, url) if isinstance(notice.link, str) else None,
        scheduled_for=instant(notice.begins_at),
        scheduled_until=instant(notice.ends_at),
    )


def recognises(response: Response) -> bool:
    """Tell by ``page.state`` beside links to components and notices, or by a page of the list of components."""
    try:
        links = decoded(response, _StrictAnswer).page.links
    except UnreadableResponseError:
        return matches(response, _StrictRows) and bool(decoded(response, _StrictRows).components)
    return "components" in links and "notices" in links


PLATFORM = Platform(name="sorry", read=read, recognises=recognises, paths=_STATUS_PATHS[:1])
