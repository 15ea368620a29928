"""What other rules would have told of a stored past: the real policy plays it again, page by page and look by look."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from trayapp.domain.alert import Circumstances, Decision, NotificationRules
from trayapp.domain.alertbook import AlertBook
from trayapp.domain.change import StatusChanged
from trayapp.domain.digest import release
from trayapp.domain.incident import Incident
from trayapp.domain.judgement import Basis, Because, Judgement
from trayapp.domain.notification import decide
from trayapp.domain.provider import StatusPage
from trayapp.domain.record import StoredIncident
from trayapp.domain.report import Component, StatusReport
from trayapp.domain.snapshot import PageState
from trayapp.domain.status import Status

MINUTE = timedelta(minutes=1)
LOOKS = tuple(MINUTE * each for each in (0, 1, 2, 3, 4, 5, 6, 10, 15, 20, 25, 30, 35))
"""When the page was looked at after something happened: until it has held, is over, or has calmed down."""
SEEN_LATER = MINUTE * 10
"""A page dates an end itself; we see it at our next look, along with what it is shown as then."""
HELD_FOR = MINUTE * 15
"""How often it is tried to tell what was held back."""

Around = Callable[[datetime], Circumstances]


class PagePast(Struct, frozen=True, kw_only=True):
    """What is stored of one page: what was shown, oldest first, and its incidents."""

    page: StatusPage
    changes: tuple[StatusChanged, ...] = ()
    incidents: tuple[StoredIncident, ...] = ()


class Rehearsal(Struct, frozen=True, kw_only=True):
    """How many pop-ups there would have been; ``since`` is ``None`` where nothing is stored. Times are UTC.

    ``by_page`` has the pages that made any, the loudest first, by id; a digest belongs to none.
    """

    pop_ups: int
    since: datetime | None
    until: datetime
    by_page: tuple[tuple[str, int], ...] = ()


class _Listing(Struct, frozen=True):
    """One incident as its page listed it as open."""

    incident: Incident
    start: datetime
    end: datetime


def beginning(pasts: tuple[PagePast, ...], since: datetime) -> datetime | None:
    """Return from when on something is stored; ``None`` where nothing is."""
    known = [each.at for past in pasts for each in past.changes]
    return max(min(known), since) if known else None


def rehearse(
    pasts: tuple[PagePast, ...], rules: NotificationRules, around: Around, since: datetime, until: datetime
) -> Iterator[tuple[Decision, ...]]:
    """Yield what each look would have told, from one moment to another: mostly nothing.

    What was open at the beginning had been told before.
    """
    book = AlertBook()
    for past in pasts:
        state = _seen(past, _listings(past, until), since)
        book, _known = decide(book, state, NotificationRules(), since)
    book = replace(book, told_at=(), held=())
    last = since
    for at, state in _looks(pasts, since, until):
        book, released = _released(book, last, at, around)
        book, decisions = decide(book, state, rules, at, around(at))
        yield (*released, *(each for each in decisions if each.told))
        last = at
    yield _released(book, last, until, around)[1]


def summed(told: tuple[Decision, ...], since: datetime | None, until: datetime) -> Rehearsal:
    """Return how many pop-ups that makes, and which pages make them."""
    pages = Counter(each.alert.page_id for each in told if each.alert.page_id is not None)
    return Rehearsal(pop_ups=len(told), since=since, until=until, by_page=tuple(pages.most_common()))


def _released(
    book: AlertBook, last: datetime, until: datetime, around: Around
) -> tuple[AlertBook, tuple[Decision, ...]]:
    """Tell what is held back as soon as nothing holds it any more."""
    told: tuple[Decision, ...] = ()
    while book.held and last < until:
        last = min(last + HELD_FOR, until)
        book, decisions = release(book, last, around(last))
        told += decisions
    return book, told


def _looks(pasts: tuple[PagePast, ...], since: datetime, until: datetime) -> Iterator[tuple[datetime, PageState]]:
    """Return every look at every page, in the order of time."""
    looks: list[tuple[datetime, int]] = []
    listings = [_listings(past, until) for past in pasts]
    for place, past in enumerate(pasts):
        happened = {each.at for each in past.changes}
        happened |= {at for each in listings[place] for at in (each.start, each.end)}
        moments = [*sorted(at for at in happened if since < at <= until), until]
        for at, following in pairwise(moments):
            looks.extend((at + later, place) for later in LOOKS if at + later < following or not later)
    for at, place in sorted(looks):
        yield at, _seen(pasts[place], listings[place], at)


def _listings(past: PagePast, until: datetime) -> tuple[_Listing, ...]:
    """Return when each incident was seen to be open; one that was posted when it was over never was."""
    found = []
    for stored in past.incidents:
        incident = stored.incident
        ends = (stored.unlisted_since, incident.resolved_at, None if incident.is_open else incident.updated_at)
        end = min((each for each in ends if each is not None), default=until)
        end = next((each.at for each in past.changes if end <= each.at <= end + SEEN_LATER), end)
        if stored.first_seen_at < end:
            found.append(_Listing(_opened(incident), stored.first_seen_at, end))
    return tuple(found)


def _opened(incident: Incident) -> Incident:
    """Return the incident as it was while it was open."""
    phases = [each.phase for each in incident.updates if each.phase is not None and not each.phase.is_over]
    return incident if incident.is_open else replace(incident, phase=phases[0] if phases else None, resolved_at=None)


def _seen(past: PagePast, listings: tuple[_Listing, ...], at: datetime) -> PageState:
    """Return what was known of a page at a moment, as far as that is stored.

    Which component was how bad is not: what the page was shown as stands for those that its incidents name.
    """
    shown: Status | None = None
    for each in past.changes:
        if each.at > at:
            break
        shown = each.after
    open_now = tuple(each.incident for each in listings if each.start <= at < each.end)
    ended = [each for each in listings if each.end <= at]
    last = (max(ended, key=lambda each: each.end).incident,) if ended else ()
    watched = _bad_components(past.page, open_now or last, shown) if shown is not None and shown.is_bad else ()
    judgement = Judgement(
        status=shown,
        basis=Basis.COMPONENTS,
        because=Because.COMPONENTS_SAY,
        watched=watched,
        incidents=open_now,
    )
    report = StatusReport(components=watched, incidents=open_now)
    return PageState(page=past.page, report=report, judgement=judgement, fetched_at=at, shown=shown, looks=1)


def _bad_components(page: StatusPage, incidents: tuple[Incident, ...], shown: Status) -> tuple[Component, ...]:
    named = {
        key: name for each in incidents for key, name in zip(each.component_ids, each.components, strict=False)
    } or {"": page.name}
    return tuple(Component(id=key, name=name, status=shown) for key, name in named.items())
