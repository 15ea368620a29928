from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON, component, incident, planned, update
from trayapp.domain.incident import Impact, Incident, Phase
from trayapp.domain.ledger import Ledger
from trayapp.domain.record import IncidentVersion, StoredIncident, UpdateVersion
from trayapp.presentation import incidents as words
from trayapp.presentation.incidents import Filters, Openness, Period
from trayapp.presentation.words import Mark

NAMES = {"acme": "Acme"}
HOUR = timedelta(hours=1)


def stored(what: Incident, unlisted_since: datetime | None = None) -> StoredIncident:
    return StoredIncident(
        page_id="acme", incident=what, first_seen_at=NOON, last_seen_at=NOON, unlisted_since=unlisted_since
    )


OPEN = stored(incident("Errors", parts=[component("API")]))
OVER = stored(incident("Errors", Phase.RESOLVED, id="over", resolved_at=NOON + timedelta(minutes=90)))
LOST = stored(incident("Errors", id="lost"), unlisted_since=NOON + HOUR)


@pytest.mark.parametrize(
    ("each", "mark", "cells"),
    [
        (OPEN, Mark.DEGRADED, ("12:00", "Acme", "Errors", "Investigating", "Minor", "1 h so far")),
        (OVER, None, ("12:00", "Acme", "Errors", "Resolved", "Minor", "1 h 30 min")),
        (LOST, Mark.UNKNOWN, ("12:00", "Acme", "Errors", "No longer listed", "Minor", "end not seen")),
        (
            stored(incident("A note", impact=Impact.NONE)),
            None,
            ("12:00", "Acme", "A note", "Investigating", "No impact", "1 h so far"),
        ),
        (
            stored(incident("Odd", None, impact=None, started_at=None)),
            Mark.DEGRADED,
            ("12:00", "Acme", "Odd", "odd", "", "1 h so far"),
        ),
        (
            stored(planned("Work", scheduled_for=NOON + 3 * HOUR)),
            Mark.MAINTENANCE,
            ("15:00", "Acme", "Work", "Scheduled", "Maintenance", ""),
        ),
        (
            stored(planned("Work", Phase.IN_PROGRESS)),
            Mark.MAINTENANCE,
            ("12:00", "Acme", "Work", "In progress", "Maintenance", "1 h so far"),
        ),
        (
            stored(planned("Work", Phase.COMPLETED)),
            None,
            ("12:00", "Acme", "Work", "Completed", "Maintenance", "2 h"),
        ),
    ],
)
def test_a_line_says_when_who_what_and_how_long(
    each: StoredIncident, mark: Mark | None, cells: tuple[str, ...]
) -> None:
    row = words.incident_row(each, NAMES, NOON + HOUR)

    assert (row.mark, row.cells) == (mark, cells)
    assert len(row.order) == len(row.cells) == len(words.columns())


def test_lines_are_sorted_by_what_they_mean_and_not_by_their_words() -> None:
    critical = words.incident_row(stored(incident(impact=Impact.CRITICAL)), NAMES, NOON)
    minor = words.incident_row(stored(incident(impact=Impact.MINOR)), NAMES, NOON)

    assert critical.order[4] > minor.order[4]  # type: ignore[operator]  # numbers in this column
    assert critical.order[0] == NOON.timestamp()


def test_work_and_an_incident_with_one_id_are_two() -> None:
    assert words.key_of(stored(incident(id="x"))) == words.key_for("acme", "x")
    assert words.key_of(stored(planned(id="x"))) != words.key_for("acme", "x")


def test_the_detail_tells_everything_in_words() -> None:
    edited = replace(
        stored(
            incident(
                "Errors",
                Phase.MONITORING,
                url="https://status.acme.example/1",
                parts=[component("API"), component("Chat")],
                updates=[
                    update(Phase.MONITORING, "A fix is out.", id="2", posted_at=NOON + HOUR),
                    update(None, "Looking.", id="1"),
                ],
            )
        ),
        versions=(UpdateVersion("2", NOON + HOUR, Phase.MONITORING, NOON + HOUR, "A fux is out."),),
        earlier=(
            IncidentVersion(NOON + HOUR, "Slow", None, NOON - HOUR),
            IncidentVersion(NOON + HOUR, "Errors", Impact.MINOR, NOON),
        ),
    )

    told = words.detail(edited, NAMES, NOON + 2 * HOUR)

    assert told.facts == (
        ("Page", "Acme"),
        ("Phase", "Monitoring"),
        ("Impact, in the page's word", "Minor"),
        ("Started", "12:00"),
        ("Components", "API, Chat"),
    )
    assert told.notes == ('Until 13:00: its title was "Slow"; its impact was not said; its beginning was 11:00.',)
    assert [(each.heading, each.text) for each in told.updates] == [
        ("13:00 · Monitoring", "A fix is out."),
        ("12:00 · odd", "Looking."),
    ]
    assert [each.text for each in told.updates[0].versions] == ["A fux is out."]
    assert (told.updates[1].versions, told.page_id, told.url) == ((), "acme", "https://status.acme.example/1")


def test_the_detail_tells_an_end_only_where_one_was_seen() -> None:
    over, lost = (words.detail(each, NAMES, NOON + 2 * HOUR) for each in (OVER, LOST))

    assert ("Over", "13:30") in over.facts
    assert ("Duration", "1 h 30 min") in over.facts
    assert lost.notes == ("The page no longer lists it, seen 13:00; its end was not seen.",)
    assert not {"Over", "Duration"} & {label for label, _value in lost.facts}


def test_the_detail_of_work_has_its_plan() -> None:
    facts = dict(words.detail(stored(planned()), {}, NOON).facts)

    assert (facts["Planned for"], facts["Until"], facts["Page"]) == ("12:00", "14:00", "acme")
    assert "First seen" in dict(words.detail(stored(incident(started_at=None)), {}, NOON).facts)
    assert "Impact, in the page's word" not in dict(words.detail(stored(incident(impact=None)), {}, NOON).facts)
    silent = words.detail(stored(incident(updates=[replace(update(None), said="")])), {}, NOON)
    assert silent.updates[0].heading == "12:00"


def test_filters_become_a_question_that_is_the_same_for_a_whole_minute() -> None:
    filters = Filters(text="login", page_id="acme", period=Period.WEEK)

    query = filters.query(NOON + timedelta(seconds=5))

    assert query == filters.query(NOON + timedelta(seconds=59))
    assert (query.text, query.page_ids, query.since) == ("login", ("acme",), NOON - timedelta(days=7))
    assert Filters(period=Period.ALL).query(NOON).since is None


@pytest.mark.parametrize(
    ("filters", "admitted"),
    [
        (Filters(), [True, True, True]),
        (Filters(openness=Openness.OPEN), [True, False, False]),
        (Filters(openness=Openness.OVER), [False, True, True]),
        (Filters(component=" aPi "), [True, False, False]),
        (Filters(component="nothing"), [False, False, False]),
    ],
)
def test_filters_the_history_does_not_know_are_applied_here(filters: Filters, admitted: list[bool]) -> None:
    assert [filters.admits(each) for each in (OPEN, OVER, LOST)] == admitted


def test_an_empty_table_says_why() -> None:
    assert "No incident has been seen yet" in words.nothing_found(Filters(period=Period.ALL), is_anything_stored=False)
    assert "Choose a longer one" in words.nothing_found(Filters(), is_anything_stored=False)
    assert "No incident matches" in words.nothing_found(Filters(text="x"), is_anything_stored=False)
    assert "No incident matches" in words.nothing_found(Filters(openness=Openness.OPEN), is_anything_stored=True)


def test_lines_are_counted() -> None:
    assert words.count_line(1) == "1 incident"
    assert words.count_line(2) == "2 incidents"
    assert words.count_line(words.LIMIT) == "The newest 2000 are shown."


def test_every_choice_has_words() -> None:
    assert set(words.period_words()) == set(Period)
    assert set(words.openness_words()) == set(Openness)


def test_the_ledger_says_who_was_first_and_who_was_not() -> None:
    minute = timedelta(minutes=1)
    ledger = Ledger(
        posted_at=NOON,
        read_at=NOON + 2 * minute,
        reported_at=NOON - 20 * minute,
        checked_at=NOON + 5 * minute,
        told_at=NOON,
        findings=((NOON, "possibly_provider"), (NOON + 9 * minute, "of a later version")),
    )
    told = words.detail(replace(OPEN, ledger=ledger), NAMES, NOON + HOUR)

    assert told.ledger == (
        ("The page posted it", "12:00, read here 12:02"),
        ("You reported it", "11:40, 20 min before the page"),
        ("Own checks saw it", "12:05, 5 min after the page"),
        ("We told you", "12:00, together with the page"),
        ("Found when you asked", "12:00, possibly them: their edge does not answer"),
        ("Found when you asked", "12:09, unclear"),
    )
    assert words.ledger_lines(Ledger(posted_at=NOON, read_at=NOON), NOON)[1] == ("You reported it", "never")
    assert words.detail(OPEN, NAMES, NOON).ledger == ()


def test_wins_are_counted_with_the_losses() -> None:
    minute = timedelta(minutes=1)
    early, late = (
        replace(OPEN, ledger=Ledger(posted_at=NOON, read_at=NOON, checked_at=NOON + each * minute)) for each in (-3, 3)
    )
    silent = replace(OPEN, ledger=Ledger(posted_at=NOON, read_at=NOON))

    assert words.summary_line([early, late, silent]) == "3 incidents · Own checks: 1 before the page, 1 not, 1 never"
    assert words.summary_line([silent, OPEN]) == "2 incidents"
