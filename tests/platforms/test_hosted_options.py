"""What the hosted platforms' options do, where a page's data may lie, and details no recorded mood shows."""

import json
from collections.abc import Mapping

import pytest

from tests.replaying import PAGES, Answer, conversation, load, replay
from trayapp.domain.incident import Impact, Phase
from trayapp.domain.judgement import judge
from trayapp.domain.provider import ComponentRef
from trayapp.domain.report import StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import LARGE_LIMIT, Ask, UnreadableResponseError
from trayapp.platforms import platform


def _recorded(name: str, mood: str, options: Mapping[str, str] | None = None) -> StatusReport:
    found = load(PAGES / name / mood)
    return replay(platform(name).read(Ask(url=found.url, options=options or {})), found.answers)


def test_aws_keeps_the_wanted_regions_and_what_has_none() -> None:
    event = {
        "arn": "arn:aws:health:global::event/1",
        "service": "examplednssec",
        "service_name": "Example DNS",
        "status": "1",
        "date": "1772614800",
        "summary": "Slow changes",
        "event_log": [],
    }
    events = json.loads((PAGES / "aws" / "outage" / "currentevents.json").read_text(encoding="utf-8"))
    answers = {"/public/currentevents": Answer(json.dumps([event, *events]).encode())}

    report = replay(
        platform("aws").read(Ask(url="https://health.aws.amazon.com", options={"regions": "eu-west-1, us-west-2"})),
        answers,
    )

    assert [each.name for each in report.components] == ["Example DNS"]
    assert [each.title for each in report.incidents] == ["Slow changes"]


def test_aws_names_the_service_and_its_region() -> None:
    report = _recorded("aws", "nested-services")

    bedrock = next(each for each in report.components if each.id == "bedrock-us-east-1")
    assert (bedrock.name, bedrock.group) == ("Amazon Bedrock", "N. Virginia")
    assert judge(report, (ComponentRef(id="bedrock-eu-west-1", name="Nothing"),)).status is Status.OPERATIONAL


def test_aws_keeps_the_wanted_region_of_an_event_in_several() -> None:
    events = json.loads((PAGES / "aws" / "nested-services" / "currentevents.json").read_text(encoding="utf-8"))
    events[0]["impacted_services"]["bedrock-us-west-2"] = {"service_name": "Amazon Bedrock", "current": "1"}
    answers = {"/public/currentevents": Answer(json.dumps(events).encode())}
    ask = Ask(url="https://health.aws.amazon.com", options={"regions": "us-west-2"})

    report = replay(platform("aws").read(ask), answers)

    assert [(each.id, each.status) for each in report.components] == [("bedrock-us-west-2", Status.DEGRADED)]
    assert report.incidents[0].component_ids == ("bedrock-us-west-2",)


def test_the_human_page_of_aws_leads_to_its_data() -> None:
    answers = {"/public/currentevents": Answer(b"[]")}

    _, requests = conversation(platform("aws").read(Ask(url="https://health.aws.amazon.com/health/status")), answers)

    assert [(each.url, each.limit) for each in requests] == [
        ("https://health.aws.amazon.com/public/currentevents", LARGE_LIMIT)
    ]


@pytest.mark.parametrize("name", ["slack", "googlecloud", "betterstack", "sorry", "aws", "azure", "microsoft"])
def test_an_address_without_a_known_ending_may_hold_the_data_itself(name: str) -> None:
    found = load(PAGES / name / "operational")
    answer = next(iter(found.answers.values()))

    report = replay(platform(name).read(Ask(url="http://127.0.0.1:8080/some/page")), {"/some/page": answer})

    assert judge(report, ()).status is Status.OPERATIONAL


@pytest.mark.parametrize("name", ["slack", "googlecloud", "betterstack", "instatus", "sorry", "aws", "azure"])
def test_a_page_may_lie_below_a_path(name: str) -> None:
    found = load(PAGES / name / "outage")
    below = {f"/pages/one{path}": answer for path, answer in found.answers.items()}

    report = replay(platform(name).read(Ask(url="http://127.0.0.1:8080/pages/one/")), below)

    expected = load(PAGES / name / "outage").expected["status"]
    status = judge(report, ()).status
    assert status is not None
    assert status.value == expected


def test_azure_counts_the_products_somebody_asks_for() -> None:
    report = _recorded("azure", "outage", {"products": "Example Search, errors"})

    assert [each.name for each in report.components] == ["Example Database", "errors"]


def test_microsoft_reads_every_post_it_is_asked_for() -> None:
    consumer = load(PAGES / "microsoft" / "operational").answers["/api/posts/m365Consumer"]
    azure = load(PAGES / "microsoft" / "one-post").answers["/api/posts/azure"]
    answers = {"/api/posts/m365Consumer": consumer, "/api/posts/azure": azure}

    report = replay(
        platform("microsoft").read(Ask(url="https://status.cloud.microsoft", options={"posts": "azure, m365Consumer"})),
        answers,
    )

    assert [each.id for each in report.components] == ["azure", "CopilotExample", "MailExample"]


def test_salesforce_finds_the_product_and_keeps_the_wanted_instances() -> None:
    answers = load(PAGES / "salesforce" / "outage").answers
    options = {"product": "Example", "instances": "us01"}

    report = replay(platform("salesforce").read(Ask(url="https://api.status.salesforce.com", options=options)), answers)

    assert [(each.id, each.status) for each in report.components] == [("US01", Status.OPERATIONAL)]
    assert report.incidents == ()


def test_salesforce_tells_an_incident_of_two_instances_once() -> None:
    report = _recorded("salesforce", "outage")

    assert [each.components for each in report.incidents] == [("EU01", "EU02")]
    assert report.incidents[0].impact is Impact.MAJOR


def test_statusio_finds_the_page_by_its_id() -> None:
    found = load(PAGES / "statusio" / "outage")
    options = {"page_id": "5a5a5a5a5a5a5a5a5a5a5a5a"}

    report = replay(platform("statusio").read(Ask(url="https://api.status.io", options=options)), found.answers)

    incident = report.incidents[0]
    assert incident.components == ("Europe",)
    assert incident.phase is Phase.IDENTIFIED
    assert incident.impact is Impact.CRITICAL
    assert [each.phase for each in incident.updates] == [Phase.IDENTIFIED, Phase.INVESTIGATING]


def test_slack_learns_the_ending_of_an_incident_it_had_open() -> None:
    found = load(PAGES / "slack" / "operational")
    ended = [
        {
            "id": 77,
            "title": "Messages did not arrive",
            "type": "outage",
            "status": "resolved",
            "date_created": "2026-03-03T01:00:00-08:00",
            "date_updated": "2026-03-03T03:00:00-08:00",
            "notes": [],
            "services": ["Messaging"],
        },
        {"id": 78, "title": "Says active, but is not current", "type": "outage", "status": "active", "services": []},
    ]
    answers = {**found.answers, "/api/v2.0.0/history": Answer(json.dumps(ended).encode())}

    report = replay(
        platform("slack").read(Ask(url="https://slack-status.com", open_incidents=frozenset({"77"}))), answers
    )

    assert [(each.id, each.phase) for each in report.incidents] == [("77", Phase.RESOLVED)]
    assert report.components == ()


def test_sorry_asks_for_notices_only_when_there_may_be_some() -> None:
    found = load(PAGES / "sorry" / "operational")

    _, quiet = conversation(platform("sorry").read(Ask(url=found.url)), found.answers)
    _, curious = conversation(platform("sorry").read(Ask(url=found.url, with_history=True)), found.answers)

    assert [each.url.rpartition("/")[2] for each in quiet] == ["status.json", "components"]
    assert [each.url.rpartition("/")[2] for each in curious] == ["status.json", "components", "notices"]


@pytest.mark.parametrize(
    ("name", "mood", "path", "broken"),
    [
        ("instatus", "operational", "/v2/components.json", b'{"components": [{"id": "c1", "status"'),
        ("sorry", "operational", "/api/v1/components", b'{"components": [{"id": 1, "state"'),
        ("sorry", "operational", "/api/v1/components", b""),
    ],
)
def test_a_second_answer_that_breaks_off_is_not_as_if_none_were_offered(
    name: str, mood: str, path: str, broken: bytes
) -> None:
    found = load(PAGES / name / mood)

    with pytest.raises(UnreadableResponseError):
        replay(platform(name).read(Ask(url=found.url)), {**found.answers, path: Answer(broken)})


def test_google_links_an_incident_on_its_own_site() -> None:
    cloud, workspace = _recorded("googlecloud", "outage"), _recorded("googlecloud", "workspace")

    assert cloud.page_name == "Google Cloud"
    assert cloud.incidents[0].url == "https://status.cloud.google.com/incidents/open1"
    assert workspace.page_name == "Google Workspace"
    assert workspace.incidents[0].url == "https://www.google.com/appsstatus/dashboard/incidents/open1"


def test_google_keeps_the_raw_words_and_the_order_of_updates() -> None:
    incident = _recorded("googlecloud", "peak-is-over").incidents[0]

    assert (incident.said, incident.impact) == ("SERVICE_INFORMATION", Impact.CRITICAL)
    assert [each.said for each in incident.updates] == ["SERVICE_INFORMATION", "SERVICE_OUTAGE"]


def test_better_stack_tells_a_resolved_report_with_its_updates() -> None:
    incident = _recorded("betterstack", "operational").incidents[0]

    assert incident.phase is Phase.RESOLVED
    assert incident.resolved_at == incident.updates[0].posted_at
    assert [each.text for each in incident.updates] == ["Resolved.", "We are investigating slow answers."]
    assert incident.components == ("Inference API",)


def test_better_stack_without_any_resource_is_no_answer() -> None:
    found = load(PAGES / "betterstack" / "operational")
    body = json.loads(found.answers["/index.json"].body)
    body["included"] = [row for row in body["included"] if row["type"] != "status_page_resource"]

    with pytest.raises(UnreadableResponseError, match="no resource"):
        replay(platform("betterstack").read(Ask(url=found.url)), {"/index.json": Answer(json.dumps(body).encode())})


def test_instatus_reads_a_javascript_date_and_a_small_word() -> None:
    incident = _recorded("instatus", "up-with-incident").incidents[0]

    assert incident.phase is Phase.IDENTIFIED
    assert incident.started_at is not None
    assert incident.started_at.isoformat() == "2026-03-04T09:00:00+00:00"


@pytest.mark.parametrize(
    ("name", "file", "field"),
    [
        ("aws", "currentevents.json", "timestamp"),
        ("betterstack", "index.json", "published_at"),
        ("googlecloud", "incidents.json", "when"),
        ("slack", "current.json", "date_created"),
        ("statusio", "status.json", "datetime"),
        ("salesforce", "product.json", "createdAt"),
    ],
)
def test_an_update_without_a_time_is_left_out_and_its_incident_stays(name: str, file: str, field: str) -> None:
    found = load(PAGES / name / "outage")
    (path,) = found.answers
    body: object = json.loads((PAGES / name / "outage" / file).read_text(encoding="utf-8"))
    timeless = Answer(json.dumps(_without(body, {field, "created", "modified"})).encode())

    report = replay(platform(name).read(Ask(url=found.url)), {path: timeless})

    told = [each for each in report.incidents if each.is_open]
    assert sorted(each.title for each in told) == sorted(_titles(found.expected["open_incidents"]))
    assert all(each.updates == () for each in told)


def _without(tree: object, fields: set[str]) -> object:
    if isinstance(tree, dict):
        return {key: _without(value, fields) for key, value in tree.items() if key not in fields}
    if isinstance(tree, list):
        return [_without(each, fields) for each in tree]
    return tree


def _titles(told: object) -> list[str]:
    assert isinstance(told, list)
    return [str(each) for each in told]


def test_slack_without_a_history_still_reads() -> None:
    found = load(PAGES / "slack" / "outage")

    report = replay(platform("slack").read(Ask(url=found.url, with_history=True)), found.answers)

    assert judge(report, ()).status is Status.MAJOR_OUTAGE


def _google(*places: str, end: str = "", regions: str = "us-central1") -> StatusReport:
    row = json.loads((PAGES / "googlecloud" / "outage" / "incidents.json").read_text(encoding="utf-8"))[0]
    row["currently_affected_locations"] = [{"title": each, "id": each} for each in places] if not end else []
    row["previously_affected_locations"] = [{"title": each, "id": each} for each in places] if end else []
    row.pop("end", None)
    if end:
        row["end"] = end
    ask = Ask(url="https://status.cloud.google.com", options={"regions": regions})
    return replay(platform("googlecloud").read(ask), {"/incidents.json": Answer(json.dumps([row]).encode())})


@pytest.mark.parametrize("places", [(), ("us-central1",), ("asia-east1", "US-Central1"), ("us",), ("global",)])
def test_google_keeps_what_may_be_about_the_wanted_regions(places: tuple[str, ...]) -> None:
    assert judge(_google(*places), ()).status is Status.MAJOR_OUTAGE


@pytest.mark.parametrize("places", [("asia-east1",), ("us-central10",), ("us-c",), ("europe", "asia")])
def test_google_leaves_out_what_is_elsewhere(places: tuple[str, ...]) -> None:
    report = _google(*places)

    assert judge(report, ()).status is Status.OPERATIONAL
    assert report.incidents == ()


def test_google_tells_of_ended_incidents_by_where_they_were() -> None:
    assert len(_google("us-central1", end="2026-03-04T12:00:00+00:00").incidents) == 1
    assert _google("asia-east1", end="2026-03-04T12:00:00+00:00").incidents == ()
    assert len(_google("asia-east1", end="2026-03-04T12:00:00+00:00", regions="").incidents) == 1


@pytest.mark.parametrize(
    ("text", "regions", "is_kept"),
    [
        ("in East US 2", "East US 2", True),
        ("in East US 2", "eastus2, westeurope", True),
        ("in East US 2", "East US", False),
        ("in East US and West Europe", "East US", True),
        ("in North Central US", "centralus", False),
        ("everywhere", "East US", True),
        ("in East US 2", "", True),
    ],
)
def test_azure_leaves_out_what_names_other_regions_only(text: str, regions: str, is_kept: bool) -> None:  # noqa: FBT001 -- a row of the table
    feed = (PAGES / "azure" / "outage").glob("*.xml")
    body = next(feed).read_text(encoding="utf-8").replace("errors in two regions", f"errors {text}")
    ask = Ask(url="https://azure.status.microsoft", options={"regions": regions})

    report = replay(platform("azure").read(ask), {"/en-us/status/feed/": Answer(body.encode())})

    assert bool(report.incidents) is is_kept


def test_better_stack_may_send_much_for_a_hundred_resources() -> None:
    found = load(PAGES / "betterstack" / "operational")

    _report, requests = conversation(platform("betterstack").read(Ask(url=found.url)), found.answers)

    assert [each.limit for each in requests] == [LARGE_LIMIT]
