import logging
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trayapp.storage import logfile
from trayapp.storage.logfile import keep_log
from trayapp.storage.secret import Secret

log = logging.getLogger("trayapp.tests")


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "data" / "trayapp.log"
    before = list(logging.getLogger().handlers)
    yield file
    for each in [each for each in logging.getLogger().handlers if each not in before]:
        logging.getLogger().removeHandler(each)
        each.close()


def test_warnings_are_kept_for_their_owner_alone_and_no_file_is_made_before(
    file: Path, expect_log: Callable[[str], None]
) -> None:
    handler = keep_log(file)
    log.info("nothing to keep")
    assert handler is not None
    assert not file.exists()

    expect_log("WARNING trayapp.tests: a thing went wrong")
    log.warning("a thing went wrong")

    assert "WARNING trayapp.tests: a thing went wrong" in file.read_text(encoding="utf-8")
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_key_is_kept(file: Path, expect_log: Callable[[str], None]) -> None:
    held = Secret("sk-proj-in-the-log-7f3Qz9LmXw2Rt8Yb")
    keep_log(file)

    expect_log(r"WARNING trayapp.tests: refused: \[key\]")
    log.warning("refused: %s", held.reveal())

    assert "refused: [key]" in file.read_text(encoding="utf-8")


def test_it_does_not_grow_for_ever(
    file: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    monkeypatch.setattr(logfile, "LARGEST", 2000)
    keep_log(file)

    expect_log("WARNING trayapp.tests: the same again, number")
    for number in range(200):
        log.warning("the same again, number %s", number)

    assert "number 199" in file.read_text(encoding="utf-8")
    assert sum(each.stat().st_size for each in file.parent.iterdir()) <= 4000


def test_where_it_cannot_be_written_the_program_goes_on(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    blocked = tmp_path / "plain"
    blocked.write_text("a file where a folder should be", encoding="utf-8")

    assert keep_log(blocked / "trayapp.log") is None
    expect_log("WARNING trayapp.tests: nobody keeps this")
    log.warning("nobody keeps this")
