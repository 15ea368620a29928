"""Somebody waits while everybody is asked again and again, on simulated time and without a network."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON, operational, outage
from trayapp.domain.inquiry import Inquiry
from trayapp.domain.keys import KeyRef, KeyState
from trayapp.domain.provider import StatusPage
from trayapp.domain.verdict import VerdictId
from trayapp.engine.asking import CheckKeys, keep_asking
from trayapp.engine.diagnosis import CheckKey, Diagnosis, Question
from trayapp.engine.hosts import Edge
from trayapp.engine.http import Exchanged, Network, answering
from trayapp.engine.simulation import JumpingLoop, SimulatedWall

PAGE, OTHER = "https://status.acme.example", "https://status.other.example"
API = "https://api.acme.example/v1/models"
WELL_KNOWN = ("https://one.example/generate_204", "https://two.example/generate_204")
QUARTER = timedelta(minutes=15)
FINE, BAD = operational().encode(), outage().encode()
KEY = KeyState(ref=KeyRef(id="k1", label="work", provider="acme"))


def page_at(url: str, name: str) -> StatusPage:
    return StatusPage(id=name, name=name.title(), url=url, platform="statuspage", provider_id=name)


QUESTION = Question(
    provider="acme",
    pages=(page_at(PAGE, "acme"),),
    edge=Edge(API),
    baseline=WELL_KNOWN,
    others=(page_at(OTHER, "other"),),
)


@dataclass
class World:
    """What answers, and who was asked when (seconds since the start)."""

    page: Callable[[float], Exchanged] = field(default=lambda _at: Exchanged(url=PAGE, status=200, body=FINE))
    api: int = 401
    asked: list[tuple[float, str]] = field(default_factory=list)
    sleeps: tuple[tuple[timedelta, timedelta], ...] = ()
    heard: list[tuple[Inquiry, Diagnosis, bool]] = field(default_factory=list)

    def answer(self, url: str) -> Exchanged:
        at = asyncio.get_running_loop().time()
        self.asked.append((at, url))
        if url.startswith(PAGE):
            return replace(self.page(at), url=url)
        if url.startswith(OTHER):
            return Exchanged(url=url, status=200, body=BAD)
        return Exchanged(url=url, status=204) if url in WELL_KNOWN else Exchanged(url=url, status=self.api, body=b"{}")

    def times(self, start: str) -> list[int]:
        return [round(at) for at, url in self.asked if url.startswith(start)]

    def hear(self, inquiry: Inquiry, found: Diagnosis, is_news: bool) -> None:  # noqa: FBT001 -- a callback's argument
        self.heard.append((inquiry, found, is_news))

    def ask(
        self, lasts: timedelta = QUARTER, check_keys: CheckKeys | None = None, question: Question = QUESTION
    ) -> None:
        async def main() -> None:
            wall = SimulatedWall(NOON)
            for start, until in self.sleeps:
                wall.sleep(NOON + start, NOON + until)
            network = Network(transport=answering(self.answer))
            await keep_asking(lambda: question, network, self.hear, lasts=lasts, check_keys=check_keys, now=wall)

        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            runner.run(main())


@pytest.mark.parametrize(("lasts", "rounds"), [(timedelta(0), 1), (timedelta(seconds=29), 1), (QUARTER, 31)])
def test_everybody_is_asked_every_30_seconds_for_as_long_as_was_wished(lasts: timedelta, rounds: int) -> None:
    world = World()
    world.ask(lasts)

    assert len(world.heard) == rounds
    assert world.times(PAGE) == world.times(API) == [30 * each for each in range(rounds)]
    assert [is_news for _inquiry, _found, is_news in world.heard] == [True] + [False] * (rounds - 1)


def test_another_verdict_is_news() -> None:
    world = World(page=lambda at: Exchanged(url=PAGE, status=200, body=BAD if 300 <= at < 600 else FINE))
    world.ask()

    said = [
        (round(world.times(PAGE)[place]), found.verdict.id)
        for place, (_i, found, news) in enumerate(world.heard)
        if news
    ]
    assert said == [(0, VerdictId.FINE), (300, VerdictId.INCIDENT), (600, VerdictId.FINE)]


def test_failures_of_the_edge_add_up_from_round_to_round() -> None:
    world = World(api=503)
    world.ask(timedelta(minutes=1))

    assert [found.edge.failures_in_a_row for _inquiry, found, _news in world.heard] == [3, 4, 5]
    assert {found.verdict.id for _inquiry, found, _news in world.heard} == {VerdictId.POSSIBLY_PROVIDER}


def test_a_page_that_wants_to_be_left_alone_is() -> None:
    world = World(page=lambda _at: Exchanged(url=PAGE, status=429, headers={"Retry-After": "200"}))
    world.ask(timedelta(minutes=8))

    assert world.times(PAGE) == [0, 210, 420]
    assert len(world.times(API)) == 17


def test_other_providers_are_looked_at_only_in_trouble_and_every_five_minutes() -> None:
    calm, troubled = World(), World(page=lambda _at: Exchanged(url=PAGE, status=200, body=BAD))
    calm.ask()
    troubled.ask()

    assert calm.times(OTHER) == []
    assert troubled.times(OTHER) == [0, 300, 600, 900]
    assert all(found.others for _inquiry, found, _news in troubled.heard)


def test_keys_are_checked_by_what_the_round_allows() -> None:
    asked: list[int] = []

    def in_round(inquiry: Inquiry) -> CheckKey:
        async def check(_ref: KeyRef) -> None:
            asked.append(inquiry.rounds)

        return check

    World().ask(timedelta(minutes=1), in_round, replace(QUESTION, keys=(KEY,)))

    assert asked == [0, 1, 2]


def test_what_was_learnt_before_a_sleep_counts_no_more() -> None:
    hour = timedelta(hours=1)
    world = World(api=503, sleeps=((timedelta(seconds=40), hour),))
    world.ask(hour + timedelta(minutes=1))

    assert [found.edge.failures_in_a_row for _inquiry, found, _news in world.heard][:4] == [3, 4, 3, 4]


def test_a_sleep_longer_than_the_inquiry_ends_it() -> None:
    world = World(sleeps=((timedelta(seconds=40), timedelta(hours=1)),))
    world.ask()

    assert len(world.heard) == 3
