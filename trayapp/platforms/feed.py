"""RSS and Atom, the last resort: a feed lists events, not states, so it is read with care.

An item is an open incident while its newest update does not end it and it had an update within ``open_hours`` (48):
pages forget to close items. Of the items of one service of AWS, which are its updates, the newest counts. The state is
the newest update's first word ("Resolved - ..."), as Statuspage and its imitators write it, or the word behind
"Status:", or a bracketed word in the title; without any of them, words of trouble make an item an incident and anything
else is news. A feed without items says nothing, and a feed without a single word of a status page is none. "Now" is the
feed's own clock (its build date, else its newest item), bounded by the answer's date. Options:

``open_hours``
    Hours without an update after which an open item counts as forgotten.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from trayapp.domain.incident import Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.report import Absence, FailureKind, StatusReport
from trayapp.domain.status import Status, worst
from trayapp.exchange import LARGE_LIMIT, Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import endpoint, names, same_site_link
from trayapp.formats.body import text_of
from trayapp.formats.feeds import Feed, FeedEntry, feed_of, is_feed
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_PATHS = ("/history.atom", "/history.rss", "/feed.atom", "/feed.rss", "/feed", "/rss")
_FILES = (".xml", ".rss", ".atom", ".rdf")
_OK = 200
_MISSING = frozenset({200, 403, 404, 406, 410})
_OPEN_HOURS = 48.0
_MOST_HOURS = 24.0 * 365

_PHASES = {
    "investigating": Phase.INVESTIGATING,
    "new": Phase.INVESTIGATING,
    "open": Phase.INVESTIGATING,
    "ongoing": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "watching": Phase.MONITORING,
    "mitigated": Phase.MONITORING,
    "update": Phase.UPDATE,
    "updated": Phase.UPDATE,
    "resolved": Phase.RESOLVED,
    "fixed": Phase.RESOLVED,
    "closed": Phase.RESOLVED,
    "recovered": Phase.RESOLVED,
    "restored": Phase.RESOLVED,
    "operational": Phase.RESOLVED,
    "available": Phase.RESOLVED,
    "up": Phase.RESOLVED,
    "postmortem": Phase.POSTMORTEM,
    "post-mortem": Phase.POSTMORTEM,
    "scheduled": Phase.SCHEDULED,
    "planned": Phase.SCHEDULED,
    "in progress": Phase.IN_PROGRESS,
    "in_progress": Phase.IN_PROGRESS,
    "verifying": Phase.VERIFYING,
    "completed": Phase.COMPLETED,
    "cancelled": Phase.COMPLETED,
    "canceled": Phase.COMPLETED,
}
_TROUBLED = (
    "degraded performance",
    "degraded",
    "partial outage",
    "major outage",
    "outage",
    "down",
    "under maintenance",
)
"""Words that stand where a phase could, and say that something goes on without saying how far it is."""
_PLANNED = frozenset({Phase.SCHEDULED, Phase.IN_PROGRESS, Phase.VERIFYING, Phase.COMPLETED})

_WORDS = "|".join(re.escape(each) for each in sorted((*_PHASES, *_TROUBLED), key=len, reverse=True))
_SECTION = re.compile(
    rf"^(?:(?P<month>[A-Z][a-z]{{2}}) (?P<day>\d{{1,2}}) ?, (?P<time>\d{{1,2}}:\d{{2}}) (?P<zone>UTC|GMT)\n)?"
    rf"(?P<state>{_WORDS})(?=[ \t]*(?:[-–—:]|$))(?:[ \t]*[-–—:][ \t]*)?",
    re.IGNORECASE | re.MULTILINE,
)
"""The head of one update in a Statuspage-like item: a line with its time, then "State - text"."""
_LABELLED = re.compile(
    rf"^[ \t]*(?:incident |current )?status:[ \t]*(?P<state>{_WORDS})\b", re.IGNORECASE | re.MULTILINE
)
_TITLED = re.compile(
    rf"[\[(](?P<bracketed>{_WORDS})[\])]|^(?P<first>{_WORDS})[ \t]*[:|]|[-–—|:][ \t]*(?P<last>{_WORDS})$", re.IGNORECASE
)
_ONE_OF_MANY = re.compile(r"#(?P<thread>[a-z0-9-]{2,80})_\d{9,11}$", re.ASCII)
"""How AWS names an item: the service with its region, and when the item was posted."""
_NAMED = re.compile(r"^\[(?P<name>[^\[\]]{1,60})\]")
_ENDED = re.compile(
    r"\b(?:(?:is|are|was|were|been|now|fully) (?:resolved|restored|recovered|fixed)|operating normally|"
    r"back to normal|this incident has been resolved|all clear)\b",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\b(?:outages?|incidents?|degrad\w+|disrupt\w+|elevated|errors?|unavailab\w+|down(?:time)?|interrupt\w+|"
    r"delay(?:s|ed)?|latency|fail(?:s|ed|ing|ures?)?|investigat\w+|connectivity|impair\w+|timeouts?)\b",
    re.IGNORECASE,
)
_SEVERITIES = (
    (
        Status.MAJOR_OUTAGE,
        re.compile(r"\b(?:major|complete|full|total|widespread|global) (?:\w+ )?outage\b", re.IGNORECASE),
    ),
    (Status.PARTIAL_OUTAGE, re.compile(r"\boutages?\b|\bunavailable\b|\b(?:is|are) down\b", re.IGNORECASE)),
)
"""What an open item's title and newest update say of its weight, worst first; anything else is a degradation."""
_HEAD = 1500
_OTHERS = re.compile(
    r"<link>\s*https?://(?:[a-z0-9-]+\.)*(?:azure\.status\.microsoft|status\.azure\.com|status\.cloud\.microsoft)\b",
    re.IGNORECASE,
)
"""Links in the beginning of feeds that have an adapter of their own; in a text they are only talked about."""
_FLASHDUTY = re.compile(r"<guid[^>]*>\s*urn:flashduty:")


@dataclass(frozen=True, slots=True)
class _Event:
    """What an item is: an incident or a maintenance with its weight, or news (``incident`` is ``None``)."""

    incident: Incident | None
    weight: Status


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the feed at the address, or the first one at a usual place below a bare host."""
    response = yield from _feed_response(ask)
    feed = feed_of(response)
    if not feed.entries:
        raise UnreadableResponseError("The feed holds no item, which says neither fine nor broken.", FailureKind.EMPTY)
    now, patience = _now(feed, response), _patience(ask)
    newest = _newest_of_threads(feed)
    events = [_event(entry, ask.url, now, patience, newest.get(_thread(entry), entry)) for entry in feed.entries]
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


def recognises(response: Response) -> bool:
    """Know any RSS or Atom document with an event in it, or empty, but those that other adapters read."""
    if not is_feed(response):
        return False
    text = text_of(response)
    if _OTHERS.search(text[:_HEAD]) or _FLASHDUTY.search(text):
        return False
    try:
        entries = feed_of(response).entries
    except UnreadableResponseError:
        return False
    return not entries or any(_reads_like_an_event(entry) for entry in entries)


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
    """Return the moment the feed was written: its own clock, else the answer's date; never later than the latter.

    Dates of planned work may lie in the future, so they are no clock.
    """
    served = instant(response.headers.get("date"))
    times = [feed.updated, *(entry.at for entry in feed.entries if _phase(entry)[0] not in _PLANNED)]
    own = max((each for each in times if each is not None), default=None)
    if own is None or (feed.updated is None and served is not None):
        return served
    return own if served is None else min(own, served)


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


def _event(entry: FeedEntry, page_url: str, now: datetime | None, patience: timedelta, counting: FeedEntry) -> _Event:
    phase, said = _phase(entry)
    newest = _newest_text(entry)
    if not _reads_like_an_event(entry):
        return _Event(incident=None, weight=Status.OPERATIONAL)
    over = phase is not None and phase.is_over
    is_old = now is not None and entry.at is not None and now - entry.at > patience
    forgotten = not over and (is_old or counting is not entry)
    updates = _updates(entry, phase, said)
    name = _named_component(entry.title)
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
        component_ids=(name,) if name else (),
        components=(name,) if name else (),
        updates=updates,
    )
    words = f"{entry.title}\n{said}\n{newest}"
    weight = next((status for status, pattern in _SEVERITIES if pattern.search(words)), Status.DEGRADED)
    if phase in _PLANNED or said.lower() == "under maintenance":
        values = {field: getattr(incident, field) for field in Incident.__dataclass_fields__}
        running = Phase.IN_PROGRESS if phase is None and not forgotten else values["phase"]
        return _Event(incident=Maintenance(**{**values, "phase": running}), weight=Status.MAINTENANCE)
    return _Event(incident=incident, weight=weight)


def _reads_like_an_event(entry: FeedEntry) -> bool:
    phase, said = _phase(entry)
    return phase is not None or bool(said) or _TROUBLE.search(f"{entry.title}\n{_newest_text(entry)}") is not None


def _phase(entry: FeedEntry) -> tuple[Phase | None, str]:
    """Return where the item stands by its newest update, and the word that says so; ``None`` and "" for no word."""
    labelled, section = _LABELLED.search(entry.text), _SECTION.search(entry.text)
    titled = _TITLED.search(entry.title)
    said = ""
    if section and not (labelled and labelled.start() < section.start()):
        said = section.group("state")
    elif labelled:
        said = labelled.group("state")
    elif titled:
        said = titled.group("bracketed") or titled.group("first") or titled.group("last") or ""
    shown = word(said)
    if shown:
        return _PHASES.get(shown.lower()), shown
    if _ENDED.search(f"{entry.title}\n{entry.text}"):
        return Phase.RESOLVED, ""
    return None, ""


def _newest_text(entry: FeedEntry) -> str:
    """Return the text of the newest update only: older ones may tell of an outage that is over."""
    sections = _SECTION.finditer(entry.text)
    next(sections, None)
    second = next(sections, None)
    return entry.text[: second.start()] if second else entry.text


def _updates(entry: FeedEntry, phase: Phase | None, said: str) -> tuple[IncidentUpdate, ...]:
    """Return the updates of the item, newest first; without times of their own they are one."""
    if entry.at is None:
        return ()
    found = tuple(_sections(entry))
    if found:
        return found
    return (
        IncidentUpdate(id=entry.at.isoformat(), phase=phase, posted_at=entry.at, text=plain(entry.text), said=said),
    )


def _sections(entry: FeedEntry) -> Iterator[IncidentUpdate]:
    heads = list(_SECTION.finditer(entry.text))
    told = Counter((_time_of(head, entry.at), head.group("state").lower()) for head in heads)
    for place, head in enumerate(heads):
        posted_at = _time_of(head, entry.at)
        if posted_at is None:
            continue
        end = heads[place + 1].start() if place + 1 < len(heads) else len(entry.text)
        said = word(head.group("state"))
        same = told[posted_at, head.group("state").lower()]
        told[posted_at, head.group("state").lower()] -= 1
        yield IncidentUpdate(
            # the time names a minute, so two updates may share it; they are counted from the oldest
            id=f"{posted_at.isoformat()} {said.lower()}" + (f" {same}" if same > 1 else ""),
            phase=_PHASES.get(said.lower()),
            posted_at=posted_at,
            text=plain(entry.text[head.end() : end].strip()),
            said=said,
        )


def _time_of(head: re.Match[str], newest: datetime | None) -> datetime | None:
    """Return the time an update's head tells; it names no year, so it is the last one before the newest update."""
    if head.group("month") is None or newest is None:
        return None
    for year in (newest.year, newest.year - 1):
        at = instant(f"{head.group('month')} {head.group('day')} {year} {head.group('time')}:00")
        if at is not None and at <= newest + timedelta(days=1):
            return at
    return None


def _named_component(title: str) -> str:
    """Return "API" of the title "[API] Elevated errors"; a state in brackets is no component."""
    found = _NAMED.match(title)
    name = one_line(found.group("name")) if found else ""
    return "" if name.lower() in _PHASES or name.lower() in _TROUBLED else name


PLATFORM = Platform(name="feed", read=read, recognises=recognises, paths=_PATHS)
