"""The form in which a provider's dialect is written down: tables of rules, and what a good answer looks like.

Adding a dialect is adding one ``Dialect``: rules for refusals (body codes first, then words, then the status),
and rows for good answers with the facts they carry. Nothing here knows a provider.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from trayapp.domain.keys import NO_FACTS, Facts, KeyAnswer, KeyHealth, Reachability
from trayapp.formats.text import one_line
from trayapp.formats.times import instant
from trayapp.probes.redaction import redacted, without_keys
from trayapp.probes.reply import Missing, Reply
from trayapp.probes.waiting import wait_asked_for

Condition = Callable[[Reply], bool]

SENTENCES = {
    KeyHealth.OK: "The key works.",
    KeyHealth.OK_LIMITED: "The key works, but it may not do everything.",
    KeyHealth.NO_CREDIT: "The account has no credit left.",
    KeyHealth.SPEND_LIMIT: "A spending limit has been reached.",
    KeyHealth.EXPIRED: "The key has expired.",
    KeyHealth.REJECTED: "The provider does not accept this key.",
    KeyHealth.SUSPENDED: "The account or the key has been suspended.",
    KeyHealth.BLOCKED_REGION: "The provider does not serve this country or region.",
    KeyHealth.BLOCKED_IP: "The key may not be used from this network.",
    KeyHealth.MISCONFIGURED: "The key and its settings do not fit together.",
    KeyHealth.MODEL_UNAVAILABLE: "The key works; the model asked for is not available to it.",
    KeyHealth.UNKNOWN: "The answer says nothing clear about the key.",
    KeyHealth.UNCHECKED: "Anyone gets this answer, so it proves nothing about the key.",
}
LIMITED = "Too many requests at the moment; this says nothing bad about the key."
RELAYED = "This is another provider's answer, passed on; it says nothing final about this key."
NOT_THE_KEY = "The request was refused for what it said, not for its key."
DOWN = "The provider has trouble at the moment; this says nothing about the key."

_LONGEST_QUOTE = 160
_LONGEST_REASON = 224
"""Characters of our sentence and theirs together; with the words between them no more than 240."""
_MOST_NAMES = 500
_NAMED_RESET = re.compile(
    r"(?:access|resets?|renews?|available|again)\b[^.]{0,20}\b(?:on|at|until) (\d{4}-\d{2}-\d{2})"
    r"(?:(?:T| at | )(\d{2}:\d{2}(?::\d{2})?))?(?: ?UTC|Z)",
    re.IGNORECASE,
)


class Rule(Struct, frozen=True, kw_only=True):
    """One row: what an answer means when everything the row names fits; an empty cell fits always.

    ``codes`` are case-folded body codes of which one must be there; ``throttling*`` fits by its beginning.
    ``words`` is a pattern searched in the message without regard to case. ``statuses`` are HTTP statuses.
    ``when`` looks at fields. ``html`` rules alone are asked about web pages.
    """

    health: KeyHealth
    codes: frozenset[str] = frozenset()
    words: str = ""
    statuses: frozenset[int] = frozenset()
    when: Condition | None = None
    reachability: Reachability = Reachability.REACHED
    reason: str = ""
    suspicion: KeyHealth | None = None
    html: bool = False

    def fits(self, reply: Reply) -> bool:
        """Return whether every named condition holds."""
        if self.html != reply.is_html or (self.statuses and reply.status not in self.statuses):
            return False
        if self.codes and not any(_is_among(code, self.codes) for code in reply.codes):
            return False
        if self.words and not _pattern(self.words).search(reply.message):
            return False
        return self.when is None or self.when(reply)


class Good(Struct, frozen=True, kw_only=True):
    """A good answer's shape, and the facts in it: pairs of a fact's name and the path where it lies."""

    when: Condition
    facts: tuple[tuple[str, str], ...] = ()
    health: KeyHealth = KeyHealth.OK
    reason: str = ""


class Dialect(Struct, frozen=True, kw_only=True):
    """How one provider speaks. ``names`` are other words for it.

    ``list_proves`` is false where anyone may read the list of models, so that a good answer proves nothing.
    ``rules`` are asked before the shared words, for every status; ``good`` in order, then the shared shapes.
    """

    id: str
    names: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    good: tuple[Good, ...] = ()
    list_proves: bool = True


def rule(
    health: KeyHealth,
    codes: str = "",
    *,
    words: str = "",
    status: int | Iterable[int] = (),
    when: Condition | None = None,
    reason: str = "",
    html: bool = False,
) -> Rule:
    """Return a row about the key; ``codes`` are separated by blanks."""
    statuses = frozenset((status,) if isinstance(status, int) else status)
    return Rule(
        health=health,
        codes=frozenset(codes.casefold().split()),
        words=words,
        statuses=statuses,
        when=when,
        reason=reason,
        html=html,
    )


def limited(
    codes: str = "", *, words: str = "", status: int | Iterable[int] = (), when: Condition | None = None
) -> Rule:
    """Return a row about a rate limit: the key's health stays as it was."""
    return _about_attempt(rule(KeyHealth.UNKNOWN, codes, words=words, status=status, when=when), LIMITED)


def down(codes: str = "", *, words: str = "", status: int | Iterable[int] = (), html: bool = False) -> Rule:
    """Return a row about the provider's own trouble: the key's health stays as it was."""
    return _about_attempt(rule(KeyHealth.UNKNOWN, codes, words=words, status=status, html=html), DOWN)


def _about_attempt(row: Rule, reason: str) -> Rule:
    reach = Reachability.RATE_LIMITED if reason is LIMITED else Reachability.PROVIDER_DOWN
    return replace(row, reachability=reach, reason=reason)


def has(*paths: str) -> Condition:
    """Return the condition that all these fields are there (``null`` counts)."""
    return lambda reply: all(reply.at(path) is not Missing.FIELD for path in paths)


def is_true(*paths: str) -> Condition:
    """Return the condition that one of these fields is ``true``."""
    return lambda reply: any(reply.at(path) is True for path in paths)


def is_false(path: str) -> Condition:
    """Return the condition that the field is ``false``."""
    return lambda reply: reply.at(path) is False


def is_null(path: str) -> Condition:
    """Return the condition that the field is there and ``null``."""
    return lambda reply: reply.at(path) is None


def equals(path: str, *values: object) -> Condition:
    """Return the condition that the field is one of these values (text without regard to case)."""
    wanted = [_folded(value) for value in values]
    return lambda reply: _folded(reply.at(path)) in wanted


def at_most(path: str, limit: float) -> Condition:
    """Return the condition that the field is a number, perhaps written as text, not above ``limit``."""
    return lambda reply: (number := number_at(reply, path)) is not None and number <= limit


def reaches(used: str, limit: str) -> Condition:
    """Return the condition that one number is at or above another that is above zero."""

    def is_reached(reply: Reply) -> bool:
        have, most = number_at(reply, used), number_at(reply, limit)
        return have is not None and most is not None and have >= most > 0

    return is_reached


def both(*conditions: Condition) -> Condition:
    """Return the condition that all these hold."""
    return lambda reply: all(condition(reply) for condition in conditions)


def succeeds(*conditions: Condition) -> Condition:
    """Return the condition that the answer is a success and all these hold."""
    return lambda reply: reply.succeeded and all(condition(reply) for condition in conditions)


def lists(path: str, name: str = "id") -> Condition:
    """Return the condition that the field is a list of objects that all carry a text of this name.

    An empty list counts only where the body says that it is one: ``{}`` and ``{"data": []}`` are what broken
    gateways send, too.
    """

    def is_list(reply: Reply) -> bool:
        found = reply.at(path)
        if not isinstance(found, list):
            return False
        if not found:
            return reply.at("object") == "list"
        return all(isinstance(each, dict) and isinstance(each.get(name), str) for each in found)

    return is_list


def number_at(reply: Reply, path: str) -> float | None:
    """Return the number at a path, also where it is written as text."""
    value = reply.at(path)
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e18 else None  # noqa: PLR2004 - far above any sum of money
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}(?:\.\d{1,12})?", value.strip(), re.ASCII):
        return float(value)
    return None


def answered(row: Rule, reply: Reply) -> KeyAnswer:
    """Return the answer a fitting row gives, with the provider's own words, redacted, behind ours."""
    reason = row.reason or SENTENCES[row.health]
    room = min(_LONGEST_QUOTE, _LONGEST_REASON - len(reason))
    said = redacted(reply.message, room) if reply.failed and not reply.is_html else ""
    return KeyAnswer(
        health=row.health,
        reachability=row.reachability,
        reason=f"{reason} They say: “{said}”" if said else reason,
        retry_after=_wait(row, reply),
        facts=_named_reset(reply),
        suspicion=row.suspicion,
    )


def welcomed(row: Good, reply: Reply) -> KeyAnswer:
    """Return the answer a good shape gives, with its facts."""
    return KeyAnswer(health=row.health, reason=row.reason or SENTENCES[row.health], facts=facts_of(row.facts, reply))


def facts_of(pairs: Iterable[tuple[str, str]], reply: Reply) -> Facts:
    """Read facts: texts, numbers, truths and lists of them; anything else, and keys in them, are left out.

    A path that begins with ``@`` names a header.
    """
    found: dict[str, str] = {}
    for name, path in pairs:
        value = reply.headers.get(path[1:]) if path.startswith("@") else reply.at(path)
        if text := _fact(name, value):
            found.setdefault(name, text)
        if name == "models" and isinstance(value, list):
            found.setdefault("model_count", str(len(value)))
    return Facts(found)


def _wait(row: Rule, reply: Reply) -> float | None:
    if reply.succeeded:
        return None
    headers = reply.headers
    if row.reachability is Reachability.REACHED and row.health is not KeyHealth.SPEND_LIMIT:
        headers = {name: value for name, value in headers.items() if name.startswith("retry-after") or name == "date"}
        return wait_asked_for(headers, "")
    return wait_asked_for(headers, reply.message, reply.delays)


def _named_reset(reply: Reply) -> Facts:
    """Return the moment a refusal names for its own end; a time without a zone is not believed."""
    named = _NAMED_RESET.search(reply.message)
    if named is None or (moment := instant(f"{named.group(1)} {named.group(2) or '00:00'}")) is None:
        return NO_FACTS
    return Facts({"reset": moment.isoformat()})


def _fact(name: str, value: object) -> str:
    if isinstance(value, list):
        texts = [text for each in value[:_MOST_NAMES] if (text := _fact("", each))]
        return ", ".join(texts)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    if name in {"reset", "expires", "created"} and (moment := instant(value)) is not None:
        return moment.isoformat()
    if isinstance(value, int):
        return str(value)
    return without_keys(one_line(value, 120))


@cache
def _pattern(words: str) -> re.Pattern[str]:
    """Compile a row's words when it is first asked: most rows never are."""
    return re.compile(words, re.IGNORECASE)


def _is_among(code: str, wanted: frozenset[str]) -> bool:
    return code in wanted or any(each.endswith("*") and code.startswith(each[:-1]) for each in wanted)


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value
