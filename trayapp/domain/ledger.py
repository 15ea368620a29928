"""Who knew it first: what a person, their programs, our own checks, the page and our pop-ups said of an incident, when.

Nothing here is an opinion. That somebody was earlier than the official page is only ever said from such a row.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from trayapp.domain.incident import Incident, Maintenance

LEAD = timedelta(hours=1)
"""What was seen longer than this before a page posted its incident was something else."""
ONE_EPISODE = timedelta(minutes=15)
"""Sightings of one kind within this time are one."""


class Source(StrEnum):
    """Who saw that something fails; the words are stored."""

    YOU = "you"
    """The person said: it fails for me."""
    PROGRAM = "program"
    """A program of theirs reported server trouble."""
    CHECK = "check"
    """Our own check counted as failed, while an independent host answered."""
    FOUND = "found"
    """What all signals said when the person asked: the verdict's word."""


_REPORTED = frozenset({Source.YOU, Source.PROGRAM})


class Sighting(Struct, frozen=True):
    """Somebody saw, at ``at`` (UTC), that the provider of a page fails. ``said`` is the verdict's word then, if any."""

    page_id: str
    source: Source
    at: datetime
    said: str = ""


class Told(Struct, frozen=True):
    """A pop-up about trouble of a page at ``at`` (UTC). ``incident_id`` is empty where no incident was posted yet."""

    page_id: str
    incident_id: str
    at: datetime


class Span(Struct, frozen=True):
    """When an incident of a page went on; ``end`` is ``None`` while it does."""

    page_id: str
    incident_id: str
    begin: datetime
    end: datetime | None

    def covers(self, at: datetime) -> bool:
        """Return whether it went on at a moment."""
        return self.begin <= at and (self.end is None or at <= self.end)


class Ledger(Struct, frozen=True, kw_only=True):
    """One incident's times, all UTC; ``None`` is never.

    ``posted_at`` is when the page says it spoke first, which favours the page; ``read_at`` when we read it there.
    ``reported_at`` is the person or a program of theirs, ``checked_at`` our own check, ``told_at`` our first pop-up.
    """

    posted_at: datetime
    read_at: datetime
    reported_at: datetime | None = None
    checked_at: datetime | None = None
    told_at: datetime | None = None
    findings: tuple[tuple[datetime, str], ...] = ()
    """What all signals said when the person asked, by the verdicts' words, oldest first."""

    def lead(self, at: datetime | None) -> timedelta | None:
        """Return by how much a moment was before the page's post; negative after it, ``None`` for never."""
        return self.posted_at - at if at is not None else None


class Tally(Struct, frozen=True):
    """How often something was earlier than the page's post, how often later, and how often it never came."""

    wins: int = 0
    losses: int = 0
    never: int = 0


def ledger_of(
    page_id: str,
    incident: Incident,
    read_at: datetime,
    *,
    sightings: Iterable[Sighting] = (),
    told: Iterable[Told] = (),
    spans: Iterable[Span] = (),
) -> Ledger | None:
    """Return who knew of an incident when; ``None`` for planned work, which everybody knows of.

    A sighting, or a pop-up that names no incident, belongs to the incident when it came

    ===================================================  =========
    while the incident was posted and open               yes
    up to an hour before, no other incident being open   yes
    up to an hour before, another one being open         no: it belongs to that one
    otherwise                                            no
    ===================================================  =========

    ``spans`` are all incidents of the page around that time. A pop-up that names the incident always belongs to it.
    """
    if isinstance(incident, Maintenance):
        return None
    posted_at = _posted_at(incident, read_at)
    end = None if incident.is_open else max(incident.resolved_at or read_at, posted_at)
    others = tuple(spans)
    mine = Span(page_id, incident.id, posted_at, end)

    def belongs(where: str, at: datetime) -> bool:
        if where != page_id:
            return False
        if mine.covers(at):
            return True
        return posted_at - LEAD <= at < posted_at and not any(
            each.covers(at) and each.page_id == page_id and each.incident_id != incident.id for each in others
        )

    seen = [each for each in sightings if belongs(each.page_id, each.at)]
    notices = [
        each.at
        for each in told
        if (each.page_id == page_id and each.incident_id == incident.id)
        or (not each.incident_id and belongs(each.page_id, each.at))
    ]
    return Ledger(
        posted_at=posted_at,
        read_at=read_at,
        reported_at=min((each.at for each in seen if each.source in _REPORTED), default=None),
        checked_at=min((each.at for each in seen if each.source is Source.CHECK), default=None),
        told_at=min(notices, default=None),
        findings=tuple(sorted((each.at, each.said) for each in seen if each.source is Source.FOUND)),
    )


def tally(ledgers: Iterable[Ledger], which: str) -> Tally:
    """Count one column (``reported_at``, ``checked_at`` or ``told_at``) over many incidents; a draw is a loss."""
    leads = [each.lead(getattr(each, which)) for each in ledgers]
    return Tally(
        wins=sum(each is not None and each > timedelta(0) for each in leads),
        losses=sum(each is not None and each <= timedelta(0) for each in leads),
        never=sum(each is None for each in leads),
    )


def is_news(last: datetime | None, at: datetime) -> bool:
    """Return whether a sighting is a new one, given when the last of its kind was; the clock may have been set back."""
    return last is None or not timedelta(0) <= at - last < ONE_EPISODE


def _posted_at(incident: Incident, read_at: datetime) -> datetime:
    """Return when the page says that it first spoke of an incident."""
    posted = min((each.posted_at for each in incident.updates), default=None)
    return posted or incident.started_at or read_at
