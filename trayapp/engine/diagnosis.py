"""All signals of one provider at once: one round of ``trayapp diagnose`` and of "It fails for me"."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from msgspec import Struct, field

from trayapp.domain.keys import KeyRef, KeyState
from trayapp.domain.keyschedule import limit_of
from trayapp.domain.provider import StatusPage
from trayapp.domain.snapshot import PageState
from trayapp.domain.verdict import (
    BASELINE_FAILURES,
    FAILURES_TO_COUNT,
    BaselineKind,
    BaselineState,
    EdgeKind,
    EdgeState,
    OwnReport,
    Verdict,
    shared_causes,
    telling_page,
    verdict,
)
from trayapp.engine.baseline import ask_baseline
from trayapp.engine.edge import ask_edge
from trayapp.engine.hosts import Edge
from trayapp.engine.http import Network
from trayapp.engine.looking import Looker
from trayapp.engine.signals import KeyCounts, Known
from trayapp.engine.survey import look_once

FIRST_ROUND = timedelta(seconds=7.8)
SECOND_ROUND = timedelta(seconds=1.8)
"""For what may be the cause, and only where several providers fail; both rounds end within ten seconds."""
_OTHERS_PATIENCE = timedelta(seconds=4)
# Whoever is asked several times leaves a second of the round: on a busy machine nothing begins when it should.
_EDGE_PATIENCE = timedelta(seconds=2.1)
_BASELINE_PATIENCE = timedelta(seconds=3.2)
_PAUSE = 0.3
_LAST_WORD = timedelta(seconds=0.2)

CheckKey = Callable[[KeyRef], Awaitable[KeyState | None]]
"""Checks one key and returns what is known of it then; ``None`` where it is gone or was not asked."""
Look = Callable[[timedelta], Awaitable[tuple[PageState, ...]]]
"""Looks at the provider's pages, in so long at the most."""


class Before(Struct, frozen=True, kw_only=True):
    """What somebody who keeps watching knows already: then one more failure may be the third.

    ``others`` are the watched pages of other providers as last seen; they need no look of their own.
    """

    baseline: BaselineState = field(default_factory=BaselineState)
    edge: EdgeState | None = None
    counts: KeyCounts = field(default_factory=KeyCounts)
    others: tuple[PageState, ...] = ()


class Question(Struct, frozen=True, kw_only=True):
    """What to find out about one provider.

    ``others`` are the watched pages of other providers, looked at only where this one seems to be in trouble, and
    ``causes`` those that many stand on, looked at only where another one is in trouble too.
    """

    provider: str
    pages: tuple[StatusPage, ...]
    edge: Edge | None = None
    baseline: tuple[str, ...] = ()
    keys: tuple[KeyState, ...] = ()
    reports: tuple[OwnReport, ...] = ()
    others: tuple[StatusPage, ...] = ()
    causes: tuple[StatusPage, ...] = ()
    interval: timedelta = timedelta(minutes=5)
    before: Before = field(default_factory=Before)


class Diagnosis(Struct, frozen=True, kw_only=True):
    """The answer at ``at`` (UTC). ``causes`` are pages in trouble that may explain it: a hint only."""

    at: datetime
    provider: str
    verdict: Verdict
    pages: tuple[PageState, ...] = ()
    causes: tuple[PageState, ...] = ()
    others: tuple[PageState, ...] = ()
    """Pages of other providers, where this one seemed to be in trouble."""
    edge: EdgeState = field(default_factory=EdgeState)
    baseline: BaselineState = field(default_factory=BaselineState)
    counts: KeyCounts = field(default_factory=KeyCounts)


async def ask_everybody(
    question: Question,
    network: Network,
    now: Callable[[], datetime],
    *,
    look: Look | None = None,
    check_key: CheckKey | None = None,
) -> Diagnosis:
    """Ask everybody side by side, and again where one failure proves nothing, in less than ten seconds.

    ``look`` is for somebody who keeps what is known of the pages.
    """
    return await _Round(question, network, now, look, check_key).run()


class _Round:
    def __init__(
        self,
        question: Question,
        network: Network,
        now: Callable[[], datetime],
        look: Look | None,
        check_key: CheckKey | None,
    ) -> None:
        before = question.before
        self._question = question
        self._network = network
        self._now = now
        self._look = look
        self._check_key = check_key
        self._looker = Looker(network)
        self._baseline = before.baseline
        self._edge = before.edge or EdgeState(url=question.edge.url if question.edge is not None else "")
        self._keys = {each.ref.id: each for each in question.keys}
        self._counts = KeyCounts(before.counts.counted)
        self._failing = self._counts.failures
        self._others = list(before.others)
        self._trouble = asyncio.Event()

    async def run(self) -> Diagnosis:
        asked = self._question
        others = asyncio.ensure_future(self._in_time(self._look_at_others(), FIRST_ROUND))
        try:
            pages, *_rest = await asyncio.gather(
                self._look_at_pages(),
                self._in_time(self._ask_baseline(), FIRST_ROUND),
                self._in_time(self._ask_edge(), FIRST_ROUND),
                self._in_time(self._ask_keys(), FIRST_ROUND),
            )
            if self._trouble.is_set():
                await others
        finally:
            others.cancel()
        page = telling_page(pages)
        found = verdict(self._known().about(page, asked.provider, self._now()))
        causes: tuple[PageState, ...] = ()
        if found.id.blames_provider:
            causes = await self._causes()
        return Diagnosis(
            at=self._now(),
            provider=asked.provider,
            verdict=found,
            pages=pages,
            causes=causes,
            others=tuple(self._others),
            edge=self._edge,
            baseline=self._baseline,
            counts=self._counts,
        )

    def _known(self) -> Known:
        asked = self._question
        return Known(
            baseline=self._baseline,
            edges={asked.provider: self._edge},
            keys=tuple(self._keys.values()),
            failing_keys=self._failing,
            reports=asked.reports,
        )

    async def _look_at(self, pages: tuple[StatusPage, ...], patience: timedelta) -> tuple[PageState, ...]:
        looks = (look_once(each, self._looker, self._now, self._question.interval, patience) for each in pages)
        return tuple(await asyncio.gather(*looks))

    async def _look_at_pages(self) -> tuple[PageState, ...]:
        if self._look is not None:
            pages = await self._look(FIRST_ROUND)
        else:
            pages = await self._look_at(self._question.pages, FIRST_ROUND)
        if any(each.shown is not None and each.shown.is_bad for each in pages):
            self._trouble.set()
        return pages

    async def _look_at_others(self) -> None:
        await self._trouble.wait()
        asked = self._question
        await asyncio.gather(*(self._look_at_other(each) for each in asked.others))

    async def _look_at_other(self, page: StatusPage) -> None:
        interval = self._question.interval
        self._others.append(await look_once(page, self._looker, self._now, interval, _OTHERS_PATIENCE))

    async def _ask_baseline(self) -> None:
        if not self._question.baseline:
            return
        for attempt in range(BASELINE_FAILURES):
            await asyncio.sleep(_PAUSE * bool(attempt))
            self._baseline = await ask_baseline(
                self._network, self._question.baseline, self._baseline, self._now, _BASELINE_PATIENCE
            )
            if self._baseline.kind is BaselineKind.OK or self._baseline.failures_in_a_row >= BASELINE_FAILURES:
                return

    async def _ask_edge(self) -> None:
        if self._question.edge is None:
            return
        for attempt in range(FAILURES_TO_COUNT):
            await asyncio.sleep(_PAUSE * bool(attempt))
            self._edge = await ask_edge(self._network, self._question.edge, self._edge, self._now, _EDGE_PATIENCE)
            if self._edge.kind is not EdgeKind.DOWN:
                return
            self._trouble.set()
            if self._edge.is_down:
                return

    async def _ask_keys(self) -> None:
        await asyncio.gather(*(self._ask_key(each) for each in self._question.keys))

    async def _ask_key(self, before: KeyState) -> None:
        """Check a key, and again while its provider fails; not where the provider asked us to wait."""
        until = limit_of(before)
        if self._check_key is None or (until is not None and until > self._now()):
            return
        for _attempt in range(FAILURES_TO_COUNT):
            state = await self._check_key(before.ref)
            if state is None:
                return
            self._keys[before.ref.id] = state
            self._failing = self._counts.count(self._keys.values())
            is_down = state.answer is not None and state.answer.blames_provider
            if not is_down or self._failing.get(before.ref.id, 0) >= FAILURES_TO_COUNT:
                return

    async def _causes(self) -> tuple[PageState, ...]:
        """Where others fail too, look at those that everybody stands on."""
        asked = self._question
        failing = {each.page.provider_id or each.page.id for each in self._others if each.shown and each.shown.is_bad}
        if not failing - {asked.provider}:
            return ()
        causes = await self._look_at(asked.causes, SECOND_ROUND)
        return shared_causes([asked.provider, *failing], causes, self._now())

    @staticmethod
    async def _in_time(work: Awaitable[None], patience: timedelta) -> None:
        """Do it for so long at the most; what was found out until then counts."""
        try:
            async with asyncio.timeout((patience + _LAST_WORD).total_seconds()):
                await work
        except TimeoutError:
            return
