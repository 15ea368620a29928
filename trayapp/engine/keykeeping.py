"""The person's keys: adding, replacing with proof, removing. Secrets go to the vault, all else to ``keys.toml``.

Nothing is lost on the way: a new key is stored and read back before the old one is let go, and whatever fails leaves
what was there before.
"""

import asyncio
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from gettext import gettext as _

from msgspec import Struct
from msgspec.structs import replace

from trayapp.domain.keys import NO_FACTS, CheckLevel, KeyAnswer, KeyHealth, KeyRef, KeyState, after_check
from trayapp.domain.rotation import KeyBook, OldKey, after_old_check
from trayapp.engine.newkey import NewKey
from trayapp.storage import references
from trayapp.storage.keyfile import KeyFile, is_session_only
from trayapp.storage.secret import Secret
from trayapp.storage.secrets import LONGEST_SECRET, SecretStoreError, Trouble, Vault

MOST_KEYS = 25
"""Enough for a person; a checker of stolen keys would want more."""
SHORTEST_SECRET = 8
_LONGEST_LABEL = 60


class Checked(Struct, frozen=True):
    """One attempt: the key as it was then, the answer, and when (UTC)."""

    ref: KeyRef
    answer: KeyAnswer
    at: datetime


class KeyRefusedError(Exception):
    """What was asked for is not done; the text is a sentence for a person."""


class KeyKeeper:
    """The one owner of the keys in a process. ``now`` tells the time in UTC."""

    def __init__(self, file: KeyFile, vault: Vault, now: Callable[[], datetime]) -> None:
        """Read nothing yet."""
        self.vault = vault
        self._file = file
        self._now = now
        self._book = KeyBook()
        self._session = KeyBook()
        self._stamp: tuple[int, int] | None = None

    @property
    def book(self) -> KeyBook:
        """All keys as last read or written, those of this session behind the lasting ones."""
        if not self._session.keys:
            return self._book
        return replace(
            self._book,
            keys=(*self._book.keys, *self._session.keys),
            old=(*self._book.old, *self._session.old),
            noted={**self._book.noted, **self._session.noted},
        )

    def reload(self) -> KeyBook:
        """Read the file if it has changed, and return all keys. Raises ``KeyFileError``."""
        stamp = self._file.stamp()
        if stamp != self._stamp:
            self._book = self._file.load()
            self._stamp = stamp
        return self.book

    async def add(self, new: NewKey, secret: Secret | None) -> KeyState:
        """Keep a key; ``secret`` is ``None`` where ``new`` has a reference or its provider needs none. Not checked yet.

        Raises ``KeyRefusedError``, ``SecretStoreError`` or ``KeyFileError``; then nothing is kept.
        """
        from trayapp.probes.table import probe_for  # noqa: PLC0415 -- a megabyte, for those with keys

        self.reload()
        if len(self.book.keys) >= MOST_KEYS:
            raise KeyRefusedError(_("This program looks after {count} keys at the most.").format(count=MOST_KEYS))
        label = self._free_label(new)
        if not probe_for(new.provider).needs_key:
            if secret is not None or new.reference:
                raise KeyRefusedError(_("This one needs no key: add it without."))
        elif new.reference:
            if wrong := references.objection(new.reference):
                raise KeyRefusedError(wrong)
        elif secret is None or (wrong := secret.judged_by(objection)):
            raise KeyRefusedError(wrong if secret is not None else _("There is no key."))
        else:
            if secret.hidden_in(label) != label:
                raise KeyRefusedError(_("The label holds a part of the key. Choose a name instead."))
            await self._refuse_duplicate(new.provider, secret)
        entry = await self._stored(secret, session_only=new.session_only) if secret is not None else ""
        ref = replace(new.ref(), id=secrets.token_hex(6), label=label, entry=entry, added_at=self._now())
        state = KeyState(ref=ref)
        await self._written_or_undone(lambda book: book.with_key(state), entry, in_session=is_session_only(state.ref))
        return state

    async def replace(self, key_id: str, secret: Secret) -> KeyState:
        """Put a new key in the place of an old one, which is kept apart until its provider refuses it.

        Raises as :meth:`add` does; then the old key stays in its place.
        """
        from trayapp.probes.table import probe_for  # noqa: PLC0415 -- a megabyte, for those with keys

        self.reload()
        before = self._known(key_id)
        if before.ref.reference:
            raise KeyRefusedError(_("This key is a reference: change it where it is kept."))
        if not probe_for(before.ref.provider).needs_key:
            raise KeyRefusedError(_("This one needs no key."))
        if wrong := secret.judged_by(objection):
            raise KeyRefusedError(wrong)
        with suppress(SecretStoreError):
            if (await self.vault.fetch(before.ref.entry)).is_same(secret):
                raise KeyRefusedError(_("This is the key that is already there."))
        now = self._now()
        in_session = is_session_only(before.ref)
        entry = await self._stored(secret, session_only=in_session)
        after = KeyState(ref=replace(before.ref, entry=entry, rotated_at=now, created_at=None, expires_at=None))
        old_ref = replace(before.ref, id=secrets.token_hex(6), label=self._old_label(before.ref.label))
        old = OldKey(of=before.ref.id, state=replace(before, ref=old_ref), replaced_at=now)
        await self._written_or_undone(lambda book: book.with_key(after).with_old(old), entry, in_session=in_session)
        return after

    async def remove(self, key_id: str, *, even_if_store_fails: bool = False) -> str:
        """Delete a key, or stop watching a replaced one; return a sentence about what is left behind, or nothing.

        Raises ``SecretStoreError`` where the store does not let go of it: then it stays on the list as well.
        """
        self.reload()
        entries = [each.ref.entry for each in self.book.keys if each.ref.id == key_id]
        entries += [each.state.ref.entry for each in self.book.old if key_id in {each.of, each.state.ref.id}]
        left: list[str] = []
        for entry in filter(None, entries):
            try:
                await self.vault.remove(entry)
            except SecretStoreError as error:
                if error.trouble is not Trouble.CHANGED and not even_if_store_fails:
                    raise
                left.append(error.sentence)
        self._session = self._session.without(key_id)
        await self._change(lambda book: book.without(key_id))
        return " ".join(dict.fromkeys(left))

    async def note_told(self, noted: Mapping[str, KeyHealth]) -> None:
        """Keep what the policy of pop-ups notes of keys, by their ids. Raises ``KeyFileError``."""

        def change(book: KeyBook) -> KeyBook:
            for key_id, health in noted.items():
                if book.key(key_id) is not None:
                    book = book.with_noted(key_id, health)
            return book

        self._session = change(self._session)
        await self._change(change)

    async def approve(self, key_id: str, host: str, base_url: str) -> KeyState:
        """Let a key be sent to another host, which the person has approved."""

        def edit(state: KeyState) -> KeyState:
            after = replace(state, ref=replace(state.ref, host=host, base_url=base_url, is_checked=True))
            is_elsewhere = (host, base_url) != (state.ref.host, state.ref.base_url)
            return replace(after, facts=NO_FACTS, models=None) if is_elsewhere else after  # it has other models

        return await self._edit(key_id, edit)

    async def read_balance(self, key_id: str, *, is_allowed: bool) -> KeyState:
        """Let checks of a key read its balance as well, or no longer; then what a deeper look found holds no more."""
        level = CheckLevel.BALANCE if is_allowed else CheckLevel.FREE

        def edit(state: KeyState) -> KeyState:
            return replace(state, ref=replace(state.ref, level=level), depth=min(state.depth, level))

        return await self._edit(key_id, edit)

    async def note(self, checks: Sequence[Checked]) -> None:
        """Fold the answers of checks into keys and replaced ones, unless a key is another by now.

        A dead replaced key leaves the store. Raises ``KeyFileError``.
        """

        def change(book: KeyBook) -> KeyBook:
            for each in checks:
                book = _folded(book, each)
            return book

        self._session = change(self._session)
        await self._change(change)
        for old in self.book.old:
            if old.is_dead and old.state.ref.entry:
                await self._bury(old)

    async def _bury(self, old: OldKey) -> None:
        """Delete what is left of a dead key; where that fails it is tried again after the next check of any key."""
        try:
            await self.vault.remove(old.state.ref.entry)
        except SecretStoreError:
            return
        bare = replace(old, state=replace(old.state, ref=replace(old.state.ref, entry="", is_checked=False)))
        await self._update(lambda book: book.with_old(bare), in_session=is_session_only(old.state.ref))

    def _known(self, key_id: str) -> KeyState:
        found = self.book.key(key_id)
        if found is None:
            raise KeyRefusedError(_("There is no such key any more."))
        return found

    def _free_label(self, new: NewKey) -> str:
        label = " ".join(new.label.split())
        taken = {each.ref.label.casefold() for each in self.book.keys}
        taken |= {each.state.ref.label.casefold() for each in self.book.old}
        if label:
            if len(label) > _LONGEST_LABEL or not label.isprintable():
                raise KeyRefusedError(_("Choose a shorter label of plain letters."))
            if label.casefold() in taken:
                raise KeyRefusedError(_("Another key is called “{label}”.").format(label=label))
            return label
        return next(each for each in _numbered(new.provider) if each.casefold() not in taken)

    def _old_label(self, label: str) -> str:
        taken = {each.state.ref.label for each in self.book.old}
        return next(each for each in _numbered(_("{label} (old)").format(label=label)) if each not in taken)

    async def _refuse_duplicate(self, provider: str, secret: Secret) -> None:
        """Refuse a key that is there already, as far as the store lets us look."""
        for each in self.book.keys:
            if each.ref.provider != provider or not each.ref.entry:
                continue
            with suppress(SecretStoreError):
                if (await self.vault.fetch(each.ref.entry, may_ask=False)).is_same(secret):
                    raise KeyRefusedError(_("This key is already here: “{label}”.").format(label=each.ref.label))

    async def _stored(self, secret: Secret, *, session_only: bool) -> str:
        return self.vault.keep_for_session(secret) if session_only else await self.vault.keep(secret)

    async def _written_or_undone(self, change: Callable[[KeyBook], KeyBook], entry: str, *, in_session: bool) -> None:
        """Write the change; where that fails, take the key out of the store again."""
        try:
            await self._update(change, in_session=in_session)
        except BaseException:
            if entry:
                with suppress(SecretStoreError):
                    await asyncio.shield(self.vault.remove(entry))
            raise

    async def _edit(self, key_id: str, edit: Callable[[KeyState], KeyState]) -> KeyState:
        """Change one key as it is when it is written; another process may have checked it meanwhile."""
        before = self._known(key_id)
        await self._update(lambda book: _edited(book, key_id, edit), in_session=is_session_only(before.ref))
        return edit(before)

    async def _update(self, change: Callable[[KeyBook], KeyBook], *, in_session: bool) -> None:
        if in_session:
            self._session = change(self._session)
        else:
            await self._change(change)

    async def _change(self, change: Callable[[KeyBook], KeyBook]) -> None:
        """Write to the file in a thread: another process may hold its lock for a moment."""
        if not self._file.exists and change(self._book) == self._book:
            return
        self._book = await asyncio.to_thread(self._file.change, change)
        self._stamp = self._file.stamp()


def objection(text: str) -> str:
    """Return what is plainly wrong with the shape of any key, as a sentence; empty where nothing is."""
    for is_wrong, sentence in _OBJECTIONS:
        if is_wrong(text):
            return _(sentence)
    return ""


def doubt(provider: str, text: str) -> str:
    """Return why a key seems to be another provider's, or no key of the API; empty where nothing says so.

    A reason not to send it at once, never one not to keep it: shapes change.
    """
    from trayapp.probes.shapes import hint  # noqa: PLC0415 -- a megabyte, for those with keys
    from trayapp.probes.table import probe_for  # noqa: PLC0415 -- a megabyte, for those with keys

    probe = probe_for(provider)
    for pattern, sentence in probe.wrong:
        if re.match(pattern, text):
            return sentence
    seen = hint(provider, text)
    return seen.sentence if seen.provider and seen.provider != probe.provider and probe.shape else ""


def _folded(book: KeyBook, check: Checked) -> KeyBook:
    for state in book.keys:
        if _is_same(state.ref, check.ref):
            return book.with_key(after_check(state, check.answer, check.at))
    for old in book.old:
        if _is_same(old.state.ref, check.ref):
            return book.with_old(after_old_check(old, check.answer, check.at))
    return book


def _is_same(now: KeyRef, checked: KeyRef) -> bool:
    """Return whether a key is still the one that was checked, asked at the same address."""
    return (now.id, now.entry, now.host, now.base_url) == (
        checked.id,
        checked.entry,
        checked.host,
        checked.base_url,
    )


def _edited(book: KeyBook, key_id: str, edit: Callable[[KeyState], KeyState]) -> KeyBook:
    state = book.key(key_id)
    return book.with_key(edit(state)) if state is not None else book


def _numbered(name: str) -> Iterable[str]:
    yield name
    yield from (f"{name} {number}" for number in range(2, 10_000))


def _later(text: str) -> str:
    """Mark a text for translation that stands in a table; it is translated when it is used."""
    return text


_QUOTES = "\"'`“”‘’«»"
_OBJECTIONS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda text: not text, _later("There is no key.")),
    (lambda text: any(each in _QUOTES for each in text), _later("The key has quotation marks in it; leave them out.")),
    (lambda text: any(each.isspace() for each in text), _later("The key has a space or a line break in it.")),
    (
        lambda text: "=" in text[:40] and text.partition("=")[0].isupper(),
        _later("This is a line of a settings file; only what stands after the equals sign is the key."),
    ),
    (
        lambda text: text.casefold().startswith(("bearer", "http://", "https://", "sk-...", "your")),
        _later("This is not a key but something around it, or a placeholder."),
    ),
    (lambda text: not (text.isascii() and text.isprintable()), _later("The key has letters that no key has.")),
    (lambda text: "*" in text or "..." in text, _later("This is a masked key, as consoles show it; copy it whole.")),
    (lambda text: len(text) < SHORTEST_SECRET, _later("This is too short to be a key.")),
    (lambda text: len(text) > LONGEST_SECRET, _later("This is too long to be a key; give a reference instead.")),
)
