import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from trayapp.desktop import app, theme
from trayapp.desktop.app import Shell
from trayapp.desktop.bridge import EngineThread
from trayapp.desktop.notifier import Popup
from trayapp.desktop.options import RunOptions
from trayapp.desktop.start import (
    APP_ID,
    DESKTOP_FILE,
    Signals,
    _on_session_end,
    log_and_go_on,
    screen_problem,
    taskbar_identity,
)
from trayapp.desktop.window.main_window import MainWindow
from trayapp.domain.alert import Alert, AlertKind, Decision, Reason
from trayapp.domain.alertbook import AlertBook, Concern
from trayapp.domain.judgement import Basis, Because, Judgement
from trayapp.domain.provider import StatusPage
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.snooze import SnoozeFor
from trayapp.domain.status import Status
from trayapp.domain.wishes import Wish
from trayapp.engine.commands import Acknowledge, Command, LookNow, Snooze, TellWhenBack
from trayapp.engine.updates import Update
from trayapp.presentation.popuptest import PopupTest
from trayapp.presentation.words import Mark
from trayapp.storage.settings import Look, Settings, Watch

ROOT = Path(__file__).parents[2]
NOW = datetime(2025, 12, 2, 14, 30, tzinfo=UTC)
MINE = Settings(first_run_done=True)


class StubEngine:
    """Waits for its end, and keeps what it was asked."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self._stopped = asyncio.Event()

    async def run(self, publish: Callable[[Update], None]) -> None:
        publish(update())
        await self._stopped.wait()

    def stop(self) -> None:
        self._stopped.set()

    def handle(self, command: Command) -> None:
        self.commands.append(command)


def update(status: Status | None = Status.OPERATIONAL, *alerts: Alert, settings: Settings = MINE) -> Update:
    page = PageState(
        page=StatusPage(id="openai", name="OpenAI", url="https://status.openai.com"),
        judgement=Judgement(status=status, basis=Basis.COMPONENTS, because=Because.COMPONENTS_SAY),
        fetched_at=NOW,
        shown=status,
        since=NOW,
        looks=1,
    )
    decisions = tuple(Decision(alert, told=alert.title != "untold", reason=Reason.NEW) for alert in alerts)
    return Update(now=NOW, snapshot=Snapshot(pages=(page,), at=NOW), settings=settings, decisions=decisions)


def alert(title: str, incident_id: str | None = "1") -> Alert:
    return Alert(
        kind=AlertKind.OPENED,
        at=NOW,
        page_id="openai",
        incident_id=incident_id,
        title=title,
        status=Status.DEGRADED,
        concern=f"openai/{title}",
    )


class Desk:
    """A shell whose engine is a stub."""

    def __init__(self) -> None:
        self.engines: list[StubEngine] = []
        self.thread = EngineThread(self._build)
        self.shell = Shell(self.thread)
        self.tray = self.shell._tray
        self.opened: list[str] = []

    def _build(self) -> StubEngine:
        self.engines.append(StubEngine())
        return self.engines[-1]

    @property
    def mark(self) -> int:
        return self.tray._icon.icon().cacheKey()


@pytest.fixture(autouse=True)
def no_window_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offscreen nothing can be raised, and Qt warns of every try."""
    monkeypatch.setattr(QWidget, "raise_", lambda _window: None)


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    del qtbot
    desk = Desk()
    yield desk
    assert desk.shell.stop()
    if desk.shell._frame is not None:
        desk.shell._frame.deleteLater()


def key(mark: Mark) -> int:
    return theme.icon(mark).cacheKey()


def test_the_engine_starts_when_the_tray_is_there_and_its_news_are_shown(desk: Desk, qtbot: QtBot) -> None:
    desk.shell.start()
    assert not desk.thread.is_running
    assert desk.mark == key(Mark.UNKNOWN)

    qtbot.waitUntil(lambda: desk.mark == key(Mark.FINE))

    assert desk.tray._icon.toolTip() == "OpenAI is fine - checked 14:30"


def test_check_now_reaches_the_engine(desk: Desk, qtbot: QtBot) -> None:
    desk.shell.start()
    desk.tray.check_requested.emit()

    qtbot.waitUntil(lambda: bool(desk.engines) and desk.engines[0].commands == [LookNow()])


def test_what_is_to_be_told_is_told_and_nothing_else(desk: Desk) -> None:
    balloons: list[object] = []
    desk.shell._notifier.undeliverable.connect(balloons.append)

    desk.shell.show_update(update(Status.DEGRADED, alert("Elevated errors"), alert("untold")))

    assert [popup.words.title for popup in balloons] == ["OpenAI: Elevated errors"]  # type: ignore[attr-defined]
    assert desk.mark == key(Mark.DEGRADED)


def test_what_was_held_back_alone_has_its_own_buttons(desk: Desk) -> None:
    balloons: list[Popup] = []
    desk.shell._notifier.undeliverable.connect(balloons.append)
    one, two = alert("Elevated errors"), alert("Slow")

    for held in ((one,), (one, two)):
        digest = Alert(kind=AlertKind.DIGEST, at=NOW, gathered=held, concern="digest")
        desk.shell.show_update(update(Status.DEGRADED, digest))

    assert [each.concern for each in balloons] == ["openai/Elevated errors", "digest"]
    assert [each.key for each in balloons[0].words.actions][-1] == "back"


def test_pressing_a_pop_up_opens_its_incident(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[str] = []
    monkeypatch.setattr(desk.shell, "open", pages.append)
    desk.tray.message_clicked.emit()
    desk.shell.show_update(update(Status.DEGRADED, alert("Elevated errors")))

    desk.tray.message_clicked.emit()
    for other in (
        alert("Elevated errors", incident_id=None),
        Alert(kind=AlertKind.KEY, at=NOW, title="work"),
        Alert(kind=AlertKind.DIGEST, at=NOW),
    ):
        desk.shell._notifier.activated.emit(other)

    assert pages == ["incidents/openai/1", "now/openai", "keys", "now"]


def test_the_buttons_of_a_pop_up_and_the_menu_reach_the_engine(desk: Desk, qtbot: QtBot) -> None:
    desk.shell.start()
    trouble = alert("Elevated errors")
    desk.shell._notifier.pressed.emit(trouble, "acknowledge")
    desk.shell._notifier.pressed.emit(trouble, "back")
    desk.shell._notifier.pressed.emit(replace(trouble, kind=AlertKind.RECOVERED), "back")
    desk.tray.snooze_requested.emit(SnoozeFor.HOUR)

    wish = Wish("openai", "openai/Elevated errors")
    wanted = [Acknowledge(wish), TellWhenBack(wish), Snooze(SnoozeFor.HOUR)]
    qtbot.waitUntil(lambda: bool(desk.engines) and desk.engines[0].commands == wanted)


def test_what_is_acknowledged_in_the_window_goes_from_the_screen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dismissed: list[Wish] = []
    monkeypatch.setattr(desk.shell._notifier, "dismiss", dismissed.append)

    desk.shell.send(Acknowledge(Wish("openai")))
    desk.shell.send(Acknowledge(Wish("openai"), is_on=False))
    desk.shell.send(TellWhenBack(Wish("openai")))

    assert dismissed == [Wish("openai")]


def test_what_is_acknowledged_is_an_outline_in_the_tray(desk: Desk) -> None:
    concern = Concern(
        page_id="openai",
        name="openai/1",
        incident_id="1",
        title="",
        opened_at=NOW,
        severity=Status.DEGRADED,
        acknowledged=Status.DEGRADED,
    )
    book = AlertBook(concerns=(concern,), snoozed_until=NOW + timedelta(hours=1))

    desk.shell.show_update(replace(update(Status.DEGRADED), book=book))

    assert desk.mark == theme.icon(Mark.DEGRADED, outline=True).cacheKey()
    assert desk.tray._icon.toolTip().endswith(" - acknowledged - checked 14:30")
    assert "until 15:30" in desk.tray._end_snooze.text()


def test_a_test_pop_up_says_in_the_window_what_this_desktop_can_do(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[str] = []
    desk.shell._show_test(PopupTest())
    desk.shell.open("settings")
    monkeypatch.setattr(desk.shell, "open", pages.append)
    window = desk.shell._frame
    assert isinstance(window, MainWindow)

    window.popup_test_requested.emit()

    said = window._settings_page._popups._tested.text()
    assert said.startswith("No notification service: ")
    assert "no tray either" in said
    desk.shell._notifier.activated.emit(Alert(kind=AlertKind.NOTICE, at=NOW, concern="test"))
    assert pages == ["settings"]


def test_the_same_view_is_not_shown_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[object] = []
    monkeypatch.setattr(desk.tray, "show_view", shown.append)

    desk.shell.show_update(update())
    desk.shell.show_update(update())

    assert len(shown) == 1


def test_the_menu_tells_the_age_of_this_moment(desk: Desk) -> None:
    desk.tray.menu_opening.emit()
    desk.shell.show_update(replace(update(), now=NOW + timedelta(minutes=1), is_replay=True))

    desk.tray.menu_opening.emit()

    assert desk.tray._sentence.text().endswith("checked 1 min ago")
    desk.shell.show_update(update())
    desk.tray.menu_opening.emit()
    assert desk.tray._sentence.text().endswith("days ago")


def test_the_look_follows_the_settings(desk: Desk) -> None:
    desk.shell.show_update(update(settings=replace(MINE, look=Look(color_only_when_wrong=True))))

    assert desk.mark == theme.icon(Mark.FINE, colourless=True).cacheKey()


def test_after_a_crash_nothing_is_known_and_the_engine_starts_again_once(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "RESTART_AFTER", 10)
    desk.shell.show_update(update())
    desk.shell.open("now")

    desk.shell.show_crash(ZeroDivisionError("x"))

    assert desk.mark == key(Mark.UNKNOWN)
    assert "ZeroDivisionError" in desk.tray._icon.toolTip()
    seen = desk.shell._with_crash(update())
    assert [each.shown for each in seen.snapshot.pages] == [None]
    assert seen.notes[0].key == "engine-crashed"
    desk.tray.menu_opening.emit()
    assert desk.mark == key(Mark.UNKNOWN)

    qtbot.waitUntil(lambda: desk.mark == key(Mark.FINE))
    assert len(desk.engines) == 1
    desk.shell.show_crash(ZeroDivisionError("y"))
    qtbot.wait(50)

    assert "quit and start it again" in desk.tray._view.sentence
    assert len(desk.engines) == 1


def test_the_window_is_made_once_and_told_what_is_known(desk: Desk) -> None:
    desk.shell.open("now")
    first = desk.shell._frame
    assert first is not None
    assert first.isVisible()

    desk.shell.show_update(update())
    desk.shell.open("settings")

    assert desk.shell._frame is first


def test_without_a_tray_closing_the_window_ends_the_program(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[bool] = []
    monkeypatch.setattr(QApplication, "quit", lambda: ended.append(True))
    desk.shell.open("now")
    assert desk.shell._frame is not None

    desk.shell._frame.close()

    qtbot.waitUntil(lambda: ended == [True])
    assert not desk.shell.eventFilter(desk.shell, QCloseEvent())
    assert not desk.shell.eventFilter(desk.shell._frame, QEvent(QEvent.Type.Show))


def test_without_a_tray_the_window_opens_by_itself(desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "NO_TRAY_AFTER", 10)

    desk.shell.start()

    qtbot.waitUntil(lambda: desk.shell._frame is not None)


def test_a_page_asked_for_at_the_start_is_opened(desk: Desk, qtbot: QtBot) -> None:
    desk.shell.start("settings")

    qtbot.waitUntil(lambda: desk.shell._frame is not None)


def test_a_tray_that_goes_and_stays_away_opens_the_window(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "NO_TRAY_AFTER", 10)
    desk.tray.availability_changed.emit(True)

    desk.tray.availability_changed.emit(False)

    qtbot.waitUntil(lambda: desk.shell._frame is not None)
    desk.tray.availability_changed.emit(True)


def test_somebody_new_is_welcomed_once(desk: Desk) -> None:
    desk.shell.show_update(replace(update(settings=Settings()), is_first_run=True))

    assert desk.shell._frame is not None
    desk.shell._frame.hide()
    desk.shell.show_update(replace(update(settings=Settings()), is_first_run=True))
    assert not desk.shell._frame.isVisible()


def test_somebody_who_wrote_settings_by_hand_is_not_welcomed(desk: Desk) -> None:
    by_hand = Settings(watch=(Watch(provider="groq"),))

    desk.shell.show_update(replace(update(settings=by_hand), is_first_run=True))

    assert desk.shell._frame is None


@pytest.mark.skipif(sys.platform != "linux", reason="X and Wayland")
def test_a_screen_that_is_not_there_is_told_before_qt_aborts(tmp_path: Path) -> None:
    assert "`trayapp watch`" in screen_problem({})
    assert screen_problem({"QT_QPA_PLATFORM": "offscreen:size=1x1"}) == ""
    assert ":9999" in screen_problem({"DISPLAY": ":9999.0"})
    assert "127.0.0.1:93" in screen_problem({"DISPLAY": "127.0.0.1:93"})
    assert screen_problem({"DISPLAY": "strange"}) == ""
    assert "wayland-0" in screen_problem({"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)})
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-0"))
        compositor.listen()
        assert screen_problem({"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)}) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_a_signal_is_heard_at_once(qtbot: QtBot) -> None:
    heard: list[bool] = []
    before = signal.getsignal(signal.SIGTERM)
    signals = Signals(lambda: heard.append(True))

    os.kill(os.getpid(), signal.SIGTERM)

    qtbot.waitUntil(lambda: heard == [True])
    signals.close()
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_fault_in_a_slot_is_logged_and_survived(
    expect_log: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    expect_log("CRITICAL trayapp.desktop.start: start: a fault that nobody caught")
    error = ZeroDivisionError()

    log_and_go_on(type(error), error, error.__traceback__)

    assert caplog.records[-1].levelno == logging.CRITICAL
    assert caplog.records[-1].exc_info is not None


def test_session_end_needs_no_restart_by_the_session() -> None:
    class Manager(QObject):
        hint: object = None

        def setRestartHint(self, hint: object) -> None:  # noqa: N802 -- Qt's name
            self.hint = hint

    manager = Manager()

    _on_session_end(manager)  # type: ignore[arg-type]  # QSessionManager cannot be made by hand

    assert "RestartNever" in str(manager.hint)


def start(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """The real program in a process of its own; it watches nothing."""
    config = tmp_path / "config.toml"
    config.write_text("first_run_done = true\nwatch = []\n")
    common = ("--config", str(config), "--data-dir", str(tmp_path / "data"))
    return subprocess.Popen(
        [sys.executable, "-m", "trayapp", *common, "run", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="X and Wayland")
def test_without_a_screen_the_program_ends_with_a_sentence(tmp_path: Path) -> None:
    program = start(tmp_path, QT_QPA_PLATFORM="xcb")

    assert "There is no screen here" in program.communicate(timeout=120)[0]
    assert program.returncode == 1


def test_the_self_test_says_what_qt_finds(tmp_path: Path) -> None:
    program = start(tmp_path, "--selftest")

    found = json.loads(program.communicate(timeout=120)[0].splitlines()[-1])
    assert program.returncode == 0
    assert found["schema"] == "trayapp.selftest/1"
    assert found["platform"] == "offscreen"
    assert found["tray"] is False
    assert "Fusion" in found["styles"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_the_program_runs_and_ends_in_order(tmp_path: Path, qtbot: QtBot) -> None:
    first = start(tmp_path)
    qtbot.waitUntil((tmp_path / "data" / "run" / "trayapp.sock").exists, timeout=120_000)

    second = start(tmp_path)
    assert "already running" in second.communicate(timeout=120)[0]
    assert second.returncode == 0

    first.terminate()
    said = first.communicate(timeout=120)[0]
    assert first.returncode == 0, said
    assert "Traceback" not in said
    assert not (tmp_path / "data" / "run" / "trayapp.sock").exists()


@pytest.mark.parametrize(
    ("system", "is_frozen", "identity"),
    [
        ("win32", False, "io.github.ai_status_tray.trayapp"),
        ("win32", True, ""),
        ("linux", False, ""),
        ("darwin", True, ""),
    ],
)
def test_windows_is_told_who_we_are_where_python_runs_us(system: str, *, is_frozen: bool, identity: str) -> None:
    assert taskbar_identity(system, is_frozen=is_frozen) == identity


def test_the_desktop_knows_windows_by_the_name_of_the_menu_entry() -> None:
    entry = ROOT / "resources" / f"{DESKTOP_FILE}.desktop"

    assert f"StartupWMClass={DESKTOP_FILE}\n" in entry.read_text(encoding="utf-8")
    assert f"<id>{APP_ID}</id>" in next((ROOT / "resources").glob("*.metainfo.xml")).read_text(encoding="utf-8")


def test_the_options_of_a_start_have_defaults() -> None:
    assert RunOptions() == RunOptions(None, None, demo=False, window=False, page="", selftest=False)
