"""What history gives back: stored incidents with their earlier versions, gaps, and how to ask for them."""

from dataclasses import dataclass
from datetime import datetime

from trayapp.domain.incident import Impact, Incident, Phase


@dataclass(frozen=True, slots=True)
class UpdateVersion:
    """An earlier text of an update that was edited later. Times are UTC."""

    update_id: str
    seen_at: datetime
    phase: Phase | None
    posted_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class IncidentVersion:
    """What an incident said of itself before it was edited. ``seen_until`` is UTC."""

    seen_until: datetime
    title: str
    impact: Impact | None
    started_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredIncident:
    """An incident (or maintenance) as history keeps it.

    ``first_seen_at`` and ``last_seen_at`` are when we saw it listed (UTC). ``unlisted_since`` is set when a
    page stopped listing it while it was open: its end was not seen.
    """

    page_id: str
    incident: Incident
    first_seen_at: datetime
    last_seen_at: datetime
    versions: tuple[UpdateVersion, ...] = ()
    earlier: tuple[IncidentVersion, ...] = ()
    unlisted_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nobody watched, and why ("not running", "asleep"). Times are UTC."""

    start: datetime
    end: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentQuery:
    """Which stored incidents to read, newest first. Empty fields do not restrict."""

    text: str = ""
    page_ids: tuple[str, ...] = ()
    component: str = ""
    phases: frozenset[Phase] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 500
    offset: int = 0
