"""Real answers, kept beside the project and not in it: each must read as the list of truths says."""

import csv
import re
from pathlib import Path

import pytest

from tests.replaying import Answer, conversation
from trayapp.domain.incident import Impact
from trayapp.domain.judgement import judge
from trayapp.domain.report import StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import Ask
from trayapp.platforms import detect, platform

CAPTURED = Path(__file__).parents[3] / "shared" / "payloads"
TRUTHS = CAPTURED / "MANIFEST.tsv"

pytestmark = pytest.mark.skipif(not TRUTHS.exists(), reason="the captured answers are not beside this checkout")

WORDS = {
    "operational": Status.OPERATIONAL,
    "maintenance": Status.MAINTENANCE,
    "degraded": Status.DEGRADED,
    "degraded_performance": Status.DEGRADED,
    "partial outage": Status.PARTIAL_OUTAGE,
    "major outage": Status.MAJOR_OUTAGE,
    "under_maintenance": Status.MAINTENANCE,
    "partial_outage": Status.PARTIAL_OUTAGE,
    "major_outage": Status.MAJOR_OUTAGE,
}


def rows() -> list[dict[str, str]]:
    if not TRUTHS.exists():
        return []
    with TRUTHS.open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        row for row in found if row["file"].startswith(("statuspage/", "incidentio/")) and row["file"].endswith(".json")
    ]


def path_of(file: str) -> str:
    return "/api/v2/incidents.json" if "incidents-" in file else "/api/v2/summary.json"


def read(row: dict[str, str], prefix: str = "/prefix") -> tuple[str, StatusReport]:
    path = prefix + path_of(row["file"])
    answers = {path: Answer((CAPTURED / row["file"]).read_bytes())}
    found, _requests = conversation(detect(f"http://127.0.0.1:8123{path}"), answers)
    report, _requests = conversation(platform(found.platform).read(Ask(url=found.url)), answers)
    return found.platform, report


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_a_captured_answer_reads_as_its_truth(row: dict[str, str]) -> None:
    name, report = read(row)

    judged = judge(report, ()).status

    assert name == row["file"].partition("/")[0]
    assert judged is _truth(row, report)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_every_bad_component_and_open_incident_is_there(row: dict[str, str]) -> None:
    _name, report = read(row)

    for told in filter(None, row["truth_bad_components"].split("; ")):
        title, _, word = told.rpartition("=")
        if word in WORDS:
            assert any(each.name == title and each.status is WORDS[word] for each in report.components), told
    assert len([each for each in report.incidents if each.is_open]) == int(row["truth_open_incidents"])


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_the_leaves_are_counted_once_and_without_signposts(row: dict[str, str]) -> None:
    _name, report = read(row)

    told = re.search(r"(\d+) leaf components", row["truth_overall"])

    signposts = (CAPTURED / row["file"]).read_text(encoding="utf-8").count("Visit www.githubstatus.com for more")
    if told:
        assert len(report.components) == int(told.group(1)) - signposts


def _truth(row: dict[str, str], report: StatusReport) -> Status:
    """Return the worst component; with none bad, degraded where an incident of some impact is open."""
    told = re.search(r"worst component=([a-z ]+)", row["truth_overall"])
    worst = WORDS[told.group(1).strip()] if told else Status.OPERATIONAL
    is_alarming = any(each.is_open and each.impact is not Impact.NONE for each in report.incidents)
    return max(worst, Status.DEGRADED) if is_alarming else worst
