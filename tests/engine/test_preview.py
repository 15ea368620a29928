"""What other rules would have told: the stored past through the real policy, held against what was really told."""

import asyncio
from datetime import datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from msgspec.structs import replace

from tests.builders import NOON, operational, outage
from tests.engine.running import answers, play, recording, sleeps
from tests.engine.test_histories import History as Invented
from tests.engine.test_histories import Played, dice
from tests.faces import FACES
from tests.invented import lives
from trayapp.domain.alert import AlertKind, Level
from trayapp.domain.provider import StatusPage
from trayapp.domain.rehearsal import Rehearsal
from trayapp.engine.commands import PreviewRules
from trayapp.engine.preview import preview
from trayapp.storage.history import History, StoredDecision
from trayapp.storage.settings import Alerts, QuietHours

ALL = PreviewRules(Alerts())
PAGE = StatusPage(id="status.acme.example", name="Acme", url="https://status.acme.example")


def counted(database: Path, rules: PreviewRules, now: datetime, page: StatusPage = PAGE) -> Rehearsal:
    history = History.open(database)
    found = asyncio.run(preview(history, (page,), rules, now))
    history.close()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Played, Path]:
    database = tmp_path_factory.mktemp("preview") / "history.db"
    return Invented(FACES["statuspage"], lives(dice("preview", 0), 10)).play(database), database


def test_the_rules_in_force_make_as_many_as_there_were(played: tuple[Played, Path]) -> None:
    real, database = played
    found = counted(database, ALL, real.end)

    assert abs(found.pop_ups - len(real.told)) <= 0.15 * len(real.told), "which component was how bad is not stored"
    assert found.by_page == (("status.acme.example", found.pop_ups),)
    assert found.since is not None
    assert found.since - NOON < timedelta(minutes=2)


def test_fewer_wishes_make_fewer_pop_ups(played: tuple[Played, Path]) -> None:
    real, database = played
    everything = counted(database, ALL, real.end).pop_ups
    outages = counted(database, PreviewRules(Alerts(level=Level.OUTAGES)), real.end).pop_ups
    muted = Alerts(providers=MappingProxyType({PAGE.id: Level.MUTE}))
    night = PreviewRules(Alerts(), QuietHours(start=time(12), end=time(11)))

    assert 0 < outages < everything
    assert counted(database, PreviewRules(muted), real.end).pop_ups == 0
    assert 0 < counted(database, night, real.end).pop_ups < everything, "one digest a day, and major outages"


def test_only_the_last_thirty_days_and_the_watched_pages_count(played: tuple[Played, Path]) -> None:
    real, database = played

    later = counted(database, ALL, real.end + timedelta(days=31))
    assert (later.pop_ups, later.since) == (0, real.end + timedelta(days=1))
    other = counted(database, ALL, real.end, replace(PAGE, id="other"))
    assert (other.pop_ups, other.since) == (0, None)


def test_nothing_stored_is_no_count() -> None:
    found = asyncio.run(preview(History.open(None), (), ALL, NOON))

    assert found == Rehearsal(pop_ups=0, since=None, until=NOON)


def test_what_waited_after_sleep_is_one_digest_here_too(tmp_path: Path) -> None:
    database = tmp_path / "history.db"
    lines = [answers(0, operational()), sleeps(10, 250), answers(100, outage()), answers(300, operational())]
    ran = play(recording(lines), database=database)

    assert [kind for kind, _incident in ran.told] == [AlertKind.DIGEST, AlertKind.RECOVERED]
    assert counted(database, ALL, ran.updates[-1].now).pop_ups == 2


def test_pop_ups_of_no_page_count_as_they_were_told(played: tuple[Played, Path], tmp_path: Path) -> None:
    real, _database = played
    history = History.open(tmp_path / "history.db")
    told = StoredDecision(at=NOON, kind=AlertKind.CONNECTION, title="", told=True, reason="")
    history.record(PAGE.id, NOON, None, decisions=[told, replace(told, told=False)])
    start = counted_in(history, NOON + timedelta(hours=1))
    assert start.since is None

    by_hand = Invented(FACES["statuspage"], lives(dice("preview", 1), 1))
    by_hand.play(tmp_path / "other.db")
    other = History.open(tmp_path / "other.db")
    before = counted_in(other, real.end)
    other.record(
        PAGE.id, NOON, None, decisions=[replace(told, at=NOON + timedelta(hours=1)), replace(told, told=False)]
    )
    assert counted_in(other, real.end).pop_ups == before.pop_ups + 1
    history.close()
    other.close()


def counted_in(history: History, now: datetime) -> Rehearsal:
    found = asyncio.run(preview(history, (PAGE,), ALL, now))
    assert found is not None
    return found


def test_an_answer_that_nobody_wants_any_more_is_not_finished(played: tuple[Played, Path]) -> None:
    real, database = played
    history = History.open(database)

    assert asyncio.run(preview(history, (PAGE,), ALL, real.end, is_wanted=lambda: False)) is None
    history.close()
