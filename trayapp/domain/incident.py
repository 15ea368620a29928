"""Incidents, their updates, and planned maintenance, in the words status pages use."""

from datetime import datetime
from enum import Enum, StrEnum

from msgspec import Struct


class Phase(StrEnum):
    """Where an incident or a maintenance stands; the words are Atlassian Statuspage's."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    UPDATE = "update"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"

    @property
    def is_over(self) -> bool:
        """Whether nothing is open any more in this phase."""
        return self in _OVER


_OVER = frozenset({Phase.RESOLVED, Phase.POSTMORTEM, Phase.COMPLETED})


class Impact(Enum):
    """The page's own word for how bad an incident is; shown, but never the severity by itself."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"


class IncidentUpdate(Struct, frozen=True):
    """One message posted to an incident. ``posted_at`` is UTC; ``text`` is plain text."""

    id: str
    phase: Phase | None
    posted_at: datetime
    text: str
    said: str = ""
    """The page's own word for the phase."""


class Incident(Struct, frozen=True, kw_only=True):
    """One incident as a page tells it. All times are UTC; all text is plain text.

    ``phase`` is ``None`` when the page used a word we do not know: the incident then counts as open.
    ``component_ids`` and ``components`` (names) are parallel and may be empty: many pages name none.
    ``impact`` is ``None`` where the platform has no such word; then it counts as ``minor``.
    """

    id: str
    title: str
    phase: Phase | None
    impact: Impact | None = None
    said: str = ""
    started_at: datetime | None = None
    updated_at: datetime | None = None
    resolved_at: datetime | None = None
    url: str | None = None
    component_ids: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    updates: tuple[IncidentUpdate, ...] = ()
    """Newest first."""

    @property
    def is_open(self) -> bool:
        """Whether it still goes on. An unknown phase counts as open unless the page gives an end."""
        if self.phase is None:
            return self.resolved_at is None
        return not self.phase.is_over

    @property
    def has_impact(self) -> bool:
        """Whether it counts against its page: minor or worse, or not said. Planned work colours nothing by itself."""
        return self.impact not in {Impact.NONE, Impact.MAINTENANCE}


class Maintenance(Incident, frozen=True, kw_only=True):
    """Planned work. ``scheduled_for`` and ``scheduled_until`` are UTC."""

    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None

    @property
    def is_running(self) -> bool:
        """Whether work is going on now, by the page's own word."""
        return self.phase in {Phase.IN_PROGRESS, Phase.VERIFYING}
