"""RSS and Atom, the last resort: a feed lists events, not states, so it is read with care.

An item is an open incident while its newest update does not end it and it had an update within ``open_hours`` (48):
pages forget to close items. Of the items of one service of AWS, which are its updates, the newest counts; items that
share a name of their own (Better Stack) are the updates of one incident. The state is the newest update's first word
("Resolved - ..."), as Statuspage and its imitators write it, or the word behind "Status:", or a bracketed word in the
title; without any of them, words of trouble make an item an incident and anything else is news. A feed without items
says nothing (but for those of AWS), and a feed without a single word of a status page is none. "Now" is the feed's own
clock (its build date, else its newest item), bounded by the answer's date; a feed that keeps no clock and was silent
for half a year is frozen. Options:

``open_hours``
    Hours without an update after which an open item counts as forgotten.
"""

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from trayapp.domain.incident import Incident, Maintenance, Phase
from trayapp.domain.report import Absence, FailureKind, StatusReport
from trayapp.domain.status import Status, worst
from trayapp.exchange import LARGE_LIMIT, Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import endpoint, names, same_site_link
from trayapp.formats.body import text_of
from trayapp.formats.feeditems import (
    components_of,
    is_of_a_status_page,
    phase_of,
    reads_like_an_event,
    updates_of,
    weight_of,
)
from trayapp.formats.feeds import Feed, FeedEntry, feed_of, is_feed
from trayapp.formats.feedwords import WORKED_ON
from trayapp.formats.times import instant

_PATHS = ("/history.atom", "/history.rss", "/feed.atom", "/feed.rss", "/feed", "/rss")
_FILES = (".xml", ".rss", ".atom", ".rdf")
_OK = 200
_MISSING = frozenset({200, 403, 404, 406, 410})
_OPEN_HOURS = 48.0
_FROZEN_AFTER = timedelta(days=180)
_ANNOUNCED_AHEAD = timedelta(days=30)
"""Planned work is announced long before, and nothing is told of it until then."""
_MOST_HOURS = 24.0 * 365

_PLANNED = frozenset({Phase.SCHEDULED, Phase.IN_PROGRESS, Phase.VERIFYING, Phase.COMPLETED})

_ONE_OF_MANY = re.compile(r"#(?P<thread>[a-z0-9-]{2,80})_\d{9,11}$", re.ASCII)
"""How AWS names an item: the service with its region, and when the item was posted."""
_HEAD = 1500
_OTHERS = re.compile(
    r"<link>\s*https?://(?:[a-z0-9-]+\.)*(?:azure\.status\.microsoft|status\.azure\.com|status\.cloud\.microsoft)\b",
    re.IGNORECASE,
)
"""Links in the beginning of feeds that have an adapter of their own; in a text they are only talked about."""
_OF_AWS = re.compile(r"<generator>\s*AWS Service Health Dashboard", re.IGNORECASE)
_FLASHDUTY = re.compile(r"<guid[^>]*>\s*urn:flashduty:")


class _Event(Struct, frozen=True):
    """What an item is: an incident or a maintenance with its weight, or news (``incident`` is ``None``)."""

    incident: Incident | None
    weight: Status


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the feed at the address, or the first one at a usual place below a bare host."""
    response = yield from _feed_response(ask)
    feed = feed_of(response)
    if not feed.entries:
        return _nothing_listed(feed, response)
    now, patience = _now(feed, response), _patience(ask)
    newest = _newest_of_threads(feed)
    events = [
        _event(told, ask.url, now, patience, newest.get(_thread(told[0]), told[0])) for told in _together(feed.entries)
    ]
    found = tuple(event.incident for event in events if event.incident is not None)
    if not found:
        raise UnreadableResponseError(
            "The feed has items, but none reads like an incident.", FailureKind.NOT_A_STATUS_PAGE
        )
    incidents = tuple(each for each in found if not isinstance(each, Maintenance))
    weight = worst(
        event.weight
        for event in events
        if event.incident and event.incident.is_open and not isinstance(event.incident, Maintenance)
    )
    return StatusReport(
        incidents=incidents,
        maintenances=tuple(each for each in found if isinstance(each, Maintenance)),
        indicator=weight,
        absence=Absence.SAYS_NOTHING,
        page_name=feed.title,
    )


def _nothing_listed(feed: Feed, response: Response) -> StatusReport:
    """Return what an empty feed says: nothing, but for those of AWS, which list every event there is."""
    served = instant(response.headers.get("date"))
    is_frozen = served is not None and feed.updated is not None and served - feed.updated > _FROZEN_AFTER
    if is_frozen or feed.updated is None or _OF_AWS.search(text_of(response)[:_HEAD]) is None:
        raise UnreadableResponseError("The feed holds no item, which says neither fine nor broken.", FailureKind.EMPTY)
    return StatusReport(absence=Absence.SAYS_NOTHING, page_name=feed.title)


def recognises(response: Response) -> bool:
    """Know any RSS or Atom document with an event in it, or empty, but those that other adapters read."""
    if not is_feed(response):
        return False
    text = text_of(response)
    if _OTHERS.search(text[:_HEAD]) or _FLASHDUTY.search(text):
        return False
    try:
        feed = feed_of(response)
    except UnreadableResponseError:
        return False
    return not feed.entries or (is_of_a_status_page(feed) and any(reads_like_an_event(entry) for entry in feed.entries))


def _feed_response(ask: Ask) -> Exchange[Response]:
    """Ask the address itself, and where it is a page and no file, the usual places below it."""
    path = urlsplit(ask.url).path
    if path.lower().endswith(_FILES) or any(names(ask.url, each) for each in _PATHS):
        return (yield Request(url=ask.url, limit=LARGE_LIMIT))
    first: Response | None = None
    if path not in {"", "/"}:
        first = yield Request(url=ask.url, accept=_MISSING, limit=LARGE_LIMIT)
        if first.status == _OK and is_feed(first):
            return first
    for each in _PATHS:
        response = yield Request(url=endpoint(ask.url, each, _PATHS), accept=_MISSING, limit=LARGE_LIMIT)
        if response.status == _OK and is_feed(response):
            return response
    if first is not None and first.status == _OK:
        return first
    raise UnreadableResponseError("No feed was found at the usual places.", FailureKind.NOT_A_STATUS_PAGE)


def _patience(ask: Ask) -> timedelta:
    try:
        hours = float(ask.options.get("open_hours", _OPEN_HOURS))
    except ValueError:
        hours = _OPEN_HOURS
    return timedelta(hours=hours if 0 < hours <= _MOST_HOURS else _OPEN_HOURS)


def _now(feed: Feed, response: Response) -> datetime | None:
    """Return the moment the feed was written, by its own clock or its newest item; never later than the answer's date.

    Dates of planned work may lie in the future, so they are no clock.
    """
    served = instant(response.headers.get("date"))
    times = [feed.updated, *(entry.at for entry in feed.entries if phase_of(entry)[0] not in _PLANNED)]
    own = max((each for each in times if each is not None), default=None)
    if own is None or served is None:
        return own or served
    return served if feed.updated is None and served - own > _FROZEN_AFTER else min(own, served)


def _together(entries: tuple[FeedEntry, ...]) -> tuple[tuple[FeedEntry, ...], ...]:
    """Return the items of each incident, the newest first; a name that is only a link tells nothing apart."""
    found: dict[str, list[FeedEntry]] = {}
    for place, entry in enumerate(entries):
        found.setdefault(entry.id if entry.id != entry.link else f"{place} {entry.id}", []).append(entry)
    return tuple(tuple(sorted(same, key=_age)) for same in found.values())


def _age(entry: FeedEntry) -> float:
    return -entry.at.timestamp() if entry.at else 0.0


def _thread(entry: FeedEntry) -> str:
    """Return what the updates of one service have in common where each is an item of its own; empty elsewhere."""
    found = _ONE_OF_MANY.search(entry.id)
    return found.group("thread") if found else ""


def _newest_of_threads(feed: Feed) -> dict[str, FeedEntry]:
    """Return the item that counts for each service: AWS posts every update as an item and never edits one."""
    found: dict[str, FeedEntry] = {}
    for entry in feed.entries:
        thread = _thread(entry)
        before = found.get(thread)
        if thread and (before is None or (before.at and entry.at and entry.at > before.at)):
            found[thread] = entry
    return found


def _event(
    told: tuple[FeedEntry, ...], page_url: str, now: datetime | None, patience: timedelta, counting: FeedEntry
) -> _Event:
    """Return what the items of one incident say; the first is the newest, and the state is what it says."""
    entry = told[0]
    phase, said = phase_of(entry)
    if not reads_like_an_event(entry):
        return _Event(incident=None, weight=Status.OPERATIONAL)
    over = phase is not None and phase.is_over
    patience = max(patience, _ANNOUNCED_AHEAD) if phase in _PLANNED else patience
    is_old = now is not None and entry.at is not None and now - entry.at > patience
    forgotten = not over and (is_old or counting is not entry)
    updates = tuple(update for each in told for update in updates_of(each))
    names = components_of(entry)
    incident = Incident(
        id=entry.id,
        title=entry.title,
        phase=None if forgotten else phase,
        said=said,
        started_at=updates[-1].posted_at if updates else entry.published,
        updated_at=entry.at,
        # an item that nobody closed ends with its last sign of life
        resolved_at=entry.at if over or forgotten else None,
        url=same_site_link(entry.link, page_url) if entry.link else None,
        component_ids=names,
        components=names,
        updates=updates,
    )
    if phase in _PLANNED or said.lower() in WORKED_ON:
        values = {field: getattr(incident, field) for field in Incident.__struct_fields__}
        running = Phase.IN_PROGRESS if phase is None and not forgotten else values["phase"]
        return _Event(incident=Maintenance(**{**values, "phase": running}), weight=Status.MAINTENANCE)
    return _Event(incident=incident, weight=weight_of(entry, said))


PLATFORM = Platform(name="feed", read=read, recognises=recognises, paths=_PATHS)
