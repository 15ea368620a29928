"""The only door to the system's key store.

A key lies in the operating system's own store or nowhere: never in a file. Every call goes to a thread of its own
with a time limit, because a locked store may wait for a person for ever.
"""

import asyncio
import contextlib
import importlib
import os
import secrets
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from enum import StrEnum
from gettext import gettext as _
from pathlib import Path
from typing import Generic, Protocol, TypeVar, cast

from msgspec import Struct, field

from trayapp.storage.secret import Secret

_T = TypeVar("_T")

PATIENCE = timedelta(seconds=5)
"""The longest one call to the store is waited for."""
LONGEST_SECRET = 4096

_SERVICE, _USER = "trayapp key", "API key"
_SESSION = "session"
_WINDOWS_BYTES = 2560
_MOST_COPIES = 8
_DEFAULT_COLLECTION = "/org/freedesktop/secrets/aliases/default"


class Trouble(StrEnum):
    """Why the store did not give or take a key."""

    ABSENT = "absent"
    REFUSED = "refused"
    LOCKED = "locked"
    SLOW = "slow"
    MISSING = "missing"
    CHANGED = "changed"
    TOO_LONG = "too long"
    FAILED = "failed"


class SecretStoreError(Exception):
    """The store did not do what was asked. The text is a sentence for a person and holds no key."""

    def __init__(self, trouble: Trouble, sentence: str) -> None:
        """Keep the kind for the program and the sentence for the person."""
        super().__init__(sentence)
        self.trouble = trouble
        self.sentence = sentence


class Backend(Protocol):
    """What we use of a keyring back end."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return a stored password."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a password."""

    def delete_password(self, service: str, username: str) -> None:
        """Delete a password."""


class Store(Struct, frozen=True):
    """An accepted back end and its name for a person."""

    name: str
    backend: Backend


class _Call(Struct, Generic[_T]):
    """One call under way in its thread. Whoever takes ``lock`` first decides whether it still counts."""

    work: Callable[[], _T]
    undo: Callable[[], None]
    answer: "asyncio.Future[_T]"
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)
    decided: bool = False


class Vault:
    """Keeps keys in the system's store, or in memory until the program ends.

    Names of entries are random. A call that hangs is not repeated until it has returned. ``find`` replaces the
    search for the system's store.
    """

    def __init__(self, find: Callable[[], Store] | None = None, patience: timedelta = PATIENCE) -> None:
        """Load nothing yet: keyring costs 60 ms and 14 MB, and most people begin without a key."""
        self._find = find or find_store
        self._patience = patience
        self._store: Store | None = None
        self._is_tested = False
        self._hanging: _Call[object] | None = None
        self._turn: tuple[asyncio.AbstractEventLoop, asyncio.Lock] | None = None
        self._memory: dict[str, Secret] = {}

    @property
    def backend(self) -> str:
        """The name of the store in use; empty before the first use."""
        return self._store.name if self._store is not None else ""

    async def test(self, *, may_ask: bool = True) -> str:
        """Write, read and delete a trial entry; return the store's name. Raises ``SecretStoreError``.

        Unless ``may_ask``, a locked store shows no question.
        """

        def work() -> str:
            if not may_ask:
                _refuse_locked(self._opened())
            return self._tested().name

        return await self._ask(work)

    async def keep(self, secret: Secret) -> str:
        """Store a key and read it back; return its entry's random name. Raises ``SecretStoreError``.

        A call that is given up is undone if it succeeds after all: no key lies about that nobody knows of.
        """
        number = secrets.token_hex(16)

        def work() -> str:
            store = self._tested()
            _put(store, number, secret.reveal())
            return f"{store.name}/{number}"

        def undo() -> None:
            if self._store is not None:
                _drop(self._store, number)

        return await self._ask(work, undo)

    async def fetch(self, entry: str, *, may_ask: bool = True) -> Secret:
        """Return a key. Raises ``SecretStoreError``. Unless ``may_ask``, a locked store shows no question."""
        if entry in self._memory:
            return self._memory[entry]
        kept_in, _slash, number = entry.rpartition("/")
        if kept_in == _SESSION:
            raise SecretStoreError(Trouble.MISSING, _("This key was for one session only; it is over."))

        def work() -> Secret:
            store = self._opened()
            if not may_ask:
                _refuse_locked(store)
            text = store.backend.get_password(f"{_SERVICE} {number}", _USER)
            if text is not None:
                return Secret(text)
            if kept_in and kept_in != store.name:
                sentence = _("This key lies in {old}, but this program's key store is now {new}.")
                raise SecretStoreError(Trouble.CHANGED, sentence.format(old=kept_in, new=store.name))
            raise SecretStoreError(Trouble.MISSING, _("{store} no longer has this key.").format(store=store.name))

        return await self._ask(work)

    async def remove(self, entry: str) -> None:
        """Delete a key; one that is not there is no trouble. Raises ``SecretStoreError``."""
        if self._memory.pop(entry, None) is not None or entry.startswith(f"{_SESSION}/"):
            return
        kept_in, _slash, number = entry.rpartition("/")

        def work() -> None:
            store = self._opened()
            if kept_in and kept_in != store.name and store.backend.get_password(f"{_SERVICE} {number}", _USER) is None:
                sentence = _("This key lies in {old}, which this program does not use now. Delete “{name}” there.")
                name = f"{_SERVICE} {number}"
                raise SecretStoreError(Trouble.CHANGED, sentence.format(old=kept_in, name=name))
            _drop(store, number)

        await self._ask(work)

    def keep_for_session(self, secret: Secret) -> str:
        """Keep a key in memory only; return its entry's name."""
        entry = f"{_SESSION}/{secrets.token_hex(16)}"
        self._memory[entry] = secret
        return entry

    async def _ask(self, work: Callable[[], _T], undo: Callable[[], None] = lambda: None) -> _T:
        """Do the work in a thread of its own, one at a time, for as long as we are patient."""
        async with self._one_at_a_time():
            if self._hanging is not None and not self._hanging.over.is_set():
                raise SecretStoreError(Trouble.SLOW, _(_SENTENCES[Trouble.SLOW]))
            self._hanging = None
            loop = asyncio.get_running_loop()
            call = _Call(work, undo, loop.create_future())
            # A daemon: a store that never answers must not keep the program from ending.
            threading.Thread(target=self._run, args=(call, loop), name="key store", daemon=True).start()
            try:
                async with asyncio.timeout(self._patience.total_seconds()):
                    return await asyncio.shield(call.answer)
            except TimeoutError:
                if self._gives_up(call):
                    raise SecretStoreError(Trouble.SLOW, _(_SENTENCES[Trouble.SLOW])) from None
                answer: _T = await call.answer
                return answer
            except asyncio.CancelledError:
                self._gives_up(call)
                raise

    def _one_at_a_time(self) -> asyncio.Lock:
        """Return the lock of the loop we are in: a vault may outlive one."""
        loop = asyncio.get_running_loop()
        if self._turn is None or self._turn[0] is not loop:
            self._turn = (loop, asyncio.Lock())
        return self._turn[1]

    def _gives_up(self, call: _Call[_T]) -> bool:
        """Return whether we were first: then the call does not count, and it is undone."""
        with call.lock:
            if call.decided:
                return False
            call.decided = True
            self._hanging = cast("_Call[object]", call)
            return True

    def _run(self, call: _Call[_T], loop: asyncio.AbstractEventLoop) -> None:
        """Work in the thread; tell the loop unless nobody waits any more."""
        result: _T | None = None
        trouble: SecretStoreError | None = None
        try:
            result = call.work()
        except SecretStoreError as error:
            trouble = error
        except Exception as error:  # noqa: BLE001 - back ends raise whatever their systems do; the type says enough
            trouble = _explained(error)
        if trouble is not None and trouble.trouble in _LOOK_AGAIN:
            self._store, self._is_tested = None, False
        with call.lock:
            counts, call.decided = not call.decided, True
        if not counts and trouble is None:
            with contextlib.suppress(Exception):
                call.undo()
        call.over.set()
        if counts:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(_settle, call.answer, cast("_T", result), trouble)

    def _opened(self) -> Store:
        """Return the store. Called in the thread."""
        if self._store is None:
            self._store = self._find()
        return self._store

    def _tested(self) -> Store:
        """Return the store once a trial entry came back whole. Called in the thread."""
        store = self._opened()
        if not self._is_tested:
            number = secrets.token_hex(16)
            try:
                _put(store, number, secrets.token_hex(16))
            finally:
                with contextlib.suppress(Exception):
                    _drop(store, number)
            self._is_tested = True
        return store


def find_store() -> Store:
    """Return the system's key store. Raises ``SecretStoreError``; blocks: call it in a thread.

    Only back ends that belong to an operating system are accepted; keyring's own search would also take those that
    write plain text, throw everything away, or ask several stores at once, and its configuration can load any code.
    """
    chosen, where = _chosen()
    if chosen and chosen not in ACCEPTED:
        sentence = _(
            "{where} names the key store {name}, which does not keep keys safely. Take that line away, or use the "
            "key for this session only, or give a reference such as env:OPENAI_API_KEY."
        )
        raise SecretStoreError(Trouble.REFUSED, sentence.format(where=where, name=chosen))
    best: tuple[float, str] | None = None
    for path in (chosen,) if chosen else ACCEPTED:
        priority = _priority(path)
        if priority is not None and (best is None or priority > best[0]):
            best = (priority, path)
    if best is None:
        raise SecretStoreError(Trouble.ABSENT, _(_SENTENCES[Trouble.ABSENT]))
    backend = _backend_class(best[1])()
    if best[1].startswith("keyring.backends.Windows"):
        backend.persist = "local machine"  # type: ignore[attr-defined]  # the default roams to other machines
    return Store(ACCEPTED[best[1]], cast("Backend", backend))


ACCEPTED = {
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Manager",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.libsecret.Keyring": "libsecret",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
}
"""Back ends that belong to an operating system, and their names for a person."""


def _chosen() -> tuple[str, str]:
    """Return the back end a person has chosen for keyring, and where; nothing of what is named is loaded."""
    named = os.environ.get("PYTHON_KEYRING_BACKEND", "").strip()
    if named:
        return named, "PYTHON_KEYRING_BACKEND"
    from configparser import ConfigParser  # noqa: PLC0415 -- needed only where a key store is looked for
    from configparser import Error as ConfigError  # noqa: PLC0415 -- as above

    file = _keyring_config() / "keyringrc.cfg"
    config = ConfigParser(interpolation=None)
    try:
        config.read(file, encoding="utf-8")
        return config.get("backend", "default-keyring", fallback="").strip(), str(file)
    except (ConfigError, OSError, UnicodeDecodeError):
        return "", ""


def _keyring_config() -> Path:
    from keyring.util import platform_  # noqa: PLC0415 -- see Vault.__init__

    return Path(platform_.config_root())


def _backend_class(path: str) -> type[object]:
    module, _dot, name = path.rpartition(".")
    return cast("type[object]", getattr(importlib.import_module(module), name))


def _priority(path: str) -> float | None:
    """Return how well a back end fits this machine; ``None`` where it does not work here."""
    try:
        return float(_backend_class(path).priority)  # type: ignore[attr-defined]  # every keyring back end has one
    except Exception:  # noqa: BLE001 - back ends say "not here" by whatever their libraries raise
        return None


def _put(store: Store, number: str, text: str) -> None:
    """Write an entry and read it back; an entry that does not come back whole is taken away again."""
    if store.name == ACCEPTED["keyring.backends.Windows.WinVaultKeyring"] and len(text.encode("utf-16-le")) > (
        _WINDOWS_BYTES
    ):
        raise SecretStoreError(Trouble.TOO_LONG, _(_SENTENCES[Trouble.TOO_LONG]))
    service = f"{_SERVICE} {number}"
    store.backend.set_password(service, _USER, text)
    if store.backend.get_password(service, _USER) != text:
        with contextlib.suppress(Exception):
            store.backend.delete_password(service, _USER)
        sentence = _("{store} did not give back what was put into it, so nothing was kept there.")
        raise SecretStoreError(Trouble.FAILED, sentence.format(store=store.name))


def _drop(store: Store, number: str) -> None:
    """Delete an entry and any copy of it: some stores delete only the first they find."""
    service = f"{_SERVICE} {number}"
    for _copy in range(_MOST_COPIES):
        if store.backend.get_password(service, _USER) is None:
            return
        store.backend.delete_password(service, _USER)


def _is_locked(store: Store) -> bool:
    """Return whether opening the store would ask the person. Only the Secret Service can be asked without asking."""
    if store.name != ACCEPTED["keyring.backends.SecretService.Keyring"] or sys.platform != "linux":
        return False
    if type(store.backend).__module__ != "keyring.backends.SecretService":
        return False
    import secretstorage  # noqa: PLC0415 -- keyring's own dependency, where this back end works

    with closing(secretstorage.dbus_init()) as bus:
        try:
            return bool(secretstorage.Collection(bus, _DEFAULT_COLLECTION).is_locked())
        except secretstorage.ItemNotFoundException:
            return True


def _refuse_locked(store: Store) -> None:
    if _is_locked(store):
        raise SecretStoreError(Trouble.LOCKED, _(_SENTENCES[Trouble.LOCKED]))


def _explained(error: Exception) -> SecretStoreError:
    """Return our error for one of a back end's, by its name: the classes are not loaded before the back end is."""
    kinds = {each.__name__ for each in type(error).__mro__}
    if kinds & {"KeyringLocked", "LockedException", "PromptDismissedException"}:
        return SecretStoreError(Trouble.LOCKED, _(_SENTENCES[Trouble.LOCKED]))
    if kinds & {"InitError", "NoKeyringError", "SecretServiceNotAvailableException", "ConnectionError"}:
        return SecretStoreError(Trouble.ABSENT, _(_SENTENCES[Trouble.ABSENT]))
    sentence = _("The key store of this computer failed ({error}). Your keys in it are untouched.")
    return SecretStoreError(Trouble.FAILED, sentence.format(error=type(error).__name__))


def _settle(answer: "asyncio.Future[_T]", result: _T, trouble: SecretStoreError | None) -> None:
    if answer.done():
        return
    if trouble is not None:
        answer.set_exception(trouble)
    else:
        answer.set_result(result)


def _later(text: str) -> str:
    """Mark a text for translation that stands in a table; it is translated when it is used."""
    return text


_LOOK_AGAIN = frozenset({Trouble.ABSENT, Trouble.REFUSED, Trouble.FAILED})
_SENTENCES = {
    Trouble.ABSENT: _later(
        "This computer offers no key store now (Windows Credential Manager, macOS Keychain, GNOME Keyring, KWallet or "
        "another Secret Service). Start one, or use the key for this session only, or give a reference such as "
        "env:OPENAI_API_KEY."
    ),
    Trouble.LOCKED: _later("The key store of this computer is locked. Unlock it, then check again."),
    Trouble.SLOW: _later(
        "The key store of this computer does not answer; perhaps it waits for your password in another window. It is "
        "asked again once it has answered."
    ),
    Trouble.TOO_LONG: _later(
        "This key is too long for the Windows Credential Manager (1,280 characters). Give a reference to where you "
        "keep it instead, such as env:NAME."
    ),
}
