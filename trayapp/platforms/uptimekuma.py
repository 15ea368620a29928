"""Uptime Kuma: ``/api/status-page/<slug>`` names the monitors, ``/api/status-page/heartbeat/<slug>`` their beats.

Both are needed: the last beat of a monitor is its current state (0 down, 1 up, 2 pending, 3 maintenance), and times
carry no zone because they are UTC. The page's address is ``/status/<slug>``. Kuma caches the one for five minutes and
the other for one. Options:

``slug``
    The page's short name, where the address does not tell it ("default" else).
"""

import re
from datetime import datetime
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import msgspec

from trayapp.domain.incident import Impact, Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.report import Absence, Component, FailureKind, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import LARGE_LIMIT, Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.body import decoded, matches
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_DEFAULT_SLUG = "default"
_ENTRY = "/api/entry-page"
_PATHS = ("/api/status-page/default", "/api/status-page/heartbeat/default", _ENTRY)
_NAMED_ENTRY = "statusPage-"
"""Before the slug of the page that an installation shows first."""
_PLACE = re.compile(r"/(?:api/status-page(?:/heartbeat)?|status|status-page)/([^/]+)/?$")

_DOWN, _UP, _PENDING, _MAINTENANCE = range(4)
_STATUSES = {
    _DOWN: (Status.MAJOR_OUTAGE, "down"),
    _UP: (Status.OPERATIONAL, "up"),
    # a first failure that Kuma is still retrying: neither up nor proved down
    _PENDING: (None, "pending"),
    _MAINTENANCE: (Status.MAINTENANCE, "maintenance"),
}
_STYLES = {
    "danger": Impact.CRITICAL,
    "warning": Impact.MINOR,
    "info": Impact.NONE,
    "primary": Impact.NONE,
    "light": Impact.NONE,
    "dark": Impact.NONE,
}
"""The colour a pinned note is given; the quiet ones are announcements."""
_STAGES = {
    "under-maintenance": Phase.IN_PROGRESS,
    "scheduled": Phase.SCHEDULED,
    "ended": Phase.COMPLETED,
}
_NO = frozenset({0})
"""No, as a boolean (false equals zero) or a number."""
_UNPLANNED = frozenset({"inactive", "unknown"})


class _Monitor(msgspec.Struct):
    id: int | str
    name: str


class _Group(msgspec.Struct, rename="camel"):
    name: str
    monitor_list: list[_Monitor]


class _Note(msgspec.Struct, rename="camel"):
    id: int | str
    title: str
    content: str | None = None
    style: str | None = None
    pin: bool | int | None = None
    active: bool | int | None = None
    created_date: str | None = None
    last_updated_date: str | None = None


class _Slot(msgspec.Struct, rename="camel"):
    start_date: str | None = None
    end_date: str | None = None


class _Work(msgspec.Struct, rename="camel"):
    id: int | str
    title: str
    status: str | None = None
    description: str | None = None
    date_range: list[str | None] | None = None
    timeslot_list: list[_Slot] | None = None
    timezone_offset: str | None = None


class _Config(msgspec.Struct):
    slug: str
    title: str | None = None


class _Page(msgspec.Struct, rename="camel"):
    config: _Config
    public_group_list: list[_Group]
    incident: _Note | msgspec.UnsetType | None = msgspec.UNSET
    incidents: list[_Note] | msgspec.UnsetType = msgspec.UNSET
    maintenance_list: list[_Work] | None = None


class _Entry(msgspec.Struct, rename="camel"):
    status_page_slug: str | None = None
    entry_page: str | None = None


class _Beat(msgspec.Struct):
    status: int
    time: str | None = None
    msg: str | None = None


class _Heartbeats(msgspec.Struct, rename="camel"):
    heartbeat_list: dict[str, list[_Beat]]


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the page and the heartbeats."""
    root, slug = _place(ask)
    if not slug:
        # a page on its own domain has no slug in its address; Kuma tells it here
        entry = yield Request(url=f"{root}{_ENTRY}", optional=True)
        slug = quote(_slug_of(entry) or _DEFAULT_SLUG, safe="")
    response = yield Request(url=f"{root}/api/status-page/{slug}")
    page = decoded(response, _Page)
    response = yield Request(url=f"{root}/api/status-page/heartbeat/{slug}", limit=LARGE_LIMIT)
    beats = decoded(response, _Heartbeats).heartbeat_list
    components = _components(page.public_group_list, beats)
    if not components:
        raise UnreadableResponseError("The status page lists no monitor.", FailureKind.EMPTY)
    if page.incident is msgspec.UNSET and page.incidents is msgspec.UNSET:
        raise UnreadableResponseError("The status page does not tell its incident.")
    return StatusReport(
        components=components,
        incidents=tuple(_incident(note) for note in _notes(page)),
        maintenances=tuple(
            _maintenance(work) for work in page.maintenance_list or () if word(work.status) not in _UNPLANNED
        ),
        absence=Absence.GONE,
        page_name=one_line(page.config.title),
    )


def recognises(response: Response) -> bool:
    """Know either of the two answers by its shape, or the one that names the page shown first."""
    return matches(response, _Page) or matches(response, _Heartbeats) or bool(_slug_of(response))


def _place(ask: Ask) -> tuple[str, str]:
    """Return the address Kuma is served below, and the page's slug, empty where nothing tells it."""
    parts = urlsplit(ask.url)
    found = _PLACE.search(parts.path)
    path = parts.path[: found.start()] if found else parts.path.rstrip("/")
    named = unquote(found.group(1)) if found else ""
    if not found:
        path = path.removesuffix("/dashboard").removesuffix(_ENTRY)
    slug = ask.options.get("slug") or named
    return urlunsplit((parts.scheme, parts.netloc, path, "", "")), quote(slug, safe="")


def _slug_of(response: Response) -> str:
    """Return the page this domain or installation shows first; empty where it shows something else."""
    try:
        entry = decoded(response, _Entry)
    except UnreadableResponseError:
        return ""
    shown = entry.entry_page or ""
    return entry.status_page_slug or (shown.removeprefix(_NAMED_ENTRY) if shown.startswith(_NAMED_ENTRY) else "")


def _components(groups: list[_Group], beats: dict[str, list[_Beat]]) -> tuple[Component, ...]:
    found: dict[str, Component] = {}
    for group in groups:
        for monitor in group.monitor_list:
            mark = str(monitor.id)
            last = beats.get(mark)
            status, said = _STATUSES.get(last[-1].status, (None, word(last[-1].status))) if last else (None, "no beat")
            component = Component(
                id=mark, name=one_line(monitor.name), status=status, said=said, group=one_line(group.name) or None
            )
            found.setdefault(mark, component)
    return tuple(found.values())


def _notes(page: _Page) -> list[_Note]:
    notes = list(page.incidents) if isinstance(page.incidents, list) else []
    if isinstance(page.incident, _Note) and all(str(each.id) != str(page.incident.id) for each in notes):
        notes.append(page.incident)
    return notes


def _incident(note: _Note) -> Incident:
    """Return a pinned note. It has no phase: it is open while it is pinned."""
    started_at = instant(note.created_date)
    updated_at = instant(note.last_updated_date) or started_at
    over = note.pin in _NO or note.active in _NO
    said = word(note.style)
    text = plain(note.content)
    updates = (
        (IncidentUpdate(id=updated_at.isoformat(), phase=None, posted_at=updated_at, text=text, said=said),)
        if updated_at and text
        else ()
    )
    return Incident(
        id=str(note.id),
        title=one_line(note.title),
        phase=Phase.RESOLVED if over else None,
        impact=_STYLES.get(said.lower()),
        said=said,
        started_at=started_at,
        updated_at=updated_at,
        resolved_at=updated_at if over else None,
        updates=updates,
    )


def _maintenance(work: _Work) -> Maintenance:
    start, end = _window(work)
    said = word(work.status)
    text = plain(work.description)
    updates = (IncidentUpdate(id="description", phase=None, posted_at=start, text=text),) if start and text else ()
    return Maintenance(
        id=f"maintenance-{work.id}",
        title=one_line(work.title),
        phase=_STAGES.get(said.lower()),
        impact=Impact.MAINTENANCE,
        said=said,
        started_at=start,
        updates=updates,
        scheduled_for=start,
        scheduled_until=end,
    )


def _window(work: _Work) -> tuple[datetime | None, datetime | None]:
    """Return the first planned window; its dates are in the zone the work was planned in."""
    dates = [*(work.date_range or ()), None, None][:2]
    if not any(dates) and work.timeslot_list:
        dates = [work.timeslot_list[0].start_date, work.timeslot_list[0].end_date]
    offset = work.timezone_offset or ""
    start, end = (instant(f"{each}{offset}") or instant(each) for each in dates)
    return start, end


PLATFORM = Platform(name="uptimekuma", read=read, recognises=recognises, paths=_PATHS)
