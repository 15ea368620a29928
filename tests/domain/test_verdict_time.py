"""How long a verdict is right: between two turns of time, the same signals mean the same."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.builders import NOON, component, failure, report
from trayapp.domain.keys import KeyAnswer, KeyHealth, KeyRef, KeyState, Reachability
from trayapp.domain.provider import StatusPage
from trayapp.domain.report import FailureKind, Observation
from trayapp.domain.snapshot import PageState, Snapshot, advance
from trayapp.domain.status import Status
from trayapp.domain.verdict import (
    SIGNAL_LASTS,
    BaselineKind,
    BaselineState,
    EdgeKind,
    EdgeState,
    KeySignal,
    OwnReport,
    Signals,
    after_edge,
    holds_until,
    verdict,
)

MINUTE = timedelta(minutes=1)
PAGE = StatusPage(id="acme", name="Acme", url="https://status.acme.example", provider_id="acme")
MOMENTS = st.integers(-2000, 30).map(lambda seconds: NOON + timedelta(seconds=seconds))


@st.composite
def pages(draw: st.DrawFn) -> PageState:
    snapshot = Snapshot(pages=(PageState(page=PAGE),))
    for _look in range(draw(st.integers(0, 2))):
        status = draw(st.sampled_from([Status.OPERATIONAL, Status.MAJOR_OUTAGE, None]))
        outcome = failure(FailureKind.TIMEOUT) if status is None else report(component(status=status))
        snapshot = advance(snapshot, Observation("acme", draw(MOMENTS), outcome, MINUTE))
    return snapshot.pages[0]


@st.composite
def edges(draw: st.DrawFn) -> EdgeState:
    state = EdgeState(url="https://api.acme.example")
    for kind in draw(st.lists(st.sampled_from(EdgeKind), max_size=3)):
        state = after_edge(state, kind, draw(MOMENTS))
    return state


@st.composite
def keys(draw: st.DrawFn) -> KeySignal:
    health = draw(st.sampled_from(KeyHealth))
    answer = KeyAnswer(
        health=health,
        reachability=draw(st.sampled_from(Reachability)),
        retry_after=draw(st.sampled_from([None, 30.0, 600.0])),
    )
    at = draw(st.none() | MOMENTS)
    state = KeyState(ref=KeyRef(id="k", label="work", provider="acme"), health=health, answer=answer, checked_at=at)
    return KeySignal(state, draw(st.integers(0, 4)))


@st.composite
def signals(draw: st.DrawFn) -> Signals:
    at = draw(st.none() | MOMENTS)
    kind = draw(st.sampled_from(BaselineKind))
    return Signals(
        now=NOON,
        page=draw(st.none() | pages()),
        baseline=BaselineState(kind=kind, at=at, failures_in_a_row=draw(st.integers(0, 3))),
        edge=draw(edges()),
        keys=tuple(draw(st.lists(keys(), max_size=2))),
        reports=tuple(OwnReport("acme", 529, at) for at in draw(st.lists(MOMENTS, max_size=4))),
    )


@given(signals(), st.floats(0, 0.999))
def test_nothing_changes_before_the_next_turn(known: Signals, share: float) -> None:
    turn = holds_until(known)
    end = turn if turn is not None else NOON + timedelta(days=30)

    later = replace(known, now=NOON + share * (end - NOON))

    assert verdict(later) == verdict(known)


def test_an_answer_that_grows_old_is_a_turn() -> None:
    state = advance(Snapshot(pages=(PageState(page=PAGE),)), Observation("acme", NOON, report(), MINUTE)).pages[0]
    known = Signals(now=NOON, page=state)

    assert holds_until(known) == state.stale_at
    assert holds_until(Signals(now=NOON)) is None
    edge = after_edge(EdgeState(url="https://api.acme.example"), EdgeKind.OK, NOON)
    assert holds_until(Signals(now=NOON + MINUTE, edge=edge)) == NOON + SIGNAL_LASTS
