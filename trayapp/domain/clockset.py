"""What was noted before the clock was set, told in the time of the clock as it is now."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from trayapp.domain.alertbook import AlertBook, Concern, PageBook
from trayapp.domain.snapshot import PageState, Snapshot


def snapshot_moved(snapshot: Snapshot, by: timedelta, now: datetime) -> Snapshot:
    """Move every moment of ours ``by`` so much, so that an answer is as old afterwards as it was before.

    Without this a clock set back would make an answer younger than it is, and show it for too long.
    """
    return Snapshot(pages=tuple(_page_moved(each, by) for each in snapshot.pages), at=now)


def book_moved(book: AlertBook, by: timedelta) -> AlertBook:
    """Move the moments that the alert policy measures from; what a page says of itself stays as it says."""
    return replace(
        book,
        told_at=tuple(each + by for each in book.told_at),
        concerns=tuple(_concern_moved(each, by) for each in book.concerns),
        pages=tuple(_page_book_moved(each, by) for each in book.pages),
    )


def _page_moved(state: PageState, by: timedelta) -> PageState:
    return replace(
        state,
        fetched_at=_moved(state.fetched_at, by),
        failed_at=_moved(state.failed_at, by),
        since=_moved(state.since, by),
        rotating=tuple(replace(each, at=each.at + by) for each in state.rotating),
    )


def _concern_moved(concern: Concern, by: timedelta) -> Concern:
    return replace(concern, seen_at=_moved(concern.seen_at, by), good_since=_moved(concern.good_since, by))


def _page_book_moved(book: PageBook, by: timedelta) -> PageBook:
    return replace(
        book,
        changed_at=_moved(book.changed_at, by),
        flapping_since=_moved(book.flapping_since, by),
        recoveries=tuple((key, at + by) for key, at in book.recoveries),
    )


def _moved(moment: datetime | None, by: timedelta) -> datetime | None:
    return None if moment is None else moment + by
