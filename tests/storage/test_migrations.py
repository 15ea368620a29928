import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trayapp.domain.record import IncidentQuery
from trayapp.storage.history import History
from trayapp.storage.migrations import APPLICATION_ID, STEPS, TABLES

KEPT = Path(__file__).parent / "kept"
"""One file written by every version of the program: dumped as SQL, so that a change to it can be read."""


def restored(dump: Path, to: Path) -> Path:
    with contextlib.closing(sqlite3.connect(to)) as connection:
        connection.executescript(dump.read_text())
    return to


def shape_of(path: Path) -> list[tuple[str, str]]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        return [(name, " ".join(sql.split())) for name, sql in found]


def test_every_step_has_a_kept_file() -> None:
    assert sorted(each.name for each in KEPT.iterdir()) == [
        f"version-{number}.sql" for number in range(1, len(STEPS) + 1)
    ]


@pytest.mark.parametrize("version", range(1, len(STEPS) + 1))
def test_a_kept_file_is_brought_up_to_date_with_all_that_is_in_it(tmp_path: Path, version: int) -> None:
    path = restored(KEPT / f"version-{version}.sql", tmp_path / "history.db")

    history = History.open(path)

    assert history.notes == ()
    (found,) = history.incidents(IncidentQuery(text="kept"))
    assert [each.text for each in found.incident.updates] == ["All fine again.", "We look into it."]
    assert [each.text for each in found.versions] == ["We look."]
    assert history.load_book() == b"book"
    assert len(history.decisions(datetime(2025, 1, 1, tzinfo=UTC))) == 1
    assert len(history.status_changes(None, datetime(2025, 1, 1, tzinfo=UTC))) == 1
    assert len(history.sightings("openai", datetime(2025, 1, 1, tzinfo=UTC))) == (version >= 2)
    assert found.ledger is not None
    assert (found.ledger.reported_at is not None) is (version >= 2)
    assert len(history.gaps(datetime(2025, 1, 1, tzinfo=UTC))) == 1
    history.close()
    History.open(tmp_path / "new.db").close()
    assert shape_of(path) == shape_of(tmp_path / "new.db")


def test_the_tables_are_those_of_the_newest_version(tmp_path: Path) -> None:
    History.open(tmp_path / "history.db").close()

    tables = {name for name, sql in shape_of(tmp_path / "history.db") if sql.startswith("CREATE TABLE")}

    assert tables == set(TABLES)
    with contextlib.closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
