"""When a verdict of our own making is worth a pop-up: trouble that no page has posted yet."""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from trayapp.domain.alert import Alert, AlertKind, Circumstances, Decision, Level, NotificationRules, Reason
from trayapp.domain.alertbook import AlertBook, Decided
from trayapp.domain.digest import is_held, offer, withdraw
from trayapp.domain.verdict import (
    PageVerdict,
    PopUp,
    VerdictId,
)

SUFFIX = "/=verdict"
"""How the concern of a derived alert ends; the page's id stands before it."""
DERIVED = frozenset({VerdictId.LOOKS_LIKE_PROVIDER, VerdictId.LIKELY_PROVIDER})
_GOOD = frozenset({VerdictId.FINE, VerdictId.KEY_LIMITED, VerdictId.PAGE_UNREACHABLE})


def decide_on_verdicts(
    book: AlertBook,
    found: Iterable[PageVerdict],
    rules: NotificationRules,
    around: Circumstances,
    *,
    now: datetime,
) -> Decided:
    """Decide what the verdicts of all pages are worth telling, and note those of our own making."""
    noted = dict(book.derived)
    made: list[Decision] = []
    for each in found:
        told = noted.pop(each.page_id, None)
        level = rules.level_for(each.page_id, each.provider_id)
        book, decisions = decide_on_verdict(book, told, each, level, around, now=now)
        made.extend(decisions)
        after = noted_after(told, each.verdict.id)
        if after is not None:
            noted[each.page_id] = after
    return replace(book, derived=tuple(noted.items())), tuple(made)


def decide_on_verdict(
    book: AlertBook, told: VerdictId | None, found: PageVerdict, level: Level, around: Circumstances, *, now: datetime
) -> Decided:
    """Decide what one page's verdict is worth telling; ``told`` is the derived one that was noted for it, if any.

    ====================================  =======================  =====  ================
    the verdict                           condition                told?  reason
    ====================================  =======================  =====  ================
    looks like them, likely them          noted already                   (no decision)
    fine again, by page or edge           "tell me when it is
                                          back", and one was noted yes    WANTED
    fine again, by page or edge           its beginning waits      no     NEVER_TOLD
    any of them                           the page is muted        no     MUTED
    any of them                           only outages are wanted  no     BELOW_LEVEL
    any of them                           snoozed, just awake,
                                          quiet hours, the fourth
                                          within 30 s              later  HELD_...
    looks like them, likely them          otherwise                yes    NEW
    fine again, by page or edge           one was noted            yes    OVER
    anything else                                                         (no decision)
    ====================================  =======================  =====  ================

    An incident that is posted meanwhile has a pop-up of its own; the derived one then ends without a word.
    """
    is_derived = found.verdict.id in DERIVED and found.verdict.pop_up is PopUp.YES
    concern = f"{found.page_id}{SUFFIX}"
    if is_derived == (told is not None):
        return book, ()
    if not is_derived and found.verdict.id not in _GOOD:
        # It goes on as something else: what still waits is no longer true.
        return book if noted_after(told, found.verdict.id) else withdraw(book, concern), ()
    kind = AlertKind.OPENED if is_derived else AlertKind.RECOVERED
    alert = Alert(kind=kind, at=now, page_id=found.page_id, concern=concern)
    page = book.of(found.page_id)
    was_held = is_held(book, concern)
    book = withdraw(book, concern)
    if not is_derived and page.wanted_at is not None:
        pages = tuple(replace(each, wanted_at=None, fine_looks=0) if each == page else each for each in book.pages)
        return offer(replace(book, pages=pages), replace(alert, is_wanted=True), Reason.WANTED, around)
    if was_held:
        return book, (Decision(alert, told=False, reason=Reason.NEVER_TOLD),)
    if level is not Level.ALL:
        why = Reason.MUTED if level is Level.MUTE else Reason.BELOW_LEVEL
        return book, (Decision(alert, told=False, reason=why),)
    return offer(book, alert, Reason.NEW if is_derived else Reason.OVER, around)


def noted_after(told: VerdictId | None, found: VerdictId) -> VerdictId | None:
    """Return what to note of a page's verdict for the next one: not knowing in between ends nothing."""
    if found in DERIVED:
        return found
    return told if found in {VerdictId.CANNOT_TELL, VerdictId.POSSIBLY_PROVIDER, VerdictId.YOUR_CONNECTION} else None
