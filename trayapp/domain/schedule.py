"""When to look again: a pure policy over a table, answering with a delay and a reason."""

from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from trayapp.domain.report import FailureKind, FetchFailure
from trayapp.domain.snapshot import PageState

BACKOFF = (1, 2, 5, 15)
"""Minutes to wait after the first, second, ... refusal in a row (platforms.md section 3)."""
MINUTE = timedelta(minutes=1)
LONGEST_RETRY_AFTER = timedelta(hours=1)
JITTER = 0.2
"""A look comes up to this share earlier, never later: detection is promised within one interval.

Only where the host asked us to wait it comes up to this share later, never earlier.
"""
_BLOCKED = frozenset({403, 405, 429})


class NextReason(StrEnum):
    """Why the next look is when it is."""

    RETRY_AFTER = "the host asked for it"
    BLOCKED = "the host refused us"
    SERVER_ERROR = "the host had an error"
    NOT_REACHED = "the host was not reached"
    INCIDENT = "an incident is open"
    PAGE_ASKS = "the page publishes its own pace"
    IDLE = "nothing is going on"


_ASKED = frozenset({NextReason.RETRY_AFTER, NextReason.PAGE_ASKS})


class Cadence(Struct, frozen=True):
    """Polling intervals in force for one page."""

    idle: timedelta = timedelta(seconds=300)
    incident: timedelta = timedelta(seconds=60)


def interval_in_force(state: PageState, cadence: Cadence) -> timedelta:
    """Return the polling interval: the fast one while the page is bad, lists an open incident, or has just changed.

    The second good look decides about a recovery, so it must not be an idle interval away. A page that asks to be
    looked at less often is: its answers stay good for as much longer.
    """
    return max(_our_interval(state, cadence), _asked_pace(state))


def _our_interval(state: PageState, cadence: Cadence) -> timedelta:
    judgement = state.judgement
    if state.looks > 1 and state.shown is not None and state.since == state.fetched_at:
        return min(cadence.incident, cadence.idle)
    if judgement is not None and (judgement.incidents or (judgement.status is not None and judgement.status.is_bad)):
        return min(cadence.incident, cadence.idle)
    return cadence.idle


def next_look(state: PageState, cadence: Cadence, chance: float) -> tuple[timedelta, NextReason]:
    """Return how long to wait and why. ``chance`` is in [0, 1) and spreads the looks; first match wins.

    ==========================  =================================================  ============
    last look                   wait                                               reason
    ==========================  =================================================  ============
    failed, Retry-After given   that, at least the interval, at most 1 h           RETRY_AFTER
    failed with 403, 405, 429   1, 2, 5, 15 min, at least the interval             BLOCKED
    failed with another status  1, 2, 5, 15 min (scaled below 1 min intervals)     SERVER_ERROR
    failed otherwise            the interval, at most 1, 2, 5 min                  NOT_REACHED
    fine, page asks for longer  what it asks for                                   PAGE_ASKS
    fine, incident open or bad  the incident interval                              INCIDENT
    fine                        the idle interval                                  IDLE
    ==========================  =================================================  ============

    Looks are spread by coming a little earlier, but where somebody asked us to wait, a little later.
    """
    delay, reason = _wanted(state, cadence, _our_interval(state, cadence))
    share = JITTER * chance
    return delay * (1 + share if reason in _ASKED else 1 - share), reason


def _wanted(state: PageState, cadence: Cadence, interval: timedelta) -> tuple[timedelta, NextReason]:
    failure = state.failure
    if failure is None:
        asked = _asked_pace(state)
        if asked > interval:
            return asked, NextReason.PAGE_ASKS
        return interval, NextReason.INCIDENT if interval < cadence.idle else NextReason.IDLE
    if failure.retry_after is not None:
        return min(max(failure.retry_after, interval), LONGEST_RETRY_AFTER), NextReason.RETRY_AFTER
    step = _step(failure, state.failures_in_a_row, interval)
    if failure.http_status in _BLOCKED:
        return max(step, interval), NextReason.BLOCKED
    if failure.kind is FailureKind.HTTP_ERROR:
        return step, NextReason.SERVER_ERROR
    return min(step, interval), NextReason.NOT_REACHED


def _asked_pace(state: PageState) -> timedelta:
    """Return how long the page asks to be left alone between two looks; nothing where it does not."""
    asked = state.report.poll_after if state.report is not None else None
    return min(asked, LONGEST_RETRY_AFTER) if asked is not None else timedelta(0)


def _step(failure: FetchFailure, failures: int, interval: timedelta) -> timedelta:
    """Return the backoff step; intervals below a minute (loopback, tests) scale it down."""
    unit = min(interval, MINUTE)
    place = min(max(failures, 1), len(BACKOFF)) - 1
    if failure.kind is not FailureKind.HTTP_ERROR:
        place = min(place, len(BACKOFF) - 2)
    return BACKOFF[place] * unit
