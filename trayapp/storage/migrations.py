"""The shape of the history, step by step: what each version of the program added.

``PRAGMA user_version`` counts the steps a file has taken. A step that was ever released is never changed;
what comes later is a new step. Times are UTC in ms since 1970.
"""

APPLICATION_ID = 0x41535431
"""``AST1``: tells our files from other programs'."""

_FIRST = (
    """
    CREATE TABLE incident (
        key INTEGER PRIMARY KEY,
        page_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        incident_id TEXT NOT NULL,
        title TEXT NOT NULL,
        phase TEXT NOT NULL,
        said TEXT NOT NULL,
        impact TEXT NOT NULL,
        started_at INTEGER,
        updated_at INTEGER,
        resolved_at INTEGER,
        url TEXT,
        component_ids TEXT NOT NULL,
        components TEXT NOT NULL,
        scheduled_for INTEGER,
        scheduled_until INTEGER,
        is_open INTEGER NOT NULL,
        begun_at INTEGER NOT NULL,
        over_at INTEGER,
        first_seen_at INTEGER NOT NULL,
        last_seen_at INTEGER NOT NULL,
        unlisted_at INTEGER,
        UNIQUE (page_id, kind, incident_id)
    )
    """,
    "CREATE INDEX incident_begun ON incident (begun_at)",
    "CREATE INDEX incident_open ON incident (page_id) WHERE is_open AND unlisted_at IS NULL",
    """
    CREATE TABLE incident_version (
        key INTEGER PRIMARY KEY,
        incident INTEGER NOT NULL REFERENCES incident ON DELETE CASCADE,
        seen_until INTEGER NOT NULL,
        title TEXT NOT NULL,
        impact TEXT NOT NULL,
        started_at INTEGER
    )
    """,
    "CREATE INDEX incident_version_of ON incident_version (incident)",
    """
    CREATE TABLE incident_update (
        key INTEGER PRIMARY KEY,
        incident INTEGER NOT NULL REFERENCES incident ON DELETE CASCADE,
        update_id TEXT NOT NULL,
        phase TEXT NOT NULL,
        said TEXT NOT NULL,
        posted_at INTEGER NOT NULL,
        text TEXT NOT NULL,
        seen_at INTEGER NOT NULL,
        UNIQUE (incident, update_id)
    )
    """,
    """
    CREATE TABLE update_version (
        key INTEGER PRIMARY KEY,
        incident INTEGER NOT NULL REFERENCES incident ON DELETE CASCADE,
        update_id TEXT NOT NULL,
        phase TEXT NOT NULL,
        posted_at INTEGER NOT NULL,
        text TEXT NOT NULL,
        seen_at INTEGER NOT NULL
    )
    """,
    "CREATE INDEX update_version_of ON update_version (incident)",
    """
    CREATE TABLE incident_text (
        incident INTEGER PRIMARY KEY REFERENCES incident ON DELETE CASCADE,
        folded TEXT NOT NULL,
        components TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE status_change (
        key INTEGER PRIMARY KEY,
        page_id TEXT NOT NULL,
        at INTEGER NOT NULL,
        before TEXT,
        after TEXT
    )
    """,
    "CREATE INDEX status_change_at ON status_change (page_id, at)",
    """
    CREATE TABLE decision (
        key INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        page_id TEXT,
        incident_id TEXT,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        told INTEGER NOT NULL,
        reason TEXT NOT NULL
    )
    """,
    "CREATE INDEX decision_at ON decision (at)",
    "CREATE TABLE book (key INTEGER PRIMARY KEY CHECK (key = 1), at INTEGER NOT NULL, content BLOB NOT NULL)",
    """
    CREATE TABLE gap (
        key INTEGER PRIMARY KEY,
        began_at INTEGER NOT NULL,
        ended_at INTEGER NOT NULL,
        why TEXT NOT NULL
    )
    """,
    "CREATE INDEX gap_ended ON gap (ended_at)",
    "CREATE TABLE watching (key INTEGER PRIMARY KEY CHECK (key = 1), until INTEGER NOT NULL)",
)

_LEDGER = (
    """
    CREATE TABLE sighting (
        key INTEGER PRIMARY KEY,
        page_id TEXT NOT NULL,
        source TEXT NOT NULL,
        at INTEGER NOT NULL,
        said TEXT NOT NULL
    )
    """,
    "CREATE INDEX sighting_at ON sighting (page_id, at)",
)

_WHOLE_ALERTS = ("ALTER TABLE decision ADD COLUMN alert TEXT NOT NULL DEFAULT ''",)
"""A decision keeps its alert whole, so that it can be worded as it was."""

STEPS: tuple[tuple[str, ...], ...] = (_FIRST, _LEDGER, _WHOLE_ALERTS)

TABLES = (
    "incident",
    "incident_version",
    "incident_update",
    "update_version",
    "incident_text",
    "status_change",
    "decision",
    "book",
    "gap",
    "watching",
    "sighting",
)
"""All tables of the newest version, parents before children."""
