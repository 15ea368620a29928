"""One look at one page: find its platform if need be, ask, try its other addresses."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from gettext import gettext as _
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from trayapp import platforms
from trayapp.domain.provider import Login, StatusPage
from trayapp.domain.report import FailureKind, FetchFailure, StatusReport
from trayapp.domain.snapshot import TOTAL_DEADLINE
from trayapp.engine.access import EVERYBODY, Admission, Doorman
from trayapp.engine.http import Network
from trayapp.exchange import Ask, Platform, Response, knowing
from trayapp.platforms import Detected

_LEAST_SECONDS = 0.1
_DETECTION = timedelta(seconds=10)
_FIND_OUT_AGAIN = timedelta(hours=6)
"""A page that its platform's adapter cannot read is asked so often whether it runs on another one now."""
_OTHER_DATA = frozenset({FailureKind.NOT_A_STATUS_PAGE, FailureKind.INVALID, FailureKind.EMPTY})
_GONE = frozenset({404, 410})
_NO_ANSWERS: Mapping[str, Response] = MappingProxyType({})
_REFUSED = frozenset({401, 403})
_TRY_AGAIN_ELSEWHERE = frozenset(FailureKind) - {FailureKind.OFFLINE, FailureKind.PROXY}


class Look(Struct, frozen=True):
    """What a look brought: the outcome, and the platform that answered (empty when none was found)."""

    outcome: StatusReport | FetchFailure
    platform: str


@dataclass(slots=True)
class Looker:
    """Looks at pages through one network. Remembers what it found out: platforms and answering addresses."""

    network: Network
    _doorman: Doorman = field(init=False)
    _found: dict[str, Detected] = field(default_factory=dict)
    _answering: dict[str, str] = field(default_factory=dict)
    _doubted_at: dict[str, float] = field(default_factory=dict)
    _turns: dict[str, int] = field(default_factory=dict)
    """How often the platform of an address was sought in vain: each time other paths are tried."""

    def __post_init__(self) -> None:
        """Let the network's owner say how secrets are had."""
        self._doorman = Doorman(self.network.unlock)

    async def look(
        self,
        page: StatusPage,
        *,
        open_incidents: frozenset[str] = frozenset(),
        with_history: bool = False,
        deadline: timedelta | None = None,
    ) -> Look:
        """Look at a page once, in ``deadline`` for all it takes. Expected trouble is an outcome, no exception."""
        admission = await self._doorman.admit(page)
        if isinstance(admission, FetchFailure):
            return Look(admission, page.platform)
        budget = _Budget(deadline or TOTAL_DEADLINE)
        look = await self._look_admitted(_Visit(page, open_incidents, with_history, budget, admission))
        if isinstance(look.outcome, FetchFailure) and look.outcome.http_status in _REFUSED:
            self._doorman.refused(page.access)
            return replace(look, outcome=_with_a_hint(look.outcome, page))
        return look

    async def _look_admitted(self, visit: "_Visit") -> Look:
        page = visit.page
        if not page.platform:
            return await self._look_undetected(visit)
        addresses = self._addresses(page)
        first: FetchFailure | None = None
        for address in addresses:
            outcome = await self._ask(visit, page.platform, address)
            if isinstance(outcome, StatusReport):
                self._answering[page.id] = address
                return Look(outcome, page.platform)
            first = first or outcome
            if outcome.kind not in _TRY_AGAIN_ELSEWHERE or visit.budget.is_spent:
                break
        if first is not None and self._may_have_changed(page, first) and not visit.budget.is_spent:
            changed = await self._look_elsewise(visit)
            if changed is not None:
                return changed
        return Look(first or _nowhere(page), page.platform)

    async def detect(
        self,
        url: str,
        *,
        internal: bool = False,
        deadline: timedelta | None = None,
        admission: Admission = EVERYBODY,
    ) -> Detected | FetchFailure:
        """Find the platform of an address, in at most 6 requests; the next attempt goes on with other paths."""
        turn = self._turns.get(url, 0)
        driven = await self.network.drive(
            lambda: platforms.detect(url, turn),
            memory_key=f"detect {url}",
            internal=internal,
            deadline=deadline or _DETECTION,
            admission=admission,
            remembers=False,
        )
        if isinstance(driven.outcome, FetchFailure) and driven.outcome.kind is FailureKind.NOT_A_STATUS_PAGE:
            self._turns[url] = turn + 1
        return driven.outcome

    def forget(self, page_id: str) -> None:
        """Forget what was found out about a page."""
        self._found.pop(page_id, None)
        self._answering.pop(page_id, None)
        self._doubted_at.pop(page_id, None)

    def _addresses(self, page: StatusPage) -> tuple[str, ...]:
        """Return the page's addresses, the one that answered last first."""
        known = (page.url, *page.fallback_urls)
        last = self._answering.get(page.id)
        if last is None or last not in known:
            return known
        return (last, *(each for each in known if each != last))

    def _may_have_changed(self, page: StatusPage, failure: FetchFailure) -> bool:
        """Return whether to find out if the page runs on another platform: its data are gone or are something else."""
        if failure.kind not in _OTHER_DATA and failure.http_status not in _GONE:
            return False
        now = asyncio.get_running_loop().time()
        last = self._doubted_at.get(page.id)
        if page.id not in self._found and last is not None and now - last < _FIND_OUT_AGAIN.total_seconds():
            return False
        self._doubted_at[page.id] = now
        return True

    async def _look_elsewise(self, visit: "_Visit") -> Look | None:
        """Read the page as what it turns out to be; nothing where it is what we took it for, or cannot be told."""
        look = await self._look_undetected(visit)
        if isinstance(look.outcome, FetchFailure) or look.platform == visit.page.platform:
            self._found.pop(visit.page.id, None)
            return None
        return look

    async def _look_undetected(self, visit: "_Visit") -> Look:
        page = visit.page
        found = self._found.get(page.id)
        if found is None:
            deadline = min(visit.budget.left, _DETECTION)
            detected = await self.detect(page.url, internal=page.internal, deadline=deadline, admission=visit.admission)
            if isinstance(detected, FetchFailure):
                return Look(detected, "")
            self._found[page.id] = found = Detected(detected.platform, detected.url)
            return Look(await self._ask(visit, found.platform, found.url, detected.answers), found.platform)
        return Look(await self._ask(visit, found.platform, found.url), found.platform)

    async def _ask(
        self, visit: "_Visit", name: str, url: str, answers: Mapping[str, Response] = _NO_ANSWERS
    ) -> StatusReport | FetchFailure:
        try:
            platform: Platform = platforms.platform(name)
        except platforms.UnknownPlatformError as error:
            return FetchFailure(kind=FailureKind.INVALID, detail=str(error))
        page, history = visit.page, visit.with_history
        ask = Ask(url=url, options=page.options, open_incidents=visit.open_incidents, with_history=history)
        key = "|".join((page.id, name, url, "history" if history else "", *sorted(visit.open_incidents)))
        driven = await self.network.drive(
            lambda: knowing(platform.read(ask), answers),
            memory_key=key,
            internal=page.internal,
            deadline=visit.budget.left,
            admission=visit.admission,
            remembers=not answers,
        )
        return driven.outcome


class _Visit(Struct, frozen=True):
    """One look under way: what is asked of it, the time it has left, and what it brings along."""

    page: StatusPage
    open_incidents: frozenset[str]
    with_history: bool
    budget: "_Budget"
    admission: Admission


class _Budget:
    """The time one look may take, whatever it needs to ask."""

    def __init__(self, length: timedelta) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = self._loop.time() + length.total_seconds()

    @property
    def left(self) -> timedelta:
        """What is left; never nothing, so that the last step ends with a time-out that says so."""
        return timedelta(seconds=max(self._end - self._loop.time(), _LEAST_SECONDS))

    @property
    def is_spent(self) -> bool:
        """Whether another attempt is pointless."""
        return self._end - self._loop.time() < _LEAST_SECONDS


def _with_a_hint(failure: FetchFailure, page: StatusPage) -> FetchFailure:
    """Tell the owner of a page that wants a login how to give it one."""
    if not page.internal or page.access.login is not Login.NONE:
        return failure
    hint = _("If it wants a login, run: trayapp login {url}").format(url=page.url)
    return replace(failure, detail=f"{failure.detail} {hint}")


def _nowhere(page: StatusPage) -> FetchFailure:
    return FetchFailure(kind=FailureKind.INVALID, detail=f"{page.name} has no address to ask.")
