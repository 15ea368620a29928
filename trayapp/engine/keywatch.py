"""Watches the person's keys while the program runs: decides when to check which, and does what a shell asks."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from gettext import gettext as _

from msgspec import Struct
from msgspec.structs import replace

from trayapp.domain.keys import KeyHealth, KeyRef, KeyState
from trayapp.domain.keyschedule import CALM, SUSPICION, Surroundings, limit_of, may_answer, next_check
from trayapp.domain.rotation import KeyBook
from trayapp.domain.snapshot import Snapshot
from trayapp.engine.commands import (
    AddKey,
    ApproveKey,
    BuyToken,
    CheckKeys,
    KeyCommand,
    ReadBalance,
    RemoveAllKeys,
    RemoveKey,
    ReplaceKey,
)
from trayapp.engine.endpoints import EndpointError
from trayapp.engine.keycheck import KeyChecker
from trayapp.engine.keykeeping import KeyKeeper, KeyRefusedError
from trayapp.engine.newkey import NewKey
from trayapp.engine.updates import KeyOutcome
from trayapp.storage.keyfile import KeyFileError, store_of
from trayapp.storage.references import asks_a_person
from trayapp.storage.secrets import SecretStoreError
from trayapp.storage.settings import Settings

_log = logging.getLogger(__name__)

_LONGEST_WAIT = timedelta(hours=1)

Told = Callable[[KeyBook, frozenset[str]], Mapping[str, KeyHealth]]
"""Hears of keys just checked, by their ids; returns what to note of them for the next time."""


class KeyParts(Struct, frozen=True):
    """What a watch over keys is made of."""

    keeper: KeyKeeper
    checker: Callable[[Settings], KeyChecker]


class KeyWatch:
    """Owns the checks of keys in one engine. ``changed`` is called when there is something new to show."""

    def __init__(
        self,
        parts: KeyParts,
        settings: Settings,
        *,
        now: Callable[[], datetime],
        told: Told,
        changed: Callable[[], None],
        dice: random.Random,
    ) -> None:
        """Read the keys; load nothing that only checks need."""
        self.keeper = parts.keeper
        self.problem = ""
        self.checking: frozenset[str] = frozenset()
        self._outcomes: list[KeyOutcome] = []
        self._parts = parts
        self._checker = parts.checker(settings)
        self._now = now
        self._told = told
        self._changed = changed
        self._dice = dice
        self._around: dict[str, Surroundings] = {}
        self._chances: dict[str, float] = {}
        self._not_before: dict[str, datetime] = {}
        self._wake = asyncio.Event()
        self._reload()

    @property
    def book(self) -> KeyBook:
        """All keys."""
        return self.keeper.book

    @property
    def store(self) -> str:
        """The name of the key store in use, or those that keys were put into; empty before the first."""
        return self.keeper.vault.backend or ", ".join(dict.fromkeys(filter(None, map(store_of, self.book.keys))))

    def take_outcome(self) -> KeyOutcome | None:
        """Return the oldest outcome that no shell has seen, once."""
        if len(self._outcomes) > 1:
            self._changed()
        return self._outcomes.pop(0) if self._outcomes else None

    async def run(self) -> None:
        """Check what is due, for ever."""
        while True:
            due, wait = self._due()
            if due:
                await self._check(due, may_ask=False)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait.total_seconds()):
                    await self._wake.wait()
            self._wake.clear()

    async def close(self) -> None:
        """Close the network."""
        await self._checker.network.close()

    async def apply(self, settings: Settings) -> None:
        """Work by other settings from now on."""
        before, self._checker = self._checker, self._parts.checker(settings)
        await before.network.close()
        self._wake.set()

    def tick(self) -> None:
        """Look whether another process has changed the keys, or time has jumped."""
        before = self.book
        self._reload()
        if self.book is not before:
            self._changed()
        self._wake.set()

    def look_at(self, snapshot: Snapshot) -> None:
        """Learn from status pages whether a provider is in trouble; an unknown page says nothing new."""
        if not self.book.keys and not self._around:
            return
        for provider in {each.page.provider_id for each in snapshot.pages} - {""}:
            pages = [each for each in snapshot.pages if each.page.provider_id == provider]
            bad = [each.since for each in pages if each.shown is not None and each.shown.is_bad and each.since]
            before = self._around.get(provider, CALM)
            if bad:
                self._around[provider] = Surroundings(min(bad), before.recovered_at)
            elif before.trouble_since is not None and all(each.shown is not None for each in pages):
                self._around[provider] = Surroundings(None, self._now())
            if self._around.get(provider, CALM) != before:
                self._wake.set()

    async def handle(self, command: KeyCommand) -> None:
        """Do what a shell asks, and leave the outcome for it."""
        key_id, problem, left = "", "", ""
        try:
            key_id, left = await self._done(command)
        except (KeyRefusedError, SecretStoreError, KeyFileError, EndpointError) as error:
            problem = str(error)
        self._outcomes.append(KeyOutcome(command, key_id, problem, left))
        self._changed()
        wanted = command.key_ids if isinstance(command, CheckKeys) else (key_id,)
        if not problem and not isinstance(command, RemoveKey | RemoveAllKeys):
            await self._check_on_demand(wanted, buys=isinstance(command, BuyToken))

    async def _done(self, command: KeyCommand) -> tuple[str, str]:
        """Do what a command says; return the key's id, and what is left behind in a store."""
        match command:
            case AddKey(new=new, secret=secret):
                return (await self.keeper.add(self._with_host(new), secret)).ref.id, ""
            case ReplaceKey(key_id=key_id, secret=secret):
                await self.keeper.replace(key_id, secret)
                return key_id, ""
            case RemoveKey(key_id=key_id, even_if_store_fails=anyway):
                return key_id, await self.keeper.remove(key_id, even_if_store_fails=anyway)
            case RemoveAllKeys():
                left = ""
                for each in self.book.keys:
                    left = await self.keeper.remove(each.ref.id) or left
                return "", left
            case ApproveKey() | ReadBalance() | BuyToken():
                await self._agree(command)
                return command.key_id, ""
            case CheckKeys():
                return "", ""

    async def _agree(self, command: ApproveKey | ReadBalance | BuyToken) -> None:
        """Take note of what a person has agreed to. Raises ``KeyRefusedError``."""
        match command:
            case ApproveKey(key_id=key_id):
                await self._approve(key_id)
            case ReadBalance(key_id=key_id, is_allowed=is_allowed):
                await self.keeper.read_balance(key_id, is_allowed=is_allowed)
            case BuyToken(key_id=key_id, price=price):
                self._refuse_unless_agreed(key_id, price)

    async def check_in_doubt(self, provider: str, older_than: timedelta = SUSPICION) -> None:
        """Check a provider's keys because its service seems to fail, each at most every five minutes.

        ``older_than`` is for those that may be used instead: only what nobody has looked at for so long.
        """
        now = self._now()
        due = [
            each.ref
            for each in self.book.keys
            if each.ref.provider == provider
            and each.ref.is_checked
            and not each.health.is_final
            and ((until := limit_of(each)) is None or until <= now)
            and (each.checked_at is None or now - each.checked_at >= older_than)
        ]
        if due:
            await self._check(due, may_ask=False)

    async def check_for_inquiry(self, ref: KeyRef, *, is_first: bool) -> KeyState | None:
        """Check a key because a person says that its provider fails; ``None`` where it is better left alone.

        At once for the first time, later at most every five minutes.
        """
        before = self.book.key(ref.id)
        if before is None or not may_answer(before, self._now(), is_first=is_first):
            return None
        await self._check([before.ref], may_ask=False)
        after = self.book.key(ref.id)
        return after if after is not None and after.checked_at != before.checked_at else None

    def _refuse_unless_agreed(self, key_id: str, price: str) -> None:
        """Make sure that what a person has agreed to pay is what there is to pay. Raises ``KeyRefusedError``."""
        from trayapp.probes.table import probe_for  # noqa: PLC0415 -- a megabyte, for those with keys

        state = self.book.key(key_id)
        paid = probe_for(state.ref.provider).paid if state is not None else None
        if state is None or paid is None or paid.price != price:
            raise KeyRefusedError(_("There is nothing to buy for this key at that price."))
        until = limit_of(state)
        if until is not None and until > self._now():
            raise KeyRefusedError(_("The provider asked us to wait. Nothing was bought."))

    async def _check_on_demand(self, key_ids: tuple[str, ...], *, buys: bool = False) -> None:
        now = self._now()
        states = [each for each in self.book.keys if not key_ids or each.ref.id in key_ids]
        if not buys:
            states += [each.state for each in self.book.old if not each.is_dead and (not key_ids or each.of in key_ids)]
        free = [each.ref for each in states if (until := limit_of(each)) is None or until <= now]
        await self._check(free, may_ask=True, buys=buys)

    async def _check(self, refs: Iterable[KeyRef], *, may_ask: bool, buys: bool = False) -> None:
        """Check keys that nobody checks at this moment."""
        chosen = [each for each in refs if each.id not in self.checking]
        ids = frozenset(each.id for each in chosen)
        left_out = set(ids)
        self.checking |= ids
        self._changed()
        try:
            async for checks in self._checker.batches(chosen, may_ask=may_ask, buys=buys):
                done = frozenset(each.ref.id for each in checks)
                left_out -= done
                await self.keeper.note(checks)
                self._chances.update(dict.fromkeys(done, 0.0) | {each: self._dice.random() for each in done})
                await self._tell(done)
                self.checking -= done
                self._changed()
        except KeyFileError as error:
            self.problem = str(error)
            self._put_off(ids)
        finally:
            self.checking -= ids
            self._put_off(left_out)
            self._changed()
            self._wake.set()

    async def _tell(self, ids: frozenset[str]) -> None:
        noted = self._told(self.book, ids)
        if any(self.book.noted.get(each) is not health for each, health in noted.items()):
            await self.keeper.note_told(noted)

    def _put_off(self, ids: Iterable[str]) -> None:
        """Leave keys alone for a while whose host does not want to be asked, or whose result cannot be kept."""
        until = self._now() + SUSPICION
        self._not_before.update(dict.fromkeys(ids, until))

    def _due(self) -> tuple[list[KeyRef], timedelta]:
        """Return the keys to check now, and how long to wait if there are none."""
        now = self._now()
        due: list[KeyRef] = []
        wait = _LONGEST_WAIT
        for state in self._watched():
            chance = self._chances.setdefault(state.ref.id, self._dice.random())
            moment, _reason = next_check(state, now, self._around.get(state.ref.provider, CALM), chance)
            if moment is None or state.ref.id in self.checking:
                continue
            moment = max(moment, self._not_before.get(state.ref.id, moment))
            if moment <= now:
                due.append(state.ref)
            wait = min(wait, max(moment - now, timedelta(seconds=1)))
        return due, wait

    def _watched(self) -> tuple[KeyState, ...]:
        """Return the keys that may be checked without anybody asking for it."""
        states = (*self.book.keys, *(each.state for each in self.book.old if not each.is_dead))
        return tuple(each for each in states if not asks_a_person(each.ref.reference))

    def _reload(self) -> None:
        try:
            self.keeper.reload()
            self.problem = ""
        except KeyFileError as error:
            if not self.problem:
                _log.info("keys: %s", error)
            self.problem = str(error)

    def _with_host(self, new: NewKey) -> NewKey:
        """Return what to add with the host it goes to: the provider's own or this computer, else the approved one."""
        where = self._checker.address_of(new.ref())
        if where.host != new.host and not where.is_here and (new.host or self._checker.is_own(new.ref())):
            sentence = _("{host} will receive the key. Approve that first.")
            raise KeyRefusedError(sentence.format(host=where.host))
        return replace(new, host=where.host)

    async def _approve(self, key_id: str) -> None:
        state = self.book.key(key_id)
        if state is None:
            raise KeyRefusedError(_("There is no such key any more."))
        await self.keeper.approve(key_id, self._checker.address_of(state.ref).host, state.ref.base_url)
