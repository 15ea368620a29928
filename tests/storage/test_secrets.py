"""The vault over back ends that behave, hang, lie and vanish; and the type that never shows a key."""

import asyncio
import base64
import copy
import dataclasses
import json
import logging
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import keyring.errors
import pytest

from trayapp.storage.secret import Secret, hidden
from trayapp.storage.secrets import SecretStoreError, Store, Trouble, Vault, find_store

KEY = "sk-test-C4naryQ7/x+9Zq0aB1cD2eF3"
MOMENT = timedelta(seconds=0.05)


class Backend:
    """A back end in memory that can be told how to behave."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.before: Callable[[], None] = lambda: None
        self.calls = 0

    def get_password(self, service: str, username: str) -> str | None:
        self._called()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._called()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._called()
        del self.kept[service, username]

    def _called(self) -> None:
        self.calls += 1
        self.before()


def vault_over(backend: Backend, patience: float = 60, name: str = "Secret Service") -> Vault:
    return Vault(lambda: Store(name, backend), timedelta(seconds=patience))


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 -- a thread's end has no event for this loop
            await asyncio.sleep(0.01)


def has_returned(vault: Vault) -> bool:
    """Return whether the call that was given up has come back, and was undone where it had to be."""
    return vault._hanging is not None and vault._hanging.over.is_set()


def trouble(work: Coroutine[object, object, object]) -> SecretStoreError:
    with pytest.raises(SecretStoreError) as caught:
        asyncio.run(work)
    assert KEY not in str(caught.value)
    assert str(caught.value).endswith((".", ").", "NAME."))
    return caught.value


def test_a_key_is_kept_read_back_and_removed() -> None:
    backend = Backend()
    vault = vault_over(backend)

    async def live() -> str:
        entry = await vault.keep(Secret(KEY))
        found = (await vault.fetch(entry)).reveal()
        await vault.remove(entry)
        return found

    assert asyncio.run(live()) == KEY
    assert not backend.kept
    assert vault.backend == "Secret Service"


def test_entries_have_random_names_that_say_only_where_they_lie() -> None:
    vault = vault_over(Backend())

    async def twice() -> list[str]:
        return [await vault.keep(Secret(KEY)), await vault.keep(Secret(KEY))]

    first, second = asyncio.run(twice())

    assert first != second
    assert {each.rpartition("/")[0] for each in (first, second)} == {"Secret Service"}


def test_a_missing_entry_is_said_and_removing_it_is_no_trouble() -> None:
    vault = vault_over(Backend())

    found = trouble(vault.fetch("Secret Service/00"))
    asyncio.run(vault.remove("Secret Service/00"))

    assert found.trouble is Trouble.MISSING


def test_a_changed_store_is_named() -> None:
    found = trouble(vault_over(Backend(), name="KWallet").fetch("Secret Service/00"))

    assert found.trouble is Trouble.CHANGED
    assert "Secret Service" in found.sentence
    assert "KWallet" in found.sentence


def test_a_store_that_forgets_what_it_takes_keeps_nothing() -> None:
    class Null(Backend):
        def set_password(self, service: str, username: str, password: str) -> None:
            pass

    assert trouble(vault_over(Null()).keep(Secret(KEY))).trouble is Trouble.FAILED


def test_a_store_that_changes_what_it_takes_keeps_nothing() -> None:
    class Clipping(Backend):
        def set_password(self, service: str, username: str, password: str) -> None:
            super().set_password(service, username, password[:20])

    backend = Clipping()

    assert trouble(vault_over(backend).keep(Secret("k" * 3000))).trouble is Trouble.FAILED
    assert not backend.kept


def test_a_long_key_fits_everywhere_but_into_windows() -> None:
    long = "k" * 3000

    async def keep(vault: Vault) -> str:
        return (await vault.fetch(await vault.keep(Secret(long)))).reveal()

    assert asyncio.run(keep(vault_over(Backend()))) == long
    assert trouble(keep(vault_over(Backend(), name="Windows Credential Manager"))).trouble is Trouble.TOO_LONG


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (keyring.errors.KeyringLocked("secret words"), Trouble.LOCKED),
        (keyring.errors.InitError("gone"), Trouble.ABSENT),
        (keyring.errors.NoKeyringError("none"), Trouble.ABSENT),
        (ConnectionResetError("killed"), Trouble.ABSENT),
        (RuntimeError(KEY), Trouble.FAILED),
    ],
)
def test_every_error_of_a_back_end_is_a_state_with_its_sentence(error: Exception, expected: Trouble) -> None:
    backend = Backend()

    def fail() -> None:
        raise error

    backend.before = fail

    assert trouble(vault_over(backend).fetch("Secret Service/00")).trouble is expected


def test_a_store_that_comes_later_is_found() -> None:
    backend = Backend()
    there: list[Store] = []

    def find() -> Store:
        if not there:
            raise SecretStoreError(Trouble.ABSENT, "None.")
        return there[0]

    vault = Vault(find)
    trouble(vault.test())
    there.append(Store("KWallet", backend))

    assert asyncio.run(vault.test()) == "KWallet"


def test_a_hanging_store_is_given_up_and_not_asked_again_until_it_answers() -> None:
    backend = Backend()
    vault = vault_over(backend)
    answered = threading.Event()

    async def live() -> None:
        entry = await vault.keep(Secret(KEY))
        backend.before = answered.wait  # type: ignore[assignment]  # what it returns does not matter
        calls = backend.calls
        vault._patience = MOMENT
        for _attempt in range(3):
            with pytest.raises(SecretStoreError) as caught:
                await vault.fetch(entry)
            assert caught.value.trouble is Trouble.SLOW
        await until(lambda: backend.calls > calls)
        assert backend.calls == calls + 1
        answered.set()
        await until(lambda: has_returned(vault))
        vault._patience = timedelta(seconds=60)
        assert (await vault.fetch(entry)).reveal() == KEY

    asyncio.run(live())


def test_what_was_given_up_is_undone_when_it_succeeds_after_all() -> None:
    backend = Backend()
    vault = vault_over(backend)
    unlocked = threading.Event()

    async def live() -> None:
        await vault.test()
        vault._patience = MOMENT
        backend.before = unlocked.wait  # type: ignore[assignment]  # what it returns does not matter
        with pytest.raises(SecretStoreError):
            await vault.keep(Secret(KEY))
        unlocked.set()
        backend.before = lambda: None
        await until(lambda: has_returned(vault))
        assert backend.calls > 6

    asyncio.run(live())

    assert not backend.kept


def test_giving_up_takes_no_longer_than_its_patience() -> None:
    backend = Backend()
    release = threading.Event()

    def hang() -> None:
        release.wait(120)

    backend.before = hang
    began = time.monotonic()

    trouble(vault_over(backend, patience=0.2).fetch("Secret Service/00"))

    assert time.monotonic() - began < 60
    release.set()


def test_a_cancelled_caller_leaves_no_key_behind() -> None:
    backend = Backend()
    vault = vault_over(backend)
    unlocked = threading.Event()

    async def live() -> None:
        await vault.test()
        backend.before = unlocked.wait  # type: ignore[assignment]  # what it returns does not matter
        task = asyncio.ensure_future(vault.keep(Secret(KEY)))
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        unlocked.set()
        backend.before = lambda: None
        await until(lambda: has_returned(vault))

    asyncio.run(live())

    assert not backend.kept


def test_a_key_for_one_session_touches_no_store() -> None:
    backend = Backend()
    vault = vault_over(backend)
    entry = vault.keep_for_session(Secret(KEY))

    assert asyncio.run(vault.fetch(entry)).reveal() == KEY
    asyncio.run(vault.remove(entry))
    assert trouble(vault.fetch(entry)).trouble is Trouble.MISSING
    assert not backend.calls


@pytest.mark.parametrize(
    "name",
    [
        "keyring.backends.null.Keyring",
        "keyring.backends.fail.Keyring",
        "keyring.backends.chainer.ChainerBackend",
        "keyrings.alt.file.PlaintextKeyring",
        "keyrings.alt.file.EncryptedKeyring",
        "evil.module.Keyring",
    ],
)
@pytest.mark.parametrize("where", ["environment", "file"])
def test_unsafe_back_ends_are_refused_with_a_way_out_and_never_loaded(
    name: str, where: str, monkeypatch: pytest.MonkeyPatch, own_home: Path
) -> None:
    if where == "environment":
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    else:
        folder = own_home / ".config" / "python_keyring"
        folder.mkdir(parents=True)
        (folder / "keyringrc.cfg").write_text(f"[backend]\ndefault-keyring = {name}\nkeyring-path = /nowhere\n")

    found = trouble(Vault().keep(Secret(KEY)))

    assert found.trouble is Trouble.REFUSED
    assert name in found.sentence
    assert "session" in found.sentence
    assert "env:" in found.sentence


def test_without_any_store_the_sentence_names_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")

    with pytest.raises(SecretStoreError) as caught:
        find_store()

    assert caught.value.trouble is Trouble.ABSENT
    assert "env:" in caught.value.sentence


def test_loading_the_vault_loads_no_keyring() -> None:

    code = "import sys; from trayapp.storage import secrets; secrets.Vault(); print('keyring' in sys.modules)"
    root = Path(__file__).parents[2]

    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


@dataclasses.dataclass(frozen=True)
class Holder:
    secret: Secret


def test_a_secret_never_shows_itself() -> None:
    secret = Secret(KEY)
    holder = Holder(secret)

    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret:>40}",
        f"{secret!r}",
        "%s" % secret,  # noqa: UP031 -- this way of printing, too
        repr(holder),
        repr(dataclasses.asdict(holder)),
        repr(copy.deepcopy(holder)),
        repr(vars(holder)),
        logging.LogRecord("n", 10, "p", 1, "%s", (secret,), None).getMessage(),
    ]

    assert not [each for each in shown if "C4nary" in each]
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)


@pytest.mark.parametrize(
    "text",
    [
        f"Incorrect API key provided: {KEY}.",
        f"https://api.acme.example/v1?key={quote(KEY, safe='')}",
        f"Authorization: Basic {base64.b64encode(f'api:{KEY}'.encode()).decode()}",
        f"Basic {base64.b64encode(KEY.encode()).decode().rstrip('=')}",
        "Your api key: ****2eF3 is invalid",
        "Incorrect API key provided: sk-test-***eF3.",
        "key sk-test…2eF3",
        "ending in 2eF3",
        f"truncated {KEY[:18]}",
        f"middle {KEY[9:21]} of it",
        json.dumps({"key": KEY}),
    ],
)
def test_a_key_is_hidden_in_every_form_others_write_it(text: str) -> None:
    secret = Secret(KEY)

    found = secret.hidden_in(text)

    assert "[key]" in found
    assert not [place for place in range(len(KEY) - 7) if KEY[place : place + 8] in found]
    assert "2eF3" not in found


def test_innocent_words_stay() -> None:
    text = "You exceeded your current quota, please check your plan... See https://acme.example/docs (code 429)."

    assert Secret(KEY).hidden_in(text) == text


def test_bodies_of_any_encoding_are_cleaned() -> None:
    body = b"\xff\xfe" + json.dumps({"echo": f"Bearer {KEY}"}).encode() + quote(KEY, safe="").encode()

    found = Secret(KEY).hidden_in_bytes(body)

    assert b"C4nary" not in found
    assert found.startswith(b"\xff\xfe")


def test_what_is_held_anywhere_is_hidden_everywhere() -> None:
    secret = Secret(KEY)

    assert hidden(f"trouble with {KEY}") == "trouble with [key]"

    del secret
