import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from trayapp.storage.paths import UnsafeFileError, find_paths, make_private, write_atomically

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir() if each.name != "home"]


def test_what_the_user_named_wins(tmp_path: Path) -> None:
    paths = find_paths(tmp_path / "my.toml", tmp_path / "data")

    assert paths.config_file == tmp_path / "my.toml"
    assert {paths.database.parent, paths.log_file.parent, paths.runtime_dir.parent} == {tmp_path / "data"}
    assert not (tmp_path / "data").exists()


def test_named_places_are_absolute_and_keep_their_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.toml").symlink_to("elsewhere.toml")

    assert find_paths(Path("link.toml"), Path("data")).config_file == tmp_path / "link.toml"
    assert find_paths(Path("~/x.toml"), Path("data")).config_file == Path.home() / "x.toml"


def test_platformdirs_is_loaded_only_when_something_is_left_unnamed() -> None:
    code = (
        "import sys; from pathlib import Path; from trayapp.storage.paths import find_paths;"
        "find_paths(Path('a.toml'), Path('b')); print('platformdirs' in sys.modules, end=' ');"
        "find_paths(); print('platformdirs' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "True"]


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders")
def test_unnamed_places_follow_the_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))

    paths = find_paths()

    assert paths.config_file == tmp_path / "config" / "trayapp" / "config.toml"
    assert paths.database == tmp_path / "share" / "trayapp" / "history.db"


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders")
def test_sockets_go_to_the_sessions_own_folder_only_if_it_is_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = tmp_path / "session"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(session))
    found = [find_paths().runtime_dir]
    for mode in (0o700, 0o755):
        session.mkdir(exist_ok=True)
        session.chmod(mode)
        found.append(find_paths().runtime_dir)

    inside = find_paths().data_dir / "run"
    assert found == [inside, session / "trayapp", inside]


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_a_new_folder_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        make_private(tmp_path / "a" / "b")
    finally:
        os.umask(before)

    assert mode_of(tmp_path / "a") == mode_of(tmp_path / "a" / "b") == 0o700


@posix
def test_an_open_folder_of_ours_is_closed_and_a_foreign_one_is_left(tmp_path: Path) -> None:
    for name, content in [("empty", None), ("ours", "history.db"), ("foreign", "letter.txt")]:
        (tmp_path / name).mkdir(mode=0o755)
        if content:
            (tmp_path / name / content).touch()
        make_private(tmp_path / name)

    assert [mode_of(tmp_path / name) for name in ("empty", "ours", "foreign")] == [0o700, 0o700, 0o755]


@posix
def test_another_copy_may_make_the_folder_at_the_same_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Path.mkdir

    def make_with_another(folder: Path, mode: int = 0o777) -> None:
        make(folder, mode)
        if folder.name == "data":
            make(folder / "run")

    monkeypatch.setattr(Path, "mkdir", make_with_another)

    make_private(tmp_path / "data" / "run")

    assert [mode_of(tmp_path / name) for name in ("data", "data/run")] == [0o700, 0o700]


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    with pytest.raises(FileExistsError):
        make_private(tmp_path / "data")


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_a_written_file_is_private_and_leaves_nothing_beside_it(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "new" / "config.toml", "a = 1\r\nb = 'é'\n")
    finally:
        os.umask(before)

    assert (tmp_path / "new" / "config.toml").read_bytes() == b"a = 1\r\nb = '\xc3\xa9'\n"
    assert mode_of(tmp_path / "new" / "config.toml") == 0o600
    assert names_in(tmp_path / "new") == ["config.toml"]


def test_a_text_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("old")

    with pytest.raises(UnicodeEncodeError):
        write_atomically(file, "\ud800")

    assert file.read_text() == "old"
    assert names_in(tmp_path) == ["config.toml"]


@posix
def test_links_pipes_and_folders_are_not_written(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()

    for name, word in [("link", "target"), ("pipe", "plain file"), ("folder", "plain file")]:
        with pytest.raises(UnsafeFileError, match=word):
            write_atomically(tmp_path / name, "theirs")

    assert (tmp_path / "target").read_text() == "mine"
    assert (tmp_path / "link").is_symlink()
