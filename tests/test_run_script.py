"""packaging/run.sh from the outside: what it starts, what it installs, and what it says when it cannot."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCREEN = {"DISPLAY": ":0"}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell is needed")


class Checkout:
    """A copy of the scripts beside an environment whose Python only repeats its arguments."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tools = folder / "tools"
        self._tools.mkdir()
        (folder / "packaging").mkdir()
        for script in ("run.sh", "system-packages.sh"):
            shutil.copy(ROOT / "packaging" / script, folder / "packaging")
        (folder / "pyproject.toml").write_text("[project]\n")
        environment = folder / ".venv/bin"
        environment.mkdir(parents=True)
        self.script(environment / "python", 'printf "%s\\n" "$*"')
        state = subprocess.run(["cksum"], input=b"[project]\n", capture_output=True, check=True).stdout.decode().strip()
        (folder / ".venv/.installed").write_text(f"{folder} {state}\n")
        for name, body in {"uname": "echo Linux", "id": "echo 1000", "sudo": "exit 1", "apt-get": "exit 100"}.items():
            self.tool(name, body)
        self.has_packages(installed=True)

    def tool(self, name: str, body: str) -> None:
        self.script(self._tools / name, body)

    def has_packages(self, *, installed: bool) -> None:
        listing = f"{self.folder}/packaging/system-packages.sh"
        every = f'. "{listing}"; for p in $RUN_PACKAGES; do echo "installed $p"; done'
        self.tool("dpkg-query", every if installed else "true")

    @staticmethod
    def script(file: Path, body: str) -> None:
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)

    def run(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        environment = {"PATH": f"{self._tools}:{os.environ['PATH']}", **variables}
        argv = ["sh", str(self.folder / "packaging/run.sh"), *arguments]
        return subprocess.run(argv, env=environment, cwd="/", capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder = tmp_path / "a checkout"
    folder.mkdir()
    return Checkout(folder)


@pytest.mark.parametrize(
    "arguments", [[], ["run"], ["--demo"], ["--config", "my file.toml"], ["status", "openai"], ["--version"]]
)
def test_with_a_screen_the_arguments_pass_as_they_are(checkout: Checkout, arguments: list[str]) -> None:
    done = checkout.run(*arguments, **SCREEN)

    assert done.stdout.split() == ["-m", "trayapp", *" ".join(arguments).split()]
    assert not done.stderr


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ([], ["watch"]),
        (["run", "--window"], ["watch"]),
        (["--demo"], ["watch", "--demo"]),
        (["run", "--demo", "--page", "now"], ["watch", "--demo"]),
        (["--config", "c.toml", "--demo", "-v"], ["--config", "c.toml", "-v", "watch", "--demo"]),
    ],
)
def test_without_a_screen_the_terminal_view_starts(checkout: Checkout, given: list[str], passed: list[str]) -> None:
    done = checkout.run(*given)

    assert done.stdout.split() == ["-m", "trayapp", *passed]
    assert done.stderr.startswith("There is no screen here")


@pytest.mark.parametrize("arguments", [["status"], ["--config", "c.toml", "doctor"], ["--help"], ["run", "--selftest"]])
def test_other_commands_need_no_screen(checkout: Checkout, arguments: list[str]) -> None:
    done = checkout.run(*arguments)

    assert done.stdout.split() == ["-m", "trayapp", *arguments]
    assert not done.stderr


def test_who_may_not_install_is_told_what_is_missing_and_how_to_get_it(checkout: Checkout) -> None:
    checkout.has_packages(installed=False)

    done = checkout.run(**SCREEN)

    assert done.returncode == 1
    assert not done.stdout
    assert done.stderr.startswith("These system packages are missing: libegl1 ")
    assert "sudo apt-get install --no-install-recommends libegl1 " in done.stderr
    assert done.stderr.count("\n") == 1


def test_who_may_install_is_asked_for_nothing(checkout: Checkout) -> None:
    checkout.has_packages(installed=False)
    checkout.tool("sudo", '[ "$*" = "-n true" ] || printf "%s\\n" "$*" >>"${0%/*}/asked"')

    done = checkout.run(**SCREEN)

    assert done.returncode == 0
    (asked,) = (checkout.folder / "tools/asked").read_text().splitlines()
    assert " apt-get install -y -q --no-install-recommends libegl1 " in asked


def test_a_failed_installation_says_so(checkout: Checkout) -> None:
    checkout.has_packages(installed=False)
    checkout.tool("id", "echo 0")

    done = checkout.run(**SCREEN)

    assert done.returncode == 1
    assert "could not be installed: libegl1 " in done.stderr


def test_a_changed_project_is_installed_again(checkout: Checkout) -> None:
    (checkout.folder / "pyproject.toml").write_text("[project]\nname = 'new'\n")

    done = checkout.run("status", **SCREEN)

    assert done.returncode == 0
    assert "Installing into" in done.stderr
    assert "-m pip install" in done.stderr
    assert "Installing" not in checkout.run("status", **SCREEN).stderr
