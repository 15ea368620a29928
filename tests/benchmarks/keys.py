"""Many keys in a real keyring, and a server on this computer that takes them all."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.desk import Desk
from tests.fakepage import FakePage, Seen, Wire

PATH = "/v1/models"
_MODELS = json.dumps({"object": "list", "data": [{"id": f"model-{number}"} for number in range(60)]}).encode()
_FILL = """
import asyncio, sys
from pathlib import Path
from trayapp import bootstrap
from trayapp.engine.newkey import NewKey
from trayapp.storage.secret import Secret

async def fill(folder, host, count):
    options = bootstrap.Options(config=folder / "config.toml", data_dir=folder / "data")
    keeper = bootstrap.key_keeper(bootstrap.home(options))
    keeper.reload()
    for number in range(count):
        key = Secret(f"sk-proj-{number:04}" + "aB3d" * 12)
        await keeper.add(NewKey(provider="openai", label=f"key {number:02}", host=host), key)

asyncio.run(fill(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
"""


class Api:
    """Takes every key, and notes when each answer was given."""

    def __init__(self, page: FakePage) -> None:
        self.url = page.url
        self.answered: list[float] = []
        page.set(PATH, self._answer)

    async def _answer(self, _seen: Seen, wire: Wire) -> None:
        await wire.answer(200, _MODELS, ("Content-Type", "application/json"))
        self.answered.append(time.monotonic())


@contextmanager
def serving() -> Iterator[Api]:
    """Serve on this computer."""
    with FakePage() as page:
        yield Api(page)


def fill(desk: Desk, folder: Path, api: Api, count: int) -> None:
    """Put so many keys into the desk's keyring, as the program would."""
    desk.keyring()
    (folder / "config.toml").write_text(f'first_run_done = true\n[endpoints]\nopenai = "{api.url}"\n')
    host = api.url.removeprefix("http://")
    done = desk.run(sys.executable, "-c", _FILL, str(folder), host, str(count), timeout=300)
    assert done.returncode == 0, done.stderr


def check_all(desk: Desk, api: Api, count: int) -> float:
    """Press "Check all" in the window; return the seconds until the last key was answered for."""
    before = len(api.answered)
    pressed = time.monotonic()
    desk.run("xdotool", "key", "alt+c")
    desk.wait(lambda: len(api.answered) >= before + count, "every key to be checked", within=60)
    return api.answered[before + count - 1] - pressed


def open_page(desk: Desk) -> None:
    """Show the page of keys in the window, as soon as there is one."""
    window = desk.wait(lambda: desk.windows("AI Status Tray"), "the window", within=60)[0]
    desk.run("xdotool", "windowactivate", "--sync", window)
    desk.run("xdotool", "key", "ctrl+3")
