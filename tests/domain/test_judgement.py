"""The table of ``judge``, row by row."""

import pytest

from tests.builders import component, incident, report
from trayapp.domain.incident import Impact, Phase
from trayapp.domain.judgement import Basis, Because, judge
from trayapp.domain.provider import ComponentRef
from trayapp.domain.report import Absence, StatusReport
from trayapp.domain.status import Status

API = component("API")
CHAT = component("Chat")
API_DOWN = component("API", Status.MAJOR_OUTAGE)
API_ODD = component("API", None, said="wobbly")
NAMELESS = incident("Errors")
BARE = StatusReport(indicator=None)


def test_the_worst_watched_component_decides() -> None:
    judged = judge(report(API_DOWN, component("Chat", Status.DEGRADED)), ())

    assert (judged.status, judged.basis) == (Status.MAJOR_OUTAGE, Basis.COMPONENTS)


def test_what_is_not_watched_does_not_count() -> None:
    judged = judge(report(API_DOWN, CHAT), (ComponentRef(name="chat"),))

    assert judged.status is Status.OPERATIONAL
    assert [each.name for each in judged.watched] == ["Chat"]


def test_an_open_incident_with_nothing_marked_is_degraded() -> None:
    judged = judge(report(API, CHAT, incidents=[NAMELESS]), ())

    assert (judged.status, judged.basis, judged.because) == (
        Status.DEGRADED,
        Basis.INCIDENTS,
        Because.INCIDENT_UNMARKED,
    )


def test_an_incident_that_names_a_watched_component_counts_and_one_of_others_does_not() -> None:
    about_api = incident("Errors", parts=[API])

    assert judge(report(API, CHAT, incidents=[about_api]), (ComponentRef(name="API"),)).status is Status.DEGRADED
    assert judge(report(API, CHAT, incidents=[about_api]), (ComponentRef(name="Chat"),)).status is Status.OPERATIONAL


@pytest.mark.parametrize(
    ("impact", "expected"),
    [
        (Impact.NONE, Status.OPERATIONAL),
        (Impact.MAINTENANCE, Status.OPERATIONAL),
        (Impact.MINOR, Status.DEGRADED),
        (Impact.CRITICAL, Status.DEGRADED),
        (None, Status.DEGRADED),
    ],
)
def test_impact_is_never_the_severity_but_none_is_a_notice(impact: Impact | None, expected: Status) -> None:
    judged = judge(report(API, incidents=[incident("Errors", impact=impact)]), ())

    assert judged.status is expected
    assert len(judged.incidents) == 1


def test_a_resolved_incident_does_not_count_and_one_in_an_unknown_phase_does() -> None:
    over = incident("Errors", Phase.RESOLVED)
    odd = incident("Errors", None)

    assert judge(report(API, incidents=[over]), ()).status is Status.OPERATIONAL
    assert judge(report(API, incidents=[odd]), ()).status is Status.DEGRADED


def test_an_unknown_word_is_unknown_unless_something_known_is_bad() -> None:
    assert judge(report(API_ODD, CHAT), ()).status is None
    assert judge(report(API_ODD, CHAT), ()).because is Because.UNKNOWN_WORD
    assert judge(report(API_ODD, component("Chat", Status.DEGRADED)), ()).status is Status.DEGRADED
    assert judge(report(API_ODD, incidents=[NAMELESS]), ()).status is Status.DEGRADED


def test_a_watched_component_that_is_missing_is_unknown() -> None:
    judged = judge(report(CHAT), (ComponentRef(name="Chat"), ComponentRef(id="gone", name="API")))

    assert (judged.status, judged.because, judged.missing) == (None, Because.COMPONENT_MISSING, ("API",))
    assert judge(report(CHAT), (ComponentRef(name="Chat"), ComponentRef(id="gone"))).missing == ("gone",)


def test_a_scope_that_matches_nothing_is_unknown_even_with_an_incident() -> None:
    judged = judge(report(CHAT, incidents=[NAMELESS]), (ComponentRef(name="API"),))

    assert (judged.status, judged.because) == (None, Because.SCOPE_MATCHES_NOTHING)


def test_where_only_affected_components_are_listed_absence_is_good() -> None:
    quiet = StatusReport(absence=Absence.OPERATIONAL)

    assert judge(quiet, (ComponentRef(id="gemini", name="Gemini"),)).status is Status.OPERATIONAL
    assert judge(quiet, ()).status is Status.OPERATIONAL


def test_the_id_wins_over_the_name_and_the_name_helps_when_the_id_is_gone() -> None:
    twins = report(component("Login", Status.DEGRADED, id="a"), component("Login", id="b"))

    assert judge(twins, (ComponentRef(id="b", name="Login"),)).status is Status.OPERATIONAL
    assert judge(twins, (ComponentRef(id="old", name="login"),)).status is Status.DEGRADED


def test_a_carried_component_counts_only_while_it_is_not_listed() -> None:
    assert judge(report(CHAT), (), (API_DOWN,)).status is Status.MAJOR_OUTAGE
    assert judge(report(API, CHAT), (), (API_DOWN,)).status is Status.OPERATIONAL


def test_the_indicator_never_overrules_components() -> None:
    assert judge(report(API, indicator=Status.MAJOR_OUTAGE), ()).status is Status.OPERATIONAL
    assert judge(report(API_DOWN, indicator=Status.OPERATIONAL), ()).status is Status.MAJOR_OUTAGE


@pytest.mark.parametrize(
    ("page", "status", "basis"),
    [
        (StatusReport(indicator=Status.PARTIAL_OUTAGE), Status.PARTIAL_OUTAGE, Basis.INDICATOR),
        (StatusReport(indicator=Status.OPERATIONAL), Status.OPERATIONAL, Basis.INDICATOR),
        (StatusReport(indicator=None, indicator_said="wobbly"), None, Basis.INDICATOR),
        (StatusReport(incidents=(NAMELESS,)), Status.DEGRADED, Basis.INCIDENTS),
        (StatusReport(incidents=(NAMELESS,), indicator=Status.OPERATIONAL), Status.DEGRADED, Basis.INCIDENTS),
        (StatusReport(incidents=(NAMELESS,), indicator=Status.MAJOR_OUTAGE), Status.MAJOR_OUTAGE, Basis.INCIDENTS),
        (BARE, Status.OPERATIONAL, Basis.INCIDENTS),
        (StatusReport(has_incident_list=False), None, Basis.NONE),
    ],
)
def test_a_page_without_components_is_judged_by_its_incidents_then_its_indicator(
    page: StatusReport, status: Status | None, basis: Basis
) -> None:
    judged = judge(page, ())

    assert (judged.status, judged.basis) == (status, basis)


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        (ComponentRef(name="Bedrock"), Status.MAJOR_OUTAGE),
        (ComponentRef(name="bedrock amazon"), Status.MAJOR_OUTAGE),
        (ComponentRef(name="Bed"), Status.OPERATIONAL),
        (ComponentRef(id="bedrock-eu-west-1", name="Bedrock"), Status.OPERATIONAL),
    ],
)
def test_a_typed_name_is_taken_broadly_where_only_trouble_is_listed(wanted: ComponentRef, status: Status) -> None:
    trouble = component("Amazon Bedrock", Status.MAJOR_OUTAGE, id="bedrock-us-east-1")

    assert judge(report(trouble, absence=Absence.OPERATIONAL), (wanted,)).status is status
    assert judge(report(trouble), (wanted,)).status is None
