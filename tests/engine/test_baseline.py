"""The own connection: what proves it, what speaks against it, and what only looks like an answer."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import NOON
from tests.fakepage import FakePage, Mood, gzip_bomb, html, redirects, says, silence
from trayapp.domain.verdict import BaselineKind, BaselineState, HostAnswer
from trayapp.engine import baseline
from trayapp.engine.baseline import ask_baseline, has_default_route
from trayapp.engine.hosts import DEFAULT_HOSTS
from trayapp.engine.http import Network

HEADER = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
OUT = "eth0\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
NEAR = "eth0\t0002A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
OUT_6 = f"{'0' * 32} 00 {'0' * 32} 00 fe80{'0' * 27}1 00000400 00000001 00000000 00000003 eth0\n"
REFUSED_6 = f"{'0' * 32} 00 {'0' * 32} 00 {'0' * 32} ffffffff 00000001 00000000 00200200 lo\n"


@pytest.fixture
def host() -> Iterator[FakePage]:
    with FakePage() as page:
        yield page


def asked(*urls: str, before: BaselineState | None = None, deadline: float = 60) -> BaselineState:
    state = before or BaselineState()
    return asyncio.run(ask_baseline(Network(), urls, state, lambda: NOON, timedelta(seconds=deadline)))


def answer(url: str, deadline: float = 60) -> HostAnswer:
    return asked(url, deadline=deadline).answers[0]


@pytest.mark.parametrize(
    ("path", "mood", "kind"),
    [
        ("/generate_204", says(b"", 204), BaselineKind.OK),
        ("/generate_204", says(b""), BaselineKind.OK),
        ("/generate_204", html(), BaselineKind.PORTAL),
        ("/hotspot-detect.html", html("<HTML><BODY>Success</BODY></HTML>"), BaselineKind.OK),
        ("/hotspot-detect.html", html(), BaselineKind.PORTAL),
        ("/connecttest.txt", says("Microsoft Connect Test", content_type="text/plain"), BaselineKind.OK),
        ("/", html(), BaselineKind.OK),
        ("/", says(b"", 404), BaselineKind.OK),
        ("/generate_204", says(b"", 500), BaselineKind.OK),
        ("/", says(b"", 511), BaselineKind.PORTAL),
        ("/", redirects("https://login.hotel.example/"), BaselineKind.PORTAL),
        ("/", redirects("http://10.0.0.1/login"), BaselineKind.PORTAL),
        ("/", gzip_bomb(2), BaselineKind.OK),
        ("/generate_204", gzip_bomb(2), BaselineKind.PORTAL),
        ("/", silence(), BaselineKind.FAILS),
    ],
)
def test_what_an_answer_proves(host: FakePage, path: str, mood: Mood, kind: BaselineKind) -> None:
    host.set_all(mood)

    # What hangs is given a second, and what answers as long as a busy machine takes.
    assert answer(host.url + path, 1 if kind is BaselineKind.FAILS else 60).kind is kind


def test_a_host_of_the_same_company_is_no_login_page() -> None:
    assert baseline._is_same_site("https://example.com/", "https://www.example.com/x")
    assert baseline._is_same_site("https://www.example.com/", "https://de.example.com/")
    assert not baseline._is_same_site("https://example.com/", "https://notexample.com/")
    assert not baseline._is_same_site("https://example.com/", "")


@pytest.mark.parametrize(("path", "kind"), [("/", BaselineKind.FAILS), ("/generate_204", BaselineKind.PORTAL)])
def test_an_address_that_is_never_asked_proves_nothing(path: str, kind: BaselineKind) -> None:
    found = answer(f"https://10.0.0.1{path}")

    assert found.kind is kind
    assert "inside a local network" in found.detail


def test_an_unknown_name_fails_and_says_why() -> None:
    found = answer("https://well-known.invalid/generate_204")

    assert (found.kind, found.code) == (BaselineKind.FAILS, "dns")
    assert found.detail


def test_a_certificate_nobody_vouches_for_is_no_answer(host: FakePage) -> None:
    host.greet(b"no tls here")

    assert answer(f"https://127.0.0.1:{host.port}/").kind is BaselineKind.INTERCEPTED


def test_one_of_two_hosts_is_enough(host: FakePage) -> None:
    host.set_all(says(b"", 204))

    state = asked("https://well-known.invalid/", f"{host.url}/generate_204")

    assert (state.kind, state.failures_in_a_row, state.at) == (BaselineKind.OK, 0, NOON)
    assert len(state.answers) == 2


def test_two_checks_that_fail_are_counted(host: FakePage) -> None:
    host.refuse()

    state = asked(host.url, before=asked(host.url))

    assert (state.kind, state.failures_in_a_row) == (BaselineKind.FAILS, 2)


def test_the_built_in_hosts_are_of_two_companies() -> None:
    assert len({url.split("/")[2].rsplit(".", 2)[1] for url in DEFAULT_HOSTS}) == len(DEFAULT_HOSTS) == 2
    assert all(each.startswith("https://") for each in DEFAULT_HOSTS)


@pytest.mark.parametrize(
    ("routes", "routes_6", "known"),
    [
        (HEADER + OUT + NEAR, "", True),
        (HEADER + NEAR, OUT_6, True),
        (HEADER + NEAR, REFUSED_6, False),
        (HEADER, None, False),
        (None, None, None),
        ("nonsense\n\n", "", False),
    ],
)
def test_the_systems_hint(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, routes: str | None, routes_6: str | None, *, known: bool | None
) -> None:
    files = tmp_path / "route", tmp_path / "ipv6_route"
    for file, text in zip(files, (routes, routes_6), strict=True):
        if text is not None:
            file.write_text(text, encoding="ascii")
    monkeypatch.setattr("sys.platform", "linux")

    assert has_default_route(files) is known


def test_other_systems_give_no_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")

    assert has_default_route() is None
