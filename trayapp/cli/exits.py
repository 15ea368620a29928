"""The exit codes other programs rely on (PRODUCT.md section 7)."""

from trayapp.domain.status import Status

DONE = 0
FAILED = 1
USAGE = 64
INTERRUPTED = 130

FINE = 0
DEGRADED = 1
OUTAGE = 2
UNKNOWN = 3


class UsageError(Exception):
    """The command was used wrongly; the message is a sentence for a person."""


def code_for(status: Status | None) -> int:
    """Return the exit code of ``status``: 0 fine (also maintenance), 1 degraded, 2 outage, 3 unknown."""
    if status is None:
        return UNKNOWN
    if status.is_outage:
        return OUTAGE
    return DEGRADED if status.is_bad else FINE
