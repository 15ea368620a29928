"""``trayapp login`` as somebody types it: own monitoring on this computer, a key store in memory."""

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.builders import operational
from tests.engine.keyring_double import MemoryStore, system_store
from tests.fakepage import FakePage, Seen, Wire
from trayapp.cli.main import main
from trayapp.storage.settings import load

TOKEN, PASSWORD = "monitoring-token-Q7Zq0aB1cD2", "correct horse"
Typed = Callable[..., int]


@pytest.fixture
def own() -> Iterator[FakePage]:
    basic = base64.b64encode(f"viewer:{PASSWORD}".encode()).decode()

    async def mood(seen: Seen, wire: Wire) -> None:
        knows = seen.headers.get("authorization") in {f"Bearer {TOKEN}", f"Basic {basic}"}
        await wire.answer(200 if knows else 401, operational().encode() if knows else b"")

    with FakePage() as page:
        page.set_all(mood)
        yield page


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    store = MemoryStore()
    monkeypatch.setattr("keyring.backends.SecretService.Keyring", system_store(store))
    return store


@pytest.fixture
def config(tmp_path: Path, own: FakePage) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(f'# mine\n[[watch]]\nurl = "{own.url}"\ninternal = true\n', encoding="utf-8")
    return file


@pytest.fixture
def typed(config: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    def command(*words: str, given: str = "") -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        try:
            return main(["--config", str(config), "--data-dir", str(config.parent), *words])
        except SystemExit as end:
            return int(end.code or 0)

    return command


def test_a_token_is_kept_in_the_store_and_opens_the_page(
    typed: Typed, own: FakePage, store: MemoryStore, config: Path
) -> None:
    assert typed("status", own.url) == 3

    assert typed("login", own.url, given=TOKEN) == 0

    assert typed("status", own.url) == 0
    assert list(store.kept.values()) == [TOKEN]
    assert TOKEN not in config.read_text(encoding="utf-8")
    assert config.read_text(encoding="utf-8").startswith("# mine")


def test_a_password_takes_the_place_of_a_token(typed: Typed, own: FakePage, store: MemoryStore, config: Path) -> None:
    typed("login", own.url, given=TOKEN)

    assert typed("login", own.url, "--user", "viewer", given=PASSWORD) == 0

    assert list(store.kept.values()) == [PASSWORD]
    assert load(config).settings.watch[0].user == "viewer"


def test_a_variable_may_have_it(typed: Typed, own: FakePage, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWN_TOKEN", TOKEN)

    assert typed("login", own.url, "--env", "OWN_TOKEN") == 0
    assert load(config).settings.watch[0].secret == "env:OWN_TOKEN"
    assert typed("login", own.url, "--env", "OWN TOKEN") == 64


def test_it_can_be_forgotten(typed: Typed, own: FakePage, store: MemoryStore, config: Path) -> None:
    typed("login", own.url, given=TOKEN)

    assert typed("login", own.url, "--forget") == 0

    assert store.kept == {}
    assert load(config).settings.watch[0].access == type(load(config).settings.watch[0].access)()
    assert typed("status", own.url) == 3


def test_a_wrong_one_is_seen_at_once(typed: Typed, own: FakePage, store: MemoryStore) -> None:
    assert typed("login", own.url, given="wrong-token-0123456789") == 3
    assert len(store.kept) == 1


def test_nothing_typed_changes_nothing(typed: Typed, own: FakePage, store: MemoryStore, config: Path) -> None:
    before = config.read_text(encoding="utf-8")

    assert typed("login", own.url, given="\n") == 1
    assert (store.kept, config.read_text(encoding="utf-8")) == ({}, before)


def test_where_the_settings_cannot_be_written_nothing_stays_in_the_store(
    typed: Typed, own: FakePage, store: MemoryStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_arguments: object) -> None:
        raise OSError("The disk is full.")

    monkeypatch.setattr("trayapp.storage.settings.save", broken)

    assert typed("login", own.url, given=TOKEN) == 1
    assert "The disk is full." in capsys.readouterr().err
    assert store.kept == {}


def test_only_own_monitoring_has_logins(
    typed: Typed, own: FakePage, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("login", "https://status.acme.example") == 64
    assert "internal = true" in capsys.readouterr().err

    config.write_text(f'[[watch]]\nurl = "{own.url}"\n', encoding="utf-8")

    assert typed("login", own.url) == 64
    assert "Add internal = true" in capsys.readouterr().err


class TestDowndetector:
    def test_the_client_secret_goes_into_the_store_and_its_place_into_the_settings(
        self, typed: Typed, store: MemoryStore, config: Path
    ) -> None:
        assert typed("login", "downdetector", "--user", "client-1", given=f"{TOKEN}\n") == 0

        crowd = load(config).settings.crowd
        assert crowd.downdetector_client == "client-1"
        assert crowd.downdetector.startswith("store:")
        assert TOKEN not in config.read_text()
        assert any(TOKEN in text for text in store.kept.values())

        assert typed("login", "downdetector", "--forget") == 0
        assert load(config).settings.crowd.downdetector == ""
        assert not any(TOKEN in text for text in store.kept.values())

    def test_a_variable_is_named_and_nothing_is_read(self, typed: Typed, config: Path) -> None:
        assert typed("login", "Downdetector", "--user", "client-1", "--env", "DD_SECRET") == 0
        assert load(config).settings.crowd.downdetector == "env:DD_SECRET"

    def test_without_a_client_id_it_is_wrong_usage(self, typed: Typed) -> None:
        assert typed("login", "downdetector", given=TOKEN) == 64

    def test_nothing_typed_keeps_nothing(self, typed: Typed, store: MemoryStore, config: Path) -> None:
        assert typed("login", "downdetector", "--user", "client-1", given="\n") == 1
        assert load(config).settings.crowd.downdetector == ""
        assert not store.kept
