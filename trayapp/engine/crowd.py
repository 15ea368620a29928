"""Asks where people report, if the user wants it: Hacker News without a key, Downdetector with the user's own access.

Only while something watched fails or somebody says so, and seldom. What comes back is a count: no state is made of it.
"""

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from trayapp.deferral import deferred
from trayapp.domain.crowd import CrowdCount, CrowdSource
from trayapp.domain.keys import BEARER, Auth
from trayapp.domain.report import FetchFailure
from trayapp.engine.access import Carried
from trayapp.engine.hosts import DOWNDETECTOR, HACKER_NEWS
from trayapp.engine.http import Network
from trayapp.exchange import Exchange, Request, UnreadableResponseError
from trayapp.storage.secret import Secret
from trayapp.storage.settings import Crowd

with deferred():
    from trayapp.storage import secrets

EVERY = timedelta(minutes=10)
DEADLINE = timedelta(seconds=10)
DOWNDETECTOR_HOST = "downdetectorapi.com"
_STORIES_SPAN = timedelta(hours=2)
_REPORTS_SPAN = timedelta(minutes=15)
_TOKEN_LASTS = timedelta(minutes=55)
_WORDS = ("down", "outage", "offline", "not working", "unavailable", "error", "degraded", "broken", "status")
_JSON_ANSWERS = frozenset({200, 201})

_T = TypeVar("_T")


class _Story(msgspec.Struct):
    created_at_i: int
    title: str | None = None


class _Stories(msgspec.Struct):
    hits: list[_Story]


class _Token(msgspec.Struct):
    access_token: str


class _Company(msgspec.Struct):
    id: int
    name: str = ""
    country_iso: str = ""


class _Report(msgspec.Struct):
    status: str = ""
    baseline_current: float | None = None
    stats_24: object = None
    url: str = ""


class CrowdWatch:
    """What people report, in one engine. ``changed`` is called when there is something new."""

    def __init__(
        self,
        *,
        network: Callable[[], Network],
        now: Callable[[], datetime],
        start: Callable[[Coroutine[None, None, None]], None],
        changed: Callable[[], None],
    ) -> None:
        """Ask nobody yet. ``start`` begins a coroutine and ends it with the engine."""
        self._network = network
        self._now = now
        self._start = start
        self._changed = changed
        self._counts: dict[tuple[str, CrowdSource], CrowdCount] = {}
        self._asked: dict[tuple[str, CrowdSource], datetime] = {}
        self._companies: dict[str, int] = {}
        self._token: tuple[Secret, datetime] | None = None

    @property
    def counts(self) -> tuple[CrowdCount, ...]:
        """Everything that was counted."""
        return tuple(self._counts.values())

    def want(self, provider: str, name: str, wish: Crowd) -> None:
        """Ask about a provider, each place at most every ten minutes and only where the user wants it."""
        if wish.hacker_news and self._is_time(provider, CrowdSource.HACKER_NEWS):
            self._start(self._keep(self._hacker_news(provider, name)))
        if wish.downdetector and self._is_time(provider, CrowdSource.DOWNDETECTOR):
            self._start(self._keep(self._downdetector(provider, name, wish)))

    def _is_time(self, provider: str, source: CrowdSource) -> bool:
        now, last = self._now(), self._asked.get((provider, source))
        if last is not None and timedelta(0) <= now - last < EVERY:
            return False
        self._asked[provider, source] = now
        return True

    async def _keep(self, asking: Coroutine[None, None, CrowdCount | None]) -> None:
        found = await asking
        if found is not None:
            self._counts[found.provider, found.source] = found
            self._changed()

    async def _hacker_news(self, provider: str, name: str) -> CrowdCount | None:
        since = self._now() - _STORIES_SPAN
        driven = await self._network().drive(
            lambda: _stories(name, since), memory_key=f"crowd {provider}", deadline=DEADLINE
        )
        if isinstance(driven.outcome, FetchFailure):
            return None
        return CrowdCount(
            provider=provider,
            source=CrowdSource.HACKER_NEWS,
            at=self._now(),
            span=_STORIES_SPAN,
            count=driven.outcome,
            url=f"https://hn.algolia.com/?{urlencode({'query': name, 'sort': 'byDate', 'type': 'story'})}",
        )

    async def _downdetector(self, provider: str, name: str, wish: Crowd) -> CrowdCount | None:
        token = await self._bearer(wish)
        if token is None:
            return None
        company = self._companies.get(provider)
        if company is None:
            company = await self._carried(token, BEARER, lambda: _company(name, wish.country))
            if company is None:
                return None
            self._companies[provider] = company
        number = company
        report = await self._carried(token, BEARER, lambda: _report(number))
        if report is None:
            self._token = None  # it may have been withdrawn; the next time begins with a new one
            return None
        return CrowdCount(
            provider=provider,
            source=CrowdSource.DOWNDETECTOR,
            at=self._now(),
            span=_REPORTS_SPAN,
            count=_last_number(report.stats_24),
            baseline=round(report.baseline_current) if report.baseline_current is not None else None,
            said=report.status if report.status in {"success", "warning", "danger"} else "",
            url=report.url if report.url.startswith("https://downdetector.") else "",
        )

    async def _bearer(self, wish: Crowd) -> Secret | None:
        """Return the token of this hour, with the user's client credentials; ``None`` where it is not to be had."""
        now = self._now()
        if self._token is not None and timedelta(0) <= self._token[1] - now:
            return self._token[0]
        try:
            secret = await self._network().unlock(wish.downdetector)
        except secrets.SecretStoreError:
            return None
        auth = Auth(prefix="", basic=True, user=wish.downdetector_client)
        told = await self._carried(secret, auth, _token)
        if told is None:
            return None
        self._token = (Secret(told), now + _TOKEN_LASTS)
        return self._token[0]

    async def _carried(self, secret: Secret, auth: Auth, ask: Callable[[], Exchange[_T]]) -> _T | None:
        carried = Carried(secret=secret, auth=auth, host=DOWNDETECTOR_HOST, is_login=True)
        driven = await self._network().carry(ask, carried, deadline=DEADLINE)
        return None if isinstance(driven.outcome, FetchFailure) else driven.outcome


def _stories(name: str, since: datetime) -> Exchange[int]:
    """Return how many stories of that time speak of a provider's trouble in their titles."""
    asked = {
        "query": name,
        "tags": "story",
        "numericFilters": f"created_at_i>{int(since.timestamp())}",
        "hitsPerPage": "50",
    }
    answer = yield Request(url=f"{HACKER_NEWS}?{urlencode(asked)}")
    told = _decoded(answer.body, _Stories)
    wanted = name.casefold()
    titles = [(each.title or "").casefold() for each in told.hits if each.created_at_i > since.timestamp()]
    return sum(wanted in title and any(word in title for word in _WORDS) for title in titles)


def _token() -> Exchange[str]:
    answer = yield Request(
        url=f"{DOWNDETECTOR}/tokens",
        method="POST",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=b"grant_type=client_credentials",
        accept=_JSON_ANSWERS,
    )
    return _decoded(answer.body, _Token).access_token


def _company(name: str, country: str) -> Exchange[int]:
    """Return the number of the company of that name in a country (ISO code), else the first of that name."""
    asked = urlencode({"name": name, "fields": "id,name,slug,country_iso"})
    answer = yield Request(url=f"{DOWNDETECTOR}/companies/search?{asked}")
    listed = _decoded(answer.body, list[_Company])
    exact = [each for each in listed if each.name.casefold() == name.casefold()] or listed
    here = [each for each in exact if each.country_iso.casefold() == country.casefold()] or exact
    if not here:
        raise UnreadableResponseError(f"No company is called {name}.")
    return here[0].id


def _report(company: int) -> Exchange[_Report]:
    fields = "id,name,slug,url,stats_24,baseline_current,status"
    answer = yield Request(url=f"{DOWNDETECTOR}/companies/{company}?{urlencode({'fields': fields})}")
    return _decoded(answer.body, _Report)


def _decoded(body: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise UnreadableResponseError("The answer is none that we know.") from error


def _last_number(numbers: object) -> int | None:
    """Return the newest of a list of counts; nothing where it is none."""
    if not isinstance(numbers, list) or not numbers:
        return None
    last = numbers[-1]
    return round(last) if isinstance(last, int | float) and not isinstance(last, bool) else None
