"""When a key is worth a thought although it works: before it ends, and when it has grown old. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite

from trayapp.domain.keys import Facts, KeyState

SOON = timedelta(days=14)
"""So long before its end a key's owner is told."""
OLD = timedelta(days=365)
"""The longer a key lies about, the more places know it."""
NEWS = timedelta(days=7)
"""For so long a model that went is told of in the open."""
LITTLE = 0.1
"""The share of a limit that is little."""
SMALL_CHANGE = 1.0
"""Below this a credit is little, whatever its currency."""


class Reminder(StrEnum):
    """What a person may want to do something about."""

    ENDED = "ended"
    ENDS_SOON = "ends soon"
    OLD = "old"
    MODELS_GONE = "models gone"
    LITTLE_LEFT = "little left"


def reminders(state: KeyState, now: datetime) -> tuple[tuple[Reminder, datetime], ...]:
    """Return what there is to say of a key, each with its moment.

    ===============  ============================================  =======================
    what             when                                          its moment
    ===============  ============================================  =======================
    has ended        its end, told or read, has passed             the end
    ends soon        its end is less than 14 days away             the end
    is old           made, replaced or added more than a year ago  that day, the latest
    has lost models  seen less than a week ago                     when it was seen
    has little left  works; under a tenth of its limit, or 1 of     when it was read
                     its currency
    ===============  ============================================  =======================
    """
    found: list[tuple[Reminder, datetime]] = []
    end = end_of(state)
    if end is not None and end - now < SOON:
        found.append((Reminder.ENDED if end <= now else Reminder.ENDS_SOON, end))
    made = state.ref.rotated_at or state.ref.created_at or state.ref.added_at
    if made is not None and now - made > OLD:
        found.append((Reminder.OLD, made))
    if state.models is not None and state.models.gone and now - state.models.at < NEWS:
        found.append((Reminder.MODELS_GONE, state.models.at))
    if state.health.works and state.health_at is not None and _is_little(state.facts):
        found.append((Reminder.LITTLE_LEFT, state.health_at))
    return tuple(found)


def _is_little(facts: Facts) -> bool:
    left, limit, used = (_number(facts, name) for name in ("remaining", "limit", "used"))
    if limit is not None and limit > 0 and (left is not None or used is not None):
        return (left if left is not None else limit - (used or 0.0)) < LITTLE * limit
    credit = _number(facts, "credit")
    return credit is not None and credit < SMALL_CHANGE


def _number(facts: Facts, name: str) -> float | None:
    try:
        found = float(facts.get(name, ""))
    except ValueError:
        return None
    return found if isfinite(found) else None


def end_of(state: KeyState) -> datetime | None:
    """Return when a key ends, as its owner told us or else its provider; ``None`` where nobody did."""
    if state.ref.expires_at is not None:
        return state.ref.expires_at
    try:
        found = datetime.fromisoformat(state.facts.get("expires", ""))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
