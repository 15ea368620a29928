"""What a pop-up may tell, whether it was told and why, and what decides that: the words of the policy."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct, field

from trayapp.domain.status import Status


class Level(StrEnum):
    """How much somebody wants to hear of a page."""

    ALL = "all"
    OUTAGES = "outages"
    MUTE = "mute"


class AlertKind(StrEnum):
    """What a pop-up says; the words are part of the replay format."""

    OPENED = "opened"
    ESCALATED = "escalated"
    RECOVERED = "recovered"
    STARTED_DURING = "started_during"
    CONNECTION = "connection"
    CONNECTION_BACK = "connection_back"
    FLAPPING = "flapping"
    DIGEST = "digest"
    KEY = "key"
    NOTICE = "notice"


class Reason(StrEnum):
    """Why something was told, or not."""

    NEW = "new trouble"
    WORSE = "it got worse"
    OVER = "it is over"
    STARTED_DURING = "it was open when we began to watch"
    CALM = "it is calm again"
    GATHERED = "gathered with others"
    ALL_FAIL = "every page fails, so it is this connection"
    BACK = "a page answered again"
    FLAPS = "it keeps going up and down"
    MUTED = "this page is muted"
    BELOW_LEVEL = "only outages are wanted"
    SAME_EVENT = "the same event was told already"
    NEVER_TOLD = "its beginning was not told"
    FLAPPING = "going up and down"
    TOO_SOON = "back soon after a recovery; told if it holds"
    HELD_FOR_GROUP = "too many at once; gathered"
    HELD_AFTER_SLEEP = "just awake; gathered"
    HELD_QUIET_HOURS = "quiet hours; gathered"
    LATE = "it ended long ago"
    WANTED = "you asked to be told"
    ACKNOWLEDGED = "you acknowledged it"
    HELD_SNOOZED = "pop-ups are snoozed; gathered"
    SNOOZED = "pop-ups are snoozed"
    QUIET = "quiet hours"
    DUE = "a reminder of a key"


class Alert(Struct, frozen=True, kw_only=True):
    """Something to say. Times are UTC; ``title`` is the page's own plain text, or empty.

    ``concern`` names what it is about, so that later alerts replace earlier ones. ``gathered`` are the
    alerts a digest stands for. ``is_wanted``: somebody asked for this very one.
    """

    kind: AlertKind
    at: datetime
    page_id: str | None = None
    incident_id: str | None = None
    title: str = ""
    status: Status | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    components: tuple[str, ...] = ()
    concern: str = ""
    gathered: tuple["Alert", ...] = ()
    is_wanted: bool = False


class Decision(Struct, frozen=True):
    """What became of an alert: told or not, and why."""

    alert: Alert
    told: bool
    reason: Reason


_NO_LEVELS: Mapping[str, Level] = MappingProxyType({})


class NotificationRules(Struct, frozen=True):
    """What the user wants to be told. ``levels`` is by page id or provider id."""

    level: Level = Level.ALL
    levels: Mapping[str, Level] = field(default_factory=lambda: _NO_LEVELS)

    def level_for(self, page_id: str, provider_id: str) -> Level:
        """Return the level of a page, else of its provider, else the general one."""
        return self.levels.get(page_id, self.levels.get(provider_id, self.level))


class Circumstances(Struct, frozen=True):
    """What surrounds a decision: quiet hours now, and until when alerts are gathered after sleep (UTC)."""

    quiet: bool = False
    gather_until: datetime | None = None
