"""Keys in words: rows for both shells, and the JSON other programs read."""

from collections.abc import Mapping
from datetime import datetime
from gettext import gettext as _
from types import MappingProxyType

from msgspec import Struct

from trayapp.domain.keyreminders import Reminder, end_of, reminders
from trayapp.domain.keys import KeyHealth, KeyState, Reachability
from trayapp.domain.rotation import KeyBook, OldKey
from trayapp.presentation.ages import age, clock, duration, long_date
from trayapp.presentation.document import Document, stamp
from trayapp.presentation.words import Mark

_SESSION = "session"
_MODELS_NAMED = 3


class KeyRow(Struct, frozen=True, kw_only=True):
    """One key as a shell shows it; everything is plain text, empty where there is nothing to say.

    ``health`` is the verdict, ``reason`` what the provider said with it; ``attempt`` says why the last check did not
    get through, while the verdict stays. ``notes`` are worth a thought although the key works. ``of`` is the id of the
    key that took an old one's place. ``id`` is what the commands take.
    """

    id: str
    label: str
    provider: str
    mark: Mark
    health: str
    reason: str = ""
    attempt: str = ""
    checked: str = ""
    since: str = ""
    credit: str = ""
    expires: str = ""
    key_age: str = ""
    kept_in: str = ""
    host: str = ""
    of: str = ""
    notes: tuple[str, ...] = ()


def health_word(health: KeyHealth) -> str:
    """Return a verdict in plain words: "Out of credit"."""
    return _(_HEALTHS[health])


def reach_phrase(reachability: Reachability) -> str:
    """Return what became of an attempt, as part of a sentence; empty where it got through."""
    return _(_REACHES[reachability]) if reachability in _REACHES else ""


def mark_of_key(health: KeyHealth) -> Mark:
    """Return what the eye is shown."""
    if health.works:
        return Mark.FINE
    if not health.is_bad:
        return Mark.UNKNOWN
    return Mark.DEGRADED if health in _CAN_BE_PAID else Mark.OUTAGE


def key_rows(book: KeyBook, names: Mapping[str, str], now: datetime) -> tuple[KeyRow, ...]:
    """Return one row for each key, each followed by those it replaced. ``names`` is by provider id."""
    rows: list[KeyRow] = []
    for state in book.keys:
        rows.append(_row(state, names, now))
        rows.extend(_old_row(each, names, now) for each in book.old_of(state.ref.id))
    return tuple(rows)


def key_lines(row: KeyRow) -> list[str]:
    """Return a key as lines for a terminal."""
    first = _("{label} ({provider}): {health}").format(label=row.label, provider=row.provider, health=row.health)
    parts = [row.since, row.checked, row.credit, row.expires]
    lines = [" - ".join([first, *filter(None, parts)])]
    lines.extend(f"    {each}" for each in (row.reason, row.attempt, *row.notes) if each)
    return lines


def attention(keys: tuple[KeyState, ...]) -> tuple[KeyState, ...]:
    """Return the keys a person has to do something about."""
    return tuple(each for each in keys if each.health.is_bad)


def keys_document(book: KeyBook, backend: str, *, only: frozenset[str] | None = None) -> Document:
    """Return ``trayapp.keys/1``: keys without any key; ``only`` narrows it to some ids."""
    return {
        "schema": "trayapp.keys/1",
        "backend": backend,
        "keys": [_document(each, book) for each in book.keys if only is None or each.ref.id in only],
    }


def kept_in(book: KeyBook) -> str:
    """Return the names of the stores the keys lie in, as their entries say; nothing is asked."""
    names = (each.ref.entry.rpartition("/")[0] for each in book.keys)
    return ", ".join(dict.fromkeys(each for each in names if each and each != _SESSION))


def _document(state: KeyState, book: KeyBook) -> Document:
    answer = state.answer
    return {
        "label": state.ref.label,
        "provider": state.ref.provider,
        "health": state.health.value,
        "reachability": answer.reachability.value if answer is not None else None,
        "reason": _reason(state),
        "checked_at": stamp(state.checked_at),
        "since": stamp(state.since),
        "facts": dict(state.facts),
        "models": _models(state),
        "old": [
            {
                "label": old.state.ref.label,
                "health": old.state.health.value,
                "replaced_at": stamp(old.replaced_at),
                "died_at": stamp(old.died_at),
            }
            for old in book.old_of(state.ref.id)
        ],
    }


def _models(state: KeyState) -> Document | None:
    """Return how the list of models last changed, if it ever did."""
    news = state.models
    return {"at": stamp(news.at), "gone": list(news.gone), "new": list(news.new)} if news is not None else None


def key_notes(state: KeyState, now: datetime) -> tuple[str, ...]:
    """Return what is worth a thought although the key works, as sentences."""
    return tuple(_note(state, reminder, moment, now) for reminder, moment in reminders(state, now))


def _note(state: KeyState, reminder: Reminder, moment: datetime, now: datetime) -> str:
    if reminder is Reminder.ENDED:
        return _("Its end was on {date}.").format(date=long_date(moment))
    if reminder is Reminder.ENDS_SOON:
        sentence = _("It ends on {date}, in {time}: replace it before.")
        return sentence.format(date=long_date(moment), time=duration(moment - now))
    if reminder is Reminder.OLD:
        sentence = _("It has been the same since {date}. The older a key, the more places know it: replace it?")
        return sentence.format(date=long_date(moment))
    if reminder is Reminder.LITTLE_LEFT:
        return _("Little is left: {what}.").format(what=_credit(state.facts))
    return _gone(state.models.gone if state.models is not None else ())


def reminded(
    label: str, reminder: Reminder, moment: datetime, sums: Mapping[str, str], now: datetime
) -> tuple[str, str]:
    """Return a pop-up that reminds of a key: its title, and what to do. ``sums`` are the facts about money."""
    if reminder is Reminder.LITTLE_LEFT:
        told = _credit(sums)
        return _("Little is left for your key “{label}”").format(label=label), f"{told[:1].upper()}{told[1:]}."
    date = long_date(moment)
    if reminder is Reminder.OLD:
        title = _("Your key “{label}” has been the same since {date}").format(label=label, date=date)
        return title, _("The older a key, the more places know it: replace it?")
    if moment <= now:
        return _("Your key “{label}” ended on {date}").format(label=label, date=date), _("Replace it if you need it.")
    title = _("Your key “{label}” ends on {date}").format(label=label, date=date)
    return title, _("In {time}: replace it before.").format(time=duration(moment - now))


def _gone(models: tuple[str, ...]) -> str:
    named = ", ".join(models[:_MODELS_NAMED])
    if len(models) == 1:
        return _("{model} is no longer listed for this key.").format(model=named)
    if len(models) <= _MODELS_NAMED:
        return _("{models} are no longer listed for this key.").format(models=named)
    sentence = _("{models} and {count} more are no longer listed for this key.")
    return sentence.format(models=named, count=len(models) - _MODELS_NAMED)


def _reason(state: KeyState) -> str:
    """Return why the last attempt did not get through, else what was said with the verdict."""
    answer = state.answer
    if answer is not None and answer.reachability is not Reachability.REACHED:
        return answer.reason
    return state.reason or (answer.reason if answer is not None else "")


def _row(state: KeyState, names: Mapping[str, str], now: datetime) -> KeyRow:
    ref, answer = state.ref, state.answer
    attempt = ""
    if answer is not None and answer.reachability is not Reachability.REACHED:
        attempt = _("Last check: {what}. {why}").format(what=reach_phrase(answer.reachability), why=answer.reason)
    return KeyRow(
        id=ref.id,
        label=ref.label,
        provider=names.get(ref.provider, ref.provider),
        mark=mark_of_key(state.health),
        health=health_word(state.health),
        reason=state.reason or ("" if answer is None or attempt else answer.reason),
        attempt=attempt,
        checked=_("checked {age}").format(age=age(state.health_at, now)) if state.health_at is not None else "",
        since=_("since {time}").format(time=clock(state.since, now)) if _is_news(state) and state.since else "",
        credit=_credit(state.facts),
        expires=_expiry(state, now),
        key_age=_("here since {date}").format(date=long_date(ref.added_at)) if ref.added_at is not None else "",
        kept_in=_kept(state),
        host=ref.host,
        notes=key_notes(state, now),
    )


def _old_row(old: OldKey, names: Mapping[str, str], now: datetime) -> KeyRow:
    """Return the row of a replaced key: its being refused is the good news here."""
    state = old.state
    provider = names.get(state.ref.provider, state.ref.provider)
    replaced = _("replaced {time}").format(time=clock(old.replaced_at, now))
    if old.died_at is not None:
        health = _("Dead: refused since {time}").format(time=clock(old.died_at, now))
        return KeyRow(
            id=state.ref.id,
            label=state.ref.label,
            provider=provider,
            mark=Mark.FINE,
            health=health,
            since=replaced,
            of=old.of,
        )
    checked_after = state.health_at is not None and state.health_at >= old.replaced_at
    works = checked_after and state.health.works
    row = _row(state, names, now)
    return KeyRow(
        id=state.ref.id,
        label=state.ref.label,
        provider=provider,
        mark=Mark.DEGRADED if works else Mark.UNKNOWN,
        health=_("Still works: revoke it at the provider") if works else _("Watched until the provider refuses it"),
        attempt=row.attempt,
        checked=row.checked if checked_after else "",
        since=replaced,
        of=old.of,
    )


def _is_news(state: KeyState) -> bool:
    return state.health.is_bad


def _credit(facts: Mapping[str, str]) -> str:
    currency = facts.get("currency", "")
    if "credit" in facts:
        return _("credit {amount}").format(amount=f"{facts['credit']} {currency}".strip())
    if "remaining" in facts:
        return _("{amount} left").format(amount=f"{facts['remaining']} {currency}".strip())
    if "used" in facts and "limit" in facts:
        return _("{used} of {limit} used").format(used=facts["used"], limit=facts["limit"])
    return ""


def _expiry(state: KeyState, now: datetime) -> str:
    moment = end_of(state)
    if moment is None:
        return ""
    word = _("expires {date}") if moment > now else _("expired {date}")
    return word.format(date=long_date(moment))


def _kept(state: KeyState) -> str:
    if state.ref.reference:
        return state.ref.reference
    store = state.ref.entry.rpartition("/")[0]
    return _("this session only") if store == _SESSION else store


def _later(text: str) -> str:
    """Mark a text for translation that stands in a table; it is translated when it is used."""
    return text


_CAN_BE_PAID = frozenset({KeyHealth.NO_CREDIT, KeyHealth.SPEND_LIMIT})

_HEALTHS: Mapping[KeyHealth, str] = MappingProxyType(
    {
        KeyHealth.OK: _later("Works"),
        KeyHealth.OK_LIMITED: _later("Works, limited"),
        KeyHealth.NO_CREDIT: _later("Out of credit"),
        KeyHealth.SPEND_LIMIT: _later("Spending limit reached"),
        KeyHealth.EXPIRED: _later("Expired"),
        KeyHealth.REJECTED: _later("Not accepted"),
        KeyHealth.SUSPENDED: _later("Account or key suspended"),
        KeyHealth.BLOCKED_REGION: _later("Not allowed from this country or region"),
        KeyHealth.BLOCKED_IP: _later("Not allowed from this network"),
        KeyHealth.MISCONFIGURED: _later("Settings do not match"),
        KeyHealth.MODEL_UNAVAILABLE: _later("Works; that model is not available"),
        KeyHealth.UNKNOWN: _later("Unclear answer"),
        KeyHealth.UNCHECKED: _later("Not checked"),
    }
)

_REACHES: Mapping[Reachability, str] = MappingProxyType(
    {
        Reachability.RATE_LIMITED: _later("the provider asks us to wait"),
        Reachability.PROVIDER_DOWN: _later("the provider has trouble"),
        Reachability.UNREACHABLE: _later("the provider was not reached"),
        Reachability.STORE_LOCKED: _later("the key could not be read"),
    }
)
