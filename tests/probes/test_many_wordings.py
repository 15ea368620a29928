"""Answers as providers, proxies and gateways word them, one a line in ``answers.tsv``, and what each may be read as.

``expected`` is one word, several that are all fair ("REJECTED|UNKNOWN"), or one that would be a wrong verdict
("!REJECTED"). The rows say nothing new about their bytes' form, so each is also sent in other forms that mean the same.
"""

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from trayapp.domain.keys import KeyAnswer, Reachability
from trayapp.probes import classify

JSON = {"content-type": "application/json"}


def rows() -> list[dict[str, str]]:
    with Path(__file__).with_name("answers.tsv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def word(answer: KeyAnswer) -> str:
    return answer.health.value if answer.reachability is Reachability.REACHED else answer.reachability.value


def is_fair(found: str, expected: str) -> bool:
    return found != expected[1:] if expected.startswith("!") else found in expected.split("|")


def headers_of(row: Mapping[str, str]) -> dict[str, str]:
    headers: dict[str, str] = json.loads(row["headers"]) if row["headers"] else JSON
    return headers


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['provider']}-{row['status']}-{row['expected']}")
def test_every_wording_is_read_as_it_was_meant(row: dict[str, str]) -> None:
    answer = classify(row["provider"], int(row["status"]), headers_of(row), row["body"].encode())

    assert is_fair(word(answer), row["expected"]), (word(answer), row["body"])


def test_the_form_of_an_answer_changes_nothing() -> None:
    for row in rows():
        headers, status = headers_of(row), int(row["status"])
        as_it_is = classify(row["provider"], status, headers, row["body"].encode())
        louder = {name.upper(): value for name, value in headers.items()}
        assert classify(row["provider"].upper().replace("-", "_"), status, louder, row["body"].encode()) == as_it_is
        try:
            tree = json.loads(row["body"])
        except ValueError:
            continue
        for form in (json.dumps(tree, indent=4), "\ufeff" + json.dumps(tree), json.dumps(tree, ensure_ascii=False)):
            assert classify(row["provider"], status, headers, form.encode()) == as_it_is, row["body"]


def test_most_answers_are_decided() -> None:
    """A classifier that calls everything unclear is never wrong, and of no use."""
    asked = [row for row in rows() if "UNKNOWN" not in row["expected"] and not row["expected"].startswith("!")]
    decided = [
        row
        for row in asked
        if word(classify(row["provider"], int(row["status"]), headers_of(row), row["body"].encode())) != "UNKNOWN"
    ]

    assert len(asked) > 350
    assert len(decided) == len(asked)
