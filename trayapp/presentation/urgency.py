"""Which of several verdicts is told first, and the shape it gives a page."""

from collections.abc import Mapping
from types import MappingProxyType

from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.verdict import Icon, PageVerdict, Verdict, VerdictId
from trayapp.presentation.words import WORST_FIRST, Mark, mark_of


def most_urgent(snapshot: Snapshot, verdicts: tuple[PageVerdict, ...]) -> tuple[PageState, Verdict] | None:
    """Return the page whose verdict is news, and the verdict; nothing where the pages alone say it better."""
    by_page = {each.page_id: each.verdict for each in verdicts}
    pages = [each for each in snapshot.pages if each.page.id in by_page and is_news(each, by_page[each.page.id])]
    if not pages:
        return None
    state = min(pages, key=lambda each: urgency(each, by_page[each.page.id]))
    return state, by_page[state.page.id]


def urgency(state: PageState, found: Verdict) -> tuple[int, int]:
    """Return what to sort pages by, so that the one to tell first comes first."""
    return _URGENT.index(found.id), WORST_FIRST.index(mark_of_page(state, found))


def is_news(state: PageState, found: Verdict) -> bool:
    """Return whether a verdict about a page is worth telling."""
    return bool(state.looks) and found.id not in CALM


def verdict_mark(state: PageState, found: Verdict) -> Mark:
    """Return the shape of a verdict: its own, or the page's."""
    return MARKS.get(found.icon) or mark_of(state.shown)


def mark_of_page(state: PageState, found: Verdict | None = None) -> Mark:
    """Return the shape for one page: its own status, unless a verdict says that it cannot be trusted.

    With a connection of one's own that fails, the last confirmed states stay, with their age.
    """
    if found is None or found.id is VerdictId.YOUR_CONNECTION:
        return mark_of(state.shown)
    return verdict_mark(state, found)


_URGENT = (
    VerdictId.YOUR_CONNECTION,
    VerdictId.INCIDENT_CONFIRMED,
    VerdictId.INCIDENT,
    VerdictId.INCIDENT_KEY_WORKS,
    VerdictId.LIKELY_PROVIDER,
    VerdictId.LOOKS_LIKE_PROVIDER,
    VerdictId.POSSIBLY_PROVIDER,
    VerdictId.TLS_INTERCEPTED,
    VerdictId.NAME_NOT_RESOLVED,
    VerdictId.KEY_REJECTED,
    VerdictId.KEY_ACCOUNT,
    VerdictId.KEY_BALANCE,
    VerdictId.CANNOT_TELL,
    VerdictId.PAGE_UNREACHABLE,
    VerdictId.KEY_LIMITED,
    VerdictId.MAINTENANCE,
    VerdictId.FINE,
)
"""Verdicts, the one to tell first at the beginning."""

CALM = frozenset({VerdictId.MAINTENANCE, VerdictId.FINE})
"""Verdicts that are no trouble."""

MARKS: Mapping[Icon, Mark] = MappingProxyType(
    {
        Icon.HOLLOW_CLOCK: Mark.UNKNOWN,
        Icon.HOLLOW: Mark.UNKNOWN,
        Icon.WRENCH: Mark.MAINTENANCE,
        Icon.TRIANGLE_QUESTION: Mark.SUSPECTED,
    }
)
"""The shapes verdicts take; all others leave the page's own."""
