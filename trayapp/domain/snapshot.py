"""The whole of what we know, frozen, and the one function that advances it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from trayapp.domain.judgement import Because, Judgement, judge
from trayapp.domain.provider import StatusPage
from trayapp.domain.report import Absence, Component, FetchFailure, Observation, StatusReport
from trayapp.domain.status import Status

TOTAL_DEADLINE = timedelta(seconds=15)
"""The longest one look may take; part of the freshness limit."""

LEAST_SHARE = 0.8
"""A page that suddenly lists fewer than this share of its components is not believed at once."""

FROZEN_AFTER = timedelta(days=7)
"""So long without a sign of life, and a page may no longer be kept up."""


def freshness_limit(interval: timedelta) -> timedelta:
    """Return how long an answer may be shown: two polling intervals and one total deadline."""
    return 2 * interval + TOTAL_DEADLINE


class Seen(Struct, frozen=True):
    """A component as a rotating page last showed it."""

    component: Component
    at: datetime


class PageState(Struct, frozen=True, kw_only=True):
    """What we know of one page. All times are UTC.

    ``report`` and ``judgement`` come from the last valid answer, completed at ``fetched_at``; a failure
    never changes them. ``shown`` is what may be shown now (``None``: unknown) and ``since`` when it began
    to be so. ``interval`` is the polling interval in force. ``changed_at`` is when an answer last differed from
    the one before. ``former_platform`` is what the entry says where the page was found to run on another.
    """

    page: StatusPage
    interval: timedelta = timedelta(minutes=5)
    report: StatusReport | None = None
    judgement: Judgement | None = None
    fetched_at: datetime | None = None
    shown: Status | None = None
    since: datetime | None = None
    failure: FetchFailure | None = None
    failed_at: datetime | None = None
    failures_in_a_row: int = 0
    rotating: tuple[Seen, ...] = ()
    inventory: frozenset[str] = frozenset()
    candidate: frozenset[str] | None = None
    looks: int = 0
    changed_at: datetime | None = None
    former_platform: str = ""

    @property
    def stale_at(self) -> datetime | None:
        """The moment from which the last answer may no longer be shown."""
        if self.fetched_at is None:
            return None
        return self.fetched_at + freshness_limit(self.interval)

    def is_stale(self, now: datetime) -> bool:
        """Return whether there is no answer fresh enough to show."""
        return self.stale_at is None or now > self.stale_at


class Snapshot(Struct, frozen=True):
    """The whole app at one moment; ``at`` is the UTC moment it was advanced to."""

    pages: tuple[PageState, ...] = ()
    at: datetime | None = None

    def page(self, page_id: str) -> PageState | None:
        """Return the state of one page."""
        place = self._place(page_id)
        return self.pages[place] if place is not None else None

    def with_page(self, state: PageState, at: datetime) -> "Snapshot":
        """Return this snapshot with one page's state replaced."""
        place = self._place(state.page.id)
        if place is None:
            return Snapshot(pages=self.pages, at=at)
        return Snapshot(pages=(*self.pages[:place], state, *self.pages[place + 1 :]), at=at)

    def _place(self, page_id: str) -> int | None:
        """Return where a page stands: asked several times a look, so without a generator's detours."""
        for place, each in enumerate(self.pages):
            if each.page.id == page_id:
                return place
        return None


def advance(snapshot: Snapshot, seen: Observation) -> Snapshot:
    """Fold one observation into the snapshot; an unknown page leaves it as it is.

    A failure keeps the last good report: our network is not their outage. Only when that report is older
    than the freshness limit does the page become unknown.
    """
    before = snapshot.page(seen.page_id)
    if before is None:
        return snapshot
    if isinstance(seen.outcome, FetchFailure):
        after = replace(
            before,
            failure=seen.outcome,
            failed_at=seen.at,
            failures_in_a_row=before.failures_in_a_row + 1,
            interval=seen.interval,
            looks=before.looks + 1,
        )
        return snapshot.with_page(_expired(after, seen.at), seen.at)
    return snapshot.with_page(_informed(before, seen.outcome, seen), seen.at)


def read_as(state: PageState, platform: str) -> PageState:
    """Return the state of a page that was found to run on this platform; what its entry says is kept in mind."""
    former = state.former_platform or state.page.platform
    page = replace(state.page, platform=platform)
    return replace(state, page=page, former_platform=former if former != platform else "")


def expire(snapshot: Snapshot, now: datetime) -> Snapshot:
    """Make every page unknown whose last answer is older than the freshness limit."""
    return Snapshot(pages=tuple(_expired(each, now) for each in snapshot.pages), at=now)


def watch(snapshot: Snapshot, pages: tuple[StatusPage, ...], interval: timedelta) -> Snapshot:
    """Return the snapshot for another set of pages; those that stay as they were keep what is known."""
    known = {each.page.id: each for each in snapshot.pages}
    states = []
    for page in pages:
        before = known.get(page.id)
        if before is not None and _same_source(before.page, page):
            states.append(_rejudged(*_as_found(before, page)))
        else:
            states.append(PageState(page=page, interval=interval))
    return Snapshot(pages=tuple(states), at=snapshot.at)


def remembering(snapshot: Snapshot, changes: Mapping[str, datetime]) -> Snapshot:
    """Return the snapshot of a start, told when pages were last seen to change before it."""
    pages = tuple(
        replace(each, changed_at=changes[each.page.id]) if each.changed_at is None and each.page.id in changes else each
        for each in snapshot.pages
    )
    return replace(snapshot, pages=pages)


def _same_source(before: StatusPage, after: StatusPage) -> bool:
    asked = [(each.url, each.options, each.internal, each.access) for each in (before, after)]
    return asked[0] == asked[1]


def _as_found(state: PageState, page: StatusPage) -> tuple[PageState, StatusPage]:
    """Go on reading a page as the platform it was found to run on, until its entry names another than before."""
    if state.former_platform and page.platform == state.former_platform:
        return state, replace(page, platform=state.page.platform)
    return replace(state, former_platform=""), page


def _rejudged(state: PageState, page: StatusPage) -> PageState:
    """Judge the last report again for another choice of components; the answer itself is still good."""
    if state.report is None or state.page.watched == page.watched:
        return replace(state, page=page)
    judgement = judge(state.report, page.watched)
    shown = judgement.status if state.shown is not None else None
    since = state.since if shown == state.shown else state.fetched_at
    return replace(state, page=page, judgement=judgement, shown=shown, since=since)


def _expired(state: PageState, now: datetime) -> PageState:
    if state.shown is None or not state.is_stale(now):
        return state
    return replace(state, shown=None, since=now)


def _informed(before: PageState, report: StatusReport, seen: Observation) -> PageState:
    rotating = _rotating(before, report, seen)
    carried = tuple(each.component for each in rotating)
    judgement = judge(report, before.page.watched, carried)
    inventory, candidate, shrunk = _inventory(before, report)
    if shrunk and judgement.status is not None and not judgement.status.is_bad:
        judgement = replace(judgement, status=None, because=Because.SHRUNK if report.components else Because.EMPTIED)
    return replace(
        before,
        report=report,
        judgement=judgement,
        fetched_at=seen.at,
        interval=seen.interval,
        shown=judgement.status,
        since=before.since if before.looks and before.shown == judgement.status and before.since else seen.at,
        failure=None,
        failed_at=None,
        failures_in_a_row=0,
        rotating=rotating,
        inventory=inventory,
        candidate=candidate,
        looks=before.looks + 1,
        changed_at=seen.at if _differs(before.report, report) else before.changed_at,
    )


def _differs(before: StatusReport | None, after: StatusReport) -> bool:
    """Return whether a page says something else than before; what it remembers of the past does not count."""
    return before is not None and before is not after and _says(before) != _says(after)


def _says(report: StatusReport) -> tuple[object, ...]:
    is_open = tuple(each for each in (*report.incidents, *report.maintenances) if each.is_open)
    return report.components, report.indicator_said, report.page_updated_at, is_open


def _rotating(before: PageState, report: StatusReport, seen: Observation) -> tuple[Seen, ...]:
    """Remember what a rotating page showed, so that absence is neither removal nor recovery.

    A watched component that is not listed keeps its word for the freshness limit. With everything watched
    only bad ones are remembered; past the limit they are unknown, until the page says that all is well.
    """
    if report.absence is not Absence.SAYS_NOTHING:
        return ()
    limit = freshness_limit(seen.interval)
    listed = {each.id for each in report.components}
    all_well = report.indicator is Status.OPERATIONAL and not any(each.is_open for each in report.incidents)
    kept = [Seen(each, seen.at) for each in report.components]
    for old in before.rotating:
        if old.component.id in listed:
            continue
        is_fresh = seen.at - old.at <= limit
        if before.page.watched:
            if is_fresh:
                kept.append(old)
        elif not all_well and (old.component.status is None or old.component.status.is_bad):
            component = old.component if is_fresh else replace(old.component, status=None)
            kept.append(Seen(component, old.at))
    return tuple(kept)


def _inventory(before: PageState, report: StatusReport) -> tuple[frozenset[str], frozenset[str] | None, bool]:
    """Return the accepted component ids, those waiting to be accepted, and whether the list shrank.

    A complete list that loses more than a fifth of its components, or a bad one, is believed only when
    the next valid answer shows the same list: a broken answer must not look like a recovery. One that lists none
    any more is never believed: nothing it says is about what was watched.
    """
    if report.absence is not Absence.GONE:
        return frozenset(), None, False
    now = frozenset(each.id for each in report.components)
    if before.inventory and not now:
        return before.inventory, None, True
    if not before.inventory or now == before.candidate or before.page.watched:
        return now, None, False
    lost = before.inventory - now
    was_bad = before.report is not None and any(
        each.id in lost and each.status is not None and each.status.is_bad for each in before.report.components
    )
    if was_bad or len(lost) > (1 - LEAST_SHARE) * len(before.inventory):
        return before.inventory, now, True
    return now, None, False
