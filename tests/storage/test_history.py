import contextlib
import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from trayapp.domain.change import StatusChanged
from trayapp.domain.incident import Impact, Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.ledger import Ledger, Sighting, Source
from trayapp.domain.record import Gap, IncidentQuery
from trayapp.domain.report import StatusReport
from trayapp.domain.status import Status
from trayapp.storage.history import (
    NOT_RUNNING,
    History,
    HistoryUnavailableError,
    StoredDecision,
)

START = datetime(2025, 12, 2, 14, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROOT = Path(__file__).parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")


def posted(name: str, text: str, *, minutes: int = 0, phase: Phase | None = Phase.INVESTIGATING) -> IncidentUpdate:
    return IncidentUpdate(name, phase, START + minutes * MINUTE, text, said="Said")


def incident(name: str = "i1", title: str = "Elevated errors", **changes: Any) -> Incident:
    made = Incident(
        id=name,
        title=title,
        phase=Phase.INVESTIGATING,
        impact=Impact.MAJOR,
        said="Investigating",
        started_at=START,
        url="https://status.example.com/i1",
        component_ids=("c1", "c2"),
        components=("ChatGPT", "Chat Completions"),
        updates=(posted("u1", "We look into it."),),
    )
    return replace(made, **changes)


def over(one: Incident, *, minutes: int = 30) -> Incident:
    ended = START + minutes * MINUTE
    return replace(one, phase=Phase.RESOLVED, said="Resolved", resolved_at=ended)


def listing(*incidents: Incident) -> StatusReport:
    return StatusReport(
        incidents=tuple(each for each in incidents if not isinstance(each, Maintenance)),
        maintenances=tuple(each for each in incidents if isinstance(each, Maintenance)),
    )


def decision(title: str = "t", at: datetime = START) -> StoredDecision:
    return StoredDecision(
        at=at, page_id="openai", incident_id="i1", kind="opened", title=title, told=True, reason="new"
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.db"


@pytest.fixture
def history(path: Path) -> Iterator[History]:
    opened = History.open(path)
    yield opened
    opened.close()


def content(path: Path) -> bytes:
    """Everything that lies in the data folder, journals included."""
    return b"".join(each.read_bytes() for each in sorted(path.parent.iterdir()) if each.is_file())


def names_in(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


class TestIncidents:
    def test_what_a_page_said_is_there_after_a_restart(self, path: Path) -> None:
        one, work = (
            incident(),
            Maintenance(
                id="m1", title="Work", phase=Phase.SCHEDULED, scheduled_for=START, scheduled_until=START + MINUTE
            ),
        )
        first = History.open(path)
        first.record("openai", START, listing(one, work))
        first.close()

        found = History.open(path).incidents()

        assert {each.incident for each in found} == {one, work}
        assert {each.page_id for each in found} == {"openai"}
        assert all(each.first_seen_at == each.last_seen_at == START and not each.vanished for each in found)

    def test_an_unchanged_report_does_not_touch_the_file(self, history: History, path: Path) -> None:
        history.record("openai", START, listing(incident()), book=b"book")
        before = [(each.name, each.read_bytes()) for each in sorted(path.parent.iterdir())]

        for minute in range(1, 4):
            history.record("openai", START + minute * MINUTE, listing(incident()), book=b"book")

        assert [(each.name, each.read_bytes()) for each in sorted(path.parent.iterdir())] == before
        assert history.incidents()[0].last_seen_at == START + 3 * MINUTE

    def test_the_same_report_after_a_restart_adds_nothing(self, path: Path) -> None:
        for _run in range(3):
            history = History.open(path)
            history.record("openai", START, listing(incident(updates=(posted("u2", "B"), posted("u1", "A")))))
            history.close()

        counts = History.open(path).counts()

        assert (counts.incidents, counts.updates, counts.versions) == (1, 2, 0)

    def test_updates_are_added_newest_first_and_never_lost_when_the_page_cuts_its_list(self, history: History) -> None:
        history.record("openai", START, listing(incident()))
        later = (posted("u3", "Third", minutes=9), posted("u2", "Second", minutes=9))
        history.record("openai", START + MINUTE, listing(incident(updates=later)))

        (found,) = history.incidents()

        assert [each.id for each in found.incident.updates] == ["u3", "u2", "u1"]

    def test_an_edited_update_keeps_its_earlier_words(self, history: History) -> None:
        texts = ["First", "Second", "Second", "Third"]
        for minute, text in enumerate(texts):
            history.record("openai", START + minute * MINUTE, listing(incident(updates=(posted("u1", text),))))

        (found,) = history.incidents()

        assert [each.text for each in found.incident.updates] == ["Third"]
        assert [(each.text, each.seen_at) for each in found.versions] == [("First", START), ("Second", START + MINUTE)]

    def test_a_late_edit_of_phase_or_time_is_a_version_too(self, history: History) -> None:
        one = posted("u1", "A")
        for edit in (one, replace(one, phase=None), replace(one, phase=None, posted_at=START + MINUTE)):
            history.record("openai", START, listing(incident(updates=(edit,))))

        (found,) = history.incidents()

        assert [(each.phase, each.posted_at) for each in found.versions] == [
            (Phase.INVESTIGATING, START),
            (None, START),
        ]

    def test_caches_that_answer_old_and_new_words_in_turn_do_not_fill_the_disk(self, history: History) -> None:
        for minute in range(20):
            edited = incident(title=f"T{minute % 2}", updates=(posted("u1", f"text {minute % 2}"),))
            history.record("openai", START + minute * MINUTE, listing(edited))

        assert history.counts().versions == 4

    def test_an_edited_title_keeps_the_earlier_one(self, history: History) -> None:
        history.record("openai", START, listing(incident(title="Slow", impact=None)))
        history.record("openai", START + MINUTE, listing(incident(title="Down")))

        (found,) = history.incidents()

        assert found.incident.title == "Down"
        assert [(each.title, each.impact, each.seen_until) for each in found.earlier] == [
            ("Slow", None, START + MINUTE)
        ]

    def test_updates_without_ids_or_with_the_same_id_stand_beside_each_other(self, history: History) -> None:
        updates = (posted("", "C", minutes=2), posted("", "B"), posted("x", "Y", minutes=1), posted("x", "X"))
        for minute in range(3):
            history.record("openai", START + minute * MINUTE, listing(incident(updates=updates, title=f"T{minute}")))

        (found,) = history.incidents()

        assert sorted(each.text for each in found.incident.updates) == ["B", "C", "X", "Y"]
        assert found.versions == ()

    def test_pages_and_kinds_may_use_the_same_id(self, history: History) -> None:
        work = Maintenance(id="1", title="Work", phase=Phase.SCHEDULED)
        history.record("a", START, listing(incident("1"), work))
        history.record("b", START, listing(incident("1")))

        assert history.counts().incidents == 3

    def test_an_open_incident_that_is_no_longer_listed_says_so_until_it_is_back(self, history: History) -> None:
        history.record("openai", START, listing(incident(), over(incident("i2"))))
        history.record("openai", START + MINUTE, listing(incident()))
        history.record("openai", START + 2 * MINUTE, StatusReport(has_incident_list=False))
        listed = {each.incident.id: each.vanished for each in history.incidents()}
        history.record("openai", START + 3 * MINUTE, listing())
        history.record("openai", START + 4 * MINUTE, listing())
        gone = {each.incident.id: each for each in history.incidents()}
        history.record("openai", START + 5 * MINUTE, listing(incident()))
        back = {each.incident.id: each.vanished for each in history.incidents()}

        assert listed == back == {"i1": False, "i2": False}
        assert gone["i1"].unlisted_since == START + 3 * MINUTE
        assert gone["i1"].last_seen_at == START + MINUTE
        assert not gone["i2"].vanished

    def test_an_incident_that_went_while_we_did_not_run_is_noticed_at_the_first_look(self, path: Path) -> None:
        first = History.open(path)
        first.record("openai", START, listing(incident()))
        first.close()
        second = History.open(path)
        second.record("openai", START + MINUTE, None)
        second.record("openai", START + MINUTE, StatusReport(has_incident_list=False))
        assert not second.incidents()[0].vanished

        second.record("openai", START + 2 * MINUTE, listing())

        assert second.incidents()[0].unlisted_since == START + 2 * MINUTE

    def test_text_that_sqlite_cannot_hold_is_kept_as_far_as_possible(self, history: History) -> None:
        odd = incident("i\0\udc80", "half \ud83d of a pair\0 and a nul", updates=(posted("u", "a\0b\ud800"),))
        for _look in range(2):
            history.record("page\ud800", START, listing(odd), [], [decision("\0\udfff")], book=b"\0")

        (found,) = history.incidents(IncidentQuery(text="of a pair and"))

        assert found.incident.title == "half \ufffd of a pair and a nul"
        assert found.incident.updates[0].text == "ab\ufffd"
        assert history.counts().incidents == 1

    def test_times_at_the_edge_of_the_calendar_come_back(self, history: History) -> None:
        edge = datetime.max.replace(tzinfo=UTC)
        history.record("openai", START, listing(incident(started_at=edge, updated_at=datetime.min.replace(tzinfo=UTC))))

        (found,) = history.incidents()

        assert found.incident.started_at == edge.replace(microsecond=999000)
        assert found.incident.updated_at == datetime.min.replace(tzinfo=UTC)


class TestSearch:
    @pytest.fixture
    def history(self, history: History) -> History:
        history.record(
            "openai", START, listing(incident(), over(incident("i2", "Straße gesperrt", components=("API",))))
        )
        later = START + timedelta(days=2)
        history.record(
            "anthropic",
            later,
            listing(incident("i3", "Slow", started_at=later, phase=None, updates=(posted("u1", "100%_sure"),))),
        )
        return history

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            (IncidentQuery(), ["i3", "i2", "i1"]),
            (IncidentQuery(limit=1, offset=1), ["i2"]),
            (IncidentQuery(limit=-1), ["i3", "i2", "i1"]),
            (IncidentQuery(text="STRASSE"), ["i2"]),
            (IncidentQuery(text="look errors"), ["i1"]),
            (IncidentQuery(text="chat completions"), ["i3", "i1"]),
            (IncidentQuery(text="0%_s"), ["i3"]),
            (IncidentQuery(text="' OR 1=1 --"), []),
            (IncidentQuery(page_ids=("openai", "x")), ["i2", "i1"]),
            (IncidentQuery(component=" chatgpt "), ["i3", "i1"]),
            (IncidentQuery(component="Chat"), []),
            (IncidentQuery(phases=frozenset({Phase.RESOLVED, Phase.MONITORING})), ["i2"]),
            (IncidentQuery(since=START + MINUTE), ["i3", "i2", "i1"]),
            (IncidentQuery(since=START + timedelta(hours=1)), ["i3", "i1"]),
            (IncidentQuery(until=START + timedelta(hours=1)), ["i2", "i1"]),
            (IncidentQuery(until=START), []),
        ],
    )
    def test_queries_narrow_the_list(self, history: History, query: IncidentQuery, found: list[str]) -> None:
        assert [each.incident.id for each in history.incidents(query)] == found

    def test_earlier_words_are_still_found(self, history: History) -> None:
        history.record("anthropic", START, listing(incident("i3", updates=(posted("u1", "never mind"),))))

        assert [each.incident.id for each in history.incidents(IncidentQuery(text="100%"))] == ["i3"]


class TestRecords:
    def test_changes_decisions_and_the_book_survive_a_restart(self, path: Path) -> None:
        changes = [
            StatusChanged("openai", START, None, Status.OPERATIONAL),
            StatusChanged("openai", START + MINUTE, Status.OPERATIONAL, Status.MAJOR_OUTAGE),
        ]
        first = History.open(path)
        first.record("openai", START, None, changes[:1], [decision("a")], book=b"one")
        first.record("openai", START + MINUTE, None, changes[1:], [decision("b", START + MINUTE)], book=b"two")
        first.close()

        second = History.open(path)

        assert second.load_book() == b"two"
        assert second.decisions(START) == (decision("b", START + MINUTE), decision("a"))
        assert second.decisions(START, limit=1) == (decision("b", START + MINUTE),)
        assert second.status_changes(None, START) == tuple(changes)
        assert second.status_changes("openai", START + 9 * MINUTE) == tuple(changes[1:])
        assert second.status_changes("other", START) == ()

    def test_without_a_file_everything_works_in_memory(self) -> None:
        history = History.open(None)

        history.start_watching(START)
        history.record("openai", START, listing(incident()), book=b"x")

        assert history.load_book() == b"x"
        assert len(history.incidents()) == 1
        assert not history.is_lasting
        assert history.notes == ()
        history.erase()
        assert history.counts().incidents == 0
        history.close()
        history.close()

    def test_an_empty_history_has_no_book(self, history: History) -> None:
        assert history.load_book() is None
        assert history.is_lasting


class TestGaps:
    def test_the_time_between_two_runs_is_a_gap(self, path: Path) -> None:
        first = History.open(path)
        assert first.start_watching(START) is None
        first.still_watching(START + MINUTE)
        first.close()

        second = History.open(path)
        gap = second.start_watching(START + 60 * MINUTE)

        assert gap == Gap(START + MINUTE, START + 60 * MINUTE, NOT_RUNNING)
        assert second.gaps(START) == (gap,)
        assert second.gaps(START + 60 * MINUTE) == ()

    def test_a_kill_makes_the_gap_at_most_one_heartbeat_longer(self, path: Path) -> None:
        first = History.open(path)
        first.start_watching(START)
        for minute in range(1, 14):
            first.still_watching(START + minute * MINUTE)

        gap = History.open(path).start_watching(START + 60 * MINUTE)

        assert gap is not None
        assert gap.start == START + 10 * MINUTE

    def test_a_heartbeat_also_tells_until_when_an_incident_was_listed(self, path: Path) -> None:
        first = History.open(path)
        first.start_watching(START)
        for minute in range(7):
            first.record("openai", START + minute * MINUTE, listing(incident()))
            first.still_watching(START + minute * MINUTE)

        (found,) = History.open(path).incidents()

        assert found.last_seen_at == START + 5 * MINUTE

    def test_a_clock_that_was_set_back_makes_no_gap(self, path: Path) -> None:
        first = History.open(path)
        first.start_watching(START)
        first.close()

        second = History.open(path)

        assert second.start_watching(START - 60 * MINUTE) is None
        second.close()
        gap = History.open(path).start_watching(START)
        assert gap is not None
        assert gap.start == START - 60 * MINUTE

    def test_sleep_is_noted_as_such(self, history: History) -> None:
        history.note_gap(START, START + MINUTE, "asleep")
        history.note_gap(START + MINUTE, START, "backwards")

        assert history.gaps(START) == (Gap(START, START + MINUTE, "asleep"),)


class TestForgetting:
    def test_pruning_forgets_what_is_over_and_keeps_what_the_strips_begin_with(self, history: History) -> None:
        day = timedelta(days=1)
        changes = [StatusChanged("openai", START + each * day, None, Status.OPERATIONAL) for each in range(4)]
        history.record(
            "openai",
            START,
            listing(over(incident("old")), incident("open"), over(incident("new"), minutes=60 * 24 * 3)),
            changes,
            [decision(at=START), decision(at=START + 3 * day)],
        )
        history.note_gap(START, START + MINUTE, "asleep")

        assert history.prune(START + 2 * day) == 1

        assert {each.incident.id for each in history.incidents()} == {"open", "new"}
        assert history.status_changes(None, START) == tuple(changes[1:])
        assert len(history.decisions(START)) == 1
        assert history.gaps(START) == ()
        assert history.counts().updates == 2

    def test_erasing_leaves_not_a_byte(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_text("XYZZY " * 1000)
        history = History.open(path)
        secret = incident("XYZZY", "XYZZY", updates=(posted("u1", "XYZZY " * 5000),))
        history.record("XYZZY", START, listing(secret), [], [decision("XYZZY")], book=b"XYZZY" * 5000)
        assert b"XYZZY" in content(path)

        history.erase()

        assert b"XYZZY" not in content(path)
        assert history.load_book() is None
        history.record("XYZZY", START, listing(secret), book=b"XYZZY" * 5000)
        assert len(history.incidents()) == 1
        history.close()


def filled(path: Path) -> None:
    """Make a history of some hundred pages."""
    history = History.open(path)
    for number in range(100):
        text = f"{number} " * 400
        history.record("openai", START, listing(incident(f"i{number}", updates=(posted("u1", text),))), book=b"book")
    history.close()


def no_database(path: Path) -> None:
    path.write_text("<!doctype html><title>Log in to the network</title>")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def odd_end(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 5000)


def flipped(path: Path) -> None:
    damaged = bytearray(path.read_bytes())
    for page in range(4096, len(damaged) - 4096, 8192):
        for byte in range(page, page + 12):
            damaged[byte] ^= 0xFF
    path.write_bytes(damaged)


def other_program(path: Path) -> None:
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE bookmark (url); PRAGMA user_version = 1;")


def table_gone(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE decision")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def only_journal(path: Path) -> None:
    path.rename(path.with_name("history.db-wal"))


class TestDamage:
    @pytest.mark.parametrize(
        "damage",
        [no_database, empty, zeros, half, odd_end, flipped, other_program, table_gone, folder, only_journal],
    )
    def test_a_damaged_file_is_set_aside_and_a_new_one_begun(self, path: Path, damage: Callable[[Path], None]) -> None:
        filled(path)
        damage(path)
        settings = path.with_name("config.toml")
        settings.write_text("untouched")

        history = History.open(path)

        (note,) = history.notes
        aside = [each.name for each in path.parent.glob("history.damaged-*") if not each.name.endswith("-shm")]
        assert len(aside) == 1
        assert aside[0].removesuffix("-wal") in note
        assert "set aside" in note
        assert history.is_lasting
        assert history.incidents() == ()
        history.record("openai", START, listing(incident()))
        history.close()
        assert settings.read_text() == "untouched"
        again = History.open(path)
        assert again.notes == ()
        assert len(again.incidents()) == 1
        again.close()

    def test_two_damaged_files_do_not_overwrite_each_other(self, path: Path) -> None:
        for _time in range(3):
            path.parent.mkdir(exist_ok=True)
            no_database(path)
            History.open(path).close()

        assert len(list(path.parent.glob("history.damaged-*.db"))) == 3

    @posix
    def test_a_pipe_in_its_place_does_not_block(self, path: Path) -> None:
        path.parent.mkdir()
        os.mkfifo(path)

        history = History.open(path)

        assert "not a plain file" in history.notes[0]
        assert history.is_lasting

    def test_bad_bytes_inside_a_text_do_not_stop_the_list(self, history: History, path: Path) -> None:
        history.record("openai", START, listing(incident()))
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE incident SET title = CAST(x'41ff42' AS TEXT), started_at = 9223372036854775807")
            connection.commit()

        (found,) = history.incidents()

        assert found.incident.title == "A\ufffdB"
        assert found.incident.started_at == datetime.max.replace(tzinfo=UTC, microsecond=999000)


class TestTrouble:
    def test_a_newer_file_is_shown_and_not_written(self, path: Path) -> None:
        filled(path)
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 99")
        before = path.read_bytes()

        history = History.open(path)

        assert "newer version" in history.notes[0]
        assert not history.is_lasting
        assert len(history.incidents()) == 100
        with pytest.raises(HistoryUnavailableError, match="newer version"):
            history.record("openai", START, listing())
        with pytest.raises(HistoryUnavailableError, match="newer version"):
            history.still_watching(START)
        with pytest.raises(HistoryUnavailableError, match="newer version"):
            history.erase()
        history.close()
        assert path.read_bytes() == before

    def test_a_full_disk_loses_nothing_once_there_is_room(self, path: Path) -> None:
        history = History.open(path)
        history.record("openai", START, listing(incident()))
        history._connection.execute("PRAGMA max_page_count = 1")
        long = incident("i2", updates=(posted("u1", "x" * 100_000),))
        with pytest.raises(HistoryUnavailableError, match="disk is full"):
            history.record("openai", START + MINUTE, listing(incident(), long), [], [decision()], book=b"book")
        with pytest.raises(HistoryUnavailableError, match="disk is full"):
            history.record("openai", START + 2 * MINUTE, listing(incident(), long), book=b"book")
        assert len(history.incidents()) == 1

        history._connection.execute("PRAGMA max_page_count = 1000000")
        history.record("openai", START + 3 * MINUTE, listing(incident(), long), book=b"book")
        history.close()

        again = History.open(path)
        assert {each.incident.id for each in again.incidents()} == {"i1", "i2"}
        assert again.decisions(START) == (decision(),)
        assert again.load_book() == b"book"

    @pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root may mount")
    def test_a_real_full_disk(self, tmp_path: Path) -> None:
        small = tmp_path / "small"
        small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", small], check=False)
        if mounted.returncode:
            pytest.skip("nothing can be mounted here")
        try:
            history = History.open(small / "history.db")
            refused = 0
            for number in range(200):
                try:
                    one = incident(f"i{number}", updates=(posted("u1", f"{number} " * 2000),))
                    history.record("openai", START, listing(one))
                except HistoryUnavailableError:
                    refused += 1
            kept = len(history.incidents())
            assert kept > 0
            assert refused > 0
            history.close()

            again = History.open(small / "history.db")
            assert len(again.incidents()) >= kept
            again.close()

            _fill(small / "filler")
            other = History.open(small / "other" / "history.db")
            assert "in memory only" in other.notes[0]
            assert not other.is_lasting
        finally:
            subprocess.run(["umount", small], check=True)

    @posix
    def test_a_file_size_limit_is_a_sentence_too(self, path: Path) -> None:
        code = (
            "import resource, sys; from datetime import *; from pathlib import Path\n"
            "from trayapp.storage.history import *\n"
            "history = History.open(Path(sys.argv[1])); at = datetime(2025, 1, 1, tzinfo=UTC)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))\n"
            "try:\n    history.record('p', at, None, book=b'x' * 500_000)\n"
            "except HistoryUnavailableError as error: print(error)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
            "history.record('p', at, None); print(len(history.load_book()))\n"
        )

        done = run(code, str(path))

        assert done.stdout.splitlines() == ["The disk does not take or give the history.", "500000"]

    def test_a_file_held_by_another_program_is_waited_for_but_not_for_ever(self, history: History, path: Path) -> None:
        history._connection.execute("PRAGMA busy_timeout = 50")
        with holder(path):
            with pytest.raises(HistoryUnavailableError, match="Another program"):
                history.record("openai", START, listing(incident()))
            assert history.incidents() == ()

        history.record("openai", START + MINUTE, None)

        assert len(history.incidents()) == 1

    def test_a_file_being_written_by_another_program_can_be_opened(self, path: Path) -> None:
        filled(path)

        with holder(path):
            history = History.open(path)

        assert history.notes == ()
        assert len(history.incidents()) == 100
        history.close()

    def test_a_folder_that_cannot_be_made_means_memory(self, tmp_path: Path) -> None:
        (tmp_path / "data").write_text("in the way")

        history = History.open(tmp_path / "data" / "history.db")

        assert "in memory only" in history.notes[0]
        history.record("openai", START, listing(incident()))
        assert len(history.incidents()) == 1

    @posix
    def test_a_folder_removed_under_us_is_made_again(self, history: History, path: Path) -> None:
        history.record("openai", START, listing(incident()), book=b"book")
        shutil.rmtree(path.parent)

        history.still_watching(START)
        history.record("openai", START + MINUTE, listing(incident()), book=b"book")

        assert "removed or replaced" in history.notes[0]
        history.close()
        again = History.open(path)
        assert len(again.incidents()) == 1
        assert again.load_book() == b"book"

    def test_a_mistake_in_this_program_is_raised_as_such_and_does_not_stay(self, history: History) -> None:
        wrong = replace(decision(), title=3)

        with pytest.raises(TypeError):
            history.record("openai", START, listing(incident()), [], [wrong])
        assert history.incidents() == ()

        history.record("openai", START, listing(incident()))
        assert len(history.incidents()) == 1


@posix
class TestPermissions:
    @pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
    def test_folder_and_files_are_private(self, path: Path, umask: int) -> None:
        before = os.umask(umask)
        try:
            history = History.open(path)
            history.record("openai", START, listing(incident()))
        finally:
            os.umask(before)

        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
        history.close()

        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert modes == {"history.db": 0o600, "history.db-wal": 0o600, "history.db-shm": 0o600}

    def test_an_open_file_is_closed_to_others(self, path: Path) -> None:
        filled(path)
        path.chmod(0o644)

        history = History.open(path)

        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        history.close()


class TestKill:
    WRITER = (
        "import sys; from datetime import *; from pathlib import Path\n"
        "from trayapp.domain.incident import *; from trayapp.domain.report import StatusReport\n"
        "from trayapp.storage.history import *\n"
        "history = History.open(Path(sys.argv[1])); at = datetime(2025, 1, 1, tzinfo=UTC)\n"
        "assert history.is_lasting and not history.notes, history.notes\n"
        "history.start_watching(at)\n"
        "for number in range(int(sys.argv[2]), 10**9):\n"
        "    updates = (IncidentUpdate('u1', Phase.UPDATE, at, f'text {number} ' * 50),)\n"
        "    one = Incident(id=f'i{number}', title='t', phase=Phase.RESOLVED, updates=updates)\n"
        "    told = StoredDecision(at=at, kind='opened', title=str(number), told=True, reason='new')\n"
        "    history.record('p', at, StatusReport(incidents=(one,)), [], [told], book=str(number).encode())\n"
        "    print(number, flush=True)\n"
    )

    @posix
    @pytest.mark.slow
    def test_thirty_kills_lose_nothing_that_was_acknowledged(self, path: Path) -> None:
        chance = random.Random(20251202)  # noqa: S311 -- no secret, and the same kills every time
        done = 0

        for _kill in range(30):
            acknowledged = self._killed_after(chance.uniform(0.0, 0.06), path, done)
            with contextlib.closing(sqlite3.connect(path)) as connection:
                assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
                assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
                stored = {int(name[1:]) for (name,) in connection.execute("SELECT incident_id FROM incident")}
                told = {int(title) for (title,) in connection.execute("SELECT title FROM decision")}
                updates = connection.execute("SELECT count(*) FROM incident_update").fetchone()[0]
                book = connection.execute("SELECT content FROM book").fetchone()
            assert set(range(acknowledged)) <= stored
            assert stored == told
            assert updates == len(stored)
            assert int(book[0]) == max(stored) if book else not stored
            done = max(stored, default=-1) + 1

        assert done > 100

    def _killed_after(self, seconds: float, path: Path, first: int) -> int:
        """Start the writer, let it work for a while, kill it; return how many it had acknowledged in all."""
        with subprocess.Popen(
            [sys.executable, "-c", self.WRITER, str(path), str(first)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        ) as writer:
            assert writer.stdout is not None
            head = writer.stdout.readline()
            assert head, "the writer did not start"
            time.sleep(seconds)
            writer.send_signal(signal.SIGKILL)
            said = (head + writer.stdout.read()).splitlines(keepends=True)
        whole = [int(line) for line in said if line.endswith("\n")]
        return whole[-1] + 1

    @posix
    @pytest.mark.slow
    def test_a_kill_while_the_file_is_made_leaves_no_damage(self, path: Path) -> None:
        chance = random.Random(7)  # noqa: S311 -- no secret, and the same kills every time
        code = "import sys; from pathlib import Path; from trayapp.storage.history import History\nprint(flush=True)\n"
        for _kill in range(10):
            with subprocess.Popen(
                [sys.executable, "-c", code + "History.open(Path(sys.argv[1]))", str(path)],
                stdout=subprocess.PIPE,
                cwd=ROOT,
            ) as maker:
                assert maker.stdout is not None
                maker.stdout.readline()
                time.sleep(chance.uniform(0.0, 0.015))
                maker.kill()

            history = History.open(path)
            assert history.notes == ()
            assert history.is_lasting
            history.close()
            for each in path.parent.glob("history.db*"):
                each.unlink()

    def test_what_a_killed_maker_left_is_swept_away_later(self, path: Path) -> None:
        path.parent.mkdir()
        (path.parent / "history.new-1.db").touch()
        (path.parent / "history.new-2.db").touch()
        os.utime(path.parent / "history.new-1.db", (1, 1))

        History.open(path).close()

        assert names_in(path) == ["history.db", "history.new-2.db"]


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
    )


@contextlib.contextmanager
def holder(path: Path) -> Iterator[None]:
    """Another program that has begun to write and does not end."""
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('BEGIN IMMEDIATE'); print(flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        yield


def _fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1024))


class TestLedger:
    def test_who_knew_when_is_told_with_each_incident(self, path: Path) -> None:
        history = History.open(path)
        early, late = START - 20 * MINUTE, START + 5 * MINUTE
        history.record("openai", early, None, sightings=[Sighting("openai", Source.YOU, early, "fine")])
        derived = replace(decision(at=START - 10 * MINUTE), incident_id=None)
        history.record("openai", derived.at, None, (), [derived])
        history.record("openai", START, listing(incident()), (), [decision(at=START)])
        history.record("openai", late, None, sightings=[Sighting("openai", Source.CHECK, late)])
        history.close()

        (found,) = History.open(path).incidents()

        assert found.ledger == Ledger(
            posted_at=START, read_at=START, reported_at=early, checked_at=late, told_at=derived.at
        )

    def test_sightings_are_read_back_in_order_and_pruned(self, path: Path) -> None:
        history = History.open(path)
        seen = [Sighting("openai", Source.PROGRAM, START + minutes * MINUTE, "") for minutes in (0, 3)]
        history.record("openai", START, None, sightings=[*seen, Sighting("acme", Source.YOU, START)])

        assert history.sightings("openai", START - MINUTE) == tuple(seen)
        history.prune(START + MINUTE)
        assert history.sightings("openai", START - MINUTE) == (seen[1],)

    def test_a_pop_up_that_was_held_counts_from_its_digest(self, path: Path) -> None:
        history = History.open(path)
        held = replace(decision(at=START), told=False, reason="quiet hours; gathered")
        history.record("openai", START, listing(incident()), (), [held])
        assert told_at(history) is None

        digest = replace(decision(at=START + 30 * MINUTE), kind="digest", page_id=None, incident_id=None)
        history.record("", digest.at, None, (), [digest])
        assert told_at(history) == digest.at

    def test_what_was_not_told_for_good_is_never(self, path: Path) -> None:
        history = History.open(path)
        muted = replace(decision(at=START), told=False, reason="this page is muted")
        digest = replace(decision(at=START + 30 * MINUTE), kind="digest", page_id=None, incident_id=None)
        history.record("openai", START, listing(incident()), (), [muted, digest])

        assert told_at(history) is None

    def test_a_source_of_a_later_version_is_left_out(self, path: Path) -> None:
        history = History.open(path)
        history.record("openai", START, listing(incident()), sightings=[Sighting("openai", Source.YOU, START)])
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE sighting SET source = 'telepathy'")
            connection.commit()

        assert history.sightings("openai", START - MINUTE) == ()

    def test_an_earlier_incident_keeps_its_sightings(self, path: Path) -> None:
        history = History.open(path)
        first = over(incident("i0", started_at=START - 60 * MINUTE, updates=()), minutes=-10)
        at = START - 20 * MINUTE
        history.record("openai", at, None, sightings=[Sighting("openai", Source.CHECK, at)])
        history.record("openai", START, listing(first, incident()))

        by_id = {each.incident.id: each.ledger for each in history.incidents()}

        assert [ledger.checked_at for ledger in (by_id["i0"], by_id["i1"]) if ledger is not None] == [at, None]

    def test_one_that_is_open_for_months_keeps_its_sightings_too(self, path: Path) -> None:
        history = History.open(path)
        begun = START - timedelta(days=90)
        old = incident("i0", started_at=begun, updates=(replace(posted("u1", "Slow."), posted_at=begun),))
        at = START - 20 * MINUTE
        history.record("openai", at, None, sightings=[Sighting("openai", Source.CHECK, at)])
        history.record("openai", START, listing(old, incident()))

        by_id = {each.incident.id: each.ledger for each in history.incidents()}

        assert [ledger.checked_at for ledger in (by_id["i0"], by_id["i1"]) if ledger is not None] == [at, None]


def told_at(history: History) -> datetime | None:
    (found,) = history.incidents()
    assert found.ledger is not None
    return found.ledger.told_at
