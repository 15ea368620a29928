"""Logins that the window asks the engine to keep: the store, the settings, and the page that opens."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders import operational
from tests.engine.keyring_double import MemoryStore
from tests.fakepage import SUMMARY, FakePage, Seen, Wire
from trayapp.catalogue.lookup import Catalogue
from trayapp.domain.provider import Login
from trayapp.domain.status import Status
from trayapp.engine.commands import ApplySettings, KeepLogin
from trayapp.engine.engine import Engine, Setup
from trayapp.engine.http import Network
from trayapp.engine.loginkeeping import LoginKeeper, own_entry, with_entry, with_login
from trayapp.engine.updates import Update
from trayapp.storage import logins
from trayapp.storage.history import History
from trayapp.storage.secret import Secret
from trayapp.storage.secrets import SecretStoreError, Store, Vault
from trayapp.storage.settings import Settings, Watch

TOKEN = "monitoring-token-Q7Zq0aB1cD2"
ENTRY = Watch(url="http://am.lan:9093", internal=True)


class WatchedStore(MemoryStore):
    """Tells of every change."""

    def __init__(self) -> None:
        super().__init__()
        self.ever: list[str] = []
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    async def holds(self, *secrets: str) -> None:
        """Wait until these are all that is kept."""
        await self.until(lambda: list(self.kept.values()) == list(secrets))

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password)
        self.ever.append(password)
        self._loop.call_soon_threadsafe(self._changed.set)

    def delete_password(self, service: str, username: str) -> None:
        super().delete_password(service, username)
        self._loop.call_soon_threadsafe(self._changed.set)


class Ran:
    """An engine that watches one page of our own, with a key store in memory."""

    def __init__(self, page: FakePage) -> None:
        self.page = page
        self.store = WatchedStore()
        self.updates: list[Update] = []
        self._news = asyncio.Event()
        vault = Vault(lambda: Store("Secret Service", self.store))

        async def unlock(place: str) -> Secret:
            return await logins.unlock(vault, place)

        self.engine = Engine(
            Setup(
                settings=Settings(watch=(Watch(url=page.url, platform="statuspage", internal=True),)),
                catalogue=Catalogue(),
                network=lambda _settings: Network(unlock=unlock),
                history=lambda: History.open(None),
                logins=lambda: LoginKeeper(vault),
            )
        )

    def heard(self, update: Update) -> None:
        self.updates.append(update)
        self._news.set()

    async def until(self, condition: Callable[[Update], bool]) -> Update:
        async with asyncio.timeout(30):
            while not (self.updates and condition(self.updates[-1])):
                self._news.clear()
                await self._news.wait()
        return self.updates[-1]

    async def drive(self) -> None:
        running = asyncio.ensure_future(self.engine.run(self.heard))
        try:
            await self.steps()
        finally:
            self.engine.stop()
            await running

    async def steps(self) -> None:
        await self.until(lambda update: bool(update.snapshot.pages) and update.snapshot.pages[0].failure is not None)
        self.engine.handle(KeepLogin(self.page.url, secret=Secret(TOKEN)))
        update = await self.until(shows(Status.OPERATIONAL))
        assert update.settings.watch[0].login is Login.BEARER
        await self.store.holds(TOKEN)

        self.engine.handle(KeepLogin(self.page.url, user="viewer", secret=Secret("another-one-0123")))
        update = await self.until(lambda update: update.settings.watch[0].login is Login.BASIC)
        await self.store.holds("another-one-0123")

        self.engine.handle(KeepLogin(self.page.url))
        await self.until(lambda update: update.settings.watch[0].login is Login.NONE)
        await self.store.holds()

        self.engine.handle(ApplySettings(Settings(watch=())))
        self.engine.handle(KeepLogin(self.page.url, secret=Secret(TOKEN)))
        await self.until(lambda update: not update.settings.watch)
        await self.store.until(lambda: self.store.ever.count(TOKEN) == 2 and not self.store.kept)


def shows(status: Status) -> Callable[[Update], bool]:
    return lambda update: bool(update.snapshot.pages) and update.snapshot.pages[0].shown is status


def test_a_login_is_kept_changed_and_forgotten_while_the_engine_runs() -> None:
    async def mood(seen: Seen, wire: Wire) -> None:
        knows = seen.headers.get("authorization") == f"Bearer {TOKEN}"
        await wire.answer(200 if knows else 401, operational().encode() if knows else b"")

    with FakePage() as page:
        page.set(SUMMARY, mood)

        async def run() -> None:
            await Ran(page).drive()

        asyncio.run(run())


def test_a_store_that_refuses_is_told_in_a_note() -> None:
    class Refusing(WatchedStore):
        def set_password(self, service: str, username: str, password: str) -> None:
            raise RuntimeError(f"{service} {username} {len(password)}")

    with FakePage() as page:
        page.serve(SUMMARY, operational())

        async def run() -> None:
            ran = Ran(page)
            ran.store = Refusing()
            running = asyncio.ensure_future(ran.engine.run(ran.heard))
            await ran.until(shows(Status.OPERATIONAL))
            ran.engine.handle(KeepLogin(page.url, secret=Secret(TOKEN)))
            update = await ran.until(lambda update: any(each.key == "login" for each in update.notes))
            assert update.settings.watch[0].login is Login.NONE
            ran.engine.stop()
            await running

        asyncio.run(run())


def test_what_was_just_kept_goes_again_when_the_settings_cannot_be_saved(tmp_path: Path) -> None:
    store = MemoryStore()
    keeper = LoginKeeper(Vault(lambda: Store("Secret Service", store)))

    def full() -> None:
        raise OSError(tmp_path)

    async def run() -> None:
        place = await keeper.keep(Secret(TOKEN))
        with pytest.raises(OSError, match=str(tmp_path)):
            await keeper.put("", place, full)
        with pytest.raises(SecretStoreError):
            await logins.unlock(Vault(lambda: Store("Secret Service", store)), place)

    asyncio.run(run())
    assert store.kept == {}


def test_an_entry_is_found_by_its_address_and_replaced_alone() -> None:
    other = Watch(provider="openai")
    settings = Settings(watch=(other, ENTRY))

    assert own_entry(settings, "http://am.lan:9093/") == ENTRY
    assert own_entry(settings, "http://elsewhere.lan") is None
    after = with_login(ENTRY, "viewer", "env:TOKEN")
    assert with_entry(settings, ENTRY, after).watch == (other, after)
    assert with_login(after, "viewer", "") == ENTRY
