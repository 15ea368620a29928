"""What the most urgent verdict changes about the tray's own words."""

from collections.abc import Mapping
from datetime import datetime
from gettext import gettext as _
from types import MappingProxyType

from trayapp.deferral import deferred
from trayapp.domain.snapshot import Snapshot
from trayapp.domain.verdict import Icon, PageVerdict, VerdictId
from trayapp.presentation.tray import NAME_LIMIT, Told, clipped
from trayapp.presentation.urgency import MARKS, most_urgent

with deferred():
    from trayapp.presentation import verdict as words


def tray_told(snapshot: Snapshot, verdicts: tuple[PageVerdict, ...], now: datetime) -> Told | None:
    """Return what the most urgent verdict changes; ``None`` where the pages alone say it.

    ==========================  ==============  ===============================================
    the most urgent verdict     shape           sentence
    ==========================  ==============  ===============================================
    none, fine, maintenance     the pages'      the pages'
    incident                    the pages'      the pages'
    incident, the key works     the pages'      the pages', and that the key works
    incident, confirmed         the pages'      the pages', and that it is confirmed from here
    about a key                 the pages'      the verdict's
    anything else               the verdict's   the verdict's
    ==========================  ==============  ===============================================

    A key that needs attention adds a small key to whatever shape.
    """
    found = most_urgent(snapshot, verdicts)
    if found is None:
        return None
    needs_key = any(each.verdict.icon is Icon.KEY_BADGE for each in verdicts)
    state, verdict = found
    if verdict.icon is Icon.BY_PAGE:
        addition = _ADDITIONS.get(verdict.id)
        return Told(addition=_(addition) if addition is not None else "", needs_key=needs_key)
    said = words.sentence(verdict, clipped(state.page.name, NAME_LIMIT), now).rstrip(".")
    return Told(mark=MARKS.get(verdict.icon), sentence=said, pages=(state,), needs_key=needs_key)


def _later(text: str) -> str:
    """Mark a text for translation that stands in a table; it is translated when it is used."""
    return text


_ADDITIONS: Mapping[VerdictId, str] = MappingProxyType(
    {
        VerdictId.INCIDENT_KEY_WORKS: _later(" - your key works"),
        VerdictId.INCIDENT_CONFIRMED: _later(" - confirmed from here"),
    }
)
