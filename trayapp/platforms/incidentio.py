"""incident.io (platforms.md 2.2): three faces, read in this order.

1. The widget, ``/api/v1/summary``: complete and documented, but its owner must switch it on. Read when the address
   names it or the option ``widget`` is ``1``. It lists what is affected, so absence means operational.
2. The page's own JSON, ``/proxy/<host>``: the whole inventory with groups and hidden parts, so absence means gone.
3. The Statuspage-compatible ``/api/v2/summary.json``: at most 25 components, and not always the same 25, so absence
   says nothing; ``components.json`` may have the rest.

An address that names one of the files is read there. Options: ``widget`` = ``1``; ``host`` = the page's public host
name, where the address is another one.
"""

import re
from collections.abc import Iterable
from datetime import datetime

import msgspec

from trayapp.domain.incident import Impact, Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.report import Absence, Component, StatusReport
from trayapp.domain.status import Status, worst
from trayapp.exchange import Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import base, endpoint, host_of, names, same_site_link
from trayapp.formats.body import decoded, matches
from trayapp.formats.statuspage import Body, Dialect, Site, dialect, phase_of, report_of, rows_of, settled, status_of
from trayapp.formats.statuspage_faces import COMPONENTS, PATHS, if_readable, names_a_face, whole, with_history
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

WIDGET = "/api/v1/summary"
_KNOWN = (WIDGET, *PATHS)
_PROXY = re.compile(r"/proxy/[^/?#]+/?(?:[?#].*)?$")
_CUT_AT = 25
_FOUND = 200
_NO_SUCH_FACE = frozenset({400, 403, 404, 405, 410})
"""What a host answers where the page's own JSON is off; a 429 or 5xx is trouble and ends the look."""

_IMPACTS = {
    Status.OPERATIONAL: Impact.NONE,
    Status.MAINTENANCE: Impact.MAINTENANCE,
    Status.DEGRADED: Impact.MINOR,
    Status.PARTIAL_OUTAGE: Impact.MAJOR,
    Status.MAJOR_OUTAGE: Impact.CRITICAL,
}
"""The page's own faces say how bad an incident is in the words of components."""
_WORK_PHASES = {
    "maintenance_scheduled": Phase.SCHEDULED,
    "maintenance_in_progress": Phase.IN_PROGRESS,
    "maintenance_complete": Phase.COMPLETED,
}


class AffectedRow(msgspec.Struct):
    """A component as an incident names it; the widget says ``id``, the page's own JSON ``component_id``."""

    id: object = None
    component_id: object = None
    name: object = None
    group_name: object = None
    status: object = None
    current_status: object = None


class UpdateRow(msgspec.Struct):
    """One message in the page's own JSON."""

    id: object = None
    to_status: object = None
    published_at: object = None
    message_string: object = None


class EventRow(msgspec.Struct):
    """An incident or a maintenance, in the widget or in the page's own JSON."""

    id: object = None
    name: object = None
    status: object = None
    url: object = None
    current_worst_impact: object = None
    published_at: object = None
    last_update_at: object = None
    last_update_message: object = None
    started_at: object = None
    starts_at: object = None
    ends_at: object = None
    scheduled_end_at: object = None
    affected_components: list[AffectedRow] | None = None
    updates: list[UpdateRow] | None = None


class Widget(msgspec.Struct):
    """The widget's answer."""

    ongoing_incidents: list[EventRow]
    in_progress_maintenances: list[EventRow]
    scheduled_maintenances: list[EventRow]
    page_title: object = None
    page_url: object = None


class MarkedWidget(Widget, kw_only=True):
    """What tells the widget's answer from FlashDuty's, which has the same three lists."""

    page_url: str


class LeafRow(msgspec.Struct):
    """A component in the page's structure, or in its flat list (which has ``id`` and no ``hidden``)."""

    component_id: object = None
    id: object = None
    name: object = None
    hidden: object = None


class GroupRow(msgspec.Struct):
    """A group of components in the page's structure."""

    name: object = None
    hidden: object = None
    components: list[LeafRow] | None = None


class ItemRow(msgspec.Struct):
    """One row of the structure: a group or a single component."""

    group: GroupRow | None = None
    component: LeafRow | None = None


class Structure(msgspec.Struct):
    """How the page shows its components."""

    items: list[ItemRow] | None = None


class OwnSummary(msgspec.Struct):
    """What the page reads itself. An empty list of affected components means that all are operational."""

    affected_components: list[AffectedRow]
    ongoing_incidents: list[EventRow]
    components: list[LeafRow] | None = None
    scheduled_maintenances: list[EventRow] | None = None
    in_progress_maintenances: list[EventRow] | None = None
    structure: Structure | None = None
    name: object = None


class Own(msgspec.Struct):
    """The page's own JSON."""

    summary: OwnSummary


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the face the address names, else the best one the page offers."""
    if names(ask.url, WIDGET):
        answer = yield Request(url=ask.url)
        return _widget_report(decoded(answer, Widget), _site(ask))
    if _PROXY.search(ask.url):
        answer = yield Request(url=ask.url)
        report = _own_report(decoded(answer, Own), _site(ask))
    elif names_a_face(ask.url):
        report = yield from _compatible(ask)
    else:
        report = yield from _best_face(ask)
    return (yield from _with_history(report, ask))


def recognises(response: Response) -> bool:
    """Return whether the body is one of the three faces."""
    try:
        body = settled(decoded(response, Body))
    except UnreadableResponseError:
        return False
    return dialect(body) is Dialect.INCIDENT_IO or matches(response, MarkedWidget) or matches(response, Own)


def _best_face(ask: Ask) -> Exchange[StatusReport]:
    site = _site(ask)
    if ask.options.get("widget") == "1":
        answer = yield Request(url=site.base + WIDGET, accept=_NO_SUCH_FACE | {200})
        if answer.status not in _NO_SUCH_FACE:
            return _widget_report(decoded(answer, Widget), site)

    host = ask.options.get("host") or host_of(ask.url)
    # Optional: a page that cannot be reached at all says so once more when the documented face is asked.
    answer = yield Request(url=f"{site.base}/proxy/{host}", optional=True)
    if answer.status == _FOUND:
        try:
            return _own_report(decoded(answer, Own), site)
        except UnreadableResponseError:
            pass  # the undocumented face may change or answer with a web page; the documented one tells less, truly
    return (yield from _compatible(ask))


def _compatible(ask: Ask) -> Exchange[StatusReport]:
    body = yield from whole(ask.url, _KNOWN)
    listed = rows_of(body.components)
    if len(listed) == _CUT_AT and not names(ask.url, COMPONENTS):
        more = yield from if_readable(endpoint(ask.url, COMPONENTS, _KNOWN))
        known = {word(each.id) for each in listed}
        extra = [each for each in rows_of(more.components) if word(each.id) not in known] if more else []
        body = msgspec.structs.replace(body, components=[*listed, *extra])
    return report_of(body, _site(ask), Absence.SAYS_NOTHING)


def _with_history(report: StatusReport, ask: Ask) -> Exchange[StatusReport]:
    plain_ask = Ask(url=_base(ask.url), open_incidents=ask.open_incidents, with_history=ask.with_history)
    return (yield from with_history(report, plain_ask if not names_a_face(ask.url) else ask, _KNOWN))


def _site(ask: Ask) -> Site:
    return Site(base=_base(ask.url))


def _base(url: str) -> str:
    return base(_PROXY.sub("", url), _KNOWN)


def _widget_report(widget: Widget, site: Site) -> StatusReport:
    """List what is affected: by an open incident, or by work in progress."""
    said: list[tuple[AffectedRow, object]] = []
    incidents, running = _told_apart(widget.ongoing_incidents)
    running += widget.in_progress_maintenances
    for event in incidents:
        said += [(row, row.current_status or event.current_worst_impact) for row in event.affected_components or []]
    for event in running:
        said += [(row, row.current_status or "under_maintenance") for row in event.affected_components or []]
    components = [
        Component(
            id=_id(row),
            name=one_line(row.name) or _id(row),
            status=status_of(status),
            said=word(status),
            group=one_line(row.group_name) or None,
        )
        for row, status in said
    ]
    return StatusReport(
        components=_worst_of_each(components),
        incidents=tuple(_incident(row, site, {}) for row in incidents),
        maintenances=tuple(_maintenance(row, site, {}) for row in (*running, *widget.scheduled_maintenances)),
        absence=Absence.OPERATIONAL,
        page_name=one_line(widget.page_title),
    )


def _own_report(own: Own, site: Site) -> StatusReport:
    """List the whole inventory: what the page shows, plus whatever is affected, so that no bad word is lost."""
    summary = own.summary
    spare_names = {each.id: one_line(each.name) for each in summary.components or [] if isinstance(each.id, str)}
    shown, hidden = _inventory(summary, spare_names)
    affected: list[Component] = []
    for row in summary.affected_components:
        known = _id(row)
        if known in hidden:
            continue
        said = row.status if row.status is not None else row.current_status
        name, group = shown.get(known) or (spare_names.get(known) or one_line(row.name) or known, None)
        affected.append(Component(id=known, name=name, status=status_of(said), said=word(said), group=group))

    bad = {each.id: each for each in _worst_of_each(affected)}
    if not shown and not bad:
        raise UnreadableResponseError("The page lists no components.")
    listed = tuple(
        bad.get(known) or Component(id=known, name=name, status=Status.OPERATIONAL, group=group)
        for known, (name, group) in shown.items()
    )
    unlisted = tuple(each for known, each in bad.items() if known not in shown)
    names_of = {**spare_names, **{known: name for known, (name, _group) in shown.items()}}
    incidents, running = _told_apart(summary.ongoing_incidents)
    work = (*running, *(summary.in_progress_maintenances or []), *(summary.scheduled_maintenances or []))
    return StatusReport(
        components=(*listed, *unlisted),
        incidents=tuple(_incident(row, site, names_of) for row in incidents),
        maintenances=tuple(_maintenance(row, site, names_of) for row in work),
        absence=Absence.GONE,
        page_name=one_line(summary.name),
    )


def _told_apart(ongoing: list[EventRow]) -> tuple[list[EventRow], list[EventRow]]:
    """Return the incidents, and planned work that stands among them: its words are its own."""
    work = [row for row in ongoing if isinstance(row.status, str) and row.status in _WORK_PHASES]
    return [row for row in ongoing if row not in work], work


def _inventory(
    summary: OwnSummary, spare_names: dict[str, str]
) -> tuple[dict[str, tuple[str, str | None]], frozenset[str]]:
    """Return the shown components (id to name and group), and the ids of the hidden ones."""
    rows: list[tuple[LeafRow, str | None, bool]] = []
    for item in (summary.structure.items if summary.structure else None) or []:
        if item.group is not None:
            group, gone = one_line(item.group.name) or None, item.group.hidden is True
            rows += [(leaf, group, gone or leaf.hidden is True) for leaf in item.group.components or []]
        if item.component is not None:
            rows.append((item.component, None, item.component.hidden is True))
    if not rows:
        rows = [(leaf, None, False) for leaf in summary.components or []]

    shown: dict[str, tuple[str, str | None]] = {}
    for leaf, group, gone in rows:
        known = _leaf_id(leaf)
        if known and not gone:
            shown.setdefault(known, (one_line(leaf.name) or spare_names.get(known) or known, group))
    hidden = frozenset(_leaf_id(leaf) for leaf, _group, gone in rows if gone) - shown.keys()
    return shown, hidden - {""}


def _worst_of_each(components: Iterable[Component]) -> tuple[Component, ...]:
    """Return each component once, with the worst that is said of it."""
    said: dict[str, list[Component]] = {}
    for each in components:
        said.setdefault(each.id, []).append(each)
    found = []
    for rows in said.values():
        wanted = worst(row.status for row in rows)
        found.append(next(row for row in rows if row.status is wanted))
    return tuple(found)


def _incident(row: EventRow, site: Site, names_of: dict[str, str]) -> Incident:
    event = _event(row, site, names_of)
    phase = phase_of(row.status)
    return Incident(
        id=event.id,
        title=one_line(row.name) or event.id,
        phase=phase,
        impact=_impact(row),
        said=word(row.status),
        started_at=event.started_at,
        updated_at=event.updated_at,
        resolved_at=event.updated_at if phase is not None and phase.is_over else None,
        url=event.url,
        component_ids=tuple(known for known, _name in event.affected),
        components=tuple(name for _known, name in event.affected),
        updates=event.updates,
    )


def _maintenance(row: EventRow, site: Site, names_of: dict[str, str]) -> Maintenance:
    event = _event(row, site, names_of)
    return Maintenance(
        id=event.id,
        title=one_line(row.name) or event.id,
        phase=(_WORK_PHASES.get(row.status) if isinstance(row.status, str) else None) or phase_of(row.status),
        impact=Impact.MAINTENANCE,
        said=word(row.status),
        started_at=instant(row.started_at),
        updated_at=event.updated_at,
        url=event.url,
        component_ids=tuple(known for known, _name in event.affected),
        components=tuple(name for _known, name in event.affected),
        updates=event.updates,
        scheduled_for=instant(row.starts_at) or instant(row.started_at),
        scheduled_until=instant(row.ends_at) or instant(row.scheduled_end_at),
    )


class _Event(msgspec.Struct, frozen=True):
    """What an incident and a maintenance are both made of."""

    id: str
    started_at: datetime | None
    updated_at: datetime | None
    url: str | None
    affected: tuple[tuple[str, str], ...]
    updates: tuple[IncidentUpdate, ...]


def _event(row: EventRow, site: Site, names_of: dict[str, str]) -> _Event:
    published = instant(row.published_at) or instant(row.started_at) or instant(row.starts_at)
    identity = word(row.id) or one_line(f"{one_line(row.name)} {published or ''}")
    updates = _updates(row, identity, published)
    affected = {_id(each): names_of.get(_id(each)) or one_line(each.name) or _id(each) for each in _affected(row)}
    link = row.url if isinstance(row.url, str) else f"{site.base}/incidents/{word(row.id)}"
    return _Event(
        id=identity,
        started_at=published or (updates[-1].posted_at if updates else None),
        updated_at=instant(row.last_update_at) or (updates[0].posted_at if updates else published),
        url=same_site_link(link, site.base),
        affected=tuple(affected.items()),
        updates=updates,
    )


def _updates(row: EventRow, identity: str, fallback: datetime | None) -> tuple[IncidentUpdate, ...]:
    """Return the messages, newest first; the widget has the latest one only."""
    found = []
    for place, each in enumerate(row.updates or []):
        posted = instant(each.published_at) or fallback
        if posted is not None:
            update = IncidentUpdate(
                id=word(each.id) or f"{identity}/{place}",
                phase=phase_of(each.to_status),
                posted_at=posted,
                text=plain(each.message_string),
                said=word(each.to_status),
            )
            found.append(update)
    latest = instant(row.last_update_at)
    if not found and latest is not None and (text := plain(row.last_update_message)):
        said = word(row.status)
        found = [IncidentUpdate(f"{identity}/{latest:%Y%m%d%H%M%S}", phase_of(row.status), latest, text, said)]
    return tuple(sorted(found, key=lambda each: each.posted_at, reverse=True))


def _impact(row: EventRow) -> Impact | None:
    status = status_of(row.current_worst_impact)
    return None if status is None else _IMPACTS[status]


def _affected(row: EventRow) -> list[AffectedRow]:
    return row.affected_components or []


def _id(row: AffectedRow) -> str:
    return word(row.component_id) or word(row.id) or one_line(row.name) or "?"


def _leaf_id(row: LeafRow) -> str:
    return word(row.component_id) or word(row.id) or one_line(row.name)


PLATFORM = Platform(
    name="incidentio",
    read=read,
    recognises=recognises,
    paths=_KNOWN,
    hosts=(
        "status.openai.com",
        "status.cohere.com",
        "status.perplexity.com",
        "status.elevenlabs.io",
        "groqstatus.com",
        "status.fireworks.ai",
    ),
)
