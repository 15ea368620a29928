"""Keys looked after for real: a store in memory, a file, and an API on this computer."""

import asyncio
import csv
import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.engine.keyring_double import Desk, knows
from tests.fakepage import FakePage, Seen, Wire, asks_to_wait, hangs_up, redirects, says, silence
from trayapp import bootstrap
from trayapp.catalogue.lookup import Catalogue
from trayapp.domain.keys import KeyHealth, Reachability
from trayapp.engine.endpoints import EndpointError, endpoint
from trayapp.engine.keycheck import UnknownKeyProviderError, provider_of
from trayapp.engine.keykeeping import MOST_KEYS, KeyRefusedError, doubt
from trayapp.engine.newkey import NewKey
from trayapp.storage.secret import Secret
from trayapp.storage.secrets import SecretStoreError, Trouble

GOOD = "sk-proj-GoodKeyQ7Zq0aB1cD2eF3"
BETTER = "sk-proj-BetterKeyQ7Zq0aB1cD2"
BAD = "sk-proj-BadBadKeyQ7Zq0aB1cD2"
PATH = "/v1/models"


@pytest.fixture
def api() -> Iterator[FakePage]:
    with FakePage() as page:
        page.set(PATH, knows(GOOD, BETTER))
        yield page


@pytest.fixture
def desk(tmp_path: Path, api: FakePage) -> Desk:
    return Desk(tmp_path, api)


def new(label: str = "work", provider: str = "openai", **about: str) -> NewKey:
    return NewKey(provider=provider, label=label, host="api.openai.com", **about)  # type: ignore[arg-type]  # only texts are given


def add(desk: Desk, key: str = GOOD, label: str = "work", **about: str) -> str:
    return asyncio.run(desk.keeper.add(new(label, **about), Secret(key))).ref.id


def refusal(desk: Desk, what: NewKey, key: str | None) -> str:
    with pytest.raises(KeyRefusedError) as caught:
        asyncio.run(desk.keeper.add(what, None if key is None else Secret(key)))
    return str(caught.value)


def test_a_good_key_works(desk: Desk) -> None:
    add(desk)

    asyncio.run(desk.check())

    state = desk.keeper.book.keys[0]
    assert state.health is KeyHealth.OK
    assert state.facts["models"] == "gpt-x"
    assert desk.file.load().keys[0].health is KeyHealth.OK
    assert GOOD not in desk.file.path.read_text()


def test_a_bad_key_is_rejected_and_its_echo_is_not_kept(desk: Desk) -> None:
    add(desk, BAD)

    asyncio.run(desk.check())

    state = desk.keeper.book.keys[0]
    assert state.health is KeyHealth.REJECTED
    assert "BadKey" not in repr(state)
    assert "BadKey" not in desk.file.path.read_text()


def test_a_verdict_stays_while_the_provider_is_not_reached(desk: Desk, api: FakePage) -> None:
    add(desk)
    asyncio.run(desk.check())
    api.set(PATH, hangs_up())

    asyncio.run(desk.check())

    state = desk.keeper.book.keys[0]
    assert state.health is KeyHealth.OK
    assert state.answer is not None
    assert state.answer.reachability is Reachability.UNREACHABLE


@pytest.mark.parametrize(
    ("mood", "expected"),
    [
        (says(b"oops", 500), Reachability.PROVIDER_DOWN),
        (asks_to_wait("30"), Reachability.RATE_LIMITED),
        (redirects("https://elsewhere.example/"), Reachability.UNREACHABLE),
        (says("<html>Log in", content_type="text/html"), Reachability.UNREACHABLE),
    ],
)
def test_trouble_on_the_way_is_not_the_keys(desk: Desk, api: FakePage, mood: object, expected: Reachability) -> None:
    add(desk)
    asyncio.run(desk.check())
    api.set(PATH, mood)  # type: ignore[arg-type]  # every row is a mood

    asyncio.run(desk.check())

    state = desk.keeper.book.keys[0]
    assert state.answer is not None
    assert state.answer.reachability is expected
    assert state.health is KeyHealth.OK


def test_a_question_that_arrived_and_stays_unanswered_is_the_providers_trouble(desk: Desk, api: FakePage) -> None:
    add(desk)
    api.set(PATH, silence())
    checker = desk.checker()
    checker.deadline = timedelta(seconds=1.2)

    asyncio.run(desk.check(checker=checker))

    answer = desk.keeper.book.keys[0].answer
    assert answer is not None
    assert (answer.reachability, answer.blames_provider) == (Reachability.UNREACHABLE, True)


CAPTURED = Path(__file__).parents[3] / "shared" / "keypayloads"
NO_ANSWERS = sorted(CAPTURED.glob("_transport/*.json"))


@pytest.mark.skipif(not NO_ANSWERS, reason="the captured answers are not here")
@pytest.mark.parametrize("file", NO_ANSWERS, ids=lambda file: file.stem)
def test_what_is_no_answer_at_all_is_read_by_the_driver_as_it_was_meant(
    desk: Desk, api: FakePage, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_name(*_of: object, **_how: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with (CAPTURED / "MANIFEST.tsv").open(encoding="utf-8", newline="") as table:
        rows = {row["file"]: row for row in csv.DictReader(table, delimiter="\t")}
    row = rows[f"_transport/{file.name}"]
    assert row["http_status"] == "-"
    add(desk)
    if json.loads(file.read_text())["exception"] == "httpx.ConnectError":
        desk.endpoints.clear()
        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", no_name)
    api.set(PATH, silence())
    checker = desk.checker()
    checker.deadline = timedelta(seconds=1.2)

    asyncio.run(desk.check(checker=checker))

    answer = desk.keeper.book.keys[0].answer
    assert answer is not None
    assert answer.reachability.value == row["expected"]
    assert desk.keeper.book.keys[0].health is KeyHealth.UNCHECKED


def test_a_host_that_limits_us_is_not_asked_again_in_that_run(desk: Desk, api: FakePage) -> None:
    for number in range(4):
        add(desk, f"{GOOD}{number}", f"key {number}")
    api.set(PATH, asks_to_wait("30"))

    asked = asyncio.run(desk.check())

    assert len(asked) <= 4
    assert len(api.requests) <= 4  # those already under way side by side
    assert asked


def test_a_strange_host_is_asked_three_times_a_minute(desk: Desk) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        desk.time.passes(seconds=seconds)

    desk.sleep = sleep
    desk.endpoints.clear()
    desk.endpoints["openai"] = "https://127.0.0.1.nowhere.invalid"
    for number in range(5):
        state = asyncio.run(desk.keeper.add(new(f"key {number}"), Secret(f"{GOOD}{number}")))
        asyncio.run(desk.keeper.approve(state.ref.id, "127.0.0.1.nowhere.invalid", ""))

    assert desk.checker().crowded(each.ref for each in desk.keeper.book.keys) == ("127.0.0.1.nowhere.invalid",)
    asyncio.run(desk.check())

    assert sum(slept) >= 60
    assert max(slept) >= 50


def test_a_locked_store_asks_nobody(desk: Desk, api: FakePage) -> None:
    add(desk)
    desk.store.kept.clear()

    asyncio.run(desk.check())

    state = desk.keeper.book.keys[0]
    assert state.answer is not None
    assert state.answer.reachability is Reachability.STORE_LOCKED
    assert not api.requests


def test_a_changed_address_wants_approval(desk: Desk, api: FakePage) -> None:
    add(desk)
    desk.endpoints["openai"] = "https://proxy.acme.example"

    asyncio.run(desk.check())

    state = desk.keeper.book.keys[0]
    assert state.answer is not None
    assert "proxy.acme.example" in state.answer.reason
    assert not api.requests


def test_a_reference_is_followed_at_the_moment_of_the_check(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(desk.keeper.add(new(reference="env:MY_KEY"), None))
    asyncio.run(desk.check())
    before = desk.keeper.book.keys[0]
    monkeypatch.setenv("MY_KEY", GOOD)

    asyncio.run(desk.check())

    assert before.answer is not None
    assert before.answer.reachability is Reachability.STORE_LOCKED
    assert "MY_KEY" in before.answer.reason
    assert desk.keeper.book.keys[0].health is KeyHealth.OK
    assert not desk.store.kept


def test_a_bug_of_ours_neither_condemns_a_key_nor_stops_others(desk: Desk, expect_log: object) -> None:
    expect_log("ERROR trayapp.engine.keycheck: check of a key for groq failed inside the app: RuntimeError")  # type: ignore[operator]  # a fixture's function
    add(desk)
    add(desk, BETTER, "other", provider="groq")
    checker = desk.checker()
    carry = checker.network.carry

    async def broken(exchange: object, carried: object, **more: object) -> object:
        if checker.network and getattr(exchange, "args", [None])[0].provider == "groq":
            raise RuntimeError(BETTER)
        return await carry(exchange, carried, **more)  # type: ignore[arg-type]  # passed on as it came

    checker.network.carry = broken  # type: ignore[method-assign,assignment]  # a bug, made for this test

    asyncio.run(desk.check(checker=checker))

    assert desk.keeper.book.keys[0].health is KeyHealth.OK
    assert desk.keeper.book.keys[1].health is KeyHealth.UNCHECKED


def test_twenty_five_keys_take_less_than_five_seconds(desk: Desk, api: FakePage) -> None:
    keys = [f"sk-proj-Many{number:02}KeyQ7Zq0aB1cD2" for number in range(MOST_KEYS)]
    api.set(PATH, knows(*keys))

    async def fill() -> None:
        for number, key in enumerate(keys):
            await desk.keeper.add(new(f"key {number}"), Secret(key))

    asyncio.run(fill())
    took: list[float] = []
    while len(took) < 3 and (not took or took[-1] >= 5):  # what else a busy machine does only ever adds time
        began = time.monotonic()
        assert desk.checker().crowded(each.ref for each in desk.keeper.book.keys) == ()
        asyncio.run(desk.check())
        took.append(time.monotonic() - began)

    assert min(took) < 5
    assert {each.health for each in desk.keeper.book.keys} == {KeyHealth.OK}
    assert "25" in refusal(desk, new("one more"), GOOD)


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("", "no key"),
        ("sk proj GoodKeyQ7Zq0aB1cD2eF3", "space"),
        (f'"{GOOD}"', "quotation"),
        (f"OPENAI_API_KEY={GOOD}", "equals sign"),
        (f"Bearer-{GOOD}", "around it"),
        ("sk-proj-****cD2e", "masked"),
        ("sk-schlüssel-aber-keiner", "letters"),
        ("abc", "short"),
        ("k" * 5000, "too long"),
    ],
)
def test_a_wrong_shape_is_said_before_anything_is_kept(desk: Desk, api: FakePage, key: str, word: str) -> None:
    sentence = refusal(desk, new(), key)

    assert word in sentence
    assert not desk.store.kept
    assert not desk.file.exists
    assert not api.requests


def test_another_products_key_is_doubted() -> None:
    assert "Groq" in doubt("openai", "gsk_" + "a" * 52)
    assert "admin" in doubt("openai", "sk-admin-" + "a" * 40)
    assert not doubt("openai", GOOD)
    assert not doubt("my-own", "gsk_" + "a" * 52)


@pytest.mark.parametrize(
    ("what", "key", "word"),
    [
        (new("x" * 80), GOOD, "shorter"),
        (new(GOOD[:20]), GOOD, "part of the key"),
        (new(reference="keychain:x"), None, "env:NAME"),
        (new(), None, "no key"),
    ],
)
def test_what_makes_no_sense_is_refused(desk: Desk, what: NewKey, key: str | None, word: str) -> None:
    assert word in refusal(desk, what, key)
    assert not desk.store.kept


def test_labels_are_unique_and_made_up_where_none_is_given(desk: Desk) -> None:
    add(desk, GOOD, "Work")
    add(desk, BETTER, "")
    add(desk, BAD, "")

    assert [each.ref.label for each in desk.keeper.book.keys] == ["Work", "openai", "openai 2"]
    assert "Another key" in refusal(desk, new("work"), f"{GOOD}x")


def test_the_same_key_twice_is_refused(desk: Desk) -> None:
    add(desk)

    assert "already here" in refusal(desk, new("again"), GOOD)
    assert len(desk.store.kept) == 1


def test_a_file_that_cannot_be_written_leaves_no_key_behind(desk: Desk) -> None:
    desk.file.path.mkdir()

    with pytest.raises(Exception, match="plain file"):
        add(desk)

    assert not desk.store.kept


def test_a_replacement_keeps_the_old_key_until_it_is_refused(desk: Desk, api: FakePage) -> None:
    key_id = add(desk)
    asyncio.run(desk.check())
    asyncio.run(desk.keeper.replace(key_id, Secret(BETTER)))
    desk.time.passes(minutes=5)
    asyncio.run(desk.check())

    assert [each.ref.label for each in desk.keeper.book.keys] == ["work"]
    old = desk.keeper.book.old[0]
    assert (old.of, old.is_dead, old.state.ref.label) == (key_id, False, "work (old)")
    assert set(desk.store.kept.values()) == {GOOD, BETTER}

    api.set(PATH, knows(BETTER))
    desk.time.passes(minutes=5)
    asyncio.run(desk.check())

    old = desk.keeper.book.old[0]
    assert old.died_at == desk.time()
    assert set(desk.store.kept.values()) == {BETTER}
    assert desk.file.load().old[0].died_at == desk.time()
    assert desk.keeper.book.keys[0].health is KeyHealth.OK


def test_a_replacement_that_cannot_be_stored_leaves_the_old_key_in_its_place(desk: Desk) -> None:
    key_id = add(desk)

    def full(*_entry: str) -> None:
        raise OSError

    desk.store.set_password = full  # type: ignore[method-assign,assignment]  # a store that is full
    with pytest.raises(SecretStoreError):
        asyncio.run(desk.keeper.replace(key_id, Secret(BETTER)))

    assert set(desk.store.kept.values()) == {GOOD}
    assert not desk.keeper.book.old


def test_the_same_key_is_no_replacement(desk: Desk) -> None:
    key_id = add(desk)

    with pytest.raises(KeyRefusedError):
        asyncio.run(desk.keeper.replace(key_id, Secret(GOOD)))


def test_a_late_answer_about_the_old_key_is_not_taken_for_the_new_one(desk: Desk) -> None:
    key_id = add(desk, BAD)

    async def race() -> None:
        refs = [each.ref for each in desk.keeper.book.keys]
        checker = desk.checker()
        async for checks in checker.batches(refs, may_ask=True):
            await desk.keeper.replace(key_id, Secret(GOOD))
            await desk.keeper.note(checks)
        await checker.network.close()

    asyncio.run(race())

    assert desk.keeper.book.keys[0].health is KeyHealth.UNCHECKED


def test_removing_takes_the_old_ones_along(desk: Desk) -> None:
    key_id = add(desk)
    asyncio.run(desk.keeper.replace(key_id, Secret(BETTER)))

    asyncio.run(desk.keeper.remove(key_id))

    assert not desk.store.kept
    assert not desk.keeper.book.keys
    assert not desk.keeper.book.old


def test_an_old_key_may_be_let_go_of_by_itself(desk: Desk) -> None:
    key_id = add(desk)
    asyncio.run(desk.keeper.replace(key_id, Secret(BETTER)))

    asyncio.run(desk.keeper.remove(desk.keeper.book.old[0].state.ref.id))

    assert set(desk.store.kept.values()) == {BETTER}
    assert len(desk.keeper.book.keys) == 1


def test_a_store_that_does_not_let_go_keeps_the_key_on_the_list(desk: Desk) -> None:
    key_id = add(desk)

    def locked(*_entry: str) -> None:
        raise SecretStoreError(Trouble.LOCKED, "Locked.")

    desk.store.delete_password = locked  # type: ignore[method-assign,assignment]  # a store that is locked
    with pytest.raises(SecretStoreError):
        asyncio.run(desk.keeper.remove(key_id))
    still = len(desk.keeper.book.keys)
    left = asyncio.run(desk.keeper.remove(key_id, even_if_store_fails=True))

    assert still == 1
    assert left == "Locked."
    assert not desk.keeper.book.keys


def test_a_key_of_one_session_is_written_nowhere(desk: Desk) -> None:
    asyncio.run(desk.keeper.add(replace(new(), session_only=True), Secret(GOOD)))

    asyncio.run(desk.check())

    assert desk.keeper.book.keys[0].health is KeyHealth.OK
    assert not desk.store.kept
    assert not desk.file.exists


def test_another_process_may_change_the_keys(desk: Desk, tmp_path: Path, api: FakePage) -> None:
    other = Desk(tmp_path, api)
    other.store = desk.store
    add(desk)

    assert [each.ref.label for each in other.keeper.reload().keys] == ["work"]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.acme.example/v1/", "api.acme.example"),
        ("https://API.Acme.example:8443", "api.acme.example:8443"),
        ("http://127.0.0.1:4000", "127.0.0.1:4000"),
        ("http://localhost", "localhost:80"),
        ("https://[::1]:8000/x", "[::1]:8000"),
        ("https://xn--pple-43d.example", "xn--pple-43d.example"),
        ("https://10.0.0.7/v1", "10.0.0.7"),
    ],
)
def test_addresses_that_may_have_a_key(url: str, host: str) -> None:
    found = endpoint(url)

    assert found.host == host
    assert not found.base.endswith("/")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://api.acme.example", "https only"),
        ("https://user:pass@api.acme.example", "user name"),
        ("https://api.openai.com@evil.example", "user name"),
        ("https://evil.example\\@api.openai.com", "user name"),
        ("https://api.acme.example/#x", "https://host/path"),
        ("https://api.acme.example/?key=1", "https://host/path"),
        ("https://аpi.openai.com", "xn--"),
        ("https://api%2eopenai.com", "https://host/path"),
        ("https://2130706433", "proper name"),
        ("https://0x7f.1", "proper name"),
        ("https://127.1", "proper name"),
        ("https://-bad.example", "proper name"),
        ("https://", "https://host/path"),
        ("ftp://api.acme.example", "https://host/path"),
        ("https://api.acme.example:99999", "can be read"),
        ("nonsense", "https://host/path"),
    ],
)
def test_addresses_that_may_not_have_a_key(url: str, word: str) -> None:
    with pytest.raises(EndpointError, match=word):
        endpoint(url)


def test_a_provider_is_known_by_any_of_its_names() -> None:
    catalogue = bootstrap.bundled_catalogue()

    assert provider_of("OpenAI", catalogue) == "openai"
    assert provider_of("Claude", catalogue) == "anthropic"
    assert provider_of("openai-compatible", Catalogue()) == "openai-compatible"
    with pytest.raises(UnknownKeyProviderError, match="openai"):
        provider_of("nobody", catalogue)


def test_checks_of_one_run_share_the_work(desk: Desk, api: FakePage) -> None:
    async def slow(seen: Seen, wire: Wire) -> None:
        await asyncio.sleep(0.05)
        await knows(GOOD)(seen, wire)

    api.set(PATH, slow)
    add(desk)

    asyncio.run(desk.check())

    assert desk.keeper.book.keys[0].checked_at == desk.time()
    assert timedelta(0) == desk.time() - desk.time.at


def test_a_server_of_ones_own_is_asked_without_any_key(desk: Desk, api: FakePage) -> None:
    api.set("/api/tags", says({"models": [{"name": "llama3"}]}))
    desk.endpoints["ollama"] = api.url
    here = NewKey(provider="ollama", label="here", host=desk.host)

    key_id = asyncio.run(desk.keeper.add(here, None)).ref.id
    asyncio.run(desk.check())

    (state,) = desk.keeper.book.keys
    assert (state.health, state.facts["models"]) == (KeyHealth.OK, "llama3")
    assert not desk.store.kept
    assert "authorization" not in api.requests[0].headers
    assert "needs no key" in refusal(desk, replace(here, label="x"), GOOD)
    assert "needs no key" in refusal(desk, replace(here, label="x", reference="env:X"), None)
    with pytest.raises(KeyRefusedError, match="needs no key"):
        asyncio.run(desk.keeper.replace(key_id, Secret(GOOD)))
    api.refuse()
    asyncio.run(desk.check())
    assert [each.health for each in desk.keeper.book.keys] == [KeyHealth.OK]
    asyncio.run(desk.keeper.remove(key_id))
    assert not desk.keeper.book.keys
