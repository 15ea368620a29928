"""Wishes about pop-ups in the real engine, over restarts too; and what is stored before it is told."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import time as real_time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.builders import NOON, operational, outage
from tests.engine.running import EVERY_MINUTE, answers, fails, recording
from tests.fakepage import SUMMARY, FakePage
from trayapp import bootstrap
from trayapp.domain.alert import AlertKind, Level
from trayapp.domain.snooze import SnoozeFor
from trayapp.domain.wishes import Wish, is_all_acknowledged
from trayapp.engine import replay
from trayapp.engine.commands import Acknowledge, Command, LoadDecisions, Snooze, TellWhenBack
from trayapp.engine.decisions import recalled
from trayapp.engine.engine import Engine, Setup
from trayapp.engine.quiet import is_quiet, tomorrow_morning
from trayapp.engine.simulation import JumpingLoop, SimulatedWall
from trayapp.engine.updates import Update
from trayapp.storage.history import History, StoredDecision
from trayapp.storage.settings import Alerts, Polling, QuietHours, Settings

FINE, DOWN = operational(), outage()
SLOW = outage(status="degraded_performance", impact="minor")
PAGE = "status.acme.example"
INCIDENT = Wish(PAGE, f"{PAGE}/inc1")
Line = Mapping[str, Any]
Told = list[tuple[str, str]]


def live(
    lines: Sequence[Line],
    commands: Sequence[tuple[float, Command]] = (),
    *,
    path: Path | None = None,
    minutes: tuple[float, float] = (0, 120),
    settings: Settings = EVERY_MINUTE,
) -> list[Update]:
    """Run the engine from one simulated minute to another; what it stores at ``path`` outlives the run."""
    recorded = recording(lines)
    start = NOON + timedelta(minutes=minutes[0])
    walls: list[SimulatedWall] = []

    def wall() -> SimulatedWall:
        walls.append(SimulatedWall(start))
        return walls[-1]

    home = bootstrap.plain_home()
    engine = Engine(
        Setup(
            settings=settings,
            catalogue=home.catalogue,
            network=lambda _settings: replay.network_for(recorded, walls[-1]),
            history=lambda: History.open(path),
            wall=wall,
            pages=replay.pages_of(recorded, settings, home.catalogue),
            seed=0,
        )
    )
    published: list[Update] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for minute, command in commands:
            loop.call_later((minute - minutes[0]) * 60, engine.handle, command)
        loop.call_later((minutes[1] - minutes[0]) * 60, engine.stop)
        await engine.run(published.append)

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(main())
    return published


def told(updates: Sequence[Update]) -> Told:
    return [(each.alert.kind.value, each.reason.name) for update in updates for each in update.decisions if each.told]


def test_a_snooze_holds_everything_back_for_an_hour_and_then_tells_it_at_once() -> None:
    snoozed = (1.5, Snooze(SnoozeFor.HOUR))
    updates = live([answers(0, FINE), answers(5, DOWN), answers(90, FINE)], [snoozed])

    assert told(updates) == [("digest", "GATHERED"), ("recovered", "OVER")]
    digest = next(each for update in updates for each in update.decisions if each.alert.kind is AlertKind.DIGEST)
    assert digest.alert.at - NOON == pytest.approx(timedelta(minutes=61.5), abs=timedelta(seconds=5))
    ends = [update.now for update in updates if update.book.snoozed_until and not update.book.is_snoozed(update.now)]
    assert ends[0] - NOON <= timedelta(minutes=61.6), "the shells hear that it is over"


def test_a_snooze_outlives_a_restart_and_ends_when_somebody_says_so(tmp_path: Path) -> None:
    lines = [answers(0, FINE), answers(5, DOWN), answers(90, FINE)]
    path = tmp_path / "history.db"
    assert told(live(lines, [(1.5, Snooze(SnoozeFor.TOMORROW))], path=path, minutes=(0, 10))) == []

    again = live(lines, [(30, Snooze(SnoozeFor.NOT))], path=path, minutes=(11, 60))
    assert again[0].book.is_snoozed(again[0].now)
    assert told(again) == [("digest", "GATHERED")]


def test_a_wish_is_stored_the_moment_it_is_made(tmp_path: Path) -> None:
    """Nothing but the command itself has happened when the run ends."""
    path = tmp_path / "history.db"
    snooze: list[tuple[float, Command]] = [(3.5, Snooze(SnoozeFor.HOUR))]
    calm = Settings(polling=Polling(idle=timedelta(minutes=10)))
    live([answers(0, FINE)], snooze, path=path, minutes=(0, 3.501), settings=calm)

    history = History.open(path)
    assert b'"snoozed_until":"2025-12-02T13:03:30' in (history.load_book() or b"")
    history.close()


def test_the_shells_hear_of_the_end_of_a_snooze_although_nothing_else_happens() -> None:
    snooze: list[tuple[float, Command]] = [(1.5, Snooze(SnoozeFor.HOUR))]
    calm = Settings(polling=Polling(idle=timedelta(minutes=40)))
    updates = live([answers(0, FINE)], snooze, settings=calm)

    ends = [update.now - NOON for update in updates if update.now >= NOON + timedelta(minutes=61.4)]
    assert timedelta(minutes=61.5) <= ends[0] <= timedelta(minutes=61.6)


def test_what_is_acknowledged_is_told_again_only_when_it_is_worse_or_over(tmp_path: Path) -> None:
    lines = [answers(0, FINE), answers(5, SLOW), answers(60, DOWN), answers(90, FINE)]
    path = tmp_path / "history.db"
    first = live(lines, [(10, Acknowledge(INCIDENT))], path=path, minutes=(0, 20))
    assert told(first) == [("opened", "NEW")]
    assert is_all_acknowledged(first[-1].book, first[-1].snapshot)

    second = live(lines, path=path, minutes=(21, 120))
    assert is_all_acknowledged(second[3].book, second[3].snapshot)
    assert told(second) == [("escalated", "WORSE"), ("recovered", "OVER")]


def test_who_asked_to_be_told_is_told_once_over_a_restart_on_a_muted_page(tmp_path: Path) -> None:
    lines = [answers(0, FINE), answers(5, DOWN), fails(50), answers(60, FINE)]
    muted = Settings(polling=EVERY_MINUTE.polling, alerts=Alerts(level=Level.MUTE))
    path = tmp_path / "history.db"
    ask: list[tuple[float, Command]] = [(10, TellWhenBack(Wish(PAGE))), (11, TellWhenBack(INCIDENT))]

    assert told(live(lines, ask, path=path, minutes=(0, 20), settings=muted)) == []
    assert told(live(lines, path=path, minutes=(21, 120), settings=muted)) == [("recovered", "WANTED")]
    assert told(live(lines, path=path, minutes=(121, 180), settings=muted)) == []


def test_wishes_can_be_taken_back() -> None:
    lines = [answers(0, FINE), answers(5, DOWN), answers(60, FINE)]
    muted = Settings(polling=EVERY_MINUTE.polling, alerts=Alerts(level=Level.MUTE))
    back: list[tuple[float, Command]] = [
        (10.0, TellWhenBack(INCIDENT)),
        (10.5, Acknowledge(INCIDENT)),
        (11.0, TellWhenBack(INCIDENT, is_on=False)),
        (11.5, Acknowledge(INCIDENT, is_on=False)),
    ]
    updates = live(lines, back, settings=muted)

    assert told(updates) == []
    assert not is_all_acknowledged(updates[-1].book, updates[-1].snapshot)


def test_every_decision_can_be_read_again_as_it_was_made(tmp_path: Path) -> None:
    lines = [answers(0, FINE), answers(5, SLOW), answers(30, DOWN), answers(60, FINE)]
    path = tmp_path / "history.db"
    first = live(lines, path=path, minutes=(0, 100))
    made = [each for update in first for each in update.decisions]

    again = live(lines, [(110, LoadDecisions())], path=path, minutes=(101, 120))

    (found,) = [update.decided for update in again if update.decided is not None]
    assert [(each.alert, each.told, each.reason) for each in reversed(found)] == [
        (each.alert, each.told, each.reason.value) for each in made
    ]


@pytest.mark.parametrize("kind", ["opened", "of a later version"])
def test_a_decision_from_before_alerts_were_kept_whole_says_what_is_known(kind: str) -> None:
    old = StoredDecision(at=NOON, kind=kind, title="Errors", told=True, reason="new trouble", page_id="acme")

    found = recalled(old)

    assert (found.alert.page_id, found.alert.title, found.told, found.reason) == ("acme", "Errors", True, "new trouble")
    assert found.alert.kind is (AlertKind.OPENED if kind == "opened" else AlertKind.NOTICE)


@contextmanager
def local_time(zone: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", zone)
        real_time.tzset()
        yield
    real_time.tzset()


@pytest.mark.skipif(not hasattr(real_time, "tzset"), reason="the zone of a process cannot be set here")
@pytest.mark.parametrize(
    ("now", "hours", "expected"),
    [
        ("2025-12-02T14:00+01:00", None, "2025-12-03T08:00+01:00"),
        ("2025-12-02T07:30+01:00", None, "2025-12-03T08:00+01:00"),
        ("2025-12-02T23:59+01:00", QuietHours(end=time(6, 30)), "2025-12-03T06:30+01:00"),
        ("2025-12-03T03:59+01:00", None, "2025-12-03T08:00+01:00"),
        ("2025-12-03T04:00+01:00", None, "2025-12-04T08:00+01:00"),
        ("2025-12-02T14:00+01:00", QuietHours(start=time(9), end=time(17)), "2025-12-03T08:00+01:00"),
        ("2025-03-29T22:00+01:00", None, "2025-03-30T08:00+02:00"),
    ],
    ids=["day", "morning", "end of quiet hours", "still up", "up early", "quiet by day", "clocks go forward"],
)
def test_tomorrow_morning_is_what_people_mean(
    now: str, hours: QuietHours | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with local_time("Europe/Berlin", monkeypatch):
        found = tomorrow_morning(hours, datetime.fromisoformat(now).astimezone(UTC))
        assert found == datetime.fromisoformat(expected)
        assert hours is None or not is_quiet(hours, found)


def test_a_kill_after_a_pop_up_finds_it_stored_and_says_it_no_second_time(tmp_path: Path) -> None:
    """``watch`` prints what a shell would show."""
    with watched(tmp_path) as page:
        first = watch(tmp_path)
        read_until(first, "status")
        page.serve(SUMMARY, outage())
        read_until(first, "alert")
        until(lambda: b'"saying":[]' in book_of(tmp_path), "it is noted as said")
        kill(first)

        history = History.open(tmp_path / "data" / "history.db")
        kept = history.decisions(NOON)
        history.close()
        assert [(each.kind, each.told, each.reason) for each in kept] == [("opened", True, "new trouble")]
        assert b'"told":"major_outage"' in book_of(tmp_path)
        assert said_by_the_next_run(tmp_path, page) == []


def test_a_kill_before_a_pop_up_was_seen_loses_nothing_and_says_it_at_most_twice(tmp_path: Path) -> None:
    with watched(tmp_path) as page:
        first = watch(tmp_path)
        read_until(first, "status")
        page.serve(SUMMARY, outage())
        read_until(first, "alert")
        kill(first)
        again = said_by_the_next_run(tmp_path, page)
        third = said_by_the_next_run(tmp_path, page)

    assert again in ([], ["opened"])
    assert third == []


def test_a_kill_between_storing_and_showing_loses_no_pop_up(tmp_path: Path) -> None:
    """The process ends itself the moment the decision is stored, a tenth of a second before any shell hears of it."""
    with watched(tmp_path, outage()) as page:
        first = watch(tmp_path, code=DIES_WHEN_STORED)
        assert first.stdout is not None
        assert [line for line in first.stdout if b'"alert"' in line] == []
        assert first.wait(30) == 9
        first.stdout.close()
        assert b'"told":"major_outage"' in book_of(tmp_path)

        assert said_by_the_next_run(tmp_path, page) == ["started_during"]
        assert said_by_the_next_run(tmp_path, page) == []


DIES_WHEN_STORED = """
import os, sys
from trayapp.storage.history import History
from trayapp.__main__ import main
record = History.record
def and_die(self, *arguments, **named):
    record(self, *arguments, **named)
    if len(arguments) > 4 and any(each.told for each in arguments[4]):
        os._exit(9)
History.record = and_die
sys.argv[0] = "trayapp"
sys.exit(main())
"""


@contextmanager
def watched(folder: Path, body: str = FINE) -> Iterator[FakePage]:
    with FakePage() as page:
        page.serve(SUMMARY, body)
        config = f'[polling]\nidle = 1\nincident = 1\n[[watch]]\nurl = "{page.url}"\nname = "Acme"\n'
        (folder / "config.toml").write_text(config, encoding="utf-8")
        yield page


def book_of(folder: Path) -> bytes:
    """Read the policy's memory beside the program that writes it."""
    with closing(sqlite3.connect(f"file:{folder / 'data' / 'history.db'}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT content FROM book").fetchone()
    return bytes(found[0]) if found is not None else b""


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = real_time.monotonic() + 30
    while not holds():
        assert real_time.monotonic() < deadline, what
        real_time.sleep(0.05)


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait(30)
    assert process.stdout is not None
    process.stdout.close()


def said_by_the_next_run(folder: Path, page: FakePage) -> list[str]:
    """Run once more for some looks; return which alerts were told in it."""
    asked = len(page.requests)
    process = watch(folder)
    until(lambda: len(page.requests) >= asked + 4, "four more looks")
    process.terminate()
    assert process.stdout is not None
    lines = [msgspec.json.decode(line) for line in process.stdout]
    process.wait(30)
    process.stdout.close()
    return [each["alert"] for each in lines if each["kind"] == "alert"]


def watch(folder: Path, code: str = "") -> subprocess.Popen[bytes]:
    files = ("--config", str(folder / "config.toml"), "--data-dir", str(folder / "data"))
    start = ("-c", code) if code else ("-m", "trayapp")
    argv = (sys.executable, *start, *files, "watch", "--json", "--explain")
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)


def read_until(process: subprocess.Popen[bytes], kind: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if msgspec.json.decode(line)["kind"] == kind:
            return
    raise AssertionError(f"it ended without a line of the kind {kind}")
