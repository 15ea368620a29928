from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON, incident, planned, update
from trayapp.domain.incident import Incident, Phase
from trayapp.domain.ledger import (
    LEAD,
    ONE_EPISODE,
    Ledger,
    Sighting,
    Source,
    Span,
    Tally,
    Told,
    is_news,
    ledger_of,
    tally,
)

MINUTE = timedelta(minutes=1)
POSTED = NOON + 20 * MINUTE
OPEN = incident("Errors", id="i1", started_at=NOON, updates=[update(posted_at=POSTED)])
OVER = replace(OPEN, phase=Phase.RESOLVED, resolved_at=POSTED + 30 * MINUTE)


def seen(minutes: float, source: Source = Source.CHECK, page: str = "acme") -> Sighting:
    return Sighting(page, source, NOON + minutes * MINUTE)


def checked(what: Incident, *sightings: Sighting, spans: tuple[Span, ...] = ()) -> datetime | None:
    found = ledger_of("acme", what, POSTED + MINUTE, sightings=sightings, spans=spans)
    assert found is not None
    return found.checked_at


OTHER = Span("acme", "i0", NOON - 30 * MINUTE, NOON + 10 * MINUTE)


@pytest.mark.parametrize(
    ("what", "minutes", "spans", "belongs"),
    [
        (OPEN, 25, (), True),  # while it is open
        (OPEN, 1_000, (), True),
        (OVER, 49, (), True),
        (OVER, 51, (), False),  # after its end
        (OPEN, 5, (), True),  # up to an hour before, nothing else open
        (OPEN, -39, (), True),
        (OPEN, -41, (), False),  # earlier than that
        (OPEN, 5, (OTHER,), False),  # before, another one open: that one's
        (OPEN, 15, (OTHER,), True),  # before, the other one over
        (OPEN, 5, (replace(OTHER, end=None),), False),
        (OPEN, 5, (replace(OTHER, page_id="globex"),), True),
        (OPEN, 5, (replace(OTHER, incident_id="i1"),), True),  # it is no other than itself
        (OPEN, 25, (OTHER, Span("acme", "i2", NOON, None)), True),
    ],
)
def test_whose_a_sighting_is(what: Incident, minutes: float, spans: tuple[Span, ...], *, belongs: bool) -> None:
    assert checked(what, seen(minutes), spans=spans) == (NOON + minutes * MINUTE if belongs else None)


def test_another_pages_sighting_is_never_ours() -> None:
    assert checked(OPEN, seen(5, page="globex")) is None


def test_the_first_of_each_kind_counts_and_programs_speak_for_the_person() -> None:
    sightings = (seen(9), seen(7), seen(8, Source.YOU), seen(3, Source.PROGRAM))

    found = ledger_of("acme", OPEN, POSTED + MINUTE, sightings=sightings)

    assert found == Ledger(
        posted_at=POSTED,
        read_at=POSTED + MINUTE,
        reported_at=NOON + 3 * MINUTE,
        checked_at=NOON + 7 * MINUTE,
    )


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ((Told("acme", "i1", POSTED + 2 * MINUTE),), 22),
        ((Told("acme", "i1", POSTED + 200 * MINUTE),), 220),  # named, whenever it was
        ((Told("acme", "", NOON + 5 * MINUTE), Told("acme", "i1", POSTED + MINUTE)), 5),  # told before it was posted
        ((Told("acme", "", NOON - LEAD), Told("acme", "i1", POSTED + MINUTE)), 21),
        ((Told("globex", "i1", POSTED), Told("globex", "", POSTED), Told("acme", "i9", POSTED)), None),
        ((), None),
    ],
)
def test_which_pop_up_was_the_first_about_it(told: tuple[Told, ...], at: int | None) -> None:
    found = ledger_of("acme", OVER, POSTED + MINUTE, told=told)

    assert found is not None
    assert found.told_at == (NOON + at * MINUTE if at is not None else None)


def test_planned_work_has_no_ledger() -> None:
    assert ledger_of("acme", planned(), NOON, sightings=(seen(5),)) is None


def test_when_a_page_posted_is_what_it_says_first_of_itself() -> None:
    silent = replace(OPEN, updates=())
    late = replace(OPEN, updates=(update(posted_at=POSTED + MINUTE), update(posted_at=POSTED)))

    posted = [
        found.posted_at
        for each in (late, silent, replace(silent, started_at=None))
        if (found := ledger_of("acme", each, NOON + 40 * MINUTE)) is not None
    ]

    assert posted == [POSTED, NOON, NOON + 40 * MINUTE]


def test_an_end_before_the_post_ends_nothing_early() -> None:
    odd = replace(OVER, resolved_at=NOON)

    assert checked(odd, seen(20)) == POSTED


def test_leads_are_counted_and_a_draw_is_no_win() -> None:
    ledgers = [
        Ledger(posted_at=NOON, read_at=NOON, checked_at=NOON - MINUTE),
        Ledger(posted_at=NOON, read_at=NOON, checked_at=NOON),
        Ledger(posted_at=NOON, read_at=NOON, checked_at=NOON + MINUTE),
        Ledger(posted_at=NOON, read_at=NOON),
    ]

    assert tally(ledgers, "checked_at") == Tally(wins=1, losses=2, never=1)
    assert tally(ledgers, "reported_at") == Tally(never=4)
    assert ledgers[0].lead(None) is None


@pytest.mark.parametrize(
    ("last", "is_new"),
    [
        (None, True),
        (NOON - ONE_EPISODE, True),
        (NOON - ONE_EPISODE + MINUTE, False),
        (NOON, False),
        (NOON + MINUTE, True),  # the clock was set back
    ],
)
def test_one_episode_is_one_sighting(last: datetime | None, *, is_new: bool) -> None:
    assert is_news(last, NOON) is is_new


def test_findings_are_kept_in_order_and_report_nothing() -> None:
    sightings = [replace(seen(minutes, Source.FOUND), said=said) for minutes, said in ((9, "fine"), (4, "incident"))]

    found = ledger_of("acme", OPEN, POSTED, sightings=sightings)

    assert found is not None
    assert found.findings == ((NOON + 4 * MINUTE, "incident"), (NOON + 9 * MINUTE, "fine"))
    assert (found.reported_at, found.checked_at) == (None, None)
