"""OpenStatus: ``/feed/json`` on the page itself, or the one word of ``api.openstatus.dev/public/status/<slug>``.

The feed lists monitors with ``success degraded error info`` (info is maintenance), static components (whose state
OpenStatus itself derives from open reports and running maintenances), reports and maintenances. The one word is
``operational degraded_performance partial_outage major_outage under_maintenance incident unknown``. Options:

``slug``
    The page's short name; with it the one word is asked for where the page offers no feed.
"""

from datetime import datetime
from urllib.parse import quote, urlsplit

import msgspec

from trayapp.domain.incident import Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.report import Absence, Component, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import Ask, Exchange, Platform, Request, Response
from trayapp.formats.address import endpoint
from trayapp.formats.body import decoded, matches
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_PATHS = ("/feed/json",)
_WORD_PATH = "/public/status/"
_WORD_HOST = "https://api.openstatus.dev"

_WORDS = {
    "operational": Status.OPERATIONAL,
    "degraded_performance": Status.DEGRADED,
    "partial_outage": Status.PARTIAL_OUTAGE,
    "major_outage": Status.MAJOR_OUTAGE,
    "under_maintenance": Status.MAINTENANCE,
    "incident": Status.DEGRADED,
    "unknown": None,
}
_STATUSES = {
    "success": Status.OPERATIONAL,
    "info": Status.MAINTENANCE,
    "degraded": Status.DEGRADED,
    "error": Status.MAJOR_OUTAGE,
    # the public endpoint's words, should the feed ever use them
    "operational": Status.OPERATIONAL,
    "degraded_performance": Status.DEGRADED,
    "partial_outage": Status.PARTIAL_OUTAGE,
    "major_outage": Status.MAJOR_OUTAGE,
    "under_maintenance": Status.MAINTENANCE,
}
_PHASES = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
}

_NO_WORD = "no word"
"""Shown where the page's word holds nothing to show; an empty one would read as "has no indicator"."""


class _Monitor(msgspec.Struct):
    id: int | str
    name: str
    status: str | None


class _PageComponent(msgspec.Struct, rename="camel"):
    id: int | str
    name: str
    monitor_id: int | str | None = None
    group_id: int | str | None = None


class _Group(msgspec.Struct):
    id: int | str
    name: str


class _ReportUpdate(msgspec.Struct, rename="camel"):
    id: int | str
    message: str | None = None
    status: str | None = None
    date: str | None = None


class _Report(msgspec.Struct, rename="camel"):
    id: int | str
    title: str
    status: str | None
    updated_at: str | None = None
    monitors: list[int | str] | None = None
    page_components: list[int | str] | None = None
    status_report_updates: list[_ReportUpdate] | None = None


class _Maintenance(msgspec.Struct, rename="camel"):
    id: int | str
    name: str
    message: str | None = None
    starts: str | None = msgspec.field(name="from", default=None)
    ends: str | None = msgspec.field(name="to", default=None)
    updated_at: str | None = None
    monitors: list[int | str] | None = None
    page_components: list[int | str] | None = None
    maintenance_updates: list[_ReportUpdate] | None = None


class _Feed(msgspec.Struct, rename="camel"):
    status: str
    monitors: list[_Monitor]
    status_reports: list[_Report]
    maintenances: list[_Maintenance]
    title: str | None = None
    updated_at: str | None = None
    page_components: list[_PageComponent] | None = None
    page_component_groups: list[_Group] | None = None


class _Word(msgspec.Struct, forbid_unknown_fields=True):
    status: str


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the page's feed, or the one word where the address or the page offers only that."""
    slug = ask.options.get("slug", "")
    if _WORD_PATH in urlsplit(ask.url).path:
        response = yield Request(url=ask.url)
        return _word_report(response)
    if urlsplit(ask.url).hostname == urlsplit(_WORD_HOST).hostname and slug:
        response = yield Request(url=_word_address(slug))
        return _word_report(response)
    accept = frozenset({200, 404}) if slug else frozenset({200})
    response = yield Request(url=endpoint(ask.url, _PATHS[0], _PATHS), accept=accept)
    if response.status == 404:  # noqa: PLR2004  HTTP's "not found"
        response = yield Request(url=_word_address(slug))
        return _word_report(response)
    return _feed_report(response)


def recognises(response: Response) -> bool:
    """Know the feed by its reports beside monitors, and the one word by being one of OpenStatus' words and alone."""
    if matches(response, _Feed):
        return True
    return matches(response, _Word) and decoded(response, _Word).status in _WORDS


def _word_address(slug: str) -> str:
    return f"{_WORD_HOST}{_WORD_PATH}{quote(slug, safe='')}"


def _word_report(response: Response) -> StatusReport:
    said = word(decoded(response, _Word).status)
    return StatusReport(
        indicator=_WORDS.get(said.lower()),
        indicator_said=said or _NO_WORD,
        absence=Absence.SAYS_NOTHING,
        has_incident_list=False,
    )


def _feed_report(response: Response) -> StatusReport:
    feed = decoded(response, _Feed)
    # the feed writes its own clock into each answer: it tells which maintenance is running
    now = instant(feed.updated_at) or instant(response.headers.get("date"))
    names = {str(each.id): one_line(each.name) for each in feed.monitors}
    parts = {str(each.id): each for each in feed.page_components or ()}
    reports = tuple(_incident(row, names, parts) for row in feed.status_reports)
    maintenances = tuple(_maintenance(row, names, parts, now) for row in feed.maintenances)
    said = word(feed.status)
    return StatusReport(
        components=(*_monitors(feed), *_static(feed, reports, maintenances)),
        incidents=reports,
        maintenances=maintenances,
        indicator=_STATUSES.get(said.lower()),
        indicator_said=said or _NO_WORD,
        absence=Absence.GONE,
        page_name=one_line(feed.title),
        page_updated_at=instant(feed.updated_at),
    )


def _monitors(feed: _Feed) -> tuple[Component, ...]:
    groups = _groups(feed)
    found = []
    for each in feed.monitors:
        said = word(each.status)
        found.append(
            Component(
                id=str(each.id),
                name=one_line(each.name),
                status=_STATUSES.get(said.lower()),
                said=said,
                group=groups.get(str(each.id)),
            )
        )
    return tuple(found)


def _groups(feed: _Feed) -> dict[str, str]:
    """Return the group's name by monitor id."""
    names = {str(each.id): one_line(each.name) for each in feed.page_component_groups or ()}
    return {
        str(each.monitor_id): names[str(each.group_id)]
        for each in feed.page_components or ()
        if each.monitor_id is not None and str(each.group_id) in names
    }


def _static(feed: _Feed, reports: tuple[Incident, ...], maintenances: tuple[Maintenance, ...]) -> tuple[Component, ...]:
    """Return the components that no monitor stands behind, with the state OpenStatus gives them."""
    listed = {str(each.id) for each in feed.monitors}
    names = {str(each.id): one_line(each.name) for each in feed.page_component_groups or ()}
    troubled = {mark for each in reports if each.is_open for mark in each.component_ids}
    worked_on = {mark for each in maintenances if each.is_running for mark in each.component_ids}
    found = []
    for each in feed.page_components or ():
        if each.monitor_id is not None and str(each.monitor_id) in listed:
            continue
        mark = _part_id(each)
        status = Status.OPERATIONAL
        if mark in worked_on:
            status = Status.MAINTENANCE
        if mark in troubled:
            status = Status.DEGRADED
        found.append(Component(id=mark, name=one_line(each.name), status=status, group=names.get(str(each.group_id))))
    return tuple(found)


def _incident(row: _Report, names: dict[str, str], parts: dict[str, _PageComponent]) -> Incident:
    updates = _updates(row.status_report_updates)
    phase = _PHASES.get((row.status or "").lower())
    affected = _affected(row.monitors, row.page_components, names, parts)
    return Incident(
        id=str(row.id),
        title=one_line(row.title),
        phase=phase,
        said=word(row.status),
        started_at=updates[-1].posted_at if updates else None,
        updated_at=instant(row.updated_at) or (updates[0].posted_at if updates else None),
        resolved_at=updates[0].posted_at if updates and phase is Phase.RESOLVED else None,
        component_ids=tuple(affected),
        components=tuple(affected.values()),
        updates=updates,
    )


def _maintenance(
    row: _Maintenance, names: dict[str, str], parts: dict[str, _PageComponent], now: datetime | None
) -> Maintenance:
    start, end = instant(row.starts), instant(row.ends)
    updates = _updates(row.maintenance_updates)
    affected = _affected(row.monitors, row.page_components, names, parts)
    return Maintenance(
        id=f"maintenance-{row.id}",
        title=one_line(row.name),
        phase=_stage(start, end, now),
        started_at=start,
        updated_at=instant(row.updated_at),
        component_ids=tuple(affected),
        components=tuple(affected.values()),
        updates=updates or _message(row),
        scheduled_for=start,
        scheduled_until=end,
    )


def _stage(start: datetime | None, end: datetime | None, now: datetime | None) -> Phase | None:
    if start is None or now is None:
        return None
    if now < start:
        return Phase.SCHEDULED
    return Phase.IN_PROGRESS if end is None or now <= end else Phase.COMPLETED


def _message(row: _Maintenance) -> tuple[IncidentUpdate, ...]:
    posted_at, text = instant(row.updated_at) or instant(row.starts), plain(row.message)
    if posted_at is None or not text:
        return ()
    return (IncidentUpdate(id="message", phase=None, posted_at=posted_at, text=text),)


def _affected(
    monitors: list[int | str] | None,
    components: list[int | str] | None,
    names: dict[str, str],
    parts: dict[str, _PageComponent],
) -> dict[str, str]:
    """Return the names of what a report touches by the ids our components carry."""
    found = {str(each): names.get(str(each), str(each)) for each in monitors or ()}
    for each in components or ():
        part = parts.get(str(each))
        if part is None:
            continue
        mark = str(part.monitor_id) if str(part.monitor_id) in names else _part_id(part)
        found[mark] = one_line(part.name)
    return found


def _part_id(part: _PageComponent) -> str:
    """Return an id that cannot meet a monitor's: both are small numbers."""
    return f"component-{part.id}"


def _updates(rows: list[_ReportUpdate] | None) -> tuple[IncidentUpdate, ...]:
    found = []
    for each in rows or ():
        posted_at = instant(each.date)
        if posted_at is None:
            continue
        said = word(each.status)
        phase = _PHASES.get(said.lower())
        found.append(
            IncidentUpdate(id=str(each.id), phase=phase, posted_at=posted_at, text=plain(each.message), said=said)
        )
    return tuple(sorted(found, key=lambda update: update.posted_at, reverse=True))


PLATFORM = Platform(
    name="openstatus", read=read, recognises=recognises, paths=_PATHS, hosts=("api.openstatus.dev", "openstatus.dev")
)
