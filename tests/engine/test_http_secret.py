"""A key on the wire: to its own host, in a header, and nowhere else."""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.fakepage import FakePage, Seen, Wire, redirects, says, silence
from trayapp.domain.keys import BASIC, BEARER, Auth, header_auth
from trayapp.domain.report import FailureKind, FetchFailure
from trayapp.engine.access import Carried
from trayapp.engine.http import Driven, Exchanged, Network, NetworkSettings
from trayapp.exchange import Exchange, Request, Response
from trayapp.storage.secret import Secret

KEY = "sk-test-C4naryQ7/x+9Zq0aB1cD2eF3"
EVERY_STATUS = frozenset(range(100, 600)) - {301, 302, 303, 307, 308}


def asking(
    *urls: str, headers: Mapping[str, str] | None = None, method: str = "GET", body: bytes = b""
) -> Callable[[], Exchange[list[Response]]]:
    def exchange() -> Exchange[list[Response]]:
        answers: list[Response] = []
        for url in urls:
            answer = yield Request(
                url=url, accept=EVERY_STATUS, limit=262_144, headers=headers or {}, body=body, method=method
            )
            answers.append(answer)
        return answers

    return exchange


def carry(
    page: FakePage,
    *paths: str,
    auth: Auth = BEARER,
    host: str = "",
    key: str = KEY,
    sink: Any = None,
    patience: float = 60,
) -> Driven[list[Response]]:
    carried = Carried(secret=Secret(key), auth=auth, host=host or page.url.removeprefix("http://"))
    urls = [each if "://" in each else page.url + each for each in paths]

    async def run() -> Driven[list[Response]]:
        network = Network(NetworkSettings(), sink=sink)
        try:
            return await network.carry(asking(*urls), carried, deadline=timedelta(seconds=patience))
        finally:
            await network.close()

    return asyncio.run(run())


@pytest.fixture
def page() -> Any:
    with FakePage() as page:
        page.serve("/v1/models", json.dumps({"data": []}))
        yield page


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        (BEARER, "authorization", f"Bearer {KEY}"),
        (Auth(prefix="Token "), "authorization", f"Token {KEY}"),
        (header_auth("x-api-key"), "x-api-key", KEY),
        (BASIC, "authorization", f"Basic {base64.b64encode(KEY.encode()).decode()}"),
        (
            Auth(prefix="", basic=True, user="api"),
            "authorization",
            f"Basic {base64.b64encode(f'api:{KEY}'.encode()).decode()}",
        ),
    ],
)
def test_the_key_travels_in_its_header(page: FakePage, auth: Auth, name: str, value: str) -> None:
    driven = carry(page, "/v1/models", auth=auth)

    assert not isinstance(driven.outcome, FetchFailure)
    assert page.requests[0].headers[name] == value
    assert page.requests[0].headers["accept-encoding"] == "identity"
    assert "key check" in page.requests[0].headers["user-agent"]
    assert "C4nary" not in page.requests[0].path


def test_another_host_never_sees_it(page: FakePage) -> None:
    with FakePage() as other:
        driven = carry(page, f"{other.url}/v1/models")

        assert isinstance(driven.outcome, FetchFailure)
        assert driven.outcome.kind is FailureKind.INVALID
        assert not other.requests


def test_another_port_is_another_host(page: FakePage) -> None:
    driven = carry(page, "/v1/models", host="127.0.0.1:1")

    assert isinstance(driven.outcome, FetchFailure)
    assert not page.requests


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(page: FakePage, status: int) -> None:
    with FakePage() as other:
        page.set("/elsewhere", redirects(f"{other.url}/?key={KEY}", status))
        page.set("/same", redirects(f"{page.url}/v1/models", status))
        for path in ("/elsewhere", "/same"):
            driven = carry(page, path)

            assert isinstance(driven.outcome, FetchFailure)
            assert driven.outcome.kind is FailureKind.MOVED
            assert "C4nary" not in repr(driven)
        assert not other.requests
        assert [each.path for each in page.requests] == ["/elsewhere", "/same"]


def test_plain_http_is_for_this_computer() -> None:
    with FakePage() as page:
        driven = carry(page, "http://api.acme.example/v1", host="api.acme.example:80")

        assert isinstance(driven.outcome, FetchFailure)
        assert driven.outcome.kind is FailureKind.INVALID


def test_what_an_echoing_server_returns_comes_without_the_key(page: FakePage) -> None:
    async def echo(seen: Seen, wire: Wire) -> None:
        body = json.dumps({"error": {"message": f"bad {seen.headers['authorization']}"}}).encode()
        await wire.answer(401, body, ("Content-Type", "application/json"), ("X-Echo", seen.headers["authorization"]))

    page.set("/v1/models", echo)
    driven = carry(page, "/v1/models")

    assert not isinstance(driven.outcome, FetchFailure)
    answer = driven.outcome[0]
    assert answer.status == 401
    assert b"[key]" in answer.body
    assert "C4nary" not in repr(driven)


def test_it_is_neither_recorded_nor_remembered_nor_asked_conditionally(page: FakePage) -> None:
    seen: list[Exchanged] = []
    page.set("/v1/models", says({"data": []}, etag='"1"'))

    carry(page, "/v1/models", "/v1/models", sink=seen.append)

    assert not seen
    assert len(page.requests) == 2
    assert not any("if-none-match" in each.headers for each in page.requests)


def test_a_key_that_cannot_be_a_header_is_not_sent(page: FakePage) -> None:
    for key in ("abc\r\nX-Evil: 1", "schlüssel-lang", ""):
        driven = carry(page, "/v1/models", key=key)

        assert isinstance(driven.outcome, FetchFailure)
        assert "Evil" not in repr(driven)
    assert not page.requests


def test_a_silent_server_takes_no_longer_than_the_deadline(page: FakePage) -> None:
    page.set("/v1/models", silence())

    driven = carry(page, "/v1/models", patience=1.2)

    assert isinstance(driven.outcome, FetchFailure)
    assert driven.outcome.kind is FailureKind.TIMEOUT


def test_a_question_may_ask_to_go_without_the_key(page: FakePage) -> None:
    carried = Carried(secret=Secret(KEY), auth=BEARER, host=page.url.removeprefix("http://"))
    exchange = asking(f"{page.url}/v1/models", headers={"Authorization": ""})

    asyncio.run(Network(NetworkSettings()).carry(exchange, carried, deadline=timedelta(seconds=60)))

    assert "authorization" not in page.requests[0].headers


def test_a_documented_check_may_be_a_post(page: FakePage) -> None:
    carried = Carried(secret=Secret(KEY), auth=BEARER, host=page.url.removeprefix("http://"))
    exchange = asking(f"{page.url}/v1/models", method="POST", body=b"{}")

    asyncio.run(Network(NetworkSettings()).carry(exchange, carried, deadline=timedelta(seconds=60)))

    assert page.requests[0].method == "POST"
    assert page.requests[0].headers["content-length"] == "2"


def test_an_address_with_a_user_name_is_refused(page: FakePage) -> None:
    driven = carry(page, page.url.replace("//", "//user:pass@") + "/v1/models")

    assert isinstance(driven.outcome, FetchFailure)
    assert not page.requests
