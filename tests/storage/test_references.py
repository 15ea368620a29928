"""Keys that lie elsewhere: an environment variable, 1Password's tool, any tool by its absolute path."""

import asyncio
import json
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from trayapp.storage.references import objection, resolve
from trayapp.storage.secrets import SecretStoreError, Trouble

KEY = "sk-test-C4naryQ7Zq0aB1cD2eF3"


def command(*code: str) -> str:
    return "cmd:" + json.dumps([sys.executable, "-c", *code])


def trouble(reference: str, patience: float = 10) -> SecretStoreError:
    with pytest.raises(SecretStoreError) as caught:
        asyncio.run(resolve(reference, timedelta(seconds=patience)))
    assert KEY not in caught.value.sentence
    return caught.value


@pytest.mark.parametrize("reference", ["env:OPENAI_API_KEY", "op://Private/OpenAI/key", 'cmd:["/usr/bin/pass", "x"]'])
def test_good_references(reference: str) -> None:
    assert objection(reference) == ""


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "env:",
        "env:1X",
        "env:A B",
        "op://",
        "op://vault/$(rm)/x",
        "cmd:pass show x",
        'cmd:["pass", "show"]',
        "cmd:[]",
        'cmd:["/bin/x", 3]',
        "file:///etc/passwd",
        KEY,
    ],
)
def test_bad_references_are_explained(reference: str) -> None:
    assert objection(reference)
    assert trouble(reference).trouble is Trouble.FAILED


def test_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", f" {KEY}\n")

    assert asyncio.run(resolve("env:MY_KEY")).reveal() == KEY
    assert trouble("env:MY_OTHER_KEY").trouble is Trouble.MISSING


def test_the_first_line_of_what_a_tool_prints() -> None:
    assert asyncio.run(resolve(command(f"print({KEY!r}); print('user: me')"))).reveal() == KEY


def test_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    witness = tmp_path / "witness"

    found = asyncio.run(resolve(command("import sys; print(sys.argv[1])", f"$(touch {witness})`touch {witness}`;x")))

    assert found.reveal().startswith("$(touch")
    assert not witness.exists()


@pytest.mark.parametrize(
    "code",
    [
        f"import sys; print({KEY!r}); sys.exit(3)",
        f"import sys; print({KEY!r}, file=sys.stderr); sys.exit(1)",
        "pass",
        "print()",
        "import sys\nwhile True: sys.stdout.write('x' * 10000)",
    ],
)
def test_a_tool_that_gives_no_key_is_said_without_its_words(code: str) -> None:
    # A minute: on a busy machine even a Python that prints nothing may take seconds to start.
    assert trouble(command(code), 60).trouble is Trouble.FAILED


@pytest.mark.skipif(sys.platform == "win32", reason="its shell starts no child so")
def test_a_child_that_keeps_the_pipe_open_holds_nobody_up() -> None:
    began = time.monotonic()

    assert trouble('cmd:["/bin/sh", "-c", "sleep 90 & exit 3"]', 1).trouble is Trouble.SLOW

    assert time.monotonic() - began < 60


def test_a_tool_that_hangs_is_ended() -> None:
    began = time.monotonic()

    assert trouble(command("import time; time.sleep(600)"), 0.5).trouble is Trouble.SLOW

    assert time.monotonic() - began < 60


def test_a_tool_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert trouble('cmd:["/nowhere/pass", "show"]').trouble is Trouble.FAILED
    assert trouble("op://Private/OpenAI/key").trouble is Trouble.MISSING


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_one_passwords_tool_is_asked_by_its_absolute_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tool = tmp_path / "op"
    tool.write_text(f'#!/bin/sh\n[ "$1" = read ] && [ "$3" = op://Private/OpenAI/key ] && echo {KEY}\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    assert asyncio.run(resolve("op://Private/OpenAI/key")).reveal() == KEY
