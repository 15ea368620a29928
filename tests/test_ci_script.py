""".ci/run from the outside, as far as its first gate: which failures of tests it tries once more, and what it says."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTEST = f"""
if [ "$1 $2" = "-m pytest" ]; then exec "{sys.executable}" "$@" -p no:randomly; fi
[ "$1" = "-" ] && exec "{sys.executable}" -
exit 1
"""
FIRST_TIME_FAILS = """
import pathlib
import pytest

def fails_once(name):
    been = pathlib.Path(__file__).with_name(name)
    if not been.exists():
        been.touch()
        raise AssertionError("beside others")

def test_steady():
    pass
"""

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the script is one for bash")


@dataclass(frozen=True)
class Ran:
    said: str
    has_passed: bool


def gate(folder: Path, tests: str, options: str = "", ending: str = "") -> Ran:
    """Run the gate of the tests over these; the environment that all other gates need is not there."""
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", folder / ".ci")
    (folder / "packaging").mkdir()
    (folder / "packaging/test.sh").write_text(f".venv/bin/python -m pytest {options}\n{ending}\n")
    (folder / ".venv/bin").mkdir(parents=True)
    python = folder / ".venv/bin/python"
    python.write_text(f"#!/bin/sh\n{PYTEST}")
    python.chmod(0o755)
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_them.py").write_text(FIRST_TIME_FAILS + tests)
    done = subprocess.run(["bash", ".ci/run"], cwd=folder, capture_output=True, text=True, check=False)
    assert "nothing to go on with" in done.stderr
    return Ran(done.stdout, "== tests: passed in" in done.stdout)


def test_steady_tests_are_run_once(tmp_path: Path) -> None:
    ran = gate(tmp_path, "")

    assert ran.has_passed
    assert "once more" not in ran.said


def test_a_few_that_pass_alone_are_named_and_pass(tmp_path: Path) -> None:
    ran = gate(
        tmp_path,
        "@pytest.mark.parametrize('name', ['a b', 'c-d', 'e'])\ndef test_unsteady(name): fails_once(name)\n",
    )

    assert ran.has_passed
    for name in ("a b", "c-d", "e"):
        assert f"!!! UNSTEADY: test_them.py::test_unsteady[{name}] failed beside others and passed alone." in ran.said
    assert "test_steady" not in ran.said


def test_one_that_fails_alone_too_fails_the_gate_and_the_other_is_named(tmp_path: Path) -> None:
    ran = gate(tmp_path, "def test_unsteady(): fails_once('x')\n\ndef test_broken(): raise OSError\n")

    assert not ran.has_passed
    assert "UNSTEADY: test_them.py::test_unsteady failed" in ran.said
    assert "UNSTEADY: test_them.py::test_broken" not in ran.said


def test_many_fail_at_once(tmp_path: Path) -> None:
    ran = gate(tmp_path, "@pytest.mark.parametrize('name', list('abcd'))\ndef test_many(name): fails_once(name)\n")

    assert not ran.has_passed
    assert "once more" not in ran.said


@pytest.mark.parametrize(
    ("tests", "options", "ending"),
    [
        ("raise OSError('while it is read')\n", "-n 1", ""),
        ("def test_unsteady(): fails_once('x')\n", "", "exit 2"),
    ],
)
def test_what_is_no_matter_of_single_tests_fails_at_once(tmp_path: Path, tests: str, options: str, ending: str) -> None:
    ran = gate(tmp_path, tests, options, ending)

    assert not ran.has_passed
    assert "once more" not in ran.said
