"""Keys that lie elsewhere: an environment variable, 1Password, or any tool that prints one.

Resolved only at the moment of a check. A tool is started by its absolute path with a list of arguments, never through
a shell; what it prints is capped, what it complains about is not shown.
"""

import asyncio
import contextlib
import json
import os
import re
import shutil
from datetime import timedelta
from gettext import gettext as _
from pathlib import Path

from trayapp.storage.secret import Secret
from trayapp.storage.secrets import LONGEST_SECRET, SecretStoreError, Trouble

PATIENCE = timedelta(seconds=10)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_ITEM = re.compile(r"op://[^\s\"'`$\\|;&<>]{3,300}")
_ENVIRONMENT, _PASSWORD_MANAGER, _COMMAND = "env:", "op://", "cmd:"


def objection(reference: str) -> str:
    """Return what is wrong with a reference, as a sentence; empty where nothing is."""
    if reference.startswith(_ENVIRONMENT):
        right = _NAME.fullmatch(reference.removeprefix(_ENVIRONMENT))
        return "" if right else _("Write env: and the name of an environment variable, such as env:OPENAI_API_KEY.")
    if reference.startswith(_PASSWORD_MANAGER):
        return "" if _ITEM.fullmatch(reference) else _("Write op://vault/item/field as 1Password shows it.")
    if reference.startswith(_COMMAND):
        return "" if _command(reference) else _(_HOW_TO_COMMAND)
    return _('A reference is env:NAME, op://vault/item/field or cmd:["/absolute/path", "argument", ...].')


def asks_a_person(reference: str) -> bool:
    """Return whether following a reference may put a question on the screen: then it is never done unasked."""
    return bool(reference) and not reference.startswith(_ENVIRONMENT)


async def resolve(reference: str, patience: timedelta = PATIENCE) -> Secret:
    """Return the key that a reference leads to. Raises ``SecretStoreError`` with a sentence."""
    wrong = objection(reference)
    if wrong:
        raise SecretStoreError(Trouble.FAILED, wrong)
    if reference.startswith(_ENVIRONMENT):
        return _from_environment(reference.removeprefix(_ENVIRONMENT))
    if reference.startswith(_PASSWORD_MANAGER):
        return await _printed_by((_tool("op"), "read", "--no-newline", reference), patience)
    return await _printed_by(_command(reference), patience)


def _tool(name: str) -> str:
    """Return the absolute path of a password manager's command line tool."""
    found = shutil.which(name)
    if found is None:
        sentence = _("The key is a 1Password reference, but its command line tool “{name}” is not installed.")
        raise SecretStoreError(Trouble.MISSING, sentence.format(name=name))
    return str(Path(found).absolute())


def _from_environment(name: str) -> Secret:
    found = os.environ.get(name, "").strip()
    if not found:
        sentence = _(
            "The environment variable {name} is not set here. Programs started from a desktop often do not have what a "
            "shell has."
        )
        raise SecretStoreError(Trouble.MISSING, sentence.format(name=name))
    return Secret(found)


def _command(reference: str) -> tuple[str, ...]:
    """Return the program and its arguments; nothing where it is not a list that begins with an absolute path."""
    try:
        words = json.loads(reference.removeprefix(_COMMAND))
    except ValueError:
        return ()
    if (
        not isinstance(words, list)
        or not words
        or not all(isinstance(each, str) and "\0" not in each for each in words)
    ):
        return ()
    return tuple(words) if Path(words[0]).is_absolute() else ()


async def _printed_by(command: tuple[str, ...], patience: timedelta) -> Secret:
    name = Path(command[0]).name
    try:
        transport, tool = await asyncio.get_running_loop().subprocess_exec(
            _Tool,
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except (OSError, ValueError):
        raise SecretStoreError(Trouble.FAILED, _("{name} could not be started.").format(name=name)) from None
    try:
        async with asyncio.timeout(patience.total_seconds()):
            await tool.done.wait()
    except TimeoutError:
        sentence = _("{name} did not answer within {count} seconds.")
        count = f"{patience.total_seconds():g}"
        raise SecretStoreError(Trouble.SLOW, sentence.format(name=name, count=count)) from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            transport.kill()
        await tool.exited.wait()
        transport.close()
    code = transport.get_returncode()
    if code and not tool.says_too_much:
        sentence = _("{name} gave no key (it ended with {code}). Run it yourself to see why.")
        raise SecretStoreError(Trouble.FAILED, sentence.format(name=name, code=code))
    first = bytes(tool.printed).decode("utf-8", "replace").partition("\n")[0].strip()
    if not first or tool.says_too_much:
        raise SecretStoreError(Trouble.FAILED, _("What {name} printed is not a key.").format(name=name))
    return Secret(first)


class _Tool(asyncio.SubprocessProtocol):
    """Takes what a tool prints, and no more than a key can be long.

    ``done`` is set when it has ended and its pipe with it, or as soon as it has said too much; ``exited`` when the
    tool itself has ended: a child of it may keep the pipe open for ever.
    """

    def __init__(self) -> None:
        self.printed = bytearray()
        self.done = asyncio.Event()
        self.exited = asyncio.Event()

    @property
    def says_too_much(self) -> bool:
        return len(self.printed) > LONGEST_SECRET

    def pipe_data_received(self, fd: int, data: bytes) -> None:  # noqa: ARG002 -- asyncio's signature; one pipe only
        self.printed += data[: LONGEST_SECRET + 1 - len(self.printed)]
        if self.says_too_much:
            self.done.set()

    def process_exited(self) -> None:
        self.exited.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        self.done.set()


def _later(text: str) -> str:
    """Mark a text for translation that stands in a constant; it is translated when it is used."""
    return text


_HOW_TO_COMMAND = _later(
    'Write cmd: and a list that begins with an absolute path, such as cmd:["/usr/bin/pass", "show", "openai"].'
)
