"""The keyless request to an API's host: what counts against its provider, and what does not."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.fakepage import FakePage, Mood, asks_to_wait, hangs_up, html, redirects, resets, says, silence
from trayapp.domain.provider import Provider
from trayapp.domain.verdict import EdgeKind, EdgeState, after_edge
from trayapp.engine.edge import AFTER_FAILURE, EARLY, EVERY, ask_edge, is_due, next_edge
from trayapp.engine.hosts import Edge, edge_of
from trayapp.engine.http import Network, NetworkSettings

SECOND = timedelta(seconds=1)
AMPLE = 60.0


@pytest.fixture
def api() -> Iterator[FakePage]:
    with FakePage() as page:
        yield page


def asked(url: str, *, deadline: float = AMPLE, settings: NetworkSettings | None = None) -> EdgeState:
    edge = Edge(url, is_own=True)
    return asyncio.run(ask_edge(Network(settings), edge, EdgeState(), lambda: NOON, timedelta(seconds=deadline)))


@pytest.mark.parametrize(
    ("mood", "kind", "code"),
    [
        (says(b"{}"), EdgeKind.OK, "200"),
        (says(b"", 401), EdgeKind.OK, "401"),
        (says(b"", 403), EdgeKind.OK, "403"),
        (says(b"", 404), EdgeKind.OK, "404"),
        (asks_to_wait("60"), EdgeKind.OK, "429"),
        (redirects("https://elsewhere.example/"), EdgeKind.OK, "302"),
        (html(), EdgeKind.OK, "200"),
        (says(b"", 500), EdgeKind.DOWN, "500"),
        (says(b"", 529), EdgeKind.DOWN, "529"),
        (silence(), EdgeKind.DOWN, "timeout"),
        (says(b"", 511), EdgeKind.BLOCKED, "511"),
        (hangs_up(), EdgeKind.BLOCKED, "reset"),
        (resets(), EdgeKind.BLOCKED, "reset"),
    ],
)
def test_only_a_server_error_or_silence_after_the_question_is_theirs(
    api: FakePage, mood: Mood, kind: EdgeKind, code: str
) -> None:
    api.set_all(mood)

    state = asked(f"{api.url}/v1/models", deadline=1 if code == "timeout" else AMPLE)

    assert (state.kind, state.code, state.at) == (kind, code, NOON)


def test_the_question_carries_no_key(api: FakePage) -> None:
    asked(f"{api.url}/v1/models")

    (seen,) = api.requests
    assert not {"authorization", "x-api-key", "cookie"} & set(seen.headers)


def test_nobody_listening_is_not_theirs(api: FakePage) -> None:
    api.refuse()

    assert asked(api.url).kind is EdgeKind.BLOCKED


def test_a_name_that_nobody_knows_is_not_theirs() -> None:
    assert asked("https://api.acme.invalid/v1/models").kind is EdgeKind.DNS


def test_silence_before_the_secure_connection_is_not_theirs(api: FakePage) -> None:
    api.hold_connections()

    state = asked(f"https://127.0.0.1:{api.port}/v1/models", deadline=1)

    assert (state.kind, state.code) == (EdgeKind.BLOCKED, "timeout")


def test_no_secure_connection_is_a_state_of_its_own(api: FakePage) -> None:
    api.greet(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    assert asked(f"https://127.0.0.1:{api.port}/v1/models").kind is EdgeKind.TLS


def test_a_dead_proxy_is_not_theirs() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        proxy = NetworkSettings(proxy_mode="url", proxy_url=f"http://127.0.0.1:{nobody.getsockname()[1]}")

        state = asked("https://api.acme.invalid/v1/models", settings=proxy)

    assert (state.kind, state.code) == (EdgeKind.BLOCKED, "proxy")


def test_an_answer_after_failures_is_folded_in(api: FakePage) -> None:
    api.set_all(says(b"", 503))
    network, edge = Network(), Edge(api.url, is_own=True)
    state = EdgeState()
    for _attempt in range(3):
        state = asyncio.run(ask_edge(network, edge, state, lambda: NOON))

    assert state.is_down
    other = asyncio.run(ask_edge(network, Edge(f"{api.url}/other", is_own=True), state, lambda: NOON))
    assert not other.is_down, "what one address did says nothing of another"


class TestWhomToAsk:
    def provider(self, api_host: str = "api.acme.example") -> Provider:
        return Provider(id="acme", name="Acme", api_host=api_host)

    def test_the_providers_own_host(self) -> None:
        assert edge_of(self.provider(), {}) == Edge("https://api.acme.example/v1/models")

    @pytest.mark.parametrize(
        ("base", "url"),
        [
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000/v1/models"),
            ("https://gateway.example/openai/v1/", "https://gateway.example/openai/v1/models"),
            ("https://gateway.example/voice", "https://gateway.example/voice/v1/models"),
        ],
    )
    def test_the_users_own_gateway_wins(self, base: str, url: str) -> None:
        assert edge_of(self.provider(), {"acme": base}) == Edge(url, is_own=True)

    def test_nobody_where_no_host_is_known(self) -> None:
        assert edge_of(self.provider(""), {"other": "https://other.example"}) is None


class TestCadence:
    def state(self, *kinds: EdgeKind) -> EdgeState:
        state = EdgeState()
        for kind in kinds:
            state = after_edge(state, kind, NOON)
        return state

    def test_at_once_then_every_five_minutes_and_sooner_after_a_failure(self) -> None:
        assert next_edge(EdgeState(), NOON) == NOON
        assert next_edge(self.state(EdgeKind.OK), NOON) == NOON + EVERY
        assert next_edge(self.state(EdgeKind.DOWN), NOON) == NOON + AFTER_FAILURE
        assert next_edge(self.state(EdgeKind.BLOCKED), NOON) == NOON + AFTER_FAILURE
        assert next_edge(self.state(*[EdgeKind.DOWN] * 3, EdgeKind.OK), NOON) == NOON + AFTER_FAILURE
        assert next_edge(self.state(EdgeKind.OK), NOON - SECOND) == NOON - SECOND

    def test_along_with_a_look_it_may_come_a_little_early(self) -> None:
        state = self.state(EdgeKind.OK)
        soon = NOON + (1 - EARLY) * EVERY

        assert is_due(EdgeState(), NOON)
        assert is_due(state, soon)
        assert not is_due(state, soon - SECOND)
