"""Which servers of models run on this computer: asked only while something watched fails."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from trayapp.domain.alternatives import LocalModel
from trayapp.domain.report import FetchFailure
from trayapp.engine.http import Network
from trayapp.exchange import Exchange, Request, UnreadableResponseError
from trayapp.formats.text import one_line

EVERY = timedelta(minutes=1)
DEADLINE = timedelta(seconds=3)
_MOST_MODELS = 50
_NAMES = {11434: "Ollama", 1234: "LM Studio", 8080: "llama.cpp"}
"""By their usual ports; all of them answer as OpenAI's API does."""


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model] = []


class LocalModels:
    """What is known of them in one engine. ``changed`` is called when there is something new."""

    def __init__(
        self,
        *,
        network: Callable[[], Network],
        now: Callable[[], datetime],
        start: Callable[[Coroutine[None, None, None]], None],
        changed: Callable[[], None],
    ) -> None:
        """Ask nobody yet. ``start`` begins a coroutine and ends it with the engine."""
        self.found: tuple[LocalModel, ...] = ()
        self._network = network
        self._now = now
        self._start = start
        self._changed = changed
        self._asked_at: datetime | None = None

    def want(self, addresses: tuple[str, ...]) -> None:
        """Ask, unless somebody did within the last minute."""
        now = self._now()
        if addresses and (self._asked_at is None or not timedelta(0) <= now - self._asked_at < EVERY):
            self._asked_at = now
            self._start(self._ask(addresses))

    async def _ask(self, addresses: tuple[str, ...]) -> None:
        before, self.found = self.found, await ask_local(self._network(), addresses, self._now)
        if self.found or before:
            self._changed()


async def ask_local(
    network: Network, addresses: tuple[str, ...], now: Callable[[], datetime]
) -> tuple[LocalModel, ...]:
    """Ask every address side by side; those that do not answer as a server of models are left out."""
    found = await asyncio.gather(*(_ask(network, each, now) for each in addresses))
    return tuple(each for each in found if each is not None)


async def _ask(network: Network, address: str, now: Callable[[], datetime]) -> LocalModel | None:
    base = f"{address.rstrip('/')}/v1"
    driven = await network.drive(lambda: _models(base), memory_key=f"local {base}", deadline=DEADLINE)
    if isinstance(driven.outcome, FetchFailure) or not driven.outcome:
        return None
    return LocalModel(_name(address), base, driven.outcome, now())


def _models(base: str) -> Exchange[tuple[str, ...]]:
    answer = yield Request(url=f"{base}/models")
    try:
        listed = msgspec.json.decode(answer.body, type=_Models)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise UnreadableResponseError(str(error)) from error
    return tuple(one_line(each.id, 80) for each in listed.data[:_MOST_MODELS] if each.id.strip())


def _name(address: str) -> str:
    parts = urlsplit(address)
    return _NAMES.get(parts.port or 0, parts.netloc.rpartition("@")[2])
