"""A marked key goes every way a key can go, and is looked for everywhere a key must not be."""

import asyncio
import base64
import io
import json
import logging
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.builders import operational
from tests.engine.keyring_double import MemoryStore, system_store
from tests.fakepage import SUMMARY, FakePage, Mood, Seen, Wire, hangs_up, raw
from trayapp import bootstrap
from trayapp.cli.main import main
from trayapp.engine.commands import AddKey, CheckKeys, ReplaceKey
from trayapp.engine.newkey import NewKey
from trayapp.engine.updates import Update
from trayapp.storage.secret import Secret, guard_process

CANARY = "sk-proj-CANARY7f3Qz/9+LmXw2Rt8Yb"
SECOND = "sk-proj-CANARY-b-7f3Qz9LmXw2Rt8Yc"
MARKS = [
    form
    for key in (CANARY, SECOND)
    for form in (
        key,
        key[8:],
        key[-12:],
        quote(key, safe=""),
        base64.b64encode(key.encode()).decode().rstrip("="),
        json.dumps(key)[1:-1],
    )
]
PATH = "/v1/models"


def leaks(text: str) -> list[str]:
    return [mark for mark in MARKS if mark in text]


def echoes(status: int) -> Mood:
    """Say the key back in every way a provider has been seen to."""

    async def mood(seen: Seen, wire: Wire) -> None:
        key = seen.headers.get("authorization", "").removeprefix("Bearer ")
        words = f"Incorrect API key provided: {key}. {quote(key, safe='')} {base64.b64encode(key.encode()).decode()}"
        error = {"message": words, "code": "invalid_api_key", "param": key, "key_name": key}
        body = json.dumps({"error": error, "object": "list", "data": [{"id": key}]} if status != 200 else _list(key))
        await wire.answer(status, body.encode(), ("Content-Type", "application/json"), ("X-Key", key))

    return mood


def _list(key: str) -> dict[str, object]:
    return {"object": "list", "data": [{"id": f"model-of-{key}", "object": "model"}, {"id": key}]}


def moves(elsewhere: FakePage) -> Mood:
    async def mood(seen: Seen, wire: Wire) -> None:
        key = seen.headers.get("authorization", "")
        await wire.answer(302, b"", ("Location", f"{elsewhere.url}/?key={quote(key)}"))

    return mood


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    store = MemoryStore()
    monkeypatch.setattr("keyring.backends.SecretService.Keyring", system_store(store))
    return store


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """Everything logged by anybody, from DEBUG on."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


class Typed:
    """Types commands and keeps all that they print."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.shown: list[str] = []
        self._folder = folder
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *words: str, given: str = "") -> None:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(given))
        places = ["--config", str(self._folder / "config.toml"), "--data-dir", str(self._folder / "data")]
        try:
            main([*places, *words])
        except SystemExit:
            self.shown.append("ended")
        except Exception as error:  # noqa: BLE001 - even a crash must not show the key
            self.shown.extend(traceback.format_exception(error))
        self.shown.extend(self._capsys.readouterr())


@pytest.fixture
def typed(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typed:
    return Typed(tmp_path, capsys, monkeypatch)


Moods = list[Callable[[FakePage], Mood]]
EVERY_MOOD: Moods = [
    lambda _other: echoes(200),
    lambda _other: echoes(401),
    lambda _other: echoes(403),
    lambda _other: echoes(429),
    lambda _other: echoes(500),
    moves,
    lambda _other: hangs_up(),
    lambda _other: raw(b"nonsense " + CANARY.encode() + b"\r\n\r\n"),
]


@pytest.mark.parametrize("number", range(len(EVERY_MOOD)))
def test_no_way_of_a_key_leaves_a_trace(
    number: int, tmp_path: Path, store: MemoryStore, logs: io.StringIO, typed: Typed
) -> None:
    shown = typed.shown

    with FakePage() as api, FakePage() as other:
        api.set(PATH, EVERY_MOOD[number](other))
        other.serve(SUMMARY, operational())
        (tmp_path / "config.toml").write_text(
            f'[endpoints]\nopenai = "{api.url}"\n'
            f'[[watch]]\nname = "Other"\nurl = "{other.url}"\nplatform = "statuspage"\n'
        )
        typed("keys", "add", "openai", "--label", "work", "-vv", given=CANARY)
        typed("keys", "add", "openai", "--label", SECOND[8:30], given=SECOND)
        typed("keys", "add", "openai", CANARY, given=CANARY)
        typed("keys", "add", "openai", "--session", "--label", "once", given=CANARY)
        typed("keys", "add", "openai", "--base-url", f"https://{SECOND}@gate.example", given=CANARY)
        typed("keys", "check", "work", "--balance", "-vv")
        typed("keys", "check", "--json", "-vv")
        typed("keys", "replace", "work", given=SECOND)
        typed("keys", "list", "--json")
        typed("status", "--json", "-vv")
        typed("record", other.url, "-o", str(tmp_path / "recording.jsonl"), "--for", "0.3")
        typed("export", "--json")
        typed("export", "--prometheus")
        typed("incidents", "--json")
        asyncio.run(_engine(tmp_path, shown))

        seen_by_others = " ".join(f"{each.path} {dict(each.headers)}" for each in other.requests)
        carried = [each for each in api.requests if CANARY in each.headers.get("authorization", "")]
        paths = " ".join(each.path for each in api.requests)

    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert store.kept, "no key was ever kept: this test looks at nothing"
    assert carried, "the key never went anywhere: this test looks at nothing"
    assert any(each.name == "keys.toml" for each in files)
    assert any(each.name == "history.db" for each in files)
    assert not leaks("\n".join(shown))
    assert not leaks(logs.getvalue())
    assert not leaks(seen_by_others)
    assert not leaks(paths)
    for each in files:
        assert not leaks(each.read_bytes().decode("latin-1")), each.name


async def _engine(folder: Path, shown: list[str]) -> None:
    """Let the real engine add, check and replace, and look at all it publishes."""
    options = bootstrap.Options(config=folder / "config.toml", data_dir=folder / "data")
    engine = bootstrap.build_engine(options)
    updates: list[Update] = []
    running = asyncio.ensure_future(engine.run(updates.append))
    await _until(lambda: bool(updates))
    command = AddKey(NewKey(provider="openai", label="second"), Secret(CANARY + "x"))
    shown.append(repr(command))
    engine.handle(command)
    await _until(lambda: any(each.key_outcome is not None for each in updates))
    for each in updates[-1].keys:
        replace = ReplaceKey(each.ref.id, Secret(SECOND + "y"))
        shown.append(str(replace))
        engine.handle(replace)
    engine.handle(CheckKeys())
    await asyncio.sleep(0.7)
    engine.stop()
    await running
    shown.extend(map(repr, updates))


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 -- what is published has no event
            await asyncio.sleep(0.02)


def test_children_are_not_told(tmp_path: Path) -> None:
    """A tool that is asked for a key sees no other key in its environment or arguments."""
    spy = tmp_path / "spy.py"
    spy.write_text(
        "import os, sys\nprint('sk-' + 'x1' * 10)\n"
        "open(sys.argv[1], 'w').write(repr(dict(os.environ)) + repr(sys.argv))"
    )
    held = Secret(CANARY)
    command = json.dumps([sys.executable, str(spy), str(tmp_path / "seen")])

    from trayapp.storage.references import resolve  # noqa: PLC0415 -- only this test needs it

    found = asyncio.run(resolve(f"cmd:{command}"))

    assert found.reveal() == "sk-" + "x1" * 10
    assert not leaks((tmp_path / "seen").read_text())
    del held


def test_no_library_logs_a_key_that_is_held(logs: io.StringIO) -> None:
    guard_process()
    held = Secret(CANARY)

    logging.getLogger("some.library").info("sending %s to %s", {"x-api-key": CANARY}, "host")
    logging.getLogger("some.library").info("failed", exc_info=ValueError(CANARY))

    assert "[key]" in logs.getvalue()
    assert not leaks(logs.getvalue())
    del held


def test_last_words_hold_no_key() -> None:
    code = f"""
import threading
from trayapp.storage.secret import Secret, guard_process
guard_process()
held = Secret({CANARY!r})
def fails():
    raise ValueError("in a thread: " + {CANARY!r})
thread = threading.Thread(target=fails)
thread.start()
thread.join()
quiet = threading.Thread(target=exit)
quiet.start()
quiet.join()
raise KeyError("at the end: " + {CANARY!r})
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1]
    )

    assert done.returncode == 1
    assert "ValueError: in a thread: [key]" in done.stderr
    assert "at the end: [key]" in done.stderr
    assert done.stderr.count("Traceback") == 2
    assert not leaks(done.stderr)


def test_only_the_doors_unwrap_a_key() -> None:
    root = Path(__file__).parents[1] / "trayapp"
    doors = {"engine/http.py", "storage/secret.py", "storage/secrets.py"}

    unwrapping = {
        each.relative_to(root).as_posix()
        for each in root.rglob("*.py")
        if ".reveal()" in each.read_text(encoding="utf-8")
    }

    assert unwrapping == doors


def test_keyring_is_not_loaded_before_the_first_key(tmp_path: Path) -> None:
    code = f"""
import sys
from trayapp.cli.main import main
main(["--config", {str(tmp_path / "c.toml")!r}, "--data-dir", {str(tmp_path)!r}, "keys", "list"])
print("loaded:", sorted({{"keyring", "secretstorage"}} & set(sys.modules)))
"""

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )

    assert done.stdout.splitlines()[-1] == "loaded: []"
