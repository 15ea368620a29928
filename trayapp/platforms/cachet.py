"""Cachet v2 (``/api/v1/...``) and v3 (``/api/...``): components, incidents and schedules are separate lists.

Numbers speak. Components: 1 operational, 2 performance issues, 3 partial outage, 4 major outage, 5 unknown,
6 maintenance. Incidents: 0 scheduled, 1 investigating, 2 identified, 3 watching, 4 fixed; in v2 the current one is
``latest_status``, while ``status`` is the first. Schedules: 0 upcoming, 1 in progress, 2 complete. Times are naive UTC,
``component_id`` 0 is none, ``tags`` is an object or a list. Lists come in pages: all are read up to a bound, and past
it the newest ones. There are no options.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from trayapp.domain.incident import Impact, Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.report import Absence, Component, FailureKind, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import endpoint, same_site_link
from trayapp.formats.body import decoded, matches
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_V2, _V3 = "/api/v1", "/api"
_LISTS = ("components/groups", "component-groups", "components", "incidents", "schedules")
_PATHS = ("/api/v1/components", "/api/components")
_KNOWN = tuple(f"{root}/{name}" for root in (_V2, _V3) for name in _LISTS)
_OK, _NOT_FOUND = 200, 404
_MOST_PAGES = 10
"""Pages read of one list at one look."""

_COMPONENTS = {
    1: Status.OPERATIONAL,
    2: Status.DEGRADED,
    3: Status.PARTIAL_OUTAGE,
    4: Status.MAJOR_OUTAGE,
    5: None,
    6: Status.MAINTENANCE,
}
_INCIDENTS = {
    0: Phase.SCHEDULED,
    1: Phase.INVESTIGATING,
    2: Phase.IDENTIFIED,
    3: Phase.MONITORING,
    4: Phase.RESOLVED,
}
_SCHEDULES = {
    0: Phase.SCHEDULED,
    1: Phase.IN_PROGRESS,
    2: Phase.COMPLETED,
}
_NO = frozenset({0})
"""No, as a boolean (false equals zero) or a number."""
_DIGITS = 10
"""More digits are no status."""
_T = TypeVar("_T")


class _Value(msgspec.Struct):
    """A v3 value beside its words."""

    value: int | str | None = None
    human: str | None = None
    string: str | None = None


_Number = int | str | _Value | None
_Time = str | _Value | None


class _Pagination(msgspec.Struct):
    current_page: int
    total_pages: int
    total: int | None = None


class _Meta(msgspec.Struct):
    pagination: _Pagination | None = None
    last_page: int | None = None


class _Links(msgspec.Struct):
    next: str | None = None


class _Reference(msgspec.Struct):
    id: str | int


class _Relation(msgspec.Struct):
    data: _Reference | list[_Reference] | None = None


class _Relations(msgspec.Struct):
    group: _Relation | None = None
    components: _Relation | None = None


class _ComponentFields(msgspec.Struct):
    name: str
    status: _Number
    id: int | str | None = None
    enabled: bool | int | None = None
    group_id: int | str | None = None
    status_name: str | None = None
    deleted_at: str | None = None


class _UpdateFields(msgspec.Struct):
    id: int | str | None = None
    status: _Number = None
    message: str | None = None
    human_status: str | None = None
    created_at: str | None = None
    created: _Time = None


class _IncidentFields(msgspec.Struct):
    name: str
    status: _Number
    id: int | str | None = None
    latest_status: int | str | None = None
    latest_human_status: str | None = None
    human_status: str | None = None
    is_resolved: bool | int | None = None
    visible: bool | int | None = None
    component_id: int | str | None = None
    message: str | None = None
    permalink: str | None = None
    scheduled_at: str | None = None
    occurred_at: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    deleted_at: str | None = None
    occurred: _Time = None
    created: _Time = None
    updated: _Time = None
    updates: list[_UpdateFields] | None = None


class _ScheduleFields(msgspec.Struct):
    name: str
    status: _Number
    id: int | str | None = None
    message: str | None = None
    human_status: str | None = None
    scheduled_at: str | None = None
    completed_at: str | None = None
    created_at: str | None = None
    scheduled: _Time = None
    completed: _Time = None
    created: _Time = None


class _GroupFields(msgspec.Struct):
    name: str
    id: int | str | None = None


class _Wrapped(msgspec.Struct, Generic[_T]):
    """A row of v3."""

    id: str | int
    type: str
    attributes: _T
    relationships: _Relations | None = None


class _Page(msgspec.Struct, Generic[_T]):
    data: list[_T]
    meta: _Meta | None = None
    links: _Links | None = None


class _AnyPage(msgspec.Struct):
    data: list[dict[str, object]]
    meta: _Meta | None = None


class _Item(Struct, Generic[_T], frozen=True):
    """One row of either version."""

    id: str
    fields: _T
    relations: _Relations | None = None


class _Chunk(Struct, Generic[_T], frozen=True):
    """One page of a list. ``pages`` is how many there are, where the page tells; ``more`` whether another follows."""

    items: tuple[_Item[_T], ...]
    pages: int
    more: bool


class _Listing(Struct, Generic[_T], frozen=True):
    """A whole list, or as much of it as we read."""

    items: tuple[_Item[_T], ...]
    complete: bool


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read components, incidents, then (where there are such lists) schedules and groups."""
    root = _root(ask.url)
    first = yield Request(url=endpoint(ask.url, f"{root}/components", _KNOWN), accept=frozenset({_OK, _NOT_FOUND}))
    if first.status == _NOT_FOUND and not _names_events(ask.url):
        root = _V3 if root == _V2 else _V2
        first = yield Request(url=endpoint(ask.url, f"{root}/components", _KNOWN))
    is_v2 = root == _V2
    # an address that names a list of events is read without components where there are none to be had
    listed: _Listing[_ComponentFields] = _Listing(items=(), complete=False)
    has_components = first.status == _OK
    if has_components:
        listed = yield from _whole(
            ask,
            f"{root}/components",
            first,
            _plain(_Page[_ComponentFields]) if is_v2 else _unwrapped(_Page[_Wrapped[_ComponentFields]]),
        )
    posted: _Listing[_IncidentFields] = _Listing(items=(), complete=False)
    first = yield Request(url=endpoint(ask.url, f"{root}/incidents", _KNOWN), accept=frozenset({_OK, _NOT_FOUND}))
    has_incidents = first.status == _OK
    if has_incidents:
        posted = yield from _whole(
            ask,
            f"{root}/incidents",
            first,
            _plain(_Page[_IncidentFields]) if is_v2 else _unwrapped(_Page[_Wrapped[_IncidentFields]]),
        )
    planned: _Listing[_ScheduleFields] = _Listing(items=(), complete=False)
    first = yield Request(url=endpoint(ask.url, f"{root}/schedules", _KNOWN), optional=True)
    if first.status == _OK:
        planned = yield from _whole(
            ask,
            f"{root}/schedules",
            first,
            _plain(_Page[_ScheduleFields]) if is_v2 else _unwrapped(_Page[_Wrapped[_ScheduleFields]]),
        )
    groups: dict[str, str] = {}
    if any(_group_of(item) for item in listed.items):
        response = yield Request(
            url=endpoint(ask.url, f"{root}/{'components/groups' if is_v2 else 'component-groups'}", _KNOWN),
            optional=True,
        )
        groups = _group_names(response, is_v2=is_v2)

    components = tuple(_component(item, groups) for item in listed.items if _is_shown(item.fields))
    if has_components and not components:
        raise UnreadableResponseError("The page lists no component.", FailureKind.EMPTY)
    names = {each.id: each.name for each in components}
    events = tuple(_incident(item, names, ask.url) for item in posted.items if _is_public(item.fields))
    return StatusReport(
        components=components,
        incidents=tuple(each for each in events if not isinstance(each, Maintenance)),
        maintenances=(
            *(each for each in events if isinstance(each, Maintenance)),
            *(_schedule(item) for item in planned.items),
        ),
        absence=Absence.GONE if listed.complete else Absence.SAYS_NOTHING,
        has_incident_list=has_incidents,
    )


def recognises(response: Response) -> bool:
    """Know v2 by its pagination beside rows of its lists, v3 by its wrapped rows."""
    if not matches(response, _AnyPage):
        return False
    found = decoded(response, _AnyPage)
    if not found.data:
        return bool(found.meta and found.meta.pagination)
    return all(_is_v2(row) for row in found.data) or all(_is_v3(row) for row in found.data)


def _is_v2(row: dict[str, object]) -> bool:
    kinds = (
        {"group_id", "enabled"},
        {"group_id", "status_name"},  # before version 2.3
        {"human_status", "component_id"},
        {"human_status", "scheduled_at"},
    )
    if {"id", "name", "order", "collapsed"} <= row.keys():
        return True  # a group
    return {"id", "name", "status"} <= row.keys() and any(kind <= row.keys() for kind in kinds)


def _is_v3(row: dict[str, object]) -> bool:
    fields, kind = row.get("attributes"), row.get("type")
    if kind == "componentGroups":
        return isinstance(fields, dict) and {"name", "order"} <= fields.keys()
    return (
        kind in ("components", "incidents", "schedules")  # a tuple: whatever stands there may have no hash
        and isinstance(fields, dict)
        and {"name", "status"} <= fields.keys()
    )


def _names_events(url: str) -> bool:
    return urlsplit(url).path.rstrip("/").endswith(("/incidents", "/schedules"))


def _root(url: str) -> str:
    path = urlsplit(url).path.rstrip("/")
    return _V3 if path.endswith(tuple(f"/api/{name}" for name in _LISTS)) else _V2


def _whole(ask: Ask, path: str, first: Response, chunk_of: Callable[[Response], _Chunk[_T]]) -> Exchange[_Listing[_T]]:
    """Read the pages after the first; where there are too many, the last ones, for there the newest rows may be.

    v2 counts its pages; v3 only tells that another one follows.
    """
    chunk = chunk_of(first)
    found = {item.id: item for item in chunk.items}
    if chunk.pages > 1:
        for number in range(2, chunk.pages + 1)[-(_MOST_PAGES - 1) :]:
            response = yield Request(url=endpoint(ask.url, f"{path}?page={number}", _KNOWN))
            found.update((item.id, item) for item in chunk_of(response).items)
        return _Listing(items=tuple(found.values()), complete=chunk.pages <= _MOST_PAGES)
    number = 1
    while chunk.more and number < _MOST_PAGES:
        number += 1
        response = yield Request(url=endpoint(ask.url, f"{path}?page={number}", _KNOWN))
        chunk = chunk_of(response)
        found.update((item.id, item) for item in chunk.items)
    return _Listing(items=tuple(found.values()), complete=not chunk.more)


def _plain(shape: type[_Page[_T]]) -> Callable[[Response], _Chunk[_T]]:
    """Return how to read one page of a v2 list."""

    def chunk_of(response: Response) -> _Chunk[_T]:
        page = decoded(response, shape)
        pages = page.meta.pagination.total_pages if page.meta and page.meta.pagination else 1
        items = tuple(_Item(id=_own_id(row), fields=row) for row in page.data)
        return _Chunk(items=items, pages=pages, more=False)

    return chunk_of


def _unwrapped(shape: type[_Page[_Wrapped[_T]]]) -> Callable[[Response], _Chunk[_T]]:
    """Return how to read one page of a v3 list."""

    def chunk_of(response: Response) -> _Chunk[_T]:
        page = decoded(response, shape)
        items = tuple(_Item(id=str(row.id), fields=row.attributes, relations=row.relationships) for row in page.data)
        pages = (page.meta.last_page if page.meta else None) or 1
        return _Chunk(items=items, pages=pages, more=bool(page.links and page.links.next))

    return chunk_of


def _own_id(row: object) -> str:
    mark = getattr(row, "id", None)
    if mark is None:
        raise UnreadableResponseError("A row of the list has no id.")
    return str(mark)


def _group_of(item: _Item[_ComponentFields]) -> str:
    relation = item.relations.group.data if item.relations and item.relations.group else None
    if isinstance(relation, _Reference):
        return str(relation.id)
    mark = item.fields.group_id
    return "" if mark in {None, 0, "0", ""} else str(mark)


def _group_names(response: Response, *, is_v2: bool) -> dict[str, str]:
    """Return the groups' names by id; they are an ornament, so an unreadable list is none."""
    if response.status != _OK:
        return {}
    read_page = _plain(_Page[_GroupFields]) if is_v2 else _unwrapped(_Page[_Wrapped[_GroupFields]])
    try:
        return {item.id: one_line(item.fields.name) for item in read_page(response).items}
    except UnreadableResponseError:
        return {}


def _is_shown(fields: _ComponentFields) -> bool:
    return fields.enabled not in _NO and fields.deleted_at is None


def _is_public(fields: _IncidentFields) -> bool:
    return fields.visible not in _NO and fields.deleted_at is None


def _component(item: _Item[_ComponentFields], groups: dict[str, str]) -> Component:
    number = _number(item.fields.status)
    return Component(
        id=item.id,
        name=one_line(item.fields.name),
        status=_COMPONENTS.get(number) if number is not None else None,
        said=word(item.fields.status_name) or _words(item.fields.status),
        group=groups.get(_group_of(item)),
    )


def _incident(item: _Item[_IncidentFields], names: dict[str, str], page_url: str) -> Incident:
    fields = item.fields
    updates = _updates(fields)
    phase, said = _current(fields, updates)
    started_at = instant(fields.occurred_at) or _moment(fields.occurred) or _created(fields)
    affected = _affected(item)
    incident = Incident(
        id=item.id,
        title=one_line(fields.name),
        phase=phase,
        said=said,
        started_at=started_at,
        updated_at=updates[0].posted_at if updates else None,
        resolved_at=updates[0].posted_at if updates and phase is Phase.RESOLVED else None,
        url=same_site_link(fields.permalink, page_url) if fields.permalink else None,
        component_ids=affected,
        components=tuple(names.get(each, each) for each in affected),
        updates=updates,
    )
    if phase is not Phase.SCHEDULED:
        return incident
    values = {name: getattr(incident, name) for name in Incident.__struct_fields__}
    return Maintenance(**values, scheduled_for=instant(fields.scheduled_at) or started_at)


def _current(fields: _IncidentFields, updates: tuple[IncidentUpdate, ...]) -> tuple[Phase | None, str]:
    """Return where the incident stands: ``latest_status``, else its newest update, else its own status."""
    if fields.latest_status is not None:
        number = _number(fields.latest_status)
        return _phase(number, _INCIDENTS), word(fields.latest_human_status) or _words(fields.latest_status)
    own = _number(fields.status)
    said = word(fields.human_status) or _words(fields.status)
    with_words = [each for each in updates if each.said]
    if isinstance(fields.status, _Value) or not with_words:
        return _phase(own, _INCIDENTS), said
    return with_words[0].phase, with_words[0].said


def _updates(fields: _IncidentFields) -> tuple[IncidentUpdate, ...]:
    """Return the updates, newest first, and the first message as the oldest of them."""
    found = []
    for each in fields.updates or ():
        posted_at = instant(each.created_at) or _moment(each.created)
        if posted_at is None:
            continue
        number = _number(each.status)
        said = word(each.human_status) or _words(each.status)
        found.append(
            IncidentUpdate(
                id=str(each.id if each.id is not None else posted_at.isoformat()),
                phase=_phase(number, _INCIDENTS),
                posted_at=posted_at,
                text=plain(each.message),
                said=said,
            )
        )
    # the list comes newest first; sorting is stable, so equal times keep that order
    found.sort(key=lambda update: update.posted_at, reverse=True)
    first_at = instant(fields.occurred_at) or _moment(fields.occurred) or _created(fields)
    if first_at is not None and fields.message:
        found.append(IncidentUpdate(id="first", phase=None, posted_at=first_at, text=plain(fields.message)))
    return tuple(found)


def _affected(item: _Item[_IncidentFields]) -> tuple[str, ...]:
    relation = item.relations.components.data if item.relations and item.relations.components else None
    if isinstance(relation, list):
        return tuple(str(each.id) for each in relation)
    mark = item.fields.component_id
    return () if mark in {None, 0, "0", ""} else (str(mark),)


def _schedule(item: _Item[_ScheduleFields]) -> Maintenance:
    fields = item.fields
    start = instant(fields.scheduled_at) or _moment(fields.scheduled)
    end = instant(fields.completed_at) or _moment(fields.completed)
    phase = _phase(_number(fields.status), _SCHEDULES)
    created = instant(fields.created_at) or _moment(fields.created) or start
    text = plain(fields.message)
    return Maintenance(
        id=f"schedule-{item.id}",
        title=one_line(fields.name),
        phase=phase,
        impact=Impact.MAINTENANCE,
        said=word(fields.human_status) or _words(fields.status),
        started_at=start,
        resolved_at=end if phase is Phase.COMPLETED else None,
        updates=(IncidentUpdate(id="first", phase=None, posted_at=created, text=text),) if created and text else (),
        scheduled_for=start,
        scheduled_until=end if end and start and end > start else None,
    )


def _phase(number: int | None, phases: dict[int, Phase]) -> Phase | None:
    return phases.get(number) if number is not None else None


def _number(value: _Number) -> int | None:
    if isinstance(value, _Value):
        value = value.value
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < _DIGITS else None
    return value


def _words(value: _Number) -> str:
    if isinstance(value, _Value):
        return word(value.human) or word(value.value)
    return word(value)


def _moment(value: _Time) -> datetime | None:
    return instant(value.string if isinstance(value, _Value) else value)


def _created(fields: _IncidentFields) -> datetime | None:
    return instant(fields.created_at) or _moment(fields.created)


PLATFORM = Platform(name="cachet", read=read, recognises=recognises, paths=_PATHS)
