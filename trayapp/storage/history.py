"""What was seen, kept in one SQLite file: the only door to sqlite3. Used by the engine's thread alone.

Nothing that a page said is overwritten silently: an edit keeps the earlier words as a version. One look is one
transaction, so a kill at any point leaves all of it or nothing. All times outside are aware and in UTC.
"""

import contextlib
import os
import sqlite3
import stat
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct, field
from msgspec.structs import replace

from trayapp.domain.change import StatusChanged
from trayapp.domain.incident import Incident
from trayapp.domain.ledger import LEAD, Sighting, Span, ledger_of
from trayapp.domain.record import Gap, IncidentQuery, IncidentVersion, StoredIncident, UpdateVersion
from trayapp.domain.report import StatusReport
from trayapp.storage import rows, statements
from trayapp.storage.kinds import to_translate
from trayapp.storage.migrations import APPLICATION_ID, STEPS, TABLES
from trayapp.storage.paths import PRIVATE_FILE, make_private
from trayapp.storage.rows import Row, Value

HEARTBEAT = timedelta(minutes=5)
"""How often it is written that we still watch: after a kill, a gap may begin this much too early."""
BUSY_SECONDS = 5
"""How long to wait for another program that holds the file."""
CHECK_SECONDS = 2.0
"""How long the check at start may take; what it has not reached by then counts as sound."""
CHECK_STEP = 10_000
"""SQLite instructions between two looks at the clock."""
MOST_WAITING = 2_000
"""Looks kept in memory while they cannot be written; then the oldest go."""
LEFTOVER_SECONDS = 60
FREED_PAGES = 10_000
LONG_INCIDENT = timedelta(days=30)
"""One that is over and went on for longer is not looked for when it is asked whose a sighting was."""
ASLEEP = "asleep"
"""The reason of a gap: the machine slept, or stood still."""
NOT_RUNNING = "not_running"
"""The reason of a gap: the program did not run."""

_FOREVER = 2**62
_SUFFIXES = ("", "-wal", "-shm")
_SENTENCES = {
    sqlite3.SQLITE_FULL: to_translate("The disk is full."),
    sqlite3.SQLITE_BUSY: to_translate("Another program holds the history file."),
    sqlite3.SQLITE_LOCKED: to_translate("Another program holds the history file."),
    sqlite3.SQLITE_READONLY: to_translate("The history file may not be written."),
    sqlite3.SQLITE_PERM: to_translate("The history file may not be opened."),
    sqlite3.SQLITE_CANTOPEN: to_translate("The history file cannot be opened."),
    sqlite3.SQLITE_IOERR: to_translate("The disk does not take or give the history."),
    sqlite3.SQLITE_CORRUPT: to_translate("The history file is damaged; it is set aside at the next start."),
    sqlite3.SQLITE_NOTADB: to_translate("The history file is damaged; it is set aside at the next start."),
    sqlite3.SQLITE_PROTOCOL: to_translate("Another program holds the history file."),
    sqlite3.SQLITE_NOMEM: to_translate("There is not enough memory for the history."),
}
"""What went wrong by SQLite's primary code; anything else is a mistake in this program."""
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
_SHORT_READ = sqlite3.SQLITE_IOERR_SHORT_READ


class HistoryUnavailableError(Exception):
    """The history cannot be read or written now, and whose fault it is not: ours. The text is a sentence.

    The object stays usable: what could not be written waits in memory and goes with the next write.
    """


class StoredDecision(Struct, frozen=True, kw_only=True):
    """One alert and what became of it; ``kind`` and ``reason`` are the words of the alert policy."""

    at: datetime
    kind: str
    title: str
    told: bool
    reason: str
    page_id: str | None = None
    incident_id: str | None = None
    alert: str = ""
    """The alert whole, opaque here; empty in what was stored by a version that did not keep it."""


class Counts(Struct, frozen=True, kw_only=True):
    """How much is kept; ``size`` is the file in bytes."""

    incidents: int
    updates: int
    versions: int
    status_changes: int
    decisions: int
    gaps: int
    size: int


_Name = tuple[str, str]
"""Kind and id of an incident: some platforms count incidents and maintenances apart."""


class _Seen(Struct):
    """What memory holds of one listed incident, so that an unchanged report costs nothing."""

    said: int
    is_open: bool
    at: int


class _Look(Struct, frozen=True, kw_only=True):
    """What one look adds. ``listed`` is ``None`` where nothing is to be said about what is missing."""

    page_id: str
    at: int
    incidents: tuple[Incident, ...] = ()
    listed: frozenset[_Name] | None = None
    last_seen: Mapping[_Name, int] = field(default_factory=lambda: MappingProxyType({}))
    changes: tuple[StatusChanged, ...] = ()
    decisions: tuple[StoredDecision, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    book: bytes | None = None


class History:
    """The history of one data folder, or of this run alone."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None, notes: Sequence[str], refusal: str) -> None:
        """Take over an opened database; :meth:`open` is the way to get one."""
        self._connection = connection
        self._path = path
        self._file = _identity(path)
        self._notes = list(notes)
        self._refusal = refusal
        self._seen: dict[str, dict[_Name, _Seen]] = {}
        self._compared: set[str] = set()
        """The pages whose list of open incidents was compared with the file in this run."""
        self._waiting: deque[_Look] = deque(maxlen=MOST_WAITING)
        self._book: bytes | None = None
        self._now: int | None = None
        self._written_beat: int | None = None
        self._closed = False

    @classmethod
    def open(cls, path: Path | None) -> "History":
        """Open the history, making it where there is none; ``None`` keeps it in memory. Never fails.

        ==================================================  =========================================
        found                                               then
        ==================================================  =========================================
        nothing                                             made, private to its owner
        an older version                                    brought up to date, step by step
        a newer version, or a file we may not write         opened for reading; writes are refused
        empty, no database, no plain file, damaged, others' set aside as ``history.damaged-<utc>.db``
        locked, disk full, no permission                    kept in memory for this run
        ==================================================  =========================================

        ``notes`` says what happened.
        """
        if path is None:
            return cls(_in_memory(), None, (), "")
        try:
            return cls(*_open_file(path))
        except sqlite3.Error as error:
            reason = _sentence(error) or str(error)
        except OSError as error:
            reason = f"{error.strerror}: {error.filename}" if error.filename else str(error)
        note = _("The history is kept in memory only, until the program ends. {reason}").format(reason=reason)
        return cls(_in_memory(), None, (note,), "")

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about what happened at opening (and at opening again)."""
        return tuple(self._notes)

    @property
    def is_lasting(self) -> bool:
        """Whether what is recorded outlives the program."""
        return self._path is not None and not self._refusal

    def record(
        self,
        page_id: str,
        at: datetime,
        report: StatusReport | None,
        changes: Sequence[StatusChanged] = (),
        decisions: Sequence[StoredDecision] = (),
        *,
        sightings: Sequence[Sighting] = (),
        book: bytes | None = None,
    ) -> None:
        """Store one look in one transaction; a look that brings nothing new does not touch the file.

        ``report`` is ``None`` when the look failed. ``book`` is the alert policy's memory, opaque here. Raises
        ``HistoryUnavailableError``; the look then waits in memory and is written with the next one.
        """
        look = self._news(page_id, rows.to_ms(at), report)
        if book is not None and book == self._book:
            book = None
        if look is not None or changes or decisions or sightings or book is not None:
            look = look or _Look(page_id=page_id, at=rows.to_ms(at))
            look = replace(
                look, changes=tuple(changes), decisions=tuple(decisions), sightings=tuple(sightings), book=book
            )
            self._waiting.append(look)
            self._book = book if book is not None else self._book
        if self._waiting:
            self._write_waiting()

    def load_book(self) -> bytes | None:
        """Return the alert policy's memory as last recorded."""
        found = self._read("SELECT content FROM book")
        content = found[0]["content"] if found else None
        return content if isinstance(content, bytes) else None

    def incidents(self, query: IncidentQuery | None = None) -> tuple[StoredIncident, ...]:
        """Return incidents and maintenances, the latest begun first."""
        query = query or IncidentQuery()
        words = query.text.casefold().split()
        found = self._read(
            statements.FIND_INCIDENTS,
            {
                "pages": rows.as_list(query.page_ids),
                "phases": rows.as_list(sorted(query.phases)),
                "words": rows.as_list(map(rows.clean, words)),
                "component": " ".join(rows.clean(query.component).casefold().split()),
                "since": rows.to_ms_or_none(query.since),
                "until": rows.to_ms_or_none(query.until),
                "forever": _FOREVER,
                "limit": query.limit,
                "offset": query.offset,
            },
        )
        keys = {"keys": rows.as_list([each["key"] for each in found]) or "[]"}
        updates = _by_incident(self._read(statements.FIND_UPDATES, keys))
        versions = _by_incident(self._read(statements.FIND_UPDATE_VERSIONS, keys))
        earlier = _by_incident(self._read(statements.FIND_INCIDENT_VERSIONS, keys))
        stored = tuple(
            self._stored(
                each, updates.get(each["key"], ()), versions.get(each["key"], ()), earlier.get(each["key"], ())
            )
            for each in found
        )
        return self._with_ledgers(stored, found)

    def sightings(self, page_id: str, since: datetime) -> tuple[Sighting, ...]:
        """Return who saw a page's provider fail from a moment on, oldest first."""
        values = {"pages": rows.as_list([page_id]), "begin": rows.to_ms(since), "end": _FOREVER}
        found = map(rows.sighting_of, self._read(statements.FIND_SIGHTINGS, values))
        return tuple(each for each in found if each is not None)

    def status_changes(self, page_id: str | None, since: datetime) -> tuple[StatusChanged, ...]:
        """Return what was shown for a page, or for all, from a moment on, oldest first.

        Before them comes the last change of each page before that moment, so that its state then is known.
        """
        found = self._read(statements.FIND_CHANGES, {"page": page_id, "since": rows.to_ms(since)})
        return tuple(
            StatusChanged(
                str(each["page_id"]),
                rows.from_ms(each["at"]),
                rows.status_of(each["before"]),
                rows.status_of(each["after"]),
            )
            for each in found
        )

    def decisions(self, since: datetime, limit: int = 500) -> tuple[StoredDecision, ...]:
        """Return what was told or not, and why, newest first."""
        found = self._read(
            "SELECT * FROM decision WHERE at >= :since ORDER BY at DESC, key DESC LIMIT :limit",
            {"since": rows.to_ms(since), "limit": limit},
        )
        return tuple(
            StoredDecision(
                at=rows.from_ms(each["at"]),
                kind=str(each["kind"]),
                title=str(each["title"]),
                told=bool(each["told"]),
                reason=str(each["reason"]),
                page_id=rows.text_or_none(each["page_id"]),
                incident_id=rows.text_or_none(each["incident_id"]),
                alert=str(each.get("alert") or ""),  # a file we may not write stays as it was
            )
            for each in found
        )

    def start_watching(self, at: datetime) -> Gap | None:
        """Say that watching begins; return the gap since it ended, which is recorded as ``NOT_RUNNING``."""
        now = rows.to_ms(at)
        found = self._read("SELECT until FROM watching")
        until = found[0]["until"] if found else None
        self._now = now
        with self._transaction() as connection:
            self._write_beat(connection, now)
            if not isinstance(until, int) or until >= now:
                return None
            connection.execute("INSERT INTO gap (began_at, ended_at, why) VALUES (?, ?, ?)", (until, now, NOT_RUNNING))
        return Gap(rows.from_ms(until), rows.from_ms(now), NOT_RUNNING)

    def still_watching(self, at: datetime) -> None:
        """Say that watching goes on. Cheap: it is written every ``HEARTBEAT`` and at the end."""
        self._now = rows.to_ms(at)
        if self._written_beat is None or not 0 <= self._now - self._written_beat < HEARTBEAT // timedelta(
            milliseconds=1
        ):
            with self._transaction() as connection:
                self._write_beat(connection, self._now)

    def note_gap(self, start: datetime, end: datetime, why: str) -> None:
        """Record a time when we were not watching although we ran (asleep, offline)."""
        if start >= end:
            return
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO gap (began_at, ended_at, why) VALUES (?, ?, ?)",
                (rows.to_ms(start), rows.to_ms(end), rows.clean(why)),
            )

    def gaps(self, since: datetime) -> tuple[Gap, ...]:
        """Return the gaps that reach beyond a moment, oldest first."""
        found = self._read(
            "SELECT * FROM gap WHERE ended_at > :since ORDER BY began_at, key", {"since": rows.to_ms(since)}
        )
        return tuple(
            Gap(rows.from_ms(each["began_at"]), rows.from_ms(each["ended_at"]), str(each["why"])) for each in found
        )

    def counts(self) -> Counts:
        """Return how much is kept."""
        (found,) = self._read(statements.COUNT)
        return Counts(**{name: number for name, number in found.items() if isinstance(number, int)})

    def prune(self, before: datetime) -> int:
        """Forget what was over before a moment; return how many incidents that were.

        Open incidents stay, and so does each page's last status before the moment: the strips begin with it.
        """
        with self._transaction() as connection:
            gone = connection.execute(statements.PRUNE_INCIDENTS, {"before": rows.to_ms(before)}).rowcount
            for statement in (
                statements.PRUNE_CHANGES,
                "DELETE FROM decision WHERE at < :before",
                "DELETE FROM sighting WHERE at < :before",
                statements.PRUNE_GAPS,
            ):
                connection.execute(statement, {"before": rows.to_ms(before)})
        self._outside("PRAGMA incremental_vacuum(%d)" % FREED_PAGES)  # noqa: UP031 -- a pragma takes no parameters
        return gone

    def erase(self) -> None:
        """Forget everything, so that not a byte of it is left in the files, those set aside included."""
        self._waiting.clear()
        self._forget_looks()
        self._book = None
        with self._transaction() as connection:
            for each in reversed(TABLES):
                connection.execute(f"DELETE FROM {each}")  # noqa: S608 -- our own table names
        self._written_beat = None
        self._outside("VACUUM")
        self._outside("PRAGMA wal_checkpoint(TRUNCATE)")
        if self._path is not None:
            for left in (
                *self._path.parent.glob(f"{self._path.stem}.damaged-*"),
                *self._path.parent.glob(f"{self._path.stem}.new-*"),
            ):
                _remove(left)

    def close(self) -> None:
        """Write what is still in memory, if that is possible, and let the file go. A second time does nothing."""
        if self._closed:
            return
        with contextlib.suppress(HistoryUnavailableError):
            if self._waiting:
                self._write_waiting()
        with contextlib.suppress(HistoryUnavailableError):
            if self._now is not None and self._now != self._written_beat:
                with self._transaction() as connection:
                    self._write_beat(connection, self._now)
        self._closed = True
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def _news(self, page_id: str, at: int, report: StatusReport | None) -> _Look | None:
        """Compare a report with the one before, in memory; return what must go to the file."""
        if report is None:
            return None
        before = self._seen.get(page_id)
        listed: dict[_Name, _Seen] = {}
        fresh: list[Incident] = []
        for incident in (*report.incidents, *report.maintenances):
            name = (rows.kind_of(incident), rows.clean(incident.id))
            said = hash(incident)
            if before is None or name not in before or before[name].said != said:
                fresh.append(incident)
            listed[name] = _Seen(said, incident.is_open, at)
        missing = {name: seen for name, seen in (before or {}).items() if name not in listed and seen.is_open}
        self._seen[page_id] = listed if report.has_incident_list else missing | listed
        is_told_missing = report.has_incident_list and (page_id not in self._compared or bool(missing))
        if report.has_incident_list:
            self._compared.add(page_id)
        if not fresh and not is_told_missing:
            return None
        return _Look(
            page_id=page_id,
            at=at,
            incidents=tuple(fresh),
            listed=frozenset(listed) if is_told_missing else None,
            last_seen={name: seen.at for name, seen in missing.items()},
        )

    def _forget_looks(self) -> None:
        """Compare the next report of each page with the file again."""
        self._seen.clear()
        self._compared.clear()

    def _write_waiting(self) -> None:
        """Write the looks in their order, each in a transaction of its own, up to the first that cannot be."""
        while self._waiting:
            try:
                with self._transaction() as connection:
                    _write_look(connection, self._waiting[0])
            except HistoryUnavailableError:
                if self._refusal:
                    self._waiting.clear()
                raise
            except BaseException:
                self._waiting.clear()
                self._forget_looks()
                raise
            self._waiting.popleft()

    def _write_beat(self, connection: sqlite3.Connection, now: int) -> None:
        connection.execute("INSERT OR REPLACE INTO watching (key, until) VALUES (1, ?)", (now,))
        connection.executemany(
            "UPDATE incident SET last_seen_at = ? WHERE page_id = ? AND kind = ? AND incident_id = ?",
            [
                (seen.at, page_id, *name)
                for page_id, listed in self._seen.items()
                for name, seen in listed.items()
                if seen.is_open
            ],
        )
        self._written_beat = now

    def _stored(
        self, row: Row, updates: Sequence[Row], versions: Sequence[Row], earlier: Sequence[Row]
    ) -> StoredIncident:
        page_id = str(row["page_id"])
        seen = self._seen.get(page_id, {}).get((str(row["kind"]), str(row["incident_id"])))
        last_seen = rows.from_ms(row["last_seen_at"])
        return StoredIncident(
            page_id=page_id,
            incident=rows.incident_of(row, updates),
            first_seen_at=rows.from_ms(row["first_seen_at"]),
            last_seen_at=max(last_seen, rows.from_ms(seen.at)) if seen is not None else last_seen,
            versions=tuple(
                UpdateVersion(
                    str(each["update_id"]),
                    rows.from_ms(each["seen_at"]),
                    rows.phase_of(each["phase"]),
                    rows.from_ms(each["posted_at"]),
                    str(each["text"]),
                )
                for each in versions
            ),
            earlier=tuple(
                IncidentVersion(
                    rows.from_ms(each["seen_until"]),
                    str(each["title"]),
                    rows.impact_of(each["impact"]),
                    rows.from_ms_or_none(each["started_at"]),
                )
                for each in earlier
            ),
            unlisted_since=rows.from_ms_or_none(row["unlisted_at"]),
        )

    def _spans(self, pages: list[str], moments: list[datetime]) -> dict[str, list[Span]]:
        """Return when the incidents of some pages went on around these moments: of the last month, and those open."""
        values = {
            "pages": rows.as_list(pages),
            "begin": rows.to_ms(min(moments) - LONG_INCIDENT),
            "end": rows.to_ms(max(moments)),
        }
        return rows.by_page(map(rows.span_of, self._read(statements.FIND_SPANS, values)))

    def _with_ledgers(self, stored: tuple[StoredIncident, ...], found: Sequence[Row]) -> tuple[StoredIncident, ...]:
        """Add to each incident who knew of it when."""
        if not found:
            return stored
        moments = [each["begun_at"] for each in found] + [each["first_seen_at"] for each in found]
        begins = [each for each in moments if isinstance(each, int)]
        values = {
            "pages": rows.as_list(sorted({each.page_id for each in stored})),
            "begin": min(begins) - 2 * LEAD // timedelta(milliseconds=1),
            "end": _FOREVER,
        }
        sightings = rows.by_page(map(rows.sighting_of, self._read(statements.FIND_SIGHTINGS, values)))
        told = rows.by_incident(map(rows.told_of, self._read(statements.FIND_TOLD, values)))
        seen_at = [each.at for group in sightings.values() for each in group]
        seen_at += [each.at for group in told.values() for each in group]
        spans = self._spans(sorted({*sightings, *(page for page, _incident in told)}), seen_at) if seen_at else {}
        return tuple(
            replace(
                each,
                ledger=ledger_of(
                    each.page_id,
                    each.incident,
                    each.first_seen_at,
                    sightings=sightings.get(each.page_id, ()),
                    told=(*told.get((each.page_id, each.incident.id), ()), *told.get((each.page_id, ""), ())),
                    spans=spans.get(each.page_id, ()),
                ),
            )
            for each in stored
        )

    def _read(self, statement: str, values: Mapping[str, Value] = MappingProxyType({})) -> list[dict[str, Value]]:
        try:
            return [dict(each) for each in self._connection.execute(statement, dict(values))]
        except sqlite3.Error as error:
            raise _told(error) from error

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        if self._refusal:
            raise HistoryUnavailableError(self._refusal)
        self._open_again_if_moved()
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            _roll_back(connection)
            raise _told(error) from error
        except BaseException:
            _roll_back(connection)
            raise

    def _outside(self, statement: str) -> None:
        """Run a statement that cannot be part of a transaction."""
        try:
            self._connection.execute(statement).fetchall()
        except sqlite3.Error as error:
            raise _told(error) from error

    def _open_again_if_moved(self) -> None:
        """Notice that the file was removed or replaced under us: what is written to it would be lost."""
        if self._path is None or _identity(self._path) == self._file:
            return
        try:
            connection, _path, notes, refusal = _open_file(self._path)
        except sqlite3.Error as error:
            raise _told(error) from error
        except OSError as error:
            raise HistoryUnavailableError(_("The history file is gone: {reason}").format(reason=error)) from error
        self._connection.close()
        self._connection, self._refusal, self._file = connection, refusal, _identity(self._path)
        self._notes += [_("The history file was removed or replaced while in use; it was opened again."), *notes]
        self._forget_looks()
        self._book = self._written_beat = None
        if refusal:
            raise HistoryUnavailableError(refusal)


def _write_look(connection: sqlite3.Connection, look: _Look) -> None:
    for incident in look.incidents:
        _write_incident(connection, look.page_id, look.at, incident)
    if look.listed is not None:
        _write_missing(connection, look)
    connection.executemany(
        "INSERT INTO status_change (page_id, at, before, after) VALUES (?, ?, ?, ?)",
        [
            (rows.clean(each.page_id), rows.to_ms(each.at), rows.status_word(each.before), rows.status_word(each.after))
            for each in look.changes
        ],
    )
    connection.executemany(
        "INSERT INTO decision (at, page_id, incident_id, kind, title, told, reason, alert)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                rows.to_ms(each.at),
                rows.clean_or_none(each.page_id),
                rows.clean_or_none(each.incident_id),
                rows.clean(each.kind),
                rows.clean(each.title),
                int(each.told),
                rows.clean(each.reason),
                rows.clean(each.alert),
            )
            for each in look.decisions
        ],
    )
    connection.executemany(
        "INSERT INTO sighting (page_id, source, at, said) VALUES (?, ?, ?, ?)",
        [
            (rows.clean(each.page_id), each.source.value, rows.to_ms(each.at), rows.clean(each.said))
            for each in look.sightings
        ],
    )
    if look.book is not None:
        connection.execute("INSERT OR REPLACE INTO book (key, at, content) VALUES (1, ?, ?)", (look.at, look.book))


def _write_incident(connection: sqlite3.Connection, page_id: str, at: int, incident: Incident) -> None:
    name = {"page_id": rows.clean(page_id), "kind": rows.kind_of(incident), "incident_id": rows.clean(incident.id)}
    old = _one(connection, statements.FIND_INCIDENT, name)
    first_seen = old["first_seen_at"] if old is not None else at
    row = rows.incident_row(incident, first_seen if isinstance(first_seen, int) else at)
    values = row | name | {"at": at}
    if old is None:
        connection.execute(statements.ADD_INCIDENT, values)
        old = _one(connection, statements.FIND_INCIDENT, name) or {}
        is_new = True
    else:
        is_new = any(old[column] != each for column, each in row.items())
        if any(old[column] != row[column] for column in ("title", "impact", "started_at")):
            connection.execute(statements.KEEP_INCIDENT_VERSION, {**old, "at": at})
        if is_new or old["unlisted_at"] is not None:
            connection.execute(statements.CHANGE_INCIDENT, values)
    is_new |= _write_updates(connection, old["key"], at, incident)
    if is_new:
        _write_text(connection, old["key"], incident)


def _write_updates(connection: sqlite3.Connection, key: Value, at: int, incident: Incident) -> bool:
    """Store new updates, and edited ones with their earlier words; return whether there were any."""
    found = connection.execute("SELECT * FROM incident_update WHERE incident = ?", (key,))
    known = {str(each["update_id"]): dict(each) for each in found}
    is_new = False
    for update_id, row in rows.update_rows(incident).items():
        old = known.get(update_id)
        values = row | {"incident": key, "update_id": update_id, "at": at}
        if old is None:
            connection.execute(statements.ADD_UPDATE, values)
        elif any(old[column] != row[column] for column in ("phase", "posted_at", "text")):
            connection.execute(statements.KEEP_UPDATE_VERSION, old)
            connection.execute(statements.CHANGE_UPDATE, values)
        else:
            continue
        is_new = True
    return is_new


def _write_text(connection: sqlite3.Connection, key: Value, incident: Incident) -> None:
    """Keep what is searched beside the incident: the title, the components and all words of the updates."""
    said = connection.execute(statements.FIND_WORDS, {"incident": key})
    texts = (incident.title, *incident.components, *(str(each["text"]) for each in said))
    connection.execute(
        "INSERT OR REPLACE INTO incident_text (incident, folded, components) VALUES (?, ?, ?)",
        (key, rows.folded(map(rows.clean, texts)), rows.folded_names(incident.components)),
    )


def _write_missing(connection: sqlite3.Connection, look: _Look) -> None:
    """Mark what was open and is no longer listed; the page never said how it ended."""
    still_open = connection.execute(statements.FIND_OPEN, (rows.clean(look.page_id),)).fetchall()
    for each in still_open:
        name = (str(each["kind"]), str(each["incident_id"]))
        if look.listed is not None and name not in look.listed:
            seen = look.last_seen.get(name, each["last_seen_at"])
            connection.execute(
                "UPDATE incident SET unlisted_at = ?, last_seen_at = max(last_seen_at, ?) WHERE key = ?",
                (look.at, seen, each["key"]),
            )


def _open_file(path: Path) -> tuple[sqlite3.Connection, Path, tuple[str, ...], str]:
    """Open the file for :class:`History`, setting aside what is no history."""
    make_private(path.parent)
    notes: list[str] = []
    damage = _damage(path)
    if damage:
        aside = _set_aside(path)
        notes.append(
            _("The history file was damaged ({damage}). It was set aside as {aside}, and a new one was begun.").format(
                damage=damage, aside=aside.name
            )
        )
    if not path.exists():
        _create(path)
    _close_to_others(path)
    connection = _connect(path)
    try:
        refusal = _refusal(path, connection)
        if not refusal:
            _prepare(connection)
    except sqlite3.Error:
        connection.close()
        raise
    if not refusal:
        return connection, path, tuple(notes), ""
    connection.close()
    return _connect_to_read(path), path, (*notes, refusal), refusal


def _refusal(path: Path, connection: sqlite3.Connection) -> str:
    """Return why a file may only be read, or nothing."""
    if _version(connection) > len(STEPS):
        return _("The history was written by a newer version of this program; it is shown, and nothing is added.")
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        return _("The history file may not be written; it is shown, and nothing is added.")
    return ""


def _damage(path: Path) -> str:
    """Return in a few words why a file cannot be our history, or nothing if it can (or is not there)."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        journal = path.with_name(path.name + "-wal")
        return _("only its journal was left") if journal.exists() and journal.stat().st_size else ""
    if not stat.S_ISREG(found.st_mode):
        return _("not a plain file")
    if found.st_size == 0:
        return _("empty")
    try:
        with contextlib.closing(_connect(path)) as connection:
            return _check(connection)
    except sqlite3.DatabaseError as error:
        if _primary(error) in _DAMAGED or _code(error) == _SHORT_READ:
            return str(error)
        raise


def _check(connection: sqlite3.Connection) -> str:
    """Look through the file for as long as ``CHECK_SECONDS`` and return what is wrong with it."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID or _version(connection) < 1:
        return _("another program's")
    deadline = time.monotonic() + CHECK_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > deadline, CHECK_STEP)
    try:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if _primary(error) != sqlite3.SQLITE_INTERRUPT:
            raise
        found = "ok"
    finally:
        connection.set_progress_handler(None, 0)
    if found != "ok":
        return str(found)
    if _version(connection) == len(STEPS):
        for each in TABLES:
            connection.execute(f"SELECT 1 FROM {each} LIMIT 1").fetchall()  # noqa: S608 -- our own table names
    return ""


def _set_aside(path: Path) -> Path:
    """Rename a file and its journals, never over an earlier one; return its new name."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    aside = path.with_name(f"{path.stem}.damaged-{moment}{path.suffix}")
    count = 1
    while any(aside.with_name(aside.name + each).exists() for each in _SUFFIXES):
        count += 1
        aside = path.with_name(f"{path.stem}.damaged-{moment}-{count}{path.suffix}")
    for each in _SUFFIXES:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + each).rename(aside.with_name(aside.name + each))
    return aside


def _create(path: Path) -> None:
    """Make a new history under another name first: a file of this name is then always a whole one."""
    fresh = path.with_name(f"{path.stem}.new-{os.getpid()}{path.suffix}")
    _remove_all(fresh)
    os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
    try:
        fresh.chmod(PRIVATE_FILE)
        _sweep_leftovers(path, fresh)
        with contextlib.closing(_connect(fresh)) as connection:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            _prepare(connection)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        _claim(fresh, path)
    finally:
        _remove_all(fresh)


def _claim(fresh: Path, path: Path) -> None:
    """Give a new file its name unless another program was faster."""
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        return
    except OSError:
        if not path.exists():
            fresh.rename(path)


def _in_memory() -> sqlite3.Connection:
    connection = _connect(None)
    _prepare(connection)
    return connection


def _connect(path: Path | None) -> sqlite3.Connection:
    return _configured(
        sqlite3.connect(path or ":memory:", timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    )


def _connect_to_read(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=ro"
    return _configured(
        sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    )


def _configured(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.row_factory = sqlite3.Row
    connection.text_factory = _text
    try:
        for each in ("foreign_keys = ON", "synchronous = NORMAL", "secure_delete = ON", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {each}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _text(stored: bytes) -> str:
    """Read text even where the file has bad bytes in it."""
    return stored.decode(errors="replace")


def _prepare(connection: sqlite3.Connection) -> None:
    """Bring a database up to the newest version, each step a transaction of its own."""
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    for version in range(_version(connection) + 1, len(STEPS) + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _version(connection) < version:
                for statement in STEPS[version - 1]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version}")
            connection.execute("COMMIT")
        except BaseException:
            _roll_back(connection)
            raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _one(connection: sqlite3.Connection, statement: str, values: Row) -> dict[str, Value] | None:
    found = connection.execute(statement, dict(values)).fetchone()
    return None if found is None else dict(found)


def _by_incident(found: Sequence[Row]) -> dict[Value, list[Row]]:
    groups: dict[Value, list[Row]] = {}
    for each in found:
        groups.setdefault(each["incident"], []).append(each)
    return groups


def _roll_back(connection: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) or 0


def _primary(error: sqlite3.Error) -> int:
    return _code(error) & 0xFF


def _sentence(error: sqlite3.Error) -> str:
    return _(_SENTENCES[_primary(error)]) if _primary(error) in _SENTENCES else ""


def _told(error: sqlite3.Error) -> Exception:
    """Return the error to raise: a sentence where disk or lock are to blame, else the mistake itself."""
    sentence = _sentence(error)
    return HistoryUnavailableError(sentence) if sentence else error


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Return what tells a file from another one of the same name; ``None`` when it is gone."""
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _close_to_others(path: Path) -> None:
    if sys.platform == "win32":
        return
    for each in (path.with_name(path.name + suffix) for suffix in _SUFFIXES):
        with contextlib.suppress(OSError):
            if stat.S_IMODE(each.stat().st_mode) & 0o077:
                each.chmod(PRIVATE_FILE)


def _sweep_leftovers(path: Path, fresh: Path) -> None:
    """Remove what kills during :func:`_create` left; a young one may be another program's at work."""
    now = fresh.stat().st_mtime
    for each in path.parent.glob(f"{path.stem}.new-*"):
        with contextlib.suppress(OSError):
            if now - each.stat().st_mtime > LEFTOVER_SECONDS:
                each.unlink()


def _remove_all(path: Path) -> None:
    for suffix in (*_SUFFIXES, "-journal"):
        _remove(path.with_name(path.name + suffix))


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
