"""``trayapp keys``: the person's own keys, one at a time. A key comes from the terminal or standard input only."""

import argparse
import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from gettext import gettext as _

from msgspec.structs import replace

from trayapp import bootstrap
from trayapp.cli import places, printing, typed
from trayapp.cli.exits import DONE, FAILED, UNKNOWN, UsageError
from trayapp.domain.keys import KeyHealth, KeyState, Reachability
from trayapp.domain.keyschedule import HOST_SIZE, limit_of
from trayapp.domain.rotation import KeyBook
from trayapp.engine.clock import wall_time
from trayapp.engine.endpoints import EndpointError
from trayapp.engine.keycheck import KeyChecker, UnknownKeyProviderError, provider_of
from trayapp.engine.keykeeping import KeyKeeper, KeyRefusedError, doubt
from trayapp.engine.newkey import NewKey, end_of_day
from trayapp.presentation import keys as words
from trayapp.probes.table import PROBES, probe_for
from trayapp.storage.keyfile import KeyFileError
from trayapp.storage.secrets import SecretStoreError

ATTENTION = 1


def main(arguments: argparse.Namespace) -> int:
    """Do one thing with keys; the exit code says how they are."""
    if getattr(arguments, "surplus", None):
        raise UsageError(
            _(
                "A key is never given as an argument: type it when asked, or pass it on standard input. What you typed "
                "is in your shell's history now; if it was a key, replace it."
            )
        )
    mine = places.home(arguments)
    try:
        return _ACTIONS[arguments.action](_Desk(mine, arguments))
    except (KeyRefusedError, typed.RefusedError, SecretStoreError, KeyFileError, EndpointError) as error:
        printing.complain(f"trayapp: {error}")
        return FAILED


class _Desk:
    """What every action needs."""

    def __init__(self, mine: bootstrap.Home, arguments: argparse.Namespace) -> None:
        self.mine = mine
        self.arguments = arguments
        self.keeper: KeyKeeper = bootstrap.key_keeper(mine)
        self.keeper.reload()
        self.names: Mapping[str, str] = {
            **{each.provider: each.name for each in PROBES.values()},
            **{each.id: each.name for each in mine.catalogue.providers},
        }

    def checker(self) -> KeyChecker:
        """Return what checks keys, with a network of its own; call it in the running loop."""
        return bootstrap.key_checker(self.mine.settings, self.keeper)

    def named(self, label: str) -> KeyState:
        """Return the key with this label."""
        found = self.keeper.book.find(label)
        if found is None:
            raise UsageError(_("No key is called {label!r}. See: trayapp keys list").format(label=label))
        return found

    def show(self, only: frozenset[str] | None = None) -> None:
        """Print all keys, or some."""
        book = self.keeper.book
        if self.arguments.json:
            backend = self.keeper.vault.backend or words.kept_in(book)
            printing.document(words.keys_document(book, backend, only=only))
            return
        for row in words.key_rows(book, self.names, wall_time()):
            if only is None or row.id in only or row.of in only:
                printing.lines(words.key_lines(row))


def _list(desk: _Desk) -> int:
    desk.show()
    keys = desk.keeper.book.keys
    if not keys and not desk.arguments.json:
        printing.lines([_("No key is kept here yet. Add one with: trayapp keys add PROVIDER")])
    return _code(keys)


def _add(desk: _Desk) -> int:
    given = desk.arguments
    try:
        provider = provider_of(given.provider, desk.mine.catalogue)
    except UnknownKeyProviderError as error:
        raise UsageError(str(error)) from None
    new = NewKey(
        provider=provider,
        label=given.label,
        reference=given.reference,
        session_only=given.session,
        base_url=given.base_url,
        organisation=given.organisation,
        project=given.project,
        region=given.region,
        resource=given.resource,
        expires_at=_day(given.expires),
        reads_balance=given.balance,
    )
    checker = desk.checker()
    where = checker.address_of(new.ref())
    if checker.is_own(new.ref()) and not where.is_here and not given.approve_endpoint:
        sentence = _("{host} will receive the key. If that is right, say so with --approve-endpoint.")
        raise KeyRefusedError(sentence.format(host=where.host))
    question = _("Key for {name}: ").format(name=desk.names.get(provider, provider))
    is_typed = not given.reference and probe_for(provider).needs_key
    secret = typed.secret(question) if is_typed else None

    doubts = secret.judged_by(partial(doubt, provider)) if secret is not None and not given.anyway else ""

    async def add() -> int:
        added = await desk.keeper.add(replace(new, host=where.host, is_checked=not doubts), secret)
        if not doubts:
            return await _check_and_show(desk, frozenset({added.ref.id}))
        desk.show(frozenset({added.ref.id}))
        return UNKNOWN

    code = asyncio.run(add())
    if doubts and not given.session:
        sentence = _("{doubt} It was kept but not sent to anybody. If it is right: trayapp keys check {label}")
        printing.complain("trayapp: " + sentence.format(doubt=doubts, label=desk.keeper.book.keys[-1].ref.label))
    if given.session:
        printing.complain("trayapp: " + _("The key was checked once and is not kept."))
    return code


def _day(text: str) -> datetime | None:
    if text and end_of_day(text) is None:
        raise UsageError(_("{text!r} is no day. Write it as 2026-12-31.").format(text=text))
    return end_of_day(text) if text else None


def _check(desk: _Desk) -> int:
    labels = desk.arguments.labels
    if desk.arguments.balance is not None and not labels:
        raise UsageError(_("Name the keys whose balance may be read."))
    chosen = tuple(desk.named(each) for each in labels) if labels else desk.keeper.book.keys
    if not chosen:
        return _list(desk)
    ids = frozenset(each.ref.id for each in chosen)

    async def check() -> int:
        checker = desk.checker()
        for each in chosen if desk.arguments.approve_endpoint else ():
            await desk.keeper.approve(each.ref.id, checker.address_of(each.ref).host, each.ref.base_url)
        for each in chosen if labels and desk.arguments.balance is not None else ():
            await desk.keeper.read_balance(each.ref.id, is_allowed=desk.arguments.balance)
        for each in chosen if labels else ():
            if not each.ref.is_checked:
                await desk.keeper.approve(each.ref.id, each.ref.host, each.ref.base_url)
        return await _check_and_show(desk, ids)

    return asyncio.run(check())


def _replace(desk: _Desk) -> int:
    before = desk.named(desk.arguments.label)
    secret = typed.secret(_("New key for {label}: ").format(label=before.ref.label))

    async def put() -> int:
        after = await desk.keeper.replace(before.ref.id, secret)
        return await _check_and_show(desk, frozenset({after.ref.id}))

    return asyncio.run(put())


def _remove(desk: _Desk) -> int:
    given, book = desk.arguments, desk.keeper.book
    if given.all == bool(given.label):
        raise UsageError(_("Name one key, or say --all."))
    ids = [each.ref.id for each in book.keys] if given.all else [_removable(desk, book, given.label)]

    async def remove() -> list[str]:
        return [await desk.keeper.remove(each, even_if_store_fails=given.forget) for each in ids]

    for left in filter(None, asyncio.run(remove())):
        printing.complain(f"trayapp: {left}")
    if given.json:
        desk.show()
    return DONE


_ACTIONS: Mapping[str, Callable[[_Desk], int]] = {
    "list": _list,
    "add": _add,
    "check": _check,
    "replace": _replace,
    "remove": _remove,
}


async def _check_and_show(desk: _Desk, ids: frozenset[str]) -> int:
    """Check keys now and those they replaced, print them, and return the exit code."""
    asked = await _check_now(desk, ids)
    desk.show(ids)
    states = tuple(each for each in desk.keeper.book.keys if each.ref.id in ids)
    for each in states:
        if each.ref.id not in asked:
            sentence = _("{label} was not checked: its provider asked us to wait, or has trouble.")
            printing.complain(f"trayapp: {sentence.format(label=each.ref.label)}")
    code = _code(states)
    return code if code != DONE or _all_reached(states, asked) else UNKNOWN


async def _check_now(desk: _Desk, ids: frozenset[str]) -> frozenset[str]:
    """Check keys but those whose provider asked us to wait; return the ids of those that were asked."""
    keeper, checker, now = desk.keeper, desk.checker(), wall_time()
    states = [each for each in keeper.book.keys if each.ref.id in ids]
    states += [each.state for each in keeper.book.old if each.of in ids and not each.is_dead]
    free = [each.ref for each in states if (until := limit_of(each)) is None or until <= now]
    for host in checker.crowded(free):
        sentence = _("{host} is asked {count} times a minute at the most, so this takes a while.")
        printing.complain("trayapp: " + sentence.format(host=host, count=HOST_SIZE))
    asked: set[str] = set()
    try:
        async for checks in checker.batches(free, may_ask=True):
            await keeper.note(checks)
            asked.update(each.ref.id for each in checks)
    finally:
        await checker.network.close()
    return frozenset(asked)


def _removable(desk: _Desk, book: KeyBook, label: str) -> str:
    for old in book.old:
        if old.state.ref.label.casefold() == label.casefold():
            return old.state.ref.id
    return desk.named(label).ref.id


def _all_reached(states: tuple[KeyState, ...], asked: frozenset[str]) -> bool:
    return all(
        each.ref.id in asked and each.answer is not None and each.answer.reachability is Reachability.REACHED
        for each in states
    )


def _code(states: tuple[KeyState, ...]) -> int:
    """Return 1 where a key needs attention, 3 where one is not known to work, else 0."""
    if any(each.health.is_bad for each in states):
        return ATTENTION
    if any(each.health in {KeyHealth.UNKNOWN, KeyHealth.UNCHECKED} for each in states):
        return UNKNOWN
    return DONE
