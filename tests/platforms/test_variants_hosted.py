"""What other pages of the hosted platforms may hold than those recorded: older, fuller, emptier, other words."""

import json
from collections.abc import Mapping

import pytest

from tests.reading import Told, look
from tests.replaying import Answer

PAGE = {"id": "w1ll0wstat01", "name": "Willow", "url": "https://status.willow.example", "time_zone": "Etc/UTC"}
FINE = {"indicator": "none", "description": "All Systems Operational"}
API = {"id": "c0mp0nent001", "name": "API", "status": "operational", "group": False, "group_id": None}
SUMMARY = "/api/v2/summary.json"


def statuspage(**parts: object) -> Told:
    body = {"page": PAGE, "status": FINE, "components": [API], "incidents": [], "scheduled_maintenances": []} | parts
    return look(SUMMARY, {name: part for name, part in body.items() if part != "left out"})


def test_a_summary_that_lost_its_page_is_still_told_by_its_rows() -> None:
    told = statuspage(page="left out", components=[API, {**API, "id": "c0mp0nent002", "status": "major_outage"}])

    assert (told.platform, told.status, told.basis) == ("statuspage", "major_outage", "components")


@pytest.mark.parametrize(
    "parts",
    [
        {"components": [{"id": 1, "name": "API", "status": "operational"}]},
        {"components": [{"id": "a", "name": "API", "status": "shiny"}]},
        {"components": []},
        {"status": {"indicator": ["none"]}},
        {"status": "left out"},
    ],
)
def test_rows_without_a_page_that_could_be_anybodys_are_nobodys(parts: dict[str, object]) -> None:
    assert statuspage(page="left out", **parts).error == "not_a_status_page"


@pytest.mark.parametrize(
    ("children", "status"),
    [
        ([], "major_outage"),
        ([{**API, "group_id": "gr0up0000001"}], "operational"),
        ([{**API, "id": "c0mp0nent002"}], "operational"),
    ],
)
def test_a_group_speaks_for_children_that_are_not_listed(children: list[object], status: str) -> None:
    group = {**API, "id": "gr0up0000001", "name": "Region", "group": True, "components": ["c0mp0nent002"]}

    told = statuspage(components=[{**group, "status": "major_outage"}, {**API, "name": "Else"}, *children])

    assert told.status == status


def test_a_fine_group_without_children_is_no_component() -> None:
    assert statuspage(components=[{**API, "group": True, "components": None}, {**API, "name": "Web"}]).components == {
        "Web": "operational"
    }


@pytest.mark.parametrize("face", ["scheduled-maintenances", "scheduled-maintenances/active"])
def test_a_list_of_planned_work_alone_tells_no_state(face: str) -> None:
    work = {"id": "w0rk00000001", "name": "Move", "status": "verifying", "impact": "maintenance"}

    told = look(f"/api/v2/{face}.json", {"page": PAGE, "scheduled_maintenances": [work]})

    assert (told.platform, told.status, told.basis) == ("statuspage", "unknown", "none")
    assert told.work == {"Move": "verifying"}


def test_a_list_of_planned_work_is_completed_by_the_summary() -> None:
    summary = Answer(
        b'{"page": {"id": "w1ll0wstat01"}, "status": {"indicator": "none"}, "components": [], "incidents": []}'
    )

    told = look("/api/v2/scheduled-maintenances.json", {"page": PAGE, "scheduled_maintenances": []}, {SUMMARY: summary})

    assert (told.platform, told.status, told.basis) == ("statuspage", "operational", "indicator")


@pytest.mark.parametrize(
    ("word", "phase"),
    [("maintenance_scheduled", "scheduled"), ("maintenance_in_progress", "in_progress"), ("maintenance_complete", "")],
)
def test_incident_io_may_use_its_own_words_in_the_compatible_face(word: str, phase: str) -> None:
    work = {"id": "01JZ0000000000000000000000", "name": "Move", "status": word, "incident_updates": []}
    body = {
        "page": {"id": "01JZ0000000000000000000001", "name": "Willow"},
        "status": FINE,
        "components": [{"id": "01JZ0000000000000000000002", "name": "API", "status": "operational"}],
        "scheduled_maintenances": [work],
    }

    told = look(SUMMARY, body)

    assert (told.platform, told.status) == ("incidentio", "operational")
    assert told.work == ({"Move": phase} if phase else {})


OWN_PARTS = {"components": [{"id": "c1", "name": "Chat"}], "affected_components": [], "scheduled_maintenances": []}
WIDGET = {"page_url": "https://status.willow.example", "in_progress_maintenances": [], "scheduled_maintenances": []}


@pytest.mark.parametrize(("word", "phase"), [("maintenance_in_progress", "in_progress"), ("monitoring", "")])
def test_planned_work_of_incident_io_may_stand_among_its_incidents(word: str, phase: str) -> None:
    rows = [{"id": "01JZ", "name": "Move", "status": word, "affected_components": [{"id": "c1", "name": "Chat"}]}]

    own = look("/proxy/status.willow.example", {"summary": {**OWN_PARTS, "ongoing_incidents": rows}})
    widget = look("/api/v1/summary", {**WIDGET, "ongoing_incidents": rows})

    for told in (own, widget):
        assert told.platform == "incidentio"
        assert told.work == ({"Move": phase} if phase else {})
        assert told.open == ([] if phase else ["Move"])
    assert own.status == ("operational" if phase else "degraded")
    assert widget.status == ("maintenance" if phase else "degraded")


@pytest.mark.parametrize("kind", ["Component", "component", "COMPONENT"])
def test_datadog_may_write_the_kind_of_a_row_as_it_likes(kind: str) -> None:
    row = {"id": "a", "name": "API", "type": kind, "status": "degraded"}

    told = look("/config.json", {"name": "Willow", "components": [row], "incidents": [], "maintenances": None})

    assert (told.platform, told.components) == ("datadog", {"API": "degraded"})


def instatus(word: str, rows: list[object] | None = None, **parts: object) -> Told:
    body = {"page": {"name": "Willow", "status": word}, **parts}
    return look("/summary.json", body | ({"components": rows} if rows else {}))


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("UP", "operational"),
        ("HASISSUES", "degraded"),
        ("UNDERMAINTENANCE", "maintenance"),
        ("ALLUNDERMAINTENANCE", "maintenance"),
        ("ONEDEGRADEDPERFORMANCE", "degraded"),
        ("SOMEMINOROUTAGE", "partial_outage"),
        ("ONEPARTIALOUTAGE", "partial_outage"),
        ("SOMEMAJOROUTAGE", "major_outage"),
        ("ALLMAJOROUTAGE", "major_outage"),
    ],
)
def test_instatus_says_how_many_components_are_how(word: str, status: str) -> None:
    told = instatus(word)

    assert (told.platform, told.status, told.basis) == ("instatus", status, "indicator")


def test_an_incident_without_an_impact_does_not_explain_a_page_with_issues() -> None:
    note = {"id": "n1", "name": "A note", "status": "MONITORING", "impact": "OPERATIONAL"}
    rows: list[object] = [{"id": "c1", "name": "API", "status": "OPERATIONAL"}]

    assert instatus("HASISSUES", rows, activeIncidents=[note]).status == "degraded"
    assert instatus("HASISSUES", rows, activeIncidents=[{**note, "impact": None}]).basis == "incidents"
    assert instatus("UP", rows, activeIncidents=[note]).status == "operational"


def google(*rows: Mapping[str, object]) -> Told:
    return look("/incidents.json", list(rows))


TEXT = {"created": "2026-08-20T10:05:00Z", "when": "2026-08-20T10:05:00Z", "text": "We look into it."}
FORMER = {
    "number": 20003,
    "begin": "2020-08-20T10:00:00Z",
    "end": None,
    "external_desc": "Queries are slow",
    "most-recent-update": TEXT,
    "service_key": "willowquery",
    "service_name": "Willow Query",
    "severity": "medium",
    "updates": [TEXT],
}
BETWEEN = {
    "id": "abc",
    "number": "123",
    "begin": "2021-08-20T10:00:00Z",
    "external_desc": "Queries are slow",
    "most_recent_update": {**TEXT, "status": "SERVICE_OUTAGE"},
    "service_name": "Willow Query",
    "severity": "high",
    "status_impact": "SERVICE_OUTAGE",
    "updates": [{**TEXT, "status": "SERVICE_OUTAGE"}],
}


@pytest.mark.parametrize(
    ("severity", "status"), [("low", "degraded"), ("medium", "partial_outage"), ("high", "major_outage")]
)
def test_google_once_told_the_state_by_the_severity(severity: str, status: str) -> None:
    told = google({**FORMER, "severity": severity}, {**FORMER, "number": 20002, "end": "2020-08-19T10:00:00Z"})

    assert (told.platform, told.status, told.basis) == ("googlecloud", status, "components")
    assert told.components == {"Willow Query": status}
    assert told.open == ["Queries are slow"]
    assert len({each.id for each in told.report.incidents}) == 2


def test_google_then_named_one_service_beside_its_words() -> None:
    told = google(BETWEEN, {**BETWEEN, "id": "abd", "end": "2021-08-21T10:00:00Z"})

    assert (told.platform, told.components) == ("googlecloud", {"Willow Query": "major_outage"})
    assert told.report.page_name == "Google Cloud"


def test_google_names_something_in_every_row() -> None:
    assert google({name: value for name, value in BETWEEN.items() if name != "service_name"}).error
    assert google({name: value for name, value in FORMER.items() if name != "service_key"}).error


@pytest.mark.parametrize("coding", ["utf-8", "utf-16", "utf-16-le", "utf-8-sig"])
def test_aws_lists_nothing_in_its_own_coding(coding: str) -> None:
    told = look("/public/currentevents", "[]".encode(coding))

    assert (told.platform, told.status, told.basis) == ("aws", "operational", "incidents")


def slack(status: str, *events: dict[str, object]) -> Told:
    times = {"date_created": "2026-09-01T10:00:00-07:00", "date_updated": "2026-09-01T10:00:00-07:00"}
    return look("/api/v2.0.0/current", {"status": status, **times, "active_incidents": list(events)})


def test_work_that_is_only_planned_explains_an_active_slack() -> None:
    work = {"id": 1, "title": "Move", "type": "maintenance", "status": "scheduled", "services": ["Messaging"]}

    planned = slack("active", work)

    assert (planned.status, planned.work) == ("operational", {"Move": "scheduled"})
    assert slack("active", work, {**work, "id": 2, "status": "active"}).status == "maintenance"
    assert slack("active", {**work, "type": "incident"}).status == "degraded"


@pytest.mark.parametrize(("word", "phase"), [("scheduled", "scheduled"), ("started", "in_progress"), ("", "unknown")])
def test_salesforce_tells_the_stage_of_work_in_its_message(word: str, phase: str) -> None:
    work = {"id": 7, "name": "Move", "message": {"eventStatus": word} if word else "soon"}
    instance = {"key": "WI1", "environment": "production", "status": "OK", "isActive": True, "Maintenances": [work]}

    told = look("/v1/instances/WI1/status", instance)

    assert (told.platform, told.status, told.work) == ("salesforce", "operational", {"Move": phase})


def test_azure_names_services_and_no_regions() -> None:
    item = (
        "<item><guid>x</guid><title>Willow - East US - Errors</title><category>Willow Search</category>"
        "<category>East US</category><pubDate>Sat, 01 Aug 2026 00:10:00 Z</pubDate></item>"
    )
    feed = f"<rss><channel><link>https://azure.status.microsoft/en-us/status/</link>{item}</channel></rss>"

    told = look("/en-us/status/feed/", feed)

    assert (told.platform, told.components) == ("azure", {"Willow Search": "degraded"})


SORRY = "/api/v1/components"
PART = {"id": 1, "name": "API", "state": "operational", "parent_id": None}


def sorry(*rows: object, **meta: object) -> Told:
    return look(SORRY, {"components": list(rows), "meta": {"count": len(rows), "next_page": None, **meta}})


def test_a_list_of_sorrys_components_may_stand_alone() -> None:
    told = sorry({**PART, "state": "partially_degraded"}, {**PART, "id": 2, "name": "Web"})

    assert (told.platform, told.status, told.basis) == ("sorry", "degraded", "components")
    assert told.components == {"API": "degraded", "Web": "operational"}


def test_a_list_of_sorrys_components_leads_to_the_page() -> None:
    links = {"components": {"count": 1}, "notices": {"count": 0}}
    page = {"name": "Willow", "state": "major_outage", "url": "https://status.willow.example", "links": links}
    rows = {"components": [PART], "meta": {"count": 1, "next_page": None}}

    told = look(SORRY, rows, {"/api/v1/status.json": Answer(json.dumps({"page": page}).encode())})

    assert (told.platform, told.status) == ("sorry", "major_outage")
    assert told.report.page_name == "Willow"


def test_a_part_of_sorrys_components_is_not_enough() -> None:
    assert sorry(PART, next_page="/api/v1/components?page=2", count=2).error == "invalid"
    assert sorry().error == "not_a_status_page"


def dev_ops(*healths: str | None, whole: str = "healthy") -> Told:
    places = [{"id": f"P{place}", "name": f"Place {place}", "health": health} for place, health in enumerate(healths)]
    services = [{"id": "Pipelines", "geographies": places}]
    body = {"lastUpdated": "2026-09-22T10:00:00.0000000Z", "status": {"health": whole}, "services": services}
    return look("/_apis/status/health?api-version=7.1-preview.1", body)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("healthy", "operational"),
        ("advisory", "degraded"),
        ("degraded", "degraded"),
        ("unhealthy", "major_outage"),
        ("unknown", "unknown"),
        (None, "unknown"),
    ],
)
def test_azure_devops_tells_each_service_by_geography(word: str | None, status: str) -> None:
    told = dev_ops("healthy", word)

    assert (told.platform, told.status) == ("microsoft", status)
    assert told.components == {"Place 0": "operational", "Place 1": status}
    assert {each.group for each in told.report.components} == {"Pipelines"}


def test_a_word_for_the_whole_of_azure_devops_that_nothing_explains_counts() -> None:
    assert dev_ops("healthy", whole="unhealthy").status == "major_outage"
    assert dev_ops("healthy", whole="new word").status == "unknown"
    assert dev_ops().error == "invalid"


@pytest.mark.parametrize("path", ["/copies/of-today.json", "/copies/of-today", "/api/v2/summary"])
@pytest.mark.parametrize("page_id", ["w1ll0wstat01", "01JZ0000000000000000000001"])
def test_a_copy_of_a_summary_under_another_name_is_read_where_it_is(path: str, page_id: str) -> None:
    rows = [{**API, "status": "major_outage"}]

    told = look(path, {"page": {**PAGE, "id": page_id}, "status": FINE, "components": rows, "incidents": []})

    assert told.platform == ("statuspage" if page_id.startswith("w") else "incidentio")
    assert (told.status, told.basis) == ("major_outage", "components")


def test_a_copy_of_flashdutys_feed_under_another_name_is_read_where_it_is() -> None:
    item = "<title>Slow</title><guid>urn:flashduty:change:1</guid><pubDate>Tue, 22 Sep 2026 10:00:00 GMT</pubDate>"
    text = "<description>Status: investigating</description>"

    told = look("/copies/of-today.xml", f"<rss version='2.0'><channel><item>{item}{text}</item></channel></rss>")

    assert (told.platform, told.status, told.open) == ("flashduty", "degraded", ["Slow"])


@pytest.mark.parametrize(
    ("word", "status"),
    [("Planned maintenance", "maintenance"), ("Unhealthy", "major_outage"), ("serviceDegradation", "degraded")],
)
def test_microsofts_posts_have_words_of_several_services(word: str, status: str) -> None:
    times = {"AuthoredDateTime": "2026-08-01T00:00:00Z", "InternalDateTime": "x", "LastUpdatedTime": "x"}

    told = look("/api/posts/azure", {"Status": word, "Title": None, "Message": None, **times})

    assert (told.platform, told.status) == ("microsoft", status)
