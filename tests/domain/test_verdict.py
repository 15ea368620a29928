"""The table of verdicts, row by row, and what must hold for any signals at all."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.builders import NOON, component, failure, incident, report
from trayapp.domain.alert import AlertKind, Circumstances, Level, NotificationRules, Reason
from trayapp.domain.alertbook import AlertBook, forget_pages
from trayapp.domain.connection import decide_on_baseline
from trayapp.domain.digest import release
from trayapp.domain.keys import KeyAnswer, KeyHealth, KeyRef, KeyState, Reachability
from trayapp.domain.provider import StatusPage
from trayapp.domain.report import FailureKind, Observation
from trayapp.domain.snapshot import PageState, Snapshot, advance
from trayapp.domain.status import Status
from trayapp.domain.verdict import (
    SIGNAL_LASTS,
    BaselineKind,
    BaselineState,
    EdgeKind,
    EdgeState,
    HostAnswer,
    Icon,
    KeySignal,
    OwnReport,
    PageVerdict,
    PopUp,
    SignalKind,
    Signals,
    VerdictId,
    after_baseline,
    after_edge,
    evidence,
    failing_providers,
    shared_causes,
    telling_page,
    verdict,
)
from trayapp.domain.verdictalerts import decide_on_verdict, decide_on_verdicts, noted_after
from trayapp.domain.wishes import Wish, tell_when_back

URL = "https://api.acme.example/v1/models"
PAGE = StatusPage(id="acme", name="Acme", url="https://status.acme.example", provider_id="acme")
MINUTE = timedelta(minutes=1)
OURS = (EdgeKind.BLOCKED, EdgeKind.DNS, EdgeKind.TLS)


def page(
    status: Status | None = Status.OPERATIONAL,
    *,
    fails: FailureKind | None = None,
    at: datetime = NOON,
    known: StatusPage = PAGE,
) -> PageState:
    """A page that said ``status`` (``None``: never said anything) and then failed, if it ``fails``."""
    snapshot = Snapshot(pages=(PageState(page=known),))
    if status is not None:
        said = report(component(status=status), incidents=[incident()] if status.is_bad else [])
        snapshot = advance(snapshot, Observation(known.id, at, said, 5 * MINUTE))
    if fails is not None:
        snapshot = advance(snapshot, Observation(known.id, at, failure(fails), 5 * MINUTE))
    return snapshot.pages[0]


def baseline(kind: BaselineKind = BaselineKind.OK, failures: int = 0, at: datetime = NOON) -> BaselineState:
    return BaselineState(kind=kind, at=at, failures_in_a_row=failures)


def edge(*kinds: EdgeKind, at: datetime = NOON) -> EdgeState:
    state = EdgeState(url=URL)
    for kind in kinds:
        state = after_edge(state, kind, at, code="503" if kind is EdgeKind.DOWN else kind.value)
    return state


def key(
    health: KeyHealth = KeyHealth.OK,
    reach: Reachability = Reachability.REACHED,
    *,
    failures: int = 0,
    at: datetime = NOON,
    retry_after: float | None = None,
    is_unanswered: bool = False,
) -> KeySignal:
    answer = KeyAnswer(health=health, reachability=reach, retry_after=retry_after, is_unanswered=is_unanswered)
    ref = KeyRef(id="k1", label="work", provider="acme")
    return KeySignal(KeyState(ref=ref, health=health, health_at=at, answer=answer, checked_at=at), failures)


def reports(*codes: int, at: datetime = NOON) -> tuple[OwnReport, ...]:
    return tuple(OwnReport("acme", each, at) for each in codes)


DOWN3 = edge(EdgeKind.DOWN, EdgeKind.DOWN, EdgeKind.DOWN)
KEY_DOWN = key(reach=Reachability.PROVIDER_DOWN, failures=1)
KEY_DOWN3 = key(reach=Reachability.PROVIDER_DOWN, failures=3)
KEY_SILENT = key(reach=Reachability.UNREACHABLE, failures=1, is_unanswered=True)
KEY_LOST = key(reach=Reachability.UNREACHABLE, failures=1)
OK, NO_EDGE = baseline(), EdgeState(url=URL)
NOT_ASKED = BaselineState()
FINE, BAD, GONE = page(), page(Status.MAJOR_OUTAGE), page(None, fails=FailureKind.TIMEOUT)


def signals(
    own: BaselineState = OK,
    state: PageState | None = FINE,
    api: EdgeState = NO_EDGE,
    keys: tuple[KeySignal, ...] = (),
    told: tuple[OwnReport, ...] = (),
) -> Signals:
    return Signals(now=NOON + MINUTE, page=state, baseline=own, edge=api, keys=keys, reports=told)


ROWS = [
    (signals(baseline(BaselineKind.FAILS, 2)), VerdictId.YOUR_CONNECTION),
    (signals(baseline(BaselineKind.PORTAL, 2), BAD, DOWN3, (KEY_DOWN3,)), VerdictId.YOUR_CONNECTION),
    (signals(baseline(BaselineKind.INTERCEPTED, 2)), VerdictId.TLS_INTERCEPTED),
    (signals(state=BAD, keys=(key(),)), VerdictId.INCIDENT_KEY_WORKS),
    (signals(state=BAD, api=DOWN3, keys=(KEY_DOWN, key())), VerdictId.INCIDENT_KEY_WORKS),
    (signals(state=BAD, keys=(KEY_DOWN,)), VerdictId.INCIDENT_CONFIRMED),
    (signals(state=BAD, keys=(KEY_SILENT,)), VerdictId.INCIDENT_CONFIRMED),
    (signals(state=BAD, keys=(KEY_LOST,)), VerdictId.INCIDENT),
    (signals(state=BAD, told=reports(529)), VerdictId.INCIDENT_CONFIRMED),
    (signals(state=BAD), VerdictId.INCIDENT),
    (signals(state=BAD, keys=(key(KeyHealth.REJECTED),)), VerdictId.INCIDENT),
    (signals(state=BAD, keys=(key(at=NOON - SIGNAL_LASTS),)), VerdictId.INCIDENT),
    (signals(NOT_ASKED, page(Status.DEGRADED)), VerdictId.INCIDENT),
    (signals(state=page(Status.MAINTENANCE), api=DOWN3, keys=(KEY_DOWN3,)), VerdictId.MAINTENANCE),
    (signals(api=DOWN3, keys=(KEY_DOWN3,)), VerdictId.LOOKS_LIKE_PROVIDER),
    (signals(api=DOWN3, told=reports(529, 500, 503)), VerdictId.LOOKS_LIKE_PROVIDER),
    (signals(api=DOWN3, keys=(KEY_DOWN,)), VerdictId.CANNOT_TELL),
    (signals(api=DOWN3, keys=(key(),)), VerdictId.CANNOT_TELL),
    (signals(api=DOWN3), VerdictId.POSSIBLY_PROVIDER),
    (signals(NOT_ASKED, api=DOWN3), VerdictId.CANNOT_TELL),
    (signals(api=edge(EdgeKind.DOWN, EdgeKind.DOWN)), VerdictId.CANNOT_TELL),
    (signals(api=edge(EdgeKind.TLS)), VerdictId.TLS_INTERCEPTED),
    (signals(state=GONE, api=edge(EdgeKind.TLS)), VerdictId.TLS_INTERCEPTED),
    (signals(state=GONE, api=edge(EdgeKind.DNS)), VerdictId.NAME_NOT_RESOLVED),
    (signals(keys=(key(KeyHealth.REJECTED),), api=edge(EdgeKind.OK)), VerdictId.KEY_REJECTED),
    (signals(keys=(key(), key(KeyHealth.EXPIRED))), VerdictId.KEY_REJECTED),
    (signals(keys=(key(KeyHealth.NO_CREDIT),), api=edge(EdgeKind.OK)), VerdictId.KEY_BALANCE),
    (signals(keys=(key(KeyHealth.SPEND_LIMIT),)), VerdictId.KEY_BALANCE),
    (signals(keys=(key(reach=Reachability.RATE_LIMITED, retry_after=600),)), VerdictId.KEY_LIMITED),
    (signals(keys=(key(KeyHealth.BLOCKED_REGION),)), VerdictId.KEY_ACCOUNT),
    (signals(keys=(key(KeyHealth.SUSPENDED),)), VerdictId.KEY_ACCOUNT),
    (signals(), VerdictId.FINE),
    (signals(NOT_ASKED, api=edge(EdgeKind.OK), keys=(key(KeyHealth.UNCHECKED),)), VerdictId.FINE),
    (signals(told=reports(429)), VerdictId.FINE),
    (signals(told=reports(529)), VerdictId.CANNOT_TELL),
    (signals(told=reports(529, at=NOON - 16 * MINUTE)), VerdictId.FINE),
    (signals(keys=(key(KeyHealth.UNKNOWN),)), VerdictId.CANNOT_TELL),
    (signals(state=GONE, api=edge(EdgeKind.OK)), VerdictId.PAGE_UNREACHABLE),
    (signals(NOT_ASKED, GONE, edge(EdgeKind.OK), (key(),)), VerdictId.PAGE_UNREACHABLE),
    (signals(state=GONE, api=DOWN3, keys=(KEY_DOWN,)), VerdictId.LIKELY_PROVIDER),
    (signals(state=GONE, api=DOWN3), VerdictId.CANNOT_TELL),
    (signals(state=GONE), VerdictId.CANNOT_TELL),
    (signals(state=page(None)), VerdictId.CANNOT_TELL),
    (signals(state=None), VerdictId.CANNOT_TELL),
    (signals(baseline(BaselineKind.FAILS, 1), GONE), VerdictId.CANNOT_TELL),
    (signals(state=page(at=NOON - 11 * MINUTE)), VerdictId.CANNOT_TELL),
]


@pytest.mark.parametrize(("given_signals", "expected"), ROWS)
def test_the_table(given_signals: Signals, expected: VerdictId) -> None:
    assert verdict(given_signals).id is expected


def test_the_columns_of_icon_and_pop_up() -> None:
    shown = {verdict(each).id: (verdict(each).icon, verdict(each).pop_up) for each, _expected in ROWS}

    assert set(shown) == set(VerdictId)
    assert shown[VerdictId.YOUR_CONNECTION] == (Icon.HOLLOW_CLOCK, PopUp.ONCE)
    assert shown[VerdictId.INCIDENT] == (Icon.BY_PAGE, PopUp.YES)
    assert shown[VerdictId.MAINTENANCE] == (Icon.WRENCH, PopUp.NO)
    assert shown[VerdictId.POSSIBLY_PROVIDER] == (Icon.TRIANGLE_QUESTION, PopUp.OPTION)
    assert shown[VerdictId.KEY_BALANCE] == (Icon.KEY_BADGE, PopUp.ONCE)
    assert shown[VerdictId.KEY_LIMITED] == (Icon.UNCHANGED, PopUp.NO)
    assert shown[VerdictId.FINE] == (Icon.TICK, PopUp.NO)
    assert shown[VerdictId.CANNOT_TELL] == (Icon.HOLLOW, PopUp.NO)


def test_what_is_missing_is_named() -> None:
    nothing = verdict(signals(NOT_ASKED, None))
    page_alone = verdict(signals(state=GONE, api=DOWN3))

    assert nothing.missing == (SignalKind.BASELINE, SignalKind.PAGE, SignalKind.EDGE)
    assert page_alone.missing == (SignalKind.PAGE, SignalKind.KEY)
    assert verdict(signals(told=reports(529))).missing == (SignalKind.REPORT,)
    assert verdict(signals()).missing == ()


def test_the_key_it_is_about_and_until_when_it_is_limited() -> None:
    limited = verdict(signals(keys=(key(), key(reach=Reachability.RATE_LIMITED, retry_after=600))))

    assert limited.key is not None
    assert limited.until == NOON + 10 * MINUTE
    assert verdict(signals()).key is None


def test_evidence_says_who_said_what_and_when() -> None:
    answers = (HostAnswer("https://one.example/", BaselineKind.OK, "204"),)
    own = after_baseline(NOT_ASKED, answers, NOON, has_route=True)
    found = verdict(signals(own, BAD, DOWN3, (key(),), reports(529, 529, 200)))

    lines = [(each.signal, each.ok, each.code, each.count) for each in found.evidence]
    assert lines == [
        (SignalKind.BASELINE, True, "204", 1),
        (SignalKind.BASELINE, True, "route", 1),
        (SignalKind.PAGE, False, "major_outage", 1),
        (SignalKind.EDGE, False, "503", 1),
        (SignalKind.KEY, True, "OK", 1),
        (SignalKind.REPORT, True, "200", 1),
        (SignalKind.REPORT, False, "529", 2),
    ]
    assert all(each.at == NOON for each in found.evidence)
    assert found.evidence[3].url == URL


class TestAfterEdge:
    def test_three_failures_in_a_row_begin_it_and_two_answers_end_it(self) -> None:
        kinds = [EdgeKind.DOWN] * 3 + [EdgeKind.OK, EdgeKind.OK]
        states = [edge(*kinds[: count + 1]).is_down for count in range(len(kinds))]

        assert states == [False, False, True, True, False]

    @pytest.mark.parametrize("ours", OURS)
    def test_trouble_of_our_own_breaks_the_row(self, ours: EdgeKind) -> None:
        assert not edge(EdgeKind.DOWN, EdgeKind.DOWN, ours, EdgeKind.DOWN).is_down

    def test_one_answer_after_an_outage_is_not_yet_fine(self) -> None:
        state = edge(*[EdgeKind.DOWN] * 3, EdgeKind.OK)

        assert verdict(signals(api=state)).id is VerdictId.POSSIBLY_PROVIDER


class TestAfterBaseline:
    def answer(self, kind: BaselineKind) -> HostAnswer:
        return HostAnswer("https://one.example/", kind, "")

    @pytest.mark.parametrize(
        ("kinds", "expected"),
        [
            ((BaselineKind.FAILS, BaselineKind.OK), BaselineKind.OK),
            ((BaselineKind.FAILS, BaselineKind.PORTAL), BaselineKind.PORTAL),
            ((BaselineKind.INTERCEPTED, BaselineKind.FAILS), BaselineKind.FAILS),
            ((BaselineKind.INTERCEPTED, BaselineKind.INTERCEPTED), BaselineKind.INTERCEPTED),
        ],
    )
    def test_one_host_that_answers_is_enough(self, kinds: tuple[BaselineKind, ...], expected: BaselineKind) -> None:
        assert after_baseline(NOT_ASKED, tuple(map(self.answer, kinds)), NOON).kind is expected

    def test_failures_are_counted_until_one_answers(self) -> None:
        failed = after_baseline(NOT_ASKED, (self.answer(BaselineKind.FAILS),), NOON)
        again = after_baseline(failed, (self.answer(BaselineKind.FAILS),), NOON)

        assert (failed.failures_in_a_row, again.failures_in_a_row) == (1, 2)
        assert after_baseline(again, (self.answer(BaselineKind.OK),), NOON).failures_in_a_row == 0

    def test_an_answer_that_came_later_makes_the_failure_history(self) -> None:
        own = baseline(BaselineKind.FAILS, 5, at=NOON - MINUTE)

        assert verdict(signals(own)).id is VerdictId.FINE
        assert verdict(signals(own, GONE)).id is VerdictId.YOUR_CONNECTION


def moments() -> st.SearchStrategy[datetime]:
    return st.sampled_from([NOON, NOON - 9 * MINUTE, NOON - 11 * MINUTE, NOON - 600 * MINUTE, NOON + 60 * MINUTE])


def pages() -> st.SearchStrategy[PageState | None]:
    made = st.builds(
        page,
        st.none() | st.sampled_from(list(Status)),
        fails=st.none() | st.sampled_from(list(FailureKind)),
        at=moments(),
    )
    return st.none() | made


def baselines() -> st.SearchStrategy[BaselineState]:
    return st.builds(baseline, st.sampled_from(list(BaselineKind)), st.integers(0, 3), moments())


def edges() -> st.SearchStrategy[EdgeState]:
    kinds = st.lists(st.sampled_from([each for each in EdgeKind if each is not EdgeKind.NOT_ASKED]), max_size=5)
    return st.builds(lambda kinds, at: edge(*kinds, at=at), kinds, moments())


def keys() -> st.SearchStrategy[tuple[KeySignal, ...]]:
    made = st.builds(
        key,
        st.sampled_from(list(KeyHealth)),
        st.sampled_from(list(Reachability)),
        failures=st.integers(0, 4),
        at=moments(),
    )
    return st.lists(made, max_size=2).map(tuple)


def any_signals() -> st.SearchStrategy[Signals]:
    told = st.lists(st.sampled_from([200, 429, 500, 529]), max_size=4).map(lambda codes: reports(*codes))
    return st.builds(signals, baselines(), pages(), edges(), keys(), told)


@given(any_signals())
def test_fine_is_never_said_without_a_fresh_and_good_page(given_signals: Signals) -> None:
    state = given_signals.page
    if verdict(given_signals).id is VerdictId.FINE:
        assert state is not None
        assert not state.is_stale(given_signals.now)
        assert state.shown is Status.OPERATIONAL
        assert not any(each.state.health.is_bad for each in given_signals.keys)


@given(any_signals())
def test_our_own_trouble_never_blames_the_provider(given_signals: Signals) -> None:
    """Blame needs a fresh valid body that says so, or three failures of theirs while an independent host answers."""
    found = verdict(given_signals)
    state, now = given_signals.page, given_signals.now
    if not found.id.blames_provider:
        return
    said = state is not None and state.shown is not None and state.shown.is_bad and not state.is_stale(now)
    api, own = given_signals.edge, given_signals.baseline
    measured = api.is_down and api.kind not in OURS and own.kind is BaselineKind.OK
    fresh = all(each.at is not None and now - each.at <= SIGNAL_LASTS for each in (api, own))
    assert said or (measured and fresh)


@given(any_signals(), st.sampled_from(OURS), st.sampled_from([BaselineKind.FAILS, BaselineKind.PORTAL]))
def test_with_the_own_connection_down_it_is_the_own_connection(
    given_signals: Signals, ours: EdgeKind, kind: BaselineKind
) -> None:
    down = replace(
        given_signals,
        baseline=baseline(kind, 2),
        edge=edge(ours),
        page=page(None, fails=FailureKind.TIMEOUT),
    )

    assert verdict(down).id is VerdictId.YOUR_CONNECTION


def other(provider: str, status: Status = Status.MAJOR_OUTAGE, at: datetime = NOON) -> PageState:
    known = StatusPage(id=provider, name=provider.title(), url=f"https://{provider}.example", provider_id=provider)
    return page(status, known=known, at=at)


class TestSharedCauses:
    def test_several_failing_providers_may_share_a_cause(self) -> None:
        cause = other("cloudflare")

        assert shared_causes(["acme", "other"], [cause, other("aws", Status.OPERATIONAL)], NOON) == (cause,)

    def test_one_failing_provider_needs_none(self) -> None:
        assert shared_causes(["acme", "acme", "cloudflare"], [other("cloudflare")], NOON) == ()

    def test_a_stale_page_and_a_page_of_somebody_else_explain_nothing(self) -> None:
        stale = other("cloudflare", at=NOON - 60 * MINUTE)

        assert shared_causes(["acme", "other"], [stale, other("third")], NOON) == ()


def test_the_worst_page_tells_and_not_knowing_hides_nothing() -> None:
    assert telling_page([FINE, BAD, GONE]) is BAD
    assert telling_page([FINE, GONE]) is GONE
    assert telling_page([]) is None


class TestAlerts:
    AROUND = Circumstances()

    def found(self, given_signals: Signals) -> PageVerdict:
        return PageVerdict("acme", "acme", verdict(given_signals))

    def test_the_own_connection_is_said_once_and_its_return_once(self) -> None:
        down = baseline(BaselineKind.FAILS, 2)
        lost, back = Snapshot(pages=(replace(GONE, looks=2),)), Snapshot(pages=(replace(FINE, looks=3),))

        book, said = decide_on_baseline(AlertBook(), down, lost, NOON)
        book, nothing = decide_on_baseline(book, down, lost, NOON + MINUTE)
        _book, over = decide_on_baseline(book, down, back, NOON + 2 * MINUTE)

        assert [each.alert.kind for each in said] == [AlertKind.CONNECTION]
        assert nothing == ()
        assert [each.alert.kind for each in over] == [AlertKind.CONNECTION_BACK]

    def test_just_awake_and_snoozed_the_own_connection_is_no_news(self) -> None:
        down, lost = baseline(BaselineKind.FAILS, 2), Snapshot(pages=(replace(GONE, looks=2),))
        awake = Circumstances(gather_until=NOON + MINUTE)
        assert decide_on_baseline(AlertBook(), down, lost, NOON, awake) == (AlertBook(), ())

        book, noted = decide_on_baseline(AlertBook(snoozed_until=NOON + MINUTE), down, lost, NOON)
        assert [(each.told, each.reason) for each in noted] == [(False, Reason.SNOOZED)]
        assert book.offline_since == NOON

    def test_a_page_that_answers_proves_the_connection(self) -> None:
        snapshot = Snapshot(pages=(replace(GONE, looks=2), replace(FINE, looks=1)))

        assert decide_on_baseline(AlertBook(), baseline(BaselineKind.FAILS, 2), snapshot, NOON)[1] == ()

    def test_unposted_trouble_is_told_once_and_its_end_too(self) -> None:
        bad, fine = self.found(signals(api=DOWN3, keys=(KEY_DOWN3,))), self.found(signals())
        unclear = self.found(signals(state=None))

        book, told = decide_on_verdict(AlertBook(), None, bad, Level.ALL, self.AROUND, now=NOON)
        noted = noted_after(None, bad.verdict.id)
        _book, again = decide_on_verdict(book, noted, bad, Level.ALL, self.AROUND, now=NOON)
        noted = noted_after(noted, unclear.verdict.id)
        _book, over = decide_on_verdict(book, noted, fine, Level.ALL, self.AROUND, now=NOON)

        assert [(each.alert.kind, each.reason) for each in told] == [(AlertKind.OPENED, Reason.NEW)]
        assert again == ()
        assert [(each.alert.kind, each.reason) for each in over] == [(AlertKind.RECOVERED, Reason.OVER)]
        assert noted_after(noted, fine.verdict.id) is None

    @pytest.mark.parametrize(
        ("level", "around", "reason"),
        [
            (Level.MUTE, AROUND, Reason.MUTED),
            (Level.OUTAGES, AROUND, Reason.BELOW_LEVEL),
            (Level.ALL, Circumstances(quiet=True), Reason.HELD_QUIET_HOURS),
            (Level.ALL, Circumstances(gather_until=NOON + MINUTE), Reason.HELD_AFTER_SLEEP),
        ],
    )
    def test_what_speaks_against_telling(self, level: Level, around: Circumstances, reason: Reason) -> None:
        bad = self.found(signals(api=DOWN3, keys=(KEY_DOWN3,)))
        (decision,) = decide_on_verdict(AlertBook(), None, bad, level, around, now=NOON)[1]

        assert (decision.told, decision.reason) == (False, reason)

    def test_a_posted_incident_takes_over_without_a_word(self) -> None:
        posted = self.found(signals(state=BAD))
        told = VerdictId.LOOKS_LIKE_PROVIDER

        assert decide_on_verdict(AlertBook(), told, posted, Level.ALL, self.AROUND, now=NOON)[1] == ()
        assert noted_after(told, posted.verdict.id) is None

    def test_what_was_noted_is_part_of_the_memory_and_so_told_once_over_a_restart(self) -> None:
        bad, fine = self.found(signals(api=DOWN3, keys=(KEY_DOWN3,))), self.found(signals())
        unclear, rules = self.found(signals(state=None)), NotificationRules()

        book, told = decide_on_verdicts(AlertBook(), (bad,), rules, self.AROUND, now=NOON)
        assert [each.reason for each in told] == [Reason.NEW]
        assert book.suspects("acme")
        assert forget_pages(book, frozenset()).derived == ()
        again = replace(book, started=frozenset())
        for each in (unclear, bad, unclear):
            again, said = decide_on_verdicts(again, (each,), rules, self.AROUND, now=NOON)
            assert said == ()
        again, over = decide_on_verdicts(again, (fine,), rules, self.AROUND, now=NOON)
        assert [each.reason for each in over] == [Reason.OVER]
        assert again.derived == ()

    def test_what_waits_for_a_digest_is_withdrawn_when_it_is_no_longer_so(self) -> None:
        bad, fine = self.found(signals(api=DOWN3, keys=(KEY_DOWN3,))), self.found(signals())
        rules, quiet = NotificationRules(), Circumstances(quiet=True)
        book, _held = decide_on_verdicts(AlertBook(), (bad,), rules, quiet, now=NOON)
        assert len(release(book, NOON)[1]) == 1

        calm, decided = decide_on_verdicts(book, (fine,), rules, quiet, now=NOON)
        assert [(each.told, each.reason) for each in decided] == [(False, Reason.NEVER_TOLD)]
        posted, decided = decide_on_verdicts(book, (self.found(signals(state=BAD)),), rules, quiet, now=NOON)
        assert decided == ()
        unclear, _decided = decide_on_verdicts(book, (self.found(signals(state=None)),), rules, quiet, now=NOON)
        assert (calm.held, posted.held, len(unclear.held)) == ((), (), 1)

    def test_who_waits_for_the_page_is_told_whatever_speaks_against_it(self) -> None:
        bad, fine = self.found(signals(api=DOWN3, keys=(KEY_DOWN3,))), self.found(signals())
        muted = NotificationRules(level=Level.MUTE)
        book, _decided = decide_on_verdicts(AlertBook(), (bad,), muted, self.AROUND, now=NOON)
        book = tell_when_back(book, Wish("acme", "acme/=verdict"), NOON)

        book, decided = decide_on_verdicts(book, (fine,), muted, Circumstances(quiet=True), now=NOON)
        assert [(each.told, each.reason) for each in decided] == [(True, Reason.WANTED)]
        assert book.of("acme").wanted_at is None


def test_whoever_fails_by_the_page_or_by_a_verdict_is_counted_and_a_stale_page_is_not() -> None:
    blamed = PageVerdict("b", "globex", verdict(signals(OK, page(), DOWN3)))
    fine = PageVerdict("c", "initech", verdict(signals(OK, page())))

    assert failing_providers([BAD], [blamed, fine], NOON) == {"acme", "globex"}
    assert failing_providers([page(Status.MAJOR_OUTAGE, at=NOON - timedelta(hours=2)), FINE], [], NOON) == frozenset()


def test_where_no_page_and_no_edge_is_known_there_is_no_line_of_them() -> None:
    assert evidence(Signals(now=NOON)) == ()
