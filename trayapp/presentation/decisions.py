"""Why was I (not) told? Decisions about pop-ups, in words."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from gettext import gettext as _
from types import MappingProxyType

from msgspec import Struct

from trayapp.domain.alert import Alert, Reason
from trayapp.presentation.ages import clock
from trayapp.presentation.tray import clipped
from trayapp.presentation.wording import worded
from trayapp.presentation.words import Mark, mark_of

COLUMNS_UNTRANSLATED = ("When", "Pop-up", "About", "Why")
_TITLE_LIMIT = 160


class DecisionRow(Struct, frozen=True):
    """One line of the list: ``cells`` and ``order`` in the order of the columns."""

    key: str
    mark: Mark | None
    cells: tuple[str, ...]
    order: tuple[float | str, ...]
    body: str
    """The rest of what the pop-up said, or would have said."""


def columns() -> tuple[str, ...]:
    """Return the headings of the list."""
    return tuple(_(each) for each in COLUMNS_UNTRANSLATED)


def decision_rows(
    decided: Iterable[tuple[Alert, bool, str]], names: Mapping[str, str], now: datetime
) -> tuple[DecisionRow, ...]:
    """Return decisions as lines: each an alert, whether it was told, and the policy's word for why; newest first."""
    rows: list[DecisionRow] = []
    seen: dict[str, int] = {}
    for alert, told, reason in decided:
        key = f"{alert.at.isoformat()} {alert.kind} {alert.concern} {reason}"
        seen[key] = seen.get(key, 0) + 1
        said = worded(alert, names, now)
        words = (clock(alert.at, now), outcome_word(reason, told=told), clipped(said.title, _TITLE_LIMIT))
        why = reason_sentence(reason)
        rows.append(
            DecisionRow(
                key=f"{key} {seen[key]}",
                mark=mark_of(alert.status) if alert.status is not None else None,
                cells=(*words, why),
                order=(alert.at.timestamp(), *words[1:], why),
                body=said.body,
            )
        )
    return tuple(rows)


def outcome_word(reason: str, *, told: bool) -> str:
    """Return whether something popped up: yes, no, or gathered for later."""
    if told:
        return _("Yes")
    return _("Later") if reason in _HELD else _("No")


def reason_sentence(reason: str) -> str:
    """Return why something was told, or not; the policy's own word where a later version gave it."""
    sentence = _SENTENCES.get(reason)
    return _(sentence) if sentence is not None else reason


def _later(text: str) -> str:
    """Mark a text for translation where it is defined; it is translated where it is used."""
    return text


_HELD = frozenset(
    {
        Reason.HELD_FOR_GROUP.value,
        Reason.HELD_AFTER_SLEEP.value,
        Reason.HELD_QUIET_HOURS.value,
        Reason.HELD_SNOOZED.value,
    }
)
_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        Reason.NEW.value: _later("New trouble."),
        Reason.WORSE.value: _later("It got worse."),
        Reason.OVER.value: _later("It is over."),
        Reason.STARTED_DURING.value: _later("It was going on already when we began to watch."),
        Reason.CALM.value: _later("It is calm again."),
        Reason.GATHERED.value: _later("What had been held back, in one pop-up."),
        Reason.ALL_FAIL.value: _later("Nothing answered, so it was this connection."),
        Reason.BACK.value: _later("Something answered again."),
        Reason.FLAPS.value: _later("It kept going up and down; said once."),
        Reason.MUTED.value: _later("Its pop-ups are switched off."),
        Reason.BELOW_LEVEL.value: _later("You want to hear of outages only."),
        Reason.SAME_EVENT.value: _later("The same event had been told already."),
        Reason.NEVER_TOLD.value: _later("Its beginning had not been told."),
        Reason.FLAPPING.value: _later("It kept going up and down, which had been said."),
        Reason.TOO_SOON.value: _later("It came back soon after a recovery; told if it holds."),
        Reason.HELD_FOR_GROUP.value: _later("Too many at once; kept for one pop-up about all."),
        Reason.HELD_AFTER_SLEEP.value: _later("The computer had just woken up; kept for one pop-up."),
        Reason.HELD_QUIET_HOURS.value: _later("Quiet hours; kept for one pop-up after them."),
        Reason.HELD_SNOOZED.value: _later("Pop-ups were snoozed; kept for one pop-up afterwards."),
        Reason.LATE.value: _later("It was too long ago."),
        Reason.WANTED.value: _later("You asked to be told."),
        Reason.ACKNOWLEDGED.value: _later("You had acknowledged it."),
        Reason.SNOOZED.value: _later("Pop-ups were snoozed."),
        Reason.QUIET.value: _later("Quiet hours."),
        Reason.DUE.value: _later("A reminder of a key; said once."),
    }
)
