"""What a person asks of the alert policy: quiet for a while, no more of this, and a word when it is back.

Each wish changes the policy's memory (:class:`AlertBook`), which is stored with it, so wishes outlive a restart.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from trayapp.domain.alert import Alert, AlertKind, Decision, Reason
from trayapp.domain.alertbook import AlertBook, Concern, Decided
from trayapp.domain.digest import withdraw
from trayapp.domain.snapshot import Snapshot
from trayapp.domain.status import worst


class Wish(Struct, frozen=True):
    """What somebody asked for about one concern, or about a page as a whole (``concern`` is empty then)."""

    page_id: str
    concern: str = ""


def snooze(book: AlertBook, until: datetime | None) -> AlertBook:
    """Hold pop-ups back until a moment (UTC); ``None`` ends it."""
    return replace(book, snoozed_until=until)


def acknowledge(book: AlertBook, wish: Wish, now: datetime) -> Decided:
    """Take somebody's word that they know: of one concern, or of all that is open on a page.

    What waits in a digest is taken out, and decided not to be told. A concern that is over by now is none.
    """
    made: list[Decision] = []
    concerns: list[Concern] = []
    for each in book.concerns:
        if not _is_about(each, wish):
            concerns.append(each)
            continue
        told = worst(status for status in (each.told, each.severity) if status is not None)
        concerns.append(replace(each, acknowledged=each.severity, told=told, held=False, refused=None))
        waiting = [alert for alert in book.held if alert.concern == each.name]
        book = withdraw(book, each.name)
        made.extend(Decision(replace(alert, at=now), told=False, reason=Reason.ACKNOWLEDGED) for alert in waiting)
    return replace(book, concerns=tuple(concerns)), tuple(made)


def take_back(book: AlertBook, wish: Wish) -> AlertBook:
    """Forget an acknowledgement: told it stays."""
    concerns = (replace(each, acknowledged=None) if _is_about(each, wish) else each for each in book.concerns)
    return replace(book, concerns=tuple(concerns))


def tell_when_back(book: AlertBook, wish: Wish, now: datetime) -> AlertBook:
    """Remember to tell once when a concern is over, or when a page is fine.

    A concern that is over already, or one of our own making, which no page knows, means the page: so nobody who asks
    is left without an answer.
    """
    if any(each.name == wish.concern for each in book.concerns):
        concerns = (replace(each, is_wanted=True) if each.name == wish.concern else each for each in book.concerns)
        return replace(book, concerns=tuple(concerns))
    page = replace(book.of(wish.page_id), wanted_at=now, fine_looks=0)
    return replace(book, pages=(*(each for each in book.pages if each.page_id != wish.page_id), page))


def forget_wish(book: AlertBook, wish: Wish) -> AlertBook:
    """Forget that somebody wanted to be told; of a page that is of all that is open on it too."""
    concerns = (replace(each, is_wanted=False) if _is_about(each, wish) else each for each in book.concerns)
    pages = (
        replace(each, wanted_at=None, fine_looks=0) if not wish.concern and each.page_id == wish.page_id else each
        for each in book.pages
    )
    return replace(book, concerns=tuple(concerns), pages=tuple(pages))


def is_all_acknowledged(book: AlertBook, snapshot: Snapshot) -> bool:
    """Return whether something is bad, and all that is bad is acknowledged."""
    bad = {each.page.id for each in snapshot.pages if each.shown is not None and each.shown.is_bad}
    concerns = [each for each in book.concerns if each.page_id in bad and not each.good_looks]
    suspected = {page_id for page_id, _verdict in book.derived} & {each.page.id for each in snapshot.pages}
    is_followed = bad <= {each.page_id for each in concerns}
    is_known = all(each.acknowledged is not None for each in concerns)
    return bool(bad) and is_followed and is_known and not suspected


def concerned(book: AlertBook) -> frozenset[str]:
    """Return the pages about which the memory holds more than how they were: open trouble, or a wish."""
    waiting = (each.page_id for each in book.pages if each.wanted_at is not None)
    suspected = (page_id for page_id, _verdict in book.derived)
    return frozenset((*(each.page_id for each in book.concerns), *waiting, *suspected))


def wish_of(alert: Alert) -> Wish | None:
    """Return what an alert's buttons are about, or ``None`` where there is nothing to acknowledge or to wait for."""
    if alert.page_id is None or alert.kind not in _TROUBLE:
        return None
    return Wish(alert.page_id, "" if alert.kind is AlertKind.FLAPPING else alert.concern)


_TROUBLE = frozenset({AlertKind.OPENED, AlertKind.ESCALATED, AlertKind.STARTED_DURING, AlertKind.FLAPPING})


def _is_about(concern: Concern, wish: Wish) -> bool:
    return concern.name == wish.concern if wish.concern else concern.page_id == wish.page_id
