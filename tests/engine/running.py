"""Runs the real engine over a recording, as fast as it goes, and keeps what it published."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from tests.builders import NOON
from trayapp import bootstrap
from trayapp.domain.alert import AlertKind
from trayapp.domain.change import StatusChanged
from trayapp.engine.recording import Recording, read
from trayapp.engine.updates import Update
from trayapp.storage.history import History
from trayapp.storage.settings import Polling, Settings

URL = "https://status.acme.example/api/v2/summary.json"
EVERY_MINUTE = Settings(polling=Polling(idle=timedelta(seconds=60), incident=timedelta(seconds=60)))


def stamp(minutes: float) -> str:
    return (NOON + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def answers(minutes: float, body: str, url: str = URL, status: int = 200) -> dict[str, Any]:
    return {"at": stamp(minutes), "url": url, "status": status, "headers": {}, "body": body}


def fails(minutes: float, how: str = "timeout", url: str = URL) -> dict[str, Any]:
    return {"at": stamp(minutes), "url": url, "fail": how}


def sleeps(minutes: float, until: float) -> dict[str, Any]:
    return {"at": stamp(minutes), "sleep_until": stamp(until)}


def recording(lines: Iterable[Mapping[str, Any]]) -> Recording:
    return read("\n".join(msgspec.json.encode(each).decode() for each in lines))


@dataclass
class Ran:
    """What a run published, in order."""

    updates: list[Update] = field(default_factory=list)

    @property
    def statuses(self) -> list[tuple[str, str, str]]:
        return [
            (each.page_id, word(each.before), word(each.after))
            for update in self.updates
            for each in update.changes
            if isinstance(each, StatusChanged)
        ]

    @property
    def status_times(self) -> list[tuple[datetime, str]]:
        return [
            (each.at, word(each.after))
            for update in self.updates
            for each in update.changes
            if isinstance(each, StatusChanged)
        ]

    @property
    def told(self) -> list[tuple[AlertKind, str | None]]:
        return [
            (each.alert.kind, each.alert.incident_id)
            for update in self.updates
            for each in update.decisions
            if each.told
        ]


def word(status: Any) -> str:
    return "unknown" if status is None else str(status.value)


def run(lines: Iterable[Mapping[str, Any]], settings: Settings = EVERY_MINUTE, *, own_pages: bool = False) -> Ran:
    """Run to one hour after the last line."""
    return play(recording(lines), settings, own_pages=own_pages)


def play(
    recorded: Recording,
    settings: Settings = EVERY_MINUTE,
    *,
    own_pages: bool = False,
    database: Path | None = None,
) -> Ran:
    """Run a recording to one hour after its last line; its history goes with it, or into a file."""
    home = bootstrap.plain_home()
    home = replace(home, loaded=replace(home.loaded, settings=settings))
    engine = bootstrap.build_replay(recorded, home, own_pages=own_pages)
    engine._setup = replace(engine._setup, history=lambda: History.open(database))
    ran = Ran()
    asleep = sum((each.until - each.at).total_seconds() for each in recorded.sleeps)
    length = (recorded.end - recorded.start).total_seconds() + 3600 - asleep

    async def main() -> None:
        asyncio.get_running_loop().call_later(length, engine.stop)
        await engine.run(ran.updates.append)

    with asyncio.Runner(loop_factory=bootstrap.replay_loop) as runner:
        runner.run(main())
    return ran
