"""``keys.toml``: everything about keys but the keys, edited in place, never written over when broken."""

import os
import stat
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.builders import NOON
from trayapp.domain.keys import (
    CheckLevel,
    Facts,
    KeyAnswer,
    KeyHealth,
    KeyRef,
    KeyState,
    ModelNews,
    Reachability,
    after_check,
)
from trayapp.domain.rotation import KeyBook, OldKey
from trayapp.storage import keyfile
from trayapp.storage.keyfile import KeyFile, KeyFileError
from trayapp.storage.secret import Secret

KEY = "sk-test-C4naryQ7Zq0aB1cD2eF3"


def state(key_id: str = "a1", label: str = "work", **about: object) -> KeyState:
    ref = KeyRef(id=key_id, label=label, provider="openai", entry=f"Secret Service/{key_id}", added_at=NOON, **about)  # type: ignore[arg-type]  # fields by name
    return KeyState(ref=ref)


def checked(before: KeyState) -> KeyState:
    answer = KeyAnswer(health=KeyHealth.OK, reason="The key works.", facts=Facts({"credit": "3.50", "currency": "USD"}))
    return after_check(before, answer, NOON + timedelta(minutes=1))


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "config" / "keys.toml")


def test_without_a_file_there_are_no_keys(file: KeyFile) -> None:
    assert file.load() == KeyBook()
    assert not file.exists


def test_what_was_written_is_read_again(file: KeyFile) -> None:
    good = checked(state(host="api.openai.com", organisation="org-1"))
    limited = KeyAnswer(
        health=KeyHealth.UNKNOWN, reachability=Reachability.RATE_LIMITED, reason="Later.", retry_after=30.0
    )
    silent = KeyAnswer(health=KeyHealth.UNKNOWN, reachability=Reachability.UNREACHABLE, is_unanswered=True)
    waiting = after_check(checked(state("b2", "play")), limited, NOON + timedelta(hours=1))
    bought = KeyAnswer(health=KeyHealth.NO_CREDIT, level=CheckLevel.PAID)
    news = ModelNews(NOON, gone=("gpt-x", "gpt-y"), new=("gpt-z",))
    empty = replace(after_check(state("e5", "bought", level=CheckLevel.BALANCE), bought, NOON), models=news)
    unanswered = after_check(checked(state("d4", "home")), silent, NOON + timedelta(hours=1))
    old = OldKey(of="a1", state=state("c3", "work (old)"), replaced_at=NOON, died_at=NOON + timedelta(days=1))

    file.change(lambda _book: KeyBook((good, waiting, unanswered, empty), (old,), {"a1": KeyHealth.OK}))
    found = file.load()

    assert [each.ref for each in found.keys] == [good.ref, waiting.ref, unanswered.ref, empty.ref]
    assert [each.health for each in found.keys] == [KeyHealth.OK] * 3 + [KeyHealth.NO_CREDIT]
    assert (found.keys[3].depth, found.keys[3].models) == (CheckLevel.PAID, news)
    assert [each.answer is not None and each.answer.blames_provider for each in found.keys] == [
        False,
        False,
        True,
        False,
    ]
    assert found.keys[0].facts == good.facts
    assert found.keys[0].since == good.since
    assert found.keys[1].answer is not None
    assert found.keys[1].answer.reachability is Reachability.RATE_LIMITED
    assert found.keys[1].answer.retry_after == 30
    assert found.old == (old,)
    assert found.noted == {"a1": KeyHealth.OK}


def test_a_suspicion_survives(file: KeyFile) -> None:
    odd = KeyAnswer(health=KeyHealth.UNKNOWN, reason="?", suspicion=KeyHealth.REJECTED)
    suspected = after_check(checked(state()), odd, NOON + timedelta(minutes=5))

    file.change(lambda book: book.with_key(suspected))
    again = after_check(file.load().keys[0], odd, NOON + timedelta(minutes=16))

    assert again.health is KeyHealth.REJECTED


def test_comments_and_options_of_a_newer_version_survive(file: KeyFile) -> None:
    file.change(lambda book: book.with_key(state()).with_key(state("b2", "play")))
    text = file.path.read_text().replace('label = "work"', 'label = "work" # mine\nnewer = 1')
    file.path.write_text(text)

    file.change(lambda book: book.with_key(checked(book.keys[0])))

    after = file.path.read_text()
    assert "# mine" in after
    assert "newer = 1" in after
    assert 'health = "OK"' in after
    assert len(file.load().keys) == 2


def test_a_key_about_which_nothing_is_new_is_left_as_it_stands(file: KeyFile) -> None:
    old = OldKey(of="a1", state=state("c3", "work (old)"), replaced_at=NOON)
    file.change(lambda _book: KeyBook((state(), state("b2", "play")), (old,)))
    by_hand = file.path.read_text().replace('label = "play"', 'label   =   "play"').replace("(old)", "(last)")
    file.path.write_text(by_hand)

    file.change(lambda book: replace(book, noted={"a1": KeyHealth.OK}))
    file.change(lambda book: book.with_old(replace(book.old[0], died_at=NOON)))

    after = file.path.read_text()
    assert 'label   =   "play"' in after
    assert after.count("work (last)") == 1
    assert file.load().noted == {"a1": KeyHealth.OK}
    assert file.load().old[0].died_at == NOON


def test_a_removed_key_is_gone_from_the_file(file: KeyFile) -> None:
    old = OldKey(of="a1", state=state("c3", "work (old)"), replaced_at=NOON)
    file.change(lambda _book: KeyBook((state(), state("b2", "play")), (old,)))

    file.change(lambda book: book.without("a1"))

    text = file.path.read_text()
    assert "a1" not in text
    assert "c3" not in text
    assert [each.ref.id for each in file.load().keys] == ["b2"]
    file.change(lambda book: book.without("b2"))
    assert file.load() == KeyBook()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_may_read_it(file: KeyFile) -> None:
    file.change(lambda book: book.with_key(state()))

    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "text", ["[[key]]\nid = ", "key = 3\n", "[[key]]\nlabel = 'x'\n", '[[key]]\nid="a"\nprovider="b"\n' * 2, "\0"]
)
def test_a_broken_file_is_said_and_never_written_over(file: KeyFile, text: str) -> None:
    file.path.parent.mkdir()
    file.path.write_text(text)

    with pytest.raises(KeyFileError) as caught:
        file.change(lambda book: book.with_key(state()))

    assert str(file.path) in str(caught.value)
    assert file.path.read_text() == text


def test_nonsense_values_become_defaults(file: KeyFile) -> None:
    file.path.parent.mkdir()
    row = '[[key]]\nid = "a"\nprovider = "openai"\nhealth = "GLORIOUS"\nchecked_at = 7\nlevel = "x"\nfacts = 3\n'
    file.path.write_text(row)

    found = file.load().keys[0]

    assert found.health is KeyHealth.UNCHECKED
    assert found.checked_at is None
    assert not found.facts


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else False, reason="nothing is forbidden to root")
def test_a_folder_that_cannot_be_written_is_said(file: KeyFile) -> None:
    file.path.parent.mkdir(mode=0o500)

    with pytest.raises(KeyFileError):
        file.change(lambda book: book.with_key(state()))


def test_a_symbolic_link_is_not_written_through(file: KeyFile, tmp_path: Path) -> None:
    file.path.parent.mkdir()
    (tmp_path / "elsewhere").write_text("")
    file.path.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(KeyFileError):
        file.change(lambda book: book.with_key(state()))

    assert not (tmp_path / "elsewhere").read_text()


def test_two_writers_lose_nothing(file: KeyFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyfile, "_LOCK_PATIENCE", timedelta(seconds=60))

    def write(number: int) -> None:
        KeyFile(file.path).change(lambda book: book.with_key(state(f"k{number}", f"key {number}")))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()

    assert {each.ref.id for each in file.load().keys} == {f"k{number}" for number in range(8)}


def test_a_key_that_a_provider_echoed_is_not_written(file: KeyFile) -> None:
    secret = Secret(KEY)
    leaky = KeyAnswer(health=KeyHealth.OK, reason=f"You sent {KEY}", facts=Facts({"key_name": KEY}))

    file.change(lambda book: book.with_key(after_check(state(), leaky, NOON)))

    assert "C4nary" not in file.path.read_text()
    del secret


def test_the_stamp_tells_that_another_process_has_written(file: KeyFile) -> None:
    before = file.stamp()
    file.change(lambda book: book.with_key(state()))
    between = file.stamp()
    file.change(lambda book: book.with_key(replace(book.keys[0], health=KeyHealth.OK)))

    assert len({before, between, file.stamp()}) == 3


@pytest.mark.parametrize("models", ["1", "{}", '{at = "x"}', "{at = 2025-12-02T12:00:00Z, gone = 3, new = [4]}"])
def test_a_difference_of_models_that_somebody_broke_is_no_trouble(file: KeyFile, models: str) -> None:
    file.path.parent.mkdir()
    file.path.write_text(f'[[key]]\nid = "a1"\nprovider = "openai"\ndepth = "x"\nmodels = {models}\n')

    (found,) = file.load().keys

    assert found.models in (None, ModelNews(NOON))
    assert found.depth is CheckLevel.FREE
