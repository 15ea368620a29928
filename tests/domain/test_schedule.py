"""The table of ``next_look``, row by row."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON, component, failure, report
from trayapp.domain.provider import StatusPage
from trayapp.domain.report import FailureKind, FetchFailure, Observation, StatusReport
from trayapp.domain.schedule import Cadence, NextReason, interval_in_force, next_look
from trayapp.domain.snapshot import PageState, Snapshot, advance, freshness_limit
from trayapp.domain.status import Status

CADENCE = Cadence()
FAST = Cadence(idle=timedelta(seconds=1), incident=timedelta(seconds=1))
PAGE = StatusPage(id="acme", name="Acme", url="https://status.acme.example")


def after(*outcomes: StatusReport | FetchFailure) -> PageState:
    snapshot = Snapshot(pages=(PageState(page=PAGE),), at=NOON)
    for place, outcome in enumerate(outcomes):
        seen = Observation("acme", NOON + timedelta(minutes=place), outcome, timedelta(minutes=5))
        snapshot = advance(snapshot, seen)
    return snapshot.pages[0]


def http(status: int, retry_after: float | None = None) -> FetchFailure:
    wish = timedelta(seconds=retry_after) if retry_after is not None else None
    return FetchFailure(kind=FailureKind.HTTP_ERROR, detail="", http_status=status, retry_after=wish)


BAD = report(component("API", Status.DEGRADED))
PACED = replace(report(), poll_after=timedelta(minutes=10))


@pytest.mark.parametrize(
    ("outcomes", "seconds", "reason"),
    [
        ((report(),), 300, NextReason.IDLE),
        ((BAD,), 60, NextReason.INCIDENT),
        ((BAD, report()), 60, NextReason.INCIDENT),
        ((BAD, report(), report()), 300, NextReason.IDLE),
        ((PACED,), 600, NextReason.PAGE_ASKS),
        ((replace(report(), poll_after=timedelta(days=9)),), 3600, NextReason.PAGE_ASKS),
        ((failure(),), 60, NextReason.NOT_REACHED),
        ((failure(),) * 9, 300, NextReason.NOT_REACHED),
        ((failure(FailureKind.EMPTY),), 60, NextReason.NOT_REACHED),
        ((http(503),), 60, NextReason.SERVER_ERROR),
        ((http(503),) * 4, 900, NextReason.SERVER_ERROR),
        ((http(403),), 300, NextReason.BLOCKED),
        ((http(405),) * 4, 900, NextReason.BLOCKED),
        ((http(429, 1200),), 1200, NextReason.RETRY_AFTER),
        ((http(429, 1),), 300, NextReason.RETRY_AFTER),
        ((http(503, 1e6),), 3600, NextReason.RETRY_AFTER),
    ],
)
def test_the_table(outcomes: tuple[StatusReport | FetchFailure, ...], seconds: float, reason: NextReason) -> None:
    assert next_look(after(*outcomes), CADENCE, 0.0) == (timedelta(seconds=seconds), reason)


def test_looks_are_spread_and_never_late() -> None:
    delays = [next_look(after(report()), CADENCE, chance / 10)[0] for chance in range(10)]

    assert max(delays) == timedelta(seconds=300)
    assert min(delays) > timedelta(seconds=240)


@pytest.mark.parametrize("outcome", [PACED, http(429, 1200)])
def test_whoever_asks_us_to_wait_is_never_asked_too_early(outcome: StatusReport | FetchFailure) -> None:
    delays = [next_look(after(outcome), CADENCE, chance / 10)[0] for chance in range(10)]

    assert min(delays) == delays[0]
    assert delays[0] < max(delays) < delays[0] * 1.2


def test_the_answers_of_a_page_that_wants_to_be_asked_seldom_are_good_until_the_next_look() -> None:
    latest = next_look(after(PACED), CADENCE, 0.999)[0]

    assert latest > CADENCE.idle
    assert latest < freshness_limit(interval_in_force(after(PACED), CADENCE))
    assert interval_in_force(after(PACED, failure()), CADENCE) == timedelta(seconds=600)


def test_short_intervals_scale_the_backoff_down() -> None:
    assert next_look(after(http(503), http(503)), FAST, 0.0)[0] == timedelta(seconds=2)
