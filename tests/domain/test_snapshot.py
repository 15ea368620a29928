"""How knowledge advances, ages and is lost."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.builders import NOON, component, failure, incident, report
from trayapp.domain.change import (
    IncidentClosed,
    IncidentOpened,
    IncidentUpdated,
    LookFailed,
    LookWorksAgain,
    StatusChanged,
    diff,
)
from trayapp.domain.incident import Phase
from trayapp.domain.judgement import Because
from trayapp.domain.provider import Access, ComponentRef, Login, StatusPage
from trayapp.domain.report import Absence, FailureKind, FetchFailure, Observation, StatusReport
from trayapp.domain.snapshot import PageState, Snapshot, advance, expire, freshness_limit, watch
from trayapp.domain.status import Status

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
PAGE = StatusPage(id="acme", name="Acme", url="https://status.acme.example")
EMPTY = Snapshot(pages=(PageState(page=PAGE, interval=MINUTE),), at=NOON)
DOWN = component("API", Status.MAJOR_OUTAGE)
OUTCOMES = st.sampled_from(
    [
        report(),
        report(DOWN),
        report(component("API", None, said="odd")),
        report(incidents=[incident()]),
        failure(),
        failure(FailureKind.DNS),
        failure(FailureKind.EMPTY),
    ]
)


def seen(snapshot: Snapshot, outcome: StatusReport | FetchFailure, minutes: float = 0) -> Snapshot:
    return advance(snapshot, Observation("acme", NOON + minutes * MINUTE, outcome, MINUTE))


def state(snapshot: Snapshot) -> PageState:
    found = snapshot.page("acme")
    assert found is not None
    return found


def test_a_report_is_shown_at_once() -> None:
    after = state(seen(EMPTY, report(DOWN)))

    assert (after.shown, after.since, after.fetched_at) == (Status.MAJOR_OUTAGE, NOON, NOON)


def test_our_own_trouble_changes_nothing_but_the_failure() -> None:
    known = seen(EMPTY, report())
    after = state(seen(known, failure(), minutes=1))

    assert (after.shown, after.report, after.failures_in_a_row) == (Status.OPERATIONAL, state(known).report, 1)


def test_an_answer_is_shown_to_the_freshness_limit_and_not_a_second_longer() -> None:
    known = seen(EMPTY, report())
    limit = freshness_limit(MINUTE)

    assert limit == timedelta(seconds=135)
    assert state(expire(known, NOON + limit)).shown is Status.OPERATIONAL
    gone = state(expire(known, NOON + limit + SECOND))
    assert (gone.shown, gone.since) == (None, NOON + limit + SECOND)


def test_a_failure_past_the_limit_makes_the_page_unknown_never_red() -> None:
    known = seen(EMPTY, report(DOWN))

    assert state(seen(known, failure(), minutes=3)).shown is None


def test_since_stays_while_the_status_stays() -> None:
    once = seen(EMPTY, report())
    twice = seen(once, report(), minutes=1)

    assert state(twice).since == NOON
    assert state(seen(twice, report(DOWN), minutes=2)).since == NOON + 2 * MINUTE


def test_an_observation_of_a_page_nobody_watches_changes_nothing() -> None:
    assert advance(EMPTY, Observation("other", NOON, report(), MINUTE)) is EMPTY


@given(st.lists(OUTCOMES, max_size=8), st.lists(st.integers(1, 400), min_size=8, max_size=8))
def test_advance_never_loses_a_page_and_a_failure_never_changes_a_report(
    outcomes: list[StatusReport | FetchFailure], gaps: list[int]
) -> None:
    snapshot, at = EMPTY, NOON
    for outcome, gap in zip(outcomes, gaps, strict=False):
        at += gap * SECOND
        before = state(snapshot)
        snapshot = advance(snapshot, Observation("acme", at, outcome, MINUTE))
        after = state(snapshot)
        if isinstance(outcome, FetchFailure):
            assert (after.report, after.judgement, after.fetched_at) == (
                before.report,
                before.judgement,
                before.fetched_at,
            )
        if after.shown is Status.OPERATIONAL:
            assert after.fetched_at is not None
            assert at - after.fetched_at <= freshness_limit(MINUTE)
        assert diff(snapshot, snapshot) == ()


class TestRotatingPages:
    """incident.io's compatible API shows 25 of many components, not always the same."""

    def rotating(self, *names_and_statuses: tuple[str, Status | None], indicator: Status | None = None) -> StatusReport:
        return report(
            *(component(name, status) for name, status in names_and_statuses),
            absence=Absence.SAYS_NOTHING,
            indicator=indicator,
        )

    def test_churn_of_good_components_changes_nothing(self) -> None:
        snapshot = EMPTY
        for minute, names in enumerate((("A", "B"), ("B", "C"), ("D", "A"), ("C", "D"))):
            before = snapshot
            page = self.rotating(*((name, Status.OPERATIONAL) for name in names))
            snapshot = seen(snapshot, page, minute)
            assert state(snapshot).shown is Status.OPERATIONAL
            assert minute == 0 or diff(before, snapshot) == ()

    def test_a_bad_component_that_rotates_out_is_no_recovery(self) -> None:
        bad = seen(EMPTY, self.rotating(("A", Status.DEGRADED)))

        away = seen(bad, self.rotating(("B", Status.OPERATIONAL)), 1)
        assert state(away).shown is Status.DEGRADED

        later = seen(away, self.rotating(("B", Status.OPERATIONAL)), 5)
        assert state(later).shown is None

    def test_it_is_over_when_the_page_says_that_all_is_well(self) -> None:
        bad = seen(EMPTY, self.rotating(("A", Status.DEGRADED)))
        well = seen(bad, self.rotating(("B", Status.OPERATIONAL), indicator=Status.OPERATIONAL), 1)

        assert state(well).shown is Status.OPERATIONAL

    def test_a_watched_component_keeps_its_word_for_the_limit_and_is_then_unknown(self) -> None:
        page = replace(PAGE, watched=(ComponentRef(name="A"),))
        snapshot = Snapshot(pages=(PageState(page=page, interval=MINUTE),), at=NOON)
        known = seen(snapshot, self.rotating(("A", Status.OPERATIONAL)))

        assert state(seen(known, self.rotating(("B", Status.OPERATIONAL)), 2)).shown is Status.OPERATIONAL
        lost = state(seen(known, self.rotating(("B", Status.OPERATIONAL)), 3))
        assert lost.shown is None
        assert lost.judgement is not None
        assert lost.judgement.because is Because.SCOPE_MATCHES_NOTHING


class TestShrinkingPages:
    """A broken answer must not look like a recovery."""

    def inventory(self, count: int, bad: int | None = None) -> StatusReport:
        return report(
            *(
                component(f"Part {place}", Status.MAJOR_OUTAGE if place == bad else Status.OPERATIONAL)
                for place in range(count)
            )
        )

    def test_a_list_that_loses_much_is_unknown_until_it_is_said_twice(self) -> None:
        known = seen(EMPTY, self.inventory(10))

        first = seen(known, self.inventory(6), 1)
        assert state(first).shown is None
        judgement = state(first).judgement
        assert judgement is not None
        assert judgement.because is Because.SHRUNK

        assert state(seen(first, self.inventory(6), 2)).shown is Status.OPERATIONAL

    def test_a_bad_component_that_vanishes_is_unknown_first(self) -> None:
        known = seen(EMPTY, self.inventory(10, bad=9))

        assert state(seen(known, self.inventory(9), 1)).shown is None

    def test_a_list_that_loses_everything_is_never_believed(self) -> None:
        known = seen(EMPTY, self.inventory(10))
        nothing = replace(report(indicator=Status.OPERATIONAL), components=())
        for minute in range(1, 5):
            known = seen(known, nothing, minute)
            assert state(known).shown is None
        judgement = state(known).judgement
        assert judgement is not None
        assert judgement.because is Because.EMPTIED

        again = seen(known, self.inventory(10), 5)
        assert state(again).shown is Status.OPERATIONAL

    def test_a_page_that_never_listed_any_is_judged_without(self) -> None:
        nothing = replace(report(indicator=Status.OPERATIONAL), components=())

        assert state(seen(seen(EMPTY, nothing), nothing, 1)).shown is Status.OPERATIONAL

    def test_losing_one_good_component_of_many_is_ordinary(self) -> None:
        known = seen(EMPTY, self.inventory(10))

        assert state(seen(known, self.inventory(9), 1)).shown is Status.OPERATIONAL


def test_diff_tells_what_changed() -> None:
    bad = report(DOWN, incidents=[incident(id="one")])
    first = seen(EMPTY, report())
    second = seen(first, bad, 1)
    third = seen(second, report(DOWN, incidents=[incident(id="one", phase=Phase.IDENTIFIED)]), 2)
    fourth = seen(third, report(), 3)
    at = NOON + MINUTE

    assert diff(EMPTY, first) == (StatusChanged("acme", NOON, None, Status.OPERATIONAL),)
    assert diff(first, second) == (
        StatusChanged("acme", at, Status.OPERATIONAL, Status.MAJOR_OUTAGE),
        IncidentOpened("acme", at, bad.incidents[0]),
    )
    assert [type(each) for each in diff(second, third)] == [IncidentUpdated]
    assert [type(each) for each in diff(third, fourth)] == [StatusChanged, IncidentClosed]


def test_a_failure_is_said_once_and_so_is_its_end() -> None:
    known = seen(EMPTY, report())
    lost = seen(known, failure(), 1)
    still = seen(lost, failure(), 1.5)
    back = seen(still, report(), 2)

    assert [type(each) for each in diff(known, lost)] == [LookFailed]
    assert diff(lost, still) == ()
    assert [type(each) for each in diff(still, back)] == [LookWorksAgain]


def test_watching_other_components_judges_the_same_answer_anew() -> None:
    known = seen(EMPTY, report(DOWN, component("Chat")))
    narrowed = watch(known, (replace(PAGE, watched=(ComponentRef(name="Chat"),)),), MINUTE)

    assert state(narrowed).shown is Status.OPERATIONAL


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://new.acme.example"},
        {"options": {"slug": "x"}},
        {"internal": True},
        {"access": Access(login=Login.BEARER, secret="env:TOKEN")},
    ],
)
def test_watching_another_address_begins_anew(change: dict[str, object]) -> None:
    known = seen(EMPTY, report())
    moved = watch(known, (replace(PAGE, **change),), MINUTE)

    assert state(moved).shown is None
    assert state(moved).looks == 0


def test_a_page_that_is_new_or_unknown_changes_nothing() -> None:
    other = PageState(page=StatusPage(id="other", name="Other", url="https://other.example"))

    assert diff(EMPTY, Snapshot(pages=(*EMPTY.pages, other), at=NOON)) == ()
    assert diff(EMPTY, Snapshot(pages=(other,))) == ()
    assert EMPTY.with_page(other, NOON + MINUTE) == Snapshot(pages=EMPTY.pages, at=NOON + MINUTE)
    assert EMPTY.page("other") is None
