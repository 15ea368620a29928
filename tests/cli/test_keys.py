"""``trayapp keys`` as somebody types it: the real program, an API on this computer, a key store in memory."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.keyring_double import MemoryStore, knows, system_store
from tests.fakepage import FakePage, says
from trayapp.cli.main import main

GOOD = "sk-proj-GoodKeyQ7Zq0aB1cD2eF3"
BETTER = "sk-proj-BetterKeyQ7Zq0aB1cD2"
BAD = "sk-proj-BadBadKeyQ7Zq0aB1cD2"
PATH = "/v1/models"


@pytest.fixture
def api() -> Iterator[FakePage]:
    with FakePage() as page:
        page.set(PATH, knows(GOOD, BETTER))
        yield page


class Typed:
    """Types commands, and tells what came of them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.out = ""
        self.err = ""
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *words: str, given: str = "") -> int:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(given))
        self._capsys.readouterr()
        try:
            code = main(["--config", str(self.folder / "config.toml"), "--data-dir", str(self.folder), "keys", *words])
        except SystemExit as end:
            code = int(end.code or 0)
        self.out, self.err = self._capsys.readouterr()
        for key in (GOOD, BETTER, BAD):
            assert key not in self.out + self.err
        return code

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """The system's key store: what keyring would load for the Secret Service keeps keys in memory."""
    store = MemoryStore()
    monkeypatch.setattr("keyring.backends.SecretService.Keyring", system_store(store))
    return store


@pytest.fixture
def keys(
    tmp_path: Path,
    api: FakePage,
    store: MemoryStore,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Typed:
    assert store.kept == {}
    (tmp_path / "config.toml").write_text(f'[endpoints]\nopenai = "{api.url}"\nanthropic = "{api.url}"\n')
    return Typed(tmp_path, capsys, monkeypatch)


def test_without_keys_there_is_nothing_wrong(keys: Typed) -> None:
    assert keys("list") == 0
    assert "keys add" in keys.out
    assert keys("list", "--json") == 0
    assert keys.document == {"schema": "trayapp.keys/1", "backend": "", "keys": []}
    assert keys() == 0
    assert keys("check") == 0


def test_a_good_key_is_added_checked_and_listed(keys: Typed, store: MemoryStore) -> None:
    assert keys("add", "openai", "--label", "work", given=f"{GOOD}\n") == 0
    assert "work (OpenAI): Works" in keys.out
    assert list(store.kept.values()) == [GOOD]

    assert keys("list", "--json") == 0
    row = keys.document["keys"][0]
    assert keys.document["backend"] == "Secret Service"
    assert set(row) >= {"label", "provider", "health", "reachability", "reason", "checked_at", "since", "facts"}
    assert (row["label"], row["provider"], row["health"], row["reachability"]) == ("work", "openai", "OK", "REACHED")
    assert row["facts"]["models"] == "gpt-x"
    assert row["checked_at"].endswith("Z")


def test_a_bad_key_needs_attention(keys: Typed) -> None:
    assert keys("add", "openai", given=BAD) == 1
    assert "Not accepted" in keys.out
    assert keys("list") == 1
    assert keys("check", "--json") == 1
    assert keys.document["keys"][0]["health"] == "REJECTED"


def test_a_key_that_cannot_be_checked_is_kept_all_the_same(keys: Typed, api: FakePage, store: MemoryStore) -> None:
    api.set(PATH, says(b"", 503))

    assert keys("add", "openai", "--json", given=GOOD) == 3
    assert keys.document["keys"][0]["reachability"] == "PROVIDER_DOWN"
    assert keys.document["keys"][0]["health"] == "UNCHECKED"
    assert store.kept


def test_a_known_good_key_that_cannot_be_checked_now_says_so(keys: Typed, api: FakePage) -> None:
    keys("add", "openai", given=GOOD)
    api.set(PATH, says(b"", 503))

    assert keys("check") == 3
    assert keys("list") == 0


def test_a_key_is_never_an_argument(keys: Typed, store: MemoryStore, api: FakePage) -> None:
    assert keys("add", "openai", "sk-something-else-entirely", given=GOOD) == 64
    assert "never given as an argument" in keys.err
    assert "entirely" not in keys.err
    assert not store.kept
    assert not api.requests


@pytest.mark.parametrize("given", ["", "\n", f"{GOOD}\n{BETTER}\n", f'"{GOOD}"', f"{GOOD[:9]} {GOOD[9:]}", "short"])
def test_one_whole_key_at_a_time(keys: Typed, store: MemoryStore, api: FakePage, given: str) -> None:
    assert keys("add", "openai", given=given) == 1
    assert keys.err
    assert not store.kept
    assert not api.requests


def test_another_products_key_is_kept_but_not_sent_anywhere_until_asked_for(
    keys: Typed, store: MemoryStore, api: FakePage
) -> None:
    key = "gsk_" + "aB3dE6gH9kL2" * 4
    api.set(PATH, knows(key))

    assert keys("add", "openai", "--label", "odd", given=key) == 3
    assert "Groq" in keys.err
    assert store.kept
    assert not api.requests
    assert keys("check", "odd") == 0
    assert len(api.requests) == 1


def test_an_address_of_the_persons_own_wants_a_word(keys: Typed, store: MemoryStore) -> None:
    (keys.folder / "config.toml").write_text("")
    own = ("add", "openai", "--base-url", "https://gateway.invalid")

    assert keys(*own, given=GOOD) == 1
    assert "gateway.invalid will receive the key" in keys.err
    assert not store.kept
    assert keys(*own, "--approve-endpoint", given=GOOD) == 3
    assert store.kept
    for url in ("http://gateway.invalid", "https://a@gateway.invalid", "https://gаteway.invalid"):
        assert keys("add", "openai", "--base-url", url, "--approve-endpoint", given=BETTER) == 1


def test_a_changed_endpoint_must_be_approved_again(keys: Typed, api: FakePage) -> None:
    keys("add", "openai", "--label", "work", given=GOOD)
    (keys.folder / "config.toml").write_text('[endpoints]\nopenai = "https://gateway.invalid"\n')
    asked = len(api.requests)

    assert keys("check") == 3
    assert "gateway.invalid" in keys.out
    assert len(api.requests) == asked
    assert keys("check", "--approve-endpoint") == 3
    assert "Approve that first" not in keys.out


def test_a_reference_keeps_nothing_here(keys: Typed, store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", GOOD)

    assert keys("add", "openai", "--from", "env:MY_KEY") == 0
    assert not store.kept
    assert keys("add", "openai", "--from", "env:not a name") == 1
    assert "env:OPENAI_API_KEY" in keys.err


def test_a_key_for_one_session_is_checked_and_gone(keys: Typed, store: MemoryStore) -> None:
    assert keys("add", "openai", "--session", given=GOOD) == 0
    assert "Works" in keys.out
    assert not store.kept
    assert keys("list", "--json") == 0
    assert keys.document["keys"] == []


def test_a_replaced_key_is_watched_until_it_is_dead(keys: Typed, api: FakePage, store: MemoryStore) -> None:
    keys("add", "openai", "--label", "work", given=GOOD)

    assert keys("replace", "work", given=BETTER) == 0
    assert "Still works: revoke it" in keys.out
    assert len(store.kept) == 2

    api.set(PATH, knows(BETTER))
    assert keys("check", "work") == 0
    assert "Dead: refused since" in keys.out
    assert list(store.kept.values()) == [BETTER]
    assert keys("list", "--json") == 0
    assert keys.document["keys"][0]["old"][0]["died_at"]


def test_watching_an_old_key_can_be_stopped(keys: Typed, store: MemoryStore) -> None:
    keys("add", "openai", "--label", "work", given=GOOD)
    keys("replace", "work", given=BETTER)

    assert keys("remove", "work (old)") == 0
    assert list(store.kept.values()) == [BETTER]


def test_keys_are_removed_one_by_one_or_all(keys: Typed, store: MemoryStore) -> None:
    for number, key in enumerate((GOOD, BETTER, BAD)):
        keys("add", "openai", "--label", f"k{number}", given=key)

    assert keys("remove", "k0") == 0
    assert len(store.kept) == 2
    assert keys("remove") == 64
    assert keys("remove", "k1", "--all") == 64
    assert keys("remove", "--all", "--json") == 0
    assert keys.document["keys"] == []
    assert not store.kept


def test_unknown_names_are_wrong_usage(keys: Typed) -> None:
    assert keys("add", "nobody-at-all", given=GOOD) == 64
    assert keys("check", "nothing") == 64
    assert keys("replace", "nothing", given=GOOD) == 64
    assert keys("remove", "nothing") == 64
    assert keys("dance") == 64


def test_without_a_key_store_there_is_a_way_out(keys: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.backends.SecretService.Keyring", object)

    assert keys("add", "openai", given=GOOD) == 1
    assert "env:OPENAI_API_KEY" in keys.err
    assert not (keys.folder / "keys.toml").exists()


def test_a_broken_file_of_keys_is_said(keys: Typed) -> None:
    (keys.folder / "keys.toml").write_text("[[key]]\nid = ")

    assert keys("list") == 1
    assert "keys.toml" in keys.err


def test_a_provider_that_asked_us_to_wait_is_left_alone(keys: Typed, api: FakePage) -> None:
    keys("add", "openai", "--label", "work", given=GOOD)
    api.set(PATH, says(b"", 429, ("Retry-After", "600")))
    keys("check")
    asked = len(api.requests)

    assert keys("check") == 3
    assert "asked us to wait" in keys.err
    assert len(api.requests) == asked


def test_a_last_day_and_the_balance_are_kept_with_a_key(keys: Typed, api: FakePage) -> None:
    api.set("/v1/models?limit=1", says({"data": [{"type": "model", "id": "claude"}]}))
    api.set("/v1/messages/count_tokens", says({"input_tokens": 8}))
    key = "sk-ant-api03-" + "aB3d" * 20

    assert keys("add", "anthropic", "--label", "x", "--expires", "31.12.2026", given=key) == 64
    assert "Write it as" in keys.err
    assert keys("add", "anthropic", "--label", "x", "--expires", "2020-12-31", "--balance", given=key) == 0
    assert "Its end was on 1 January 2021." in keys.out
    assert api.count("/v1/messages/count_tokens") == 1
    assert keys("check", "--no-balance") == 64
    assert keys("check", "x", "--no-balance") == 0
    assert keys("check", "--json") == 0
    assert keys.document["keys"][0]["models"] is None
    assert api.count("/v1/messages/count_tokens") == 1


def test_a_model_that_went_is_told_of(keys: Typed, api: FakePage) -> None:
    keys("add", "openai", "--label", "work", given=GOOD)
    api.set(PATH, says({"object": "list", "data": [{"id": "gpt-y"}]}))

    assert keys("check") == 0
    assert "gpt-x is no longer listed for this key." in keys.out

    keys("list", "--json")
    news = keys.document["keys"][0]["models"]
    assert (news["gone"], news["new"]) == (["gpt-x"], ["gpt-y"])
    assert news["at"].endswith("Z")


def test_a_local_server_is_added_without_being_asked_for_a_key(keys: Typed, api: FakePage, store: MemoryStore) -> None:
    api.set("/v1/models", says({"object": "list", "data": [{"id": "qwen"}]}))

    assert keys("add", "lm-studio", "--base-url", api.url) == 0
    assert "(LM Studio): Works" in keys.out
    assert not store.kept
    api.refuse()
    assert keys("check", "--json") == 3
    assert keys.document["keys"][0]["reachability"] == "UNREACHABLE"
