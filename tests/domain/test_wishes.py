"""What a person may ask of the pop-ups: the rows of the table about it, and that no wish is lost or told twice."""

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.builders import NOON, component, failure, incident, report
from tests.domain.test_notification import (
    API_DOWN,
    API_PART,
    API_SLOW,
    CHAT,
    FINE,
    MINUTE,
    OPENED,
    RECOVERED,
    REPORTS,
    STARTED,
    TROUBLE,
    UNKNOWNS,
    WORSE,
    Outcome,
    Watching,
    about_api,
    watching,
)
from trayapp.domain.alert import Alert, AlertKind, Circumstances, Level, NotificationRules, Reason
from trayapp.domain.alertbook import LONGEST_SNOOZE, AlertBook, is_acknowledged
from trayapp.domain.connection import decide_connection
from trayapp.domain.digest import release, release_due, withdraw
from trayapp.domain.report import StatusReport
from trayapp.domain.status import Status
from trayapp.domain.verdict import VerdictId
from trayapp.domain.wishes import (
    Wish,
    acknowledge,
    concerned,
    forget_wish,
    is_all_acknowledged,
    snooze,
    take_back,
    tell_when_back,
    wish_of,
)

ONE = Wish("acme", "acme/one")
PAGE = Wish("acme")
HOUR = timedelta(hours=1)
BAD = report(API_DOWN, CHAT)


def acknowledged(seen: Watching, wish: Wish = ONE) -> Watching:
    seen.book, decided = acknowledge(seen.book, wish, seen.now)
    seen.decisions.extend(decided)
    return seen


def asked(seen: Watching, wish: Wish = ONE) -> Watching:
    seen.book = tell_when_back(seen.book, wish, seen.now)
    return seen


class TestAcknowledged:
    def test_it_is_told_again_when_it_is_worse_and_when_it_is_over(self) -> None:
        seen = acknowledged(watching(FINE, TROUBLE))
        assert is_acknowledged(seen.book, "acme")

        assert seen.look(TROUBLE, TROUBLE).told == [OPENED]
        assert seen.look(WORSE).told == [OPENED, AlertKind.ESCALATED]
        assert not is_acknowledged(seen.book, "acme"), "worse than what was acknowledged"
        assert seen.look(FINE, FINE).told[-1] is RECOVERED

    def test_what_waits_in_a_digest_is_taken_out_and_its_end_is_told(self) -> None:
        seen = watching(FINE)
        seen.around = Circumstances(quiet=True)
        seen.look(TROUBLE)

        acknowledged(seen)
        assert seen.reasons == [Reason.HELD_QUIET_HOURS, Reason.ACKNOWLEDGED]
        assert release(seen.book, seen.now)[1] == ()
        seen.around = Circumstances()
        assert seen.look(FINE, FINE).told == [RECOVERED]

    def test_what_was_not_told_for_its_level_counts_as_told(self) -> None:
        seen = watching(FINE, TROUBLE, rules=NotificationRules(level=Level.OUTAGES))
        acknowledged(seen)
        seen.rules = NotificationRules()

        assert seen.look(TROUBLE, TROUBLE).told == []
        assert seen.look(FINE, FINE).told == [RECOVERED]

    def test_the_name_that_trouble_gets_later_changes_nothing(self) -> None:
        seen = acknowledged(watching(FINE, report(API_SLOW, CHAT)), PAGE)
        seen.look(TROUBLE)

        assert seen.told == [OPENED]
        assert is_acknowledged(seen.book, "acme")

    def test_trouble_that_outlives_one_of_two_incidents_goes_on_with_what_was_known_of_that_one(self) -> None:
        chat = component("Chat", Status.DEGRADED)
        about_chat = incident("Chat", id="two", parts=[chat], started_at=NOON)
        seen = watching(FINE, report(API_SLOW, chat, incidents=[about_api("one"), about_chat]))
        acknowledged(seen, Wish("acme", "acme/two"))

        seen.look(report(component("API"), chat), report(component("API"), chat))

        assert is_acknowledged(seen.book, "acme"), "what is left is what is known"
        assert seen.told == [OPENED, OPENED, RECOVERED]

    def test_a_page_means_all_that_is_open_on_it(self) -> None:
        both = report(API_SLOW, CHAT, incidents=[about_api("one"), about_api("two")])
        seen = acknowledged(watching(FINE, both))
        assert not is_acknowledged(seen.book, "acme")

        assert is_acknowledged(acknowledged(seen, PAGE).book, "acme")

    def test_up_and_down_is_not_said_while_all_is_acknowledged(self) -> None:
        seen = watching(FINE, BAD)
        for _time in range(12):
            acknowledged(seen, PAGE).look(FINE)
            acknowledged(seen, PAGE).look(BAD)

        assert AlertKind.FLAPPING not in seen.told
        assert Reason.ACKNOWLEDGED in seen.reasons

    def test_neither_while_the_last_of_it_is_just_going(self) -> None:
        seen = watching(BAD)
        for _time in range(12):
            acknowledged(seen, PAGE).look(FINE, BAD)

        assert AlertKind.FLAPPING not in seen.told
        assert Reason.ACKNOWLEDGED in seen.reasons

    def test_it_can_be_taken_back_and_is_still_told_once(self) -> None:
        seen = acknowledged(watching(FINE, TROUBLE))
        seen.book = take_back(seen.book, ONE)

        assert not is_acknowledged(seen.book, "acme")
        assert seen.look(TROUBLE).told == [OPENED]

    def test_what_is_over_or_unknown_is_not_there_to_be_acknowledged(self) -> None:
        seen = watching(FINE, TROUBLE, FINE, FINE)

        assert acknowledge(seen.book, ONE, seen.now) == (seen.book, ())
        assert not is_acknowledged(seen.book, "acme")

    def test_an_icon_is_an_outline_only_when_all_that_is_bad_is_known(self) -> None:
        seen = watching(FINE, TROUBLE)
        assert not is_all_acknowledged(seen.book, seen.snapshot)

        acknowledged(seen)
        assert is_all_acknowledged(seen.book, seen.snapshot)
        suspected = replace(seen.book, derived=(("acme", VerdictId.LOOKS_LIKE_PROVIDER),))
        assert not is_all_acknowledged(suspected, seen.snapshot)
        fine = watching(FINE)
        assert not is_all_acknowledged(fine.book, fine.snapshot)


class TestTellMeWhenItIsBack:
    @pytest.mark.parametrize(
        "around",
        [Circumstances(), Circumstances(quiet=True), Circumstances(gather_until=NOON + 24 * HOUR)],
        ids=["plain", "quiet", "just awake"],
    )
    @pytest.mark.parametrize("level", list(Level))
    @pytest.mark.parametrize("until", [None, NOON + HOUR])
    @pytest.mark.parametrize("wish", [ONE, PAGE, Wish("acme", "acme/gone")])
    def test_nothing_speaks_against_it(
        self, around: Circumstances, level: Level, until: datetime | None, wish: Wish
    ) -> None:
        seen = asked(watching(FINE, TROUBLE, rules=NotificationRules(level=level)), wish)
        before = len(seen.decisions)
        seen.around = around
        seen.book = snooze(seen.book, until)

        seen.look(TROUBLE, FINE)
        assert seen.decisions[before:] == []
        seen.look(FINE, FINE, FINE)
        assert [(each.told, each.reason) for each in seen.decisions[before:]] == [(True, Reason.WANTED)]
        assert seen.decisions[-1].alert.kind is RECOVERED

    def test_it_is_told_once_for_the_incident_and_the_page_together(self) -> None:
        seen = asked(asked(watching(FINE, TROUBLE)), PAGE).look(FINE, FINE, FINE, TROUBLE, FINE, FINE)

        assert seen.reasons.count(Reason.WANTED) == 1

    def test_one_incident_of_two_is_not_the_page(self) -> None:
        both = report(API_SLOW, CHAT, incidents=[about_api("one"), about_api("two")])
        seen = asked(watching(FINE, both), PAGE).look(TROUBLE, TROUBLE)
        assert Reason.WANTED not in seen.reasons

        assert seen.look(FINE, FINE).reasons.count(Reason.WANTED) == 1

    def test_two_fine_looks_are_two_in_a_row(self) -> None:
        seen = asked(watching(FINE, BAD), PAGE).look(FINE, BAD, FINE)
        assert Reason.WANTED not in seen.reasons

        assert seen.look(FINE).reasons[-1] is Reason.WANTED

    def test_maintenance_is_not_back(self) -> None:
        work = report(replace(CHAT, id="api", name="API", status=Status.MAINTENANCE), CHAT)
        seen = asked(watching(FINE, BAD), PAGE).look(work, work, work)
        assert Reason.WANTED not in seen.reasons

        assert seen.look(FINE, FINE).reasons[-1] is Reason.WANTED
        assert seen.decisions[-1].alert.concern == "acme/=back"

    def test_a_page_that_could_not_be_read_is_back_after_two_fine_answers(self) -> None:
        seen = asked(watching(FINE), PAGE)

        assert seen.look(FINE).told == []
        assert seen.look(FINE).told == [RECOVERED]
        assert seen.look(FINE).told == [RECOVERED]

    def test_it_is_not_back_while_we_ourselves_suspect_it(self) -> None:
        seen = asked(watching(FINE), PAGE)
        seen.book = replace(seen.book, derived=(("acme", VerdictId.LOOKS_LIKE_PROVIDER),))

        assert seen.look(FINE, FINE, FINE).told == []

    def test_it_survives_a_restart(self) -> None:
        before = asked(asked(watching(FINE, TROUBLE)), PAGE)
        after = Watching()
        after.book = replace(before.book, started=frozenset())

        assert after.look(TROUBLE, FINE, FINE).reasons == [Reason.WANTED]

    def test_up_and_down_does_not_keep_it_back(self) -> None:
        seen = watching(FINE, *[BAD, FINE] * 12, BAD)
        assert AlertKind.FLAPPING in seen.told

        assert asked(seen, PAGE).look(FINE, FINE).reasons[-1] is Reason.WANTED

    def test_what_was_held_for_a_digest_gives_way_to_its_end(self) -> None:
        seen = watching(FINE)
        seen.around = Circumstances(quiet=True)
        asked(seen.look(TROUBLE)).look(FINE, FINE)

        assert seen.told == [RECOVERED]
        assert seen.book.held == ()

    def test_it_can_be_taken_back(self) -> None:
        seen = asked(asked(watching(FINE, TROUBLE, rules=NotificationRules(level=Level.MUTE))), PAGE)
        seen.book = forget_wish(forget_wish(seen.book, ONE), PAGE)

        assert seen.look(FINE, FINE, FINE).told == []

    def test_of_too_many_at_once_it_is_the_first_of_those_held(self) -> None:
        seen = asked(watching(FINE, TROUBLE))
        seen.book = replace(seen.book, told_at=(seen.now + 2 * MINUTE,) * 3)
        seen.look(FINE, FINE)
        assert seen.reasons[-1] is Reason.HELD_FOR_GROUP

        seen.book = snooze(seen.book, NOON + 2 * HOUR)
        other = Alert(kind=OPENED, at=seen.now, page_id="other", concern="other/x")
        seen.book = replace(seen.book, held=(*seen.book.held, other))
        due = release_due(seen.book, Circumstances(quiet=True))
        assert due == seen.now + timedelta(seconds=30)
        book, decided = release(seen.book, due, Circumstances(quiet=True))
        assert [each.concern for each in decided[0].alert.gathered] == ["acme/one"]
        assert book.held == (other,)
        assert release_due(book, Circumstances(quiet=True)) is None


class TestSnoozed:
    def test_even_an_outage_waits_for_one_digest_at_the_end(self) -> None:
        seen = watching(FINE)
        seen.book = snooze(seen.book, NOON + HOUR)
        seen.look(WORSE)
        assert seen.reasons == [Reason.HELD_SNOOZED]
        assert release(seen.book, NOON + HOUR - MINUTE)[1] == ()
        assert release_due(seen.book, Circumstances()) == NOON + HOUR

        seen.book, decided = release(seen.book, NOON + HOUR)
        assert [each.alert.kind for each in decided] == [AlertKind.DIGEST]
        assert seen.look(FINE, FINE, after=HOUR).told == [RECOVERED]

    def test_what_begins_and_ends_in_it_is_decided_never_told(self) -> None:
        seen = watching(FINE)
        seen.book = snooze(seen.book, NOON + HOUR)
        seen.look(TROUBLE, FINE, FINE)

        assert seen.reasons == [Reason.HELD_SNOOZED, Reason.NEVER_TOLD]
        assert seen.book.held == ()

    def test_it_ends_when_somebody_says_so(self) -> None:
        seen = watching(FINE)
        seen.book = snooze(seen.book, NOON + HOUR)
        seen.look(TROUBLE)
        seen.book = snooze(seen.book, None)

        assert [each.told for each in release(seen.book, seen.now)[1]] == [True]

    def test_none_is_so_long_that_only_a_clock_set_back_can_have_made_it(self) -> None:
        assert AlertBook(snoozed_until=NOON + LONGEST_SNOOZE).is_snoozed(NOON)
        assert not AlertBook(snoozed_until=NOON + LONGEST_SNOOZE).is_snoozed(NOON - MINUTE)
        assert not AlertBook(snoozed_until=NOON).is_snoozed(NOON)
        assert not AlertBook().is_snoozed(NOON)

    def test_the_own_connection_is_noted_and_not_told(self) -> None:
        seen = watching(FINE)
        book = replace(seen.book, offline_since=NOON, offline_told_at=NOON, snoozed_until=NOON + HOUR)

        assert [each.reason for each in decide_connection(book, seen.snapshot, seen.now)[1]] == [Reason.SNOOZED]
        quiet = Circumstances(quiet=True)
        book = snooze(book, None)
        assert [each.reason for each in decide_connection(book, seen.snapshot, seen.now, quiet)[1]] == [Reason.QUIET]


class TestRefusedOnce:
    def test_what_gets_worse_and_is_not_told_is_decided_once_a_step(self) -> None:
        seen = watching(FINE, TROUBLE)
        seen.rules = NotificationRules(level=Level.MUTE)
        part = report(API_PART, CHAT, incidents=[about_api()])
        seen.look(part, part, TROUBLE, part, WORSE, WORSE, part)

        assert seen.reasons == [Reason.NEW, Reason.MUTED, Reason.MUTED]
        seen.rules = NotificationRules()
        assert seen.look(WORSE, WORSE).reasons[-1] is Reason.WORSE
        assert seen.reasons.count(Reason.WORSE) == 1


@pytest.mark.parametrize(
    ("kind", "wish"),
    [
        (OPENED, ONE),
        (STARTED, ONE),
        (AlertKind.ESCALATED, ONE),
        (AlertKind.FLAPPING, PAGE),
        (RECOVERED, None),
        (AlertKind.KEY, None),
    ],
)
def test_what_the_buttons_of_a_pop_up_are_about(kind: AlertKind, wish: Wish | None) -> None:
    assert wish_of(Alert(kind=kind, at=NOON, page_id="acme", concern="acme/one")) == wish
    assert wish_of(Alert(kind=kind, at=NOON, concern="acme/one")) is None


def test_a_book_is_about_few_pages() -> None:
    seen = asked(watching(FINE, TROUBLE), Wish("waited for"))
    book = replace(seen.book, derived=(("suspected", VerdictId.LOOKS_LIKE_PROVIDER),))

    assert concerned(book) == {"acme", "waited for", "suspected"}
    assert concerned(watching(FINE).book) == frozenset()


def test_what_is_withdrawn_is_of_one_concern() -> None:
    alerts = tuple(Alert(kind=OPENED, at=NOON, page_id="acme", concern=each) for each in ("a", "b"))

    assert withdraw(AlertBook(held=alerts), "a").held == alerts[1:]


Step = tuple[Outcome, str]
ACTS = st.sampled_from(["", "know", "know all", "want", "want page", "forget", "snooze", "wake", "quiet", "loud"])
STEPS = st.lists(st.tuples(REPORTS, ACTS), max_size=14)


@given(STEPS, st.data())
@settings(max_examples=300)
def test_an_unknown_inserted_anywhere_changes_no_alert_whatever_was_asked(
    steps: list[Step], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(steps)))
    unknown: Outcome = data.draw(UNKNOWNS)

    plain, mixed = Watching(), Watching()
    for number, step in enumerate(steps):
        if number == place:
            mixed.look(unknown, after=timedelta(0))
        live(mixed, step)
        live(plain, step)

    assert summed_up(mixed) == summed_up(plain)


@given(STEPS, st.one_of(REPORTS, UNKNOWNS), st.lists(REPORTS, max_size=6))
@settings(max_examples=300)
def test_a_restart_between_two_looks_that_see_the_same_changes_no_decision(
    steps: list[Step], last: Outcome, more: list[StatusReport]
) -> None:
    """The memory goes through its stored form. A page not looked at before has no memory to keep."""
    plain, restarted = Watching(), Watching()
    seen: Outcome = FINE
    for step in [(FINE, ""), *steps]:
        live(plain, step)
        live(restarted, step)
        seen = step[0]
    stored = msgspec.json.encode(replace(restarted.book, started=frozenset()))
    restarted.book = msgspec.json.decode(stored, type=AlertBook)
    restarted.look(last if last == failure() else seen, seen)
    plain.look(last if last == failure() else seen, seen)
    for each in more:
        plain.look(each)
        restarted.look(each)

    assert summed_up(restarted) == summed_up(plain)


def live(seen: Watching, step: Step) -> None:
    """Look, and then ask for something, a minute later each."""
    outcome, act = step
    seen.look(outcome)
    first = next((each.name for each in seen.book.concerns), "")
    match act:
        case "know":
            acknowledged(seen, Wish("acme", first))
        case "know all":
            acknowledged(seen, PAGE)
        case "want":
            asked(seen, Wish("acme", first))
        case "want page":
            asked(seen, PAGE)
        case "forget":
            seen.book = take_back(forget_wish(seen.book, PAGE), PAGE)
        case "snooze" | "wake":
            seen.book = snooze(seen.book, seen.now + HOUR if act == "snooze" else None)
        case "quiet" | "loud":
            seen.around = Circumstances(quiet=act == "quiet")
    seen.book, released = release(seen.book, seen.now, seen.around)
    seen.decisions.extend(released)


def summed_up(seen: Watching) -> list[tuple[AlertKind, str, bool, Reason]]:
    return [(each.alert.kind, each.alert.concern, each.told, each.reason) for each in seen.decisions]


@given(st.lists(st.one_of(REPORTS, UNKNOWNS), max_size=14), st.integers(0, 14))
@settings(max_examples=200)
def test_a_wish_is_granted_at_most_once(outcomes: list[Outcome], place: int) -> None:
    seen = Watching()
    for number, outcome in enumerate([*outcomes, FINE, FINE, FINE]):
        seen.look(outcome)
        if number == min(place, len(outcomes)):
            asked(seen, PAGE)
    seen.look(FINE, FINE)

    assert seen.reasons.count(Reason.WANTED) == 1


def test_an_incident_somebody_waits_for_is_another_than_the_next() -> None:
    other = report(API_SLOW, CHAT, incidents=[incident("Other", id="other", parts=[CHAT])])
    seen = asked(watching(FINE, TROUBLE)).look(other, other, FINE, FINE)

    wanted = [each.alert.concern for each in seen.decisions if each.reason is Reason.WANTED]
    assert wanted == ["acme/one"]
