import os
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from trayapp.desktop.instance import (
    DOOR_NAME,
    LOCK_NAME,
    Instance,
    PipeDoor,
    _knock_at_pipe,
    door_path,
    knock,
)

pytestmark = [pytest.mark.usefixtures("qapp"), pytest.mark.skipif(sys.platform == "win32", reason="Unix sockets")]
ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from trayapp.desktop.instance import Instance
app = QCoreApplication([])
instance = Instance(Path(sys.argv[1]))
print(instance.claim("now"), flush=True)
time.sleep(600)
"""

KNOCK = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from trayapp.desktop.instance import _knock_at_pipe
app = QCoreApplication([])
print(_knock_at_pipe(Path(sys.argv[1]), "show settings", 60))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


def claimed_elsewhere(folder: Path) -> subprocess.Popen[str]:
    """Another process that holds the claim and never opens its door to anyone: its loop does not run."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=dict(os.environ)
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    return process


def knocked(folder: Path, page: str, qtbot: QtBot) -> list[bool]:
    """Knock from a thread, so that this one can answer."""
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(knock(folder, page, 60)))
    thread.start()
    qtbot.waitUntil(lambda: bool(answers))
    thread.join()
    return answers


def test_the_first_copy_is_the_one_and_closes_its_folder_to_others(folder: Path) -> None:
    instance = Instance(folder)

    assert instance.claim("now")

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / DOOR_NAME).stat().st_mode) == 0o600
    instance.release()
    assert not (folder / DOOR_NAME).exists()
    assert not (folder / LOCK_NAME).exists()


def test_a_second_copy_shows_the_first_ones_window(folder: Path, qtbot: QtBot) -> None:
    first = Instance(folder)
    assert first.claim("now")
    pages: list[str] = []
    first.shown.connect(pages.append)

    answers = knocked(folder, "incidents/openai/1", qtbot)

    assert answers == [True]
    assert pages == ["incidents/openai/1"]
    first.release()


def test_a_second_claim_is_refused(folder: Path, qtbot: QtBot) -> None:
    first = Instance(folder)
    assert first.claim("now")

    with qtbot.waitSignal(first.shown) as shown:
        second = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    assert shown.args == ["now"]
    assert second.stdout is not None
    assert second.stdout.readline() == "False\n"
    second.kill()
    second.communicate()
    first.release()


def test_two_folders_never_meet(tmp_path: Path) -> None:
    one, other = Instance(tmp_path / "a"), Instance(tmp_path / "b")

    assert one.claim("now")
    assert other.claim("now")
    one.release()
    other.release()


def test_what_a_killed_copy_left_behind_is_cleared_away(folder: Path) -> None:
    process = claimed_elsewhere(folder)
    process.kill()
    process.communicate()
    assert (folder / DOOR_NAME).exists()
    assert (folder / LOCK_NAME).exists()

    instance = Instance(folder)

    assert instance.claim("now", patience=0.5)
    instance.release()


def test_a_lock_whose_number_another_program_has_now_is_cleared_away(folder: Path) -> None:
    folder.mkdir()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        # What QLockFile writes: number, program and machine. A stranger of our program's name is the worst case.
        name = Path(f"/proc/{stranger.pid}/exe").resolve().name if sys.platform == "linux" else "python"
        (folder / LOCK_NAME).write_text(f"{stranger.pid}\n{name}\n{socket.gethostname()}\n")

        instance = Instance(folder)
        assert instance.claim("now", patience=0.3)

        instance.release()
        stranger.kill()


def test_a_copy_that_lives_and_does_not_answer_is_left_alone(folder: Path) -> None:
    process = claimed_elsewhere(folder)
    started = time.monotonic()

    with pytest.raises(TimeoutError):
        Instance(folder).claim("now", patience=0.3)

    assert time.monotonic() - started < 60
    process.kill()
    process.communicate()


def test_a_caller_who_says_nothing_holds_nobody_up(folder: Path, qtbot: QtBot) -> None:
    first = Instance(folder)
    assert first.claim("now")
    with socket.socket(socket.AF_UNIX) as silent, socket.socket(socket.AF_UNIX) as rude:
        silent.connect(str(folder / DOOR_NAME))
        rude.connect(str(folder / DOOR_NAME))
        rude.sendall(b"format c:\n")
        with qtbot.assertNotEmitted(first.shown, wait=50):
            pass

        assert knocked(folder, "now", qtbot) == [True]

    qtbot.wait(20)
    first.release()


def test_a_path_too_long_for_a_socket_gets_a_short_name(tmp_path: Path, qtbot: QtBot) -> None:
    folder = tmp_path / ("deep" * 30)
    first = Instance(folder)

    assert first.claim("now")

    assert len(str(door_path(folder))) < 100
    assert stat.S_IMODE(door_path(folder).parent.stat().st_mode) == 0o700
    assert knocked(folder, "now", qtbot) == [True]
    first.release()


def test_without_a_door_the_claim_still_stands(folder: Path, expect_log: Callable[[str], None]) -> None:
    expect_log("WARNING trayapp.desktop.instance: instance: cannot listen")
    first = Instance(folder)
    (folder / DOOR_NAME).mkdir()

    assert first.claim("now")

    first.release()


def test_the_pipe_that_windows_has_works_alike(folder: Path, qtbot: QtBot) -> None:
    folder.mkdir()
    first = Instance(folder)
    door = PipeDoor(folder, first)
    door.open()

    # Another process: while it waits, a Qt socket keeps Python's other threads waiting too.
    with qtbot.waitSignal(first.shown) as shown:
        second = subprocess.Popen(
            [sys.executable, "-c", KNOCK, str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    assert shown.args == ["settings"]
    qtbot.waitUntil(lambda: second.poll() is not None)
    assert second.communicate()[0] == "True\n"
    door.close()
    assert not _knock_at_pipe(folder, "show now")
