"""When to check a key again: a pure policy over a table, answering with a moment and a reason."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from trayapp.domain.keys import CONFIRM_AFTER, KeyState, Reachability

BACKGROUND = timedelta(hours=6)
"""The least time between two checks nobody asked for."""
SUSPICION = timedelta(minutes=5)
SUSPICION_LASTS = timedelta(hours=1)
"""While the provider's page is bad a key tells whether it still works here; for this long at the most."""
LIMITED = timedelta(hours=1)
"""The wait after a refusal that names no time."""
NOT_SENT = timedelta(minutes=15)
"""The wait after an attempt that never left this computer."""
UNREACHED = timedelta(hours=1)
JITTER = 0.2
"""A check comes up to this share later, never earlier."""
HOST_WINDOW = timedelta(minutes=1)
HOST_SIZE = 3
"""At most this many checks of one host in one window."""


class CheckReason(StrEnum):
    """Why the next check is when it is."""

    OFF = "checks are switched off"
    FIRST = "it was never checked"
    LIMITED = "the provider asked us to wait"
    FINAL = "asking again is pointless until the key is changed"
    CONFIRM = "a refusal we do not know wants a second look"
    RECOVERED = "the provider has recovered"
    SUSPICION = "the provider's page reports trouble"
    NOT_SENT = "the last attempt did not leave this computer"
    UNREACHED = "the provider was not reached"
    BACKGROUND = "nothing is going on"


class Surroundings(Struct, frozen=True):
    """What is known of a key's provider: since when its page is bad, and when it last recovered (UTC)."""

    trouble_since: datetime | None = None
    recovered_at: datetime | None = None


CALM = Surroundings()


def next_check(
    state: KeyState, now: datetime, around: Surroundings = CALM, chance: float = 0.0
) -> tuple[datetime | None, CheckReason]:
    """Return when to check a key next (``None``: not by itself; a moment in the past: at once) and why.

    ``chance`` is in [0, 1) and spreads the checks. First match wins.

    ===================================  ==========================================  ==========
    the key                              next check                                  reason
    ===================================  ==========================================  ==========
    is not to be checked                 never                                       OFF
    was never checked                    at once                                     FIRST
    was limited (429)                    when the provider said, else after 1 h      LIMITED
    is refused for good                  never                                       FINAL
    is under suspicion                   10 min after it was first suspected         CONFIRM
    last checked before the recovery     at once                                     RECOVERED
    trouble for less than 1 h            5 min after the last check                  SUSPICION
    store locked                         15 min after the last attempt               NOT_SENT
    not reached, nor left unanswered     1 h after the last attempt                  UNREACHED
    anything else                        6 h after the last check                    BACKGROUND
    ===================================  ==========================================  ==========
    """
    answer, last = state.answer, state.checked_at
    if not state.ref.is_checked:
        return None, CheckReason.OFF
    if answer is None or last is None:
        return now, CheckReason.FIRST
    later = 1 + JITTER * chance
    limited_until = limit_of(state)
    if limited_until is not None:
        return limited_until + (later - 1) * LIMITED, CheckReason.LIMITED
    if state.health.is_final:
        return None, CheckReason.FINAL
    if state.suspected_at is not None and last - state.suspected_at < CONFIRM_AFTER:
        return state.suspected_at + CONFIRM_AFTER, CheckReason.CONFIRM
    if around.recovered_at is not None and last < around.recovered_at:
        return around.recovered_at, CheckReason.RECOVERED
    since = around.trouble_since
    if since is not None and now - since < SUSPICION_LASTS:
        return max(since, last + later * SUSPICION), CheckReason.SUSPICION
    if answer.reachability is Reachability.STORE_LOCKED:
        return last + later * NOT_SENT, CheckReason.NOT_SENT
    if answer.reachability is Reachability.UNREACHABLE and not answer.is_unanswered:
        return last + later * UNREACHED, CheckReason.UNREACHED
    return last + later * BACKGROUND, CheckReason.BACKGROUND


def limit_of(state: KeyState) -> datetime | None:
    """Return until when a key must not be checked, not even on demand, because its provider asked us to wait."""
    answer = state.answer
    if answer is None or state.checked_at is None or answer.reachability is not Reachability.RATE_LIMITED:
        return None
    return state.checked_at + (timedelta(seconds=answer.retry_after) if answer.retry_after is not None else LIMITED)


def may_answer(state: KeyState, now: datetime, *, is_first: bool) -> bool:
    """Return whether to check a key because a person says that its provider fails: at once, then every five minutes.

    Not one that is not to be checked, not before the time a provider asked for, and not again where nothing changes.
    """
    until = limit_of(state)
    if not state.ref.is_checked or (until is not None and until > now):
        return False
    is_late = state.checked_at is None or now - state.checked_at >= SUSPICION
    return is_first or (is_late and not state.health.is_final)


def host_is_free_at(asked: tuple[datetime, ...], now: datetime) -> datetime:
    """Return from when a host may be asked again, given when it was asked lately, oldest first."""
    recent = tuple(each for each in asked if now - each < HOST_WINDOW)
    return now if len(recent) < HOST_SIZE else recent[-HOST_SIZE] + HOST_WINDOW
