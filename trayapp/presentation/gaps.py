"""Times when nobody watched, in words: rows among the incidents, or a night without any would seem a calm one."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from gettext import gettext as _

from trayapp.domain.record import Gap
from trayapp.presentation.ages import clock, duration
from trayapp.presentation.incidents import Detail, IncidentRow
from trayapp.presentation.words import Mark

SHORTEST = timedelta(minutes=5)
"""A shorter time without a look hides little, and every restart makes one."""


def shown(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Return the gaps that are worth a row."""
    return tuple(each for each in gaps if each.end - each.start >= SHORTEST)


def gap_key(gap: Gap) -> str:
    """Return what tells a gap from every incident and every other gap."""
    return f"\ngap\n{gap.start.isoformat()}"


def gap_row(gap: Gap, now: datetime) -> IncidentRow:
    """Return a gap as a line among the incidents."""
    length = gap.end - gap.start
    title = _("Nobody watched: {why}").format(why=_why(gap))
    return IncidentRow(
        key=gap_key(gap),
        mark=Mark.UNKNOWN,
        cells=(clock(gap.start, now), "", title, "", "", duration(length)),
        order=(gap.start.timestamp(), "", title.casefold(), "", -1, length.total_seconds()),
    )


def gap_detail(gap: Gap, now: datetime) -> Detail:
    """Return what there is to say about a gap."""
    facts = (
        (_("From"), clock(gap.start, now)),
        (_("Until"), clock(gap.end, now)),
        (_("Duration"), duration(gap.end - gap.start)),
    )
    note = _("Of this time is known only what the pages told afterwards: a short trouble may be missing.")
    return Detail(
        key=gap_key(gap),
        page_id="",
        mark=Mark.UNKNOWN,
        title=_("Nobody watched: {why}").format(why=_why(gap)),
        facts=facts,
        notes=(note,),
        updates=(),
        url="",
    )


def _why(gap: Gap) -> str:
    words = {"asleep": _("this computer slept"), "not_running": _("this program was not running")}
    return words.get(gap.why, gap.why)
