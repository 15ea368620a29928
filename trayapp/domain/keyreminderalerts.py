"""When a key that works is worth a pop-up all the same: once before it ends, when it is old, when little is left."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from msgspec.structs import replace

from trayapp.domain.alert import Alert, AlertKind, Circumstances, Decision, Level, NotificationRules, Reason
from trayapp.domain.alertbook import AlertBook, Decided, Reminded
from trayapp.domain.digest import offer, withdraw
from trayapp.domain.keyreminders import SOON, Reminder, reminders
from trayapp.domain.keys import Facts, KeyState

LITTLE_AGAIN = timedelta(days=7)
"""What was filled up and is low again is said again, but not every day of a daily limit."""

_END, _AGE, _LITTLE = "end", "age", "little"
_THINGS: Mapping[Reminder, str] = MappingProxyType(
    {
        Reminder.ENDED: _END,
        Reminder.ENDS_SOON: _END,
        Reminder.OLD: _AGE,
        Reminder.LITTLE_LEFT: _LITTLE,
    }
)
_AMOUNTS = ("credit", "remaining", "used", "limit", "currency")


def decide_reminders(
    book: AlertBook, keys: Iterable[KeyState], rules: NotificationRules, now: datetime, around: Circumstances
) -> Decided:
    """Decide of which keys, all there are, somebody is to be reminded now. First match wins.

    The alert's title is the key's label, ``started_at`` the moment it is about, and its components are the name of the
    reminder and, of what is left, names and values of facts in turn. What still waits when it holds no more (the key
    was replaced, or the credit filled up) is dropped without a word.

    ==============================  ==============================================  =====  ================
    the key                         condition                                       told?  reason
    ==============================  ==============================================  =====  ================
    needs attention, or lost models                                                 -      (no decision)
    ends within 14 days, or ended   an end less than 14 days earlier was told       -      (no decision)
    is old                          the same day of birth was told                  -      (no decision)
    has little left                 told, and it never had more since               -      (no decision)
    has little left                 told less than 7 days ago                       -      (no decision)
    any of them                     its provider is muted                           no     MUTED
    any of them                     only outages are wanted                         no     BELOW_LEVEL
    any of them                     snoozed, after sleep, quiet, the fourth in 30 s later  HELD_...
    any of them                     otherwise                                       yes    DUE
    ==============================  ==============================================  =====  ================
    """
    made: list[Decision] = []
    states = tuple(keys)
    ids = {each.ref.id for each in states}
    book = replace(book, reminded=tuple(each for each in book.reminded if each.key_id in ids))
    wanted: set[str] = set()
    for state in states:
        due = _due(state, now)
        book = _noted_over(book, state, due)
        for reminder, moment in due.values():
            wanted.add(_concern(state, reminder))
            book, is_new = _remembered(book, state, reminder, moment if reminder is not Reminder.LITTLE_LEFT else now)
            if is_new:
                alert = _alert(state, reminder, moment, now)
                book, decisions = _told(book, alert, rules.level_for("", state.ref.provider), around)
                made.extend(decisions)
    return _without_the_rest(book, wanted), tuple(made)


def _due(state: KeyState, now: datetime) -> dict[str, tuple[Reminder, datetime]]:
    """Return what there is to say of a key, by the thing it is about; of one that is refused that says enough."""
    if state.health.is_bad:
        return {}
    return {_THINGS[each]: (each, moment) for each, moment in reminders(state, now) if each in _THINGS}


def _noted_over(book: AlertBook, state: KeyState, due: Mapping[str, object]) -> AlertBook:
    """Note that a key has enough again. A check that told no sums says nothing of that."""
    before = _before(book, state, _LITTLE)
    if before is None or before.is_over or _LITTLE in due or not (state.health.works and _amounts(state.facts)):
        return book
    return _noted(book, replace(before, is_over=True))


def _remembered(book: AlertBook, state: KeyState, reminder: Reminder, about: datetime) -> tuple[AlertBook, bool]:
    """Return the book that knows of this reminder, and whether it is news.

    An end that moves on with every check, as that of keys that live for hours, is noted without a word.
    """
    thing = _THINGS[reminder]
    before = _before(book, state, thing)
    is_new = before is None or _is_news(before, about)
    if is_new or thing == _END:
        book = _noted(book, Reminded(state.ref.id, thing, about))
    return book, is_new


def _alert(state: KeyState, reminder: Reminder, moment: datetime, now: datetime) -> Alert:
    sums = _amounts(state.facts) if reminder is Reminder.LITTLE_LEFT else ()
    return Alert(
        kind=AlertKind.KEY,
        at=now,
        title=state.ref.label,
        started_at=moment,
        components=(reminder.value, *sums),
        concern=_concern(state, reminder),
    )


def _told(book: AlertBook, alert: Alert, level: Level, around: Circumstances) -> Decided:
    if level is Level.MUTE:
        return book, (Decision(alert, told=False, reason=Reason.MUTED),)
    if level is Level.OUTAGES:
        return book, (Decision(alert, told=False, reason=Reason.BELOW_LEVEL),)
    return offer(book, alert, Reason.DUE, around)


def _is_news(before: Reminded, about: datetime) -> bool:
    if before.what == _END:
        return about - before.moment >= SOON
    if before.what == _AGE:
        return about != before.moment
    return before.is_over and about - before.moment >= LITTLE_AGAIN


def _without_the_rest(book: AlertBook, wanted: set[str]) -> AlertBook:
    """Drop what waits for a digest and holds no more."""
    for each in book.held:
        if each.components[:1] and each.components[0] in set(Reminder) and each.concern not in wanted:
            book = withdraw(book, each.concern)
    return book


def _before(book: AlertBook, state: KeyState, what: str) -> Reminded | None:
    return next((each for each in book.reminded if (each.key_id, each.what) == (state.ref.id, what)), None)


def _noted(book: AlertBook, reminded: Reminded) -> AlertBook:
    others = (each for each in book.reminded if (each.key_id, each.what) != (reminded.key_id, reminded.what))
    return replace(book, reminded=(*others, reminded))


def _concern(state: KeyState, reminder: Reminder) -> str:
    return f"key/{state.ref.id}/{_THINGS[reminder]}"


def _amounts(facts: Facts) -> tuple[str, ...]:
    """Return the sums a provider told, as names and values in turn."""
    return tuple(part for name in _AMOUNTS if name in facts for part in (name, facts[name]))
