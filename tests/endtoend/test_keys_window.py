"""Keys by the window of the running program, with the keyboard, a real GNOME Keyring, and that keyring killed."""

import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk import Desk
from tests.engine.keyring_double import knows
from tests.fakepage import FakePage

pytestmark = pytest.mark.desk

GOOD = "sk-proj-GoodKeyQ7Zq0aB1cD2eF3"
PATH = "/v1/models"
CLIPBOARD = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication([])
app.clipboard().setText(sys.argv[1])
print("copied")
app.exec()
"""


@pytest.fixture
def api() -> Iterator[FakePage]:
    with FakePage() as page:
        page.set(PATH, knows(GOOD))
        yield page


def press(desk: Desk, *keys: str) -> None:
    desk.run("xdotool", "key", *keys)


def pressed(desk: Desk, keys: str, title: str) -> str:
    """Press keys until there is a window of this title; return its number."""
    found = desk.windows(title)
    if not found:
        press(desk, keys)
    return found[0] if found else ""


def pasted(desk: Desk, folder: Path) -> bool:
    """Paste and press Enter until the key is kept: on a busy machine a key press may come before the focus."""
    if not kept(folder):
        press(desk, "ctrl+v", "Return")
        time.sleep(2)
    return bool(kept(folder))


def kept(folder: Path) -> list[dict[str, Any]]:
    file = folder / "keys.toml"
    rows: list[dict[str, Any]] = tomllib.loads(file.read_text()).get("key", []) if file.exists() else []
    return rows


def test_a_key_is_added_by_the_window_and_outlives_a_killed_keyring(desk: Desk, api: FakePage, tmp_path: Path) -> None:
    daemon = desk.keyring()
    desk.start("openbox")
    (tmp_path / "config.toml").write_text(
        f'first_run_done = true\n[endpoints]\nopenai = "{api.url}"\n[baseline]\nhosts = []\n'
        f'[[watch]]\nname = "Here"\nurl = "{api.url}"\nplatform = "statuspage"\n'
    )
    places = ("--config", str(tmp_path / "config.toml"), "--data-dir", str(tmp_path / "data"))
    program = desk.python("-m", "trayapp", *places, "run", "--window")
    window = desk.wait(lambda: desk.windows("AI Status Tray"), "the window")[0]
    desk.run("xdotool", "windowactivate", "--sync", window)

    press(desk, "ctrl+3")
    dialog = desk.wait(lambda: pressed(desk, "alt+a", "Add a key"), "the dialog")
    desk.run("xdotool", "windowactivate", "--sync", dialog)
    clipboard = desk.python("-c", CLIPBOARD, GOOD)
    desk.wait(lambda: "copied" in clipboard.output, "the key to be in the clipboard")
    desk.wait(lambda: pasted(desk, tmp_path), "the key to be taken")
    desk.wait(lambda: kept(tmp_path)[0].get("health") == "OK", "the key to be checked")

    stored = desk.run("secret-tool", "search", "--all", "username", "API key").stdout
    assert f"secret = {GOOD}" in stored
    assert api.requests[-1].headers["authorization"] == f"Bearer {GOOD}"
    assert not desk.windows("Add a key")

    daemon.kill()
    desk.wait(lambda: not desk.bus.has_owner("org.freedesktop.secrets"), "the keyring to go")
    asked = api.count(PATH)
    desk.run("xdotool", "windowactivate", "--sync", window)
    press(desk, "alt+c")
    desk.wait(lambda: kept(tmp_path)[0]["reachability"] == "STORE_LOCKED", "the missing store to be said")
    assert (kept(tmp_path)[0]["health"], api.count(PATH)) == ("OK", asked)

    desk.keyring()
    press(desk, "alt+c")
    desk.wait(lambda: kept(tmp_path)[0]["reachability"] == "REACHED", "the store to be found again")
    assert api.count(PATH) == asked + 1
    assert program.is_running
    assert GOOD not in program.output + (tmp_path / "keys.toml").read_text()
