"""The table of ``decide``, row by row, and its laws."""

import os
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.builders import NOON, component, failure, incident, report
from trayapp.domain.alert import AlertKind, Circumstances, Decision, Level, NotificationRules, Reason
from trayapp.domain.alertbook import AlertBook, forget_pages
from trayapp.domain.connection import decide_connection
from trayapp.domain.digest import release, release_due
from trayapp.domain.incident import Impact, Incident, Phase
from trayapp.domain.notification import decide, is_flapping
from trayapp.domain.provider import StatusPage
from trayapp.domain.report import FailureKind, FetchFailure, Observation, StatusReport
from trayapp.domain.snapshot import PageState, Snapshot, advance
from trayapp.domain.status import Status

SEQUENCES = 50 * int(os.environ.get("TRAYAPP_HISTORIES", "1"))
MINUTE = timedelta(minutes=1)
API = component("API")
CHAT = component("Chat")
FINE = report(API, CHAT)
API_SLOW = component("API", Status.DEGRADED)
API_PART = component("API", Status.PARTIAL_OUTAGE)
API_DOWN = component("API", Status.MAJOR_OUTAGE)
ODD = report(component("API", None, said="odd"), CHAT)
Outcome = StatusReport | FetchFailure


def about_api(name: str = "one", phase: Phase = Phase.INVESTIGATING, impact: Impact = Impact.MINOR) -> Incident:
    return incident(f"Errors {name}", phase, id=name, impact=impact, parts=[API], started_at=NOON)


TROUBLE = report(API_SLOW, CHAT, incidents=[about_api()])
WORSE = report(API_DOWN, CHAT, incidents=[about_api()])


@dataclass
class Watching:
    """Feeds looks at one page to the policy, a minute apart, and keeps what was decided."""

    rules: NotificationRules = field(default_factory=NotificationRules)
    around: Circumstances = field(default_factory=Circumstances)
    page: str = "acme"

    def __post_init__(self) -> None:
        page = StatusPage(id=self.page, name=self.page, url=f"https://{self.page}.example", provider_id=self.page)
        self.snapshot = Snapshot(pages=(PageState(page=page, interval=MINUTE),), at=NOON)
        self.book = AlertBook()
        self.now = NOON
        self.decisions: list[Decision] = []

    def look(self, *outcomes: Outcome, after: timedelta = MINUTE) -> "Watching":
        for outcome in outcomes:
            self.now += after
            self.snapshot = advance(self.snapshot, Observation(self.page, self.now, outcome, MINUTE))
            state = self.snapshot.page(self.page)
            assert state is not None
            self.book, decided = decide(self.book, state, self.rules, self.now, self.around)
            self.decisions.extend(decided)
        return self

    @property
    def told(self) -> list[AlertKind]:
        return [each.alert.kind for each in self.decisions if each.told]

    @property
    def reasons(self) -> list[Reason]:
        return [each.reason for each in self.decisions]


def watching(*outcomes: Outcome, **options: object) -> Watching:
    return Watching(**options).look(*outcomes)  # type: ignore[arg-type]  # the dataclass checks by name


OPENED, ESCALATED, RECOVERED = AlertKind.OPENED, AlertKind.ESCALATED, AlertKind.RECOVERED
STARTED, FLAPPING, DIGEST = AlertKind.STARTED_DURING, AlertKind.FLAPPING, AlertKind.DIGEST


def test_an_incident_is_told_on_the_first_valid_answer_and_its_end_after_two() -> None:
    seen = watching(FINE, TROUBLE)
    assert seen.told == [OPENED]

    assert seen.look(FINE).told == [OPENED]
    assert seen.look(FINE).told == [OPENED, RECOVERED]
    ended = seen.decisions[-1].alert
    assert (ended.started_at, ended.ended_at, ended.incident_id) == (NOON, NOON + 3 * MINUTE, "one")


def test_trouble_without_an_incident_is_told_too() -> None:
    seen = watching(FINE, report(API_DOWN, CHAT), FINE, FINE)

    assert seen.told == [OPENED, RECOVERED]
    assert seen.decisions[0].alert.incident_id is None
    assert seen.decisions[0].alert.components == ("API",)


def test_an_incident_that_explains_trouble_already_told_is_the_same_event() -> None:
    seen = watching(FINE, report(API_SLOW, CHAT), TROUBLE, TROUBLE, FINE, FINE)

    assert seen.told == [OPENED, RECOVERED]
    assert Reason.SAME_EVENT in seen.reasons
    assert seen.decisions[-1].alert.incident_id == "one"
    names = {each.alert.concern for each in seen.decisions}
    assert len(names) == 1, "later pop-ups replace the first"


def test_getting_worse_is_told_once_and_getting_better_is_not() -> None:
    seen = watching(FINE, TROUBLE, WORSE, WORSE, TROUBLE, WORSE)

    assert seen.told == [OPENED, ESCALATED]


def test_each_step_up_is_told() -> None:
    seen = watching(FINE, TROUBLE, report(API_PART, CHAT, incidents=[about_api()]), WORSE)

    assert seen.told == [OPENED, ESCALATED, ESCALATED]


def test_trouble_at_the_first_look_is_said_once_as_such() -> None:
    two = report(API_SLOW, CHAT, incidents=[about_api("one"), about_api("two")])
    seen = watching(two, two)

    assert seen.told == [STARTED]
    assert Reason.SAME_EVENT in seen.reasons
    assert seen.look(FINE, FINE).told == [STARTED, RECOVERED, RECOVERED]


def test_a_restart_neither_repeats_nor_forgets() -> None:
    before = watching(FINE, TROUBLE)
    after = Watching()
    after.book = replace(before.book, started=frozenset())

    assert after.look(TROUBLE).told == []
    assert after.look(FINE, FINE).told == [RECOVERED]


def test_an_incident_forgotten_open_is_listed_not_told() -> None:
    old = incident("Ancient", id="old", parts=[API], started_at=NOON - timedelta(days=900))
    seen = watching(report(API, CHAT, incidents=[old]))

    assert seen.told == []
    assert seen.reasons == [Reason.LATE]
    assert watching(report(API_SLOW, CHAT, incidents=[old])).told == [STARTED], "what is marked bad is no oversight"


def test_born_resolved_edits_and_impact_none_are_silent() -> None:
    born = report(API, CHAT, incidents=[about_api("born", Phase.RESOLVED)])
    edited = report(API, CHAT, incidents=[replace(about_api("born", Phase.RESOLVED), title="Edited")])
    notice = report(API, CHAT, incidents=[about_api("notice", impact=Impact.NONE)])

    assert watching(FINE, born, edited, notice, FINE, FINE).decisions == []


def test_a_moved_beginning_is_silent() -> None:
    moved = replace(about_api(), started_at=NOON - timedelta(hours=5))

    assert watching(FINE, TROUBLE, report(API_SLOW, CHAT, incidents=[moved])).told == [OPENED]


def test_two_incidents_are_two_concerns() -> None:
    about_chat = incident("Chat", id="two", parts=[CHAT], started_at=NOON)
    both = report(API_SLOW, component("Chat", Status.DEGRADED), incidents=[about_api(), about_chat])
    seen = watching(FINE, TROUBLE, both, report(API_SLOW, CHAT, incidents=[about_api()]), TROUBLE)

    assert seen.told == [OPENED, OPENED, RECOVERED]
    assert seen.decisions[-1].alert.incident_id == "two"


def test_trouble_that_outlives_its_incident_is_not_over() -> None:
    seen = watching(FINE, TROUBLE, report(API_SLOW, CHAT), report(API_SLOW, CHAT))
    assert seen.told == [OPENED]

    assert seen.look(FINE, FINE).told == [OPENED, RECOVERED]


def test_what_outlives_its_incident_goes_on_as_that_one_and_no_other() -> None:
    slow = component("Chat", Status.DEGRADED)
    about_chat = incident("Chat", id="two", parts=[CHAT], started_at=NOON)
    seen = watching(FINE, report(API_SLOW, slow, incidents=[about_api(), about_chat]), *[report(API, slow)] * 2)

    assert seen.told == [OPENED, OPENED, RECOVERED]
    assert [each.incident_id for each in seen.book.concerns] == ["two"]


def test_components_nobody_names_belong_to_an_incident_that_names_none() -> None:
    nameless = incident("Errors", id="nameless", started_at=NOON)
    seen = watching(FINE, report(API, CHAT, incidents=[nameless]), report(API_DOWN, CHAT, incidents=[nameless]))

    assert seen.told == [OPENED, ESCALATED]
    assert seen.decisions[-1].alert.incident_id == "nameless"


def test_muted_pages_are_noted_and_not_told() -> None:
    seen = watching(FINE, TROUBLE, FINE, FINE, rules=NotificationRules(levels={"acme": Level.MUTE}))

    assert seen.told == []
    assert seen.reasons == [Reason.MUTED, Reason.NEVER_TOLD]


def test_outages_only_waits_until_it_is_one() -> None:
    seen = watching(FINE, TROUBLE, TROUBLE, rules=NotificationRules(level=Level.OUTAGES))
    assert seen.reasons == [Reason.BELOW_LEVEL]

    assert seen.look(WORSE).told == [OPENED]
    assert seen.look(FINE, FINE).told == [OPENED, RECOVERED]


def test_trouble_back_right_after_its_recovery_is_told_when_it_holds() -> None:
    bad = report(API_DOWN, CHAT)
    seen = watching(FINE, bad, FINE, FINE, bad)
    assert seen.told == [OPENED, RECOVERED]
    assert seen.reasons[-1] is Reason.TOO_SOON

    assert seen.look(*[bad] * 5).told == [OPENED, RECOVERED, OPENED]


def test_what_ended_long_ago_is_listed_not_told() -> None:
    ended = replace(about_api(phase=Phase.RESOLVED), resolved_at=NOON - timedelta(hours=30))
    over = report(API, CHAT, incidents=[ended])
    seen = watching(FINE, TROUBLE).look(over, over, after=timedelta(days=1))

    assert seen.told == [OPENED]
    assert seen.reasons[-1] is Reason.LATE


def up_and_down(chance: random.Random, trouble: StatusReport) -> list[Outcome]:
    """Four hours of looks: good and bad in turn, regular or not, with a period of 1 to 30 minutes."""
    period, share, unrest = chance.randint(1, 30), chance.uniform(0.2, 0.8), chance.choice([0, 0, 1, 3])
    looks: list[Outcome] = []
    while len(looks) < 240:
        for outcome, length in ((trouble, period * share), (FINE, period * (1 - share))):
            looks += [outcome] * max(1, round(length) + chance.randint(-unrest, unrest))
    return looks[:240]


class TestFlapping:
    bad = report(API_DOWN, CHAT)

    def test_up_and_down_is_said_once_and_calm_once(self) -> None:
        seen = watching(FINE, *[self.bad, self.bad, FINE, FINE] * 12)
        assert seen.told.count(FLAPPING) == 1
        told = len(seen.told)

        assert len(seen.look(*[FINE] * 26).told) == told, "what was quiet for less than half an hour is not calm yet"
        seen.look(*[FINE] * 5)
        assert len(seen.told) == told + 1
        assert seen.told[-1] is RECOVERED
        assert seen.reasons[-1] is Reason.CALM

    def test_calm_but_bad_is_told_as_trouble(self) -> None:
        seen = watching(FINE, *[self.bad, self.bad, FINE, FINE] * 9, *[self.bad] * 32)

        assert seen.told == [OPENED, RECOVERED, FLAPPING, OPENED]
        assert [each.reason for each in seen.decisions if each.told][-1] is Reason.CALM

    @pytest.mark.parametrize("period", range(1, 8))
    def test_after_it_is_called_flapping_nothing_more_is_told(self, period: int) -> None:
        cycle = [self.bad] * ((period + 1) // 2) + [FINE] * (period // 2 or 1)
        seen = watching(FINE, *(cycle * 60)[:180])
        if FLAPPING in seen.told:
            assert seen.told[seen.told.index(FLAPPING) + 1 :] == []

    @pytest.mark.parametrize("seed", range(SEQUENCES))
    def test_at_most_one_pop_up_in_half_an_hour_and_one_on_calm(self, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 -- invented trouble, the same every time
        trouble = chance.choice([self.bad, TROUBLE, WORSE])
        seen = watching(FINE, *up_and_down(chance, trouble), *[FINE] * 40)
        told = [each for each in seen.decisions if each.told]
        start = next((each.alert.at for each in told if each.alert.kind is FLAPPING), None)
        noise = [each.alert.at for each in told if start and each.alert.at >= start and each.reason is not Reason.CALM]

        assert all(later - earlier >= 30 * MINUTE for earlier, later in pairwise(noise))
        assert [each.reason for each in told].count(Reason.CALM) == [each.reason for each in told].count(Reason.FLAPS)

    def test_what_nobody_heard_of_flaps_without_a_word(self) -> None:
        rules = NotificationRules(level=Level.OUTAGES)
        seen = watching(FINE, *[TROUBLE, TROUBLE, FINE, FINE] * 12, rules=rules)
        assert seen.told == []

        assert seen.look(WORSE).told == [OPENED], "and hides no outage"
        assert seen.look(FINE, FINE, WORSE).told == [OPENED, FLAPPING]

    def test_the_same_incident_is_no_news_while_flapping(self) -> None:
        seen = watching(FINE, *[TROUBLE, TROUBLE, FINE, FINE, FINE] * 12)

        assert seen.told == [OPENED, RECOVERED, FLAPPING]

    def test_a_new_incident_is_told_while_flapping(self) -> None:
        seen = watching(FINE, *[self.bad, FINE] * 12)
        fresh = report(API_DOWN, CHAT, incidents=[about_api("fresh"), incident("Other", id="x", parts=[CHAT])])

        assert OPENED in [each.alert.kind for each in seen.look(fresh).decisions[-2:] if each.told]

    def test_the_thresholds_are_nagios(self) -> None:
        assert not is_flapping((False,) * 21, before=True)
        assert is_flapping((True, False) * 10, before=False)
        assert not is_flapping((False, True), before=False)


class TestHoldingBack:
    def test_the_fourth_in_half_a_minute_is_gathered(self) -> None:
        many = [component(f"Part {place}", Status.DEGRADED, id=f"p{place}") for place in range(5)]
        named = [incident(each.name, id=each.id, parts=[each], started_at=NOON) for each in many]
        good = [replace(each, status=Status.OPERATIONAL) for each in many]
        seen = watching(report(*good), report(*many, incidents=named))
        assert seen.told == [OPENED] * 3

        assert release(seen.book, seen.now) == (seen.book, ())
        due = release_due(seen.book, Circumstances())
        assert due == seen.now + timedelta(seconds=30)
        seen.book, decided = release(seen.book, due)
        assert [each.alert.kind for each in decided] == [DIGEST]
        assert len(decided[0].alert.gathered) == 2
        assert seen.look(report(*many, incidents=named)).told == [OPENED] * 3

    def test_after_sleep_everything_waits_for_one_digest(self) -> None:
        seen = watching(FINE)
        seen.around = Circumstances(gather_until=seen.now + 5 * MINUTE)
        seen.look(TROUBLE)
        assert seen.reasons == [Reason.HELD_AFTER_SLEEP]

        assert release(seen.book, seen.now, seen.around)[1] == ()
        seen.book, decided = release(seen.book, seen.now + 5 * MINUTE, seen.around)
        assert [each.incident_id for each in decided[0].alert.gathered] == ["one"]
        seen.around = Circumstances()
        assert seen.look(FINE, FINE).told == [RECOVERED]

    def test_what_begins_and_ends_while_it_waits_is_never_told(self) -> None:
        seen = watching(FINE)
        seen.around = Circumstances(quiet=True)
        seen.look(TROUBLE, FINE, FINE)

        assert seen.told == []
        assert release(seen.book, seen.now)[1] == ()

    def test_quiet_hours_hold_all_but_a_major_outage(self) -> None:
        seen = watching(FINE)
        seen.around = Circumstances(quiet=True)
        assert seen.look(TROUBLE).reasons == [Reason.HELD_QUIET_HOURS]
        assert release_due(seen.book, seen.around) is None

        seen = watching(FINE)
        seen.around = Circumstances(quiet=True)
        assert seen.look(WORSE).told == [OPENED]

    def test_what_was_held_and_then_told_for_being_a_major_outage_is_over_for_somebody_who_knows(self) -> None:
        seen = watching(FINE)
        seen.around = Circumstances(quiet=True)
        assert seen.look(TROUBLE, WORSE).told == [ESCALATED]
        assert release(seen.book, seen.now)[1] == (), "its beginning is no news any more"

        assert seen.look(FINE, FINE).reasons[-1] is Reason.HELD_QUIET_HOURS
        _book, (digest,) = release(seen.book, seen.now)
        assert [each.kind for each in digest.alert.gathered] == [RECOVERED]

        seen.around = Circumstances()
        assert watching(FINE, TROUBLE).look(WORSE, FINE, FINE).told == [OPENED, ESCALATED, RECOVERED]


class TestConnection:
    def everything(self, kind: FailureKind, looks: int, hosts: int = 2) -> tuple[AlertBook, Snapshot]:
        pages = tuple(
            PageState(page=StatusPage(id=f"p{place}", name="", url=f"https://p{place}.example/x"), interval=MINUTE)
            for place in range(hosts)
        )
        snapshot = Snapshot(pages=pages, at=NOON)
        for look in range(looks):
            for page in pages:
                seen = Observation(page.page.id, NOON + look * MINUTE, failure(kind), MINUTE)
                snapshot = advance(snapshot, seen)
        return AlertBook(), snapshot

    def test_everything_failing_twice_is_this_connection_said_once(self) -> None:
        book, snapshot = self.everything(FailureKind.DNS, 2)
        book, decided = decide_connection(book, snapshot, NOON)
        assert [each.alert.kind for each in decided] == [AlertKind.CONNECTION]
        assert decide_connection(book, snapshot, NOON)[1] == ()

        back = advance(snapshot, Observation("p0", NOON, FINE, MINUTE))
        book, decided = decide_connection(book, back, NOON + MINUTE)
        assert [each.alert.kind for each in decided] == [AlertKind.CONNECTION_BACK]
        assert decide_connection(book, back, NOON)[1] == ()

    @pytest.mark.parametrize(
        ("kind", "looks", "hosts"),
        [(FailureKind.DNS, 1, 2), (FailureKind.DNS, 5, 1), (FailureKind.HTTP_ERROR, 5, 2), (FailureKind.EMPTY, 5, 2)],
    )
    def test_less_than_that_proves_nothing(self, kind: FailureKind, looks: int, hosts: int) -> None:
        book, snapshot = self.everything(kind, looks, hosts)

        assert decide_connection(book, snapshot, NOON)[1] == ()

    def test_just_after_sleep_and_in_quiet_hours_nothing_is_told(self) -> None:
        book, snapshot = self.everything(FailureKind.DNS, 2)
        awake = Circumstances(gather_until=NOON + MINUTE)
        assert decide_connection(book, snapshot, NOON, awake) == (book, ())

        book, decided = decide_connection(book, snapshot, NOON, Circumstances(quiet=True))
        assert [(each.told, each.reason) for each in decided] == [(False, Reason.QUIET)]
        assert decide_connection(book, snapshot, NOON + 60 * MINUTE) == (book, ())

        back = advance(snapshot, Observation("p0", NOON + 60 * MINUTE, FINE, MINUTE))
        decided = decide_connection(book, back, NOON + 60 * MINUTE)[1]
        assert [(each.told, each.reason) for each in decided] == [(False, Reason.NEVER_TOLD)]

    def test_a_connection_that_comes_and_goes_is_told_of_once_in_half_an_hour(self) -> None:
        book, gone = self.everything(FailureKind.DNS, 2)
        here = advance(gone, Observation("p0", NOON, FINE, MINUTE))
        told: list[tuple[int, AlertKind]] = []
        reasons: list[Reason] = []
        for minute in range(0, 100, 5):
            book, decided = decide_connection(book, here if minute % 10 else gone, NOON + minute * MINUTE)
            told += [(minute, each.alert.kind) for each in decided if each.told]
            reasons += [each.reason for each in decided if not each.told]

        lost, back = AlertKind.CONNECTION, AlertKind.CONNECTION_BACK
        assert told == [(at + later, kind) for at in (0, 30, 60, 90) for later, kind in ((0, lost), (5, back))]
        assert set(reasons) == {Reason.TOO_SOON, Reason.NEVER_TOLD}

    def test_one_that_is_lost_again_soon_and_stays_away_is_told_of_then(self) -> None:
        book, gone = self.everything(FailureKind.DNS, 2)
        here = advance(gone, Observation("p0", NOON, FINE, MINUTE))
        told: list[tuple[int, AlertKind, Reason]] = []
        for minute, snapshot in ((0, gone), (5, here), (10, gone), (20, gone), (31, gone), (40, gone), (50, here)):
            book, decided = decide_connection(book, snapshot, NOON + minute * MINUTE)
            told += [(minute, each.alert.kind, each.reason) for each in decided if each.told]

        assert told == [
            (0, AlertKind.CONNECTION, Reason.ALL_FAIL),
            (5, AlertKind.CONNECTION_BACK, Reason.BACK),
            (31, AlertKind.CONNECTION, Reason.ALL_FAIL),
            (50, AlertKind.CONNECTION_BACK, Reason.BACK),
        ]


REPORTS = st.sampled_from(
    [FINE, TROUBLE, WORSE, report(API_DOWN, CHAT), report(API, CHAT, incidents=[incident("N", id="n")])]
)
UNKNOWNS: st.SearchStrategy[Outcome] = st.sampled_from(
    [failure(), failure(FailureKind.DNS), failure(FailureKind.EMPTY), ODD]
)


@given(st.lists(REPORTS, min_size=1, max_size=14), st.data())
@settings(max_examples=300)
def test_an_unknown_inserted_anywhere_changes_no_alert(reports: list[StatusReport], data: st.DataObject) -> None:
    looks: list[Outcome] = list(reports)
    plain = told_at(looks)
    place = data.draw(st.integers(0, len(reports)))
    unknowns: list[Outcome] = data.draw(st.lists(UNKNOWNS, min_size=1, max_size=4))

    assert told_at([*looks[:place], *unknowns, *looks[place:]], skip=range(place, place + len(unknowns))) == plain


def told_at(outcomes: Iterable[Outcome], skip: range = range(0)) -> list[tuple[AlertKind, str | None]]:
    """Return what is told; looks in ``skip`` take no time, so that the others stay where they were."""
    seen = Watching()
    for place, outcome in enumerate(outcomes):
        seen.look(outcome, after=timedelta(0) if place in skip else MINUTE)
    return [(each.alert.kind, each.alert.incident_id) for each in seen.decisions if each.told]


@given(st.lists(st.one_of(REPORTS, UNKNOWNS), max_size=20))
@settings(max_examples=200)
def test_deciding_is_a_function_and_every_decision_has_a_reason(outcomes: list[Outcome]) -> None:
    once, again = watching(*outcomes), watching(*outcomes)

    assert once.decisions == again.decisions
    assert once.book == again.book
    assert all(isinstance(each.reason, Reason) for each in once.decisions)


def test_what_is_no_longer_watched_is_forgotten() -> None:
    seen = watching(FINE, TROUBLE)

    assert forget_pages(seen.book, frozenset()) == AlertBook(told_at=seen.book.told_at)
    assert forget_pages(seen.book, frozenset({"acme"})) == seen.book


def test_times_are_never_naive() -> None:
    moments: list[datetime | None] = [
        moment
        for each in watching(FINE, TROUBLE, FINE, FINE).decisions
        for moment in (each.alert.at, each.alert.started_at, each.alert.ended_at)
    ]

    assert all(moment is None or moment.tzinfo is not None for moment in moments)
