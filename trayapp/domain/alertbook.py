"""The memory of the policy about pop-ups. It is a value, and stored together with every decision."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from trayapp.domain.alert import Alert, Decision
from trayapp.domain.status import Status
from trayapp.domain.verdict import VerdictId

LONGEST_SNOOZE = timedelta(hours=48)
"""No snooze is longer; what seems to be is a clock that was set back."""


class Concern(Struct, frozen=True, kw_only=True):
    """One open trouble of one page: an incident, or bad components that no incident names.

    ``incident_id`` is empty in the second case. ``name`` stays the same over its life, so that later
    pop-ups replace earlier ones. ``told`` is the worst status a pop-up has named, or that somebody acknowledged,
    ``None`` while there is neither.
    """

    page_id: str
    name: str
    incident_id: str
    title: str
    opened_at: datetime
    severity: Status
    told: Status | None = None
    good_looks: int = 0
    good_since: datetime | None = None
    component_ids: tuple[str, ...] = ()
    resolved_at: datetime | None = None
    held: bool = False
    """Its opening waits in a digest."""
    soon: bool = False
    """It came back soon after a recovery and must hold before it is told."""
    seen_at: datetime | None = None
    acknowledged: Status | None = None
    """How bad it was when somebody acknowledged it; taken back by anything worse."""
    is_wanted: bool = False
    """Somebody wants to be told when it is over, whatever speaks against it."""
    refused: Status | None = None
    """The worst status that was decided not to be told: once is enough for the record."""


class PageBook(Struct, frozen=True, kw_only=True):
    """What the policy remembers of one page between looks."""

    page_id: str
    states: tuple[bool, ...] = ()
    """The last known states, oldest first; true is bad."""
    flapping_since: datetime | None = None
    flapping_told: bool = False
    changed_at: datetime | None = None
    """When it last went from good to bad or back."""
    recoveries: tuple[tuple[str, datetime], ...] = ()
    """Recent recoveries, while it flaps all of them: which incident id ("" for none) and when."""
    wanted_at: datetime | None = None
    """Since when somebody waits for the page as a whole to be fine."""
    fine_looks: int = 0
    """Looks in a row since then that found it fine."""


class Reminded(Struct, frozen=True):
    """That somebody was reminded of a key: ``what`` of it, and which moment that was about (UTC).

    ``is_over``: it did not hold in between, so the next time it is news.
    """

    key_id: str
    what: str
    moment: datetime
    is_over: bool = False


class AlertBook(Struct, frozen=True, kw_only=True):
    """The memory of the policy. ``started`` are the pages already looked at in this run (never stored)."""

    concerns: tuple[Concern, ...] = ()
    pages: tuple[PageBook, ...] = ()
    told_at: tuple[datetime, ...] = ()
    """When the last pop-ups were shown, oldest first."""
    held: tuple[Alert, ...] = ()
    offline_since: datetime | None = None
    """Since when we know that the own connection is down."""
    offline_told_at: datetime | None = None
    """When somebody was last told that it is."""
    offline_waits: bool = False
    """It went down too soon after that, and is told of if it holds."""
    started: frozenset[str] = frozenset()
    snoozed_until: datetime | None = None
    derived: tuple[tuple[str, VerdictId], ...] = ()
    """By page id: the verdict of our own making that was noted last, while it lasts."""
    saying: tuple[Decision, ...] = ()
    """What was decided to be told and is on its way to the screen."""
    reminded: tuple[Reminded, ...] = ()
    """What people were reminded of, or would have been: one for each key and thing."""

    def of(self, page_id: str) -> PageBook:
        """Return what is remembered of one page."""
        return next((each for each in self.pages if each.page_id == page_id), PageBook(page_id=page_id))

    def is_snoozed(self, now: datetime) -> bool:
        """Return whether somebody wants no pop-ups now."""
        return self.snoozed_until is not None and now < self.snoozed_until <= now + LONGEST_SNOOZE

    def suspects(self, page_id: str) -> bool:
        """Return whether a verdict of our own making says that the page hides trouble."""
        return any(each == page_id for each, _verdict in self.derived)


Decided = tuple[AlertBook, tuple[Decision, ...]]


def forget_pages(book: AlertBook, page_ids: frozenset[str]) -> AlertBook:
    """Drop what is remembered of pages that are no longer watched."""
    return replace(
        book,
        concerns=tuple(each for each in book.concerns if each.page_id in page_ids),
        pages=tuple(each for each in book.pages if each.page_id in page_ids),
        held=tuple(each for each in book.held if each.page_id is None or each.page_id in page_ids),
        started=book.started & page_ids,
        derived=tuple(each for each in book.derived if each[0] in page_ids),
    )


def is_acknowledged(book: AlertBook, page_id: str) -> bool:
    """Return whether a page is in trouble, and somebody acknowledged all of it."""
    concerns = [each for each in book.concerns if each.page_id == page_id and not each.good_looks]
    return bool(concerns) and all(each.acknowledged is not None for each in concerns) and not book.suspects(page_id)
