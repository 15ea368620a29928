from datetime import UTC, datetime

import msgspec
import pytest

from trayapp.domain.incident import Impact, Phase
from trayapp.domain.report import Absence
from trayapp.domain.status import Status
from trayapp.exchange import UnreadableResponseError
from trayapp.formats.statuspage import (
    Body,
    ComponentRow,
    Dialect,
    IncidentRow,
    Site,
    components_of,
    dialect,
    incident_of,
    joined,
    maintenance_of,
    report_of,
    with_incidents,
)

SITE = Site("https://status.acme.example")
ULID = "01J0ACMEVXYZ00000000000001"


def body(**parts: object) -> Body:
    return msgspec.convert(parts, Body)


def row(**fields: object) -> IncidentRow:
    return msgspec.convert({"id": "inc000000001", "name": "Errors", "status": "investigating", **fields}, IncidentRow)


def rows(*told: dict[str, object]) -> list[ComponentRow]:
    return msgspec.convert(list(told), list[ComponentRow])


@pytest.mark.parametrize(
    ("parts", "who"),
    [
        ({"page": {"id": "acm3pag3id01"}, "status": {"indicator": "none"}}, Dialect.STATUSPAGE),
        ({"page": {"id": "x", "time_zone": "UTC"}, "components": []}, Dialect.STATUSPAGE),
        ({"page": {"id": "x"}, "components": [], "incidents": []}, Dialect.STATUSPAGE),
        ({"page": {"id": "x"}, "components": [{"id": "y", "group": False}]}, Dialect.STATUSPAGE),
        ({"page": {"id": "x"}, "components": [], "scheduled_maintenances": []}, Dialect.STATUSPAGE),
        ({"page": {"id": ULID}, "components": []}, Dialect.INCIDENT_IO),
        ({"page": {"id": "x"}, "components": [{"id": ULID}]}, Dialect.INCIDENT_IO),
        ({"incidents": [{"id": ULID, "status": "resolved", "incident_updates": []}]}, Dialect.INCIDENT_IO),
        ({"page": {"id": "x"}, "components": [{"id": "y", "status": "operational"}]}, Dialect.UNCLEAR),
        ({"page": {"id": "x", "status": "UP"}, "components": []}, Dialect.NEITHER),
        ({"page": {"id": "x"}, "status": {"indicator": 1}}, Dialect.NEITHER),
        ({"page": {"id": "x"}}, Dialect.NEITHER),
        ({"page": {"name": "x"}, "components": []}, Dialect.NEITHER),
        ({"components": [{"id": "y", "status": "operational"}]}, Dialect.NEITHER),
        ({"incidents": []}, Dialect.NEITHER),
        ({"incidents": [{"id": 1, "status": "resolved", "incident_updates": []}]}, Dialect.NEITHER),
        ({"incidents": [{"id": "x", "status": "resolved"}]}, Dialect.NEITHER),
        ({}, Dialect.NEITHER),
    ],
)
def test_who_wrote_a_body_shows_in_its_ids_and_keys(parts: dict[str, object], who: Dialect) -> None:
    assert dialect(body(**parts)) is who


def test_groups_give_their_children_a_name_and_nothing_else() -> None:
    found = components_of(
        rows(
            {"id": "g", "name": "Models", "group": True, "status": "major_outage", "components": ["b", 7]},
            {"id": "a", "name": "Chat", "group_id": "g", "status": "operational"},
            {"id": "b", "name": "Code", "group_id": None, "status": "partial_outage"},
            {"id": "b", "name": "Code", "group_id": None, "status": "partial_outage"},
            {"id": "c", "name": "Alone", "group_id": "gone", "status": "full_outage"},
        )
    )

    assert [(each.id, each.group, each.status) for each in found] == [
        ("a", "Models", Status.OPERATIONAL),
        ("b", "Models", Status.PARTIAL_OUTAGE),
        ("c", None, Status.MAJOR_OUTAGE),
    ]


@pytest.mark.parametrize("status", [None, "", "up", 1, True, [], {}, "Operational"])
def test_a_status_that_is_no_known_word_is_unknown(status: object) -> None:
    (found,) = components_of(rows({"id": "a", "name": "Chat", "status": status}))

    assert found.status is None


@pytest.mark.parametrize("said", [1, "true", None, []])
def test_a_row_is_a_group_only_if_it_says_so_plainly(said: object) -> None:
    assert len(components_of(rows({"id": "a", "name": "x", "status": "major_outage", "group": said}))) == 1


def test_a_signpost_that_is_bad_is_shown() -> None:
    (found,) = components_of(rows({"id": "a", "name": "Visit www.acme.example for more", "status": "major_outage"}))

    assert found.status is Status.MAJOR_OUTAGE


def test_an_incident_is_told_in_utc_and_plain_text() -> None:
    found = incident_of(
        row(
            impact="critical",
            created_at="2026-08-20T07:55:00.000-07:00",
            updated_at="2026-08-20T15:00:00Z",
            shortlink="https://stspg.io/x",
            components=[{"id": "a", "name": "Chat"}, {"id": "g", "name": "Group", "group": True}],
            incident_updates=[
                {"id": "u2", "status": "identified", "body": "<b>Found</b> it", "display_at": "2026-08-20T15:05:00Z"},
                {"status": "investigating", "body": "Looking", "created_at": "2026-08-20T14:56:00Z"},
            ],
        ),
        SITE,
    )

    assert found.started_at == datetime(2026, 8, 20, 14, 55, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 8, 20, 15, 5, tzinfo=UTC)
    assert (found.phase, found.impact, found.is_open) == (Phase.INVESTIGATING, Impact.CRITICAL, True)
    assert found.url == "https://status.acme.example/incidents/inc000000001"
    assert (found.component_ids, found.components) == (("a",), ("Chat",))
    assert [(each.id, each.text) for each in found.updates] == [("u2", "Found it"), ("inc000000001/1", "Looking")]


def test_a_link_on_the_pages_own_site_is_kept_and_a_strange_id_makes_none() -> None:
    assert incident_of(row(shortlink="https://www.acme.example/i/1"), SITE).url == "https://www.acme.example/i/1"
    assert incident_of(row(id="../../etc"), SITE).url is None


def test_without_a_list_of_components_the_newest_update_names_them() -> None:
    updates = [
        {"display_at": "2026-08-20T15:05:00Z", "affected_components": None},
        {"display_at": "2026-08-20T15:00:00Z", "affected_components": [{"code": "a", "name": "Chat"}]},
        {"display_at": "2026-08-20T14:00:00Z", "affected_components": [{"code": "b", "name": "Code"}]},
    ]

    assert incident_of(row(incident_updates=updates), SITE).components == ("Chat",)
    assert incident_of(row(incident_updates=updates, components=[]), SITE).components == ()


def test_the_ending_is_the_first_update_that_says_so() -> None:
    updates = [
        {"status": "postmortem", "display_at": "2026-08-22T09:00:00Z"},
        {"status": "resolved", "display_at": "2026-08-20T16:00:00Z"},
        {"status": "investigating", "display_at": "2026-08-20T15:00:00Z"},
    ]

    closed, still_open = incident_of(row(status="postmortem", incident_updates=updates), SITE), incident_of(row(), SITE)

    assert closed.resolved_at == datetime(2026, 8, 20, 16, 0, tzinfo=UTC)
    assert still_open.resolved_at is None


def test_an_undated_message_takes_the_time_nearest_to_it_or_is_left_out() -> None:
    at = datetime(2026, 8, 20, tzinfo=UTC)
    undated = row(incident_updates=[{"body": "when?"}])

    assert incident_of(undated, Site(SITE.base, at)).updates[0].posted_at == at
    assert incident_of(undated, SITE).updates == ()


def test_an_incident_without_an_id_keeps_one_from_look_to_look() -> None:
    nameless = row(id=None, started_at="2026-08-20T15:00:00Z")

    assert incident_of(nameless, SITE).id == incident_of(nameless, SITE).id != ""


def test_planned_work_has_its_times() -> None:
    found = maintenance_of(
        row(status="in_progress", scheduled_for="2026-08-20T15:00:00Z", scheduled_until="2026-08-20T17:00:00Z"), SITE
    )

    assert found.is_running
    assert found.scheduled_until == datetime(2026, 8, 20, 17, 0, tzinfo=UTC)


def test_of_an_incident_told_twice_the_newer_telling_stays() -> None:
    part = {"id": "acm3pag3id01"}
    told = report_of(
        body(
            page=part,
            incidents=[
                {"id": "a", "status": "identified", "updated_at": "2026-08-20T15:00:00Z", "components": [{"id": "c"}]},
                {"id": "b", "status": "identified", "updated_at": "2026-08-20T15:00:00Z"},
            ],
        ),
        SITE,
        Absence.GONE,
    )
    past = [
        incident_of(row(id="a", status="resolved", updated_at="2026-08-20T16:00:00Z"), SITE),
        incident_of(row(id="b", status="resolved", updated_at="2026-08-20T14:00:00Z"), SITE),
        incident_of(row(id="c", status="resolved"), SITE),
    ]

    found = {each.id: each for each in with_incidents(told, past).incidents}

    assert [(each.id, each.phase) for each in found.values()] == [
        ("a", Phase.RESOLVED),
        ("b", Phase.IDENTIFIED),
        ("c", Phase.RESOLVED),
    ]
    assert found["a"].component_ids == ("c",)


def test_parts_are_joined_in_order() -> None:
    one, two = body(incidents=[]), body(components=[], incidents=[{"id": "a"}], page={"id": "x"})

    found = joined(one, two)

    assert (found.incidents, found.components) == ([], [])


@pytest.mark.parametrize("indicator", ["minor", "major", "critical", "purple", None])
def test_a_page_that_calls_itself_bad_must_list_something_that_is(indicator: object) -> None:
    parts = {
        "page": {"id": ULID},
        "status": {"indicator": indicator},
        "components": [{"id": "a", "status": "operational"}],
    }

    with pytest.raises(UnreadableResponseError, match="lists nothing that is"):
        report_of(body(**parts), SITE, Absence.SAYS_NOTHING)
    assert report_of(body(**parts, incidents=[]), SITE, Absence.GONE).components


def test_a_lost_indicator_is_still_something_said() -> None:
    found = report_of(body(page={"id": "x"}, status={}), SITE, Absence.GONE)

    assert (found.indicator, found.indicator_said, found.has_incident_list) == (None, "?", False)
