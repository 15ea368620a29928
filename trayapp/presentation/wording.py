"""What a pop-up says: an alert in words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import IntEnum
from gettext import gettext as _
from gettext import ngettext
from types import MappingProxyType

from msgspec import Struct

from trayapp.domain.alert import Alert, AlertKind
from trayapp.domain.keyreminders import Reminder
from trayapp.domain.keys import KeyHealth
from trayapp.domain.status import Status
from trayapp.domain.verdictalerts import SUFFIX as DERIVED_SUFFIX
from trayapp.domain.wishes import wish_of
from trayapp.presentation.ages import clock, duration, long_date
from trayapp.presentation.keys import health_word, reminded
from trayapp.presentation.tray import clipped
from trayapp.presentation.verdict import derived_body, derived_title
from trayapp.presentation.words import status_phrase, status_word, turned_into

_COMPONENTS = 5
_GATHERED = 6
_TITLE_LIMIT = 100
_LINE_LIMIT = 120
OPEN = "open"
ACKNOWLEDGE = "acknowledge"
BACK = "back"
"""Keys of a pop-up's buttons. A click on the pop-up itself is "default", which some desktops show as a button too."""


class Urgency(IntEnum):
    """How loud a pop-up is; the values are those of the desktop notification standard."""

    LOW = 0
    NORMAL = 1
    CRITICAL = 2


class Action(Struct, frozen=True):
    """A button. The standard's key for a click on the pop-up itself is "default"."""

    key: str
    label: str


class Worded(Struct, frozen=True):
    """A pop-up in words: plain text, never markup."""

    title: str
    body: str
    urgency: Urgency = Urgency.NORMAL
    actions: tuple[Action, ...] = ()


def worded(alert: Alert, names: Mapping[str, str], now: datetime, *, is_replay: bool = False) -> Worded:
    """Return what to say; ``names`` is by page id, ``now`` decides how much of a date is needed.

    In a replay the title says that it is one, the body of which day, and nothing is loud: nobody shall take it for
    an outage of today.
    """
    name = names.get(alert.page_id, alert.page_id) if alert.page_id is not None else ""
    title, body = _SAYINGS[alert.kind](_Telling(alert, name, names, now))
    urgency = _urgency(alert)
    if is_replay:
        title = _("Replay: {sentence}").format(sentence=title)
        body = _("{date}, not live. {body}").format(date=long_date(now), body=body)
        urgency = min(urgency, Urgency.NORMAL)
    return Worded(clipped(title, _TITLE_LIMIT), body, urgency, _actions(alert))


class _Telling(Struct, frozen=True):
    """An alert and what is needed to speak of it."""

    alert: Alert
    name: str
    names: Mapping[str, str]
    now: datetime

    @property
    def affected(self) -> str:
        """Return "Degraded: Chat Completions, Responses.", or just "Degraded."."""
        word = status_word(self.alert.status)
        listed = self.alert.components[:_COMPONENTS]
        if not listed:
            return _("{status}.").format(status=word)
        names = ", ".join(listed)
        more = len(self.alert.components) - len(listed)
        if more:
            names = _("{names} and {count} more").format(names=names, count=more)
        return _("{status}: {names}.").format(status=word, names=names)

    @property
    def since(self) -> str:
        """Return "Since 14:02.", or nothing."""
        if self.alert.started_at is None:
            return ""
        return _("Since {time}.").format(time=clock(self.alert.started_at, self.now))

    @property
    def span(self) -> str:
        """Return "From 14:02 to 14:34.", or nothing."""
        start, end = self.alert.started_at, self.alert.ended_at
        if start is None or end is None:
            return ""
        return _("From {start} to {end}.").format(start=clock(start, self.now), end=clock(end, self.now))

    @property
    def took(self) -> str:
        """Return "32 min", or nothing."""
        start, end = self.alert.started_at, self.alert.ended_at
        return duration(end - start) if start is not None and end is not None and end > start else ""


_Saying = tuple[str, str]


def _opened(told: _Telling) -> _Saying:
    if told.alert.concern.endswith(DERIVED_SUFFIX):
        return derived_title(told.name, is_over=False), derived_body(is_over=False)
    what = told.alert.title or status_phrase(told.alert.status)
    return _("{name}: {what}").format(name=told.name, what=what), _sentences(told.affected, told.since)


def _escalated(told: _Telling) -> _Saying:
    title = _("{name}: {what}").format(name=told.name, what=turned_into(told.alert.status))
    return title, _sentences(_title_sentence(told), told.affected, told.since)


def _recovered(told: _Telling) -> _Saying:
    """Say what is over, and never more: other trouble of the same page may still be there."""
    alert, values = told.alert, {"name": told.name, "duration": told.took}
    if alert.concern.endswith(DERIVED_SUFFIX):
        return derived_title(told.name, is_over=True), derived_body(is_over=True)
    asked = _("You asked to be told.") if alert.is_wanted else ""
    if alert.concern == f"{alert.page_id}/":  # the policy's name for the page as a whole, when it stops flapping
        return _("{name} is calm again").format(**values), _sentences(_still(alert.status), told.span)
    if alert.status is not Status.OPERATIONAL:
        title = _("{name}: one trouble is over").format(**values)
        return title, _sentences(_title_sentence(told), _still(alert.status), told.span, asked)
    title = _("{name} is back - it took {duration}") if told.took else _("{name} is back")
    return title.format(**values), _sentences(_title_sentence(told), told.span, asked)


def _started_during(told: _Telling) -> _Saying:
    title = _("{name} was already having trouble when we started").format(name=told.name)
    return title, _sentences(_title_sentence(told), told.affected, told.since)


def _connection(told: _Telling) -> _Saying:
    body = _("No status page answers. What is shown is from before, with its age.")
    return _("Your connection seems to be down"), _sentences(body, told.since)


def _connection_back(told: _Telling) -> _Saying:
    if not told.took:
        return _("Status pages answer again"), ""
    return _("Status pages answer again"), _("None did for {duration}.").format(duration=told.took)


def _flapping(told: _Telling) -> _Saying:
    return (
        _("{name} keeps going up and down").format(name=told.name),
        _sentences(_("You will hear of it again when it is calm."), _now(told.alert.status)),
    )


def _digest(told: _Telling) -> _Saying:
    gathered = told.alert.gathered
    if len(gathered) == 1:
        # Held back alone it needs no other words than its own.
        words = worded(gathered[0], told.names, told.now)
        return words.title, words.body
    title = ngettext("{count} thing happened", "{count} things happened", len(gathered)).format(count=len(gathered))
    lines = [_line(each, told) for each in gathered[:_GATHERED]]
    if len(gathered) > _GATHERED:
        lines.append(_("and {count} more").format(count=len(gathered) - _GATHERED))
    return title, "\n".join(lines)


def _key(told: _Telling) -> _Saying:
    """Say which key, and what is wrong with it: the label is the alert's title, the rest its components."""
    health, reason = (*told.alert.components, "", "")[:2]
    if health in set(Reminder):
        alert = told.alert
        sums = dict(zip(alert.components[1::2], alert.components[2::2], strict=False))
        return reminded(alert.title, Reminder(health), alert.started_at or alert.at, sums, told.now)
    word = health_word(KeyHealth(health)) if health in set(KeyHealth) else ""
    if health in set(KeyHealth) and KeyHealth(health).works:
        return _("Your key “{label}” works again").format(label=told.alert.title), ""
    title = _("Your key “{label}” needs attention: {health}").format(label=told.alert.title, health=word)
    return title, reason


def _other(told: _Telling) -> _Saying:
    if not told.name:
        return told.alert.title, ""
    return _("{name}: {what}").format(name=told.name, what=told.alert.title), ""


_SAYINGS: Mapping[AlertKind, Callable[[_Telling], _Saying]] = MappingProxyType(
    {
        AlertKind.OPENED: _opened,
        AlertKind.ESCALATED: _escalated,
        AlertKind.RECOVERED: _recovered,
        AlertKind.STARTED_DURING: _started_during,
        AlertKind.CONNECTION: _connection,
        AlertKind.CONNECTION_BACK: _connection_back,
        AlertKind.FLAPPING: _flapping,
        AlertKind.DIGEST: _digest,
        AlertKind.KEY: _key,
        AlertKind.NOTICE: _other,
    }
)

_QUIET = frozenset({AlertKind.RECOVERED, AlertKind.CONNECTION_BACK})
_LOUD = frozenset({AlertKind.OPENED, AlertKind.ESCALATED})


def _urgency(alert: Alert) -> Urgency:
    """Return how loud to be. Loud pop-ups stay until they are seen and pass do-not-disturb: major outages only."""
    if alert.kind in _QUIET or alert.components[:1] == (Reminder.OLD.value,):
        return Urgency.LOW
    if alert.kind in _LOUD and alert.status is Status.MAJOR_OUTAGE:
        return Urgency.CRITICAL
    return Urgency.NORMAL


def _actions(alert: Alert) -> tuple[Action, ...]:
    """Return the buttons, in the order of their use. What no page knows of there is nothing to acknowledge."""
    opens = _("Open incident") if alert.incident_id is not None else _("Open")
    click = Action("default", opens)
    if wish_of(alert) is None:
        return (click,)
    is_derived = alert.concern.endswith(DERIVED_SUFFIX)
    known = () if is_derived else (Action(ACKNOWLEDGE, acknowledge_word()),)
    return (click, Action(OPEN, opens), *known, Action(BACK, back_word()))


def acknowledge_word() -> str:
    """Return what the button says that makes pop-ups about one trouble stop."""
    return _("Acknowledge")


def back_word() -> str:
    """Return what the button says that asks for one more pop-up."""
    return _("Tell me when it is back")


def _line(alert: Alert, told: _Telling) -> str:
    title = worded(alert, told.names, told.now).title
    return clipped(_("{time} {what}").format(time=clock(alert.at, told.now), what=title), _LINE_LIMIT)


def _title_sentence(told: _Telling) -> str:
    title = told.alert.title
    return title if not title or title[-1] in ".!?…" else _("{sentence}.").format(sentence=title)


def _still(status: Status | None) -> str:
    """Return what is left, or nothing when all is well."""
    if status is Status.OPERATIONAL:
        return ""
    return _now(status)


def _now(status: Status | None) -> str:
    return _("Now: {status}.").format(status=status_phrase(status))


def _sentences(*parts: str) -> str:
    return " ".join(each for each in parts if each)
