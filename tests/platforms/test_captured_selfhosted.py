"""Real answers of self-hosted monitors, FlashDuty and feeds, where they lie beside the checkout, read as they were."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.replaying import Answer, replay
from trayapp.domain.incident import Impact
from trayapp.domain.judgement import Basis, judge
from trayapp.domain.report import FailureKind, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import Ask, Response, UnreadableResponseError
from trayapp.platforms import BUILTIN, platform

CAPTURED = Path(__file__).parents[3] / "shared" / "payloads"
HOST = "http://127.0.0.1:8000"
FILES = {
    "alertmanager/karma-groups-1.json": "alertmanager",
    "cachet/demo-components-1.json": "cachet",
    "cachet/demo-incidents-1.json": "cachet",
    "cachet/demo-schedules-1.json": "cachet",
    "flashduty/deepseek-1.xml": "flashduty",
    "gatus/gatus-1.json": "gatus",
    "rss-atom/github-1.xml": "feed",
    "rss-atom/github-2.xml": "feed",
    "rss-atom/github-4.xml": "feed",
    "upptime/hallobayi-1.json": "upptime",
    "uptimekuma/demo-heartbeat-1.json": "uptimekuma",
    "uptimekuma/demo-statuspage-1.json": "uptimekuma",
}
MINE = frozenset(FILES.values()) | {"rootly", "datadog", "cstate", "openstatus"}

pytestmark = pytest.mark.skipif(not CAPTURED.is_dir(), reason="the captured answers are not here")


@pytest.mark.parametrize(("file", "name"), FILES.items())
def test_each_captured_answer_belongs_to_exactly_one_platform(file: str, name: str) -> None:
    response = Response(url=HOST, status=200, body=(CAPTURED / file).read_bytes())

    assert [each for each in BUILTIN if platform(each).recognises(response)] == [name]


def test_no_captured_answer_of_another_platform_is_taken_for_one_of_these() -> None:
    others = [
        path
        for path in sorted(CAPTURED.glob("*/*"))
        if path.is_file() and path.relative_to(CAPTURED).as_posix() not in FILES
    ]

    claimed = {
        path.name: [name for name in sorted(MINE) if platform(name).recognises(_response(path))] for path in others
    }

    assert others
    assert {name: found for name, found in claimed.items() if found} == {}


def test_gatus_goes_by_the_last_result() -> None:
    report = _read("gatus", HOST, {"/api/v1/endpoints/statuses": "gatus/gatus-1.json"})

    assert judge(report, ()).status is Status.MAJOR_OUTAGE
    assert [each.id for each in report.components] == ["group_name"]
    assert len(_open(report)) == 1


def test_upptime_is_all_up() -> None:
    path = "/hallobayi/status/HEAD/history/summary.json"

    report = _read("upptime", HOST + path, {path: "upptime/hallobayi-1.json"})

    assert judge(report, ()).status is Status.OPERATIONAL
    assert [each.name for each in report.components] == ["Website", "Mail Server", "SIM Hai"]


@pytest.mark.parametrize(
    "path", ["/status/demo", "/api/status-page/demo", "/api/status-page/heartbeat/demo"], ids=["page", "file", "beats"]
)
def test_uptime_kuma_needs_both_answers_and_the_last_beats(path: str) -> None:
    report = _read(
        "uptimekuma",
        HOST + path,
        {
            "/api/status-page/demo": "uptimekuma/demo-statuspage-1.json",
            "/api/status-page/heartbeat/demo": "uptimekuma/demo-heartbeat-1.json",
        },
    )

    assert judge(report, ()).status is Status.MAJOR_OUTAGE
    assert {each.name: each.status for each in report.components} == {
        "API": Status.MAINTENANCE,
        "Webhooks": Status.MAJOR_OUTAGE,
    }
    assert _open(report) == ["Elevated error rates"]
    assert [each.title for each in report.maintenances if each.is_running] == ["Database upgrade"]


def test_cachet_goes_by_the_latest_status_of_an_incident() -> None:
    files = {f"/api/v1/{name}": f"cachet/demo-{name}-1.json" for name in ("components", "incidents", "schedules")}

    report = _read("cachet", HOST, files)

    assert {each.status for each in report.components} == {Status.OPERATIONAL}
    assert _open(report) == ["This is an unresolved incident"]
    assert [each.is_running for each in report.maintenances] == [False]
    assert (judge(report, ()).status, judge(report, ()).basis) == (Status.DEGRADED, Basis.INCIDENTS)


def test_alertmanager_lists_groups_and_gives_silenced_ones_no_colour() -> None:
    path = "/api/v2/alerts/groups"

    report = _read("alertmanager", HOST + path, {path: "alertmanager/karma-groups-1.json"})

    assert judge(report, ()).status is Status.DEGRADED
    assert len(_open(report)) == 10
    silenced = [each.title for each in report.incidents if each.impact is Impact.NONE]
    assert silenced == ["Host_Down (cluster=dev)"]


def test_flashdutys_feed_is_all_resolved() -> None:
    report = _read("flashduty", f"{HOST}/feed.rss", {"/feed.rss": "flashduty/deepseek-1.xml"})

    assert judge(report, ()).status is Status.OPERATIONAL
    assert len(report.incidents) == 30
    assert _open(report) == []
    assert "对话服务(Chatservice)" in report.incidents[0].components


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("github-1.xml", []),
        ("github-2.xml", ["Copilot Policy Propagation Delays"]),
        ("github-4.xml", ["Incident with Copilot"]),
    ],
)
def test_a_feed_item_is_open_by_its_newest_word_and_its_age(file: str, expected: list[str]) -> None:
    report = _read("feed", f"{HOST}/history.atom", {"/history.atom": f"rss-atom/{file}"})

    assert _open(report) == expected
    assert judge(report, ()).status is (Status.DEGRADED if expected else Status.OPERATIONAL)
    assert len(report.incidents) == 25
    newest = report.incidents[0]
    assert newest.updated_at is not None
    assert newest.updates[0].posted_at == newest.updated_at.replace(second=0)


def test_an_answer_served_long_after_it_was_written_keeps_its_open_item() -> None:
    body = (CAPTURED / "rss-atom" / "github-2.xml").read_bytes()
    answers = {"/history.atom": Answer(body=body, headers={"date": "Sun, 22 Nov 2026 11:00:00 GMT"})}

    report = replay(platform("feed").read(Ask(url=f"{HOST}/history.atom")), answers)

    assert _open(report) == ["Copilot Policy Propagation Delays"]


def test_silences_are_no_alerts() -> None:
    answers = {"/api/v2/alerts": _answer("alertmanager/karma-silences-1.json")}

    with pytest.raises(UnreadableResponseError) as caught:
        replay(platform("alertmanager").read(Ask(url=HOST)), answers)

    assert caught.value.kind is FailureKind.INVALID


def _read(name: str, url: str, files: Mapping[str, str]) -> StatusReport:
    return replay(platform(name).read(Ask(url=url)), {path: _answer(file) for path, file in files.items()})


def _answer(file: str) -> Answer:
    return Answer(body=(CAPTURED / file).read_bytes())


def _response(path: Path) -> Response:
    return Response(url=HOST, status=200, body=path.read_bytes())


def _open(report: StatusReport) -> list[str]:
    return [each.title for each in report.incidents if each.is_open]
