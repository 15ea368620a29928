"""What one look at a status page brought back: a report, or the reason why we could not look."""

from datetime import datetime, timedelta
from enum import Enum, StrEnum

from msgspec import Struct

from trayapp.domain.incident import Incident, Maintenance
from trayapp.domain.status import Status


class Component(Struct, frozen=True):
    """A part listed on a page. Only leaves are components; group rows give ``group`` its name.

    ``status`` is ``None`` for a word we do not know; ``said`` keeps the page's own word always.
    """

    id: str
    name: str
    status: Status | None
    said: str = ""
    group: str | None = None


class Absence(Enum):
    """What it means when a watched component is not in the list (each adapter declares it)."""

    SAYS_NOTHING = "says nothing"
    """The list is cut or rotates (incident.io's compatible API shows 25 of many)."""
    GONE = "gone"
    """The list is the whole inventory: the page does not have this component (any more)."""
    OPERATIONAL = "operational"
    """Only affected components are listed (Google, AWS, the incident.io widget)."""


class StatusReport(Struct, frozen=True, kw_only=True):
    """What a valid answer said.

    ``incidents`` holds the open ones and may hold recently resolved ones too; ``maintenances`` likewise.
    ``indicator`` is the page's own summary, kept as evidence and used only where there is nothing better.
    ``page_updated_at`` is the page's own time, where it has one that goes on while nothing happens; where it is only
    the newest event's, it is left out.
    ``has_incident_list`` is false where the answer had no part that would list an open incident.
    """

    components: tuple[Component, ...] = ()
    incidents: tuple[Incident, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()
    indicator: Status | None = None
    indicator_said: str = ""
    absence: Absence = Absence.GONE
    has_incident_list: bool = True
    page_name: str = ""
    page_updated_at: datetime | None = None
    poll_after: timedelta | None = None
    """The page's own wish for the time to the next look, where it publishes one (FlashDuty)."""


class FailureKind(StrEnum):
    """Why we could not look. Never a statement about the provider's service."""

    DNS = "dns"
    REFUSED = "refused"
    RESET = "reset"
    TIMEOUT = "timeout"
    TLS = "tls"
    PROXY = "proxy"
    HTTP_ERROR = "http_error"
    MOVED = "moved"
    NOT_A_STATUS_PAGE = "not_a_status_page"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    INVALID = "invalid"
    OFFLINE = "offline"

    @property
    def is_transport(self) -> bool:
        """Whether no answer of the host's own application arrived."""
        return self in _TRANSPORT


_TRANSPORT = frozenset(
    {
        FailureKind.DNS,
        FailureKind.REFUSED,
        FailureKind.RESET,
        FailureKind.TIMEOUT,
        FailureKind.TLS,
        FailureKind.PROXY,
        FailureKind.OFFLINE,
    }
)


class FetchFailure(Struct, frozen=True, kw_only=True):
    """Why a look failed.

    ``detail`` is one plain sentence for a person; ``retry_after`` is the host's own wish, clamped;
    ``http_status`` where there was one; ``moved_to`` is the new address when the kind is ``moved``.
    """

    kind: FailureKind
    detail: str
    retry_after: timedelta | None = None
    http_status: int | None = None
    moved_to: str | None = None


class Observation(Struct, frozen=True):
    """One look at one page. ``at`` is the UTC moment the answer was complete."""

    page_id: str
    at: datetime
    outcome: StatusReport | FetchFailure
    interval: timedelta
    """The polling interval in force: the freshness limit follows from it."""
