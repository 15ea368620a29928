"""Verdicts that are kept: only what is new is judged again, and nothing is kept too long."""

from datetime import timedelta

from msgspec.structs import replace

from tests.builders import NOON, component, report
from trayapp.domain.provider import StatusPage
from trayapp.domain.report import Observation
from trayapp.domain.snapshot import PageState, Snapshot, advance
from trayapp.domain.status import Status
from trayapp.domain.verdict import BaselineKind, BaselineState, EdgeKind, EdgeState, PageVerdict, VerdictId, after_edge
from trayapp.engine.signals import Known, Verdicts

MINUTE = timedelta(minutes=1)
PAGES = tuple(
    StatusPage(id=each, name=each, url=f"https://{each}.example", provider_id=each) for each in ("one", "two")
)
WORKS = Known(baseline=BaselineState(kind=BaselineKind.OK, at=NOON))


def looked() -> Snapshot:
    snapshot = Snapshot(pages=tuple(PageState(page=each, interval=MINUTE) for each in PAGES), at=NOON)
    for each in PAGES:
        snapshot = advance(snapshot, Observation(each.id, NOON, report(), MINUTE))
    return snapshot


def ids(found: tuple[PageVerdict, ...]) -> list[VerdictId]:
    return [each.verdict.id for each in found]


def test_only_the_page_that_changed_is_judged_again() -> None:
    verdicts, snapshot = Verdicts(), looked()
    before = verdicts.of(snapshot, WORKS, NOON)

    down = report(component(status=Status.MAJOR_OUTAGE))
    after = verdicts.of(advance(snapshot, Observation("two", NOON, down, MINUTE)), WORKS, NOON)

    assert ids(before) == [VerdictId.FINE, VerdictId.FINE]
    assert ids(after) == [VerdictId.FINE, VerdictId.INCIDENT]
    assert after[0] is before[0]


def test_an_answer_that_has_grown_old_is_judged_again_though_nothing_came() -> None:
    verdicts, snapshot = Verdicts(), looked()
    verdicts.of(snapshot, WORKS, NOON)

    assert ids(verdicts.of(snapshot, WORKS, NOON + timedelta(hours=1))) == [VerdictId.CANNOT_TELL] * 2
    assert ids(verdicts.of(snapshot, WORKS, NOON)) == [VerdictId.FINE] * 2  # the clock was set back


def test_every_other_signal_counts_at_once() -> None:
    verdicts, snapshot = Verdicts(), looked()
    verdicts.of(snapshot, WORKS, NOON)
    edge = EdgeState(url="https://api.one.example")
    for _time in range(3):
        edge = after_edge(edge, EdgeKind.DOWN, NOON)

    assert ids(verdicts.of(snapshot, replace(WORKS, edges={"one": edge}), NOON))[0] is VerdictId.POSSIBLY_PROVIDER
    offline = BaselineState(kind=BaselineKind.FAILS, at=NOON + MINUTE, failures_in_a_row=2)
    assert ids(verdicts.of(snapshot, replace(WORKS, baseline=offline), NOON + MINUTE)) == [
        VerdictId.YOUR_CONNECTION,
        VerdictId.YOUR_CONNECTION,
    ]
