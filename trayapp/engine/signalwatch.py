"""Asks the own connection and the API's edges while the program runs: as seldom as possible, at once in doubt."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta

from trayapp.deferral import deferred
from trayapp.domain.keys import KeyState
from trayapp.domain.provider import StatusPage
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.verdict import (
    BASELINE_FAILURES,
    REPORTS_LAST,
    SERVER_TROUBLE,
    BaselineKind,
    BaselineState,
    EdgeKind,
    EdgeState,
    OwnReport,
    PageVerdict,
    is_fresh,
)
from trayapp.engine.http import Network
from trayapp.engine.signals import KeyCounts, Known, Sources, Verdicts
from trayapp.storage.settings import Settings

with deferred():
    from trayapp.engine import baseline, diagnosis
    from trayapp.engine import edge as edges

BASELINE_EVERY = timedelta(seconds=30)
"""The own connection is asked at most so often."""
SECOND_LOOK = timedelta(seconds=10)
"""The wait after a first failure of the own connection: one alone is no verdict."""

MOST_DOUBTS = 60
"""Keys are checked because of a failing edge for about an hour, not for ever."""

Start = Callable[[Coroutine[None, None, None]], None]


class SignalWatch:
    """Owns all signals but pages and keys in one engine. ``changed`` is called when there is something new."""

    def __init__(
        self,
        sources: Callable[[Settings], Sources],
        settings: Settings,
        *,
        network: Callable[[], Network],
        now: Callable[[], datetime],
        start: Start,
        changed: Callable[[], None],
        doubted: Callable[[str], None],
        reported: Callable[[str, datetime], None],
    ) -> None:
        """Ask nobody yet. ``start`` begins a coroutine and ends it with the engine.

        ``doubted`` hears of a provider whose edge fails: the user's keys for it may tell more. ``reported`` hears of
        a watched provider when a program of the user's has told us about server trouble.
        """
        self.baseline = BaselineState()
        self._make = sources
        self._sources = sources(settings)
        self._network = network
        self._now = now
        self._start = start
        self._changed = changed
        self._doubted = doubted
        self._reported_by_program = reported
        self._edges: dict[str, EdgeState] = {}
        self._asking: set[str] = set()
        self._is_asking_baseline = False
        self._naps = 0
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._counts = KeyCounts()
        self._verdicts = Verdicts()
        self._watched: frozenset[str] = frozenset()
        # What was reported a long time ago is no news; what was reported just before the start is.
        told = self._last_reports()
        self._reported = {provider: at for provider, at in told.items() if now() - at > REPORTS_LAST}

    @property
    def has_baseline(self) -> bool:
        """Whether there is anybody to ask about the own connection."""
        return bool(self._sources.baseline)

    @property
    def has_suspects(self) -> bool:
        """Whether any edge is down."""
        return any(each.is_down for each in self._edges.values())

    def apply(self, settings: Settings) -> None:
        """Work by other settings from now on; what was learnt from other addresses is forgotten."""
        before, self._sources = self._sources, self._make(settings)
        for provider in [each for each in self._edges if before.edges.get(each) != self._sources.edges.get(each)]:
            del self._edges[provider]
        if before.baseline != self._sources.baseline:
            self.baseline = BaselineState()

    def close(self) -> None:
        """Forget what was to be asked later."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def watch(self, snapshot: Snapshot) -> None:
        """Learn which providers are watched; the others are not asked any more."""
        self._watched = frozenset(each.page.provider_id for each in snapshot.pages) - {""}
        self._edges = {provider: edge for provider, edge in self._edges.items() if provider in self._watched}

    def look_begins(self, provider: str) -> None:
        """Ask the edge along with a look at the provider's page, if it is time: one wake-up for both."""
        if provider in self._sources.edges and edges.is_due(self._edges.get(provider, EdgeState()), self._now()):
            self._start_edge(provider)

    def look_ended(self, state: PageState) -> None:
        """Ask about the own connection where a page was not reached, and until it works; with all well nobody is."""
        failed = state.failure is not None and state.failure.kind.is_transport
        if failed or self.baseline.failures_in_a_row:
            self._doubt()

    def suspect(self, provider: str) -> None:
        """Ask everybody about a provider now: somebody says that it fails."""
        if provider in self._sources.edges:
            self._start_edge(provider)
        self._start_baseline()

    def question(
        self,
        provider: str,
        *,
        keys: tuple[KeyState, ...],
        others: tuple[PageState, ...],
        causes: tuple[StatusPage, ...],
    ) -> "diagnosis.Question":
        """Return what to ask everybody about a provider, with what is known already; what is old counts no more."""
        now = self._now()
        edge = self._sources.edges.get(provider)
        known = self._edges.get(provider, EdgeState())
        is_known = edge is not None and known.url == edge.url and is_fresh(known.at, now)
        reports = self._sources.reports.read() if self._sources.reports is not None else ()
        return diagnosis.Question(
            provider=provider,
            pages=(),
            edge=edge,
            baseline=self._sources.baseline,
            keys=keys,
            reports=tuple(each for each in reports if provider and each.provider == provider),
            causes=causes,
            before=diagnosis.Before(
                baseline=self.baseline if is_fresh(self.baseline.at, now) else BaselineState(),
                edge=known if is_known else None,
                counts=self._counts,
                others=others,
            ),
        )

    def learn(self, provider: str, found: "diagnosis.Diagnosis") -> None:
        """Take over what somebody found out who asked everybody."""
        before = self._edges.get(provider, EdgeState())
        edge = self._sources.edges.get(provider)
        is_later = found.edge.at is not None and (before.at is None or found.edge.at > before.at)
        if edge is not None and found.edge.url == edge.url and provider in self._watched and is_later:
            self._edges[provider] = found.edge
            if found.edge.kind is EdgeKind.DOWN or found.edge.is_down:
                self._later(f"edge {provider}", edges.next_edge(found.edge, self._now()) - self._now(), provider)
        if found.baseline.at is not None and (self.baseline.at is None or found.baseline.at > self.baseline.at):
            self.baseline = found.baseline
        self._counts.learn(found.counts)

    def failing(self) -> Mapping[str, datetime]:
        """Return when own checks last failed, for each provider that failed often enough while others answered."""
        if self.baseline.kind is not BaselineKind.OK:
            return {}
        return {
            provider: edge.at
            for provider, edge in self._edges.items()
            if edge.is_down and edge.kind is EdgeKind.DOWN and edge.at is not None
        }

    @property
    def addresses(self) -> tuple[str, ...]:
        """Whom this asks: hosts for the own connection, and the API's edges of what is watched."""
        edges = (self._sources.edges[each].url for each in sorted(self._watched) if each in self._sources.edges)
        return (*self._sources.baseline, *edges)

    def take_report(self, report: OwnReport) -> None:
        """Keep what a program has just told, and act on it at once. Raises ``OSError``."""
        if self._sources.reports is not None:
            self._sources.reports.add(report)
            self.tick()

    def take_sleep(self) -> None:
        """Take nothing for an answer that was asked before the machine slept."""
        self._naps += 1

    def take_new_network(self) -> None:
        """Ask about the own connection again, where it did not work on the network before."""
        self._naps += 1
        if self.baseline.kind is not BaselineKind.OK and self.baseline.at is not None:
            self._start_baseline()

    def tick(self) -> None:
        """Notice what programs have reported since; news of server trouble is a suspicion."""
        before, self._reported = self._reported, self._last_reports()
        for provider, at in self._reported.items():
            if provider in self._watched and at != before.get(provider):
                self._reported_by_program(provider, at)
                self.suspect(provider)
        if self._reported != before:
            self._changed()

    def verdicts(self, snapshot: Snapshot, keys: tuple[KeyState, ...]) -> tuple[PageVerdict, ...]:
        """Return whose problem it is, for every watched page."""
        reports = self._sources.reports
        known = Known(
            baseline=self.baseline,
            edges=self._edges,
            keys=keys,
            failing_keys=self._counts.count(keys),
            reports=reports.read() if reports is not None else (),
        )
        return self._verdicts.of(snapshot, known, self._now())

    def _doubt(self) -> None:
        at = self.baseline.at
        if at is None or not timedelta(0) <= self._now() - at < BASELINE_EVERY:
            self._start_baseline()

    def _start_edge(self, provider: str) -> None:
        if provider not in self._asking:
            self._asking.add(provider)
            self._start(self._ask_edge(provider))

    def _start_baseline(self) -> None:
        if self.has_baseline and not self._is_asking_baseline:
            self._is_asking_baseline = True
            self._start(self._ask_baseline())

    async def _ask_edge(self, provider: str) -> None:
        edge = self._sources.edges[provider]
        before, naps = self._edges.get(provider, EdgeState()), self._naps
        try:
            after = await edges.ask_edge(self._network(), edge, before, self._now)
        finally:
            self._asking.discard(provider)
        if naps != self._naps:
            return  # the machine slept meanwhile: that says nothing, and the next look asks again
        if provider not in self._watched or self._sources.edges.get(provider) != edge:
            return
        self._edges[provider] = after
        if after.kind is not EdgeKind.OK:
            self._doubt()
        if after.kind is EdgeKind.DOWN and after.failures_in_a_row <= MOST_DOUBTS:
            self._doubted(provider)
        if after.kind is EdgeKind.DOWN or after.is_down:
            self._later(f"edge {provider}", edges.next_edge(after, self._now()) - self._now(), provider)
        if not _is_same(before, after):
            self._changed()

    async def _ask_baseline(self) -> None:
        before, naps = self.baseline, self._naps
        try:
            after = await baseline.ask_baseline(self._network(), self._sources.baseline, before, self._now)
        finally:
            self._is_asking_baseline = False
        if naps != self._naps:
            self._start_baseline()
            return
        self.baseline = after
        if 0 < after.failures_in_a_row < BASELINE_FAILURES:
            self._later("baseline", SECOND_LOOK, "")
        if after.kind is not BaselineKind.OK or before.kind is not BaselineKind.OK:
            self._changed()

    def _later(self, name: str, delay: timedelta, provider: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
        self._timers[name] = asyncio.get_running_loop().call_later(delay.total_seconds(), self._again, name, provider)

    def _again(self, name: str, provider: str) -> None:
        self._timers.pop(name, None)
        if not provider:
            self._start_baseline()
        elif provider in self._watched and provider in self._sources.edges:
            self._start_edge(provider)

    def _last_reports(self) -> dict[str, datetime]:
        """Return when a program last reported server trouble, by provider id."""
        reports = self._sources.reports
        found = reports.read() if reports is not None else ()
        return {each.provider: each.at for each in found if each.code >= SERVER_TROUBLE}


def _is_same(before: EdgeState, after: EdgeState) -> bool:
    """Return whether nothing is new but the time: then no shell needs to hear of it."""
    return (before.kind, before.code, before.is_down, before.failures_in_a_row) == (
        after.kind,
        after.code,
        after.is_down,
        after.failures_in_a_row,
    )
