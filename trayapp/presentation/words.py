"""The words for statuses, phases, impacts, failures and reasons: in one place, for both shells."""

from collections.abc import Mapping
from enum import Enum
from gettext import gettext as _
from types import MappingProxyType

from trayapp.domain.incident import Impact, Phase
from trayapp.domain.judgement import Because
from trayapp.domain.report import FailureKind, FetchFailure
from trayapp.domain.status import Status


class Mark(Enum):
    """What the eye is shown: one shape and one colour each. Not knowing has its own, never green, never red."""

    FINE = "fine"
    MAINTENANCE = "maintenance"
    DEGRADED = "degraded"
    SUSPECTED = "suspected"
    """Trouble that no page has posted: a guess, and drawn as one."""
    OUTAGE = "outage"
    UNKNOWN = "unknown"


WORST_FIRST = (Mark.OUTAGE, Mark.DEGRADED, Mark.SUSPECTED, Mark.UNKNOWN, Mark.MAINTENANCE, Mark.FINE)


def mark_of(status: Status | None) -> Mark:
    """Return what to show for a status; ``None`` is unknown, both kinds of outage look alike."""
    return Mark.UNKNOWN if status is None else _MARKS[status]


def status_word(status: Status | None) -> str:
    """Return a status as a label: "Partial outage"."""
    return _("Unknown") if status is None else _(_STATUSES[status])


def status_phrase(status: Status | None) -> str:
    """Return a status as part of a sentence: "partial outage"."""
    return _("unknown") if status is None else _(_STATUS_PHRASES[status])


def turned_into(status: Status | None) -> str:
    """Return a status as what something has become: "now a partial outage"."""
    return _("now unknown") if status is None else _(_TURNED_INTO[status])


def mark_word(mark: Mark) -> str:
    """Return what a shape means, for those who hear it instead of seeing it."""
    return _(_MARK_WORDS[mark])


def phase_word(phase: Phase | None, said: str = "") -> str:
    """Return where an incident stands; for a phase we do not know, the page's own word, if it said one."""
    return (said or _("Unknown")) if phase is None else _(_PHASES[phase])


def impact_word(impact: Impact | None) -> str:
    """Return the page's own word for how bad an incident is; where it has none, an empty string."""
    return "" if impact is None else _(_IMPACTS[impact])


def failure_phrase(failure: FetchFailure) -> str:
    """Return why a look failed, short enough for brackets: "timed out"."""
    if failure.kind is FailureKind.HTTP_ERROR and failure.http_status is not None:
        return _("the server said {status}").format(status=failure.http_status)
    return _(_FAILURES[failure.kind])


def because_sentence(because: Because) -> str:
    """Return what decided the status of a page."""
    return _(_REASONS[because])


def _later(text: str) -> str:
    """Mark a text for translation that stands in a table; it is translated when it is used."""
    return text


_MARKS: Mapping[Status, Mark] = MappingProxyType(
    {
        Status.OPERATIONAL: Mark.FINE,
        Status.MAINTENANCE: Mark.MAINTENANCE,
        Status.DEGRADED: Mark.DEGRADED,
        Status.PARTIAL_OUTAGE: Mark.OUTAGE,
        Status.MAJOR_OUTAGE: Mark.OUTAGE,
    }
)

_STATUSES: Mapping[Status, str] = MappingProxyType(
    {
        Status.OPERATIONAL: _later("Operational"),
        Status.MAINTENANCE: _later("Maintenance"),
        Status.DEGRADED: _later("Degraded"),
        Status.PARTIAL_OUTAGE: _later("Partial outage"),
        Status.MAJOR_OUTAGE: _later("Major outage"),
    }
)

_STATUS_PHRASES: Mapping[Status, str] = MappingProxyType(
    {
        Status.OPERATIONAL: _later("operational"),
        Status.MAINTENANCE: _later("planned maintenance"),
        Status.DEGRADED: _later("degraded"),
        Status.PARTIAL_OUTAGE: _later("partial outage"),
        Status.MAJOR_OUTAGE: _later("major outage"),
    }
)

_TURNED_INTO: Mapping[Status, str] = MappingProxyType(
    {
        Status.OPERATIONAL: _later("now operational"),
        Status.MAINTENANCE: _later("now under maintenance"),
        Status.DEGRADED: _later("now degraded"),
        Status.PARTIAL_OUTAGE: _later("now a partial outage"),
        Status.MAJOR_OUTAGE: _later("now a major outage"),
    }
)

_MARK_WORDS: Mapping[Mark, str] = MappingProxyType(
    {
        Mark.FINE: _later("fine"),
        Mark.MAINTENANCE: _later("maintenance"),
        Mark.DEGRADED: _later("degraded"),
        Mark.SUSPECTED: _later("trouble suspected"),
        Mark.OUTAGE: _later("outage"),
        Mark.UNKNOWN: _later("unknown"),
    }
)

_PHASES: Mapping[Phase, str] = MappingProxyType(
    {
        Phase.INVESTIGATING: _later("Investigating"),
        Phase.IDENTIFIED: _later("Identified"),
        Phase.MONITORING: _later("Monitoring"),
        Phase.RESOLVED: _later("Resolved"),
        Phase.POSTMORTEM: _later("Postmortem"),
        Phase.UPDATE: _later("Update"),
        Phase.SCHEDULED: _later("Scheduled"),
        Phase.IN_PROGRESS: _later("In progress"),
        Phase.VERIFYING: _later("Verifying"),
        Phase.COMPLETED: _later("Completed"),
    }
)

_IMPACTS: Mapping[Impact, str] = MappingProxyType(
    {
        Impact.NONE: _later("No impact"),
        Impact.MINOR: _later("Minor"),
        Impact.MAJOR: _later("Major"),
        Impact.CRITICAL: _later("Critical"),
        Impact.MAINTENANCE: _later("Maintenance"),
    }
)

_FAILURES: Mapping[FailureKind, str] = MappingProxyType(
    {
        FailureKind.DNS: _later("its name cannot be found"),
        FailureKind.REFUSED: _later("connection refused"),
        FailureKind.RESET: _later("connection broken off"),
        FailureKind.TIMEOUT: _later("timed out"),
        FailureKind.TLS: _later("no trusted connection"),
        FailureKind.PROXY: _later("trouble with the proxy"),
        FailureKind.HTTP_ERROR: _later("the server refused"),
        FailureKind.MOVED: _later("moved to another address"),
        FailureKind.NOT_A_STATUS_PAGE: _later("not a status page"),
        FailureKind.EMPTY: _later("empty answer"),
        FailureKind.TOO_LARGE: _later("answer too large"),
        FailureKind.INVALID: _later("answer cannot be read"),
        FailureKind.OFFLINE: _later("this computer is offline"),
    }
)

_REASONS: Mapping[Because, str] = MappingProxyType(
    {
        Because.COMPONENTS_SAY: _later("The page says so for the components you watch."),
        Because.INCIDENT_UNMARKED: _later("An incident is open, though the page marks no component."),
        Because.INCIDENT_OPEN: _later("An incident is open; the page lists no components."),
        Because.NO_INCIDENT: _later("No incident is open; the page lists no components."),
        Because.INDICATOR_SAYS: _later("The page's own summary says so; it lists no components."),
        Because.UNKNOWN_WORD: _later("The page uses a word for its status that we do not know."),
        Because.SCOPE_MATCHES_NOTHING: _later("The page lists none of the components you watch."),
        Because.COMPONENT_MISSING: _later("A component you watch is missing on the page."),
        Because.SHRUNK: _later("The page suddenly lists fewer components; the next look will tell."),
        Because.EMPTIED: _later("The page lists no components any more, so nothing can be said of them."),
        Because.NOTHING_SAID: _later("The page says nothing about how it is doing."),
    }
)
