"""Real answers, served as their hosts serve them, read by the command as somebody types it.

They lie beside the checkout and are never a part of it. Each is served on loopback at its platform's own path (the
files of one page together), and the address may name the file: the body alone tells the platform.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakepage import FakePage
from trayapp.cli.main import main

CAPTURED = Path(__file__).parents[3] / "shared" / "payloads"
TRUTHS = CAPTURED / "MANIFEST.tsv"
EXEMPT = frozenset({"other/meta-1.json", "alertmanager/karma-silences-1.json"})
"""A page of no platform of ours, and a list that says nothing of a state."""
MOST_REQUESTS = 6
NAMED_AT_MOST = 24
"""The index names no more components of one page than these."""
CODES = {"operational": 0, "maintenance": 0, "degraded": 1, "partial_outage": 2, "major_outage": 2, "unknown": 3}
WORDS = {
    "degraded_performance": "degraded",
    "under_maintenance": "maintenance",
    "partial_outage": "partial_outage",
    "major_outage": "major_outage",
}
Read = Callable[[str], tuple[int, dict[str, Any]]]

pytestmark = pytest.mark.skipif(not TRUTHS.exists(), reason="the captured answers are not beside this checkout")


@dataclass(frozen=True)
class Truth:
    """What a captured page says: its status and its basis, components by status, open incidents, maintenances."""

    file: str
    path: str
    platform: str | None
    status: str
    basis: str
    components: str = ""
    incidents: int = 0
    maintenances: int = 0
    beside: tuple[tuple[str, str], ...] = ()
    error: str | None = None

    def __str__(self) -> str:
        return self.file


SUMMARY = "/api/v2/summary.json"
CACHET = tuple((f"/api/v1/{each}", f"cachet/demo-{each}-1.json") for each in ("components", "incidents", "schedules"))
KUMA = (
    ("/api/status-page/demo", "uptimekuma/demo-statuspage-1.json"),
    ("/api/status-page/heartbeat/demo", "uptimekuma/demo-heartbeat-1.json"),
)


def statuspage(name: str, status: str, basis: str, components: str, incidents: int = 0, *, works: int = 0) -> Truth:
    return Truth(f"statuspage/{name}.json", SUMMARY, "statuspage", status, basis, components, incidents, works)


def google(name: str, status: str, basis: str, components: str = "", incidents: int = 0) -> Truth:
    return Truth(f"googlecloud/{name}.json", "/incidents.json", "googlecloud", status, basis, components, incidents)


PAGES = (
    Truth(
        "alertmanager/karma-groups-1.json",
        "/api/v2/alerts/groups",
        "alertmanager",
        "degraded",
        "components",
        "4 degraded",
        10,
    ),
    Truth("aws/aws-1.json", "/public/currentevents", "aws", "major_outage", "components", "*279", 2),
    Truth("aws/aws-legacy-datajson-1.json", "/data.json", "aws", "operational", "incidents"),
    Truth("azure/azure-1.xml", "/en-us/status/feed/", "azure", "operational", "incidents"),
    Truth("azure/azure-post-1.json", "/api/posts/azure", "microsoft", "operational", "components", "1 operational"),
    Truth(
        "azure/microsoft-admincenter-1.xml",
        "/api/feed/mac",
        "microsoft",
        "operational",
        "components",
        "1 operational",
    ),
    Truth(
        "azure/microsoft-consumer-1.json",
        "/api/posts/m365Consumer",
        "microsoft",
        "operational",
        "components",
        "10 operational",
    ),
    Truth("betterstack/betterstack-1.json", "/index.json", "betterstack", "operational", "components", "2 operational"),
    Truth("betterstack/stormboard-1.html", "/index.json", None, "unknown", "none", error="not_a_status_page"),
    *(
        Truth(file, path, "cachet", "degraded", "incidents", "6 operational", 1, 1, beside=CACHET)
        for path, file in CACHET
    ),
    Truth("flashduty/deepseek-1.xml", "/feed.rss", "flashduty", "operational", "incidents"),
    Truth(
        "gatus/gatus-1.json",
        "/api/v1/endpoints/statuses",
        "gatus",
        "major_outage",
        "components",
        "1 major_outage",
        1,
    ),
    google("google-2", "operational", "incidents"),
    google("google-5", "operational", "incidents"),
    google("google-6", "partial_outage", "components", "3 partial_outage", 1),
    google("google-8", "major_outage", "components", "14 major_outage", 1),
    google("google-10", "partial_outage", "components", "10 partial_outage", 1),
    google("google-11", "degraded", "components", "1 degraded", 1),
    Truth("googlecloud/google-empty-1.json", "/incidents.json", None, "unknown", "none", error="empty"),
    Truth(
        "googleworkspace/google-1.json",
        "/appsstatus/dashboard/incidents.json",
        "googlecloud",
        "operational",
        "incidents",
    ),
    Truth("incidentio/openai-1.json", SUMMARY, "incidentio", "operational", "components", "25 operational"),
    Truth(
        "incidentio/openai-2.json",
        SUMMARY,
        "incidentio",
        "degraded",
        "components",
        "23 operational, 2 degraded",
        2,
    ),
    Truth("incidentio/openai-page-1.html", "/", None, "unknown", "none", error="not_a_status_page"),
    Truth("incidentio/perplexity-1.json", SUMMARY, "incidentio", "operational", "components", "3 operational"),
    Truth("instatus/coalition-1.json", "/summary.json", "instatus", "operational", "components", "2 operational"),
    Truth(
        "instatus/gcore-components-1.json",
        "/components.json",
        "instatus",
        "operational",
        "components",
        "3 operational",
    ),
    Truth("instatus/instatus-1.json", "/summary.json", "instatus", "degraded", "incidents", incidents=2),
    Truth("rss-atom/github-1.xml", "/history.atom", "feed", "operational", "incidents"),
    Truth("rss-atom/github-2.xml", "/history.atom", "feed", "degraded", "incidents", incidents=1),
    Truth("rss-atom/github-4.xml", "/history.atom", "feed", "degraded", "incidents", incidents=1),
    Truth(
        "salesforce/tableau-1.json",
        "/v1/products/Tableau",
        "salesforce",
        "operational",
        "components",
        "21 operational",
    ),
    Truth("slack/slack-1.json", "/api/v2.0.0/current", "slack", "degraded", "components", "2 degraded", 1),
    Truth("slack/slack-2.json", "/api/v2.0.0/current", "slack", "operational", "indicator"),
    Truth("sorry/iorad-1.json", "/api/v1/status.json", "sorry", "operational", "indicator"),
    Truth(
        "statusio/roblox-1.json",
        "/1.0/status/0123456789abcdef01234567",
        "statusio",
        "operational",
        "components",
        "21 operational",
    ),
    statuspage("anthropic-1", "major_outage", "components", "2 operational, 4 major_outage", 1),
    statuspage("anthropic-3", "operational", "components", "6 operational"),
    statuspage("cloudflare-1", "partial_outage", "components", "*46", works=11),
    statuspage("cloudflare-7", "partial_outage", "components", "*68", 2, works=53),
    statuspage("cursor-1", "partial_outage", "components", "7 operational, 1 partial_outage", 1),
    statuspage("github-1", "operational", "components", "11 operational"),
    statuspage("github-3", "major_outage", "components", "9 operational, 1 major_outage", 1),
    statuspage("github-4", "partial_outage", "components", "9 operational, 1 partial_outage", 1),
    statuspage("github-5", "major_outage", "components", "1 operational, 2 major_outage, 7 partial_outage", 1),
    statuspage("github-7", "degraded", "incidents", "9 operational, 1 maintenance", 1, works=1),
    statuspage("github-9", "partial_outage", "components", "8 operational, 2 partial_outage", 2),
    statuspage("github-13", "degraded", "components", "10 operational, 1 degraded", 1),
    statuspage("github-18", "degraded", "incidents", "11 operational", 1),
    Truth("statuspage/github-incidents-1.json", "/api/v2/incidents.json", "statuspage", "operational", "incidents"),
    statuspage("outsystems-1", "major_outage", "components", "73 operational, 1 degraded, 3 major_outage", 1),
    statuspage("quantumworkplace-1", "maintenance", "components", "15 operational, 1 maintenance"),
    statuspage("ssa-1", "operational", "components", "2 operational", works=1),
    statuspage("zoom-1", "operational", "components", "283 operational", works=13),
    Truth(
        "upptime/hallobayi-1.json",
        "/hallobayi/status/HEAD/history/summary.json",
        "upptime",
        "operational",
        "components",
        "3 operational",
    ),
    *(
        Truth(
            file,
            path,
            "uptimekuma",
            "major_outage",
            "components",
            "1 maintenance, 1 major_outage",
            1,
            1,
            beside=KUMA,
        )
        for path, file in KUMA
    ),
)


def index() -> dict[str, dict[str, str]]:
    with TRUTHS.open(encoding="utf-8", newline="") as lines:
        return {row["file"]: row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}


@pytest.fixture
def read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Read:
    """Return how to ask for the status of an address, in a home of its own."""

    def status(url: str) -> tuple[int, dict[str, Any]]:
        places = ["--config", str(tmp_path / "config.toml"), "--data-dir", str(tmp_path / "data")]
        code = main(["status", url, "--json", *places])
        (page,) = json.loads(capsys.readouterr().out)["pages"]
        return code, page

    return status


def serve(page: FakePage, truth: Truth, below: str = "") -> str:
    for path, file in truth.beside or ((truth.path, truth.file),):
        for query in ("", "?lang=en"):
            page.serve(below + path + query, (CAPTURED / file).read_bytes(), content_type="application/octet-stream")
    return page.url + below + truth.path


def test_every_captured_file_has_its_truth_here() -> None:
    assert {each.file for each in PAGES} | EXEMPT == set(index())


@pytest.mark.parametrize("truth", PAGES, ids=str)
def test_a_captured_page_reads_as_its_truth(truth: Truth, read: Read) -> None:
    with FakePage() as page:
        code, told = read(serve(page, truth))

        assert page.count() <= MOST_REQUESTS
    assert (told["platform"], told["status"], told["basis"]) == (truth.platform, truth.status, truth.basis)
    assert (told["error"] or {}).get("kind") == truth.error
    assert code == CODES[truth.status]
    assert _counted(told["components"], truth.components) == truth.components
    assert (len(told["incidents"]), len(told["maintenances"])) == (truth.incidents, truth.maintenances)


@pytest.mark.parametrize("truth", [each for each in PAGES if not each.error], ids=str)
def test_a_captured_page_reads_the_same_below_a_prefix_and_with_a_query(truth: Truth, read: Read) -> None:
    with FakePage() as page:
        _code, told = read(f"{serve(page, truth, '/of/somebody')}?lang=en")

    assert (told["platform"], told["status"], told["basis"]) == (truth.platform, truth.status, truth.basis)


@pytest.mark.parametrize("truth", [each for each in PAGES if not each.error], ids=str)
def test_the_index_agrees(truth: Truth, read: Read) -> None:
    """Compare with the list of truths what it says in words a program can read."""
    row = index()[truth.file]
    with FakePage() as page:
        _code, told = read(serve(page, truth))

    stated = [part.rpartition("=") for part in row["truth_bad_components"].split("; ") if "=" in part]
    wanted = Counter((name, WORDS[word]) for name, _, word in stated if word in WORDS)
    found = Counter((each["name"], each["status"]) for each in told["components"] if each["status"] != "operational")
    assert found >= wanted
    if 0 < len(stated) < NAMED_AT_MOST:
        assert found == wanted
    if row["truth_open_incidents"].isdigit() and not truth.beside:
        assert len(told["incidents"]) == int(row["truth_open_incidents"])


def _counted(components: list[dict[str, Any]], asked: str) -> str:
    """Return how many components are how, in the words and the order asked for; ``*n`` asks for those not fine."""
    if asked.startswith("*"):
        return f"*{sum(each['status'] != 'operational' for each in components)}"
    counts = Counter(each["status"] for each in components)
    order = [part.split()[1] for part in asked.split(", ") if part]
    return ", ".join(f"{counts[each]} {each}" for each in [*order, *sorted(counts.keys() - set(order))])
