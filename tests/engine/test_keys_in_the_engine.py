"""Keys in the whole engine: published in updates, told once, remembered over a restart."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import operational
from tests.engine.keyring_double import MemoryStore, knows, system_store
from tests.fakepage import SUMMARY, FakePage
from trayapp import bootstrap
from trayapp.domain.alert import AlertKind, Reason
from trayapp.domain.keys import KeyHealth
from trayapp.engine.commands import AddKey, CheckKeys
from trayapp.engine.engine import Engine
from trayapp.engine.newkey import NewKey
from trayapp.engine.updates import Update
from trayapp.storage.secret import Secret

GOOD = "sk-proj-GoodKeyQ7Zq0aB1cD2eF3"
PATH = "/v1/models"


@pytest.fixture
def api() -> Iterator[FakePage]:
    with FakePage() as page:
        page.set(PATH, knows(GOOD))
        page.serve(SUMMARY, operational())
        yield page


@pytest.fixture
def options(tmp_path: Path, api: FakePage, monkeypatch: pytest.MonkeyPatch) -> bootstrap.Options:
    monkeypatch.setattr("keyring.backends.SecretService.Keyring", system_store(MemoryStore()))
    watch = f'[[watch]]\nname = "Acme"\nurl = "{api.url}"\nplatform = "statuspage"\n'
    (tmp_path / "config.toml").write_text(f'[endpoints]\nopenai = "{api.url}"\n[baseline]\nhosts = []\n{watch}')
    return bootstrap.Options(config=tmp_path / "config.toml", data_dir=tmp_path / "data")


class Run:
    """One run of the engine, and what it published."""

    def __init__(self, options: bootstrap.Options) -> None:
        self.engine: Engine = bootstrap.build_engine(options)
        self.updates: list[Update] = []

    async def until(self, holds: Callable[[], bool]) -> None:
        for _moment in range(3000):
            if self.updates and holds():
                return
            await asyncio.sleep(0.02)
        raise AssertionError(self.updates[-1:])

    @property
    def told(self) -> list[Reason]:
        made = [each for update in self.updates for each in update.decisions]
        return [each.reason for each in made if each.alert.kind is AlertKind.KEY]

    def has(self, health: KeyHealth) -> bool:
        return [each.health for each in self.updates[-1].keys] == [health]


def run(options: bootstrap.Options, story: Callable[[Run], Awaitable[None]]) -> Run:
    async def main() -> Run:
        this = Run(options)
        running = asyncio.ensure_future(this.engine.run(this.updates.append))
        try:
            await this.until(lambda: True)
            await story(this)
        finally:
            this.engine.stop()
            await running
        return this

    return asyncio.run(main())


def test_a_key_is_published_and_its_turns_are_told_once(options: bootstrap.Options, api: FakePage) -> None:
    async def turns_bad(this: Run) -> None:
        this.engine.handle(AddKey(NewKey(provider="openai", label="work"), Secret(GOOD)))
        await this.until(lambda: this.has(KeyHealth.OK))
        assert this.updates[-1].key_store == "Secret Service"
        assert not this.told
        api.set(PATH, knows())
        this.engine.handle(CheckKeys())
        await this.until(lambda: this.has(KeyHealth.REJECTED) and bool(this.told))
        this.engine.handle(CheckKeys())
        await this.until(lambda: not this.updates[-1].checking)

    async def is_bad_still(this: Run) -> None:
        await this.until(lambda: this.has(KeyHealth.REJECTED))
        this.engine.handle(CheckKeys())
        await asyncio.sleep(0.3)
        api.set(PATH, knows(GOOD))
        this.engine.handle(CheckKeys())
        await this.until(lambda: this.has(KeyHealth.OK) and bool(this.told))

    first = run(options, turns_bad)
    second = run(options, is_bad_still)

    assert first.told == [Reason.NEW]
    assert second.told == [Reason.OVER]
    outcomes = [each.key_outcome for each in first.updates if each.key_outcome is not None]
    assert {each.problem for each in outcomes} == {""}
    assert GOOD not in repr(first.updates)


def test_a_broken_file_of_keys_is_a_note(options: bootstrap.Options, tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text("[[key")

    async def looks(this: Run) -> None:
        await this.until(lambda: any(each.key == "keys" for each in this.updates[-1].notes))

    run(options, looks)


def test_what_people_were_reminded_of_is_forgotten_with_the_file_of_keys(
    options: bootstrap.Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trayapp.engine.engine.HEARTBEAT", timedelta(seconds=0.1))
    end = datetime.now(UTC) + timedelta(days=3)

    async def reminds(this: Run) -> None:
        this.engine.handle(AddKey(NewKey(provider="openai", label="work", expires_at=end), Secret(GOOD)))
        await this.until(lambda: bool(this.updates[-1].book.reminded))

    async def forgets(this: Run) -> None:
        await this.until(lambda: this.updates[-1].book.reminded == ())

    run(options, reminds)
    (tmp_path / "keys.toml").unlink()
    second = run(options, forgets)

    assert second.updates[0].book.reminded != ()


def test_a_first_key_that_another_process_keeps_is_seen(
    options: bootstrap.Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trayapp.engine.engine.HEARTBEAT", timedelta(seconds=0.1))

    async def hears_of_one(this: Run) -> None:
        assert this.updates[-1].keys == ()
        other = bootstrap.key_keeper(bootstrap.home(options))
        await other.add(NewKey(provider="openai", label="work"), Secret(GOOD))
        await this.until(lambda: this.has(KeyHealth.OK))

    run(options, hears_of_one)


def test_a_file_of_keys_that_cannot_be_reached_counts_as_one(
    options: bootstrap.Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_closed(*_arguments: object, **_named: object) -> bool:
        raise PermissionError(13, "Permission denied")

    mine = bootstrap.home(options)
    assert not bootstrap._has_keys(mine)
    monkeypatch.setattr(Path, "exists", is_closed)
    assert bootstrap._has_keys(mine)


def test_a_key_that_ends_soon_is_told_of_once_and_not_after_a_restart(
    options: bootstrap.Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trayapp.engine.engine.HEARTBEAT", timedelta(seconds=0.1))
    end = datetime.now(UTC) + timedelta(days=3)

    async def adds(this: Run) -> None:
        this.engine.handle(AddKey(NewKey(provider="openai", label="work", expires_at=end), Secret(GOOD)))
        await this.until(lambda: Reason.DUE in this.told)
        await asyncio.sleep(0.5)

    async def goes_on(this: Run) -> None:
        await this.until(lambda: this.has(KeyHealth.OK))
        await asyncio.sleep(0.5)

    async def cannot_read_them(this: Run) -> None:
        await this.until(lambda: any(each.key == "keys" for each in this.updates[-1].notes))
        await asyncio.sleep(0.5)

    file = tmp_path / "keys.toml"
    told = [run(options, adds).told, run(options, goes_on).told]
    text = file.read_text()
    file.write_text("[[key")
    told.append(run(options, cannot_read_them).told)
    file.write_text(text)
    told.append(run(options, goes_on).told)

    assert told == [[Reason.DUE], [], [], []]
