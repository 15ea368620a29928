"""The table of ``drifts``, row by row, and how catalogued components are found."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON, component, failure, incident, planned, report, update
from trayapp.domain.drift import Drift, DriftKind, Match, drifts, find
from trayapp.domain.incident import Phase
from trayapp.domain.provider import ComponentRef, StatusPage
from trayapp.domain.report import Absence, FailureKind, FetchFailure, Observation, StatusReport
from trayapp.domain.snapshot import FROZEN_AFTER, PageState, Snapshot, advance, read_as, remembering, watch
from trayapp.domain.status import Status

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
PAGE = StatusPage(id="acme", name="Acme", url="https://status.acme.example", platform="instatus")


def looked(*outcomes: StatusReport | FetchFailure, page: StatusPage = PAGE) -> PageState:
    """The state after these answers, a day apart, the last of them at noon."""
    snapshot = Snapshot(pages=(PageState(page=page, interval=MINUTE),))
    for place, outcome in enumerate(outcomes):
        at = NOON - (len(outcomes) - 1 - place) * DAY
        snapshot = advance(snapshot, Observation(page.id, at, outcome, MINUTE))
    return snapshot.pages[0]


def kinds(state: PageState, now: datetime = NOON) -> list[DriftKind]:
    return [each.kind for each in drifts(state, now)]


def test_a_page_as_we_know_it_has_not_drifted() -> None:
    assert drifts(looked(report()), NOON) == ()
    assert drifts(PageState(page=PAGE), NOON) == ()


def test_a_page_that_moved_tells_both_addresses() -> None:
    moved = FetchFailure(kind=FailureKind.MOVED, detail="It moved.", moved_to="https://new.example")

    assert drifts(looked(moved), NOON) == (
        Drift(DriftKind.MOVED, before="https://status.acme.example", after="https://new.example"),
    )


def test_a_component_missing_from_a_whole_list_is_gone() -> None:
    page = replace(PAGE, watched=(ComponentRef(name="API"), ComponentRef(name="Gone")))

    assert drifts(looked(report(), page=page), NOON) == (Drift(DriftKind.COMPONENTS_GONE, ("Gone",)),)


def test_a_component_missing_from_a_list_that_rotates_is_only_not_shown() -> None:
    page = replace(PAGE, watched=(ComponentRef(name="Gone"),))

    assert kinds(looked(report(absence=Absence.SAYS_NOTHING), page=page)) == [DriftKind.NOT_SHOWN_NOW]
    assert kinds(looked(report(absence=Absence.OPERATIONAL), page=page)) == []


def test_a_page_found_on_another_platform_keeps_what_its_entry_says() -> None:
    found = read_as(looked(report()), "statuspage")

    assert drifts(found, NOON) == (Drift(DriftKind.PLATFORM_CHANGED, before="instatus", after="statuspage"),)
    assert kinds(read_as(read_as(found, "rootly"), "instatus")) == []


def test_a_page_without_a_platform_has_none_to_change_from() -> None:
    assert kinds(read_as(looked(report(), page=replace(PAGE, platform="")), "statuspage")) == []


def test_other_settings_keep_the_platform_that_was_found_until_the_entry_names_another() -> None:
    snapshot = Snapshot(pages=(read_as(looked(report()), "statuspage"),))

    kept = watch(snapshot, (replace(PAGE, name="Acme again"),), MINUTE).pages[0]
    corrected = watch(snapshot, (replace(PAGE, platform="statuspage"),), MINUTE).pages[0]

    assert (kept.page.platform, kept.former_platform) == ("statuspage", "instatus")
    assert (corrected.page.platform, corrected.former_platform) == ("statuspage", "")


OLD = NOON - 8 * DAY


def test_a_page_whose_own_time_stands_still_for_a_week_may_be_frozen() -> None:
    assert drifts(looked(report(page_updated_at=OLD)), NOON) == (Drift(DriftKind.FROZEN, since=OLD),)
    assert kinds(looked(report(page_updated_at=NOON - FROZEN_AFTER + MINUTE))) == []


def test_a_page_that_tells_no_time_is_never_called_frozen() -> None:
    assert kinds(looked(report()), NOON + 100 * DAY) == []


@pytest.mark.parametrize(
    "alive",
    [
        report(page_updated_at=OLD, incidents=[incident(started_at=NOON)]),
        report(page_updated_at=OLD, incidents=[incident(started_at=OLD, updates=[update(posted_at=NOON)])]),
        report(page_updated_at=OLD, maintenances=[planned(scheduled_for=NOON + DAY)]),
    ],
)
def test_anything_dated_is_a_sign_of_life(alive: StatusReport) -> None:
    assert kinds(looked(alive)) == []


def test_a_change_that_we_saw_is_a_sign_of_life() -> None:
    down = report(component("API", Status.DEGRADED), page_updated_at=OLD)

    assert kinds(looked(report(page_updated_at=OLD), down)) == []
    assert kinds(looked(report(page_updated_at=OLD), down), NOON + 8 * DAY) == [DriftKind.FROZEN]


def test_a_change_of_an_earlier_run_is_a_sign_of_life() -> None:
    start = remembering(Snapshot(pages=(PageState(page=PAGE, interval=MINUTE),)), {"acme": NOON - DAY})

    after = advance(start, Observation("acme", NOON, report(page_updated_at=OLD), MINUTE))

    assert kinds(after.pages[0]) == []
    assert remembering(after, {"acme": OLD, "other": NOON}).pages == after.pages


def test_what_a_page_tells_of_the_past_is_no_change() -> None:
    over = incident(phase=Phase.RESOLVED, started_at=OLD - DAY, updated_at=OLD, resolved_at=OLD)

    state = looked(report(page_updated_at=OLD), report(page_updated_at=OLD, incidents=[over]))

    assert state.changed_at is None
    assert kinds(state) == [DriftKind.FROZEN]


def test_of_a_page_that_cannot_be_read_only_that_is_told() -> None:
    assert kinds(looked(report(page_updated_at=OLD), failure())) == []


@pytest.mark.parametrize(
    ("ref", "absence", "match", "is_wrong"),
    [
        (ComponentRef("api", "API"), Absence.GONE, Match.BY_ID, False),
        (ComponentRef(name="API"), Absence.GONE, Match.BY_NAME, False),
        (ComponentRef("old", "API"), Absence.GONE, Match.ID_CHANGED, True),
        (ComponentRef("old", "Old"), Absence.GONE, Match.NOT_FOUND, True),
        (ComponentRef("old", "Old"), Absence.SAYS_NOTHING, Match.NOT_LISTED_NOW, False),
    ],
)
def test_a_catalogued_component_is_found_by_id_by_name_or_not(
    ref: ComponentRef,
    absence: Absence,
    match: Match,
    is_wrong: bool,  # noqa: FBT001 -- a row of the table
) -> None:
    found = find(ref, report(absence=absence))

    assert (found.match, found.is_wrong) == (match, is_wrong)
    assert [each.name for each in found.components] == (["API"] if match in {*Match} - _NOT_THERE else [])


_NOT_THERE = {Match.NOT_FOUND, Match.NOT_LISTED_NOW}
