import asyncio
import itertools
import logging
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from tests.authority import certificates_in
from tests.builders import operational, outage
from tests.fakepage import (
    SUMMARY,
    FakePage,
    Mood,
    answers_once_per_connection,
    asks_to_wait,
    chunked,
    drips,
    endless,
    gzip_bomb,
    hangs_up,
    header_flood,
    html,
    mismeasured,
    never_changing_etag,
    packed,
    raw,
    redirects,
    resets,
    says,
    silence,
    slow_headers,
)
from trayapp.domain.report import FailureKind, FetchFailure
from trayapp.engine import certificates, http
from trayapp.engine.addresses import is_inside, names_loopback
from trayapp.engine.answers import retry_after
from trayapp.engine.http import Driven, Exchanged, Network, NetworkSettings, answering
from trayapp.engine.proxies import BrokenProxy, Proxy, proxy_for
from trayapp.exchange import DEFAULT_LIMIT, Exchange, Request, Response, UnreadableResponseError
from trayapp.formats.body import text_of

T = TypeVar("T")
SOON = timedelta(seconds=1.2)
"""For what never ends; a machine that stands still for a moment must not make anything else late."""
AMPLE = timedelta(seconds=60)
BODY = operational()


def one(url: str, **options: Any) -> Callable[[], Exchange[str]]:
    """A conversation of one request that ends with the body's text."""

    def conversation() -> Exchange[str]:
        answer = yield Request(url=url, **options)
        return text_of(answer)

    return conversation


async def look(
    url: str, network: Network | None = None, *, deadline: timedelta = AMPLE, **options: Any
) -> str | FetchFailure:
    internal = options.pop("internal", False)
    driven = await (network or Network()).drive(
        one(url, **options), memory_key=url, deadline=deadline, internal=internal
    )
    return driven.outcome


def failed(url: str, network: Network | None = None, **options: Any) -> FetchFailure:
    outcome = asyncio.run(look(url, network, **options))
    assert isinstance(outcome, FetchFailure), outcome
    assert outcome.detail.endswith(".")
    assert outcome.detail.isprintable()
    return outcome


class OwnNames(asyncio.SelectorEventLoop):
    """An event loop in which names lead where a test wants, for a resolver that lies, hangs or knows nothing."""

    def __init__(self, addresses: Sequence[str] = (), delay: float = 0) -> None:
        super().__init__()
        self.addresses = addresses
        self.delay = delay

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> Any:  # noqa: ARG002  # asyncio's own signature
        await asyncio.sleep(self.delay)
        if not self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        families = {False: socket.AF_INET, True: socket.AF_INET6}
        return [(families[":" in each], socket.SOCK_STREAM, 6, "", (each, port)) for each in self.addresses]


def run_with_names(names: OwnNames, work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=lambda: names) as runner:
        return runner.run(work)


@pytest.fixture
def page() -> Iterator[FakePage]:
    with FakePage() as fake:
        fake.serve(SUMMARY, BODY)
        yield fake


@pytest.fixture
def url(page: FakePage) -> str:
    return page.url + SUMMARY


def test_a_page_is_read_with_an_honest_name_and_without_a_cookie(page: FakePage, url: str) -> None:
    page.serve(SUMMARY, BODY, 200, ("Set-Cookie", "a=1; Path=/"))
    network = Network()

    for _ in range(2):
        asyncio.run(look(url, network))

    for seen in page.requests:
        assert seen.headers["user-agent"].startswith("AIStatusTray/")
        assert seen.headers["accept-encoding"] == "gzip"
        assert "cookie" not in seen.headers


def test_an_adapter_sees_plain_headers(page: FakePage, url: str) -> None:
    page.serve(SUMMARY, BODY, 200, ("X-Twice", "a"), ("x-twice", "b"), ("Set-Cookie", "a=1"), content_type="Text/HTML")

    def conversation() -> Exchange[Response]:
        return (yield Request(url=url))

    answer = asyncio.run(Network().drive(conversation, memory_key="k")).outcome

    assert isinstance(answer, Response)
    assert answer.headers["x-twice"] == "a, b"
    assert answer.content_type == "text/html"
    assert "set-cookie" not in answer.headers
    assert "content-length" not in answer.headers


FAULTS: dict[str, tuple[Callable[[], Mood], FailureKind, str]] = {
    "never answers": (silence, FailureKind.TIMEOUT, "did not answer within 1.2 seconds"),
    "drips": (lambda: drips(BODY, every=0.05), FailureKind.TIMEOUT, "did not finish its answer"),
    "slow headers": (lambda: slow_headers(0.05), FailureKind.TIMEOUT, "did not answer"),
    "reset before the answer": (resets, FailureKind.RESET, "without an answer"),
    "reset in the body": (lambda: resets(BODY, after=10), FailureKind.RESET, "before its answer was complete"),
    "hangs up": (hangs_up, FailureKind.RESET, "without an answer"),
    "endless and fast": (endless, FailureKind.TOO_LARGE, "larger than the 1,000,000 bytes"),
    "endless and slow": (lambda: endless(b"x", 0.02), FailureKind.TIMEOUT, "did not finish"),
    "chunks without an end": (lambda: chunked(BODY, finished=False), FailureKind.RESET, "before its answer was"),
    "shorter than promised": (lambda: mismeasured(BODY, 10), FailureKind.RESET, "before its answer was complete"),
    "length too large": (
        lambda: raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"),
        FailureKind.TOO_LARGE,
        "larger",
    ),
    "gzip bomb": (gzip_bomb, FailureKind.TOO_LARGE, "larger"),
    "double gzip": (lambda: packed(BODY, times=2), FailureKind.INVALID, "packed its answer in a way"),
    "br": (lambda: packed(BODY, coding="br"), FailureKind.INVALID, "packed its answer in a way"),
    "zstd": (lambda: packed(BODY, coding="zstd"), FailureKind.INVALID, "packed its answer in a way"),
    "deflate": (lambda: packed(BODY, coding="deflate"), FailureKind.INVALID, "packed its answer in a way"),
    "gzip cut short": (lambda: packed(BODY, cut=12), FailureKind.INVALID, "damaged or cut short"),
    "gzip of nothing of the kind": (
        lambda: says(b"plain text", 200, ("Content-Encoding", "gzip")),
        FailureKind.INVALID,
        "damaged",
    ),
    "gzip with rubbish behind": (lambda: packed(BODY, tail=b"rubbish"), FailureKind.INVALID, "damaged"),
    "no HTTP": (lambda: raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), FailureKind.INVALID, "proper HTTP"),
    "a megabyte of one header": (lambda: header_flood(BODY, 1, 1_000_000), FailureKind.INVALID, "proper HTTP"),
    "5,000 headers of a kilobyte": (lambda: header_flood(BODY, 5000, 1000), FailureKind.INVALID, "proper HTTP"),
    "304 to nothing": (lambda: says(b"", 304), FailureKind.INVALID, "nothing changed"),
    "empty": (says, FailureKind.EMPTY, "empty"),
    "404": (lambda: says(b"x", 404), FailureKind.HTTP_ERROR, "404"),
    "500": (lambda: says(b"x", 500), FailureKind.HTTP_ERROR, "500"),
    "529": (lambda: says(b"x", 529), FailureKind.HTTP_ERROR, "529"),
    "captive portal, by the book": (lambda: html(status=511), FailureKind.HTTP_ERROR, "login"),
    "captive portal, by redirect": (lambda: redirects("https://login.hotel.example/?a=b"), FailureKind.MOVED, "hotel"),
    "redirect without address": (lambda: says(b"", 302), FailureKind.HTTP_ERROR, "302"),
    "redirect to itself": (lambda: redirects(SUMMARY), FailureKind.HTTP_ERROR, "circles"),
    "redirect to a file": (lambda: redirects("file:///etc/passwd"), FailureKind.MOVED, "elsewhere"),
    "redirect to ftp": (lambda: redirects("ftp://ftp.example/"), FailureKind.MOVED, "elsewhere"),
    "redirect to a script": (lambda: redirects("javascript:alert(1)"), FailureKind.MOVED, "elsewhere"),
    "redirect to nonsense": (lambda: redirects("https://[::1"), FailureKind.INVALID, "cannot be read"),
    "redirect to where nothing is encrypted": (
        lambda: redirects("http://status.new.example/"),
        FailureKind.MOVED,
        "sends us to status.new.example, which is not a secure address",
    ),
    "redirect to another port": (lambda: redirects("http://127.0.0.1:9/"), FailureKind.MOVED, "elsewhere"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_its_own_word(fault: str, page: FakePage, url: str) -> None:
    mood, kind, words = FAULTS[fault]
    page.set(SUMMARY, mood())

    failure = failed(url, deadline=SOON if kind is FailureKind.TIMEOUT else AMPLE)

    assert failure.kind is kind
    assert words in failure.detail


@pytest.mark.parametrize(
    "mood",
    [
        packed(BODY),
        packed(BODY, coding="x-gzip"),
        packed(BODY, coding="identity, gzip"),
        packed(BODY, tail=b"\0\0\0"),
        says(BODY, 200, ("Content-Encoding", "identity")),
        chunked(BODY),
        mismeasured(BODY, 0),
        header_flood(BODY, 5000),
        raw(b"HTTP/1.0 200 OK\r\n\r\n" + BODY.encode()),
    ],
)
def test_odd_but_right_answers_are_read(mood: Mood, page: FakePage, url: str) -> None:
    page.set(SUMMARY, mood)

    assert asyncio.run(look(url)) == BODY


def test_a_body_longer_than_promised_ends_where_it_was_promised_to(page: FakePage, url: str) -> None:
    page.set(SUMMARY, mismeasured(BODY + "rubbish", -7))

    assert asyncio.run(look(url)) == BODY


def test_a_bomb_is_stopped_while_it_unpacks(page: FakePage, url: str) -> None:
    page.set(SUMMARY, gzip_bomb())

    failure = failed(url, limit=8_000_000)

    assert failure.kind is FailureKind.TOO_LARGE


def test_a_limit_may_be_larger_and_is_exact(page: FakePage, url: str) -> None:
    page.serve(SUMMARY, b"x" * (DEFAULT_LIMIT + 1))

    assert failed(url).kind is FailureKind.TOO_LARGE
    assert len(str(asyncio.run(look(url, limit=DEFAULT_LIMIT + 1)))) == DEFAULT_LIMIT + 1


def test_a_refused_port_is_refused(page: FakePage, url: str) -> None:
    page.refuse()

    assert failed(url).kind is FailureKind.REFUSED


def test_a_host_that_accepts_and_reads_nothing_runs_out_of_time(page: FakePage, url: str) -> None:
    page.hold_connections()

    assert failed(url, deadline=SOON).kind is FailureKind.TIMEOUT


def test_one_deadline_holds_for_the_whole_conversation(page: FakePage) -> None:
    page.set_all(says("x", delay=SOON.total_seconds() * 0.4))

    def five_requests() -> Exchange[str]:
        for number in range(5):
            yield Request(url=f"{page.url}/{number}")
        return "never"

    driven = asyncio.run(Network().drive(five_requests, memory_key="k", deadline=SOON))

    assert isinstance(driven.outcome, FetchFailure)
    assert driven.outcome.kind is FailureKind.TIMEOUT
    assert driven.requests <= 3


class TestNames:
    def test_a_name_that_does_not_resolve_is_dns(self) -> None:
        outcome = run_with_names(OwnNames(), look("https://status.acme.example/"))

        assert isinstance(outcome, FetchFailure)
        assert outcome.kind is FailureKind.DNS
        assert "status.acme.example" in outcome.detail

    def test_a_label_that_no_name_can_have_is_dns_too(self) -> None:
        outcome = run_with_names(OwnNames(), look(f"https://{'a' * 70}.example/"))

        assert isinstance(outcome, FetchFailure)
        assert outcome.kind is FailureKind.DNS

    def test_a_resolver_that_hangs_is_bound_by_the_deadline(self) -> None:
        outcome = run_with_names(OwnNames(delay=3600), look("https://status.acme.example/", deadline=SOON))

        assert isinstance(outcome, FetchFailure)
        assert outcome.kind is FailureKind.TIMEOUT
        assert "could not be reached" in outcome.detail

    def test_a_broken_way_over_ipv6_costs_nothing(self, page: FakePage) -> None:
        names = OwnNames(("::1", "127.0.0.1"))

        assert run_with_names(names, look(f"http://localhost:{page.port}{SUMMARY}")) == BODY

    @pytest.mark.parametrize("mood", [None, silence])
    def test_a_public_name_that_leads_inside_is_not_asked(
        self, mood: Callable[[], Mood] | None, page: FakePage
    ) -> None:
        if mood:
            page.set(SUMMARY, mood())
        names = OwnNames(("127.0.0.1",))

        outcome = run_with_names(names, look(f"https://status.acme.example:{page.port}{SUMMARY}"))

        assert isinstance(outcome, FetchFailure)
        assert outcome.kind is FailureKind.DNS
        assert "127.0.0.1, an address inside a local network" in outcome.detail
        assert page.count() == 0

    def test_a_page_of_ones_own_may_be_anywhere(self, page: FakePage) -> None:
        names = OwnNames(("127.0.0.1",))

        assert run_with_names(names, look(f"http://monitor.home.example:{page.port}{SUMMARY}", internal=True)) == BODY


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://status.acme.example/", "not a secure one"),
        ("https://user:secret@status.acme.example/", "user name or password"),
        ("https://10.0.0.1/", "inside a local network"),
        ("https://169.254.169.254/latest/meta-data", "inside a local network"),
        ("https://[::ffff:127.0.0.1]/", "inside a local network"),
        ("https://[64:ff9b::a9fe:a9fe]/", "inside a local network"),
        ("https://[fd00::1]/", "inside a local network"),
        ("https://0.0.0.0/", "inside a local network"),
        ("file:///etc/passwd", "not one of the web"),
        ("javascript:alert(1)", "not one of the web"),
        ("https://", "not one of the web"),
        ("https://[::1", "cannot be read"),
        ("https://a:99999999/", "a port that cannot be"),
        ("https://a:0/", "a port that cannot be"),
        ("", "not one of the web"),
    ],
)
def test_an_address_that_we_do_not_ask_is_refused_before_any_connection(address: str, words: str) -> None:
    failure = failed(address)

    assert failure.kind is FailureKind.INVALID
    assert words in failure.detail
    assert "secret" not in failure.detail


def test_what_counts_as_this_computer_and_as_inside() -> None:
    assert all(map(names_loopback, ("localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]")))
    assert not any(map(names_loopback, ("localhost.example", "10.0.0.1", "::ffff:127.0.0.1", "127.0.0.1.example", "")))
    assert all(map(is_inside, ("192.168.1.1", "172.16.0.1", "100.100.100.200", "fe80::1%eth0", "2002:a00:1::", "::")))
    assert not any(map(is_inside, ("1.1.1.1", "2606:4700::1", "198.18.0.7", "status.acme.example", "nonsense")))


class TestRedirects:
    def test_a_redirect_on_the_same_host_is_followed(self, page: FakePage, url: str) -> None:
        page.set(SUMMARY, redirects("/b", 301))
        page.set("/b", redirects("/c", 307))
        page.set("/c", redirects(f"{page.url}/d", 308))
        page.serve("/d", BODY)

        assert asyncio.run(look(url)) == BODY

    def test_the_fourth_redirect_is_one_too_many(self, page: FakePage) -> None:
        for number in range(9):
            page.set(f"/{number}", redirects(f"/{number + 1}"))

        failure = failed(f"{page.url}/0")

        assert failure.kind is FailureKind.HTTP_ERROR
        assert "too many times" in failure.detail
        assert page.count() == 4

    def test_a_longer_circle_is_seen(self, page: FakePage, url: str) -> None:
        page.set(SUMMARY, redirects("/b"))
        page.set("/b", redirects(SUMMARY))

        failure = failed(url)

        assert failure.kind is FailureKind.HTTP_ERROR
        assert "circles" in failure.detail

    @pytest.mark.parametrize(
        ("target", "moved_to"),
        [
            (
                "https://status.new.example/api/v2/summary.json?token=1#x",
                "https://status.new.example/api/v2/summary.json",
            ),
            ("https://127.0.0.1@evil.example/", "https://evil.example/"),
            ("https://xn--80ak6aa92e.example/", "https://xn--80ak6aa92e.example/"),
            ("https://\u0430pple.example/", "https://xn--pple-43d.example/"),
            ("//status.new.example/a", None),
            ("http://status.new.example/", None),
            ("https://192.168.1.1/admin", None),
            ("https://localhost/", None),
        ],
    )
    def test_where_it_moved_is_told_without_tricks(
        self, target: str, moved_to: str | None, page: FakePage, url: str
    ) -> None:
        page.set(SUMMARY, redirects(target))

        failure = failed(url)

        assert failure.kind is FailureKind.MOVED
        assert failure.http_status == 302
        assert failure.moved_to == moved_to

    def test_a_redirect_that_the_adapter_wants_to_see_is_handed_over(self, page: FakePage, url: str) -> None:
        page.set(SUMMARY, redirects("https://elsewhere.example/"))

        def conversation() -> Exchange[int]:
            return (yield Request(url=url, accept=frozenset({302}))).status

        assert asyncio.run(Network().drive(conversation, memory_key="k")).outcome == 302

    def test_a_key_goes_to_one_address_only(self, page: FakePage, url: str) -> None:
        page.set(SUMMARY, redirects("/elsewhere"))

        failure = failed(url, headers={"X-Api-Key": "canary"})

        assert failure.kind is FailureKind.MOVED
        assert "canary" not in repr(failure)
        assert page.count("/elsewhere") == 0
        assert page.requests[0].headers["accept-encoding"] == "identity"


class TestComingBackLater:
    NOW = datetime(2025, 12, 2, 12, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("wish", "wait"),
        [
            ("120", 120),
            ("0", 1),
            ("1000000000", 3600),
            ("9" * 5000, None),
            ("-5", None),
            ("1e9", None),
            ("120.5", None),
            ("soon", None),
            ("", None),
            ("\u0663", None),
            ("Thu, 01 Jan 1970 00:00:00 GMT", None),
            ("Tue, 02 Dec 2025 11:59:59 GMT", None),
            ("Tue, 02 Dec 2025 12:01:30 GMT", 90),
            ("Fri, 02 Dec 2099 12:00:00 GMT", 3600),
            ("Fri, 99 Dec 2099 99:00:00 GMT", None),
            ("Fri, 02 Dec 99999 12:00:00 GMT", None),
        ],
    )
    def test_a_wish_is_kept_within_reason(self, wish: str, wait: int | None) -> None:
        expected = None if wait is None else timedelta(seconds=wait)

        assert retry_after({"retry-after": wish}, self.NOW) == expected

    def test_a_date_is_measured_by_the_hosts_own_clock(self) -> None:
        headers = {"retry-after": "Tue, 02 Dec 2025 12:01:00 GMT", "date": "Tue, 02 Dec 2025 12:00:30 GMT"}

        assert retry_after(headers, datetime(1970, 1, 1, tzinfo=UTC)) == timedelta(seconds=30)

    @pytest.mark.parametrize(("status", "wait"), [(429, 120), (503, 120), (500, None)])
    def test_it_reaches_the_failure(self, status: int, wait: int | None, page: FakePage, url: str) -> None:
        page.set(SUMMARY, asks_to_wait("120", status))

        failure = failed(url)

        assert failure.kind is FailureKind.HTTP_ERROR
        assert failure.http_status == status
        assert failure.retry_after == (timedelta(seconds=wait) if wait else None)

    def test_no_wish_is_no_wish(self, page: FakePage, url: str) -> None:
        page.set(SUMMARY, asks_to_wait(None))

        assert failed(url).retry_after is None


class TestOptionalRequests:
    @staticmethod
    def two(page: FakePage) -> Callable[[], Exchange[tuple[str, int]]]:
        def conversation() -> Exchange[tuple[str, int]]:
            first = yield Request(url=page.url + SUMMARY)
            second = yield Request(url=f"{page.url}/history", optional=True)
            return text_of(first), second.status

        return conversation

    @pytest.mark.parametrize("mood", [silence, resets, gzip_bomb, lambda: says(b"", 404), lambda: redirects("ftp://a")])
    def test_its_failure_ends_nothing(self, mood: Callable[[], Mood], page: FakePage) -> None:
        page.set("/history", mood())

        driven = asyncio.run(Network().drive(self.two(page), memory_key="k", deadline=timedelta(seconds=3)))

        assert driven.outcome == (BODY, 0)

    def test_without_time_for_it_it_is_not_asked(self, page: FakePage, monkeypatch: pytest.MonkeyPatch) -> None:
        page.serve(SUMMARY, BODY, delay=0.2)
        monkeypatch.setattr(http, "_KEPT_BACK", AMPLE.total_seconds() - 0.1)

        driven = asyncio.run(Network().drive(self.two(page), memory_key="k", deadline=AMPLE))

        assert driven.outcome == (BODY, 0)
        assert page.count("/history") == 0

    def test_what_follows_a_timed_out_one_still_works(self, page: FakePage, monkeypatch: pytest.MonkeyPatch) -> None:
        page.set("/slow", silence())
        monkeypatch.setattr(http, "_OPTIONAL_DEADLINE", 0.3)

        def conversation() -> Exchange[str]:
            yield Request(url=f"{page.url}/slow", optional=True)
            return text_of((yield Request(url=page.url + SUMMARY)))

        driven = asyncio.run(Network().drive(conversation, memory_key="k", deadline=AMPLE))

        assert driven.outcome == BODY


class TestMemory:
    @staticmethod
    def counting(url: str, started: list[int]) -> Callable[[], Exchange[list[str]]]:
        def conversation() -> Exchange[list[str]]:
            started.append(1)
            first = yield Request(url=url)
            second = yield Request(url=url.replace("summary", "incidents"), accept=frozenset({200, 404}))
            return [text_of(first), text_of(second)]

        return conversation

    @staticmethod
    async def looks(
        network: Network, conversation: Callable[[], Exchange[T]], *between: Callable[[], None]
    ) -> list[Driven[T]]:
        results = [await network.drive(conversation, memory_key="k")]
        for change in between:
            change()
            results.append(await network.drive(conversation, memory_key="k"))
        return results

    def test_the_same_answers_give_the_very_same_outcome_without_parsing(self, page: FakePage, url: str) -> None:
        started: list[int] = []

        first, second = asyncio.run(self.looks(Network(), self.counting(url, started), lambda: None))

        assert second.unchanged
        assert second.outcome is first.outcome
        assert len(started) == 1
        assert page.count() == 4

    def test_a_change_in_any_answer_starts_the_adapter_and_asks_nothing_twice(self, page: FakePage, url: str) -> None:
        started: list[int] = []
        path = SUMMARY.replace("summary", "incidents")

        results = asyncio.run(
            self.looks(
                Network(),
                self.counting(url, started),
                lambda: page.serve(path, outage()),
                lambda: page.serve(SUMMARY, outage()),
            )
        )

        assert [each.unchanged for each in results] == [False, False, False]
        assert [each.requests for each in results] == [2, 2, 2]
        assert results[2].outcome == [outage(), outage()]

    def test_a_failure_is_not_remembered_and_costs_no_memory(self, page: FakePage, url: str) -> None:
        started: list[int] = []

        results = asyncio.run(
            self.looks(
                Network(), self.counting(url, started), page.refuse, page.listen, lambda: page.serve(SUMMARY, b"")
            )
        )

        assert [each.unchanged for each in results] == [False, False, True, False]
        assert [isinstance(each.outcome, FetchFailure) for each in results] == [False, True, False, True]

    def test_different_keys_share_nothing(self, url: str) -> None:
        async def both() -> bool:
            network = Network()
            await network.drive(one(url), memory_key="a")
            return (await network.drive(one(url), memory_key="b")).unchanged

        assert not asyncio.run(both())

    def test_a_page_with_an_etag_is_asked_conditionally(self, page: FakePage, url: str) -> None:
        page.serve(SUMMARY, BODY, etag='"1"')

        results = asyncio.run(
            self.looks(
                Network(), one(url), lambda: None, lambda: page.serve(SUMMARY, outage(), etag='"2"'), lambda: None
            )
        )

        assert [each.outcome for each in results] == [BODY, BODY, outage(), outage()]
        assert [each.unchanged for each in results] == [False, True, False, True]
        assert [seen.headers.get("if-none-match") for seen in page.requests] == [None, '"1"', '"1"', '"2"']

    def test_last_modified_will_do(self, page: FakePage, url: str) -> None:
        when = "Tue, 02 Dec 2025 12:00:00 GMT"
        page.serve(SUMMARY, BODY, 200, ("Last-Modified", when))

        asyncio.run(self.looks(Network(), one(url), lambda: None))

        assert page.requests[1].headers["if-modified-since"] == when

    def test_an_etag_that_never_changes_hides_a_change_for_ten_looks_at_most(self, page: FakePage, url: str) -> None:
        page.set(SUMMARY, never_changing_etag(BODY, outage()))

        results = asyncio.run(self.looks(Network(), one(url), *itertools.repeat(lambda: None, 10)))

        assert [each.outcome for each in results[:10]] == [BODY] * 10
        assert results[10].outcome == outage()

    def test_a_large_body_is_not_kept(self, page: FakePage, url: str) -> None:
        page.serve(SUMMARY, os.urandom(100_000).hex(), etag='"1"')

        asyncio.run(self.looks(Network(), one(url), lambda: None))

        assert "if-none-match" not in page.requests[1].headers

    def test_a_request_with_a_key_is_neither_remembered_nor_conditional(self, page: FakePage, url: str) -> None:
        page.serve(SUMMARY, BODY, etag='"1"')

        _, second = asyncio.run(self.looks(Network(), one(url, headers={"Authorization": "canary"}), lambda: None))

        assert not second.unchanged
        assert "if-none-match" not in page.requests[1].headers


def test_an_adapter_that_cannot_read_it_is_a_failure_and_its_bug_is_a_bug(url: str) -> None:
    def unreadable() -> Exchange[str]:
        yield Request(url=url)
        raise UnreadableResponseError("This is no status page.", FailureKind.NOT_A_STATUS_PAGE)

    def broken() -> Exchange[str]:
        answer = yield Request(url=url)
        return answer.headers["never sent"]

    outcome = asyncio.run(Network().drive(unreadable, memory_key="k")).outcome
    assert outcome == FetchFailure(kind=FailureKind.NOT_A_STATUS_PAGE, detail="This is no status page.")
    with pytest.raises(KeyError):
        asyncio.run(Network().drive(broken, memory_key="k"))


class TestConnections:
    def test_a_storm_of_cancelled_looks_poisons_nothing(self) -> None:
        async def storm(page: FakePage) -> str | FetchFailure:
            network = Network()
            for _ in range(40):
                looks = [
                    asyncio.ensure_future(look(f"http://127.0.0.{n}:{page.port}/slow", network, deadline=SOON))
                    for n in range(1, 21)
                ]
                await asyncio.sleep(0.01)
                for each in looks:
                    each.cancel()
                await asyncio.gather(*looks, return_exceptions=True)
            assert not network._lines
            assert not network._turns
            return await look(f"http://127.0.0.1:{page.port}{SUMMARY}", network)

        with FakePage(host="0.0.0.0") as page:  # noqa: S104  # to be twenty hosts at once
            page.serve(SUMMARY, BODY)
            page.set("/slow", says("late", delay=0.2))
            before = _sockets()
            assert asyncio.run(storm(page)) == BODY
            _until(lambda: _sockets() <= before)
            _until(lambda: page.open == 0)

    @pytest.mark.parametrize("mood", [silence, resets, gzip_bomb, endless, lambda: drips(BODY)])
    def test_no_failure_leaves_a_socket_open(self, mood: Callable[[], Mood], page: FakePage, url: str) -> None:
        page.set(SUMMARY, mood())

        async def looks() -> None:
            network = Network()
            before = _sockets()
            for _ in range(3):
                await look(url, network, deadline=timedelta(seconds=0.1))
            await _in_the_loop(lambda: _sockets() <= before)

        asyncio.run(looks())
        _until(lambda: page.open == 0)

    def test_one_conversation_keeps_its_connection_and_drops_it_at_the_end(self, page: FakePage, url: str) -> None:
        def twice() -> Exchange[None]:
            yield Request(url=url)
            yield Request(url=url)

        asyncio.run(Network().drive(twice, memory_key="k"))

        assert page.connections == 1
        _until(lambda: page.open == 0)

    def test_a_kept_connection_that_the_host_closes_is_our_trouble_and_not_theirs(
        self, page: FakePage, url: str
    ) -> None:
        page.set(SUMMARY, answers_once_per_connection(BODY))

        def twice() -> Exchange[str]:
            yield Request(url=url)
            return text_of((yield Request(url=url)))

        assert asyncio.run(Network().drive(twice, memory_key="k")).outcome == BODY

    def test_an_exhausted_pool_is_tried_once_more_and_says_whose_it_is(self) -> None:
        asked: list[int] = []

        def exhausted(request: httpx.Request) -> httpx.Response:
            asked.append(1)
            raise httpx.PoolTimeout("no slot", request=request)

        failure = failed("https://status.acme.example/", Network(transport=httpx.MockTransport(exhausted)))

        assert failure.kind is FailureKind.TIMEOUT
        assert "Our own pool" in failure.detail
        assert len(asked) == 2

    def test_a_pool_that_recovers_is_no_failure(self) -> None:
        answers: Iterator[httpx.Response | None] = iter([None, httpx.Response(200, text=BODY)])

        def once_exhausted(_: httpx.Request) -> httpx.Response:
            answer = next(answers)
            if answer is None:
                raise httpx.PoolTimeout("no slot")
            return answer

        assert asyncio.run(look("https://a.example/", Network(transport=httpx.MockTransport(once_exhausted)))) == BODY

    def test_a_host_is_asked_one_thing_at_a_time_and_waiting_costs_no_time(self, page: FakePage, url: str) -> None:
        page.serve(SUMMARY, BODY, delay=SOON.total_seconds() / 4)

        async def crowd() -> list[str | FetchFailure]:
            network = Network()
            return await asyncio.gather(*(look(url, network, deadline=SOON) for _ in range(5)))

        assert asyncio.run(crowd()) == [BODY] * 5
        assert page.most_open_requests == 1

    def test_closing_ends_what_is_under_way(self, page: FakePage, url: str) -> None:
        page.set(SUMMARY, silence())

        async def close_early() -> str | FetchFailure:
            network = Network()
            task = asyncio.ensure_future(look(url, network))
            await _in_the_loop(lambda: bool(page.requests))
            await network.close()
            return await task

        outcome = asyncio.run(close_early())
        assert isinstance(outcome, FetchFailure)
        assert outcome.kind is FailureKind.RESET

    def test_no_way_out_is_offline(self) -> None:
        def unreachable(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("failed", request=request) from OSError(101, "Network is unreachable")

        failure = failed("https://a.example/", Network(transport=httpx.MockTransport(unreachable)))

        assert failure.kind is FailureKind.OFFLINE

    def test_a_surprise_in_the_network_stack_is_a_failure_and_is_logged(
        self, expect_log: Callable[[str], None]
    ) -> None:
        def surprise(_: httpx.Request) -> httpx.Response:
            raise RuntimeError("a bug below us")

        expect_log("unexpected RuntimeError while asking a.example")

        assert failed("https://a.example/", Network(transport=httpx.MockTransport(surprise))).kind is FailureKind.RESET


class TestSink:
    def test_every_answer_and_failure_is_told(self, page: FakePage, url: str) -> None:
        page.set(SUMMARY, redirects("/b"), packed(BODY), hangs_up())
        page.set("/b", packed(BODY))
        told: list[Exchanged] = []
        network = Network(sink=told.append)

        asyncio.run(look(url, network))
        page.refuse()
        asyncio.run(look(url, network))

        assert [(each.url.removeprefix(page.url), each.status, each.fail) for each in told] == [
            (SUMMARY, 302, None),
            ("/b", 200, None),
            (SUMMARY, 0, FailureKind.REFUSED),
        ]
        assert told[1].body == BODY.encode()
        assert "content-encoding" not in told[1].headers

    def test_what_was_told_can_be_answered_again(self, page: FakePage, url: str) -> None:
        told: list[Exchanged] = []
        page.set(SUMMARY, packed(BODY))
        asyncio.run(look(url, Network(sink=told.append)))
        replay = {each.url: each for each in told}
        refused = Exchanged(url="", fail=FailureKind.REFUSED)

        network = Network(transport=answering(lambda asked: replay.get(asked, refused)))

        assert asyncio.run(look(url, network)) == BODY
        assert failed("https://never.example/", network).kind is FailureKind.REFUSED


class TestProxies:
    TARGET = "https://status.acme.example/"

    def test_a_dead_proxy_is_the_proxy(self, page: FakePage, monkeypatch: pytest.MonkeyPatch) -> None:
        page.refuse()
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:canary@127.0.0.1:{page.port}")

        failure = failed(self.TARGET)

        assert failure.kind is FailureKind.PROXY
        assert str(page.port) in failure.detail
        assert "canary" not in failure.detail

    @pytest.mark.parametrize("mood", [lambda: says(b"", 407), lambda: says(b"", 502), silence, hangs_up])
    def test_a_proxy_that_does_not_let_us_through_is_the_proxy(self, mood: Callable[[], Mood], page: FakePage) -> None:
        page.set_all(mood())
        settings = NetworkSettings(proxy_mode="url", proxy_url=page.url)

        failure = failed(self.TARGET, Network(settings), deadline=SOON if mood is silence else AMPLE)

        assert failure.kind is FailureKind.PROXY
        assert page.requests[0].path == "status.acme.example:443"

    @pytest.mark.parametrize(
        "setting", ["socks5://127.0.0.1:1", "foo://x", "http://[::1", "http://a:b:c", "http://", ""]
    )
    def test_a_setting_that_cannot_be_used_is_a_sentence(self, setting: str) -> None:
        failure = failed(self.TARGET, Network(NetworkSettings(proxy_mode="url", proxy_url=setting)))

        assert failure.kind is FailureKind.PROXY
        assert "proxy setting" in failure.detail

    @pytest.mark.parametrize("exceptions", ["", "fd00::/8,[::1],::1/128,10.0.0.0/8", "::ffff:0:0/96, ,:::,[", "*"])
    def test_this_computer_is_asked_directly(self, exceptions: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
        monkeypatch.setenv("no_proxy", exceptions)

        assert asyncio.run(look(url)) == BODY

    @pytest.mark.parametrize(
        ("host", "exceptions", "direct"),
        [
            ("status.acme.example", "", False),
            ("status.acme.example", "*", True),
            ("status.acme.example", "acme.example", True),
            ("status.acme.example", ".ACME.example", True),
            ("status.acme.example", "*.acme.example", True),
            ("status.acme.example", "acme.example:443", True),
            ("status.acme.example", "acme.example:8443", False),
            ("notacme.example", "acme.example", False),
            ("10.1.2.3", "10.0.0.0/8", True),
            ("10.1.2.3", "11.0.0.0/8,fd00::/8", False),
            ("fd00::7", "10.0.0.0/8, fd00::/8", True),
            ("fd00::7", "[fd00::7]", True),
        ],
    )
    def test_exceptions(self, host: str, exceptions: str, direct: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001  # a column of the table
        monkeypatch.setenv("https_proxy", "proxy.acme.example:3128")
        monkeypatch.setenv("no_proxy", exceptions)

        found = proxy_for("system", "", scheme="https", host=host, port=443)

        assert found == (None if direct else Proxy("http://proxy.acme.example:3128", "proxy.acme.example:3128"))

    def test_none_means_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")

        assert proxy_for("none", "", scheme="https", host="status.acme.example", port=443) is None
        assert isinstance(proxy_for("url", "\nx y", scheme="https", host="a.example", port=443), BrokenProxy)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``ca.pem`` and certificates it signed (NAME.pem with the key in it)."""
    return certificates_in(tmp_path_factory.mktemp("authority"))


@contextmanager
def secure_page(certificate: Path) -> Iterator[FakePage]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with FakePage(context=context) as page:
        page.serve(SUMMARY, BODY)
        yield page


class TestSecureConnections:
    @staticmethod
    def address(page: FakePage) -> str:
        return f"https://localhost:{page.port}{SUMMARY}"

    def test_a_certificate_of_the_systems_store_is_trusted(
        self, authority: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))
        with secure_page(authority / "good.pem") as page:
            assert asyncio.run(look(self.address(page))) == BODY

    @pytest.mark.parametrize(
        ("name", "words"),
        [("expired", "has expired"), ("future", "not valid yet"), ("other", "belongs to another name")],
    )
    def test_a_wrong_certificate_says_what_is_wrong(
        self, name: str, words: str, authority: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))
        with secure_page(authority / f"{name}.pem") as page:
            failure = failed(self.address(page))

        assert failure.kind is FailureKind.TLS
        assert words in failure.detail

    @pytest.mark.parametrize(("name", "signer"), [("self", "Nosy Box"), ("good", "Acme Trust")])
    def test_whoever_listens_in_is_named(
        self, name: str, signer: str, authority: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(http, "_SIGNER_PATIENCE", AMPLE.total_seconds())
        with secure_page(authority / f"{name}.pem") as page:
            failure = failed(self.address(page))

            assert failure.kind is FailureKind.TLS
            assert f"signed by “{signer}”" in failure.detail
            assert page.count() == 0
            _until(lambda: page.open == 0)

    @pytest.mark.parametrize(
        "greeting",
        [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x46"],
        ids=["no TLS at all", "only old TLS (alert 70)"],
    )
    def test_a_host_that_speaks_no_tls_of_ours_is_tls(self, greeting: bytes, page: FakePage) -> None:
        page.greet(greeting)

        failure = failed(f"https://localhost:{page.port}/")

        assert failure.kind is FailureKind.TLS
        assert "could not be agreed on" in failure.detail

    def test_a_handshake_that_is_cut_off_is_reset(self, page: FakePage) -> None:
        page.greet(b"\x16\x03")

        assert failed(f"https://localhost:{page.port}/").kind is FailureKind.RESET

    def test_a_handshake_that_stalls_runs_out_of_time_and_leaves_nothing(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]

            async def stalled() -> str | FetchFailure:
                before = _sockets()
                outcome = await look(f"https://127.0.0.1:{port}/", deadline=SOON)
                await _in_the_loop(lambda: _sockets() <= before)
                return outcome

            outcome = asyncio.run(stalled())

        assert isinstance(outcome, FetchFailure)
        assert outcome.kind is FailureKind.TIMEOUT
        assert "secure connection" in outcome.detail

    def test_the_name_of_a_signer_is_read_from_any_bytes_without_a_crash(self, authority: Path) -> None:
        whole = ssl.PEM_cert_to_DER_cert((authority / "good.crt").read_text())

        assert certificates.issuer(whole) == "Acme Trust"
        for end in range(len(whole)):
            certificates.issuer(whole[:end])
        assert certificates.issuer(b"\x30\x80" * 50) == ""


def test_importing_the_door_loads_no_command_line() -> None:
    program = (
        "import sys, trayapp.engine.http, httpx\n"
        "print(sorted({'click', 'rich', 'pygments', 'httpx._main'} & set(sys.modules)), callable(httpx.main))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[] True"


def test_the_libraries_below_are_told_to_be_quiet() -> None:
    assert logging.getLogger("httpx").level == logging.WARNING
    assert logging.getLogger("httpcore").level == logging.WARNING


def _sockets() -> int:
    """Return how many sockets this process has open; 0 where the system does not tell."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        return 0
    return sum(_is_socket(each) for each in folder.iterdir())


def _is_socket(descriptor: Path) -> bool:
    try:
        return str(descriptor.readlink()).startswith("socket:")
    except OSError:
        return False


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


async def _in_the_loop(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 -- neither a socket nor a page has an event for this
            await asyncio.sleep(0.01)
