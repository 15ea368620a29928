"""Tells an alert now, or holds it back and tells what was held as one digest when the time has come."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from trayapp.domain.alert import Alert, AlertKind, Circumstances, Decision, Reason
from trayapp.domain.alertbook import AlertBook, Decided
from trayapp.domain.status import Status

GROUP_WINDOW = timedelta(seconds=30)
GROUP_SIZE = 3
"""At most this many pop-ups in one window; the rest is gathered into one."""


def offer(book: AlertBook, alert: Alert, reason: Reason, around: Circumstances) -> Decided:
    """Tell an alert, or put it aside for the next digest when this is not the moment for it."""
    why = _not_now(book, alert, around)
    if why is None:
        told_at = (*_recent(book.told_at, alert.at), alert.at)
        return replace(book, told_at=told_at), (Decision(alert, told=True, reason=reason),)
    others = tuple(each for each in book.held if each.concern != alert.concern or not alert.concern)
    return replace(book, held=(*others, alert)), (Decision(alert, told=False, reason=why),)


def say_now_or_never(book: AlertBook, alert: Alert, reason: Reason, around: Circumstances) -> Decided:
    """Tell what is of use at its moment only; at quiet times it is noted, and not told later either."""
    if book.is_snoozed(alert.at):
        return book, (Decision(alert, told=False, reason=Reason.SNOOZED),)
    if around.quiet:
        return book, (Decision(alert, told=False, reason=Reason.QUIET),)
    told_at = (*_recent(book.told_at, alert.at), alert.at)
    return replace(book, told_at=told_at), (Decision(alert, told=True, reason=reason),)


def withdraw(book: AlertBook, concern: str) -> AlertBook:
    """Take out of the next digest what waits in it about a concern."""
    return replace(book, held=tuple(each for each in book.held if each.concern != concern))


def is_held(book: AlertBook, concern: str) -> bool:
    """Return whether something about a concern waits for the next digest."""
    return any(each.concern == concern for each in book.held)


def release(book: AlertBook, now: datetime, around: Circumstances | None = None) -> Decided:
    """Tell what was held back, as one digest, once nothing holds it any more.

    What somebody asked for waits for the limit of pop-ups in 30 s only.
    """
    around = around or Circumstances()
    is_waiting = around.quiet or book.is_snoozed(now) or (around.gather_until is not None and now < around.gather_until)
    ready = tuple(each for each in book.held if each.is_wanted) if is_waiting else book.held
    if not ready or len(_recent(book.told_at, now)) >= GROUP_SIZE:
        return book, ()
    digest = Alert(kind=AlertKind.DIGEST, at=now, gathered=ready, concern="digest")
    names = {each.concern for each in ready}
    concerns = tuple(
        replace(each, held=False) if each.held and (each.name in names or not is_waiting) else each
        for each in book.concerns
    )
    left = tuple(each for each in book.held if each not in ready)
    book = replace(book, held=left, concerns=concerns, told_at=(*_recent(book.told_at, now), now))
    return book, (Decision(digest, told=True, reason=Reason.GATHERED),)


def release_due(book: AlertBook, around: Circumstances) -> datetime | None:
    """Return when :func:`release` is worth calling, or ``None`` when nothing waits (or quiet hours do)."""
    is_wanted = any(each.is_wanted for each in book.held)
    if not book.held or (around.quiet and not is_wanted):
        return None
    due = [book.told_at[-GROUP_SIZE] + GROUP_WINDOW] if len(book.told_at) >= GROUP_SIZE else []
    if not is_wanted:
        due.extend(each for each in (around.gather_until, book.snoozed_until) if each is not None)
    return max(due, default=book.held[-1].at)


def _recent(told_at: tuple[datetime, ...], now: datetime) -> tuple[datetime, ...]:
    return tuple(each for each in told_at if now - each < GROUP_WINDOW)


def _not_now(book: AlertBook, alert: Alert, around: Circumstances) -> Reason | None:
    """Return why this is not the moment for an alert."""
    if not alert.is_wanted:
        if book.is_snoozed(alert.at):
            return Reason.HELD_SNOOZED
        if around.gather_until is not None and alert.at < around.gather_until:
            return Reason.HELD_AFTER_SLEEP
        if around.quiet and alert.status is not Status.MAJOR_OUTAGE:
            return Reason.HELD_QUIET_HOURS
    return Reason.HELD_FOR_GROUP if len(_recent(book.told_at, alert.at)) >= GROUP_SIZE else None
