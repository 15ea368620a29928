"""Does a provider's API answer at all? One request without a key; it proves that the edge answers, no more."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from trayapp.domain.report import FailureKind, FetchFailure
from trayapp.domain.verdict import SERVER_TROUBLE, EdgeKind, EdgeState, after_edge
from trayapp.engine.hosts import Edge
from trayapp.engine.http import Driven, Network
from trayapp.exchange import Exchange, Request

EVERY = timedelta(minutes=5)
AFTER_FAILURE = timedelta(seconds=60)
EARLY = 0.25
"""An edge is asked together with the provider's page, up to this share of the interval earlier: one wake-up."""
DEADLINE = timedelta(seconds=10)
_ANSWERS = range(200, 600)
_LOGIN_WANTED = 511


def next_edge(edge: EdgeState, now: datetime) -> datetime:
    """Return when to ask again, given that somebody wants to know. A moment up to ``now`` means at once.

    ==========================  ===========
    the last request            next
    ==========================  ===========
    was never made              at once
    lies in the future          at once (the clock was set back)
    failed, or is_down          after 60 s
    was answered                after 5 min
    ==========================  ===========
    """
    if edge.at is None or edge.at > now:
        return now
    calm = edge.kind is EdgeKind.OK and not edge.is_down
    return edge.at + (EVERY if calm else AFTER_FAILURE)


def is_due(edge: EdgeState, now: datetime) -> bool:
    """Return whether to ask along with a look at the provider's page."""
    due = next_edge(edge, now)
    return due <= now or (edge.at is not None and due - now <= EARLY * (due - edge.at))


async def ask_edge(
    network: Network, edge: Edge, before: EdgeState, now: Callable[[], datetime], deadline: timedelta = DEADLINE
) -> EdgeState:
    """Ask once and return what is known then."""
    driven = await network.drive(
        lambda: _ask(edge.url), memory_key=f"edge {edge.url}", internal=edge.is_own, deadline=deadline
    )
    kind, code, detail = _judged(driven)
    known = before if before.url == edge.url else EdgeState(url=edge.url)
    return after_edge(known, kind, now(), code=code, detail=detail)


def _ask(url: str) -> Exchange[int]:
    """Ask for anything; every status is an answer, a redirect too, and is not followed."""
    answer = yield Request(url=url, accept=_ANSWERS)
    return answer.status


def _judged(driven: Driven[int]) -> tuple[EdgeKind, str, str]:
    outcome = driven.outcome
    if isinstance(outcome, FetchFailure):
        kind = _KINDS.get(outcome.kind, EdgeKind.BLOCKED)
        if outcome.kind is FailureKind.TIMEOUT and driven.got_through:
            kind = EdgeKind.DOWN
        return kind, outcome.kind.value, outcome.detail
    if outcome == _LOGIN_WANTED:
        return EdgeKind.BLOCKED, str(outcome), ""
    return (EdgeKind.DOWN if outcome >= SERVER_TROUBLE else EdgeKind.OK), str(outcome), ""


_KINDS: Mapping[FailureKind, EdgeKind] = MappingProxyType(
    {FailureKind.TLS: EdgeKind.TLS, FailureKind.DNS: EdgeKind.DNS}
)
