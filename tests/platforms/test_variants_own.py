"""What other pages of the team's own monitoring may hold: older versions, lists that stand alone, missing parts."""

import pytest

from tests.reading import Told, as_bytes, look
from tests.replaying import Answer

PAGES = {"pagination": {"total": 1, "current_page": 1, "total_pages": 1}}
PART = {
    "id": 1,
    "name": "API",
    "status": 1,
    "group_id": 0,
    "link": "",
    "status_name": "Operational",
    "deleted_at": None,
}
EVENT = {
    "id": 1,
    "component_id": 0,
    "name": "Slow",
    "status": 1,
    "latest_status": 2,
    "human_status": "Investigating",
    "scheduled_at": None,
    "created_at": "2026-09-01 10:00:00",
}
WORK = {
    "id": 1,
    "name": "Move",
    "message": "We move.",
    "status": 0,
    "human_status": "Upcoming",
    "scheduled_at": "2026-09-01 10:00:00",
}


def test_cachet_had_no_switch_for_components_at_first() -> None:
    told = look("/api/v1/components", {"meta": PAGES, "data": [{**PART, "status": "4"}]})

    assert (told.platform, told.status, told.components) == ("cachet", "major_outage", {"API": "major_outage"})


@pytest.mark.parametrize(
    ("latest", "status", "titles"), [(2, "degraded", ["Slow"]), (4, "operational", [])], ids=["open", "fixed"]
)
def test_a_list_of_cachets_incidents_may_stand_alone(latest: int, status: str, titles: list[str]) -> None:
    told = look("/api/v1/incidents", {"meta": PAGES, "data": [{**EVENT, "latest_status": latest}]})

    assert (told.platform, told.status, told.basis, told.open) == ("cachet", status, "incidents", titles)


def test_a_list_of_cachets_schedules_alone_tells_no_state() -> None:
    told = look("/api/v1/schedules", {"meta": PAGES, "data": [WORK]})

    assert (told.platform, told.status, told.basis) == ("cachet", "unknown", "none")
    assert told.work == {"Move": "scheduled"}


GROUP = {"id": 1, "name": "Core", "order": 0, "collapsed": 0}
OF_THREE = {"id": "1", "type": "componentGroups", "attributes": {"name": "Core", "order": 0}}
PART_OF_THREE = b"""{"data": [{"id": "1", "type": "components", "attributes": {"name": "API", "status": 3},
    "relationships": {"group": {"data": {"id": "1"}}}}]}"""


@pytest.mark.parametrize(
    ("path", "groups", "parts", "shown"),
    [
        ("components/groups", {"meta": PAGES, "data": [GROUP]}, "/api/v1/components", [{**PART, "group_id": 1}]),
        ("component-groups", {"data": [OF_THREE]}, "/api/components", None),
    ],
)
def test_an_address_of_cachets_groups_leads_to_their_components(
    path: str, groups: dict[str, object], parts: str, shown: list[object] | None
) -> None:
    rows = PART_OF_THREE if shown is None else as_bytes({"meta": PAGES, "data": shown})
    root = parts.removesuffix("/components")

    told = look(f"{root}/{path}", groups, {parts: Answer(rows)})

    assert told.platform == "cachet"
    assert [each.group for each in told.report.components] == ["Core"]


@pytest.mark.parametrize("row", [{"id": "1", "type": "componentGroups"}, {"id": 1, "name": "Core", "order": 0}])
def test_a_row_with_less_than_a_group_has_is_nobodys(row: dict[str, object]) -> None:
    assert look("/api/v1/components/groups", {"data": [row]}).error == "not_a_status_page"


def test_a_cachet_whose_components_are_empty_says_so_wherever_one_begins() -> None:
    empty = {
        "/api/v1/components": Answer(b'{"meta": {"pagination": {"current_page": 1, "total_pages": 1}}, "data": []}')
    }

    assert look("/api/v1/incidents", {"meta": PAGES, "data": [EVENT]}, empty).error == "empty"


@pytest.mark.parametrize("path", ["/api/v1/endpoints/statuses", "/api/v1/services/statuses", "/api/v1/statuses"])
def test_gatus_keeps_its_list_where_its_version_has_it(path: str) -> None:
    rows = [{"name": "api", "key": "core_api", "group": "core", "results": [{"success": False}, {"success": True}]}]

    told = look(path, rows)

    assert (told.platform, told.status, told.components) == ("gatus", "operational", {"api": "operational"})


def test_gatus_shows_its_newest_results_whatever_an_address_asks_for() -> None:
    row = {"name": "api", "key": "core_api", "results": [{"success": True}]}
    older = {**row, "results": [{"success": False}]}
    newest = {"/api/v1/endpoints/statuses": Answer(as_bytes([row]))}

    assert look("/api/v1/endpoints/statuses?page=2", [older], newest).status == "operational"


ALERT = {
    "fingerprint": "f1",
    "labels": {"alertname": "Slow", "severity": "warning"},
    "status": {"state": "active"},
    "startsAt": "2026-09-22T10:00:00Z",
}
COPIES: dict[str, list[object]] = {
    "alertmanager": [ALERT],
    "gatus": [{"name": "api", "key": "core_api", "results": [{"success": False}]}],
    "upptime": [{"name": "api", "url": "https://s.example", "slug": "api", "status": "down", "uptime": "100.00%"}],
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_of_a_list_under_another_name_is_read_where_it_is(name: str) -> None:
    told = look("/copies/of-today.json", COPIES[name])

    assert (told.platform, told.basis) == (name, "components")
    assert told.status in {"degraded", "major_outage"}


def test_a_copy_of_alertmanagers_groups_is_told_by_its_shape() -> None:
    group = {"alerts": [ALERT], "labels": {"alertname": "Slow"}, "receiver": {"name": "all"}}

    assert look("/copies/groups.json", [group]).open == ["Slow"]


def kuma(beats: dict[str, object]) -> Told:
    page = {
        "config": {"slug": "willow", "title": "Willow"},
        "incident": None,
        "publicGroupList": [{"name": "All", "monitorList": [{"id": 1, "name": "API"}]}],
    }
    answers = {"/api/status-page/heartbeat/willow": Answer(as_bytes(beats))}
    return look("/api/status-page/willow", page, answers)


def test_uptime_kumas_beats_are_enough_without_its_percentages() -> None:
    up = {"status": 1, "time": "2026-09-01 10:00:00.000"}

    assert kuma({"heartbeatList": {"1": [{**up, "status": 0}, up]}}).components == {"API": "operational"}
    assert kuma({"heartbeatList": {"1": [up, {**up, "status": 0}]}, "uptimeList": None}).status == "major_outage"
