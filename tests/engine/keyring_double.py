"""A key store in memory for the vault, and an API on this computer that knows which keys are good."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.fakepage import FakePage, Mood, Seen, Wire
from trayapp.engine.http import Network, NetworkSettings
from trayapp.engine.keycheck import KeyChecker
from trayapp.engine.keykeeping import KeyKeeper
from trayapp.storage.keyfile import KeyFile
from trayapp.storage.secrets import Store, Vault

MODELS = json.dumps({"object": "list", "data": [{"id": "gpt-x", "object": "model"}]})


class MemoryStore:
    """What keyring calls a back end, in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:  # noqa: ARG002 - keyring's signature
        return self.kept.get(service)

    def set_password(self, service: str, username: str, password: str) -> None:  # noqa: ARG002 - keyring's signature
        self.kept[service] = password

    def delete_password(self, service: str, username: str) -> None:  # noqa: ARG002 - keyring's signature
        del self.kept[service]


def system_store(store: MemoryStore) -> type[object]:
    """Return a class as keyring's back ends are: made without arguments, with a priority."""
    return type("Keyring", (), {"priority": 9.0, "__new__": lambda _kind: store})


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = datetime(2025, 12, 2, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **span: float) -> None:
        self.at += timedelta(**span)


class Desk:
    """A keeper and a checker over a store in memory, a file of its own and an API on this computer."""

    def __init__(self, folder: Path, api: FakePage) -> None:
        self.store = MemoryStore()
        self.time = Time()
        self.vault = Vault(lambda: Store("Secret Service", self.store))
        self.file = KeyFile(folder / "keys.toml")
        self.keeper = KeyKeeper(self.file, self.vault, self.time)
        self.api = api
        self.sleep: Callable[[float], Awaitable[None]] | None = None
        self.endpoints = dict.fromkeys(("openai", "anthropic", "deepseek", "groq", "mistral"), api.url)

    @property
    def host(self) -> str:
        return self.api.url.removeprefix("http://")

    def checker(self) -> KeyChecker:
        return KeyChecker(
            Network(NetworkSettings()), self.vault, self.endpoints, now=self.time, sleep=self.sleep or asyncio.sleep
        )

    async def check(self, *, may_ask: bool = True, checker: KeyChecker | None = None) -> set[str]:
        """Check every key and return the labels of those that were asked."""
        checker = checker or self.checker()
        refs = [each.ref for each in self.keeper.book.keys]
        refs += [each.state.ref for each in self.keeper.book.old if not each.is_dead]
        asked = set()
        try:
            async for checks in checker.batches(refs, may_ask=may_ask):
                await self.keeper.note(checks)
                asked |= {each.ref.label for each in checks}
        finally:
            await checker.network.close()
        return asked


def knows(*good: str) -> Mood:
    """Answer as OpenAI does: a list of models to a good key, the key echoed back to any other."""

    async def mood(seen: Seen, wire: Wire) -> None:
        await asyncio.sleep(0)
        given = _given(seen)
        if given in good:
            await wire.answer(200, MODELS.encode(), ("Content-Type", "application/json"))
            return
        error = {"message": f"Incorrect API key provided: {given}.", "code": "invalid_api_key"}
        body = json.dumps({"error": error}).encode()
        await wire.answer(401, body, ("Content-Type", "application/json"), ("X-Echo", given))

    return mood


def _given(seen: Seen) -> str:
    fields: Iterable[str] = (seen.headers.get("authorization", ""), seen.headers.get("x-api-key", ""))
    return "".join(fields).removeprefix("Bearer ")
