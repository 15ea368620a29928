"""The own connection as news: that it is down, and that it is back, each once and not again and again."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from trayapp.domain.alert import Alert, AlertKind, Circumstances, Decision, Reason
from trayapp.domain.alertbook import AlertBook, Decided
from trayapp.domain.digest import say_now_or_never
from trayapp.domain.snapshot import Snapshot
from trayapp.domain.verdict import BASELINE_FAILURES, SIGNAL_LASTS, BaselineKind, BaselineState

CONNECTION_FAILURES = 2
ONCE_IN = timedelta(minutes=30)
"""A connection that comes and goes is told of once in so long."""
_CONCERN = "connection"


def decide_connection(
    book: AlertBook, snapshot: Snapshot, now: datetime, around: Circumstances | None = None
) -> Decided:
    """Say that everything fails here, and that it is back, where no well-known host can be asked.

    Everything: at least two pages on different hosts, all of which failed twice in a row without any
    answer of a host's own. One page alone proves nothing about this connection. Just after sleep nothing is
    said: networks need a moment; in quiet hours, or snoozed, it is noted and not told.
    """
    around = around or Circumstances()
    if around.gather_until is not None and now < around.gather_until:
        return book, ()
    if any(each.failure is None and each.looks for each in snapshot.pages):
        return _back(book, now, around)
    failing = tuple(
        each
        for each in snapshot.pages
        if each.failure is not None and each.failure.kind.is_transport and each.failures_in_a_row >= CONNECTION_FAILURES
    )
    hosts = {each.page.url.split("/")[2] for each in failing}
    if len(hosts) > 1 and len(failing) == len(snapshot.pages):
        return _lost(book, min(each.failed_at or now for each in failing), now, around)
    return book, ()


def decide_on_baseline(
    book: AlertBook, baseline: BaselineState, snapshot: Snapshot, now: datetime, around: Circumstances | None = None
) -> Decided:
    """Say that the own connection is down, and that it is back.

    Down: no well-known host answered twice in a row, and no watched page answers either. Back: one of them does. Just
    after sleep nothing is said: networks need a moment; in quiet hours it is noted and not told.
    """
    around = around or Circumstances()
    if around.gather_until is not None and now < around.gather_until:
        return book, ()
    looked = tuple(each for each in snapshot.pages if each.looks)
    before = book.offline_since
    hosts_answer = baseline.kind is BaselineKind.OK and baseline.at is not None and before and baseline.at > before
    if before is not None and (hosts_answer or any(each.failure is None for each in looked)):
        return _back(book, now, around)
    answered = any(each.failure is None or not each.failure.kind.is_transport for each in looked)
    is_current = baseline.at is not None and now - baseline.at <= SIGNAL_LASTS
    if is_current and baseline.failures_in_a_row >= BASELINE_FAILURES and looked and not answered:
        return _lost(book, min((each.failed_at or now for each in looked), default=now), now, around)
    return book, ()


def _lost(book: AlertBook, since: datetime, now: datetime, around: Circumstances) -> Decided:
    """Decide what it is worth that the connection is down since about ``since``.

    =================================  ===================================  ====  ========
    before                             now                                  told  reason
    =================================  ===================================  ====  ========
    it worked                          it was not told for 30 min           yes   ALL_FAIL
    it worked                          it was told less than 30 min ago     no    TOO_SOON
    down, and too soon to be told      those 30 min are over                yes   ALL_FAIL
    down, and told or not wanted       it still is                          no    none
    =================================  ===================================  ====  ========
    """
    last = book.offline_told_at
    is_soon = last is not None and timedelta(0) <= now - last < ONCE_IN
    if book.offline_since is not None and (is_soon or not book.offline_waits):
        return book, ()
    alert = Alert(kind=AlertKind.CONNECTION, at=now, started_at=book.offline_since or since, concern=_CONCERN)
    book = replace(book, offline_since=book.offline_since or now, offline_waits=is_soon)
    if is_soon:
        return book, (Decision(alert, told=False, reason=Reason.TOO_SOON),)
    book, (decision,) = say_now_or_never(book, alert, Reason.ALL_FAIL, around)
    return (replace(book, offline_told_at=now) if decision.told else book), (decision,)


def _back(book: AlertBook, now: datetime, around: Circumstances) -> Decided:
    """Say that the connection works again, where it was said that it did not."""
    since, told_at = book.offline_since, book.offline_told_at
    if since is None:
        return book, ()
    alert = Alert(kind=AlertKind.CONNECTION_BACK, at=now, started_at=since, ended_at=now, concern=_CONCERN)
    book = replace(book, offline_since=None, offline_waits=False)
    if told_at is None or told_at < since:
        return book, (Decision(alert, told=False, reason=Reason.NEVER_TOLD),)
    return say_now_or_never(book, alert, Reason.BACK, around)
