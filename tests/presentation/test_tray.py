from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from trayapp.domain.incident import Impact, Incident, Phase
from trayapp.domain.judgement import Basis, Because, Judgement
from trayapp.domain.provider import StatusPage
from trayapp.domain.report import FailureKind, FetchFailure
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.status import Status
from trayapp.presentation.tray import MAX_ROWS, TOOLTIP_LIMIT, TrayView, clipped, said, starting, tray_view
from trayapp.presentation.words import Mark

NOW = datetime(2025, 12, 2, 14, 30, tzinfo=UTC)
SEEN = NOW - timedelta(seconds=40)
BEGAN = datetime(2025, 12, 2, 14, 2, tzinfo=UTC)


def page(name: str, status: Status | None = Status.OPERATIONAL, *incidents: Incident) -> PageState:
    """A page that was looked at 40 s ago and shows ``status`` since 14:20."""
    key = name.casefold()
    return PageState(
        page=StatusPage(id=key, name=name, url=f"https://status.{key}.example/"),
        judgement=Judgement(status=status, basis=Basis.COMPONENTS, because=Because.COMPONENTS_SAY, incidents=incidents),
        fetched_at=SEEN,
        shown=status,
        since=NOW - timedelta(minutes=10),
        looks=1,
    )


def fresh(name: str) -> PageState:
    """A page nobody has looked at yet."""
    return replace(page(name, None), judgement=None, fetched_at=None, looks=0)


def silent(name: str, kind: FailureKind = FailureKind.TIMEOUT, *, answered: datetime | None = BEGAN) -> PageState:
    """A page that stopped answering so long ago that nothing is known."""
    failure = FetchFailure(kind=kind, detail="")
    return replace(page(name), shown=None, failure=failure, fetched_at=answered, failures_in_a_row=3)


def incident(title: str = "Elevated errors", began: datetime | None = BEGAN, impact: Impact | None = None) -> Incident:
    return Incident(id=title, title=title, phase=Phase.INVESTIGATING, impact=impact, started_at=began)


def view(*pages: PageState, is_replay: bool = False) -> TrayView:
    return tray_view(Snapshot(pages=pages, at=NOW), NOW, is_replay=is_replay)


def test_all_is_fine() -> None:
    seen = view(page("OpenAI"), page("Anthropic"), page("Groq"))

    assert seen.mark is Mark.FINE
    assert seen.sentence == "All 3 services are fine - checked 40 s ago"
    assert seen.tooltip == "All 3 services are fine - checked 14:29"
    assert [row.text for row in seen.rows] == ["OpenAI: Operational", "Anthropic: Operational", "Groq: Operational"]
    assert seen.accessible == "AI Status Tray, fine: All 3 services are fine - checked 40 s ago"


def test_what_is_acknowledged_and_snoozed_is_said() -> None:
    snapshot = Snapshot(pages=(page("OpenAI", Status.DEGRADED),), at=NOW)

    seen = tray_view(snapshot, NOW, is_acknowledged=True, snoozed="Pop-ups are snoozed until 15:04")

    assert seen.is_acknowledged
    assert seen.sentence.endswith(" - acknowledged - checked 40 s ago")
    assert seen.tooltip.endswith(" - acknowledged - checked 14:29")
    assert seen.snoozed == "Pop-ups are snoozed until 15:04"


def test_one_service_alone_is_fine_by_its_name() -> None:
    assert view(page("OpenAI")).sentence == "OpenAI is fine - checked 40 s ago"


def test_the_age_is_that_of_the_oldest_answer_the_sentence_rests_on() -> None:
    old = replace(page("Groq"), fetched_at=NOW - timedelta(minutes=4))

    assert view(page("OpenAI"), old).sentence.endswith("checked 4 min ago")
    assert view(page("OpenAI", Status.DEGRADED, incident()), old).sentence.endswith("checked 40 s ago")


def test_trouble_is_told_with_the_pages_own_title_and_time() -> None:
    seen = view(page("Groq"), page("OpenAI", Status.DEGRADED, incident()))

    assert seen.mark is Mark.DEGRADED
    assert seen.sentence == "OpenAI: Elevated errors since 14:02 - checked 40 s ago"
    assert seen.rows[1].text == "OpenAI: Degraded - Elevated errors since 14:02"


def test_trouble_without_an_incident_is_told_by_its_status_and_when_we_saw_it() -> None:
    seen = view(page("OpenAI", Status.PARTIAL_OUTAGE))

    assert seen.mark is Mark.OUTAGE
    assert seen.sentence.startswith("OpenAI: partial outage, seen since 14:20 - ")
    assert seen.rows[0].text == "OpenAI: partial outage, seen since 14:20"


def test_an_incident_without_a_time_is_seen_since() -> None:
    assert view(page("OpenAI", Status.DEGRADED, incident(began=None))).sentence.startswith(
        "OpenAI: Elevated errors, seen since 14:20 - "
    )
    odd = replace(page("OpenAI", Status.DEGRADED, incident(began=None)), since=None)
    assert view(odd).sentence.startswith("OpenAI: Elevated errors - ")


def test_the_first_of_several_incidents_gives_title_and_time() -> None:
    later = incident("Login fails", BEGAN + timedelta(minutes=9))
    harmless = incident("A note", BEGAN - timedelta(hours=3), Impact.NONE)

    assert view(page("OpenAI", Status.DEGRADED, later, harmless, incident())).sentence.startswith(
        "OpenAI: Elevated errors since 14:02"
    )


def test_the_worst_page_comes_first_and_the_other_is_named() -> None:
    seen = view(page("Groq", Status.DEGRADED, incident()), page("OpenAI", Status.MAJOR_OUTAGE, incident("Down")))

    assert seen.mark is Mark.OUTAGE
    assert seen.sentence.startswith("OpenAI: Down since 14:02; Groq: degraded - ")


def test_of_many_bad_pages_the_worst_is_told_and_the_rest_are_named() -> None:
    bad = [page(name, Status.DEGRADED) for name in ("A", "B", "C", "D", "E")]

    assert "; also B, C and 2 more" in view(*bad).sentence


def test_trouble_does_not_hide_that_another_page_is_unknown() -> None:
    seen = view(page("OpenAI", Status.DEGRADED, incident()), silent("Groq"))

    assert seen.mark is Mark.DEGRADED
    assert "; 1 page unknown" in seen.sentence


def test_one_unknown_page_is_enough_to_not_be_fine() -> None:
    seen = view(page("OpenAI"), silent("Groq"), page("Mistral", Status.MAINTENANCE))

    assert seen.mark is Mark.UNKNOWN
    assert seen.sentence == "Cannot tell: no answer from status.groq.example since 14:02 (timed out)"
    assert seen.rows[1].text == "Groq: Unknown - timed out"


def test_an_answer_that_is_none_is_not_called_silence() -> None:
    sentence = view(page("OpenAI"), silent("Groq", FailureKind.EMPTY)).sentence

    assert sentence == "Cannot tell: no valid answer from status.groq.example since 14:02 (empty answer)"


def test_a_page_that_never_answered_has_no_since() -> None:
    assert view(silent("Groq", answered=None)).sentence == (
        "Cannot tell: no answer from status.groq.example (timed out)"
    )


def test_several_silent_pages_are_counted() -> None:
    two = (silent("Groq"), silent("Mistral", answered=BEGAN + timedelta(minutes=3)))

    assert view(page("OpenAI"), *two).sentence == (
        "Cannot tell: no answer from status.groq.example and 1 more since 14:05 (timed out)"
    )
    assert view(*two).sentence == "Cannot tell: no page answers since 14:05 (timed out)"


def test_a_page_whose_words_we_do_not_know_says_so() -> None:
    strange = replace(
        page("OpenAI", None),
        judgement=Judgement(status=None, basis=Basis.COMPONENTS, because=Because.UNKNOWN_WORD),
    )

    assert view(strange).sentence == "Cannot tell: OpenAI: The page uses a word for its status that we do not know"
    assert view(strange).rows[0].text == "OpenAI: Unknown"


def test_an_answer_that_grew_old_says_when_it_was() -> None:
    old = replace(page("OpenAI"), shown=None, fetched_at=BEGAN)

    assert view(old).sentence == "Cannot tell: OpenAI was last checked 14:02"
    assert view(replace(old, fetched_at=None)).sentence == "Cannot tell: OpenAI has not been checked yet"


def test_maintenance_is_no_trouble() -> None:
    seen = view(page("OpenAI"), page("Groq", Status.MAINTENANCE))

    assert seen.mark is Mark.MAINTENANCE
    assert seen.sentence == "Planned maintenance: Groq - checked 40 s ago"


def test_the_first_look() -> None:
    seen = view(fresh("OpenAI"), fresh("Groq"))

    assert seen.mark is Mark.UNKNOWN
    assert seen.sentence == "Looking for the first time..."
    assert seen.rows[0].text == "OpenAI: not checked yet"
    assert view(page("OpenAI"), fresh("Groq")).sentence == "Looking for the first time at Groq"


def test_nothing_watched_is_nothing_known() -> None:
    seen = view()

    assert seen.mark is Mark.UNKNOWN
    assert seen.sentence == "Nothing is watched yet"
    assert seen.rows == ()


def test_a_replay_says_that_it_is_one() -> None:
    seen = view(page("OpenAI"), is_replay=True)

    assert seen.sentence == "Replay of 2 December 2025 - OpenAI is fine - checked 40 s ago"
    assert seen.tooltip.startswith("Replay of 2 December 2025 - ")


def test_a_long_title_is_cut_and_the_age_is_kept() -> None:
    seen = view(page("OpenAI", Status.DEGRADED, incident("Elevated errors in " + "very " * 40 + "many models")))

    assert len(seen.tooltip) <= TOOLTIP_LIMIT
    assert seen.tooltip.endswith("very… - checked 14:29")
    assert len(seen.rows[0].text) <= 90


def test_of_too_many_rows_the_worst_are_kept() -> None:
    pages = [page(f"P{number}") for number in range(MAX_ROWS + 5)]
    pages[-1] = page("Last", Status.MAJOR_OUTAGE)

    rows = view(*pages).rows

    assert len(rows) == MAX_ROWS
    assert rows[0].page_id == "last"
    assert rows[-1].text == "and 6 more, all fine"
    assert rows[-1].page_id == ""


def test_hidden_rows_that_are_not_fine_are_not_called_so() -> None:
    pages = [silent(f"P{number}") for number in range(MAX_ROWS + 1)]

    assert view(*pages).rows[-1].text == "and 2 more, unknown or better"


def test_a_text_is_cut_between_words() -> None:
    assert clipped("one two three", 20) == "one two three"
    assert clipped("one two three", 10) == "one two…"
    assert clipped("unbreakable", 6) == "unbre…"


def test_what_is_said_when_nothing_is_known() -> None:
    assert starting().mark is Mark.UNKNOWN
    assert said("x " * 200).tooltip.endswith("…")


def test_a_page_named_by_a_bare_host() -> None:
    odd = silent("Groq")
    odd = replace(odd, page=replace(odd.page, url="status.groq.example"))

    assert "status.groq.example" in view(odd).sentence


def test_trouble_without_a_judgement_is_still_trouble() -> None:
    assert view(replace(page("OpenAI", Status.DEGRADED), judgement=None)).mark is Mark.DEGRADED
