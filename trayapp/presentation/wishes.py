"""What a person has asked of the pop-ups about a page or an incident, and what they may ask."""

from datetime import datetime
from gettext import gettext as _

from msgspec import Struct

from trayapp.domain.alertbook import AlertBook, Concern, is_acknowledged
from trayapp.domain.snapshot import PageState
from trayapp.domain.status import Status
from trayapp.domain.wishes import Wish
from trayapp.presentation.ages import clock


class WishView(Struct, frozen=True):
    """What the two buttons about one trouble show. ``name`` says what they are about, to those who hear it."""

    wish: Wish
    name: str
    can_acknowledge: bool
    is_acknowledged: bool
    is_wanted: bool


def asked_sentence(page_id: str, book: AlertBook) -> str:
    """Return what somebody has asked about a page and its incidents, or nothing."""
    concerns = _open(book, page_id)
    known = sum(each.acknowledged is not None for each in concerns)
    parts = []
    if is_acknowledged(book, page_id):
        parts.append(_("acknowledged"))
    elif known:
        parts.append(_("{count} of {all} acknowledged").format(count=known, all=len(concerns)))
    if book.of(page_id).wanted_at is not None or any(each.is_wanted for each in concerns):
        parts.append(_("you will be told when it is back"))
    said = " · ".join(parts)
    return said[:1].upper() + said[1:]


def snoozed_words(book: AlertBook, now: datetime) -> str:
    """Return until when no pop-ups are wanted, or nothing."""
    if book.snoozed_until is None or not book.is_snoozed(now):
        return ""
    return _("Pop-ups are snoozed until {time}").format(time=clock(book.snoozed_until, now))


def page_wish(state: PageState, book: AlertBook) -> WishView | None:
    """Return the wishes about a page as a whole, or ``None`` for one that is fine, or was not looked at yet."""
    page_id = state.page.id
    concerns = _open(book, page_id)
    if not state.looks or (state.shown is Status.OPERATIONAL and not concerns and not book.suspects(page_id)):
        return None
    return WishView(
        wish=Wish(page_id),
        name=state.page.name,
        can_acknowledge=bool(concerns),
        is_acknowledged=is_acknowledged(book, page_id),
        is_wanted=book.of(page_id).wanted_at is not None
        or (bool(concerns) and all(each.is_wanted for each in concerns)),
    )


def incident_wish(page_id: str, incident_id: str, book: AlertBook) -> WishView | None:
    """Return the wishes about one incident, or ``None`` for one that is over, or is no trouble."""
    for each in _open(book, page_id):
        if each.incident_id == incident_id:
            return WishView(
                wish=Wish(page_id, each.name),
                name=each.title,
                can_acknowledge=True,
                is_acknowledged=each.acknowledged is not None,
                is_wanted=each.is_wanted,
            )
    return None


def incident_wishes(page_id: str, book: AlertBook) -> dict[str, WishView]:
    """Return the wishes about each incident of a page, by its id; none where it is one, for which the page's stand."""
    concerns = _open(book, page_id)
    if len(concerns) < 2:  # noqa: PLR2004 -- one is no choice
        return {}
    found = {each.incident_id: incident_wish(page_id, each.incident_id, book) for each in concerns}
    return {key: view for key, view in found.items() if key and view is not None}


def _open(book: AlertBook, page_id: str) -> list[Concern]:
    return [each for each in book.concerns if each.page_id == page_id and not each.good_looks]
