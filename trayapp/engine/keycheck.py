"""Checking keys: fetch one from the vault, ask its provider once, forget it; with manners towards each host."""

import asyncio
import contextlib
import logging
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from gettext import gettext as _

from msgspec import Struct, field
from msgspec.structs import replace

from trayapp.catalogue.lookup import Catalogue
from trayapp.domain.keys import Facts, KeyAnswer, KeyHealth, KeyRef, Reachability
from trayapp.domain.keyschedule import HOST_SIZE, host_is_free_at
from trayapp.domain.report import FailureKind, FetchFailure
from trayapp.engine.access import Carried
from trayapp.engine.endpoints import Endpoint, EndpointError, endpoint
from trayapp.engine.http import Network
from trayapp.engine.keykeeping import Checked
from trayapp.storage import references
from trayapp.storage.secret import Secret
from trayapp.storage.secrets import SecretStoreError, Vault

_log = logging.getLogger(__name__)

DEADLINE = timedelta(seconds=10)
SIDE_BY_SIDE = 4
BETWEEN = timedelta(seconds=1)
"""The least time between two checks of one host, unless it is this computer."""
TOGETHER = timedelta(seconds=0.25)
"""Answers that come within so long of each other are written down and shown together."""
_LONGEST_REASON = 240


class _Manners(Struct):
    """When a host was asked lately (UTC), and whose turn it is."""

    asked: tuple[datetime, ...] = ()
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class _Run(Struct):
    """One run of checks: what it may do, how many at once, and the hosts it has closed for itself."""

    may_ask: bool
    buys: bool
    closed: set[str] = field(default_factory=set)
    limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SIDE_BY_SIDE))


class UnknownKeyProviderError(Exception):
    """No provider of this name can be asked about a key; the text is a sentence for a person."""


def provider_of(name: str, catalogue: Catalogue) -> str:
    """Return the id of the provider that a person means. Raises ``UnknownKeyProviderError``."""
    from trayapp.probes.table import PROBES, probe_for  # noqa: PLC0415 -- a megabyte, for those with keys

    known = catalogue.find(name)
    for each in (name, known.id if known is not None else ""):
        probe = probe_for(each)
        if probe.provider in PROBES:
            return known.id if known is not None else probe.provider
    names = ", ".join(sorted(PROBES))
    raise UnknownKeyProviderError(_("No key of {name!r} can be checked. Known: {names}").format(name=name, names=names))


class KeyChecker:
    """Checks keys through one network. ``endpoints`` are the person's own gateways by provider id."""

    def __init__(
        self,
        network: Network,
        vault: Vault,
        endpoints: Mapping[str, str],
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Ask nobody yet."""
        self._sleep = sleep
        self.network = network
        self.deadline = DEADLINE
        self._vault = vault
        self._endpoints = endpoints
        self._now = now
        self._hosts: dict[str, _Manners] = {}

    def address_of(self, ref: KeyRef) -> Endpoint:
        """Return where a key is to be sent now, whether it was approved or not. Raises ``EndpointError``."""
        from trayapp.probes.probe import ask_for  # noqa: PLC0415 -- a megabyte, for those with keys
        from trayapp.probes.table import probe_for  # noqa: PLC0415 -- a megabyte, for those with keys

        own = ref.base_url or self._endpoints.get(ref.provider, "")
        base = own or probe_for(ref.provider).base_for(ref)
        if not base:
            missing = probe_for(ref.provider).missing(ask_for(ref, own))
            sentence = _("This provider needs more to be asked: {names}.")
            raise EndpointError(sentence.format(names=", ".join(missing) or "base_url"))
        return endpoint(base)

    def is_own(self, ref: KeyRef) -> bool:
        """Return whether a key goes to an address of the person's own and not to the provider's."""
        return bool(ref.base_url or self._endpoints.get(ref.provider))

    def crowded(self, refs: Iterable[KeyRef]) -> tuple[str, ...]:
        """Return the hosts that so many keys go to that checking them takes minutes."""
        hosts: Counter[str] = Counter()
        for each in refs:
            with contextlib.suppress(EndpointError):
                where = self._approved(each)
                hosts[where.host] += not where.is_here
        return tuple(host for host, count in hosts.items() if count > HOST_SIZE)

    async def batches(
        self, refs: Iterable[KeyRef], *, may_ask: bool, buys: bool = False
    ) -> AsyncIterator[tuple[Checked, ...]]:
        """Check keys, a few side by side, and give the answers as they come, those that came together at once.

        A host that limits us or has trouble of its own is not asked again in this run: its other keys are left out.
        ``may_ask`` lets a locked store show its question. ``buys`` makes the one call that costs something instead
        of the free one: only where a person has just seen its price.
        """
        run = _Run(may_ask=may_ask, buys=buys)
        tasks = {asyncio.ensure_future(self._within(each, run)) for each in refs}
        waiting = set(tasks)
        try:
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                if waiting:
                    more, waiting = await asyncio.wait(waiting, timeout=TOGETHER.total_seconds())
                    done |= more
                checks = tuple(checked for each in done if (checked := each.result()) is not None)
                if checks:
                    yield checks
        finally:
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _within(self, ref: KeyRef, run: _Run) -> Checked | None:
        """Check one key when its host's turn has come; ``None`` where the host is closed for this run."""
        try:
            where = self._approved(ref)
        except EndpointError as error:
            return Checked(ref, _unreached(str(error)), self._now())
        if where.is_here:
            name = f"{ref.provider} at {where.host}"
            async with run.limit:
                return None if name in run.closed else await self._noted(ref, where, name, run)
        manners = self._hosts.setdefault(where.host, _Manners())
        async with manners.turn:
            if where.host in run.closed:
                return None
            await self._wait_for_turn(manners)
            async with run.limit:
                checked = await self._noted(ref, where, where.host, run)
            if checked.answer.reachability is not Reachability.STORE_LOCKED:
                manners.asked = (*manners.asked, self._now())[-HOST_SIZE:]
            return checked

    async def _wait_for_turn(self, manners: _Manners) -> None:
        now = self._now()
        free_at = host_is_free_at(manners.asked, now)
        if manners.asked:
            free_at = max(free_at, manners.asked[-1] + BETWEEN)
        await self._sleep(max(0.0, (free_at - now).total_seconds()))

    async def _noted(self, ref: KeyRef, where: Endpoint, name: str, run: _Run) -> Checked:
        answer = await self._answer(ref, where, run)
        if answer.blames_provider or answer.reachability is Reachability.RATE_LIMITED:
            run.closed.add(name)
        return Checked(ref, answer, self._now())

    def _approved(self, ref: KeyRef) -> Endpoint:
        """Return where a key may be sent. Raises ``EndpointError`` where its owner has not said so."""
        where = self.address_of(ref)
        if where.is_here or where.host == ref.host:
            return where
        sentence = _("This key was approved for {old}, and is now to be sent to {new}. Approve that first.")
        raise EndpointError(sentence.format(old=ref.host or _("no host"), new=where.host))

    async def _answer(self, ref: KeyRef, where: Endpoint, run: _Run) -> KeyAnswer:
        from trayapp.probes.probe import ask_for  # noqa: PLC0415 -- a megabyte, for those with keys
        from trayapp.probes.table import probe_for  # noqa: PLC0415 -- a megabyte, for those with keys

        try:
            secret = await self._secret(ref, may_ask=run.may_ask)
        except SecretStoreError as error:
            return KeyAnswer(health=KeyHealth.UNKNOWN, reachability=Reachability.STORE_LOCKED, reason=error.sentence)
        probe = probe_for(ref.provider)
        conversation = probe.check_paid if run.buys else probe.check
        carried = Carried(secret=secret, auth=probe.auth, host=where.host)
        try:
            driven = await self.network.carry(
                partial(conversation, ask_for(ref, where.base)),
                carried,
                deadline=self.deadline,
                internal=where.is_inside,
            )
        except Exception as error:  # noqa: BLE001 - a bug in one probe must not stop the others, nor condemn the key
            _log.error("check of a key for %s failed inside the app: %s at %s", ref.provider, *_place(error))
            return _unreached(_("This app could not read the answer. That is our fault, not the key's."))
        outcome = driven.outcome
        return _clean(
            _from_failure(outcome, got_through=driven.got_through) if isinstance(outcome, FetchFailure) else outcome,
            secret,
        )

    async def _secret(self, ref: KeyRef, *, may_ask: bool) -> Secret:
        from trayapp.probes.table import probe_for  # noqa: PLC0415 -- a megabyte, for those with keys

        if not probe_for(ref.provider).needs_key:
            return Secret("")
        if ref.reference:
            return await references.resolve(ref.reference)
        return await self._vault.fetch(ref.entry, may_ask=may_ask)


def _unreached(reason: str) -> KeyAnswer:
    """Return an answer that says nothing about the key: it stays what it was."""
    return KeyAnswer(health=KeyHealth.UNKNOWN, reachability=Reachability.UNREACHABLE, reason=reason)


def _from_failure(failure: FetchFailure, *, got_through: bool) -> KeyAnswer:
    """Return what it says of a key that no answer came: nothing, but whether the provider left the question lying."""
    if got_through and failure.kind is FailureKind.TIMEOUT:
        return replace(_unreached(failure.detail), is_unanswered=True)
    return _unreached(failure.detail)


def _clean(answer: KeyAnswer, secret: Secret) -> KeyAnswer:
    """Return the answer without the key in any form: providers echo keys back, whole or masked."""
    reason = secret.hidden_in(answer.reason)[:_LONGEST_REASON]
    facts = Facts({secret.hidden_in(name): secret.hidden_in(value) for name, value in answer.facts.items()})
    return replace(answer, reason=reason, facts=facts)


def _place(error: BaseException) -> tuple[str, str]:
    """Return the error's name and the line it came from; its words may quote an answer, so they are left out."""
    frames = traceback.extract_tb(error.__traceback__)
    return type(error).__name__, f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
