"""Whose problem it is: a pure table over all signals, answering with a verdict and its evidence."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from types import MappingProxyType

from msgspec import Struct, field
from msgspec.structs import replace

from trayapp.deferral import deferred
from trayapp.domain.keys import KeyHealth, KeyState, Reachability
from trayapp.domain.snapshot import PageState, freshness_limit
from trayapp.domain.status import Status

with deferred():
    from trayapp.domain import keyschedule

FAILURES_TO_COUNT = 3
"""A derived state needs this many failures of the provider's own in a row ..."""
GOOD_TO_RECOVER = 2
"""... and ends with this many answers."""
BASELINE_FAILURES = 2
SIGNAL_LASTS = freshness_limit(timedelta(minutes=5))
"""A signal older than this proves nothing any more."""
SKEW = timedelta(seconds=10)
"""Other processes tell the time a little differently; what comes from later than this proves nothing."""
REPORTS_LAST = timedelta(minutes=15)
SERVER_TROUBLE = 500
"""A status from here on is the provider's own trouble; 529 is Anthropic's "overloaded"."""
TIMED_OUT = 504
"""How a time-out is kept that a program reports: no answer in time."""
CAUSES = ("cloudflare", "aws", "azure", "google-cloud")
"""Providers that many others stand on, by their ids in the catalogue."""


class SignalKind(StrEnum):
    """What tells us something; the words are part of ``trayapp.diagnosis/1``."""

    BASELINE = "baseline"
    PAGE = "page"
    EDGE = "edge"
    KEY = "key"
    REPORT = "report"


class BaselineKind(StrEnum):
    """How the own connection is doing."""

    NOT_ASKED = "not_asked"
    OK = "ok"
    FAILS = "fails"
    PORTAL = "portal"
    """This network wants a login first."""
    INTERCEPTED = "tls"
    """No host's certificate can be trusted here."""


class HostAnswer(Struct, frozen=True):
    """What one well-known host brought. ``code`` is the status, or the word of the failure."""

    url: str
    kind: BaselineKind
    code: str
    detail: str = ""


class BaselineState(Struct, frozen=True, kw_only=True):
    """What the last check of the own connection brought, at ``at`` (UTC).

    ``failures_in_a_row`` counts checks in which no host answered as it should; ``has_route`` is the operating
    system's hint, ``None`` where it gives none.
    """

    kind: BaselineKind = BaselineKind.NOT_ASKED
    at: datetime | None = None
    failures_in_a_row: int = 0
    answers: tuple[HostAnswer, ...] = ()
    has_route: bool | None = None


class EdgeKind(StrEnum):
    """How a keyless request to the API's host went. Only ``DOWN`` is the provider's trouble."""

    NOT_ASKED = "not_asked"
    OK = "ok"
    """Its edge answered, with whatever status below 500. It proves no more than that."""
    DOWN = "down"
    """A status from 500 on, or no answer in time after the connection was secure."""
    TLS = "tls"
    DNS = "dns"
    BLOCKED = "blocked"
    """Refused, cut off, a proxy, no way there: it never got as far as their application."""


class EdgeState(Struct, frozen=True, kw_only=True):
    """What we know of an API host. ``at`` is UTC; ``code`` the last status, or the word of the failure.

    ``is_down`` begins with the third failure in a row that is the provider's and ends with the second answer.
    """

    url: str = ""
    kind: EdgeKind = EdgeKind.NOT_ASKED
    at: datetime | None = None
    code: str = ""
    detail: str = ""
    failures_in_a_row: int = 0
    good_in_a_row: int = 0
    is_down: bool = False


class KeySignal(Struct, frozen=True):
    """One of the user's keys, and how often in a row its provider failed to answer for reasons of its own."""

    state: KeyState
    failures_in_a_row: int = 0


class OwnReport(Struct, frozen=True):
    """What a program of the user's own saw, such as 529; ``at`` is UTC."""

    provider: str
    code: int
    at: datetime


class Signals(Struct, frozen=True, kw_only=True):
    """Everything that is known of one page and its provider at ``now`` (UTC)."""

    now: datetime
    page: PageState | None = None
    baseline: BaselineState = field(default_factory=BaselineState)
    edge: EdgeState = field(default_factory=EdgeState)
    keys: tuple[KeySignal, ...] = ()
    reports: tuple[OwnReport, ...] = ()


class VerdictId(StrEnum):
    """Whose problem it is; the words are part of ``trayapp.diagnosis/1``."""

    YOUR_CONNECTION = "your_connection"
    INCIDENT_KEY_WORKS = "incident_key_works"
    INCIDENT_CONFIRMED = "incident_confirmed"
    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    LOOKS_LIKE_PROVIDER = "looks_like_provider"
    POSSIBLY_PROVIDER = "possibly_provider"
    TLS_INTERCEPTED = "tls_intercepted"
    NAME_NOT_RESOLVED = "name_not_resolved"
    KEY_REJECTED = "key_rejected"
    KEY_BALANCE = "key_balance"
    KEY_LIMITED = "key_limited"
    KEY_ACCOUNT = "key_account"
    FINE = "fine"
    PAGE_UNREACHABLE = "page_unreachable"
    LIKELY_PROVIDER = "likely_provider"
    CANNOT_TELL = "cannot_tell"

    @property
    def blames_provider(self) -> bool:
        """Whether it says, or guesses, that the provider has the problem."""
        return self in _BLAMING


CUT_OFF = frozenset({VerdictId.YOUR_CONNECTION, VerdictId.TLS_INTERCEPTED})
"""Verdicts under which nothing outside can be told from here."""
_BLAMING = frozenset(
    {
        VerdictId.INCIDENT,
        VerdictId.INCIDENT_CONFIRMED,
        VerdictId.INCIDENT_KEY_WORKS,
        VerdictId.LOOKS_LIKE_PROVIDER,
        VerdictId.POSSIBLY_PROVIDER,
        VerdictId.LIKELY_PROVIDER,
    }
)


class Icon(Enum):
    """What a verdict does to the tray's icon, whose shape otherwise follows the page."""

    BY_PAGE = "by page status"
    HOLLOW_CLOCK = "hollow with a clock"
    HOLLOW = "hollow"
    WRENCH = "wrench"
    TRIANGLE_QUESTION = "triangle with a question mark"
    KEY_BADGE = "key badge"
    UNCHANGED = "unchanged"
    TICK = "tick"


class PopUp(Enum):
    """Whether a verdict is worth a pop-up: each time, never, once until it ends, or where the user wants it."""

    YES = "yes"
    NO = "no"
    ONCE = "once"
    OPTION = "option"


class Evidence(Struct, frozen=True, kw_only=True):
    """One line of evidence. ``ok`` is ``None`` where it proves nothing; ``at`` is UTC, ``url`` whom we asked.

    ``code`` is a word for programs: a status, a failure's kind, a key's health. ``name`` is the page's name or the
    key's label, ``count`` how often a report came.
    """

    signal: SignalKind
    ok: bool | None
    code: str
    detail: str = ""
    url: str = ""
    at: datetime | None = None
    name: str = ""
    count: int = 1


class Verdict(Struct, frozen=True, kw_only=True):
    """Whose problem it is, how to show it, and on what it rests.

    ``missing`` are the signals that would be needed to tell more; ``key`` is the one it is about and ``until`` the
    moment (UTC) until which that one is limited.
    """

    id: VerdictId
    icon: Icon
    pop_up: PopUp
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[SignalKind, ...] = ()
    key: KeyState | None = None
    until: datetime | None = None


class PageVerdict(Struct, frozen=True):
    """The verdict about the provider of one watched page."""

    page_id: str
    provider_id: str
    verdict: Verdict


def verdict(signals: Signals) -> Verdict:
    """Say whose problem it is. First match wins.

    =============  ============  ==============  ==============  ===================  =================  ======
    baseline       page          edge            key             verdict              icon               pop-up
    =============  ============  ==============  ==============  ===================  =================  ======
    fails twice    any           any             any             YOUR_CONNECTION      hollow with clock  once
    TLS twice      any           any             any             TLS_INTERCEPTED      hollow             once
    ok             bad           any             works now       INCIDENT_KEY_WORKS   by page            yes
    ok             bad           any             5xx, timeout    INCIDENT_CONFIRMED   by page            yes
    ok             bad           any             anything else   INCIDENT             by page            yes
    ok             maintenance   any             any             MAINTENANCE          wrench             no
    ok, asked      ok            down x3         down x3         LOOKS_LIKE_PROVIDER  triangle ?         yes
    ok, asked      ok            down x3         none            POSSIBLY_PROVIDER    triangle ?         option
    ok             any           TLS error       does not work   TLS_INTERCEPTED      hollow             once
    ok, asked      any           DNS fails       any             NAME_NOT_RESOLVED    hollow             once
    ok             ok            ok, not asked   rejected        KEY_REJECTED         key badge          once
    ok             ok            ok, not asked   no credit       KEY_BALANCE          key badge          once
    ok             ok            ok, not asked   rate limited    KEY_LIMITED          unchanged          no
    ok             ok            ok, not asked   account, place  KEY_ACCOUNT          key badge          once
    ok             ok            ok, not asked   works or none   FINE                 tick               no
    ok             unreachable   ok              works or none   PAGE_UNREACHABLE     hollow             no
    ok, asked      unreachable   down x3         down            LIKELY_PROVIDER      triangle ?         yes
    anything else, or stale                                      CANNOT_TELL          hollow             no
    =============  ============  ==============  ==============  ===================  =================  ======

    The baseline is also ok, though nobody asked, while the page or the API's edge gives fresh answers; a guess that the
    provider has trouble needs it asked. "Works or none" includes a key that was never checked. Where no key is kept,
    three reports of 5xx by the user's own programs are a key that is down; one confirms an incident, and none may
    there be where all is called fine. Fresh: :data:`SIGNAL_LASTS`; for a page its own freshness limit.
    """
    read = _Reading(signals)
    found = next(identity for matches, identity in _ROWS if matches(read))
    icon, pop_up = _SHOWN[found]
    key = next((each for each in read.keys if found in _KEY_ROWS and _KEY_ROWS[found](each)), None)
    return Verdict(
        id=found,
        icon=icon,
        pop_up=pop_up,
        evidence=evidence(signals),
        missing=read.missing() if found is VerdictId.CANNOT_TELL else (),
        key=key.state if key is not None else None,
        until=keyschedule.limit_of(key.state) if key is not None and found is VerdictId.KEY_LIMITED else None,
    )


def holds_until(signals: Signals) -> datetime | None:
    """Return the first moment at which the same signals may mean another verdict; ``None`` where time changes nothing.

    Up to that moment, without it, the verdict of ``signals.now`` is right: nothing has grown too old in between.
    """
    seen = [signals.edge.at, signals.baseline.at, *(each.state.checked_at for each in signals.keys)]
    turns = [keyschedule.limit_of(each.state) for each in signals.keys]
    turns += [moment for at in seen if at is not None for moment in (at - SKEW, at + SIGNAL_LASTS)]
    turns += [moment for each in signals.reports for moment in (each.at - SKEW, each.at + REPORTS_LAST)]
    turns.append(signals.page.stale_at if signals.page is not None else None)
    return min((each for each in turns if each is not None and each >= signals.now), default=None)


def after_edge(before: EdgeState, kind: EdgeKind, at: datetime, *, code: str = "", detail: str = "") -> EdgeState:
    """Fold one keyless request into what we know of an API host.

    Trouble of our own breaks a row of failures: it is no evidence against anybody.
    """
    failures = before.failures_in_a_row + 1 if kind is EdgeKind.DOWN else 0
    good = before.good_in_a_row + 1 if kind is EdgeKind.OK else 0
    is_down = failures >= FAILURES_TO_COUNT or (before.is_down and good < GOOD_TO_RECOVER)
    return replace(
        before,
        kind=kind,
        at=at,
        code=code,
        detail=detail,
        failures_in_a_row=failures,
        good_in_a_row=good,
        is_down=is_down,
    )


def after_baseline(
    before: BaselineState, answers: tuple[HostAnswer, ...], at: datetime, *, has_route: bool | None = None
) -> BaselineState:
    """Fold one check of the own connection into what we know of it: one host that answers is enough."""
    kinds = [each.kind for each in answers]
    kind = BaselineKind.FAILS
    if BaselineKind.OK in kinds:
        kind = BaselineKind.OK
    elif BaselineKind.PORTAL in kinds:
        kind = BaselineKind.PORTAL
    elif kinds and set(kinds) == {BaselineKind.INTERCEPTED}:
        kind = BaselineKind.INTERCEPTED
    failures = 0 if kind is BaselineKind.OK else before.failures_in_a_row + 1
    return BaselineState(kind=kind, at=at, failures_in_a_row=failures, answers=answers, has_route=has_route)


def telling_page(pages: Iterable[PageState]) -> PageState | None:
    """Return the page of a provider that tells most: the worst bad one, else one that is unknown, else the worst."""
    known = tuple(pages)
    bad = [each for each in known if each.shown is not None and each.shown.is_bad]
    unknown = [each for each in known if each.shown is None]
    rest = bad or unknown or list(known)
    return max(rest, key=lambda each: each.shown or Status.OPERATIONAL, default=None)


def failing_providers(pages: Iterable[PageState], verdicts: Iterable[PageVerdict], now: datetime) -> frozenset[str]:
    """Return the ids of the providers whose page reports trouble, or whom a verdict blames."""
    bad = {each.page.provider_id for each in pages if (status := _shown(each, now)) is not None and status.is_bad}
    return frozenset(bad | {each.provider_id for each in verdicts if each.verdict.id.blames_provider}) - {""}


def is_anything_wrong(pages: Iterable[PageState], verdicts: Iterable[PageVerdict], now: datetime) -> bool:
    """Return whether anything watched is in trouble, or out of reach: then it is worth finding out what else works."""
    return any((status := _shown(each, now)) is not None and status.is_bad for each in pages) or any(
        each.verdict.id.blames_provider or each.verdict.id in CUT_OFF for each in verdicts
    )


def shared_causes(failing: Iterable[str], causes: Iterable[PageState], now: datetime) -> tuple[PageState, ...]:
    """Return the pages that may explain why several providers (by id) fail at the same time: a hint, no verdict.

    ``causes`` are looks at the pages of :data:`CAUSES`. One failing provider needs no common cause.
    """
    others = set(failing) - set(CAUSES)
    if len(others) < 2:  # noqa: PLR2004 - "several"
        return ()
    return tuple(
        each
        for each in causes
        if each.page.provider_id in CAUSES and each.shown is not None and each.shown.is_bad and not each.is_stale(now)
    )


def evidence(signals: Signals) -> tuple[Evidence, ...]:
    """Return everything the signals say, one line each: own connection, page, edge, keys, reports."""
    lines = list(_of_baseline(signals.baseline))
    if signals.page is not None:
        lines.append(of_page(signals.page, signals.now))
    edge = signals.edge
    if edge.url:
        ok = {EdgeKind.OK: True, EdgeKind.DOWN: False}.get(edge.kind)
        code = edge.code or edge.kind.value
        lines.append(Evidence(signal=SignalKind.EDGE, ok=ok, code=code, detail=edge.detail, url=edge.url, at=edge.at))
    lines.extend(_of_key(each) for each in signals.keys)
    recent = _recent(signals)
    last = {each.code: each.at for each in sorted(recent, key=lambda each: each.at)}
    lines.extend(
        Evidence(signal=SignalKind.REPORT, ok=code < 400, code=str(code), at=last[code], count=count)  # noqa: PLR2004 - the first status that is an error
        for code, count in sorted(Counter(each.code for each in recent).items())
    )
    return tuple(lines)


def of_page(state: PageState, now: datetime) -> Evidence:
    """Return what a page says, as evidence; a stale answer proves nothing."""
    status = _shown(state, now)
    failure = state.failure
    if status is not None:
        titles = "; ".join(each.title for each in state.judgement.incidents) if state.judgement is not None else ""
        code, detail, at = status.value, titles, state.fetched_at
    elif failure is not None:
        code, detail, at = failure.kind.value, failure.detail, state.failed_at
    elif state.judgement is not None:
        code, detail, at = "unknown", state.judgement.because.value, state.fetched_at
    else:
        code, detail, at = "not_asked", "", None
    return Evidence(
        signal=SignalKind.PAGE,
        ok=None if status is None else not status.is_bad,
        code=code,
        detail=detail,
        url=state.page.url,
        at=at,
        name=state.page.name,
    )


def _of_baseline(baseline: BaselineState) -> Iterable[Evidence]:
    for each in baseline.answers:
        yield Evidence(
            signal=SignalKind.BASELINE,
            ok=each.kind is BaselineKind.OK,
            code=each.code,
            detail=each.detail,
            url=each.url,
            at=baseline.at,
        )
    if baseline.has_route is not None:
        code = "route" if baseline.has_route else "no_route"
        yield Evidence(signal=SignalKind.BASELINE, ok=baseline.has_route, code=code, at=baseline.at)


def _of_key(key: KeySignal) -> Evidence:
    state = key.state
    answer = state.answer
    reached = answer is None or answer.reachability is Reachability.REACHED
    ok: bool | None = None
    if reached and state.health.works:
        ok = True
    elif state.health.is_bad or (answer is not None and answer.blames_provider):
        ok = False
    code = state.health.value if reached or answer is None else answer.reachability.value
    detail = state.reason if reached or answer is None else answer.reason
    return Evidence(signal=SignalKind.KEY, ok=ok, code=code, detail=detail, at=state.checked_at, name=state.ref.label)


def _recent(signals: Signals) -> tuple[OwnReport, ...]:
    return tuple(each for each in signals.reports if -SKEW <= signals.now - each.at <= REPORTS_LAST)


def _shown(state: PageState, now: datetime) -> Status | None:
    """Return what a page says now; never an answer past its freshness limit."""
    return None if state.is_stale(now) else state.shown


class _Reading:
    """The signals of one verdict, as the table's columns."""

    def __init__(self, signals: Signals) -> None:
        self.now = signals.now
        self.keys = tuple(_KeyReading(each, signals.now) for each in signals.keys)
        page = signals.page
        self.status = _shown(page, self.now) if page is not None else None
        failure = page.failure if page is not None else None
        self.page_unreachable = self.status is None and failure is not None
        self.page_seen = self.status is not None and (failure is None or not failure.kind.is_transport)
        self.page_ok = self.status is Status.OPERATIONAL
        self.page_bad = self.status is not None and self.status.is_bad
        self.server_reports = sum(each.code >= SERVER_TROUBLE for each in _recent(signals))
        self._edge = signals.edge if is_fresh(signals.edge.at, self.now) else EdgeState(url=signals.edge.url)
        self._baseline = self._current(signals.baseline, page)

    @property
    def connection_fails(self) -> bool:
        return self._fails_twice and self._baseline.kind in {BaselineKind.FAILS, BaselineKind.PORTAL}

    @property
    def all_intercepted(self) -> bool:
        return self._fails_twice and self._baseline.kind is BaselineKind.INTERCEPTED

    @property
    def works_here(self) -> bool:
        """Whether the own connection is known to work, asked or seen from other answers."""
        return self.is_asked or (not self._fails_twice and (self.page_seen or self._edge.kind is EdgeKind.OK))

    @property
    def is_asked(self) -> bool:
        """Whether an independent host has just answered."""
        return self._baseline.kind is BaselineKind.OK

    @property
    def edge_down(self) -> bool:
        return self._edge.is_down and self._edge.kind in {EdgeKind.DOWN, EdgeKind.OK}

    @property
    def edge_ok(self) -> bool:
        return self._edge.kind is EdgeKind.OK and not self._edge.is_down

    @property
    def edge_calm(self) -> bool:
        return self.edge_ok or (self._edge.kind is EdgeKind.NOT_ASKED and not self._edge.is_down)

    def edge_is(self, kind: EdgeKind) -> bool:
        return self._edge.kind is kind

    @property
    def keys_down(self) -> bool:
        """Whether every key, or where there is none every report, says three times that the provider fails."""
        if not self.keys:
            return self.server_reports >= FAILURES_TO_COUNT
        return all(each.is_down_for_long for each in self.keys)

    def missing(self) -> tuple[SignalKind, ...]:
        """Return the signals that would have to say something, or something else, for a verdict."""
        wanting = {
            SignalKind.BASELINE: not self.works_here or (self.edge_down and not self.is_asked),
            SignalKind.PAGE: self.status is None,
            SignalKind.EDGE: not self.edge_calm if self.page_ok else not (self.edge_ok or self.edge_down),
            SignalKind.KEY: any(not each.is_settled for each in self.keys)
            or (self.page_unreachable and self.edge_down and not self.keys),
            SignalKind.REPORT: bool(self.server_reports),
        }
        return tuple(each for each, is_wanting in wanting.items() if is_wanting)

    @property
    def _fails_twice(self) -> bool:
        return self._baseline.failures_in_a_row >= BASELINE_FAILURES

    def _current(self, baseline: BaselineState, page: PageState | None) -> BaselineState:
        """Return what the baseline says now: an answer that came after its failure makes that one history."""
        answered = (page.fetched_at if page is not None else None, self._edge.at if self.edge_ok else None)
        is_over = baseline.at is not None and any(each is not None and each > baseline.at for each in answered)
        if not is_fresh(baseline.at, self.now) or (baseline.failures_in_a_row and is_over):
            return BaselineState()
        return baseline


class _KeyReading:
    """One key, as the table's column."""

    def __init__(self, key: KeySignal, now: datetime) -> None:
        self.state = key.state
        answer = key.state.answer
        reach = answer.reachability if answer is not None and is_fresh(key.state.checked_at, now) else None
        until = keyschedule.limit_of(key.state)
        self.health = key.state.health
        self.is_limited = until is not None and until > now
        self.works_now = self.health.works and reach is Reachability.REACHED
        self.is_down = reach is not None and answer is not None and answer.blames_provider
        self.is_down_for_long = self.is_down and key.failures_in_a_row >= FAILURES_TO_COUNT
        self.is_settled = not self.is_down and (self.health.works or self.health is KeyHealth.UNCHECKED)


def is_fresh(at: datetime | None, now: datetime) -> bool:
    """Return whether a signal of ``at`` still proves something."""
    return at is not None and -SKEW <= now - at <= SIGNAL_LASTS


_REJECTED = frozenset({KeyHealth.REJECTED, KeyHealth.EXPIRED})
_BALANCE = frozenset({KeyHealth.NO_CREDIT, KeyHealth.SPEND_LIMIT})
_KEY_ROWS: Mapping[VerdictId, Callable[[_KeyReading], bool]] = MappingProxyType(
    {
        VerdictId.INCIDENT_KEY_WORKS: lambda key: key.works_now,
        VerdictId.KEY_REJECTED: lambda key: key.health in _REJECTED,
        VerdictId.KEY_BALANCE: lambda key: key.health in _BALANCE,
        VerdictId.KEY_LIMITED: lambda key: key.is_limited,
        VerdictId.KEY_ACCOUNT: lambda key: key.health.is_bad,
    }
)


def _has_key(identity: VerdictId) -> Callable[[_Reading], bool]:
    """Return the row for a page and an edge that are fine, and a key that is not."""
    return lambda read: (
        read.works_here and read.page_ok and read.edge_calm and any(_KEY_ROWS[identity](each) for each in read.keys)
    )


_ROWS: tuple[tuple[Callable[[_Reading], bool], VerdictId], ...] = (
    (lambda read: read.connection_fails, VerdictId.YOUR_CONNECTION),
    (lambda read: read.all_intercepted, VerdictId.TLS_INTERCEPTED),
    (
        lambda read: read.works_here and read.page_bad and any(each.works_now for each in read.keys),
        VerdictId.INCIDENT_KEY_WORKS,
    ),
    (
        lambda read: (
            read.works_here and read.page_bad and (bool(read.server_reports) or any(each.is_down for each in read.keys))
        ),
        VerdictId.INCIDENT_CONFIRMED,
    ),
    (lambda read: read.works_here and read.page_bad, VerdictId.INCIDENT),
    (lambda read: read.works_here and read.status is Status.MAINTENANCE, VerdictId.MAINTENANCE),
    (
        lambda read: read.is_asked and read.page_ok and read.edge_down and read.keys_down,
        VerdictId.LOOKS_LIKE_PROVIDER,
    ),
    (lambda read: read.is_asked and read.page_ok and read.edge_down and not read.keys, VerdictId.POSSIBLY_PROVIDER),
    (
        lambda read: read.works_here and read.edge_is(EdgeKind.TLS) and not any(each.works_now for each in read.keys),
        VerdictId.TLS_INTERCEPTED,
    ),
    (lambda read: read.is_asked and read.edge_is(EdgeKind.DNS), VerdictId.NAME_NOT_RESOLVED),
    *((_has_key(each), each) for each in _KEY_ROWS if each is not VerdictId.INCIDENT_KEY_WORKS),
    (
        lambda read: (
            read.works_here
            and read.page_ok
            and read.edge_calm
            and not read.server_reports
            and all(each.is_settled for each in read.keys)
        ),
        VerdictId.FINE,
    ),
    (
        lambda read: (
            read.works_here and read.page_unreachable and read.edge_ok and all(each.is_settled for each in read.keys)
        ),
        VerdictId.PAGE_UNREACHABLE,
    ),
    (
        lambda read: (
            read.is_asked
            and read.page_unreachable
            and read.edge_down
            and bool(read.keys or read.server_reports)
            and all(each.is_down for each in read.keys)
        ),
        VerdictId.LIKELY_PROVIDER,
    ),
    (lambda _read: True, VerdictId.CANNOT_TELL),
)

_SHOWN: Mapping[VerdictId, tuple[Icon, PopUp]] = MappingProxyType(
    {
        VerdictId.YOUR_CONNECTION: (Icon.HOLLOW_CLOCK, PopUp.ONCE),
        VerdictId.INCIDENT_KEY_WORKS: (Icon.BY_PAGE, PopUp.YES),
        VerdictId.INCIDENT_CONFIRMED: (Icon.BY_PAGE, PopUp.YES),
        VerdictId.INCIDENT: (Icon.BY_PAGE, PopUp.YES),
        VerdictId.MAINTENANCE: (Icon.WRENCH, PopUp.NO),
        VerdictId.LOOKS_LIKE_PROVIDER: (Icon.TRIANGLE_QUESTION, PopUp.YES),
        VerdictId.POSSIBLY_PROVIDER: (Icon.TRIANGLE_QUESTION, PopUp.OPTION),
        VerdictId.TLS_INTERCEPTED: (Icon.HOLLOW, PopUp.ONCE),
        VerdictId.NAME_NOT_RESOLVED: (Icon.HOLLOW, PopUp.ONCE),
        VerdictId.KEY_REJECTED: (Icon.KEY_BADGE, PopUp.ONCE),
        VerdictId.KEY_BALANCE: (Icon.KEY_BADGE, PopUp.ONCE),
        VerdictId.KEY_LIMITED: (Icon.UNCHANGED, PopUp.NO),
        VerdictId.KEY_ACCOUNT: (Icon.KEY_BADGE, PopUp.ONCE),
        VerdictId.FINE: (Icon.TICK, PopUp.NO),
        VerdictId.PAGE_UNREACHABLE: (Icon.HOLLOW, PopUp.NO),
        VerdictId.LIKELY_PROVIDER: (Icon.TRIANGLE_QUESTION, PopUp.YES),
        VerdictId.CANNOT_TELL: (Icon.HOLLOW, PopUp.NO),
    }
)
