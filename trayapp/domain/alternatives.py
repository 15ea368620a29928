"""What can be used instead, while something watched fails: only what is known to work now, the freshest first."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum

from msgspec import Struct

from trayapp.domain.keys import KeyState, Reachability
from trayapp.domain.provider import Provider
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.status import Status
from trayapp.domain.verdict import CUT_OFF, SKEW, PageVerdict, VerdictId, is_anything_wrong

KEY_LASTS = timedelta(minutes=30)
"""A key that worked longer ago may have met its limit since."""
LOCAL_LASTS = timedelta(minutes=5)
MOST = 8
"""More than that is no help to somebody in a hurry."""

_UP = frozenset(
    {VerdictId.FINE, VerdictId.KEY_REJECTED, VerdictId.KEY_BALANCE, VerdictId.KEY_LIMITED, VerdictId.KEY_ACCOUNT}
)
"""Verdicts under which a provider itself is fine; another key of it, or its chat, may serve."""


class Way(Enum):
    """How something is reached instead."""

    KEY = "key"
    CHAT = "chat"
    LOCAL = "local"


class LocalModel(Struct, frozen=True):
    """A server of models on this computer that answered at ``at`` (UTC); ``base_url`` is what clients are given."""

    name: str
    base_url: str
    models: tuple[str, ...]
    at: datetime


class Alternative(Struct, frozen=True, kw_only=True):
    """One thing to use instead, known to work since ``at`` (UTC): the oldest of what it rests on.

    ``key_label`` is the user's own name for a key that works, ``key_env`` the variable it is usually kept in, and
    ``models`` what a local server offers.
    """

    way: Way
    name: str
    at: datetime
    provider: str = ""
    key_label: str = ""
    base_url: str = ""
    base_env: str = ""
    key_env: str = ""
    chat: str = ""
    models: tuple[str, ...] = ()


def alternatives(
    snapshot: Snapshot,
    verdicts: Iterable[PageVerdict],
    now: datetime,
    *,
    keys: Iterable[KeyState] = (),
    providers: Iterable[Provider] = (),
    local: Iterable[LocalModel] = (),
) -> tuple[Alternative, ...]:
    """Return what can be used instead, the freshest first.

    =============================  ==========================  ==========================  =====================
    something watched              a provider                  the user's key for it       offered
    =============================  ==========================  ==========================  =====================
    all well, or unknown           any                         any                         nothing
    bad, or a verdict blames it    bad, unknown, doubted       any                         nothing
    bad, or a verdict blames it    every page up and fresh     worked <= 30 min ago        its API (and its chat)
    bad, or a verdict blames it    every page up and fresh     none, older, anything else  its chat, if it has one
    bad, or a verdict blames it    not watched                 any                         nothing: nobody looked
    own connection fails           any                         any                         nothing
    any trouble of these           a server on this computer   answered <= 5 min ago       its models
    =============================  ==========================  ==========================  =====================
    """
    told = tuple(verdicts)
    is_cut_off = any(each.verdict.id in CUT_OFF for each in told)
    if not is_anything_wrong(snapshot.pages, told, now):
        return ()
    found = [_local(each) for each in local if each.models and _is_within(each.at, now, LOCAL_LASTS)]
    if not is_cut_off:
        known = tuple(keys)
        pages: dict[str, list[PageState]] = {}
        for each in snapshot.pages:
            pages.setdefault(each.page.provider_id, []).append(each)
        doubted = {each.provider_id for each in told if each.verdict.id not in _UP}
        for provider in (each for each in providers if each.id in pages and each.id not in doubted):
            seen = _seen_up(pages[provider.id], now)
            offer = _offer(provider, seen, known, now) if seen is not None else None
            if offer is not None:
                found.append(offer)
    return tuple(sorted(found, key=lambda each: (-each.at.timestamp(), each.name.casefold()))[:MOST])


def _offer(provider: Provider, seen: datetime, keys: tuple[KeyState, ...], now: datetime) -> Alternative | None:
    working = [each for each in keys if each.ref.provider == provider.id and works_now(each, now)]
    key = max(working, key=lambda each: each.health_at or seen, default=None)
    if key is None or not (key.ref.base_url or provider.base_url):
        if not provider.chat:
            return None
        return Alternative(way=Way.CHAT, name=provider.name, at=seen, provider=provider.id, chat=provider.chat)
    kept_in = key.ref.reference.removeprefix("env:") if key.ref.reference.startswith("env:") else provider.key_env
    return Alternative(
        way=Way.KEY,
        name=provider.name,
        at=min(seen, key.health_at or seen),
        provider=provider.id,
        key_label=key.ref.label,
        base_url=key.ref.base_url or provider.base_url,
        base_env=provider.base_env,
        key_env=kept_in,
        chat=provider.chat,
    )


def works_now(key: KeyState, now: datetime) -> bool:
    """Return whether the last attempt got through, the key worked, and that is not long ago."""
    answer = key.answer
    is_last = answer is not None and answer.reachability is Reachability.REACHED
    return is_last and key.health.works and key.health_at is not None and _is_within(key.health_at, now, KEY_LASTS)


def _seen_up(pages: list[PageState], now: datetime) -> datetime | None:
    """Return since when all pages of a provider are known to be fine; ``None`` where that is not known."""
    if any(each.shown is not Status.OPERATIONAL or each.is_stale(now) for each in pages):
        return None
    return min((each.fetched_at for each in pages if each.fetched_at is not None), default=None)


def _local(model: LocalModel) -> Alternative:
    return Alternative(way=Way.LOCAL, name=model.name, at=model.at, base_url=model.base_url, models=model.models)


def _is_within(at: datetime, now: datetime, limit: timedelta) -> bool:
    return -SKEW <= now - at <= limit
