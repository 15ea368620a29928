"""Servers of models on this computer: found where they answer as such, asked no more often than needed."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta

import pytest

from tests.builders import NOON
from tests.fakepage import FakePage, says
from trayapp.domain.alternatives import LocalModel
from trayapp.engine.http import Network
from trayapp.engine.localmodels import EVERY, LocalModels, ask_local

MODELS = b'{"object":"list","data":[{"id":"llama3.2","object":"model"},{"id":"qwen3"}]}'


def asked(*addresses: str) -> tuple[LocalModel, ...]:
    async def main() -> tuple[LocalModel, ...]:
        network = Network()
        try:
            return await ask_local(network, addresses, lambda: NOON)
        finally:
            await network.close()

    return asyncio.run(main())


def test_a_server_tells_its_models() -> None:
    with FakePage() as server:
        server.set("/v1/models", says(MODELS, 200))
        (found,) = asked(f"{server.url}/")

    assert found == LocalModel(server.url.removeprefix("http://"), f"{server.url}/v1", ("llama3.2", "qwen3"), NOON)


@pytest.mark.parametrize(
    "body", [b"<html>hello</html>", b'{"data":[]}', b"{}", b'{"data":[{"id":""}]}', b'{"data":[{"id":7}]}', b"\xff"]
)
def test_what_is_no_server_of_models_is_left_out(body: bytes) -> None:
    with FakePage() as server:
        server.set("/v1/models", says(body, 200))

        assert asked(server.url) == ()


def test_nobody_there_is_no_model() -> None:
    with FakePage() as server:
        server.refuse()

        assert asked(server.url) == ()


def test_it_is_asked_at_most_once_a_minute_and_says_when_there_is_something_new() -> None:
    times = [NOON]
    changes: list[int] = []

    async def main(address: str) -> None:
        network = Network()
        chores: list[asyncio.Task[None]] = []

        def start(chore: Coroutine[None, None, None]) -> None:
            chores.append(asyncio.get_running_loop().create_task(chore))

        def now() -> datetime:
            return times[-1]

        models = LocalModels(network=lambda: network, now=now, start=start, changed=lambda: changes.append(1))
        try:
            models.want(())
            assert not chores
            for moment in (NOON, NOON + EVERY / 2, NOON + EVERY, NOON - timedelta(hours=1)):
                times.append(moment)
                models.want((address,))
                await asyncio.gather(*chores)
            assert len(chores) == 3
            assert [each.models for each in models.found] == [("llama3.2", "qwen3")]
        finally:
            await network.close()

    with FakePage() as server:
        server.set("/v1/models", says(MODELS, 200))
        asyncio.run(main(server.url))

    assert len(changes) == 3
