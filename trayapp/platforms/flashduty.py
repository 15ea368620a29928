"""FlashDuty (Flashcat) status pages: ``/api/widget/v1/summary.json``, else ``/feed.rss``.

The widget (docs.flashduty.com, "status page widgets") says the overall status and lists the open events with the
components they touch; other components are not listed. It publishes how often to ask (``poll_after_seconds``) and how
old it may be (``max_stale_seconds``), and answers errors with status 200. Texts are bilingual, times +08:00. The feed
keeps some thirty events with their last state; it is also asked for history. There are no options.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from trayapp.domain.incident import Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.report import Absence, Component, FailureKind, StatusReport
from trayapp.domain.status import Status, worst
from trayapp.exchange import Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import endpoint, names, same_site_link
from trayapp.formats.body import decoded, matches, text_of
from trayapp.formats.feeds import Feed, FeedEntry, feed_of, is_feed
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_WIDGET = "/api/widget/v1/summary.json"
_FEED = "/feed.rss"
_PATHS = (_WIDGET, _FEED)
_OK = 200
_SILENT_FOR = timedelta(hours=48)
"""An open feed item without an update for so long has been forgotten, not fixed (platforms.md trap 25)."""
_NO_WORD = "no word"
"""Shown where the page's word holds nothing to show; an empty one would read as "has no indicator"."""
_LONGEST_WAIT = timedelta(hours=1)

_STATUSES = {
    "operational": Status.OPERATIONAL,
    "degraded": Status.DEGRADED,
    "degraded_performance": Status.DEGRADED,
    "partial_outage": Status.PARTIAL_OUTAGE,
    "full_outage": Status.MAJOR_OUTAGE,
    "major_outage": Status.MAJOR_OUTAGE,
    "under_maintenance": Status.MAINTENANCE,
    "maintenance": Status.MAINTENANCE,
}
_PHASES = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "update": Phase.UPDATE,
    "resolved": Phase.RESOLVED,
    "scheduled": Phase.SCHEDULED,
    "ongoing": Phase.IN_PROGRESS,
    "in_progress": Phase.IN_PROGRESS,
    "completed": Phase.COMPLETED,
}
_PLANNED = frozenset({Phase.SCHEDULED, Phase.IN_PROGRESS, Phase.VERIFYING, Phase.COMPLETED})
_ERRORS = {
    "status_page_not_found": "The status page is gone, private, or its widget is switched off.",
    "widget_summary_unavailable": "The status page cannot tell its state at the moment.",
}
_SEVERITIES = (
    (
        Status.MAJOR_OUTAGE,
        re.compile(r"full outage|major outage|fully unavailable|完全中断|全部中断|完全不可用", re.IGNORECASE),
    ),
    (Status.PARTIAL_OUTAGE, re.compile(r"partial|outage|unavailable|中断|不可用", re.IGNORECASE)),
)
"""What the title of a feed item tells of its weight, worst first; anything else is a degradation."""
_GUID = re.compile(r"<guid[^>]*>\s*urn:flashduty:")
_STATE = re.compile(r"^\s*Status:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_COMPONENTS = re.compile(r"^\s*Affected components:[ \t]*(.+)", re.IGNORECASE | re.MULTILINE)


class _Page(msgspec.Struct):
    name: str | None = None
    url: str | None = None


class _Overall(msgspec.Struct):
    status: str


class _LastUpdate(msgspec.Struct):
    at: str | None = None
    message: str | None = None


class _Component(msgspec.Struct):
    name: str
    id: str | int | None = None
    group_name: str | None = None
    status: str | None = None


class _Event(msgspec.Struct):
    id: str | int
    title: str
    phase: str | None = None
    impact: str | None = None
    started_at: str | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    updated_at: str | None = None
    url: str | None = None
    last_update: _LastUpdate | None = None
    affected_components: list[_Component] | None = None


class _Summary(msgspec.Struct):
    overall: _Overall
    ongoing_incidents: list[_Event]
    in_progress_maintenances: list[_Event]
    scheduled_maintenances: list[_Event]
    generated_at: str | None = None
    poll_after_seconds: float | None = None
    max_stale_seconds: float | None = None
    page: _Page | None = None


class _Error(msgspec.Struct):
    error: str


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the widget's summary, or the feed where the address names it or the widget is not offered."""
    if names(ask.url, _FEED) or urlsplit(ask.url).path.endswith((".rss", ".xml")):
        response = yield Request(url=ask.url)
        return _feed_report(response, ask.url)
    response = yield Request(url=endpoint(ask.url, _WIDGET, _PATHS), accept=frozenset({200, 403, 404}))
    if response.status != _OK:
        response = yield Request(url=endpoint(ask.url, _FEED, _PATHS))
        return _feed_report(response, ask.url)
    summary = _summary(response)
    history: tuple[Incident, ...] = ()
    listed = {str(each.id) for each in summary.ongoing_incidents}
    if ask.with_history or ask.open_incidents - listed:
        feed = yield Request(url=endpoint(ask.url, _FEED, _PATHS), optional=True)
        history = _ended(feed, ask.url, listed)
    return _widget_report(summary, ask.url, history)


def recognises(response: Response) -> bool:
    """Know the widget by its shape, and the feed by the names FlashDuty gives its items."""
    if matches(response, _Summary):
        return True
    return is_feed(response) and _GUID.search(text_of(response)) is not None


def _summary(response: Response) -> _Summary:
    if matches(response, _Error):
        said = word(decoded(response, _Error).error)
        raise UnreadableResponseError(_ERRORS.get(said, f"The status page answers with an error: {said}."))
    summary = decoded(response, _Summary)
    made, now = instant(summary.generated_at), instant(response.headers.get("date"))
    limit = summary.max_stale_seconds
    if summary.generated_at is not None and made is None:
        raise UnreadableResponseError("The status page does not say when its answer was made.")
    if made and now and limit is not None and (now - made).total_seconds() > max(limit, 0):
        raise UnreadableResponseError(
            f"The status page's answer is {int((now - made).total_seconds())} s old, and it allows {int(limit)} s."
        )
    return summary


def _widget_report(summary: _Summary, page_url: str, history: tuple[Incident, ...]) -> StatusReport:
    said = word(summary.overall.status)
    overall = _STATUSES.get(said.lower())
    incidents = tuple(_incident(row, page_url) for row in summary.ongoing_incidents)
    running = tuple(_maintenance(row, page_url, Phase.IN_PROGRESS) for row in summary.in_progress_maintenances)
    coming = tuple(_maintenance(row, page_url, Phase.SCHEDULED) for row in summary.scheduled_maintenances)
    components = _affected([*summary.ongoing_incidents, *summary.in_progress_maintenances])
    told = worst([each.status for each in components])
    explained = (told is not None and told.is_bad) or overall in {Status.OPERATIONAL, Status.MAINTENANCE}
    if not explained and not incidents:
        # the page says trouble and names nothing: what little it lists must not speak for the whole
        components = ()
    return StatusReport(
        components=components,
        incidents=(*incidents, *history),
        maintenances=(*running, *coming),
        indicator=overall,
        indicator_said=said or _NO_WORD,
        absence=Absence.OPERATIONAL if explained else Absence.SAYS_NOTHING,
        page_name=one_line(summary.page.name) if summary.page else "",
        page_updated_at=instant(summary.generated_at),
        poll_after=_wait(summary.poll_after_seconds),
    )


def _wait(seconds: float | None) -> timedelta | None:
    if seconds is None or seconds <= 0:
        return None
    return timedelta(seconds=min(seconds, _LONGEST_WAIT.total_seconds()))


def _affected(rows: list[_Event]) -> tuple[Component, ...]:
    """Return each component once, with the worst word any event has for it."""
    found: dict[str, Component] = {}
    for event in rows:
        for row in event.affected_components or ():
            said = word(row.status)
            name = one_line(row.name)
            mark = str(row.id) if row.id is not None else name
            component = Component(
                id=mark,
                name=name,
                status=_STATUSES.get(said.lower()),
                said=said,
                group=one_line(row.group_name) or None,
            )
            before = found.get(mark)
            if before is None or worst([before.status, component.status]) is not before.status:
                found[mark] = component
    return tuple(found.values())


def _incident(row: _Event, page_url: str) -> Incident:
    updates = _last_update(row)
    phase = _PHASES.get((row.phase or "").lower())
    return Incident(
        id=str(row.id),
        title=one_line(row.title),
        # listed as ongoing, it is open whatever the word
        phase=None if phase is not None and phase.is_over else phase,
        said=word(row.phase),
        started_at=instant(row.started_at) or instant(row.starts_at),
        updated_at=instant(row.updated_at) or (updates[0].posted_at if updates else None),
        url=same_site_link(row.url, page_url) if row.url else None,
        component_ids=tuple(
            str(each.id if each.id is not None else each.name) for each in row.affected_components or ()
        ),
        components=tuple(one_line(each.name) for each in row.affected_components or ()),
        updates=updates,
    )


def _maintenance(row: _Event, page_url: str, phase: Phase) -> Maintenance:
    incident = _incident(row, page_url)
    values = {name: getattr(incident, name) for name in Incident.__struct_fields__}
    return Maintenance(
        **{**values, "phase": phase},
        scheduled_for=instant(row.starts_at) or instant(row.started_at),
        scheduled_until=instant(row.ends_at),
    )


def _last_update(row: _Event) -> tuple[IncidentUpdate, ...]:
    last = row.last_update
    posted_at = instant(last.at) if last else None
    if last is None or posted_at is None:
        return ()
    phase = _PHASES.get((row.phase or "").lower())
    return (
        IncidentUpdate(
            id=posted_at.isoformat(),
            phase=phase,
            posted_at=posted_at,
            text=plain(last.message),
            said=word(row.phase),
        ),
    )


def _feed_report(response: Response, page_url: str) -> StatusReport:
    feed = feed_of(response)
    if not feed.entries:
        raise UnreadableResponseError("The feed holds no event.", FailureKind.EMPTY)
    now = _newest(feed)
    events = tuple(_event(entry, page_url, now) for entry in feed.entries)
    incidents = tuple(each for each in events if not isinstance(each, Maintenance))
    maintenances = tuple(each for each in events if isinstance(each, Maintenance))
    return StatusReport(
        components=_named(tuple(each for each in incidents if each.is_open)),
        incidents=incidents,
        maintenances=maintenances,
        absence=Absence.OPERATIONAL,
        page_name=feed.title,
        page_updated_at=now,
    )


def _newest(feed: Feed) -> datetime | None:
    times = (feed.updated, *(entry.at for entry in feed.entries))
    return max((each for each in times if each is not None), default=None)


def _event(entry: FeedEntry, page_url: str, now: datetime | None) -> Incident:
    state = _STATE.search(entry.text)
    said = word(state.group(1)) if state else ""
    phase = _PHASES.get(said.lower())
    over = phase is not None and phase.is_over
    forgotten = not over and now is not None and entry.at is not None and now - entry.at > _SILENT_FOR
    affected = tuple(_split_names(entry.text))
    incident = Incident(
        id=entry.id.rpartition(":")[2] or entry.id,
        title=entry.title,
        phase=None if forgotten else phase,
        said=said,
        started_at=entry.published,
        updated_at=entry.at,
        resolved_at=entry.at if over or forgotten else None,
        url=same_site_link(entry.link, page_url) if entry.link else None,
        component_ids=affected,
        components=affected,
        updates=_entry_update(entry, phase, said),
    )
    if phase not in _PLANNED:
        return incident
    return Maintenance(**{name: getattr(incident, name) for name in Incident.__struct_fields__})


def _entry_update(entry: FeedEntry, phase: Phase | None, said: str) -> tuple[IncidentUpdate, ...]:
    if entry.at is None:
        return ()
    text = _COMPONENTS.sub("", _STATE.sub("", entry.text)).strip()
    return (IncidentUpdate(id=entry.at.isoformat(), phase=phase, posted_at=entry.at, text=plain(text), said=said),)


def _split_names(text: str) -> Iterator[str]:
    """Yield the names in "Affected components: API (Beta, EU), Chat": commas inside brackets belong to a name."""
    listed = _COMPONENTS.search(text)
    if listed is None:
        return
    depth, start, line = 0, 0, listed.group(1)
    for place, sign in enumerate(line):
        depth += sign in "((" if sign not in "))" else -1
        if sign == "," and depth <= 0:
            yield from filter(None, (one_line(line[start:place]),))
            start = place + 1
    yield from filter(None, (one_line(line[start:]),))


def _named(incidents: tuple[Incident, ...]) -> tuple[Component, ...]:
    found: dict[str, Component] = {}
    for each in incidents:
        weight = next((status for status, words in _SEVERITIES if words.search(each.title)), Status.DEGRADED)
        for name in each.components:
            before = found.get(name)
            if before is None or worst([before.status, weight]) is not before.status:
                found[name] = Component(id=name, name=name, status=weight, said=each.said)
    return tuple(found.values())


def _ended(response: Response, page_url: str, open_ids: set[str]) -> tuple[Incident, ...]:
    """Return the ended incidents of the feed; history is a bonus, so an unreadable one is none."""
    if response.status != _OK:
        return ()
    try:
        feed = feed_of(response)
    except UnreadableResponseError:
        return ()
    events = (_event(entry, page_url, _newest(feed)) for entry in feed.entries)
    return tuple(
        each for each in events if not isinstance(each, Maintenance) and not each.is_open and each.id not in open_ids
    )


PLATFORM = Platform(
    name="flashduty", read=read, recognises=recognises, paths=_PATHS, hosts=("status.deepseek.com", "flashduty.com")
)
