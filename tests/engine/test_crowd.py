"""What other people report: asked only where it is wanted, seldom, with no key of anybody else's, and never a state."""

import asyncio
import base64
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tests.builders import NOON, outage
from tests.engine.test_diagnosis import World, config, worlds
from tests.engine.test_engine import Published, live
from tests.fakepage import SUMMARY, FakePage, Seen, Wire
from trayapp.domain.crowd import CrowdCount, CrowdSource
from trayapp.domain.status import Status
from trayapp.engine import crowd, hosts
from trayapp.engine.crowd import EVERY, CrowdWatch
from trayapp.engine.engine import Engine
from trayapp.engine.http import Network
from trayapp.storage.secret import Secret
from trayapp.storage.secrets import SecretStoreError, Trouble
from trayapp.storage.settings import Crowd

NEWS = Crowd(hacker_news=True)
DETECTOR = Crowd(downdetector="env:DD", downdetector_client="client-1")
CLIENT = f"Basic {base64.b64encode(b'client-1:very-secret').decode()}"
LATE = int((NOON - timedelta(minutes=5)).timestamp())
EARLY = int((NOON - timedelta(hours=5)).timestamp())


@pytest.fixture
def world() -> Iterator[World]:
    with worlds() as world:
        yield world


class Outside:
    """Hacker News and Downdetector on this computer, as far as they are documented."""

    def __init__(self, page: FakePage) -> None:
        self.page = page
        self.stories: object = {
            "hits": [
                {"title": "Acme is down", "created_at_i": LATE},
                {"title": "ACME outage?", "created_at_i": LATE},
                {"title": "Acme raises money", "created_at_i": LATE},
                {"title": "Acme was down", "created_at_i": EARLY},
                {"title": None, "created_at_i": LATE},
            ]
        }
        self.token: object = {"access_token": "hour-token"}
        self.companies: object = [
            {"id": 7, "name": "Acme", "country_iso": "DE"},
            {"id": 8, "name": "Acme", "country_iso": "US"},
            {"id": 9, "name": "Acme Pizza", "country_iso": "US"},
        ]
        self.report: object = {"status": "danger", "baseline_current": 12.4, "stats_24": [3, 4, 900]}
        page.set_all(self.answer)

    async def answer(self, seen: Seen, wire: Wire) -> None:
        path, authorization = seen.path.partition("?")[0], seen.headers.get("authorization", "")
        if path == "/search":
            assert not authorization
            await wire.answer(200, msgspec.json.encode(self.stories))
        elif path == "/v2/tokens":
            is_known = authorization == CLIENT and seen.method == "POST"
            await wire.answer(200 if is_known else 401, msgspec.json.encode(self.token))
        elif authorization != "Bearer hour-token":
            await wire.answer(401, b"{}")
        else:
            told = self.companies if path == "/v2/companies/search" else self.report
            await wire.answer(200, msgspec.json.encode(told))

    def paths(self) -> list[str]:
        return [each.path.partition("?")[0] for each in self.page.requests]


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    with FakePage() as page:
        monkeypatch.setattr(crowd, "HACKER_NEWS", f"{page.url}/search")
        monkeypatch.setattr(crowd, "DOWNDETECTOR", f"{page.url}/v2")
        monkeypatch.setattr(crowd, "DOWNDETECTOR_HOST", f"127.0.0.1:{page.port}")
        yield Outside(page)


async def unlock(place: str) -> Secret:
    if place != "env:DD":
        raise SecretStoreError(Trouble.MISSING, "It is gone.")
    return Secret("very-secret")


def counted(*wishes: Crowd, minutes: float = 0, between: Callable[[], None] = lambda: None) -> tuple[CrowdCount, ...]:
    """Ask once for every wish, so many minutes apart."""
    times = [NOON]

    async def main() -> tuple[CrowdCount, ...]:
        network = Network(unlock=unlock)
        chores: list[asyncio.Task[None]] = []

        def start(chore: Coroutine[None, None, None]) -> None:
            chores.append(asyncio.get_running_loop().create_task(chore))

        def now() -> datetime:
            return times[-1]

        watch = CrowdWatch(network=lambda: network, now=now, start=start, changed=lambda: None)
        try:
            for wish in wishes:
                watch.want("acme", "Acme", wish)
                await asyncio.gather(*chores)
                times.append(times[-1] + timedelta(minutes=minutes))
                between()
            return watch.counts
        finally:
            await network.close()

    return asyncio.run(main())


def test_nobody_is_asked_unless_somebody_wants_it(outside: Outside) -> None:
    assert counted(Crowd()) == ()
    assert outside.paths() == []


def test_stories_of_the_last_two_hours_that_speak_of_trouble_are_counted(outside: Outside) -> None:
    (found,) = counted(NEWS)

    assert outside.paths() == ["/search"]

    assert (found.source, found.count, found.at) == (CrowdSource.HACKER_NEWS, 2, NOON)
    assert found.url.startswith("https://hn.algolia.com/?query=Acme")


@pytest.mark.parametrize("answer", [[], {}, {"hits": 3}, {"hits": [{"title": "Acme is down"}]}])
def test_an_answer_we_do_not_know_is_no_count(outside: Outside, answer: object) -> None:
    outside.stories = answer

    assert counted(NEWS) == ()


def test_downdetector_is_asked_with_the_users_own_access(outside: Outside) -> None:
    (found,) = counted(DETECTOR)

    assert (found.count, found.baseline, found.said) == (900, 12, "danger")
    assert outside.paths() == ["/v2/tokens", "/v2/companies/search", "/v2/companies/8"]


def test_the_token_and_the_company_are_asked_for_once_an_hour(outside: Outside) -> None:
    counted(*[DETECTOR] * 8, minutes=10)

    assert outside.paths().count("/v2/tokens") == 2
    assert outside.paths().count("/v2/companies/search") == 1
    assert outside.paths().count("/v2/companies/8") == 8


def test_each_place_is_asked_at_most_every_ten_minutes(outside: Outside) -> None:
    counted(*[replace(DETECTOR, hacker_news=True)] * 4, minutes=EVERY / timedelta(minutes=3))

    assert outside.paths().count("/search") == 2
    assert outside.paths().count("/v2/companies/8") == 2


def test_the_country_decides_whose_reports_count(outside: Outside) -> None:
    counted(replace(DETECTOR, country="de"))

    assert outside.paths()[-1] == "/v2/companies/7"


@pytest.mark.parametrize(
    ("report", "count", "baseline", "said"),
    [
        ({"status": "success"}, None, None, "success"),
        ({"status": "purple", "stats_24": []}, None, None, ""),
        ({"stats_24": {"total": 3}}, None, None, ""),
        ({"stats_24": [1, "many"]}, None, None, ""),
        ({"stats_24": [True], "url": "https://attacker.example/"}, None, None, ""),
    ],
)
def test_what_downdetector_does_not_say_is_not_made_up(
    outside: Outside, report: object, count: int | None, baseline: int | None, said: str
) -> None:
    outside.report = report
    (found,) = counted(DETECTOR)

    assert (found.count, found.baseline, found.said, found.url) == (count, baseline, said, "")
    assert not found.is_talk


def test_without_the_secret_or_with_a_wrong_one_nothing_is_asked_further(outside: Outside) -> None:
    assert counted(replace(DETECTOR, downdetector="env:GONE")) == ()
    assert outside.paths() == []
    assert counted(replace(DETECTOR, downdetector_client="other")) == ()
    assert outside.paths() == ["/v2/tokens"]


def test_a_company_nobody_knows_is_no_count(outside: Outside) -> None:
    outside.companies = []

    assert counted(DETECTOR) == ()


def test_a_token_that_was_withdrawn_is_asked_for_anew(outside: Outside) -> None:
    outside.report = "broken"
    assert counted(DETECTOR, DETECTOR, minutes=11) == ()
    assert outside.paths().count("/v2/tokens") == 2


def test_the_secret_goes_to_its_own_host_only(outside: Outside) -> None:
    with FakePage() as other:
        other.set_all(outside.answer)
        crowd.DOWNDETECTOR_HOST = f"127.0.0.1:{other.port}"
        assert counted(DETECTOR) == ()

    assert outside.paths() == []


def test_people_talking_change_no_state(tmp_path: Path, world: World, outside: Outside) -> None:
    outside.stories = {"hits": [{"title": "OpenAI is down", "created_at_i": 4_000_000_000}] * 9}
    world.page.serve(SUMMARY, outage())

    async def step(_engine: Engine, published: Published) -> None:
        update = await published.until(lambda update: bool(update.crowd))
        assert [each.count for each in update.crowd] == [9]
        assert hosts.HACKER_NEWS in update.asked
        assert hosts.DOWNDETECTOR not in update.asked
        assert [each.shown for each in update.snapshot.pages] == [Status.MAJOR_OUTAGE]
        signals = {each.signal for found in update.verdicts for each in found.verdict.evidence}
        assert "crowd" not in {each.value for each in signals}

    live(tmp_path, config(world) + "[crowd]\nhacker_news = true\n[local_models]\naddresses = []\n", step)
