"""What history gives back: stored incidents with their earlier versions, gaps, and how to ask for them."""

from datetime import datetime

from msgspec import Struct

from trayapp.domain.incident import Impact, Incident, Phase
from trayapp.domain.ledger import Ledger


class IncidentQuery(Struct, frozen=True, kw_only=True):
    """Which incidents are wanted; what is empty or ``None`` does not narrow.

    Every word of ``text`` must occur in the title, an update or a component name. ``component`` is a whole
    name; case never matters. An incident belongs to a period if it was going on in it (``until`` excluded).
    A negative ``limit`` is none.
    """

    text: str = ""
    page_ids: tuple[str, ...] = ()
    component: str = ""
    phases: frozenset[Phase] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 500
    offset: int = 0


class UpdateVersion(Struct, frozen=True):
    """Earlier words of an update that the page has edited. ``seen_at`` is when we first saw these words."""

    update_id: str
    seen_at: datetime
    phase: Phase | None
    posted_at: datetime
    text: str


class IncidentVersion(Struct, frozen=True):
    """An earlier title, impact and beginning of an incident, and when we saw that they had been edited."""

    seen_until: datetime
    title: str
    impact: Impact | None
    started_at: datetime | None


class StoredIncident(Struct, frozen=True, kw_only=True):
    """An incident or maintenance as last seen, with what was said before.

    ``versions`` are older words of updates, oldest first; ``earlier`` older titles, oldest first.
    ``unlisted_since`` is when an open one was no longer listed by its page; it never said how it ended. ``ledger`` is
    who knew of it when.
    """

    page_id: str
    incident: Incident
    first_seen_at: datetime
    last_seen_at: datetime
    versions: tuple[UpdateVersion, ...] = ()
    earlier: tuple[IncidentVersion, ...] = ()
    unlisted_since: datetime | None = None
    ledger: Ledger | None = None

    @property
    def vanished(self) -> bool:
        """Whether it was open when the page stopped listing it."""
        return self.unlisted_since is not None


class Gap(Struct, frozen=True):
    """A time when we were not watching. ``why`` is a word such as "asleep"."""

    start: datetime
    end: datetime
    why: str
