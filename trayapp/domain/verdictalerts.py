"""When a verdict of our own making is worth a pop-up: the own connection, and trouble that no page has posted yet."""

from dataclasses import replace
from datetime import datetime

from trayapp.domain.notification import (
    GROUP_WINDOW,
    Alert,
    AlertBook,
    AlertKind,
    Circumstances,
    Decided,
    Decision,
    Level,
    Reason,
)
from trayapp.domain.snapshot import Snapshot
from trayapp.domain.verdict import (
    BASELINE_FAILURES,
    SIGNAL_LASTS,
    BaselineKind,
    BaselineState,
    PageVerdict,
    PopUp,
    VerdictId,
)

SUFFIX = "/=verdict"
"""How the concern of a derived alert ends; the page's id stands before it."""
DERIVED = frozenset({VerdictId.LOOKS_LIKE_PROVIDER, VerdictId.LIKELY_PROVIDER})
_GOOD = frozenset({VerdictId.FINE, VerdictId.KEY_LIMITED, VerdictId.PAGE_UNREACHABLE})


def decide_on_baseline(
    book: AlertBook, baseline: BaselineState, snapshot: Snapshot, now: datetime, around: Circumstances | None = None
) -> Decided:
    """Say once that the own connection is down, and once that it is back.

    Down: no well-known host answered twice in a row, and no watched page answers either. Back: one of them does. Just
    after sleep nothing is said: networks need a moment; in quiet hours it is noted and not told.
    """
    around = around or Circumstances()
    if around.gather_until is not None and now < around.gather_until:
        return book, ()
    looked = tuple(each for each in snapshot.pages if each.looks)
    answered = any(each.failure is None or not each.failure.kind.is_transport for each in looked)
    is_current = baseline.at is not None and now - baseline.at <= SIGNAL_LASTS
    is_down = is_current and baseline.failures_in_a_row >= BASELINE_FAILURES
    if book.offline_since is None and is_down and looked and not answered:
        since = min((each.failed_at for each in looked if each.failed_at is not None), default=now)
        alert = Alert(kind=AlertKind.CONNECTION, at=now, started_at=since, concern="connection")
        return _tell(replace(book, offline_since=now), alert, Reason.ALL_FAIL, around)
    before = book.offline_since
    hosts_answer = baseline.kind is BaselineKind.OK and baseline.at is not None and before and baseline.at > before
    if before is not None and (hosts_answer or any(each.failure is None for each in looked)):
        alert = Alert(kind=AlertKind.CONNECTION_BACK, at=now, started_at=before, ended_at=now, concern="connection")
        return _tell(replace(book, offline_since=None), alert, Reason.BACK, around)
    return book, ()


def decide_on_verdict(
    book: AlertBook, told: VerdictId | None, found: PageVerdict, level: Level, around: Circumstances, *, now: datetime
) -> Decided:
    """Decide what one page's verdict is worth telling; ``told`` is the derived one that was noted for it, if any.

    ====================================  =======================  =====  ================
    the verdict                           condition                told?  reason
    ====================================  =======================  =====  ================
    looks like them, likely them          noted already                   (no decision)
    looks like them, likely them          the page is muted        no     MUTED
    looks like them, likely them          only outages are wanted  no     BELOW_LEVEL
    looks like them, likely them          just awake, quiet hours  no     HELD_...
    looks like them, likely them          otherwise                yes    NEW
    fine again, by page or edge           one was noted            yes    OVER
    anything else                                                         (no decision)
    ====================================  =======================  =====  ================

    An incident that is posted meanwhile has a pop-up of its own; the derived one then ends without a word.
    """
    is_derived = found.verdict.id in DERIVED and found.verdict.pop_up is PopUp.YES
    if is_derived == (told is not None) or not (is_derived or found.verdict.id in _GOOD):
        return book, ()
    alert = Alert(
        kind=AlertKind.OPENED if is_derived else AlertKind.RECOVERED,
        at=now,
        page_id=found.page_id,
        concern=f"{found.page_id}{SUFFIX}",
    )
    if level is Level.MUTE:
        return book, (Decision(alert, told=False, reason=Reason.MUTED),)
    if level is Level.OUTAGES:
        return book, (Decision(alert, told=False, reason=Reason.BELOW_LEVEL),)
    if around.gather_until is not None and now < around.gather_until:
        return book, (Decision(alert, told=False, reason=Reason.HELD_AFTER_SLEEP),)
    return _tell(book, alert, Reason.NEW if is_derived else Reason.OVER, around)


def noted_after(told: VerdictId | None, found: VerdictId) -> VerdictId | None:
    """Return what to note of a page's verdict for the next one: not knowing in between ends nothing."""
    if found in DERIVED:
        return found
    return told if found in {VerdictId.CANNOT_TELL, VerdictId.POSSIBLY_PROVIDER, VerdictId.YOUR_CONNECTION} else None


def _tell(book: AlertBook, alert: Alert, reason: Reason, around: Circumstances) -> Decided:
    if around.quiet:
        return book, (Decision(alert, told=False, reason=Reason.HELD_QUIET_HOURS),)
    recent = tuple(each for each in book.told_at if alert.at - each < GROUP_WINDOW)
    return replace(book, told_at=(*recent, alert.at)), (Decision(alert, told=True, reason=reason),)
