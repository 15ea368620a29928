"""What we know of a key, never the key itself: its health, the last attempt to ask, and how the two combine.

Two fields are never folded into one. The *health* is about the key and sticks; the *reachability* is about
one attempt to ask. A laptop without network must not condemn a key.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

CONFIRM_AFTER = timedelta(minutes=10)
"""The least time between two refusals we do not know, before they count as a rejected key."""


class KeyHealth(StrEnum):
    """What the provider says about a key.

    ``REJECTED`` is a key the provider does not know; ``SUSPENDED`` one it knows and does not serve.
    ``UNKNOWN`` is an answer that does not speak of the key, ``UNCHECKED`` no such answer ever.
    """

    OK = "OK"
    OK_LIMITED = "OK_LIMITED"
    NO_CREDIT = "NO_CREDIT"
    SPEND_LIMIT = "SPEND_LIMIT"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    SUSPENDED = "SUSPENDED"
    BLOCKED_REGION = "BLOCKED_REGION"
    BLOCKED_IP = "BLOCKED_IP"
    MISCONFIGURED = "MISCONFIGURED"
    MODEL_UNAVAILABLE = "MODEL_UNAVAILABLE"
    UNKNOWN = "UNKNOWN"
    UNCHECKED = "UNCHECKED"

    @property
    def works(self) -> bool:
        """Whether the provider serves this key, perhaps not everything of it."""
        return self in _WORKING

    @property
    def is_bad(self) -> bool:
        """Whether a person has to do something before this key works (again)."""
        return not self.works and self not in _UNDECIDED

    @property
    def is_final(self) -> bool:
        """Whether asking again is pointless until the person has changed something."""
        return self in _FINAL


_WORKING = frozenset({KeyHealth.OK, KeyHealth.OK_LIMITED, KeyHealth.MODEL_UNAVAILABLE})
_UNDECIDED = frozenset({KeyHealth.UNKNOWN, KeyHealth.UNCHECKED})
_MONEY = frozenset({KeyHealth.NO_CREDIT, KeyHealth.SPEND_LIMIT})
_MOST_MODELS = 50
"""Names of models kept of each difference."""
_FINAL = frozenset({KeyHealth.EXPIRED, KeyHealth.REJECTED, KeyHealth.SUSPENDED, KeyHealth.MISCONFIGURED})


class Reachability(StrEnum):
    """How far one attempt got. Only ``REACHED`` may change what we think of a key."""

    REACHED = "REACHED"
    RATE_LIMITED = "RATE_LIMITED"
    PROVIDER_DOWN = "PROVIDER_DOWN"
    UNREACHABLE = "UNREACHABLE"
    STORE_LOCKED = "STORE_LOCKED"


class CheckLevel(IntEnum):
    """How much a check may cost; each level includes the ones below it.

    ``SHAPE`` needs no network, ``FREE`` is one read-only request, ``BALANCE`` reads balance and limits too
    (the person agrees per key), ``PAID`` may buy one token (the person agrees, with the price shown).
    """

    SHAPE = 0
    FREE = 1
    BALANCE = 2
    PAID = 3


class Facts(Mapping[str, str]):
    """Small facts read from an answer, in the order they were read; immutable and hashable.

    Names: ``organisation account plan credit currency limit used remaining reset expires scopes models
    model_count key_name tier status``. Values are short plain text; times are ISO 8601 in UTC where the
    provider says them in a form we know.
    """

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        """Copy the pairs; a later pair of the same name wins."""
        self._pairs = tuple(dict(pairs).items())

    def __getitem__(self, name: str) -> str:
        for each, value in self._pairs:
            if each == name:
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __hash__(self) -> int:
        return hash(frozenset(self._pairs))

    def __repr__(self) -> str:
        return f"Facts({dict(self._pairs)!r})"


NO_FACTS = Facts()


class KeyAnswer(Struct, frozen=True, kw_only=True):
    """What one attempt brought back.

    ``health`` is ``UNKNOWN`` unless the answer speaks of the key. ``reason`` is one short plain sentence for
    a person, already redacted. ``retry_after`` is in seconds, clamped. ``suspicion`` is what the answer
    would mean if it came twice: a refusal we do not know is no verdict the first time. ``is_unanswered`` is true
    where the provider took the question and did not answer in time: it was not reached, and it is nobody else's fault.
    ``level`` is how deep the attempt looked: what is said about money by a deeper look outweighs a shallower one.
    """

    health: KeyHealth
    reachability: Reachability = Reachability.REACHED
    reason: str = ""
    retry_after: float | None = None
    facts: Facts = NO_FACTS
    suspicion: KeyHealth | None = None
    is_unanswered: bool = False
    level: CheckLevel = CheckLevel.FREE

    @property
    def blames_provider(self) -> bool:
        """Whether the attempt failed for the provider's own trouble: an error of its own, or silence."""
        return self.reachability is Reachability.PROVIDER_DOWN or self.is_unanswered


class Auth(Struct, frozen=True):
    """How a key travels in a request's headers; it never carries the key itself.

    ``header`` is the field's name and ``prefix`` what stands before the key. For HTTP Basic ``basic`` is
    true; then ``user`` is the fixed user name, or empty where the key is itself ``user:password``.
    """

    header: str = "Authorization"
    prefix: str = "Bearer "
    basic: bool = False
    user: str = ""

    def field_for(self, secret: str) -> tuple[str, str]:
        """Return the header's name and value for this secret."""
        if not self.basic:
            return self.header, f"{self.prefix}{secret}"
        pair = f"{self.user}:{secret}" if self.user else secret
        return self.header, f"Basic {b64encode(pair.encode()).decode('ascii')}"

    def __str__(self) -> str:
        """Return the scheme's name: ``bearer``, ``basic``, ``token`` or ``header:<name>``."""
        if self.basic:
            return "basic"
        scheme = self.prefix.strip().casefold()
        return scheme if scheme and self.header == "Authorization" else f"header:{self.header.casefold()}"


BEARER = Auth()
BASIC = Auth(prefix="", basic=True)


def header_auth(name: str) -> Auth:
    """Return the scheme that sends the bare key in a header of this name."""
    return Auth(header=name, prefix="")


class KeyRef(Struct, frozen=True, kw_only=True):
    """A key the person keeps with us, without the key. All times are UTC.

    ``entry`` is the random name under which the secret lies in the system's store; ``reference`` is set
    instead where the person keeps it elsewhere (``env:OPENAI_API_KEY``). ``host`` is the only host this key
    may be sent to, as approved by the person; ``base_url`` is empty unless it is not the provider's own.
    ``created_at`` is the key's own age, where the person told it; ``added_at`` when we were given it.
    ``last_four`` is empty for short keys, ``fingerprint`` a keyed digest that only recognises duplicates.
    """

    id: str
    label: str
    provider: str
    entry: str = ""
    reference: str = ""
    host: str = ""
    base_url: str = ""
    region: str = ""
    organisation: str = ""
    project: str = ""
    resource: str = ""
    added_at: datetime | None = None
    created_at: datetime | None = None
    rotated_at: datetime | None = None
    expires_at: datetime | None = None
    last_four: str = ""
    fingerprint: str = ""
    level: CheckLevel = CheckLevel.FREE
    is_checked: bool = True


class ModelNews(Struct, frozen=True):
    """How the list of models that a key may use last changed, and when that was seen (UTC); names are sorted."""

    at: datetime
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


class KeyState(Struct, frozen=True, kw_only=True):
    """What we know of one key. All times are UTC.

    ``health`` was last said at ``health_at`` and has been so since ``since``. ``answer`` and ``checked_at``
    are the last attempt, whether it got through or not. ``facts`` are the last ones read.
    ``suspected_at`` is when ``suspicion`` was first raised; a second look may confirm it. ``depth`` is the level of
    the check that said ``health``. ``models`` is ``None`` until the list of models has changed.
    """

    ref: KeyRef
    health: KeyHealth = KeyHealth.UNCHECKED
    health_at: datetime | None = None
    since: datetime | None = None
    answer: KeyAnswer | None = None
    checked_at: datetime | None = None
    reason: str = ""
    facts: Facts = field(default_factory=Facts)
    suspicion: KeyHealth | None = None
    suspected_at: datetime | None = None
    depth: CheckLevel = CheckLevel.FREE
    models: ModelNews | None = None


def after_check(state: KeyState, answer: KeyAnswer, at: datetime) -> KeyState:
    """Fold one attempt into what we know of a key.

    ==========================================  =============================================
    the answer                                  the key's health
    ==========================================  =============================================
    did not reach the provider, or was limited  stays, and so does a suspicion
    reached it, and says nothing ever asked     stays (a list anyone may read proves nothing)
    works, as far as a shallower look sees      stays, where a deeper one found no money
    reached it, unclear, with a suspicion       unknown; after ten minutes, again: the suspicion
    reached it, anything else                   what it says
    ==========================================  =============================================
    """
    tried = replace(state, answer=answer, checked_at=at)
    if answer.reachability is not Reachability.REACHED or answer.health is KeyHealth.UNCHECKED:
        return tried
    if state.health in _MONEY and answer.health.works and answer.level < state.depth:
        return replace(tried, facts=answer.facts or state.facts)
    suspected_at = None
    health: KeyHealth = answer.health
    if answer.suspicion is not None:
        suspected_at = state.suspected_at if state.suspicion is answer.suspicion else None
        suspected_at = suspected_at or at
        if at - suspected_at >= CONFIRM_AFTER:
            health = answer.suspicion
    return replace(
        tried,
        health=health,
        health_at=at,
        since=state.since if state.since is not None and state.health is health else at,
        reason=answer.reason,
        facts=answer.facts or state.facts,
        suspicion=answer.suspicion,
        suspected_at=suspected_at,
        depth=answer.level,
        models=_model_news(state, answer, at),
    )


def _model_news(state: KeyState, answer: KeyAnswer, at: datetime) -> ModelNews | None:
    """Compare two lists of models; lists that were cut short are not compared."""
    before, after = _listed(state.facts), _listed(answer.facts)
    if not before or not after or before == after:
        return state.models
    return ModelNews(at, gone=_first(before - after), new=_first(after - before))


def _listed(facts: Facts) -> frozenset[str]:
    names = [each for each in facts.get("models", "").split(", ") if each]
    return frozenset(names) if facts.get("model_count") == str(len(names)) else frozenset()


def _first(names: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(names)[:_MOST_MODELS])
