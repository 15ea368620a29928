"""One copy, however many are started at once: the real program, as processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="ends by POSIX signals")]

STARTS = 100
Start = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    config = tmp_path / "config.toml"
    config.write_text(
        "first_run_done = true\n[[watch]]\nurl = 'http://127.0.0.1:9'\nplatform = 'statuspage'\n"
        '[baseline]\nhosts = ["http://127.0.0.1:9/", "http://127.0.0.1:9/2"]\n',
        encoding="utf-8",
    )
    # A hundred starts must not make other tests wait that run beside this one, nor starve where all is busy.
    python = ["nice", "-n", "10", sys.executable]
    command = [*python, "-m", "trayapp", "--config", str(config), "--data-dir", str(tmp_path / "data"), "run"]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "*=false"}
    processes: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        made = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        processes.append(made)
        return made

    yield start
    for each in processes:
        each.kill()
        each.wait()
        if each.stdout is not None:
            each.stdout.close()


def until(condition: Callable[[], bool], within: float) -> bool:
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_a_hundred_starts_at_once_leave_one_and_a_killed_one_is_followed(start: Start) -> None:
    copies = [start() for _number in range(STARTS)]

    def one_is_left() -> bool:
        return sum(each.poll() is None for each in copies) <= 1

    assert until(one_is_left, within=900)
    left = [each for each in copies if each.poll() is None]
    words = {each.communicate()[0].strip() for each in copies if each not in left}
    assert len(left) == 1, words
    # On a machine that is busy with a hundred starts some may not wait for the answer; they know all the same.
    assert not [each for each in words if "already running" not in each]

    left[0].send_signal(signal.SIGKILL)
    left[0].wait(120)
    heir, late = start(), start()

    assert until(lambda: (heir.poll() is None) != (late.poll() is None), within=600)
    living, other = (heir, late) if heir.poll() is None else (late, heir)
    assert "already running" in other.communicate()[0]
    living.terminate()
    assert living.wait(300) == 0, living.communicate()[0]
