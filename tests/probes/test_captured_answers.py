"""Recorded and documented answers of providers, kept beside the project and read where they are there."""

import csv
import json
from pathlib import Path

import pytest

from trayapp.domain.keys import Reachability
from trayapp.probes import classify
from trayapp.probes.dialects import STANDARD, dialect_of

CAPTURED = Path(__file__).parents[3] / "shared" / "keypayloads"
MANIFEST = CAPTURED / "MANIFEST.tsv"

pytestmark = pytest.mark.skipif(not MANIFEST.exists(), reason="the captured answers are not here")


def rows() -> list[dict[str, str]]:
    if not MANIFEST.exists():
        return []
    with MANIFEST.open(encoding="utf-8", newline="") as table:
        return [row for row in csv.DictReader(table, delimiter="\t") if row["http_status"] != "-"]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_a_captured_answer_is_read_as_it_was_meant(row: dict[str, str]) -> None:
    body = (CAPTURED / row["file"]).read_bytes()

    answer = classify(row["provider"], int(row["http_status"]), json.loads(row["headers_json"]), body)

    reached = answer.reachability is Reachability.REACHED
    assert (answer.health.value if reached else answer.reachability.value) == row["expected"], answer
    assert "AIzaSyEXAMPLE" not in answer.reason


def test_every_provider_of_the_captured_answers_has_a_dialect() -> None:
    names = {row["provider"] for row in rows()} - {"_transport"}

    assert not [name for name in names if dialect_of(name) is STANDARD]
