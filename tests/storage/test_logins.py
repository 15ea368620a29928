"""Where the secrets of own monitoring are kept: in the key store or in a variable, and nowhere else."""

import asyncio

import pytest

from tests.engine.keyring_double import MemoryStore
from trayapp.storage import loginplace, logins
from trayapp.storage.secret import Secret
from trayapp.storage.secrets import SecretStoreError, Store, Vault

TOKEN = "monitoring-token-Q7Zq0aB1cD2"


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def vault(store: MemoryStore) -> Vault:
    return Vault(lambda: Store("Secret Service", store))


@pytest.mark.parametrize("place", ["store:Secret Service/0123", "env:TOKEN"])
def test_a_place_is_a_place(place: str) -> None:
    assert loginplace.objection(place) == ""


@pytest.mark.parametrize("text", [TOKEN, "store:", "env:1 2", "op://vault/item/field", 'cmd:["/bin/pass"]', "hunter2"])
def test_a_secret_itself_and_what_may_ask_a_person_are_none(text: str) -> None:
    assert loginplace.objection(text)


def test_what_is_kept_comes_back_and_goes_when_it_is_removed(store: MemoryStore, vault: Vault) -> None:
    place = asyncio.run(logins.keep(vault, Secret(TOKEN)))

    assert TOKEN not in place
    assert asyncio.run(logins.unlock(vault, place)).reveal() == TOKEN
    asyncio.run(logins.remove(vault, place))
    assert store.kept == {}


def test_a_variable_is_read_and_left_alone(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWN_TOKEN", TOKEN)

    assert asyncio.run(logins.unlock(vault, "env:OWN_TOKEN")).reveal() == TOKEN
    asyncio.run(logins.remove(vault, "env:OWN_TOKEN"))
    assert asyncio.run(logins.unlock(vault, "env:OWN_TOKEN")).reveal() == TOKEN


def test_what_is_not_there_is_a_sentence(vault: Vault) -> None:
    with pytest.raises(SecretStoreError, match="no longer has this key"):
        asyncio.run(logins.unlock(vault, "store:Secret Service/0123"))
