"""One key in full: the row both shells show, the facts its provider tells, and what it does not tell."""

from collections.abc import Callable, Mapping
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext

from msgspec import Struct

from trayapp.domain.keys import CheckLevel, Facts, KeyHealth, KeyState, Reachability
from trayapp.domain.keyschedule import limit_of
from trayapp.domain.rotation import KeyBook
from trayapp.presentation.ages import clock, long_date
from trayapp.presentation.keys import KeyRow, key_rows
from trayapp.presentation.words import Mark

_MODELS_NAMED = 12

_Words = Callable[[Facts, datetime], str]


class KeyView(Struct, frozen=True, kw_only=True):
    """One key as a card. ``when`` holds ages; ``facts`` are pairs of a name and a value, in the order to show them.

    ``old`` are the rows of the keys it replaced. ``is_locked`` means that its store did not give it out.
    ``has_own_key`` is false for a reference, and for a server that needs no key.
    """

    row: KeyRow
    headline: str
    when: str
    lines: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    old: tuple[KeyRow, ...] = ()
    waits: str = ""
    is_locked: bool = False
    has_own_key: bool = True

    @property
    def spoken(self) -> str:
        """The card as one sentence, for those who hear it."""
        return ". ".join(each.rstrip(".") for each in (self.row.label, self.headline, self.when, *self.lines) if each)


def key_views(
    book: KeyBook,
    names: Mapping[str, str],
    now: datetime,
    *,
    blind: frozenset[str] = frozenset(),
    detailed: frozenset[str] | None = None,
) -> tuple[KeyView, ...]:
    """Return one view for each key, in the order they were added. ``names`` is by provider id.

    ``blind`` are the providers whose free check says "works" for an account without credit, too. Only the keys with
    ids in ``detailed`` get their facts, where it is given: most of the work is in what a closed card does not show.
    """
    rows = key_rows(book, names, now)
    by_id = {each.id: each for each in rows if not each.of}
    return tuple(
        _view(
            state,
            by_id[state.ref.id],
            tuple(each for each in rows if each.of == state.ref.id),
            now,
            _facts(state, by_id[state.ref.id], now, is_blind=state.ref.provider in blind)
            if detailed is None or state.ref.id in detailed
            else (),
        )
        for state in book.keys
        if state.ref.id in by_id
    )


def key_count(book: KeyBook, store: str) -> str:
    """Return how many keys there are, how many need attention, and where they lie."""
    count = len(book.keys)
    bad = sum(each.health.is_bad for each in book.keys)
    parts = [ngettext("{count} key", "{count} keys", count).format(count=count)]
    if store:
        parts.append(_("kept in {store}").format(store=store))
    if bad:
        parts.append(ngettext("{count} needs attention", "{count} need attention", bad).format(count=bad))
    return " · ".join(parts)


def sidebar_mark(book: KeyBook) -> Mark | None:
    """Return what to show beside the page's name: nothing, unless a key needs attention."""
    return Mark.DEGRADED if any(each.health.is_bad for each in book.keys) else None


def removal(book: KeyBook, rows: tuple[KeyRow, ...]) -> str:
    """Return what goes when these keys are removed, and what does not."""
    gone = [_removed(each, book) for each in rows]
    return "\n".join(
        [
            *gone,
            "",
            _("Gone for good as well: what is known of their health, and the watch over keys they replaced."),
            _(
                "The keys themselves stay valid: their providers are not asked to revoke them. Do that there if "
                "nobody is to use them any more."
            ),
        ]
    )


def _removed(row: KeyRow, book: KeyBook) -> str:
    state = book.key(row.id)
    if state is not None and state.ref.reference:
        return _("• {label}: the reference {reference}; what it leads to stays").format(
            label=row.label, reference=state.ref.reference
        )
    if state is not None and not state.ref.entry:
        return _("• {label}: it has no key").format(label=row.label)
    return _("• {label}: the key in {store}").format(label=row.label, store=row.kept_in)


def _view(
    state: KeyState, row: KeyRow, old: tuple[KeyRow, ...], now: datetime, facts: tuple[tuple[str, str], ...]
) -> KeyView:
    until = limit_of(state)
    is_limited = until is not None and until > now
    return KeyView(
        row=row,
        headline=_("{provider}: {health}").format(provider=row.provider, health=row.health),
        when=" · ".join(filter(None, (row.since, row.checked or _("not checked yet"), row.credit, row.expires))),
        lines=_lines(state, row),
        facts=facts,
        old=old,
        waits=_("The provider asked us to wait until {time}.").format(time=clock(until, now))
        if until is not None and is_limited
        else "",
        is_locked=state.answer is not None and state.answer.reachability is Reachability.STORE_LOCKED,
        has_own_key=bool(state.ref.entry),
    )


def _lines(state: KeyState, row: KeyRow) -> tuple[str, ...]:
    lines = []
    if row.reason and (not state.health.works or state.ref.is_checked is False):
        lines.append(row.reason)
    if row.attempt:
        lines.append(row.attempt)
    lines.extend(row.notes)
    if not state.ref.is_checked:
        lines.append(_("It is kept, but no check sends it to anybody."))
    return tuple(lines)


def _facts(state: KeyState, row: KeyRow, now: datetime, *, is_blind: bool) -> tuple[tuple[str, str], ...]:
    facts = state.facts
    told = [(_(label), words(facts, now)) for label, words in _TOLD if _is_told(words, facts, now)]
    found: list[tuple[str, str]] = []
    if state.reason and state.health.works and state.health is not KeyHealth.OK:
        found.append((_("In detail"), state.reason))
    found.extend(told)
    if state.models is not None:
        seen = clock(state.models.at, now)
        changed = ((_("No longer listed"), state.models.gone), (_("Newly listed"), state.models.new))
        found.extend(
            (name, _("{models} ({time})").format(models=_some(each), time=seen)) for name, each in changed if each
        )
    if row.expires and not facts.get("expires"):
        found.append((_("Expiry"), row.expires))
    if state.health.works and (state.ref.entry or state.ref.reference):
        unknown = [_(phrase) for names, phrase in _HOPED if not any(facts.get(each) for each in names)]
        if row.expires:
            unknown = [each for each in unknown if each != _(_EXPIRY)]
        if unknown:
            found.append((_("Cannot be read with this key"), ", ".join(unknown)))
        if is_blind and not row.credit and state.depth < CheckLevel.BALANCE:
            found.append((_("Not proven"), _("The free check does not see whether there is credit left.")))
    found.extend(_own(state, row))
    return tuple(found)


def _own(state: KeyState, row: KeyRow) -> list[tuple[str, str]]:
    """Return what we know ourselves: where it lies, where it may go, how old it is."""
    ref = state.ref
    made = ref.created_at
    pairs = (
        (_("Kept in"), row.kept_in),
        (_("Sent only to"), ref.host),
        (_("Ends with"), f"...{ref.last_four}" if ref.last_four else ""),
        (_("Made"), long_date(made) if made is not None else ""),
        (_("Here since"), long_date(ref.added_at) if ref.added_at is not None else ""),
        (_("Replaced"), long_date(ref.rotated_at) if ref.rotated_at is not None else ""),
    )
    return [(name, value) for name, value in pairs if value]


def _is_told(words: _Words, facts: Facts, now: datetime) -> bool:
    return bool(words(facts, now))


def _plain(*names: str) -> _Words:
    """Return what finds the first of these facts, as the provider wrote it."""
    return lambda facts, _now: next((facts[each] for each in names if facts.get(each)), "")


def _money(name: str) -> _Words:
    return lambda facts, _now: f"{facts[name]} {facts.get('currency', '')}".strip() if facts.get(name) else ""


def _time(name: str) -> _Words:
    def words(facts: Facts, now: datetime) -> str:
        text = facts.get(name, "")
        moment = _moment(text)
        return clock(moment, now) if moment is not None else text

    return words


def _models(facts: Facts, _now: datetime) -> str:
    """Return how many models the key may use, and the first of them."""
    named = [each for each in facts.get("models", "").split(", ") if each]
    if not named:
        return ""
    shown = ", ".join(named[:_MODELS_NAMED])
    count = facts.get("model_count", str(len(named)))
    if len(named) <= _MODELS_NAMED:
        return shown
    return _("{names} and more, {count} in this answer").format(names=shown, count=count)


def _some(names: tuple[str, ...]) -> str:
    if len(names) <= _MODELS_NAMED:
        return ", ".join(names)
    shown = ", ".join(names[:_MODELS_NAMED])
    return _("{models} and {count} more").format(models=shown, count=len(names) - _MODELS_NAMED)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _later(text: str) -> str:
    """Mark a text for translation that stands in a table; it is translated when it is used."""
    return text


_TOLD: tuple[tuple[str, _Words], ...] = (
    (_later("Credit"), _money("credit")),
    (_later("Left"), _money("remaining")),
    (_later("Limit"), _money("limit")),
    (_later("Used"), _money("used")),
    (_later("Resets"), _time("reset")),
    (_later("Expires"), _time("expires")),
    (_later("Plan"), _plain("plan", "tier")),
    (_later("Organisation"), _plain("organisation", "organisation_id")),
    (_later("Project"), _plain("project", "projects")),
    (_later("Account"), _plain("account", "team")),
    (_later("Name there"), _plain("key_name")),
    (_later("May do"), _plain("scopes")),
    (_later("Models"), _models),
)
_EXPIRY = _later("expiry")
_HOPED: tuple[tuple[tuple[str, ...], str], ...] = (
    (("credit", "remaining"), _later("credit")),
    (("limit", "used"), _later("limit")),
    (("reset",), _later("when a limit resets")),
    (("expires",), _EXPIRY),
    (("organisation", "organisation_id", "account", "team"), _later("organisation")),
    (("scopes",), _later("permissions")),
)
"""What a person hopes to be told, and the facts of which one answers it."""
