"""Sleep, waking and another network: what the engine does then, and what it leaves alone."""

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from tests.builders import NOON, component, operational, outage
from tests.engine.running import EVERY_MINUTE, answers, fails, run, sleeps
from trayapp import bootstrap
from trayapp.domain.alert import AlertKind
from trayapp.domain.alertbook import AlertBook, Concern, PageBook
from trayapp.domain.clockset import book_moved, snapshot_moved
from trayapp.domain.provider import StatusPage
from trayapp.domain.record import Gap, IncidentQuery
from trayapp.domain.snapshot import PageState, Seen, Snapshot
from trayapp.domain.status import Status
from trayapp.domain.verdict import BaselineKind, BaselineState, EdgeKind
from trayapp.engine import wakeups
from trayapp.engine.commands import LoadIncidents
from trayapp.engine.engine import Engine, Setup
from trayapp.engine.hosts import Edge
from trayapp.engine.http import Network
from trayapp.engine.signals import Sources
from trayapp.engine.simulation import JumpingLoop, SimulatedWall
from trayapp.engine.updates import FoundIncidents, Update
from trayapp.engine.wakeups import Told
from trayapp.engine.waking import GRACE, SOON, Waking
from trayapp.storage.history import ASLEEP, History

FINE, DOWN = operational(), outage()
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


class Lying:
    """A machine with some pages that can be put to sleep; every request is noted with its moment."""

    def __init__(self, pages: int = 1, signals: Sources | None = None) -> None:
        self.signals = signals
        self.hosts = [f"p{number}.example" for number in range(pages)]
        self.body = FINE
        self.is_reached = True
        self.hangs = False
        self.is_hanging = asyncio.Event()
        self.pause = 0.0
        self.is_paused = asyncio.Event()
        self.requests: list[tuple[float, str]] = []
        self.published: list[Update] = []
        self.new_route: Told = lambda: None
        self.history = History.open(None)
        self.wall: SimulatedWall
        self.engine: Engine

    def run(self, step: Callable[["Lying"], Awaitable[None]]) -> None:
        async def main() -> None:
            self.wall = SimulatedWall(NOON)
            self.engine = Engine(self._setup())
            running = asyncio.create_task(self.engine.run(self.published.append))
            await asyncio.sleep(100)
            await step(self)
            self.engine.stop()
            await running

        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            runner.run(main())

    def sleep(self, length: timedelta) -> None:
        self.requests.clear()
        self.wall.sleep(self.wall(), self.wall() + length)

    @property
    def shown(self) -> list[Status | None]:
        return [each.shown for each in self.published[-1].snapshot.pages]

    @property
    def told(self) -> list[AlertKind]:
        return [each.alert.kind for update in self.published for each in update.decisions if each.told]

    @property
    def failures(self) -> int:
        return sum(each.failures_in_a_row for update in self.published for each in update.snapshot.pages)

    def _setup(self) -> Setup:
        def listens(told: Told) -> Told:
            self.new_route = told
            return lambda: None

        pages = [
            StatusPage(id=each, name=each, url=f"https://{each}", platform="statuspage", provider_id="acme")
            for each in self.hosts
        ]
        signals = self.signals
        return Setup(
            settings=EVERY_MINUTE,
            catalogue=bootstrap.bundled_catalogue(),
            network=lambda _settings: Network(transport=_Transport(self), now=self.wall),
            history=lambda: self.history,
            wall=lambda: self.wall,
            pages=tuple(pages),
            seed=0,
            clock_jumps=lambda told: self.wall.on_jump(told),  # noqa: PLW0108 -- there is no wall yet
            new_routes=listens,
            signals=(lambda _settings: signals) if signals is not None else None,
        )


class _Transport(httpx.AsyncBaseTransport):
    def __init__(self, machine: Lying) -> None:
        self.machine = machine

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("incidents.json"):
            return httpx.Response(404)
        self.machine.requests.append((asyncio.get_running_loop().time(), request.url.host))
        if self.machine.hangs:
            self.machine.is_hanging.set()
            await asyncio.sleep(1e6)
        is_reached = self.machine.is_reached
        if self.machine.pause:
            self.machine.is_paused.set()
            await asyncio.sleep(self.machine.pause)
        if not is_reached:
            raise httpx.ConnectError("no way there")
        return httpx.Response(200, stream=httpx.ByteStream(self.machine.body.encode()))


def test_waking_is_noticed_at_once_noted_as_a_gap_and_asks_each_page_once() -> None:
    async def step(machine: Lying) -> None:
        began = machine.wall()
        machine.sleep(timedelta(hours=8))
        await asyncio.sleep(0.15)
        shown = [each.fetched_at for each in machine.published[-1].snapshot.pages if each.shown is not None]
        assert all(at is not None and at - began >= timedelta(hours=8) for at in shown), "nothing from before"
        await asyncio.sleep(40)
        assert sorted(host for _at, host in machine.requests) == machine.hosts
        moments = sorted(at for at, _host in machine.requests)
        assert moments[-1] - moments[0] > 0.15, "one after the other"
        assert machine.shown == [Status.OPERATIONAL] * 5
        (gap,) = machine.history.gaps(NOON)
        assert gap == Gap(gap.start, gap.end, ASLEEP)
        assert abs(gap.start - began) < timedelta(seconds=1)
        assert gap.end - gap.start >= timedelta(hours=8)
        assert machine.told == []
        machine.engine.handle(LoadIncidents(IncidentQuery(since=NOON)))
        assert machine.published[-1].found == FoundIncidents(IncidentQuery(since=NOON), (), (gap,))

    Lying(pages=5).run(step)


def test_a_short_nap_renews_nothing() -> None:
    async def step(machine: Lying) -> None:
        machine.sleep(timedelta(seconds=55))
        await asyncio.sleep(5)
        assert machine.history.gaps(NOON) == ()
        assert len(machine.requests) <= 1

    Lying().run(step)


def test_an_answer_that_sleep_swallowed_is_no_failure_and_is_asked_for_again() -> None:
    async def step(machine: Lying) -> None:
        machine.hangs = True
        await machine.is_hanging.wait()
        machine.hangs = False
        machine.sleep(timedelta(hours=1))
        await asyncio.sleep(30)
        assert machine.shown == [Status.OPERATIONAL]
        assert machine.failures == 0

    Lying().run(step)


def test_an_answer_from_before_sleep_is_not_taken_for_a_new_one() -> None:
    async def step(machine: Lying) -> None:
        machine.pause = 3.0
        await machine.is_paused.wait()
        machine.sleep(timedelta(hours=1))
        machine.is_reached = False
        await asyncio.sleep(4)
        assert machine.shown == [None]
        machine.pause, machine.is_reached = 0.0, True
        await asyncio.sleep(70)
        assert machine.shown == [Status.OPERATIONAL]

    Lying().run(step)


def test_what_sleep_swallowed_is_no_sign_of_trouble_either() -> None:
    async def step(machine: Lying) -> None:
        signals = machine.engine._signals
        assert signals is not None
        assert signals._edges["acme"].kind is EdgeKind.OK
        signals.baseline = BaselineState(kind=BaselineKind.OK)
        machine.hangs = True
        signals._start_edge("acme")
        signals._start_baseline()
        await machine.is_hanging.wait()
        await asyncio.sleep(1)
        machine.hangs = False
        machine.sleep(timedelta(hours=1))
        await asyncio.sleep(30)
        assert (signals._edges["acme"].kind, signals._edges["acme"].failures_in_a_row) == (EdgeKind.OK, 0)
        assert (signals.baseline.kind, signals.baseline.failures_in_a_row) == (BaselineKind.OK, 0)
        assert machine.told == []

    hosts = ("https://one.example/any", "https://two.example/any")
    Lying(signals=Sources(baseline=hosts, edges={"acme": Edge("https://api.example/")})).run(step)


def test_a_network_that_comes_late_is_awaited_and_what_happened_is_one_digest() -> None:
    async def step(machine: Lying) -> None:
        machine.is_reached = False
        machine.body = DOWN
        machine.sleep(timedelta(hours=8))
        await asyncio.sleep(44)
        tries = [at for at, host in machine.requests if host == "p0.example"]
        assert 4 <= len(tries) <= 5, "soon, but in no hurry"
        machine.is_reached = True
        await asyncio.sleep(300)
        assert machine.told == [AlertKind.DIGEST]

    Lying(pages=2).run(step)


def test_on_another_network_whoever_failed_is_asked_at_once() -> None:
    async def step(machine: Lying) -> None:
        machine.is_reached = False
        await asyncio.sleep(300)
        assert machine.shown == [None]
        machine.is_reached = True
        machine.requests.clear()
        machine.new_route()
        await asyncio.sleep(1)
        assert machine.shown == [Status.OPERATIONAL]
        machine.new_route()
        await asyncio.sleep(35)
        assert len(machine.requests) == 1, "where all is well nobody is asked"

        machine.is_reached = False
        await asyncio.sleep(60)
        machine.requests.clear()
        for _change in range(20):
            machine.new_route()
            await asyncio.sleep(3)
        assert 2 <= len(machine.requests) <= 4, "a link that comes and goes is no reason to ask all the time"

    Lying().run(step)


def test_a_replay_sleeps_as_a_machine_does() -> None:
    """The page becomes unknown in the moment of waking, not some time after it."""
    ran = run([answers(0, FINE), sleeps(10, 250), fails(100), answers(300, FINE)])
    lost = next(at for at, status in ran.status_times if status == "unknown")

    assert abs(lost - (NOON + timedelta(minutes=250))) < timedelta(seconds=1)


def test_the_grace_period_begins_with_the_first_answer() -> None:
    waking = Waking()
    assert waking.sooner(timedelta(hours=1)) == timedelta(hours=1)
    assert not waking.answered(NOON)

    waking.woke(NOON)
    assert (waking.gather_until, waking.sooner(timedelta(hours=1))) == (NOON + GRACE, SOON)
    assert waking.answered(NOON + GRACE / 2)
    assert not waking.answered(NOON + GRACE)
    waking.moved(timedelta(hours=-1))
    waking.look(NOON)
    assert waking.gather_until is None
    waking.moved(timedelta(hours=-1))
    assert waking.gather_until is None


def test_answers_stay_as_old_as_they_are_when_the_clock_is_set_back() -> None:
    hour = timedelta(hours=1)
    page = StatusPage(id="acme", name="Acme", url="https://acme.example")
    before = PageState(page=page, fetched_at=NOON, since=NOON, rotating=(Seen(component(), NOON),))
    moved = snapshot_moved(Snapshot(pages=(before,), at=NOON), -hour, NOON - hour)

    after = replace(before, fetched_at=NOON - hour, since=NOON - hour, rotating=(Seen(component(), NOON - hour),))
    assert moved == Snapshot(pages=(after,), at=NOON - hour)


def test_the_memory_of_alerts_goes_with_the_clock() -> None:
    hour = timedelta(hours=1)
    concern = Concern(
        page_id="acme", name="acme/1", incident_id="1", title="", opened_at=NOON, severity=Status.DEGRADED, seen_at=NOON
    )
    page = PageBook(page_id="acme", changed_at=NOON, recoveries=(("1", NOON),))
    moved = book_moved(AlertBook(concerns=(concern,), pages=(page,), told_at=(NOON,)), -hour)

    assert moved.concerns == (replace(concern, seen_at=NOON - hour),)
    assert moved.pages == (replace(page, changed_at=NOON - hour, recoveries=(("1", NOON - hour),)),)
    assert moved.told_at == (NOON - hour,)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


class TestWhatTheSystemTells:
    ROUTE = "Iface\tDestination\tGateway\tFlags\nwlan0\t00000000\t{}\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
    ROUTE6 = "0" * 32 + " 00 " + "0" * 32 + " 00 " + "fe80" * 8 + " 00000400 00000003 00000000 00450003 {}\n"

    def test_ways_out_are_the_default_routes(self, tmp_path: Path) -> None:
        four, six = tmp_path / "route", tmp_path / "ipv6_route"
        four.write_text(
            self.ROUTE.format("0101A8C0") + "wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n"
        )
        six.write_text(self.ROUTE6.format("wlan0") + self.ROUTE6.format("lo"))

        assert wakeups.ways_out((four, six)) == {"wlan0 0101A8C0", "wlan0 " + "fe80" * 8}
        assert wakeups.ways_out((tmp_path / "nothing",)) == frozenset()

    @LINUX
    def test_another_way_out_is_told_once_it_has_settled(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wakeups, "_SETTLED", 0.05)
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        monkeypatch.setattr(wakeups, "_route_socket", lambda: ours)
        routes = tmp_path / "route"
        routes.write_text(self.ROUTE.format("0101A8C0"))

        async def main() -> None:
            told: list[str] = []
            new = asyncio.Event()

            def hear() -> None:
                told.append("new")
                new.set()

            hush = wakeups.on_new_route(hear, (routes,))
            theirs.send(b"some route changed")
            await asyncio.sleep(0.3)
            assert told == [], "the way out is the same"
            routes.write_text(self.ROUTE.format("010AA8C0"))
            for _change in range(5):
                theirs.send(b"some route changed")
            await asyncio.wait_for(new.wait(), 10)
            await asyncio.sleep(0.2)
            assert told == ["new"]
            theirs.send(b"some route changed")
            await asyncio.sleep(0)
            hush()

        asyncio.run(main())
        theirs.close()

    @LINUX
    def test_the_kernel_gives_both_and_takes_them_back(self) -> None:
        async def main() -> int:
            before = descriptors()
            hushes = [wakeups.on_clock_jump(lambda: None), wakeups.on_new_route(lambda: None)]
            opened = descriptors() - before
            for hush in hushes:
                hush()
            assert descriptors() == before
            return opened

        assert asyncio.run(main()) == 2

    @LINUX
    def test_a_timer_that_is_cancelled_tells_and_is_armed_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Setting this machine's clock is nothing for a test: a pipe stands for the timer."""
        reading, writing = os.pipe()
        armed: list[int] = []
        monkeypatch.setattr(wakeups, "_timer_fd", lambda: reading)
        monkeypatch.setattr(wakeups, "_arm", armed.append)

        async def main() -> None:
            told = asyncio.Event()
            hush = wakeups.on_clock_jump(told.set)
            os.write(writing, b"cancelled")
            await asyncio.wait_for(told.wait(), 10)
            hush()

        asyncio.run(main())
        os.close(writing)
        assert armed[:2] == [reading, reading]

    def test_where_nobody_tells_nothing_is_missed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "darwin")

        async def main() -> None:
            for notice in (wakeups.on_clock_jump, wakeups.on_new_route, wakeups.nobody_tells):
                notice(lambda: None)()

        asyncio.run(main())
