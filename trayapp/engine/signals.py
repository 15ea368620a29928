"""All signals of a provider put together, as far as they are known: whom to ask, and what came of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct, field

from trayapp.catalogue.lookup import Catalogue
from trayapp.deferral import deferred
from trayapp.domain.keys import KeyState
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.verdict import (
    BaselineState,
    EdgeState,
    KeySignal,
    OwnReport,
    PageVerdict,
    Signals,
    holds_until,
    verdict,
)
from trayapp.engine.hosts import DEFAULT_HOSTS, Edge, edge_of
from trayapp.storage.reports import ReportFile
from trayapp.storage.settings import Settings

with deferred():
    from trayapp.engine import recording as records

_NO_EDGES: Mapping[str, EdgeState] = MappingProxyType({})
_NO_COUNTS: Mapping[str, int] = MappingProxyType({})


class Sources(Struct, frozen=True):
    """Whom to ask: hosts for the own connection, and edges by provider id. ``reports`` is what programs told us."""

    baseline: tuple[str, ...] = ()
    edges: Mapping[str, Edge] = field(default_factory=dict)
    reports: ReportFile | None = None


def sources_of(settings: Settings, catalogue: Catalogue, reports: ReportFile | None = None) -> Sources:
    """Return whom to ask by the settings and the catalogue."""
    edges = ((each.id, edge_of(each, settings.endpoints)) for each in catalogue.providers)
    return Sources(
        baseline=settings.baseline.hosts or DEFAULT_HOSTS,
        edges={provider: edge for provider, edge in edges if edge is not None},
        reports=reports,
    )


def recorded_sources(recording: "records.Recording", settings: Settings, catalogue: Catalogue) -> Sources | None:
    """Return whom to ask in a replay: whom the recording or the settings name, else nobody (``None``)."""
    live = sources_of(settings, catalogue)
    hosts = settings.baseline.hosts or tuple(each for each in live.baseline if recording.of(each))
    edges = {
        provider: edge
        for provider, edge in live.edges.items()
        if provider in settings.endpoints or recording.of(edge.url)
    }
    return Sources(baseline=hosts, edges=edges) if hosts or edges else None


class Known(Struct, frozen=True, kw_only=True):
    """What is known beside the pages. ``edges`` is by provider id, ``failing_keys`` counts by key id."""

    baseline: BaselineState = field(default_factory=BaselineState)
    edges: Mapping[str, EdgeState] = field(default_factory=lambda: _NO_EDGES)
    keys: tuple[KeyState, ...] = ()
    failing_keys: Mapping[str, int] = field(default_factory=lambda: _NO_COUNTS)
    reports: tuple[OwnReport, ...] = ()

    def about(self, page: PageState | None, provider: str, now: datetime) -> Signals:
        """Return the signals for one page of a provider; without a provider only page and connection are known."""
        return Signals(
            now=now,
            page=page,
            baseline=self.baseline,
            edge=self.edges.get(provider, EdgeState()),
            keys=tuple(
                KeySignal(each, self.failing_keys.get(each.ref.id, 0))
                for each in self.keys
                if provider and each.ref.provider == provider
            ),
            reports=tuple(each for each in self.reports if provider and each.provider == provider),
        )


class _Kept(Struct, frozen=True):
    """A verdict, from what it was made, and while it is right."""

    state: PageState
    edge: EdgeState | None
    made_at: datetime
    until: datetime | None
    found: PageVerdict

    def holds(self, state: PageState, edge: EdgeState | None, now: datetime) -> bool:
        is_time = self.made_at <= now and (self.until is None or now < self.until)
        return self.state is state and self.edge is edge and is_time


class Verdicts:
    """Verdicts for every watched page; of a thousand pages only those are judged again about which something is new."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._kept: dict[str, _Kept] = {}
        self._beside: tuple[object, ...] = ()

    def of(self, snapshot: Snapshot, known: Known, now: datetime) -> tuple[PageVerdict, ...]:
        """Return one verdict for every watched page."""
        beside = (known.baseline, known.keys, known.failing_keys, known.reports)
        before = self._kept if beside == self._beside else {}
        self._beside = beside
        self._kept = {each.page.id: self._one(each, before.get(each.page.id), known, now) for each in snapshot.pages}
        return tuple(each.found for each in self._kept.values())

    @staticmethod
    def _one(state: PageState, kept: _Kept | None, known: Known, now: datetime) -> _Kept:
        provider = state.page.provider_id
        edge = known.edges.get(provider)
        if kept is not None and kept.holds(state, edge, now):
            return kept
        signals = known.about(state, provider, now)
        return _Kept(state, edge, now, holds_until(signals), PageVerdict(state.page.id, provider, verdict(signals)))


class KeyCounts:
    """Counts by key how often in a row its provider failed; every attempt once, by its time."""

    def __init__(self, counted: Mapping[str, tuple[datetime, int]] | None = None) -> None:
        """Go on from what was counted, by key id: the last attempt and the failures in a row up to it."""
        self.counted = dict(counted or {})

    @property
    def failures(self) -> Mapping[str, int]:
        """Return the counts by key id."""
        return {key: failures for key, (_at, failures) in self.counted.items()}

    def learn(self, other: "KeyCounts") -> None:
        """Take over what others counted later."""
        for key, (at, failures) in other.counted.items():
            if key not in self.counted or at > self.counted[key][0]:
                self.counted[key] = (at, failures)

    def count(self, keys: Iterable[KeyState]) -> Mapping[str, int]:
        """Take what is known of the keys now, and return the counts by key id."""
        counted: dict[str, tuple[datetime, int]] = {}
        for state in keys:
            if state.checked_at is None or state.answer is None:
                continue
            at, failures = self.counted.get(state.ref.id, (None, 0))
            if at != state.checked_at:
                fails = state.answer.blames_provider
                failures = failures + 1 if fails else 0
            counted[state.ref.id] = (state.checked_at, failures)
        self.counted = counted
        return self.failures
