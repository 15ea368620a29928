"""Keys in a real GNOME Keyring on a bus of our own: kept, locked, killed mid-way, and back again."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk import Desk
from tests.engine.keyring_double import knows
from tests.fakepage import FakePage

pytestmark = pytest.mark.desk

GOOD = "sk-proj-GoodKeyQ7Zq0aB1cD2eF3"
BETTER = "sk-proj-BetterKeyQ7Zq0aB1cD2"
Keys = Callable[..., "Ended"]


class Ended:
    """What a command came to."""

    def __init__(self, done: "subprocess.CompletedProcess[str]", took: float) -> None:
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr
        self.took = took
        assert "GoodKey" not in self.out + self.err

    @property
    def rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.out)["keys"]
        return found


@pytest.fixture
def api() -> Iterator[FakePage]:
    with FakePage() as page:
        page.set("/v1/models", knows(GOOD, BETTER))
        yield page


@pytest.fixture
def keys(desk: Desk, api: FakePage, tmp_path: Path) -> Keys:
    """Type ``trayapp keys`` on the desk."""
    config = tmp_path / "config.toml"
    config.write_text(f'[endpoints]\nopenai = "{api.url}"\n')

    def typed(*words: str, given: str = "") -> Ended:
        began = time.monotonic()
        command = ("-m", "trayapp", "--config", str(config), "--data-dir", str(tmp_path / "data"), "keys", *words)
        return Ended(desk.run(sys.executable, *command, input=given), time.monotonic() - began)

    return typed

    return sys.executable


def lock(desk: Desk) -> None:
    """Lock every collection, as the desktop does after some hours."""
    path = "/org/freedesktop/secrets"
    collection = "/org/freedesktop/secrets/collection/login"
    desk.bus.call("org.freedesktop.secrets", path, "org.freedesktop.Secret.Service", "Lock", "ao", [collection])


def test_a_key_goes_into_the_keyring_and_comes_out_again(desk: Desk, keys: Keys) -> None:
    desk.keyring()

    added = keys("add", "openai", "--label", "work", "--json", given=GOOD)
    listed = keys("list", "--json")
    removed = keys("remove", "work")

    assert (added.code, added.rows[0]["health"]) == (0, "OK")
    assert json.loads(listed.out)["backend"] == "Secret Service"
    assert removed.code == 0
    assert desk.run("secret-tool", "search", "--all", "username", "API key").stdout == ""


def test_a_replaced_key_leaves_the_keyring_when_it_is_dead(desk: Desk, keys: Keys, api: FakePage) -> None:
    desk.keyring()
    keys("add", "openai", "--label", "work", given=GOOD)

    replaced = keys("replace", "work", given=BETTER)
    api.set("/v1/models", knows(BETTER))
    checked = keys("check", "--json")

    assert replaced.code == 0
    assert checked.rows[0]["old"][0]["died_at"]
    found = desk.run("secret-tool", "search", "--all", "username", "API key").stdout
    assert found.count("secret = ") == 1


def test_a_killed_keyring_loses_nothing_and_is_found_when_it_is_back(desk: Desk, keys: Keys, api: FakePage) -> None:
    daemon = desk.keyring()
    keys("add", "openai", "--label", "work", given=GOOD)
    daemon.kill()
    desk.wait(lambda: not desk.bus.has_owner("org.freedesktop.secrets"), "the keyring to go")
    asked = len(api.requests)

    gone = keys("check", "--json")
    desk.keyring()
    back = keys("check", "--json")

    assert gone.code == 3
    assert gone.rows[0]["health"] == "OK"
    assert gone.rows[0]["reachability"] == "STORE_LOCKED"
    assert "key store" in gone.rows[0]["reason"]
    assert gone.took < 60
    assert (back.code, back.rows[0]["reachability"]) == (0, "REACHED")
    assert len(api.requests) == asked + 1


def test_a_locked_keyring_is_a_state_and_not_a_verdict(desk: Desk, keys: Keys) -> None:
    desk.keyring()
    keys("add", "openai", "--label", "work", given=GOOD)
    lock(desk)

    locked = keys("check", "--json")
    another = keys("add", "openai", "--label", "play", given=BETTER)

    assert locked.code == 3
    assert locked.rows[0]["health"] == "OK"
    assert locked.rows[0]["reachability"] == "STORE_LOCKED"
    assert locked.took < 60
    assert another.code == 1
    assert another.err
    assert [each["label"] for each in keys("list", "--json").rows] == ["work"]


def test_without_a_keyring_nothing_is_kept_and_the_way_out_is_said(desk: Desk, keys: Keys, tmp_path: Path) -> None:
    added = keys("add", "openai", given=GOOD)
    session = keys("add", "openai", "--session", given=GOOD)

    assert added.code == 1
    assert "env:OPENAI_API_KEY" in added.err
    assert session.code == 0
    assert not (tmp_path / "keys.toml").exists()
    assert not desk.bus.has_owner("org.freedesktop.secrets")


def test_a_long_key_is_kept_whole(desk: Desk, keys: Keys, api: FakePage) -> None:
    desk.keyring()
    long = "sk-proj-" + "GoodKeyQ7" * 330
    api.set("/v1/models", knows(long))

    assert keys("add", "openai", given=long).code == 0


def test_the_doctor_tries_the_keyring(desk: Desk, tmp_path: Path) -> None:
    command = ("-m", "trayapp", "--config", str(tmp_path / "c.toml"), "--data-dir", str(tmp_path), "doctor", "--json")
    (tmp_path / "c.toml").write_text('[[watch]]\nname = "x"\nurl = "http://127.0.0.1:9/"\nplatform = "statuspage"\n')
    desk.keyring()

    found = json.loads(desk.run(sys.executable, *command).stdout)

    check = next(each for each in found["checks"] if each["id"] == "keyring")
    assert check["ok"] is True
    assert "Secret Service" in check["detail"]
