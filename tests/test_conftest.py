"""The house laws bite: each is broken on purpose in a small test run of its own."""

from pathlib import Path

import pytest

LAWS = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
BEGINNING = """
import contextlib, logging, os, socket, time
from pathlib import Path
from PySide6 import QtCore

def connect(host):
    with contextlib.suppress(OSError):
        socket.create_connection((host, 80), 1)
"""
BROKEN = {
    "def test_1(): logging.getLogger('acme').warning('it broke')": "nobody expected this log record: WARNING acme",
    "def test_2(expect_log): expect_log('it broke')": "this log record was expected and did not come: it broke",
    "def test_3(): connect('192.0.2.1')": "a test reaches nothing beyond this machine, this one tried 192.0.2.1:80",
    "def test_4(): connect('acme.com')": "a test reaches nothing beyond this machine, this one tried the name acme.com",
    "def test_5(qapp): QtCore.qWarning('no such signal')": "Qt messages with level WARNING or above emitted",
}
KEPT = (
    "def test_1(expect_log): expect_log('^WARNING acme: it'); logging.getLogger('acme').warning('it broke')",
    "def test_2(): connect('acme.invalid')",
    "def test_3(): connect('127.0.0.1')",
    "def test_4(tmp_path): assert Path.home() == tmp_path / 'home'",
    "def test_5(): assert time.tzname[0] == 'UTC' and not {'http_proxy', 'DISPLAY'} & set(os.environ)",
    "def test_6(qapp): assert qapp.platformName() == 'offscreen'",
)

LEAVES_ALL_BEHIND = """
import gettext, sys, threading
import pytest
from trayapp.storage import secret
from trayapp.storage.logfile import keep_log

HELD = []

@pytest.mark.parametrize("time", range(2))
def test_1(time, tmp_path, monkeypatch):
    root = logging.getLogger()
    hooks = [sys.excepthook, threading.excepthook, gettext.find, logging.getLogRecordFactory()]
    assert secret._guarded not in hooks and print not in hooks
    assert secret.hidden("sk-proj-left-behind-1") == "sk-proj-left-behind-1"
    assert "LEFT" not in os.environ and root.level != 7 and gettext.textdomain() != "left"
    assert not [each for each in root.handlers if type(each).__name__ == "RotatingFileHandler"]

    HELD.append(secret.Secret("sk-proj-left-behind-1"))
    assert secret.hidden("sk-proj-left-behind-1") == "[key]"
    keep_log(tmp_path / "trayapp.log")
    sys.excepthook = threading.excepthook = gettext.find = print
    os.environ["LEFT"] = "1"
    root.setLevel(7)
    gettext.textdomain("left")
    monkeypatch.undo()
    assert Path.home() == tmp_path / "home"
"""


def test_a_broken_law_fails_the_test(pytester: pytest.Pytester) -> None:
    run = _run(pytester, BROKEN)

    run.assert_outcomes(failed=len(BROKEN))
    for complaint in BROKEN.values():
        run.stdout.fnmatch_lines_random([f"*{complaint}*"])


def test_a_kept_law_lets_the_test_pass(pytester: pytest.Pytester) -> None:
    _run(pytester, KEPT).assert_outcomes(passed=len(KEPT))


def test_nothing_that_a_test_leaves_in_the_process_is_found_by_the_next(pytester: pytest.Pytester) -> None:
    _run(pytester, (LEAVES_ALL_BEHIND,)).assert_outcomes(passed=2)


def _run(pytester: pytest.Pytester, tests: "dict[str, str] | tuple[str, ...]") -> pytest.RunResult:
    pytester.makeconftest(LAWS)
    pytester.makepyfile("\n".join([BEGINNING, *tests]))
    pytester.makeini("[pytest]\nqt_api = pyside6")
    return pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
