"""Start at login: what is written on each system, and that only what was read back is told."""

import plistlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from trayapp.storage.autostart import (
    APPROVED_KEY,
    LABEL,
    RUN_KEY,
    RUN_NAME,
    Autostart,
    AutostartError,
    LaunchAgent,
    Login,
    RunKey,
    XdgAutostart,
    exec_line,
    find_autostart,
    run_line,
    start_command,
)

PROGRAM = (sys.executable, "-m", "trayapp", "run")


class Memory:
    """A registry of nothing but a dictionary; it can refuse to keep what is written."""

    def __init__(self, *, is_stubborn: bool = False) -> None:
        self.values: dict[tuple[str, str], str | bytes] = {}
        self._is_stubborn = is_stubborn

    def read(self, key: str, name: str) -> str | bytes | None:
        return self.values.get((key, name))

    def write(self, key: str, name: str, value: str) -> None:
        if not self._is_stubborn:
            self.values[key, name] = value

    def delete(self, key: str, name: str) -> None:
        self.values.pop((key, name), None)


class Launchctl:
    """Remembers what was asked, and lists as disabled what it is told to."""

    def __init__(self, listed: str = "") -> None:
        self.asked: list[Sequence[str]] = []
        self._listed = listed

    def __call__(self, arguments: Sequence[str]) -> str:
        self.asked.append(arguments)
        return self._listed if arguments[0] == "print-disabled" else ""


@pytest.fixture(params=["linux", "windows", "macos"])
def autostart(request: pytest.FixtureRequest, tmp_path: Path) -> Autostart:
    made: dict[str, Autostart] = {
        "linux": XdgAutostart(tmp_path / "autostart", PROGRAM),
        "windows": RunKey(Memory(), PROGRAM),
        "macos": LaunchAgent(tmp_path / "LaunchAgents", PROGRAM, Launchctl()),
    }
    return made[request.param]


class TestEverySystem:
    def test_it_is_off_until_somebody_wants_it(self, autostart: Autostart) -> None:
        assert autostart.state().login is Login.OFF

    def test_on_and_off_are_read_back(self, autostart: Autostart) -> None:
        assert autostart.switch(on=True).is_on
        assert autostart.state().is_on
        assert autostart.switch(on=False).login is Login.OFF
        assert autostart.state().login is Login.OFF

    def test_twice_on_and_twice_off_are_as_good_as_once(self, autostart: Autostart) -> None:
        autostart.switch(on=True)
        assert autostart.switch(on=True).is_on
        autostart.switch(on=False)
        assert not autostart.switch(on=False).is_on


class TestLinux:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "autostart/trayapp.desktop"

    def entry(self, file: Path, *program: str) -> XdgAutostart:
        return XdgAutostart(file.parent, program or PROGRAM)

    def test_the_entry_is_a_desktop_entry(self, file: Path) -> None:
        self.entry(file).switch(on=True)
        lines = file.read_text().splitlines()

        assert lines[0] == "[Desktop Entry]"
        assert {"Type=Application", "Terminal=false", f"Exec={sys.executable} -m trayapp run"} <= set(lines)

    @pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
    def test_an_entry_switched_off_by_the_desktop_is_not_on(self, file: Path, line: str) -> None:
        entry = self.entry(file)
        entry.switch(on=True)
        kept = [each for each in file.read_text().splitlines() if not each.startswith("X-GNOME")]
        file.write_text("\n".join([*kept, line, "[Other]", "Hidden=false"]))

        assert entry.state().login is Login.SWITCHED_OFF
        assert entry.switch(on=True).is_on

    def test_another_copy_is_named(self, file: Path, tmp_path: Path) -> None:
        other = tmp_path / "old copy/trayapp"
        other.parent.mkdir()
        other.touch()
        self.entry(file, str(other), "run").switch(on=True)
        state = self.entry(file).state()

        assert state.login is Login.OTHER_PROGRAM
        assert str(other) in state.sentence
        assert self.entry(file).switch(on=True).is_on

    def test_a_program_that_went_away_is_said(self, file: Path) -> None:
        file.parent.mkdir()
        file.write_text("[Desktop Entry]\n# Exec=/bin/sh\nExec=/nowhere/trayapp run\n")
        assert self.entry(file).state().login is Login.MISSING_PROGRAM

    @pytest.mark.parametrize("text", ["", "[Desktop Entry]\nExec=\n", '[Desktop Entry]\nExec="open\n'])
    def test_an_entry_that_starts_nothing_is_not_on(self, file: Path, text: str) -> None:
        file.parent.mkdir()
        file.write_text(text)
        assert self.entry(file).state().login is Login.MISSING_PROGRAM

    def test_what_cannot_be_written_is_an_error_with_a_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "autostart").write_text("a file, not a folder")
        with pytest.raises(AutostartError, match="cannot be written"):
            self.entry(tmp_path / "autostart/trayapp.desktop").switch(on=True)

    def test_a_link_is_not_written_through(self, file: Path, tmp_path: Path) -> None:
        file.parent.mkdir()
        file.symlink_to(tmp_path / "dotfiles.desktop")
        with pytest.raises(AutostartError, match="symbolic link"):
            self.entry(file).switch(on=True)

    def test_what_cannot_be_read_or_removed_is_an_error_too(self, file: Path) -> None:
        file.mkdir(parents=True)
        with pytest.raises(AutostartError, match="cannot be read"):
            self.entry(file).state()
        with pytest.raises(AutostartError, match="cannot be removed"):
            self.entry(file).switch(on=False)

    @pytest.mark.parametrize(
        ("word", "quoted"),
        [
            ("/usr/bin/trayapp", "/usr/bin/trayapp"),
            ("--config=/home/a b/c.toml", '"--config=/home/a b/c.toml"'),
            ("50%", "50%%"),
            ('a"b', r'"a\\"b"'),
            ("a$b`c", r'"a\\$b\\`c"'),
            ("a\\b", r'"a\\\\b"'),
            ("", '""'),
        ],
    )
    def test_words_are_quoted_as_the_specification_wants(self, word: str, quoted: str) -> None:
        assert exec_line((word,)) == quoted

    def test_a_program_with_a_space_is_found_again(self, file: Path, tmp_path: Path) -> None:
        program = tmp_path / "My Apps/100%/trayapp"
        program.parent.mkdir(parents=True)
        program.touch()
        entry = self.entry(file, str(program), "run")

        assert entry.switch(on=True).is_on
        program.unlink()
        assert entry.state().login is Login.MISSING_PROGRAM


class TestMacOs:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / f"{LABEL}.plist"

    def test_launchd_starts_it_once_and_with_a_screen(self, file: Path) -> None:
        LaunchAgent(file.parent, PROGRAM, Launchctl()).switch(on=True)
        content = plistlib.loads(file.read_bytes())

        assert content["Label"] == LABEL
        assert content["ProgramArguments"] == list(PROGRAM)
        assert content["RunAtLoad"] is True
        assert "KeepAlive" not in content

    @pytest.mark.parametrize("word", ["disabled", "true"])
    def test_a_person_may_have_switched_it_off_in_the_settings(self, file: Path, word: str) -> None:
        LaunchAgent(file.parent, PROGRAM, Launchctl()).switch(on=True)
        agent = LaunchAgent(file.parent, PROGRAM, Launchctl(f'\t"org.other" => enabled\n\t"{LABEL}" => {word}\n'))

        assert agent.state().login is Login.SWITCHED_OFF
        with pytest.raises(AutostartError, match="did not take"):
            agent.switch(on=True)

    def test_switching_on_takes_back_an_earlier_no(self, file: Path) -> None:
        launchctl = Launchctl()
        LaunchAgent(file.parent, PROGRAM, launchctl).switch(on=True)
        assert [asked[0] for asked in launchctl.asked] == ["enable", "print-disabled"]

    @pytest.mark.parametrize("body", [b"", b"<plist", plistlib.dumps(["a list"])])
    def test_a_list_that_is_none_is_an_error_with_a_sentence(self, file: Path, body: bytes) -> None:
        file.write_bytes(body)
        with pytest.raises(AutostartError, match=LABEL):
            LaunchAgent(file.parent, PROGRAM, Launchctl()).state()

    @pytest.mark.parametrize(
        ("content", "login"),
        [
            ({"RunAtLoad": True, "ProgramArguments": ["/nowhere"]}, Login.MISSING_PROGRAM),
            ({"RunAtLoad": True}, Login.MISSING_PROGRAM),
            ({"RunAtLoad": True, "ProgramArguments": [sys.executable]}, Login.OTHER_PROGRAM),
            ({"ProgramArguments": list(PROGRAM)}, Login.SWITCHED_OFF),
            ({"RunAtLoad": True, "Disabled": True, "ProgramArguments": list(PROGRAM)}, Login.SWITCHED_OFF),
        ],
    )
    def test_lists_of_others_are_read_as_launchd_does(self, file: Path, content: object, login: Login) -> None:
        file.write_bytes(plistlib.dumps(content))  # type: ignore[arg-type]  # any list of properties may lie there
        assert LaunchAgent(file.parent, PROGRAM, Launchctl()).state().login is login


class TestWindows:
    def test_the_program_always_stands_in_quotes(self) -> None:
        line = run_line((r"C:\Users\A B\trayapp-tray.exe", r"--config=C:\a b\c.toml", "run"))
        assert line == r'"C:\Users\A B\trayapp-tray.exe" "--config=C:\a b\c.toml" run'

    @pytest.mark.parametrize(("first", "login"), [(2, Login.ON), (6, Login.ON), (3, Login.SWITCHED_OFF)])
    def test_the_task_manager_has_the_last_word(self, first: int, login: Login) -> None:
        registry = Memory()
        RunKey(registry, PROGRAM).switch(on=True)
        registry.values[APPROVED_KEY, RUN_NAME] = bytes([first, *[0] * 11])

        assert RunKey(registry, PROGRAM).state().login is login
        assert RunKey(registry, PROGRAM).switch(on=True).is_on

    @pytest.mark.parametrize(
        ("line", "login"),
        [
            ("C:\\nowhere\\trayapp.exe run", Login.MISSING_PROGRAM),
            ('"C:\\nowhere\\trayapp.exe" run', Login.MISSING_PROGRAM),
            (f'"{sys.executable}" other', Login.OTHER_PROGRAM),
            (b"no text", Login.OFF),
        ],
    )
    def test_values_of_others_are_read_as_windows_does(self, line: str | bytes, login: Login) -> None:
        registry = Memory()
        registry.values[RUN_KEY, RUN_NAME] = line
        assert RunKey(registry, PROGRAM).state().login is login

    def test_what_does_not_take_is_not_told_as_done(self) -> None:
        with pytest.raises(AutostartError, match="did not take"):
            RunKey(Memory(is_stubborn=True), PROGRAM).switch(on=True)

    def test_a_registry_that_refuses_is_an_error_with_a_sentence(self) -> None:
        class Locked(Memory):
            def read(self, key: str, name: str) -> str | bytes | None:
                raise PermissionError(f"{key}\\{name}")

            def delete(self, key: str, name: str) -> None:
                raise PermissionError(f"{key}\\{name}")

        with pytest.raises(AutostartError, match="cannot be read"):
            RunKey(Locked(), PROGRAM).state()
        with pytest.raises(AutostartError, match="cannot be changed"):
            RunKey(Locked(), PROGRAM).switch(on=False)


class TestWhatIsStarted:
    def test_from_python_the_same_python_is_used(self) -> None:
        assert start_command("/usr/bin/python3", {}, is_frozen=False) == ("/usr/bin/python3", "-m", "trayapp", "run")

    def test_a_frozen_program_starts_itself(self) -> None:
        command = start_command("/usr/lib/trayapp/trayapp", {}, is_frozen=True, options=["--config=/c.toml"])
        assert command == ("/usr/lib/trayapp/trayapp", "--config=/c.toml", "run")

    @pytest.mark.parametrize(
        ("mounted", "program"),
        [("/mnt/.mount_AI", "/home/a/AI.AppImage"), ("/mnt/.mount_terminal", "/mnt/.mount_AI/usr/bin/trayapp")],
    )
    def test_of_an_appimage_the_file_is_started_and_not_that_of_the_terminal(self, mounted: str, program: str) -> None:
        environment = {"APPIMAGE": "/home/a/AI.AppImage", "APPDIR": mounted}
        assert start_command("/mnt/.mount_AI/usr/bin/trayapp", environment, is_frozen=True) == (program, "run")

    @pytest.mark.skipif(sys.platform != "win32", reason="paths with a drive are files on Windows only")
    def test_no_console_opens_on_windows(self, tmp_path: Path) -> None:
        (tmp_path / "trayapp-tray.exe").touch()
        assert start_command(str(tmp_path / "trayapp.exe"), {}, is_frozen=True)[0].endswith("trayapp-tray.exe")

    def test_a_sandbox_has_no_such_settings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FLATPAK_ID", "org.example")
        with pytest.raises(AutostartError, match="sandbox"):
            find_autostart()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into the folder of Linux desktops")
class TestCommand:
    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "trayapp", *words], capture_output=True, text=True, check=False, timeout=120
        )

    def test_on_status_off(self, own_home: Path) -> None:
        entry = own_home / ".config/autostart/trayapp.desktop"

        assert "does not start" in self.run("autostart", "status").stdout
        done = self.run("--config", str(own_home / "my settings.toml"), "autostart", "on")
        assert (done.returncode, done.stderr) == (0, "")
        assert '"--config=' in entry.read_text()
        assert "another copy" in self.run("autostart", "status").stdout
        assert self.run("autostart", "on").returncode == 0
        assert "starts when you log in" in self.run("autostart", "status").stdout
        assert self.run("autostart", "off").returncode == 0
        assert not entry.exists()

    def test_what_did_not_work_is_one_sentence_and_1(self, own_home: Path) -> None:
        (own_home / ".config").write_text("in the way")
        done = self.run("autostart", "on")

        assert done.returncode == 1
        assert done.stderr.startswith("trayapp: ")
        assert done.stderr.count("\n") == 1

    def test_anything_else_is_wrong_usage(self) -> None:
        assert self.run("autostart", "maybe").returncode == 64
