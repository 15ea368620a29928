"""The watch over keys: checks by itself when it is time, and does what a shell asks."""

import asyncio
import json
import random
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.engine.keyring_double import Desk, knows
from tests.fakepage import FakePage, asks_to_wait, says
from trayapp.domain.keys import CheckLevel, KeyHealth, Reachability
from trayapp.domain.provider import StatusPage
from trayapp.domain.rotation import KeyBook
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.status import Status
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
from trayapp.engine.keywatch import KeyParts, KeyWatch
from trayapp.engine.newkey import NewKey
from trayapp.engine.updates import KeyOutcome
from trayapp.storage.secret import Secret
from trayapp.storage.settings import Settings

GOOD = "sk-proj-GoodKeyQ7Zq0aB1cD2eF3"
BETTER = "sk-proj-BetterKeyQ7Zq0aB1cD2"
PATH = "/v1/models"
NEW = NewKey(provider="openai", label="work")


@pytest.fixture
def api() -> Iterator[FakePage]:
    with FakePage() as page:
        page.set(PATH, knows(GOOD, BETTER))
        yield page


class Watch:
    """A watch, and what it told."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.told: list[tuple[str, KeyHealth]] = []
        self.changes = 0
        self.keys = KeyWatch(
            KeyParts(desk.keeper, lambda _settings: desk.checker()),
            Settings(),
            now=desk.time,
            told=self._told,
            changed=self._changed,
            dice=random.Random(0),  # noqa: S311 - spreads checks
        )

    def _told(self, book: KeyBook, ids: frozenset[str]) -> dict[str, KeyHealth]:
        told = {each.ref.id: each.health for each in book.keys if each.ref.id in ids}
        self.told += [(each.ref.label, each.health) for each in book.keys if each.ref.id in ids]
        return told

    def _changed(self) -> None:
        self.changes += 1

    async def asked(self, command: KeyCommand) -> KeyOutcome:
        await self.keys.handle(command)
        outcome = self.keys.take_outcome()
        assert outcome is not None
        assert outcome.command is command
        return outcome

    async def added(self, key: str = GOOD) -> str:
        return (await self.asked(AddKey(NEW, Secret(key)))).key_id

    def page(self, shown: Status | None, since: datetime) -> None:
        page = StatusPage(id="openai", name="OpenAI", url="https://status.openai.com", provider_id="openai")
        self.keys.look_at(Snapshot((PageState(page=page, shown=shown, since=since),), since))

    async def runs(self, until: Callable[[], bool]) -> bool:
        """Run until something holds, for a minute at the most; return whether it came to hold."""
        running = asyncio.ensure_future(self.keys.run())
        for _moment in range(6000):
            await asyncio.sleep(0.01)
            if until() and not self.keys.checking:
                break
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return until()


def live(desk_folder: Path, api: FakePage, story: Callable[[Watch], Awaitable[None]]) -> Watch:
    """Tell a story with a watch in one loop."""

    async def run() -> Watch:
        watch = Watch(Desk(desk_folder, api))
        try:
            await story(watch)
        finally:
            await watch.keys.close()
        return watch

    return asyncio.run(run())


def test_an_added_key_is_checked_at_once_and_told_of(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        outcome = await watch.asked(AddKey(NEW, Secret(GOOD)))

        assert outcome.problem == ""
        assert outcome.key_id == watch.keys.book.keys[0].ref.id
        assert watch.keys.book.keys[0].health is KeyHealth.OK

    watch = live(tmp_path, api, story)

    assert watch.told == [("work", KeyHealth.OK)]
    assert watch.changes
    assert watch.keys.store == "Secret Service"
    assert watch.desk.file.load().noted == {watch.keys.book.keys[0].ref.id: KeyHealth.OK}


def test_what_cannot_be_done_is_a_sentence(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        assert "short" in (await watch.asked(AddKey(NEW, Secret("abc")))).problem
        assert "no such key" in (await watch.asked(ReplaceKey("nothing", Secret(GOOD)))).problem
        assert "no such key" in (await watch.asked(ApproveKey("nothing"))).problem

    assert not live(tmp_path, api, story).keys.book.keys


def test_a_key_for_an_address_of_ones_own_wants_approval(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        own = replace(NEW, base_url="https://gateway.invalid")
        refused = await watch.asked(AddKey(own, Secret(GOOD)))
        taken = await watch.asked(AddKey(replace(own, host="gateway.invalid"), Secret(GOOD)))

        assert "gateway.invalid will receive the key" in refused.problem
        assert taken.problem == ""

    assert live(tmp_path, api, story).keys.book.keys[0].ref.host == "gateway.invalid"


def test_a_changed_address_is_approved_by_a_word(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        key_id = await watch.added()
        watch.desk.endpoints["openai"] = "https://gateway.invalid"
        await watch.asked(CheckKeys())
        before = watch.keys.book.keys[0]
        await watch.asked(ApproveKey(key_id))
        after = watch.keys.book.keys[0]

        assert before.answer is not None
        assert "Approve that first" in before.answer.reason
        assert after.ref.host == "gateway.invalid"
        assert after.answer is not None
        assert "Approve that first" not in after.answer.reason

    live(tmp_path, api, story)


def test_replacing_and_removing(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        key_id = await watch.added()
        await watch.asked(ReplaceKey(key_id, Secret(BETTER)))
        assert [each.of for each in watch.keys.book.old] == [key_id]
        await watch.asked(RemoveKey(watch.keys.book.old[0].state.ref.id))
        assert not watch.keys.book.old
        await watch.asked(RemoveAllKeys())
        assert not watch.keys.book.keys

    assert not live(tmp_path, api, story).desk.store.kept


def test_nobody_is_asked_before_the_time_a_provider_named(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        await watch.added()
        api.set(PATH, asks_to_wait("600"))
        await watch.asked(CheckKeys())
        asked = len(api.requests)
        await watch.asked(CheckKeys())
        assert len(api.requests) == asked
        watch.desk.time.passes(minutes=11)
        await watch.asked(CheckKeys())
        assert len(api.requests) == asked + 1

    live(tmp_path, api, story)


def test_a_key_is_checked_by_itself_every_six_hours(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        await watch.added()
        asked = len(api.requests)
        watch.desk.time.passes(hours=5.9)
        assert not await _more(watch, api, asked)
        watch.desk.time.passes(hours=1.4)
        assert await watch.runs(lambda: len(api.requests) > asked)

    live(tmp_path, api, story)


def test_trouble_on_the_page_makes_checks_frequent_and_recovery_checks_at_once(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        await watch.added()
        asked = len(api.requests)
        watch.page(Status.MAJOR_OUTAGE, watch.desk.time())
        watch.desk.time.passes(minutes=7)
        assert await watch.runs(lambda: len(api.requests) == asked + 1)
        watch.page(None, watch.desk.time())
        assert not await _more(watch, api, asked + 1)
        watch.desk.time.passes(minutes=1)
        watch.page(Status.OPERATIONAL, watch.desk.time())
        assert await watch.runs(lambda: len(api.requests) == asked + 2)

    live(tmp_path, api, story)


async def _more(watch: Watch, api: FakePage, than: int) -> bool:
    running = asyncio.ensure_future(watch.keys.run())
    await asyncio.sleep(0.1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return len(api.requests) > than


def test_a_key_added_by_another_process_is_noticed(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        other = Desk(tmp_path, api)
        other.store.kept = watch.desk.store.kept
        await other.keeper.add(replace(NEW, host=other.host), Secret(GOOD))
        assert not watch.keys.book.keys
        watch.keys.tick()
        assert watch.keys.book.keys
        assert await watch.runs(lambda: watch.keys.book.keys[0].health is KeyHealth.OK)

    live(tmp_path, api, story)


def test_a_reference_that_may_ask_a_person_is_followed_on_demand_only(tmp_path: Path, api: FakePage) -> None:
    tool = json.dumps([sys.executable, "-c", f"print({GOOD!r})"])

    async def story(watch: Watch) -> None:
        await watch.desk.keeper.add(replace(NEW, host="x", reference=f"cmd:{tool}"), None)
        assert not await _more(watch, api, 0)
        await watch.asked(CheckKeys())
        assert watch.keys.book.keys[0].health is KeyHealth.OK

    live(tmp_path, api, story)


def test_a_broken_file_is_said_until_it_is_mended(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        watch.desk.file.path.write_text("[[key")
        watch.keys.tick()
        assert "keys.toml" in watch.keys.problem
        watch.desk.file.path.unlink()
        watch.keys.tick()
        assert watch.keys.problem == ""

    live(tmp_path, api, story)


def test_other_settings_make_another_checker(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        await watch.added()
        watch.desk.endpoints = {"openai": "http://127.0.0.1:9"}
        await watch.keys.apply(Settings())
        await watch.asked(CheckKeys())
        answer = watch.keys.book.keys[0].answer
        assert answer is not None
        assert answer.reachability is Reachability.UNREACHABLE

    live(tmp_path, api, story)


def test_no_outcome_is_lost(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        await watch.keys.handle(AddKey(NEW, Secret("abc")))
        await watch.keys.handle(CheckKeys())
        first, second, third = (watch.keys.take_outcome() for _time in range(3))
        assert first is not None
        assert first.problem
        assert second is not None
        assert third is None

    live(tmp_path, api, story)


CHAT = "/v1/chat/completions"
PRICE = "less than 0.00001 USD"
BROKE = {"error": {"message": "Empty.", "type": "insufficient_quota", "code": "credit_balance_exhausted"}}


def test_what_costs_something_is_bought_once_and_only_at_the_price_that_was_seen(tmp_path: Path, api: FakePage) -> None:
    api.set(CHAT, says(BROKE, 429))

    async def story(watch: Watch) -> None:
        key_id = await watch.added()
        assert api.count(CHAT) == 0
        assert "at that price" in (await watch.asked(BuyToken(key_id, "nothing"))).problem
        assert "at that price" in (await watch.asked(BuyToken("nobody", PRICE))).problem
        assert api.count(CHAT) == 0

        assert (await watch.asked(BuyToken(key_id, PRICE))).problem == ""
        assert api.count(CHAT) == 1
        assert watch.keys.book.keys[0].health is KeyHealth.NO_CREDIT
        await watch.asked(CheckKeys())
        assert watch.keys.book.keys[0].health is KeyHealth.NO_CREDIT

        api.set(CHAT, asks_to_wait("30"))
        await watch.asked(BuyToken(key_id, PRICE))
        assert "Nothing was bought" in (await watch.asked(BuyToken(key_id, PRICE))).problem

    live(tmp_path, api, story)

    assert api.count(CHAT) == 2


def test_a_timer_never_buys(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        await watch.added()
        for _day in range(5):
            watch.desk.time.passes(days=1)
            count = api.count(PATH)
            assert await watch.runs(lambda before=count: api.count(PATH) > before)  # type: ignore[misc]  # its own count

    live(tmp_path, api, story)

    assert api.count(CHAT) == 0


def test_the_balance_is_read_from_the_moment_it_is_allowed(tmp_path: Path, api: FakePage) -> None:
    count = "/v1/messages/count_tokens"
    models = {"data": [{"type": "model", "id": "claude"}], "has_more": False}
    api.set(f"{PATH}?limit=1", says(models))
    api.set(
        count,
        says(
            {"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance is too low"}},
            400,
        ),
    )

    async def story(watch: Watch) -> None:
        await watch.asked(AddKey(NewKey(provider="anthropic"), Secret("sk-ant-api03-" + "aB3d" * 20)))
        key_id = watch.keys.book.keys[0].ref.id
        assert api.count(count) == 0
        assert "no such key" in (await watch.asked(ReadBalance("nobody", is_allowed=True))).problem

        await watch.asked(ReadBalance(key_id, is_allowed=True))
        assert api.count(count) == 1
        assert watch.keys.book.keys[0].health is KeyHealth.NO_CREDIT
        assert watch.desk.file.load().keys[0].ref.level is CheckLevel.BALANCE

        await watch.asked(ReadBalance(key_id, is_allowed=False))
        assert api.count(count) == 1
        assert [each.health for each in watch.keys.book.keys] == [KeyHealth.OK]

    live(tmp_path, api, story)


def test_another_address_has_other_models_and_none_of_them_is_news(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        key_id = await watch.added()
        assert watch.keys.book.keys[0].facts["models"] == "gpt-x"
        state = watch.keys.book.keys[0]
        await watch.desk.keeper.approve(key_id, state.ref.host, "http://127.0.0.1:1")

        assert watch.keys.book.keys[0].facts == {}

    live(tmp_path, api, story)


def test_when_somebody_says_it_fails_a_key_is_checked_at_once_and_then_seldom(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        key_id = await watch.added()
        ref = watch.keys.book.keys[0].ref
        asked = len(api.requests)

        watch.desk.time.passes(minutes=1)
        first = await watch.keys.check_for_inquiry(ref, is_first=True)
        assert first is not None
        assert (first.ref.id, first.health, len(api.requests)) == (key_id, KeyHealth.OK, asked + 1)

        watch.desk.time.passes(minutes=1)
        assert await watch.keys.check_for_inquiry(ref, is_first=False) is None
        assert len(api.requests) == asked + 1

        watch.desk.time.passes(minutes=5)
        assert await watch.keys.check_for_inquiry(ref, is_first=False) is not None
        assert len(api.requests) == asked + 2

    live(tmp_path, api, story)


def test_nobody_who_says_it_fails_gets_past_a_wait_or_a_final_word(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        await watch.added()
        ref = watch.keys.book.keys[0].ref
        api.set(PATH, asks_to_wait("600"))
        watch.desk.time.passes(minutes=1)
        await watch.keys.check_for_inquiry(ref, is_first=True)
        asked = len(api.requests)
        watch.desk.time.passes(minutes=6)
        assert await watch.keys.check_for_inquiry(ref, is_first=True) is None
        assert len(api.requests) == asked
        assert await watch.keys.check_for_inquiry(replace(ref, id="gone"), is_first=True) is None

    live(tmp_path, api, story)


def test_keys_of_others_are_looked_at_again_only_when_they_are_old(tmp_path: Path, api: FakePage) -> None:
    async def story(watch: Watch) -> None:
        await watch.added()
        asked = len(api.requests)
        watch.desk.time.passes(minutes=10)
        await watch.keys.check_in_doubt("openai", timedelta(minutes=15))
        assert len(api.requests) == asked
        watch.desk.time.passes(minutes=6)
        await watch.keys.check_in_doubt("openai", timedelta(minutes=15))
        assert len(api.requests) == asked + 1

    live(tmp_path, api, story)
