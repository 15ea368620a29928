"""Everybody is asked about one provider, once or every 30 s for some time, for somebody who waits: ``diagnose``."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta

from msgspec.structs import replace

from trayapp.domain.inquiry import EVERY, Inquiry
from trayapp.domain.schedule import Cadence, next_look
from trayapp.domain.snapshot import PageState
from trayapp.domain.verdict import BaselineState, is_fresh
from trayapp.engine.clock import wall_time
from trayapp.engine.diagnosis import Before, CheckKey, Diagnosis, Question, ask_everybody
from trayapp.engine.http import Network
from trayapp.engine.inquiries import Heard, Inquiries
from trayapp.engine.looking import Looker
from trayapp.engine.survey import look_again
from trayapp.engine.threads import let_go_at_the_end

OTHERS_LAST = timedelta(minutes=5)
"""For so long what was seen of other providers' pages counts, rather than to look at them every 30 s."""
_PACE = Cadence(idle=EVERY, incident=EVERY)

CheckKeys = Callable[[Inquiry], CheckKey]
"""Gives the way to check a key in the next round of an inquiry."""


async def keep_asking(
    question: Callable[[], Question],
    network: Network,
    heard: Heard,
    *,
    lasts: timedelta = timedelta(0),
    check_keys: CheckKeys | None = None,
    now: Callable[[], datetime] = wall_time,
) -> None:
    """Ask everybody now and every 30 s for so long, and tell ``heard`` of each round; the network is closed then.

    ``question`` is made anew for each round: keys and reports change. Its pages stay those of the first.
    """
    let_go_at_the_end()
    first = question()
    asking = _Asking(question, first, network, check_keys, now)
    chores: list[Coroutine[None, None, None]] = []
    inquiries = Inquiries(now=now, start=chores.append, ask=asking.ask, heard=heard, changed=_nothing)
    inquiries.begin(first.provider, first.provider, tuple(each.id for each in first.pages), lasts)
    try:
        await asyncio.gather(*chores)
    finally:
        await network.close()


class _Asking:
    """Keeps from round to round what makes the next one worth more: pages, failures in a row, other providers."""

    def __init__(
        self,
        question: Callable[[], Question],
        first: Question,
        network: Network,
        check_keys: CheckKeys | None,
        now: Callable[[], datetime],
    ) -> None:
        self._now = now
        self._question = question
        self._network = network
        self._check_keys = check_keys
        self._looker = Looker(network)
        self._states = tuple(PageState(page=each, interval=first.interval) for each in first.pages)
        self._looked_at: dict[str, datetime] = {}
        self._before = Before()
        self._others_until = self._now()

    async def ask(self, inquiry: Inquiry) -> Diagnosis:
        before, asked = self._known(), self._question()
        found = await ask_everybody(
            replace(asked, before=before, others=() if before.others else asked.others),
            self._network,
            self._now,
            look=self._look,
            check_key=self._check_keys(inquiry) if self._check_keys is not None else None,
        )
        if found.others and not before.others:
            self._others_until = found.at + OTHERS_LAST
        self._before = Before(baseline=found.baseline, edge=found.edge, counts=found.counts, others=found.others)
        return found

    def _known(self) -> Before:
        """Return what still counts of the last round: after a sleep nothing but how often keys failed."""
        last, now = self._before, self._now()
        return Before(
            baseline=last.baseline if is_fresh(last.baseline.at, now) else BaselineState(),
            edge=last.edge if last.edge is not None and is_fresh(last.edge.at, now) else None,
            counts=last.counts,
            others=last.others if now < self._others_until else (),
        )

    async def _look(self, patience: timedelta) -> tuple[PageState, ...]:
        self._states = tuple(await asyncio.gather(*(self._look_at(each, patience) for each in self._states)))
        return self._states

    async def _look_at(self, state: PageState, patience: timedelta) -> PageState:
        """Look at a page, unless its host wants to be left alone for longer than a round."""
        last = self._looked_at.get(state.page.id)
        if last is not None and last + next_look(state, _PACE, 0.0)[0] - EVERY / 2 > self._now():
            return state
        self._looked_at[state.page.id] = self._now()
        return await look_again(state, self._looker, self._now, state.interval, patience)


def _nothing() -> None:
    """Nobody is shown that a round begins."""
