"""The two promises, second by second: no wrong green, no false red, whatever network and clock do.

A page's answers, our own troubles, sleep and a clock that is set are strewn over some hours at random; a second opinion
that knows nothing of the engine says what may be shown. ``TRAYAPP_HISTORIES=N`` tries N times as many.
"""

import asyncio
import gzip
import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx
import pytest

from tests.builders import NOON
from tests.engine.running import EVERY_MINUTE
from tests.faces import FACES, Face, rotating
from tests.invented import OK, Life, Post
from trayapp import bootstrap
from trayapp.domain.alert import AlertKind
from trayapp.domain.provider import StatusPage
from trayapp.domain.report import FailureKind
from trayapp.domain.snapshot import freshness_limit
from trayapp.domain.status import Status
from trayapp.engine.clock import SLEEP_AFTER
from trayapp.engine.engine import HEARTBEAT, Engine, Setup
from trayapp.engine.faults import failed
from trayapp.engine.http import Network
from trayapp.engine.simulation import JumpingLoop
from trayapp.engine.updates import Update
from trayapp.engine.wakeups import Hush, Told, nobody_tells
from trayapp.engine.waking import GRACE
from trayapp.storage.history import History

RUNS = range(4 * int(os.environ.get("TRAYAPP_HISTORIES", "1")))
HOURS = 3
GRACE_SECONDS = GRACE.total_seconds()
FRESH = freshness_limit(EVERY_MINUTE.polling.idle).total_seconds()
PUBLISHED = 0.25
"""Seconds an update may take to reach a shell: they go out ten times a second."""
PAST = "/incidents.json"
COMPLETED = 8.5
"""Seconds a look may take after the page's main answer: it asks for what is over too, and may stand still a moment."""
FINE, BAD = "fine", "bad"
Answered = tuple[int, dict[str, str], bytes]
FAILS = (
    FailureKind.DNS,
    FailureKind.REFUSED,
    FailureKind.RESET,
    FailureKind.TLS,
    FailureKind.TIMEOUT,
    FailureKind.PROXY,
)
HANGS = ("hangs", "drips")
ODD: Mapping[str, Answered] = {
    "html": (200, {"content-type": "text/html"}, b"<!doctype html><p>Log in to the hotel"),
    "empty": (200, {}, b""),
    "nothing": (200, {}, b"{}"),
    "null": (200, {}, b"null"),
    "list": (200, {}, b"[[]]"),
    "cut": (200, {}, b'{"page": {"id": "acme0page0id", "name": "Acm'),
    "types": (200, {}, b'{"page": {"id": 7}, "components": "none", "incidents": 3, "status": []}'),
    "deep": (200, {}, b"[" * 100_000),
    "large": (200, {}, b'{"page": {"id": "' + b"x" * 1_100_000 + b'"}}'),
    "no gzip": (200, {"content-encoding": "gzip"}, b"this is not packed"),
    "packed twice": (200, {"content-encoding": "gzip, gzip"}, gzip.compress(gzip.compress(b"{}"))),
    "bomb": (200, {"content-encoding": "gzip"}, gzip.compress(b" " * 30_000_000)),
    "no content": (204, {}, b""),
    "unchanged": (304, {}, b""),
    "elsewhere": (302, {"location": "https://login.hotel.example/"}, b""),
    "in circles": (302, {"location": "/api/v2/summary.json"}, b""),
    "to a file": (302, {"location": "file:///etc/passwd"}, b""),
    "login": (511, {}, b"Log in"),
    "forbidden": (403, {}, b"{}"),
    "missing": (404, {}, b"{}"),
    "limited": (429, {"retry-after": "-5"}, b""),
    "limited for ever": (429, {"retry-after": "1000000000"}, b""),
    "limited till 1970": (429, {"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, b""),
    "broken": (500, {}, b"{}"),
    "busy": (503, {}, b"<html>Busy</html>"),
    "overloaded": (529, {}, b"{}"),
}


@dataclass
class World:
    """What really happens. ``real`` time goes on while the machine sleeps; the wall clock may be set to anything."""

    platform: str
    face: Face
    chance: random.Random
    tells_of_sleep: bool = True
    has_incidents: bool = True
    hosts: tuple[str, ...] = ("status.acme.example",)
    slept: float = 0.0
    clock_off: timedelta = timedelta()
    state: str = FINE
    naps: int = 0
    woke_at: float = -1e9
    slept_until: float = -1e9
    valid: list[tuple[float, str]] = field(default_factory=list)
    """When a valid answer was complete, and what it said."""
    told: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        bad = Life(
            id="0001",
            impact="critical",
            parts=(3,),
            named=(3,),
            posts=(Post(0, "investigating", "major_outage"), Post(1e6, "resolved", OK)),
            marked_at=0,
            cleared_at=1e6,
        )
        past = replace(
            bad, posts=(Post(-9, "investigating", OK), Post(-5, "resolved", OK)), marked_at=-9, cleared_at=-5
        )
        self.bodies = {state: self._bodies(lives) for state, lives in ((FINE, [past]), (BAD, [past, bad]))}

    def _bodies(self, lives: list[Life]) -> dict[str, str]:
        """What the page answers; one of incident.io has its compatible face beside its own."""
        beside = rotating(lives, 1.0) if self.platform == "incidentio" else {}
        return beside | self.face.bodies(lives, 1.0)

    @property
    def real(self) -> float:
        return asyncio.get_running_loop().time() + self.slept

    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.real) + self.clock_off

    def on_jump(self, told: Told) -> Hush:
        self.told.append(told)
        return lambda: self.told.remove(told)

    def jump(self) -> None:
        self.woke_at = self.real
        for told in tuple(self.told) if self.tells_of_sleep else ():
            told()

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.naps += 1
        if seconds > SLEEP_AFTER.total_seconds():
            self.slept_until = self.real
        self.jump()

    def set_clock(self, by: timedelta) -> None:
        self.clock_off = max(min(self.clock_off + by, timedelta(days=5000)), timedelta(days=-5000))
        self.jump()

    def may_show(self, shown: Status | None) -> bool:
        """The second opinion, from valid answers alone: one that is fresh says so, and none that is newer denies it."""
        if shown is None:
            return True
        wanted = BAD if shown.is_bad else FINE
        told = max((at for at, said in self.valid if said == wanted), default=-1e9)
        denied = next((at for at, said in self.valid if said != wanted and at > told), self.real)
        return self.real - told <= FRESH + COMPLETED and self.real - denied <= COMPLETED


class _Transport(httpx.AsyncBaseTransport):
    """Answers by the state of the world. A connection that was open when the machine slept is dead."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        world, state, naps = self.world, self.world.state, self.world.naps
        await asyncio.sleep(world.chance.choice((0.01, 0.3, 4.0)) if state not in HANGS else 1e7)
        if naps != world.naps:
            await asyncio.sleep(1e7)
        for kind in FAILS:
            if state == kind.value:
                raise failed(kind, "It failed.")
        if state in ODD:
            status, headers, body = ODD[state]
            return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))
        text = world.bodies[state].get(f"https://status.acme.example{request.url.path}")
        if text is None:
            return httpx.Response(404)
        if not str(request.url).endswith(PAST):
            world.valid.append((world.real, state))
        return httpx.Response(200, stream=httpx.ByteStream(text.encode()))


@dataclass
class Watch:
    """One run: what was published, and every second at which something untrue was shown."""

    world: World
    published: list[Update] = field(default_factory=list)
    untrue: list[tuple[float, Status | None, float, list[tuple[float, str]]]] = field(default_factory=list)
    """Seconds since waking, what was shown, when, and the last valid answer."""
    told_too_soon: bool = False

    def run(self) -> "Watch":
        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            runner.run(self._main())
        return self

    @property
    def told(self) -> set[AlertKind]:
        return {each.alert.kind for update in self.published for each in update.decisions if each.told}

    def _take(self, update: Update) -> None:
        self.published.append(update)
        told = {each.alert.kind for each in update.decisions if each.told}
        self.told_too_soon |= AlertKind.CONNECTION in told and self.world.real - self.world.slept_until < GRACE_SECONDS

    @property
    def seen(self) -> set[Status | None]:
        return {page.shown for update in self.published for page in update.snapshot.pages}

    @property
    def shown(self) -> Status | None:
        return self.published[-1].snapshot.pages[0].shown

    async def _main(self) -> None:
        engine = Engine(_setup(self.world))
        running = asyncio.create_task(engine.run(self._take))
        looking = asyncio.create_task(self._look())
        await _happen(self.world)
        self.world.state = FINE
        await asyncio.sleep(3700)  # the longest that a host may make us wait
        looking.cancel()
        engine.stop()
        await running

    async def _look(self) -> None:
        """Look at what is shown every second; what is untrue has as long as an update takes."""
        await asyncio.sleep(1)
        while True:
            if not self.world.may_show(self.shown):
                await asyncio.sleep(PUBLISHED)
                if not self.world.may_show(self.shown):
                    since_awake = self.world.real - self.world.woke_at
                    self.untrue.append((since_awake, self.shown, self.world.real, self.world.valid[-1:]))
            await asyncio.sleep(1)


def _setup(world: World) -> Setup:
    pages = [StatusPage(id=each, name=each, url=f"https://{each}", platform=world.platform) for each in world.hosts]
    return Setup(
        settings=EVERY_MINUTE,
        catalogue=bootstrap.bundled_catalogue(),
        network=lambda _settings: Network(transport=_Transport(world), now=world.wall),
        history=lambda: History.open(None),
        wall=lambda: world.wall,
        pages=tuple(pages),
        seed=0,
        clock_jumps=world.on_jump if world.tells_of_sleep else nobody_tells,
    )


async def _happen(world: World) -> None:
    """Some hours of anything: mostly the page is fine, or nobody can tell."""
    ours = (*(kind.value for kind in FAILS), *HANGS, *ODD)
    loop = asyncio.get_running_loop()
    assert isinstance(loop, JumpingLoop)
    await asyncio.sleep(60)
    while loop.time() < HOURS * 3600:
        world.state = world.chance.choices((FINE, BAD, world.chance.choice(ours)), (4, world.has_incidents, 5))[0]
        await asyncio.sleep(world.chance.choice((3, 20, 70, 150, 400, 900)) * world.chance.uniform(0.5, 1.5))
        match world.chance.randrange(12):
            case 0:
                world.sleep(world.chance.choice((5, 55, 100, 3600, 40_000)))
            case 1 | 2 if world.tells_of_sleep:  # else nobody could tell a clock set back from one that slept
                world.set_clock(world.chance.choice((-1, 1)) * timedelta(seconds=10 ** world.chance.uniform(-1, 8.5)))
            case 3:
                loop._move(world.chance.choice((3, 100, 1000)))  # the process stands still
                world.woke_at = world.real


WORLDS = {"statuspage": FACES["statuspage"], "incidentio": FACES["incident.io"]}


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("platform", WORLDS)
class TestEverySecond:
    def test_what_is_shown_is_what_a_fresh_valid_answer_says(self, platform: str, run: int) -> None:
        watch = Watch(World(platform, WORLDS[platform], random.Random(run))).run()  # noqa: S311 -- the same every time

        assert watch.untrue == []
        assert watch.shown is Status.OPERATIONAL, "it recovers by itself"
        was_bad = any(said == BAD for _at, said in watch.world.valid)
        assert bool(watch.told) is was_bad or AlertKind.DIGEST not in watch.told
        assert watch.told <= {AlertKind.OPENED, AlertKind.RECOVERED, AlertKind.FLAPPING, AlertKind.DIGEST}

    def test_none_of_our_own_troubles_is_an_outage_or_a_pop_up(self, platform: str, run: int) -> None:
        chance = random.Random(run + 0.5)  # noqa: S311 -- the same every time
        watch = Watch(World(platform, WORLDS[platform], chance, has_incidents=False)).run()

        assert watch.untrue == []
        assert watch.told == set()
        assert {page.shown for update in watch.published for page in update.snapshot.pages} <= {
            None,
            Status.OPERATIONAL,
        }

    def test_an_own_outage_of_several_pages_is_said_once_and_its_end_once(self, platform: str, run: int) -> None:
        chance = random.Random(run + 0.75)  # noqa: S311 -- the same every time
        hosts = ("status.acme.example", "status.other.example", "status.third.example")
        world = World(platform, WORLDS[platform], chance, has_incidents=False, hosts=hosts)
        watch = Watch(world).run()

        kinds = [each.alert.kind for update in watch.published for each in update.decisions if each.told]
        assert kinds == [AlertKind.CONNECTION, AlertKind.CONNECTION_BACK] * (len(kinds) // 2)
        assert watch.seen <= {None, Status.OPERATIONAL}
        assert not watch.told_too_soon, "networks need a moment after sleep"

    def test_where_nobody_tells_of_sleep_it_is_noticed_in_half_a_minute(self, platform: str, run: int) -> None:
        chance = random.Random(run + 0.25)  # noqa: S311 -- the same every time
        watch = Watch(World(platform, WORLDS[platform], chance, tells_of_sleep=False)).run()

        assert [each for each in watch.untrue if each[0] > HEARTBEAT.total_seconds() + 1] == []
        assert watch.shown is Status.OPERATIONAL
