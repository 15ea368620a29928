"""Counts what other rules would have told of the stored past, without standing in the way of anything else."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from trayapp.domain.alert import AlertKind, Circumstances, Decision, NotificationRules
from trayapp.domain.provider import StatusPage
from trayapp.domain.record import Gap, IncidentQuery
from trayapp.domain.rehearsal import PagePast, Rehearsal, beginning, rehearse, summed
from trayapp.engine.commands import PreviewRules
from trayapp.engine.quiet import is_quiet
from trayapp.engine.waking import GRACE
from trayapp.storage.history import ASLEEP, History

PERIOD = timedelta(days=30)
MOST = 10_000
"""Incidents and decisions that are read at the most."""
AT_ONCE = 20
"""Looks that are played without giving way: a few milliseconds."""
_OF_NO_PAGE = frozenset({AlertKind.CONNECTION, AlertKind.CONNECTION_BACK, AlertKind.KEY, AlertKind.NOTICE})


async def preview(
    history: History,
    pages: tuple[StatusPage, ...],
    rules: PreviewRules,
    now: datetime,
    *,
    is_wanted: Callable[[], bool] = lambda: True,
) -> Rehearsal | None:
    """Play the last 30 days again with other rules; ``None`` when it is no longer wanted.

    Raises ``HistoryUnavailableError``.
    """
    since = now - PERIOD
    pasts = _pasts(history, pages, since)
    start = beginning(pasts, since)
    if start is None:
        return summed((), None, now)
    gaps = tuple(each for each in history.gaps(start) if each.why == ASLEEP)

    def around(at: datetime) -> Circumstances:
        return Circumstances(quiet=is_quiet(rules.quiet_hours, at), gather_until=_gathering(gaps, at))

    told: list[Decision] = []
    wanted = NotificationRules(level=rules.alerts.level, levels=rules.alerts.providers)
    for place, decisions in enumerate(rehearse(pasts, wanted, around, start, now)):
        told.extend(decisions)
        if place % AT_ONCE == 0:
            await asyncio.sleep(0)
            if not is_wanted():
                return None
    others = sum(
        each.told and each.kind in _OF_NO_PAGE and not is_quiet(rules.quiet_hours, each.at)
        for each in history.decisions(start, MOST)
    )
    counted = summed(tuple(told), start, now)
    return Rehearsal(pop_ups=counted.pop_ups + others, since=start, until=now, by_page=counted.by_page)


def _pasts(history: History, pages: tuple[StatusPage, ...], since: datetime) -> tuple[PagePast, ...]:
    changes = history.status_changes(None, since)
    query = IncidentQuery(page_ids=tuple(each.id for each in pages), since=since, limit=MOST)
    incidents = history.incidents(query) if pages else ()
    return tuple(
        PagePast(
            page=page,
            changes=tuple(each for each in changes if each.page_id == page.id),
            incidents=tuple(each for each in incidents if each.page_id == page.id),
        )
        for page in pages
    )


def _gathering(gaps: tuple[Gap, ...], at: datetime) -> datetime | None:
    """Return until when alerts waited after sleep."""
    return next((each.end + GRACE for each in gaps if each.end <= at < each.end + GRACE), None)
