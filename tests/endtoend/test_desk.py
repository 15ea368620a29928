"""The harness itself, with a program whose behaviour is known."""

import sys
from pathlib import Path

import pytest
from jeepney import DBusErrorResponse

from tests.bus import NOTIFICATIONS, NotificationServer, TrayWatcher
from tests.desk import Desk

pytestmark = pytest.mark.desk

FLOOR = str(Path(__file__).parents[1] / "benchmarks/floor.py")
PATH = "/org/freedesktop/Notifications"


def show(desk: Desk, replaces: int = 0) -> int:
    hints = {"urgency": ("y", 2)}
    arguments = ("tests", replaces, "", "title", "body", ["default", "Open"], hints, -1)
    return int(desk.bus.call(NOTIFICATIONS, PATH, NOTIFICATIONS, "Notify", "susssasa{sv}i", *arguments)[0])


def test_the_panel_shows_a_tray_icon(desk: Desk) -> None:
    desk.panel()

    program = desk.python(FLOOR)
    item = desk.item()

    assert item["Status"] == "Active"
    assert b"\xff\xe0\x00\x20" in item.pixels
    program.terminate()
    desk.wait(lambda: not desk.bus.items(), "the icon to leave")


def test_our_own_watcher_is_enough_of_a_tray(desk: Desk) -> None:
    with TrayWatcher(desk.address) as watcher:
        program = desk.python(FLOOR)

        desk.wait(lambda: watcher.registered, "the icon to register")

        assert watcher.registered[0][0] > program.started_at
        assert desk.item()["Category"] == "ApplicationStatus"


@pytest.mark.parametrize("daemon", ["dunst", "xfce4-notifyd"])
def test_real_pop_up_daemons_answer(desk: Desk, daemon: str) -> None:
    desk.popup_daemon(daemon)

    first = show(desk)

    assert show(desk, replaces=first) == first


def test_the_recorder_keeps_what_it_was_asked_to_show(desk: Desk, popups: NotificationServer) -> None:
    first = show(desk)
    show(desk, replaces=first)

    assert [(popup.number, popup.replaces, popup.urgency) for popup in popups.popups] == [(1, 0, 2), (1, 1, 2)]
    assert popups.popups[0].actions == ("default", "Open")


def test_the_recorder_refuses_what_it_does_not_know(desk: Desk, popups: NotificationServer) -> None:
    with pytest.raises(DBusErrorResponse):
        desk.bus.call(NOTIFICATIONS, PATH, NOTIFICATIONS, "Nonsense")

    assert not popups.popups


def test_the_keyring_opens_without_a_question(desk: Desk) -> None:
    desk.keyring()
    code = "import keyring; keyring.set_password('a', 'b', 'c'); print(keyring.get_password('a', 'b'))"

    assert desk.run(sys.executable, "-c", code).stdout.split() == ["c"]


def test_nothing_of_the_machine_answers_on_a_desk(desk: Desk) -> None:
    code = "import keyring; print(type(keyring.get_keyring()).__module__)"

    assert desk.run(sys.executable, "-c", code).stdout.split() == ["keyring.backends.fail"]
    assert not desk.bus.has_owner(NOTIFICATIONS)


def test_a_screenshot_is_a_picture(desk: Desk, tmp_path: Path) -> None:
    picture = desk.screenshot(tmp_path / "screen.png", crop="100x50+0+0")

    assert picture.read_bytes().startswith(b"\x89PNG")
