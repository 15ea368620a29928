"""One pass over some pages now, without a history: what ``trayapp status`` does."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from trayapp.domain.provider import StatusPage
from trayapp.domain.report import Observation
from trayapp.domain.snapshot import PageState, Snapshot, advance, read_as
from trayapp.engine.clock import Clock
from trayapp.engine.http import Network
from trayapp.engine.looking import Looker
from trayapp.engine.threads import let_go_at_the_end


async def survey(pages: tuple[StatusPage, ...], network: Network, interval: timedelta, patience: timedelta) -> Snapshot:
    """Look at every page once, side by side; ``patience`` is for each page."""
    let_go_at_the_end()
    clock = Clock()
    looker = Looker(network)
    try:
        states = await asyncio.gather(*(look_once(each, looker, clock.now, interval, patience) for each in pages))
    finally:
        await network.close()
    return Snapshot(pages=tuple(states), at=clock.now())


async def look_once(
    page: StatusPage, looker: Looker, now: Callable[[], datetime], interval: timedelta, patience: timedelta
) -> PageState:
    """Look at one page of which nothing is known yet."""
    return await look_again(PageState(page=page, interval=interval), looker, now, interval, patience)


async def look_again(
    state: PageState, looker: Looker, now: Callable[[], datetime], interval: timedelta, patience: timedelta
) -> PageState:
    """Look at one page and return what is known of it then."""
    look = await looker.look(state.page, deadline=patience)
    before = Snapshot(pages=(read_as(state, look.platform) if look.platform else state,))
    after = advance(before, Observation(state.page.id, now(), look.outcome, interval))
    return after.pages[0]
