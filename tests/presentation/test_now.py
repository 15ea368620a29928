from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON, component, failure, incident, planned, report, update
from trayapp.domain.incident import Impact, Phase
from trayapp.domain.provider import ComponentRef, StatusPage
from trayapp.domain.report import FailureKind, FetchFailure, Observation, StatusReport
from trayapp.domain.snapshot import PageState, Snapshot, advance, expire
from trayapp.domain.status import Status
from trayapp.domain.verdict import Evidence, Icon, PageVerdict, PopUp, SignalKind, Verdict, VerdictId
from trayapp.presentation import now as words
from trayapp.presentation.tray import NAME_LIMIT
from trayapp.presentation.words import Mark

INTERVAL = timedelta(minutes=5)
NOW = NOON + timedelta(seconds=40)


def page(name: str = "Acme", *watched: str) -> StatusPage:
    refs = tuple(ComponentRef(name=each) for each in watched)
    return StatusPage(id=name.casefold(), name=name, url=f"https://status.{name.casefold()}.example", watched=refs)


def looked(of: StatusPage, *outcomes: StatusReport | FetchFailure) -> PageState:
    snapshot = Snapshot(pages=(PageState(page=of),))
    for place, outcome in enumerate(outcomes):
        snapshot = advance(snapshot, Observation(of.id, NOON + place * INTERVAL, outcome, INTERVAL))
    return snapshot.pages[0]


FINE = StatusReport(components=(component("API"), component("Chat", group="Apps")))
BAD = StatusReport(
    components=(
        component("API", Status.DEGRADED, said="degraded_performance"),
        component("Chat", Status.MAJOR_OUTAGE, group="Apps"),
        component("Docs"),
    ),
    incidents=(incident("Errors", started_at=NOON - timedelta(minutes=18)),),
)


@pytest.mark.parametrize(
    ("state", "mark", "headline"),
    [
        (PageState(page=page()), Mark.UNKNOWN, "Looking for the first time..."),
        (looked(page(), FINE), Mark.FINE, "Fine"),
        (looked(page(), BAD), Mark.OUTAGE, "Major outage: Chat, API"),
        (looked(page(), failure()), Mark.UNKNOWN, "Cannot tell: no answer yet (timed out)"),
        (looked(page(), failure(FailureKind.EMPTY)), Mark.UNKNOWN, "Cannot tell: no valid answer yet (empty answer)"),
        (
            looked(page(), StatusReport(incidents=(incident("All is slow"),))),
            Mark.DEGRADED,
            "Degraded: All is slow",
        ),
        (
            looked(page(), StatusReport(components=(component("API", None),))),
            Mark.UNKNOWN,
            "Cannot tell: The page uses a word for its status that we do not know",
        ),
        (
            looked(page(), StatusReport(components=(component("API", Status.MAINTENANCE),))),
            Mark.MAINTENANCE,
            "Maintenance: API",
        ),
    ],
)
def test_a_card_says_in_one_line_how_a_page_is_doing(state: PageState, mark: Mark, headline: str) -> None:
    card = words.card(state, NOW)

    assert (card.mark, card.headline) == (mark, headline)


def test_a_page_that_fell_silent_says_since_when_nobody_has_answered() -> None:
    silent = expire(Snapshot(pages=(looked(page(), FINE, failure()),)), NOON + timedelta(minutes=30)).pages[0]

    card = words.card(silent, NOON + timedelta(minutes=31))

    assert card.headline == "Cannot tell: no answer since 12:00 (timed out)"
    assert card.when == "unknown since 12:30 · checked 31 min ago"


def test_many_names_are_counted_and_not_listed() -> None:
    parts = tuple(component(f"Part {each}", Status.DEGRADED) for each in range(5))

    card = words.card(looked(page(), StatusReport(components=parts)), NOW)

    assert card.headline == "Degraded: Part 0, Part 1, Part 2 and 2 more"


def test_the_beginning_is_the_pages_own_where_it_tells_one() -> None:
    assert words.card(looked(page(), BAD), NOW).when == "since 11:42 · checked 40 s ago"
    assert words.card(looked(page(), FINE), NOW).when == "seen since 12:00 · checked 40 s ago"
    assert words.when(looked(page(), FINE), NOW, is_looking=True) == "seen since 12:00 · looking now..."
    assert words.when(PageState(page=page()), NOW) == ""


def test_a_card_warns_of_what_is_missing() -> None:
    card = words.card(looked(page("Acme", "API", "Gone"), FINE), NOW)

    assert card.mark is Mark.UNKNOWN
    assert card.warnings == (f"The page no longer lists: Gone. Choose again in Settings: {page().url}",)


@pytest.mark.parametrize(
    ("address", "offered"),
    [
        ("https://new.example", "https://new.example"),
        ("http://new.example", ""),
        ("javascript:alert(1)", ""),
        ("https://nеw.example", ""),  # a Cyrillic letter
        (None, ""),
    ],
)
def test_only_a_plain_https_address_is_offered_where_a_page_has_moved(address: str | None, offered: str) -> None:
    moved = FetchFailure(kind=FailureKind.MOVED, detail="It moved.", moved_to=address)

    card = words.card(looked(page(), moved), NOW)

    assert card.new_address == offered
    assert card.warnings[0].startswith("This page has moved to ")


def test_an_answer_that_is_still_fresh_is_shown_with_a_warning_that_the_last_look_failed() -> None:
    card = words.card(looked(page(), FINE, failure()), NOON + INTERVAL)

    assert card.mark is Mark.FINE
    assert card.warnings == ("The last look failed (timed out); this is the answer of 12:00.",)


def test_a_list_that_shrank_is_said() -> None:
    many = StatusReport(components=tuple(component(f"Part {each}") for each in range(10)))

    card = words.card(looked(page(), many, FINE), NOON + INTERVAL)

    assert card.mark is Mark.UNKNOWN
    assert "suddenly lists fewer components" in card.warnings[0]


def test_a_card_can_be_heard() -> None:
    assert words.card(looked(page(), FINE), NOW).spoken == "Acme: Fine. seen since 12:00 · checked 40 s ago"


def test_components_come_in_the_pages_groups_and_those_not_watched_last() -> None:
    groups = words.component_groups(looked(page("Acme", "API", "Chat", "Gone"), BAD), NOW)

    assert [(each.name, each.mark, [row.name for row in each.rows]) for each in groups] == [
        ("", Mark.DEGRADED, ["Gone", "API"]),
        ("Apps", Mark.OUTAGE, ["Chat"]),
        ("Not watched", Mark.FINE, ["Docs"]),
    ]
    assert groups[0].rows[0].word == "Not listed by the page"
    assert groups[0].rows[1].tooltip == 'The page says "degraded_performance"'
    assert groups[1].rows[0].tooltip == ""


def test_no_component_of_an_old_answer_is_green() -> None:
    state = looked(page(), FINE)

    old = words.component_groups(state, NOON + timedelta(hours=1))
    disowned = words.component_groups(replace(state, shown=None), NOW)

    for groups in (old, disowned):
        assert {row.mark for group in groups for row in group.rows} == {Mark.UNKNOWN}
        assert groups[0].rows[0].word == "Unknown, last seen: Operational"
    assert words.component_groups(PageState(page=page()), NOW) == ()


def test_open_incidents_come_with_their_newest_update_and_planned_work_after_them() -> None:
    newest = update(Phase.MONITORING, "A fix is out.", id="2", posted_at=NOON - timedelta(minutes=2))
    told = StatusReport(
        components=(component("API"), component("Chat")),
        incidents=(
            incident("Elsewhere", id="e", parts=[component("Chat")]),
            incident("Here", id="h", impact=Impact.MAJOR, parts=[component("API")], updates=[newest, update()]),
            incident("Over", Phase.RESOLVED, id="o"),
            incident("A note", id="n", impact=Impact.NONE),
        ),
        maintenances=(planned("Work"),),
    )

    found = words.open_incidents(looked(page("Acme", "API"), told), NOW)

    assert [each.title for each in found] == ["Here", "A note", "Elsewhere", "Work"]
    assert [each.mark for each in found] == [Mark.DEGRADED, Mark.UNKNOWN, Mark.DEGRADED, Mark.MAINTENANCE]
    assert found[0].facts == "Investigating · impact: Major · since 12:00 · API"
    assert (found[0].text, found[0].posted) == ("A fix is out.", "11:58, 2 min ago")
    assert words.open_incidents(PageState(page=page()), NOW) == ()


def test_evidence_says_which_page_said_what_and_when() -> None:
    said = StatusReport(components=BAD.components, incidents=BAD.incidents, indicator_said="Partial System Outage")
    snapshot = Snapshot(pages=(looked(page("Calm"), FINE), looked(page(), said)), at=NOW)

    (only,) = words.evidence(snapshot, NOW)

    assert only.name == "Acme"
    assert only.lines == (
        "status.acme.example: The page says so for the components you watch.",
        'API: Degraded (the page says "degraded_performance")',
        "Apps / Chat: Major outage",
        "Incident: Errors (Investigating · impact: Minor · since 11:42)",
        'The page\'s own summary: "Partial System Outage"',
        "Answer of 12:00, 40 s ago",
    )


def test_evidence_is_that_of_the_pages_that_decide() -> None:
    calm, worse = looked(page("Calm"), FINE), looked(page("Worse"), BAD)
    lesser = looked(page("Lesser"), StatusReport(components=(component("API", Status.DEGRADED),)))
    silent = looked(page("Silent"), failure())

    def names(*states: PageState) -> list[str]:
        return [each.name for each in words.evidence(Snapshot(pages=states, at=NOW), NOW)]

    assert names(calm) == ["Calm"]
    assert names(calm, lesser, silent, worse) == ["Worse", "Lesser"]
    assert names(calm, silent) == ["Silent"]
    assert len(names(*(looked(page(f"P{each}"), FINE) for each in range(20)))) == 13


def test_evidence_of_silence_is_what_was_tried() -> None:
    assert words.page_evidence(PageState(page=page()), NOW) == ("Not looked at yet.",)
    assert words.page_evidence(looked(page(), failure()), NOW) == (
        "The look of 12:00 failed: acme.example did not answer.",
    )
    fine = words.page_evidence(looked(page(), FINE), NOW)
    assert "2 watched components, all marked operational" in fine
    old = words.page_evidence(replace(looked(page(), FINE), shown=None), NOW)
    assert old[0] == "status.acme.example: the last answer is too old to be shown"
    many = StatusReport(components=tuple(component(f"P {each}", Status.DEGRADED) for each in range(11)))
    assert "and 3 more components" in words.page_evidence(looked(page(), many), NOW)


def test_the_headline_is_the_trays_own_sentence() -> None:
    told = words.headline(Snapshot(pages=(looked(page(), FINE),), at=NOW), NOW)

    assert (told.mark, told.sentence) == (Mark.FINE, "Acme is fine - checked 40 s ago")


def test_a_replay_is_labelled_with_its_day_and_its_time() -> None:
    assert words.replay_banner(NOON) == "Replay of 2 December 2025 - not live. The time there is 12:00."


def test_hostile_text_stays_text_and_stays_short() -> None:
    long = "<b>" + "x" * 5000
    told = report(component(long, Status.MAJOR_OUTAGE), incidents=[incident(long, updates=[update(text=long)])])
    state = looked(replace(page(), name=long), told)

    card = words.card(state, NOW)

    assert len(card.name) <= NAME_LIMIT
    assert len(card.headline) < 200
    assert len(words.open_incidents(state, NOW)[0].text) <= words.TEXT_LIMIT
    assert card.name.startswith("<b>")


def test_what_cannot_be_told_without_any_fault_has_a_reason_too() -> None:
    fine = looked(page(), FINE)

    assert words.card(replace(fine, shown=None), NOW).headline == "Cannot tell: last checked 12:00"
    assert words.card(replace(fine, shown=None, judgement=None, fetched_at=None), NOW).headline == (
        "Cannot tell: no answer yet"
    )
    assert words.card(replace(fine, since=None), NOW).when == "checked 40 s ago"
    assert words.card(replace(fine, shown=Status.DEGRADED, judgement=None), NOW).headline == "Degraded"


def test_facts_leave_out_what_a_page_does_not_say() -> None:
    told = StatusReport(
        incidents=(incident("Odd", impact=None, started_at=None),),
        maintenances=(planned("Work", scheduled_for=None, scheduled_until=None),),
    )

    assert [each.facts for each in words.open_incidents(looked(page(), told), NOW)] == ["Investigating", "Scheduled"]


def about(of: PageState, which: VerdictId, icon: Icon = Icon.BY_PAGE) -> PageVerdict:
    line = Evidence(signal=SignalKind.PAGE, ok=True, code="operational", name=of.page.name, at=NOON)
    verdict = Verdict(id=which, icon=icon, pop_up=PopUp.NO, evidence=(line,))
    return PageVerdict(of.page.id, of.page.provider_id, verdict)


class TestWhoseProblem:
    """What verdicts add to what the pages say."""

    ACME, GLOBEX = looked(page(), FINE), looked(page("Globex"), BAD)
    BOTH = Snapshot(pages=(ACME, GLOBEX), at=NOW)
    GUESS = about(ACME, VerdictId.LOOKS_LIKE_PROVIDER, Icon.TRIANGLE_QUESTION)
    POSTED = about(GLOBEX, VerdictId.INCIDENT_CONFIRMED)

    def test_the_most_urgent_verdict_is_the_sentence_and_the_pages_stand_below(self) -> None:
        told = words.headline(self.BOTH, NOW, (self.GUESS, self.POSTED))

        assert (told.mark, told.sentence) == (
            Mark.OUTAGE,
            "Globex reports an incident, and it is confirmed from here.",
        )
        assert told.detail.startswith("Status pages: Globex:")
        assert words.headline(self.BOTH, NOW, (self.GUESS,)).sentence == "Looks like a problem of Acme, not posted yet."

    @pytest.mark.parametrize("which", [VerdictId.FINE, VerdictId.MAINTENANCE])
    def test_where_all_is_calm_the_pages_say_it_alone(self, which: VerdictId) -> None:
        calm = Snapshot(pages=(self.ACME,), at=NOW)
        told = words.headline(calm, NOW, (about(self.ACME, which, Icon.TICK),))

        assert (told.sentence, told.detail) == ("Acme is fine - checked 40 s ago", "")

    def test_a_page_nobody_has_looked_at_makes_no_news(self) -> None:
        fresh = PageState(page=page())
        told = words.headline(Snapshot(pages=(fresh,), at=NOW), NOW, (about(fresh, VerdictId.CANNOT_TELL),))

        assert told.detail == ""

    def test_a_page_that_a_verdict_does_not_trust_says_so_on_its_card(self) -> None:
        card = words.card(self.ACME, NOW, found=self.GUESS.verdict)

        assert (card.mark, card.headline) == (Mark.SUSPECTED, "Looks like a problem of Acme, not posted yet.")
        assert card.verdict == "The status page says: Operational"

    @pytest.mark.parametrize(
        ("which", "line"),
        [
            (VerdictId.INCIDENT, ""),
            (VerdictId.INCIDENT_CONFIRMED, "Globex reports an incident, and it is confirmed from here."),
        ],
    )
    def test_an_incident_is_said_once_and_more_where_there_is_more_to_say(self, which: VerdictId, line: str) -> None:
        card = words.card(self.GLOBEX, NOW, found=about(self.GLOBEX, which).verdict)

        assert (card.mark, card.verdict) == (Mark.OUTAGE, line)
        assert card.headline.startswith("Major outage")

    def test_with_the_own_connection_down_every_page_keeps_its_shape(self) -> None:
        cut = about(self.ACME, VerdictId.YOUR_CONNECTION, Icon.HOLLOW_CLOCK)
        card = words.card(self.ACME, NOW, found=cut.verdict)

        assert (card.mark, card.headline, card.verdict) == (Mark.FINE, "Fine", "")
        assert words.headline(Snapshot(pages=(self.ACME,), at=NOW), NOW, (cut,)).mark is Mark.UNKNOWN

    def test_the_reasons_are_those_of_the_urgent_pages(self) -> None:
        fine = about(self.ACME, VerdictId.FINE, Icon.TICK)

        assert [each.name for each in words.evidence(self.BOTH, NOW, (fine, self.POSTED))] == ["Globex"]
        assert [each.name for each in words.evidence(self.BOTH, NOW, (self.GUESS, self.POSTED))] == ["Globex", "Acme"]
        (alone,) = words.evidence(Snapshot(pages=(self.ACME,), at=NOW), NOW, (fine,))
        assert alone.lines[0].startswith("Status page of Acme: operational")

    def test_each_provider_may_be_asked_about_once(self) -> None:
        first, second = (replace(page(name), provider_id="acme") for name in ("One", "Two"))
        pages = (looked(first, FINE), looked(second, FINE), looked(page("Own"), FINE))

        assert words.askable(Snapshot(pages=pages, at=NOW)) == (("one", "One"), ("own", "Own"))


def test_a_page_is_found_by_its_name_its_state_and_its_components() -> None:
    state = looked(page("Acme"), FINE)

    assert words.matches(state, "")
    assert words.matches(state, " aCM ")
    assert words.matches(state, "operational")
    assert words.matches(state, "api")
    assert not words.matches(state, "zebra")
    assert words.matches(PageState(page=page("Acme")), "acme")
    assert not words.matches(PageState(page=page("Acme")), "api")


def test_pages_without_a_card_are_counted() -> None:
    assert words.more_pages(0) == ""
    assert words.more_pages(1) == "1 more page is watched; find it by its name."
    assert words.more_pages(940) == "940 more pages are watched; find them by name."
