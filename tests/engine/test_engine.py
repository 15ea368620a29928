"""The engine itself: commands in, updates out, and the clock that jumps."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.builders import NOON, operational, outage
from tests.engine.running import EVERY_MINUTE, answers, recording
from tests.fakepage import SUMMARY, FakePage
from trayapp import bootstrap
from trayapp.domain.alert import AlertKind, Level
from trayapp.domain.record import IncidentQuery
from trayapp.domain.status import Status
from trayapp.engine import replay
from trayapp.engine.clock import Clock, ClockSet, Gap
from trayapp.engine.commands import (
    ApplySettings,
    DetectPage,
    DismissNote,
    EraseHistory,
    LoadIncidents,
    LookNow,
    PreviewRules,
)
from trayapp.engine.engine import Engine, Setup
from trayapp.engine.simulation import JumpingLoop
from trayapp.engine.updates import Update
from trayapp.storage.history import History
from trayapp.storage.settings import Alerts, Watch

FAST = "[polling]\nidle = 1\nincident = 1\n"
Step = Callable[[Engine, "Published"], Awaitable[None]]


class Published(list[Update]):
    """What an engine published; can wait for what a test needs."""

    async def until(self, holds: Callable[[Update], bool], seconds: float = 60) -> Update:
        end = asyncio.get_running_loop().time() + seconds
        seen = 0
        while asyncio.get_running_loop().time() < end:
            for update in self[seen:]:
                seen += 1
                if holds(update):
                    return update
            await asyncio.sleep(0.02)
        raise AssertionError(f"never happened in {len(self)} updates; last: {self[-1] if self else None}")


def shows(status: Status | None) -> Callable[[Update], bool]:
    return lambda update: [each.shown for each in update.snapshot.pages] == [status]


def live(tmp_path: Path, config: str, step: Step, *, watches: bool = True) -> Published:
    """Run the real engine on real time until the step is done; ``watches=False`` leaves all pages alone."""
    (tmp_path / "config.toml").write_text(config, encoding="utf-8")
    engine = bootstrap.build_engine(bootstrap.Options(tmp_path / "config.toml", tmp_path / "data"))
    if not watches:
        engine._setup = replace(engine._setup, pages=())
    published = Published()

    async def main() -> None:
        running = asyncio.create_task(engine.run(published.append))
        try:
            await step(engine, published)
        finally:
            engine.stop()
            await asyncio.wait_for(running, 5)

    asyncio.run(main())
    return published


def watching(page: FakePage) -> str:
    return f'{FAST}[[watch]]\nurl = "{page.url}"\nname = "Acme"\n'


def test_a_page_that_turns_bad_is_shown_within_a_poll_and_told(tmp_path: Path) -> None:
    async def step(_engine: Engine, published: Published) -> None:
        await published.until(shows(Status.OPERATIONAL))
        page.serve(SUMMARY, outage())
        update = await published.until(shows(Status.MAJOR_OUTAGE), seconds=6)
        assert [each.alert.kind for each in update.decisions if each.told] == [AlertKind.OPENED]
        page.serve(SUMMARY, operational())
        await published.until(lambda update: any(each.alert.kind is AlertKind.RECOVERED for each in update.decisions))

    with FakePage() as page:
        page.serve(SUMMARY, operational())
        live(tmp_path, watching(page), step)


def test_an_unreadable_page_keeps_its_last_word_and_says_why(tmp_path: Path) -> None:
    async def step(engine: Engine, published: Published) -> None:
        await published.until(shows(Status.OPERATIONAL))
        page.serve(SUMMARY, "")
        engine.handle(LookNow())
        update = await published.until(lambda update: update.snapshot.pages[0].failure is not None)
        assert shows(Status.OPERATIONAL)(update)

    with FakePage() as page:
        page.serve(SUMMARY, operational())
        live(tmp_path, watching(page), step)


def test_commands_are_answered(tmp_path: Path) -> None:
    async def step(engine: Engine, published: Published) -> None:
        await published.until(shows(Status.MAJOR_OUTAGE))
        engine.handle(LoadIncidents(IncidentQuery()))
        update = await published.until(lambda update: update.found is not None)
        assert update.found is not None
        assert [each.incident.title for each in update.found.incidents] == ["Elevated errors"]
        assert update.found.gaps == (), "this is the first run"

        engine.handle(DetectPage(page.url))
        update = await published.until(lambda update: update.found_page is not None)
        assert update.found_page is not None
        assert (update.found_page.platform, update.found_page.problem) == ("statuspage", "")

        engine.handle(DetectPage("http://127.0.0.1:1"))
        update = await published.until(lambda update: update.found_page is not None and bool(update.found_page.problem))

        engine.handle(PreviewRules(Alerts(level=Level.MUTE)))
        engine.handle(PreviewRules(Alerts()))
        update = await published.until(lambda update: update.previewed is not None)
        assert update.previewed is not None
        assert update.previewed.rules == PreviewRules(Alerts()), "only the last rules are of interest"
        assert update.previewed.rehearsal.since is not None

        engine.handle(EraseHistory())
        engine.handle(LoadIncidents(IncidentQuery()))
        update = await published.until(lambda update: update.found is not None and not update.found.incidents)

    with FakePage() as page:
        page.serve(SUMMARY, outage())
        live(tmp_path, watching(page), step)


def test_only_own_monitoring_is_looked_for_without_encryption(tmp_path: Path) -> None:
    async def step(engine: Engine, published: Published) -> None:
        engine.handle(DetectPage("http://own.invalid"))
        await published.until(says("not a secure one"))
        engine.handle(DetectPage("http://own.invalid", internal=True))
        await published.until(says("could not be looked up"))

    def says(words: str) -> Callable[[Update], bool]:
        return lambda update: update.found_page is not None and words in update.found_page.problem

    with FakePage() as page:
        page.serve(SUMMARY, operational())
        live(tmp_path, watching(page), step)


def test_settings_are_saved_with_their_comments_and_worked_by_at_once(tmp_path: Path) -> None:
    async def step(engine: Engine, published: Published) -> None:
        first = await published.until(shows(Status.OPERATIONAL))
        wish = Watch(url=other.url, name="Other")
        engine.handle(ApplySettings(replace(first.settings, watch=(*first.settings.watch, wish))))
        await published.until(lambda update: [each.shown for each in update.snapshot.pages] == [Status.OPERATIONAL] * 2)
        engine.handle(ApplySettings(replace(first.settings, watch=(wish,))))
        await published.until(lambda update: [each.page.name for each in update.snapshot.pages] == ["Other"])

    with FakePage() as page, FakePage() as other:
        page.serve(SUMMARY, operational())
        other.serve(SUMMARY, operational())
        live(tmp_path, "# mine\n" + watching(page), step)
        text = (tmp_path / "config.toml").read_text(encoding="utf-8")
        assert text.startswith("# mine\n")
        assert other.url in text
        assert page.url not in text


def test_a_broken_configuration_starts_with_defaults_a_note_and_is_never_touched(tmp_path: Path) -> None:
    broken = "watch = []\n[polling\nidle = 5\n"

    async def step(engine: Engine, published: Published) -> None:
        update = await published.until(lambda update: bool(update.notes))
        assert "config.toml" in update.notes[0].sentence
        engine.handle(ApplySettings(replace(update.settings, first_run_done=True)))
        await published.until(lambda update: any(each.key == "settings" for each in update.notes))
        engine.handle(DismissNote("settings"))
        await published.until(lambda update: not any(each.key == "settings" for each in update.notes))

    live(tmp_path, broken, step, watches=False)
    assert (tmp_path / "config.toml").read_text(encoding="utf-8") == broken


def test_a_restart_remembers_what_was_told(tmp_path: Path) -> None:
    async def first(_engine: Engine, published: Published) -> None:
        await published.until(lambda update: bool(update.decisions))

    async def second(_engine: Engine, published: Published) -> None:
        await published.until(shows(Status.MAJOR_OUTAGE))
        await asyncio.sleep(1.5)

    with FakePage() as page:
        page.serve(SUMMARY, outage())
        live(tmp_path, watching(page), first)
        again = live(tmp_path, watching(page), second)
    assert [each for update in again for each in update.decisions] == []


def test_a_damaged_history_is_set_aside_and_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "history.db").write_bytes(b"<html>not a database</html>" * 100)

    async def step(_engine: Engine, published: Published) -> None:
        update = await published.until(shows(Status.OPERATIONAL))
        assert any("damaged" in each.sentence for each in update.notes)

    with FakePage() as page:
        page.serve(SUMMARY, operational())
        live(tmp_path, watching(page), step)
    assert list((tmp_path / "data").glob("history.damaged-*"))
    connection = sqlite3.connect(tmp_path / "data" / "history.db")
    assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
    connection.close()


class _Wall:
    """A wall clock that follows the loop, and jumps when it is told to."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.jumped = timedelta()

    def __call__(self) -> datetime:
        return NOON + timedelta(seconds=self.loop.time()) + self.jumped


def on_simulated_time(main: Callable[[], Awaitable[None]]) -> None:
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(main())  # type: ignore[arg-type]  # every test gives a coroutine function


@pytest.mark.parametrize(
    ("jump", "expected"),
    [
        (timedelta(0), type(None)),
        (timedelta(seconds=0.5), type(None)),
        (timedelta(seconds=30), ClockSet),
        (timedelta(hours=8), Gap),
        (timedelta(seconds=-2), ClockSet),
        (timedelta(hours=-1), ClockSet),
    ],
)
def test_the_clock_tells_sleep_from_being_set_back(jump: timedelta, expected: type) -> None:
    async def main() -> None:
        wall = _Wall()
        clock = Clock(wall)
        await asyncio.sleep(10)
        wall.jumped = jump
        before = clock.now()
        assert isinstance(clock.check(), expected)
        assert clock.now() == before + jump

    on_simulated_time(main)


def test_a_clock_a_little_behind_is_not_followed_or_answers_would_stay_young() -> None:
    async def main() -> None:
        wall = _Wall()
        clock = Clock(wall)
        wall.jumped = timedelta(seconds=-0.9)
        for _step in range(10):
            await asyncio.sleep(30)
            assert clock.check() is None
        assert clock.now() == NOON + timedelta(minutes=5)

        wall.jumped = timedelta(seconds=-1.1)
        assert clock.check() == ClockSet(wall(), timedelta(seconds=-1.1))

    on_simulated_time(main)


def test_a_process_that_stood_still_was_not_watching() -> None:
    async def main() -> None:
        clock = Clock(_Wall())
        await asyncio.sleep(30)
        assert clock.check() is None
        await asyncio.sleep(3600)
        start = NOON + timedelta(seconds=30)
        assert clock.check() == Gap(start, start + timedelta(hours=1))
        await asyncio.sleep(3600)
        assert Clock(_Wall(), None).check() is None, "a simulation may take its time"

    on_simulated_time(main)


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=-400), timedelta(days=1), timedelta(days=3650)])
def test_a_clock_that_is_set_shows_nothing_wrong_and_recovers_by_itself(jump: timedelta) -> None:
    """Faults 31 and 32: the wall clock jumps while the page cannot be reached."""
    recorded = recording([answers(0, operational())])
    walls: list[_Wall] = []

    def wall() -> _Wall:
        walls.append(_Wall())
        return walls[-1]

    home = bootstrap.plain_home()
    engine = Engine(
        Setup(
            settings=EVERY_MINUTE,
            catalogue=home.catalogue,
            network=lambda _settings: replay.network_for(recorded, lambda: NOON + timedelta(minutes=1)),
            history=lambda: History.open(None),
            wall=wall,
            pages=replay.pages_of(recorded, EVERY_MINUTE, home.catalogue),
            seed=0,
        )
    )
    published: list[Update] = []

    async def main() -> None:
        running = asyncio.create_task(engine.run(published.append))
        await asyncio.sleep(100)
        assert engine.snapshot.pages[0].shown is Status.OPERATIONAL
        walls[-1].jumped = jump
        await asyncio.sleep(120)
        assert engine.snapshot.pages[0].shown is Status.OPERATIONAL
        engine.stop()
        await running

    on_simulated_time(main)
    assert not [each for update in published for each in update.decisions if each.told]
