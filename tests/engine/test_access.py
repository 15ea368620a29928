"""Own monitoring behind a certificate authority of its own, a client certificate, a token or a password."""

import asyncio
import base64
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.authority import certificates_in
from tests.builders import operational
from tests.fakepage import FakePage, Seen, Wire, redirects
from trayapp.domain.provider import NO_ACCESS, Access, Login, StatusPage
from trayapp.domain.report import FailureKind, FetchFailure, StatusReport
from trayapp.engine.access import EVERYBODY, Doorman, no_store
from trayapp.engine.http import Exchanged, Network
from trayapp.engine.looking import Look, Looker
from trayapp.storage.secret import Secret
from trayapp.storage.secrets import SecretStoreError

SUMMARY = "/api/v2/summary.json"
TOKEN = "monitoring-token-Q7Zq0aB1cD2"
PASSWORD = "API"
"""Short, and a word of many answers."""
BEARER = Access(login=Login.BEARER, secret="env:TOKEN")
BASIC = Access(login=Login.BASIC, user="viewer", secret="env:PASSWORD")


class Kept:
    """Where secrets are kept, counting how often they are asked for."""

    def __init__(self, **secrets: str) -> None:
        self.secrets = secrets
        self.asked = 0

    async def __call__(self, place: str) -> Secret:
        self.asked += 1
        name = place.removeprefix("env:")
        return Secret(self.secrets[name]) if name in self.secrets else await no_store(place)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificates_in(tmp_path_factory.mktemp("own"))


@contextmanager
def secure_page(authority: Path, *, wants_certificate: bool = False) -> Iterator[FakePage]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "good.pem")
    if wants_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority / "ca.pem")
    with FakePage(context=context) as page:
        page.serve(SUMMARY, operational())
        yield page


def opens_to(page: FakePage, header: str) -> None:
    """Let the page answer 401 to whoever does not send this header."""

    async def mood(seen: Seen, wire: Wire) -> None:
        if seen.headers.get("authorization") != header:
            await wire.answer(401, b"", ("WWW-Authenticate", "Basic"))
        else:
            await wire.answer(200, operational().encode(), ("Content-Type", "application/json"))

    page.set_all(mood)


def own(url: str, access: Access, *, platform: str = "statuspage", internal: bool = True) -> StatusPage:
    return StatusPage(id="own", name="Own", url=url, platform=platform, internal=internal, access=access)


def look(page: StatusPage, kept: Kept | None = None, *, times: int = 1, sink: list[Exchanged] | None = None) -> Look:
    async def run() -> Look:
        network = Network(unlock=kept or Kept(), sink=sink.append if sink is not None else None)
        looker = Looker(network)
        try:
            for _ in range(times):
                found = await looker.look(page)
        finally:
            await network.close()
        return found

    return asyncio.run(run())


def failure(found: Look) -> FetchFailure:
    assert isinstance(found.outcome, FetchFailure)
    return found.outcome


class TestCertificates:
    def test_an_authority_of_ones_own_is_trusted_where_it_is_named(self, authority: Path) -> None:
        with secure_page(authority) as page:
            url = f"https://localhost:{page.port}"

            found = look(own(url, Access(ca=str(authority / "ca.pem"))))

            assert isinstance(found.outcome, StatusReport)
            assert failure(look(own(url, NO_ACCESS))).kind is FailureKind.TLS

    def test_it_is_trusted_for_own_monitoring_only(self, authority: Path) -> None:
        with secure_page(authority) as page:
            page_of_others = own(f"https://localhost:{page.port}", Access(ca=str(authority / "ca.pem")), internal=False)

            assert failure(look(page_of_others)).kind is FailureKind.TLS

    @pytest.mark.parametrize("parts", [("good.pem", ""), ("good.crt", "good.key")])
    def test_a_client_certificate_is_shown(self, authority: Path, parts: tuple[str, str]) -> None:
        certificate, key = (str(authority / each) if each else "" for each in parts)
        ca = str(authority / "ca.pem")
        with secure_page(authority, wants_certificate=True) as page:
            url = f"https://localhost:{page.port}"

            found = look(own(url, Access(ca=ca, certificate=certificate, certificate_key=key)))

            assert isinstance(found.outcome, StatusReport)
            assert isinstance(look(own(url, Access(ca=ca))).outcome, FetchFailure)

    @pytest.mark.parametrize(
        ("access", "words"),
        [
            (Access(ca="nowhere.pem"), "The file {folder}/nowhere.pem cannot be read"),
            (Access(ca="good.csr"), "no usable PEM file"),
            (Access(certificate="good.crt", certificate_key="other.key"), "do not belong together"),
            (Access(certificate="good.crt", certificate_key="locked.key"), "locked with a pass phrase"),
        ],
    )
    def test_a_file_that_cannot_be_used_is_named(self, authority: Path, access: Access, words: str) -> None:
        ca, certificate, key = (
            str(authority / each) if each else "" for each in (access.ca, access.certificate, access.certificate_key)
        )
        access = Access(ca=ca, certificate=certificate, certificate_key=key)

        found = failure(look(own("https://localhost:1", access)))

        assert found.kind is FailureKind.TLS
        assert words.format(folder=authority) in found.detail

    def test_the_files_are_read_again_only_when_they_were_written_again(self, authority: Path, tmp_path: Path) -> None:
        ca = tmp_path / "ca.pem"
        ca.write_text((authority / "ca.pem").read_text())
        page = own("https://localhost:1", Access(ca=str(ca)))

        async def contexts() -> list[object]:
            doorman = Doorman(no_store)
            found: list[object] = []
            for written in (100, 100, 200):
                os.utime(ca, (written, written))
                admission = await doorman.admit(page)
                assert not isinstance(admission, FetchFailure)
                found.append(admission.context)
            return found

        first, second, third = asyncio.run(contexts())

        assert first is second
        assert second is not third


class TestLogins:
    @pytest.mark.parametrize(
        ("access", "header"),
        [(BEARER, f"Bearer {TOKEN}"), (BASIC, f"Basic {base64.b64encode(f'viewer:{PASSWORD}'.encode()).decode()}")],
    )
    @pytest.mark.parametrize("platform", ["statuspage", ""])
    def test_a_login_opens_the_page(self, access: Access, header: str, platform: str) -> None:
        with FakePage() as page:
            opens_to(page, header)

            found = look(own(page.url, access, platform=platform), Kept(TOKEN=TOKEN, PASSWORD=PASSWORD))

            assert isinstance(found.outcome, StatusReport)
            assert found.platform == "statuspage"
            assert {each.headers.get("authorization") for each in page.requests} == {header}

    def test_a_short_password_takes_no_letters_out_of_the_answer(self) -> None:
        with FakePage() as page:
            page.serve(SUMMARY, operational())

            found = look(own(page.url, BASIC), Kept(PASSWORD=PASSWORD))

            assert isinstance(found.outcome, StatusReport)
            assert PASSWORD in {each.name for each in found.outcome.components}

    def test_it_goes_to_its_own_host_only(self) -> None:
        with FakePage() as page, FakePage() as elsewhere:
            page.set(SUMMARY, redirects(elsewhere.url + SUMMARY))

            found = failure(look(own(page.url, BEARER), Kept(TOKEN=TOKEN)))

            assert found.kind is FailureKind.MOVED
            assert elsewhere.count() == 0

    def test_it_goes_along_from_one_path_of_its_host_to_another(self) -> None:
        with FakePage() as page:
            opens_to(page, f"Bearer {TOKEN}")
            page.set(SUMMARY, redirects("/behind/the/proxy"))

            found = look(own(page.url, BEARER), Kept(TOKEN=TOKEN))

            assert isinstance(found.outcome, StatusReport)
            assert [each.path for each in page.requests] == [SUMMARY, "/behind/the/proxy"]

    def test_nothing_of_it_is_recorded(self) -> None:
        heard: list[Exchanged] = []
        with FakePage() as page:
            opens_to(page, f"Bearer {TOKEN}")

            look(own(page.url, BEARER), Kept(TOKEN=TOKEN), sink=heard)

        assert heard == []

    def test_the_secret_is_asked_for_once_and_again_when_it_was_refused(self) -> None:
        right, changed = Kept(TOKEN=TOKEN), Kept(TOKEN="an-older-one")
        with FakePage() as page:
            opens_to(page, f"Bearer {TOKEN}")

            assert isinstance(look(own(page.url, BEARER), right, times=3).outcome, StatusReport)
            assert failure(look(own(page.url, BEARER), changed, times=3)).http_status == 401

        assert (right.asked, changed.asked) == (1, 3)

    @pytest.mark.parametrize("platform", ["statuspage", ""])
    def test_whoever_has_no_login_is_told_how_to_give_one(self, platform: str) -> None:
        with FakePage() as page:
            opens_to(page, f"Bearer {TOKEN}")

            own_page = failure(look(own(page.url, NO_ACCESS, platform=platform)))
            page_of_others = failure(look(own(page.url, NO_ACCESS, platform=platform, internal=False)))
            refused = failure(look(own(page.url, BEARER, platform=platform), Kept(TOKEN="older-token")))

        assert f"trayapp login {page.url}" in own_page.detail
        assert {own_page.http_status, page_of_others.http_status, refused.http_status} == {401}
        assert "trayapp login" not in page_of_others.detail + refused.detail

    def test_a_secret_that_is_not_to_be_had_is_a_sentence(self) -> None:
        found = look(own("http://127.0.0.1:1", BEARER))

        assert "no key store" in failure(found).detail

    def test_a_page_of_others_gets_none(self) -> None:
        with FakePage() as page:
            page.serve(SUMMARY, operational())

            look(own(page.url, BEARER, internal=False), Kept(TOKEN=TOKEN))

            assert [each.headers.get("authorization") for each in page.requests] == [None]

    def test_the_port_is_a_part_of_the_host_it_is_for(self) -> None:
        async def hosts() -> list[str]:
            doorman = Doorman(Kept(TOKEN=TOKEN))
            found: list[str] = []
            for url in ("http://am.lan", "http://am.lan:9093", "https://am.lan", "https://am.lan:8443", "http://[::1]"):
                admission = await doorman.admit(own(url, BEARER))
                assert not isinstance(admission, FetchFailure)
                assert admission.carried is not None
                found.append(admission.carried.host)
            return found

        assert asyncio.run(hosts()) == ["am.lan:80", "am.lan:9093", "am.lan", "am.lan:8443", "[::1]:80"]


def test_whoever_asks_for_nothing_gets_nothing() -> None:
    page = own("http://127.0.0.1:1", NO_ACCESS)

    assert asyncio.run(Doorman(no_store).admit(page)) == EVERYBODY
    assert asyncio.run(Doorman(no_store).admit(replace(page, internal=False))) == EVERYBODY


def test_a_run_without_a_key_store_says_so() -> None:
    with pytest.raises(SecretStoreError, match="no key store"):
        asyncio.run(no_store("env:TOKEN"))
