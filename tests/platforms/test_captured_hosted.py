"""Real answers of hosted platforms, captured; they lie beside the project and are never a part of it."""

import csv
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.replaying import Answer, replay
from trayapp.domain.judgement import judge
from trayapp.domain.report import FailureKind, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import Ask, Response, UnreadableResponseError
from trayapp.platforms import BUILTIN, platform

PAYLOADS = Path(__file__).parents[3] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the captured answers are not here")


@dataclass(frozen=True)
class Truth:
    """What a captured answer says. ``bad`` are all troubled components, or how many they are."""

    platform: str
    file: str
    status: Status
    bad: int | tuple[str, ...] = 0
    listed: int | None = None

    def __str__(self) -> str:
        return self.file


TRUTHS = (
    Truth("aws", "aws/aws-1.json", Status.MAJOR_OUTAGE, 279),
    Truth("aws", "aws/aws-legacy-datajson-1.json", Status.OPERATIONAL),
    Truth("azure", "azure/azure-1.xml", Status.OPERATIONAL),
    Truth("microsoft", "azure/azure-post-1.json", Status.OPERATIONAL, listed=1),
    Truth("microsoft", "azure/microsoft-admincenter-1.xml", Status.OPERATIONAL, listed=1),
    Truth("microsoft", "azure/microsoft-consumer-1.json", Status.OPERATIONAL, listed=10),
    Truth("betterstack", "betterstack/betterstack-1.json", Status.OPERATIONAL, listed=2),
    Truth("googlecloud", "googlecloud/google-2.json", Status.OPERATIONAL),
    Truth("googlecloud", "googlecloud/google-5.json", Status.OPERATIONAL),
    Truth(
        "googlecloud",
        "googlecloud/google-6.json",
        Status.PARTIAL_OUTAGE,
        ("Bare Metal Solution", "Google Cloud NetApp Volumes", "VMWare engine"),
    ),
    Truth("googlecloud", "googlecloud/google-8.json", Status.MAJOR_OUTAGE, 14),
    Truth("googlecloud", "googlecloud/google-10.json", Status.PARTIAL_OUTAGE, 10),
    Truth("googlecloud", "googlecloud/google-11.json", Status.DEGRADED, ("Vertex Gemini API",)),
    Truth("googlecloud", "googleworkspace/google-1.json", Status.OPERATIONAL),
    Truth("instatus", "instatus/coalition-1.json", Status.OPERATIONAL, listed=2),
    Truth("instatus", "instatus/gcore-components-1.json", Status.OPERATIONAL, listed=3),
    Truth("instatus", "instatus/instatus-1.json", Status.DEGRADED),
    Truth("salesforce", "salesforce/tableau-1.json", Status.OPERATIONAL, listed=21),
    Truth("slack", "slack/slack-1.json", Status.DEGRADED, ("Messaging", "Workspace/Org Administration")),
    Truth("slack", "slack/slack-2.json", Status.OPERATIONAL),
    Truth("sorry", "sorry/iorad-1.json", Status.OPERATIONAL),
    Truth("statusio", "statusio/roblox-1.json", Status.OPERATIONAL, listed=21),
)


@pytest.mark.parametrize("truth", TRUTHS, ids=str)
def test_a_captured_answer_reads_as_what_it_says(truth: Truth) -> None:
    report = _read(truth)

    bad = tuple(sorted(each.name for each in report.components if each.status is None or each.status.is_bad))
    assert judge(report, ()).status is truth.status
    assert (len(bad) if isinstance(truth.bad, int) else bad) == truth.bad
    assert truth.listed is None or len(report.components) == truth.listed


@pytest.mark.parametrize("truth", TRUTHS, ids=str)
def test_as_many_incidents_are_open_as_the_index_says(truth: Truth) -> None:
    report = _read(truth)

    is_open = [each for each in report.incidents if each.is_open]
    assert str(len(is_open)) == _index()[truth.file]["truth_open_incidents"]


@pytest.mark.parametrize("truth", TRUTHS, ids=str)
def test_one_platform_claims_a_captured_answer(truth: Truth) -> None:
    response = Response(url="https://unknown.example/", status=200, body=_body(truth.file))

    assert [name for name in BUILTIN if platform(name).recognises(response)] == [truth.platform]


@pytest.mark.parametrize("file", [truth.file for truth in TRUTHS if truth.file.startswith("googlecloud/")])
def test_the_products_of_an_open_incident_are_those_the_index_names(file: str) -> None:
    row = _index()[file]
    report = _read(Truth("googlecloud", file, Status.OPERATIONAL))

    named = {name.strip() for name in row["truth_bad_components"].split(";")} - {"-"}
    assert {each.name for each in report.components} == named


@pytest.mark.parametrize(
    ("name", "file", "kind"),
    [
        ("googlecloud", "googlecloud/google-empty-1.json", FailureKind.EMPTY),
        ("betterstack", "betterstack/stormboard-1.html", FailureKind.NOT_A_STATUS_PAGE),
    ],
)
def test_nothing_and_a_web_page_are_never_fine(name: str, file: str, kind: FailureKind) -> None:
    with pytest.raises(UnreadableResponseError) as caught:
        _read(Truth(name, file, Status.OPERATIONAL))

    assert caught.value.kind is kind


def test_aws_reads_the_same_in_its_real_coding() -> None:
    truth = TRUTHS[0]
    text = _body(truth.file).decode("utf-8")

    assert _read(truth, text.encode("utf-16")) == _read(truth)


def test_the_largest_answer_is_read_quickly() -> None:
    truth = next(each for each in TRUTHS if each.file.endswith("google-8.json"))
    _read(truth)

    took = []
    for _ in range(3):
        began = time.process_time()
        _read(truth)
        took.append(time.process_time() - began)

    assert min(took) < 0.1


def _read(truth: Truth, body: bytes | None = None) -> StatusReport:
    address = f"/{Path(truth.file).name}"
    answers = {address: Answer(_body(truth.file) if body is None else body)}
    return replay(platform(truth.platform).read(Ask(url=f"http://127.0.0.1:8080{address}")), answers)


def _body(file: str) -> bytes:
    return (PAYLOADS / file).read_bytes()


def _index() -> dict[str, dict[str, str]]:
    with (PAYLOADS / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        return {row["file"]: row for row in csv.DictReader(lines, delimiter="\t")}
