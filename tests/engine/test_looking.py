"""Looks at pages that are not what their entry says."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.builders import operational
from tests.fakepage import SUMMARY, FakePage, html
from trayapp.domain.provider import StatusPage
from trayapp.domain.report import FailureKind, FetchFailure, StatusReport
from trayapp.engine.http import Network
from trayapp.engine.looking import Look, Looker

ALERTS = b"""[{"fingerprint": "f1", "labels": {"alertname": "Slow", "severity": "warning"},
    "status": {"state": "active"}, "startsAt": "2026-09-22T10:00:00Z"}]"""


@pytest.fixture
def page() -> Iterator[FakePage]:
    with FakePage() as page:
        yield page


def looks(page: FakePage, times: int, platform: str = "instatus") -> tuple[list[Look], list[int]]:
    """So many looks by one looker, and how many requests each made."""
    entry = StatusPage(id="acme", name="Acme", url=page.url, platform=platform)

    async def run() -> tuple[list[Look], list[int]]:
        looker = Looker(Network())
        found, asked = [], []
        for _time in range(times):
            before = page.count()
            found.append(await looker.look(entry, deadline=timedelta(seconds=30)))
            asked.append(page.count() - before)
        await looker.network.close()
        return found, asked

    return asyncio.run(run())


def test_a_page_that_changed_its_platform_is_read_as_what_it_is(page: FakePage) -> None:
    page.serve(SUMMARY, operational())

    (first, second), asked = looks(page, 2)

    assert isinstance(first.outcome, StatusReport)
    assert (first.platform, second.platform) == ("statuspage", "statuspage")
    assert asked[1] < asked[0]


def test_a_page_that_is_nothing_we_know_is_asked_what_it_is_only_now_and_then(page: FakePage) -> None:
    page.set_all(html())

    (first, second), asked = looks(page, 2, "statuspage")

    assert isinstance(first.outcome, FetchFailure)
    assert isinstance(second.outcome, FetchFailure)
    assert first.outcome.kind is FailureKind.NOT_A_STATUS_PAGE
    assert first.platform == "statuspage"
    assert asked[1] < asked[0]


def test_a_page_that_is_down_is_not_suspected_of_having_changed(page: FakePage) -> None:
    page.set_all(html(status=503))

    (_first,), asked = looks(page, 1, "statuspage")

    assert asked == [1]


def test_a_page_that_was_not_found_is_sought_elsewhere_the_next_time(page: FakePage) -> None:
    page.serve("/api/v2/alerts", ALERTS)

    found, asked = looks(page, 4, "")

    assert [isinstance(each.outcome, StatusReport) for each in found] == [False, True, True, True]
    assert [each.platform for each in found] == ["", "alertmanager", "alertmanager", "alertmanager"]
    assert all(count <= 7 for count in asked)
