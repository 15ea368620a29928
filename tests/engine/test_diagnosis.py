"""One provider asked from all sides: within ten seconds, once for somebody, and along with an engine's looks."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.authority import certificates_in
from tests.builders import NOON, operational, outage
from tests.engine.running import EVERY_MINUTE, Ran, answers, fails, run
from tests.engine.test_engine import Published, live, shows
from tests.engine.test_http import secure_page
from tests.fakepage import SUMMARY, FakePage, html, says, silence
from trayapp.catalogue.lookup import Catalogue
from trayapp.domain.alert import AlertKind
from trayapp.domain.inquiry import Inquiry
from trayapp.domain.keys import KeyAnswer, KeyHealth, KeyRef, KeyState, Reachability
from trayapp.domain.ledger import Source
from trayapp.domain.provider import Provider, StatusPage
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.status import Status
from trayapp.domain.verdict import (
    BASELINE_FAILURES,
    FAILURES_TO_COUNT,
    EdgeState,
    OwnReport,
    PageVerdict,
    SignalKind,
    VerdictId,
)
from trayapp.engine import baseline, diagnosis
from trayapp.engine.asking import keep_asking
from trayapp.engine.clock import wall_time
from trayapp.engine.commands import EndInquiry, SuspectProvider
from trayapp.engine.diagnosis import FIRST_ROUND, SECOND_ROUND, CheckKey, Diagnosis, Question
from trayapp.engine.engine import Engine
from trayapp.engine.hosts import Edge
from trayapp.engine.http import Network
from trayapp.engine.signals import KeyCounts, Known, Sources, sources_of
from trayapp.engine.signalwatch import SignalWatch
from trayapp.engine.updates import Update
from trayapp.presentation.verdict import sentence
from trayapp.storage import reports
from trayapp.storage.history import History
from trayapp.storage.reports import MOST, ReportFile
from trayapp.storage.settings import Baseline, Settings, Watch

SCARCE = 40.0
"""Seconds in which a busy machine has an answer; how long it takes at the most by itself is the sum of the rounds."""
KEY = KeyState(ref=KeyRef(id="k1", label="work", provider="acme"))


@dataclass
class World:
    """A provider's page and API, and two well-known hosts, all on this computer."""

    page: FakePage
    api: FakePage
    one: FakePage
    two: FakePage
    patient: pytest.MonkeyPatch

    def hurry(self) -> None:
        """Wait for nobody longer than the program does: somebody is going to say nothing."""
        self.patient.undo()

    def fine(self) -> None:
        self.page.serve(SUMMARY, operational())
        self.api.set_all(says(b"{}", 401))
        for host in (self.one, self.two):
            host.serve("/generate_204", b"", 204)

    def question(self) -> Question:
        page = StatusPage(
            id="acme", name="Acme", url=self.page.url, platform="statuspage", provider_id="acme", internal=True
        )
        return Question(
            provider="acme",
            pages=(page,),
            edge=Edge(f"{self.api.url}/v1/models", is_own=True),
            baseline=(f"{self.one.url}/generate_204", f"{self.two.url}/generate_204"),
        )

    def ask(self, question: Question | None = None, check_key: CheckKey | None = None) -> Diagnosis:
        began = time.monotonic()
        found = diagnose(question or self.question(), check_key)
        assert time.monotonic() - began < SCARCE
        return found


def diagnose(question: Question, check_key: CheckKey | None = None) -> Diagnosis:
    """Ask everybody once, as the command does."""
    heard: list[Diagnosis] = []

    def hear(_inquiry: Inquiry, found: Diagnosis, _is_news: bool) -> None:  # noqa: FBT001 -- a callback's argument
        heard.append(found)

    keys = (lambda _inquiry: check_key) if check_key is not None else None
    asyncio.run(keep_asking(lambda: question, Network(), hear, check_keys=keys))
    (found,) = heard
    return found


@contextmanager
def worlds() -> Iterator[World]:
    """Begin with all well, and with more time for everybody who answers than a busy machine takes."""
    with (
        FakePage() as page,
        FakePage() as api,
        FakePage() as one,
        FakePage() as two,
        pytest.MonkeyPatch.context() as patient,
    ):
        for name in ("FIRST_ROUND", "SECOND_ROUND", "_OTHERS_PATIENCE", "_EDGE_PATIENCE", "_BASELINE_PATIENCE"):
            patient.setattr(diagnosis, name, timedelta(seconds=60))
        world = World(page, api, one, two, patient)
        world.fine()
        yield world


@pytest.fixture
def world() -> Iterator[World]:
    with worlds() as world:
        yield world


def checked(health: KeyHealth, reach: Reachability = Reachability.REACHED) -> CheckKey:
    async def check(ref: KeyRef) -> KeyState:
        await asyncio.sleep(0.01)
        now = wall_time()
        return KeyState(
            ref=ref, health=health, health_at=now, checked_at=now, answer=KeyAnswer(health=health, reachability=reach)
        )

    return check


class TestOnce:
    def test_both_rounds_end_within_ten_seconds(self) -> None:
        longest = FIRST_ROUND + diagnosis._LAST_WORD + SECOND_ROUND

        assert longest < timedelta(seconds=10)

    @pytest.mark.parametrize(
        ("patience", "times"),
        [(diagnosis._BASELINE_PATIENCE, BASELINE_FAILURES), (diagnosis._EDGE_PATIENCE, FAILURES_TO_COUNT)],
    )
    def test_who_never_answers_is_asked_often_enough_though_nothing_begins_in_time(
        self, patience: timedelta, times: int
    ) -> None:
        asked = times * patience + (times - 1) * timedelta(seconds=diagnosis._PAUSE)

        assert FIRST_ROUND + diagnosis._LAST_WORD - asked > timedelta(seconds=1)

    def test_all_well(self, world: World) -> None:
        found = world.ask()

        assert found.verdict.id is VerdictId.FINE
        assert {each.signal for each in found.verdict.evidence} >= {
            SignalKind.BASELINE,
            SignalKind.PAGE,
            SignalKind.EDGE,
        }

    def test_an_incident_and_a_key_that_works(self, world: World) -> None:
        world.page.serve(SUMMARY, outage())
        question = replace(world.question(), keys=(KEY,))

        assert world.ask(question, checked(KeyHealth.OK)).verdict.id is VerdictId.INCIDENT_KEY_WORKS

    def test_unposted_trouble_is_asked_about_three_times(self, world: World) -> None:
        world.api.set_all(says(b"overloaded", 529))
        question = replace(world.question(), keys=(KEY,))

        found = world.ask(question, checked(KeyHealth.UNKNOWN, Reachability.PROVIDER_DOWN))

        assert found.verdict.id is VerdictId.LOOKS_LIKE_PROVIDER
        assert world.api.count() == 3

    def test_one_bad_answer_among_good_ones_is_nothing(self, world: World) -> None:
        world.api.set("/v1/models", says(b"", 503), says(b"", 401))

        assert world.ask().verdict.id is VerdictId.FINE

    def test_a_refused_key(self, world: World) -> None:
        question = replace(world.question(), keys=(KEY,))

        found = world.ask(question, checked(KeyHealth.REJECTED))

        assert found.verdict.id is VerdictId.KEY_REJECTED
        assert found.verdict.key is not None

    def test_a_key_whose_provider_asked_us_to_wait_is_left_alone(self, world: World) -> None:
        answer = KeyAnswer(health=KeyHealth.UNKNOWN, reachability=Reachability.RATE_LIMITED, retry_after=3600)
        limited = replace(KEY, answer=answer, checked_at=wall_time(), health=KeyHealth.OK)

        async def nobody(_ref: KeyRef) -> KeyState:
            raise AssertionError("asked all the same")

        found = world.ask(replace(world.question(), keys=(limited,)), nobody)

        assert found.verdict.id is VerdictId.KEY_LIMITED

    def test_with_half_of_the_hosts_dead_it_ends_in_time(self, world: World) -> None:
        world.hurry()
        world.api.set_all(silence())
        world.one.hold_connections()
        question = replace(world.question(), keys=(KEY,))

        async def hangs(_ref: KeyRef) -> KeyState:
            await asyncio.sleep(60)
            raise AssertionError("waited for")

        found = world.ask(question, hangs)

        assert found.verdict.id in {VerdictId.CANNOT_TELL, VerdictId.POSSIBLY_PROVIDER}
        assert not found.verdict.id.blames_provider or found.verdict.id is VerdictId.POSSIBLY_PROVIDER

    def test_everything_silent_is_the_own_connection_and_ends_in_time(self, world: World) -> None:
        world.hurry()
        for host in (world.page, world.api, world.one, world.two):
            host.hold_connections()

        found = world.ask()

        assert found.verdict.id is VerdictId.YOUR_CONNECTION

    def test_everything_refused_is_the_own_connection(self, world: World) -> None:
        for host in (world.page, world.api, world.one, world.two):
            host.refuse()

        assert world.ask().verdict.id is VerdictId.YOUR_CONNECTION

    def test_a_page_alone_that_is_gone(self, world: World) -> None:
        world.page.refuse()

        assert world.ask().verdict.id is VerdictId.PAGE_UNREACHABLE

    def test_a_common_cause_is_a_hint(self, world: World) -> None:
        world.page.serve(SUMMARY, outage())
        base = world.question().pages[0]
        other = replace(base, id="other", provider_id="other")
        cause = replace(base, id="cloudflare", name="Cloudflare", provider_id="cloudflare")

        found = world.ask(replace(world.question(), others=(other,), causes=(cause,)))

        assert found.verdict.id is VerdictId.INCIDENT
        assert [each.page.id for each in found.causes] == ["cloudflare"]

    def test_others_are_left_alone_while_all_is_well(self, world: World) -> None:
        other = replace(world.question().pages[0], id="other", provider_id="other")

        world.ask(replace(world.question(), others=(other,)))

        assert world.page.count() == 1


class TestWhoseNetwork:
    """Faults of this network, made here for real: none of them is ever the provider's."""

    def test_whoever_intercepts_every_secure_connection_is_named(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(baseline, "_DUE", {})
        authority = certificates_in(tmp_path)
        with secure_page(authority / "self.pem") as one, secure_page(authority / "self.pem") as two:
            hosts = tuple(f"https://localhost:{each.port}/" for each in (one, two))
            found = world.ask(replace(world.question(), baseline=hosts))

        assert found.verdict.id is VerdictId.TLS_INTERCEPTED
        assert "Nosy Box" in sentence(found.verdict, "Acme", found.at)

    def test_whoever_intercepts_this_one_host_is_named_too(self, world: World, tmp_path: Path) -> None:
        with secure_page(certificates_in(tmp_path) / "self.pem") as api:
            edge = Edge(f"https://localhost:{api.port}/v1/models", is_own=True)
            found = world.ask(replace(world.question(), edge=edge))

        assert found.verdict.id is VerdictId.TLS_INTERCEPTED
        assert "Nosy Box" in sentence(found.verdict, "Acme", found.at)

    def test_a_network_that_wants_a_login_says_so(self, world: World) -> None:
        for host, path in ((world.page, SUMMARY), (world.one, "/generate_204"), (world.two, "/generate_204")):
            host.set(path, html("<form>Room number?</form>"))
        world.api.set_all(says(b"", 511))

        found = world.ask()

        assert found.verdict.id is VerdictId.YOUR_CONNECTION
        assert "this network seems to want a login" in sentence(found.verdict, "Acme", found.at)

    def test_a_name_that_resolves_for_nobody_here_while_others_do(self, world: World) -> None:
        found = world.ask(replace(world.question(), edge=Edge("https://api.acme.invalid/v1/models")))

        assert found.verdict.id is VerdictId.NAME_NOT_RESOLVED

    def test_the_systems_hint_alone_decides_nothing(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(baseline, "has_default_route", lambda: False)

        assert world.ask().verdict.id is VerdictId.FINE


class TestKeyCounts:
    def at(self, minutes: float, reach: Reachability) -> KeyState:
        answer = KeyAnswer(health=KeyHealth.UNKNOWN, reachability=reach)
        return replace(KEY, answer=answer, checked_at=NOON + timedelta(minutes=minutes))

    def test_every_attempt_counts_once_and_anything_else_ends_the_row(self) -> None:
        counts, down = KeyCounts(), Reachability.PROVIDER_DOWN

        assert counts.count([self.at(0, down)]) == {"k1": 1}
        assert counts.count([self.at(0, down)]) == {"k1": 1}
        assert counts.count([self.at(5, down)]) == {"k1": 2}
        assert counts.count([self.at(9, Reachability.UNREACHABLE)]) == {"k1": 0}
        assert counts.count([KEY]) == {}


def test_what_is_known_of_one_provider_is_not_said_of_another() -> None:
    known = Known(
        edges={"acme": EdgeState(url="https://api.acme.example/")},
        keys=(KEY,),
        reports=(OwnReport("acme", 529, NOON),),
    )

    mine, other, nobody = (known.about(None, each, NOON) for each in ("acme", "other", ""))

    assert (mine.edge.url, len(mine.keys), len(mine.reports)) == ("https://api.acme.example/", 1, 1)
    for each in (other, nobody):
        assert (each.edge.url, each.keys, each.reports) == ("", (), ())


def test_whom_to_ask_is_what_the_settings_say() -> None:
    catalogue = Catalogue((Provider(id="acme", name="Acme", api_host="api.acme.example"), Provider(id="b", name="B")))

    usual = sources_of(Settings(), catalogue)
    own = sources_of(
        Settings(baseline=Baseline(("https://one.example/",)), endpoints={"b": "http://127.0.0.1:1"}), catalogue
    )

    assert set(usual.edges) == {"acme"}
    assert len(usual.baseline) == 2
    assert (own.baseline, set(own.edges)) == (("https://one.example/",), {"acme", "b"})


class TestReportFile:
    def test_reports_come_back_in_order_and_are_private(self, tmp_path: Path) -> None:
        file = ReportFile(tmp_path / "data" / reports.NAME)
        told = [OwnReport("acme", 529, NOON), OwnReport("other", 200, NOON)]
        for each in told:
            file.add(each)

        assert list(ReportFile(file.path).read()) == told
        assert list(file.read()) == told
        assert file.path.stat().st_mode & 0o077 == 0

    def test_the_file_stays_small(self, tmp_path: Path) -> None:
        file = ReportFile(tmp_path / reports.NAME)
        for number in range(3 * MOST):
            file.add(OwnReport("acme", 500, NOON + timedelta(seconds=number)))

        assert len(file.path.read_bytes().splitlines()) <= 2 * MOST + 1
        assert file.read()[-1].at == NOON + timedelta(seconds=3 * MOST - 1)

    def test_nonsense_is_left_out(self, tmp_path: Path) -> None:
        path = tmp_path / reports.NAME
        path.write_bytes(b'\xff\xfe\n{"at": 1}\n\n{"at":"2025-12-02T12:00:00","provider":"acme","code":1}\n')
        file = ReportFile(path)
        file.add(OwnReport("acme", 529, NOON))

        assert [each.code for each in file.read()] == [529]

    def test_no_file_is_no_report(self, tmp_path: Path) -> None:
        assert ReportFile(tmp_path / "none").read() == ()


ACME = "https://status.openai.com"
PAGE_URL = f"{ACME}/proxy/status.openai.com"
EDGE_URL = "https://api.openai.com/v1/models"
HOST_URL = "https://well-known.example/generate_204"
OWN = replace(
    EVERY_MINUTE,
    watch=(Watch(provider="openai", url="https://status.acme.example", platform="statuspage"),),
    baseline=Baseline((HOST_URL,)),
)
PATH = "https://status.acme.example/api/v2/summary.json"


def played(*lines: Mapping[str, object]) -> Ran:
    return run(lines, OWN, own_pages=True)


def verdicts(ran: Ran) -> list[VerdictId]:
    """Every change of the verdict, in order."""
    found: list[VerdictId] = []
    for update in ran.updates:
        for each in update.verdicts:
            if found[-1:] != [each.verdict.id]:
                found.append(each.verdict.id)
    return found


class TestInTheEngine:
    """The real engine on simulated time."""

    def test_while_all_is_well_nobody_asks_about_the_connection(self) -> None:
        ran = played(answers(0, operational(), PATH), answers(0, "{}", EDGE_URL, 401), fails(0, "refused", HOST_URL))

        assert verdicts(ran)[-1] is VerdictId.FINE
        assert all(
            each.signal is not SignalKind.BASELINE
            for update in ran.updates
            for found in update.verdicts
            for each in found.verdict.evidence
        )

    def test_a_failing_edge_alone_is_only_possibly_them_and_makes_no_pop_up(self) -> None:
        ran = played(
            answers(0, operational(), PATH),
            answers(0, "{}", EDGE_URL, 401),
            answers(0, "", HOST_URL, 204),
            answers(20, "", EDGE_URL, 503),
            answers(60, "{}", EDGE_URL, 401),
        )

        assert VerdictId.POSSIBLY_PROVIDER in verdicts(ran)
        assert verdicts(ran)[-1] is VerdictId.FINE
        assert ran.told == []

    def test_a_failing_edge_without_a_baseline_blames_nobody(self) -> None:
        ran = played(
            answers(0, operational(), PATH),
            answers(0, "", EDGE_URL, 503),
            fails(0, "dns", HOST_URL),
        )

        assert not any(each.blames_provider for each in verdicts(ran))

    @pytest.mark.parametrize("how", ["dns", "refused", "timeout", "tls", "reset"])
    def test_everything_failing_is_said_once_and_its_end_too(self, how: str) -> None:
        every = (PATH, EDGE_URL, HOST_URL)
        fine = [
            (PATH, operational(), 200),
            (EDGE_URL, "{}", 401),
            (HOST_URL, "", 204),
        ]
        ran = played(
            *(answers(0, body, url, status) for url, body, status in fine),
            *(fails(10, how, url) for url in every),
            *(answers(40, body, url, status) for url, body, status in fine),
        )

        assert [kind for kind, _incident in ran.told] == [AlertKind.CONNECTION, AlertKind.CONNECTION_BACK]
        assert not any(each.blames_provider for each in verdicts(ran))
        assert verdicts(ran)[-1] is VerdictId.FINE

    def test_fine_is_never_said_of_a_page_that_is_unknown(self) -> None:
        ran = played(
            answers(0, operational(), PATH),
            answers(10, "<html>Log in</html>", PATH),
            answers(0, "{}", EDGE_URL, 401),
            answers(0, "", HOST_URL, 204),
        )

        for update in ran.updates:
            shown = update.snapshot.pages[0].shown
            for each in update.verdicts:
                assert each.verdict.id is not VerdictId.FINE or shown is Status.OPERATIONAL

    def test_a_replay_that_names_nobody_asks_nobody(self) -> None:
        ran = run([answers(0, operational()), answers(5, outage())])

        assert all(update.verdicts == () for update in ran.updates)


def config(world: World) -> str:
    return (
        f'[polling]\nidle = 1\nincident = 1\n[[watch]]\nprovider = "openai"\nurl = "{world.page.url}"\n'
        f'[endpoints]\nopenai = "{world.api.url}"\n'
        f'[baseline]\nhosts = ["{world.one.url}/generate_204", "{world.two.url}/generate_204"]\n'
    )


def says_so(wanted: VerdictId) -> Callable[[Update], bool]:
    return lambda update: [each.verdict.id for each in update.verdicts] == [wanted]


class TestLive:
    """The real engine on real time, with loopback hosts."""

    def lived(self, tmp_path: Path, world: World, step: Callable[[Engine, Published], Awaitable[None]]) -> Published:
        return live(tmp_path, config(world), step)

    def test_the_edge_is_asked_once_and_not_with_every_look(self, tmp_path: Path, world: World) -> None:
        async def step(_engine: Engine, published: Published) -> None:
            update = await published.until(says_so(VerdictId.FINE))
            assert {f"{world.api.url}/v1/models", f"{world.one.url}/generate_204"} <= set(update.asked)
            assert not any("algolia" in each for each in update.asked)
            assert any("cloudflarestatus" in each for each in update.asked)
            looks = world.page.count(SUMMARY)
            await published.until(lambda _update: world.page.count(SUMMARY) > looks + 1)

        self.lived(tmp_path, world, step)

        assert world.page.count(SUMMARY) > 1
        assert world.api.count() == 1
        assert world.one.count() == world.two.count() == 0

    def test_a_page_that_is_gone_makes_the_connection_be_asked(self, tmp_path: Path, world: World) -> None:
        async def step(_engine: Engine, published: Published) -> None:
            await published.until(shows(Status.OPERATIONAL))
            world.page.refuse()
            await published.until(lambda update: bool(update.verdicts) and _baseline_is_ok(update.verdicts[0]))

        self.lived(tmp_path, world, step)

        assert world.one.count() == world.two.count() == 1

    def test_it_fails_for_me_asks_everybody_now(self, tmp_path: Path, world: World) -> None:
        async def step(engine: Engine, published: Published) -> None:
            await published.until(says_so(VerdictId.FINE))
            engine.handle(SuspectProvider())
            await published.until(lambda update: bool(update.verdicts) and _baseline_is_ok(update.verdicts[0]))

        self.lived(tmp_path, world, step)

        assert world.api.count() == 2

    def test_it_fails_for_me_is_answered_in_time_and_kept_in_the_ledger(self, tmp_path: Path, world: World) -> None:
        async def step(engine: Engine, published: Published) -> None:
            await published.until(says_so(VerdictId.FINE))
            world.hurry()
            world.api.hold_connections()
            world.two.hold_connections()
            began = time.monotonic()
            engine.handle(SuspectProvider(published[-1].snapshot.pages[0].page.id))
            asking = await published.until(lambda update: bool(update.inquiries))
            assert [each.is_asking for each in asking.inquiries] == [True]
            update = await published.until(_has_answer)
            assert time.monotonic() - began < SCARCE
            (inquiry,) = update.inquiries
            assert inquiry.verdict is not None
            assert {each.signal for each in inquiry.verdict.evidence} >= {
                SignalKind.BASELINE,
                SignalKind.PAGE,
                SignalKind.EDGE,
            }
            kept = History.open(tmp_path / "data" / "history.db")
            seen = kept.sightings(inquiry.page_ids[0], wall_time() - timedelta(minutes=5))
            kept.close()
            assert [each.source for each in seen][:1] == [Source.YOU]
            found = [each.said for each in seen if each.source is Source.FOUND]
            assert found == [inquiry.verdict.id.value]
            engine.handle(EndInquiry(inquiry.provider))
            await published.until(lambda update: not update.inquiries and update is not published[0])

        self.lived(tmp_path, world, step)

    def test_what_an_inquiry_finds_out_is_what_the_engine_knows(self, tmp_path: Path, world: World) -> None:
        async def step(engine: Engine, published: Published) -> None:
            await published.until(says_so(VerdictId.FINE))
            world.api.set_all(says(b"", 503))
            engine.handle(SuspectProvider())
            update = await published.until(_has_answer)
            assert [each.verdict.id for each in update.inquiries if each.verdict] == [VerdictId.POSSIBLY_PROVIDER]
            await published.until(says_so(VerdictId.POSSIBLY_PROVIDER))
            page = update.snapshot.pages[0].page.id
            kept = History.open(tmp_path / "data" / "history.db")
            sources = {each.source for each in kept.sightings(page, wall_time() - timedelta(minutes=5))}
            kept.close()
            assert sources == {Source.YOU, Source.FOUND, Source.CHECK}

        self.lived(tmp_path, world, step)

        assert world.api.count() == 4  # once with the first look, three times when somebody asked

    def test_what_may_stand_behind_several_failures_is_hinted_at(
        self, tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("trayapp.engine.engine.CAUSES", ("cloudflare",))
        two = (
            f'[[watch]]\nprovider = "anthropic"\nurl = "{world.two.url}"\nplatform = "statuspage"\n'
            f'[[watch]]\nprovider = "cloudflare"\nurl = "{world.one.url}"\nplatform = "statuspage"\n'
        )
        for each in (world.page, world.two, world.one):
            each.serve(SUMMARY, operational())

        async def step(_engine: Engine, published: Published) -> None:
            await published.until(
                lambda update: [each.shown for each in update.snapshot.pages] == [Status.OPERATIONAL] * 3
            )
            assert published[-1].causes == ()
            for each in (world.page, world.two, world.one):
                each.serve(SUMMARY, outage())
            await published.until(
                lambda update: [each.shown for each in update.snapshot.pages] == [Status.MAJOR_OUTAGE] * 3
            )
            update = await published.until(lambda update: bool(update.causes))
            assert [each.page.provider_id for each in update.causes] == ["cloudflare"]

        ours = f'[endpoints]\nanthropic = "{world.api.url}"\ncloudflare = "{world.api.url}"\n'
        own = config(world).replace("[endpoints]\n", ours)
        live(tmp_path, own + two, step)

    def test_models_on_this_computer_are_looked_for_only_while_something_fails(
        self, tmp_path: Path, world: World
    ) -> None:
        local = f'[local_models]\naddresses = ["{world.two.url}"]\n'
        world.two.set("/v1/models", says(b'{"data":[{"id":"llama3.2"}]}', 200))

        async def step(_engine: Engine, published: Published) -> None:
            await published.until(says_so(VerdictId.FINE))
            await asyncio.sleep(1.5)
            assert world.two.count("/v1/models") == 0
            world.page.serve(SUMMARY, outage())
            update = await published.until(lambda update: bool(update.local_models))
            assert [each.models for each in update.local_models] == [("llama3.2",)]

        live(tmp_path, config(world) + local, step)

    def test_a_report_from_just_before_the_start_is_heard_too_and_an_old_one_is_not(
        self, tmp_path: Path, world: World
    ) -> None:
        now = wall_time()
        file = ReportFile(tmp_path / "data" / reports.NAME)
        file.add(OwnReport("openai", 529, now - timedelta(minutes=5)))
        file.add(OwnReport("anthropic", 529, now - timedelta(hours=5)))
        heard: list[str] = []

        async def main() -> None:
            watch = SignalWatch(
                lambda _settings: Sources(reports=file),
                Settings(),
                network=Network,
                now=wall_time,
                start=lambda chore: chore.close(),
                changed=lambda: None,
                doubted=lambda _provider: None,
                reported=lambda provider, _at: heard.append(provider),
            )
            pages = tuple(
                PageState(page=replace(world.question().pages[0], provider_id=each)) for each in ("openai", "anthropic")
            )
            watch.watch(Snapshot(pages=pages, at=now))
            watch.tick()
            watch.tick()

        asyncio.run(main())

        assert heard == ["openai"]

    def test_a_programs_report_is_heard(self, tmp_path: Path, world: World) -> None:
        async def step(engine: Engine, published: Published) -> None:
            await published.until(says_so(VerdictId.FINE))
            told = OwnReport("openai", 529, wall_time())
            ReportFile(tmp_path / "data" / reports.NAME).add(told)
            assert engine._signals is not None
            engine._signals.tick()
            update = await published.until(
                lambda update: [each.verdict.missing for each in update.verdicts] == [(SignalKind.REPORT,)]
            )
            kept = History.open(tmp_path / "data" / "history.db")
            seen = kept.sightings(update.snapshot.pages[0].page.id, told.at - timedelta(minutes=1))
            kept.close()
            assert [each.source for each in seen] == [Source.PROGRAM]

        self.lived(tmp_path, world, step)


def _has_answer(update: Update) -> bool:
    return bool(update.inquiries) and all(each.rounds for each in update.inquiries)


def _baseline_is_ok(found: PageVerdict) -> bool:
    return any(each.signal is SignalKind.BASELINE and each.ok for each in found.verdict.evidence)
