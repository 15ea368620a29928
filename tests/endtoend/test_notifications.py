"""Pop-ups as the desktop receives them: once per transition, one per incident, plain text."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import operational, outage
from tests.bus import NotificationServer
from tests.desk import Desk
from tests.endtoend.conftest import Watching
from tests.endtoend.test_tray import says
from tests.fakepage import SUMMARY, FakePage

pytestmark = pytest.mark.desk


def test_an_incident_has_one_pop_up_that_changes_with_it(
    desk: Desk, page: FakePage, popups: NotificationServer, start: Watching
) -> None:
    desk.panel()
    start(page)
    says(desk, "Acme is fine")
    assert not popups.popups

    page.serve(SUMMARY, outage(title="Elevated errors", status="degraded_performance", impact="minor"))

    opened = desk.wait(lambda: popups.popups, "the first pop-up")[0]
    assert opened.app == "AI Status Tray"
    assert opened.replaces == 0
    assert "Acme" in opened.title + opened.body
    assert "Elevated errors" in opened.title + opened.body

    page.serve(SUMMARY, outage(title="Elevated errors", status="major_outage", impact="critical"))

    escalated = desk.wait(lambda: popups.popups[1:], "the second pop-up")[0]
    assert escalated.replaces == opened.number

    page.serve(SUMMARY, operational())

    recovered = desk.wait(lambda: popups.popups[2:], "the third pop-up")[0]
    assert recovered.replaces == opened.number
    assert len(popups.popups) == 3


def test_an_outage_that_was_there_before_us_is_told_once(
    desk: Desk, page: FakePage, popups: NotificationServer, start: Watching
) -> None:
    page.serve(SUMMARY, outage(title="Elevated errors", at=datetime.now(UTC) - timedelta(minutes=30)))
    desk.panel()

    start(page)

    says(desk, "Elevated errors")
    desk.wait(lambda: popups.popups, "the pop-up")
    asked = len(page.requests)
    desk.wait(lambda: len(page.requests) > asked + 3, "three more looks")
    assert len(popups.popups) == 1


def test_an_acknowledged_incident_is_an_outline_and_silent_until_it_is_over_also_after_a_restart(
    desk: Desk, page: FakePage, popups: NotificationServer, start: Watching
) -> None:
    desk.panel()
    first = start(page)
    says(desk, "Acme is fine")
    page.serve(SUMMARY, outage(title="Elevated errors"))
    opened = desk.wait(lambda: popups.popups, "the pop-up")[0]
    filled = says(desk, "Elevated errors").pixels
    assert opened.actions[::2] == ("default", "open", "acknowledge", "back")

    popups.press(opened.number, "acknowledge")
    outline = says(desk, "acknowledged").pixels
    assert outline != filled
    first.terminate()
    assert first.ended() == 0

    start(page)
    assert says(desk, "acknowledged").pixels == outline
    assert len(popups.popups) == 1
    page.serve(SUMMARY, operational())
    recovered = desk.wait(lambda: popups.popups[1:], "the pop-up about its end")[0]
    assert recovered.title.startswith("Acme is back")


def test_who_asked_to_be_told_is_told_although_the_page_was_muted_since(
    desk: Desk, page: FakePage, popups: NotificationServer, start: Watching
) -> None:
    desk.panel()
    first = start(page)
    says(desk, "Acme is fine")
    page.serve(SUMMARY, outage(title="Elevated errors"))
    opened = desk.wait(lambda: popups.popups, "the pop-up")[0]
    popups.press(opened.number, "back")
    asked = len(page.requests)
    desk.wait(lambda: len(page.requests) > asked + 2, "two more looks")
    first.terminate()
    assert first.ended() == 0

    start(page, settings='[alerts]\nlevel = "mute"')
    says(desk, "Elevated errors")
    page.serve(SUMMARY, operational())

    recovered = desk.wait(lambda: popups.popups[1:], "the pop-up about its end")[0]
    assert recovered.body.endswith("You asked to be told.")


def test_a_button_of_a_real_daemon_arrives(desk: Desk, page: FakePage, start: Watching) -> None:
    """Dunst shows buttons as a menu of another program; here that program chooses."""
    chooser = desk.home / "choose"
    chooser.write_text("#!/bin/sh\ngrep Acknowledge\n")
    chooser.chmod(0o700)
    folder = Path(desk.environment["XDG_CONFIG_HOME"], "dunst")
    folder.mkdir(parents=True)
    (folder / "dunstrc").write_text(f"[global]\n    dmenu = {chooser}\n")
    desk.popup_daemon("dunst")
    desk.panel()
    start(page)
    says(desk, "Acme is fine")
    page.serve(SUMMARY, outage(title="Elevated errors"))
    desk.wait(lambda: desk.run("dunstctl", "count", "displayed").stdout.strip() == "1", "a pop-up of dunst's")

    assert desk.run("dunstctl", "context").returncode == 0

    says(desk, "acknowledged")


def test_words_from_outside_are_no_markup(
    desk: Desk, page: FakePage, popups: NotificationServer, start: Watching
) -> None:
    desk.panel()
    start(page)
    says(desk, "Acme is fine")

    page.serve(SUMMARY, outage(title='<img src="file:///etc/passwd"> A & B \u202e'))

    popup = desk.wait(lambda: popups.popups, "the pop-up")[0]
    assert "<" not in popup.body
    assert "\u202e" not in popup.title + popup.body


def test_a_restart_in_an_outage_does_not_tell_it_again(
    desk: Desk, page: FakePage, popups: NotificationServer, start: Watching
) -> None:
    desk.panel()
    first = start(page)
    says(desk, "Acme is fine")
    page.serve(SUMMARY, outage(title="Elevated errors"))
    desk.wait(lambda: popups.popups, "the pop-up")
    first.terminate()
    assert first.ended() == 0

    start(page)

    says(desk, "Elevated errors")
    asked = len(page.requests)
    desk.wait(lambda: len(page.requests) > asked + 3, "three more looks")
    assert len(popups.popups) == 1


def test_without_a_notification_daemon_the_icon_still_tells(desk: Desk, page: FakePage, start: Watching) -> None:
    desk.panel()
    program = start(page)
    says(desk, "Acme is fine")

    page.serve(SUMMARY, outage(title="Elevated errors"))

    says(desk, "Elevated errors")
    assert program.is_running
    assert "Traceback" not in program.output


@pytest.mark.parametrize("daemon", ["dunst", "xfce4-notifyd"])
def test_a_real_daemon_takes_our_pop_up(desk: Desk, page: FakePage, start: Watching, daemon: str) -> None:
    desk.popup_daemon(daemon)
    desk.panel()
    program = start(page)
    says(desk, "Acme is fine")

    page.serve(SUMMARY, outage(title="Elevated errors"))

    desk.wait(lambda: desk.run("xdotool", "search", "--onlyvisible", "--class", "dunst|notifyd").stdout, "a pop-up")
    assert program.is_running


TEST_POPUP = """
import sys
from datetime import UTC, datetime
from PySide6.QtWidgets import QApplication
from trayapp.desktop.notifier import Notifier
from trayapp.domain.notification import Alert, AlertKind
app = QApplication([])
notifier = Notifier()
def tell(seen):
    print(seen.problem, seen.server, sorted(seen.abilities), seen.has_replaced)
    app.quit()
notifier.tested.connect(tell)
notifier.test(Alert(kind=AlertKind.NOTICE, at=datetime.now(UTC)))
app.exec()
"""


@pytest.mark.parametrize(("daemon", "name"), [("dunst", "dunst"), ("xfce4-notifyd", "Xfce Notify Daemon")])
def test_a_test_pop_up_finds_out_what_a_real_daemon_can_do(desk: Desk, daemon: str, name: str) -> None:
    desk.popup_daemon(daemon)

    said = desk.run(sys.executable, "-c", TEST_POPUP).stdout

    assert name in said
    assert "'actions'" in said
    assert said.rstrip().endswith("True"), "the second pop-up took the first one's place"


def test_a_test_pop_up_without_a_daemon_says_so(desk: Desk) -> None:
    assert desk.run(sys.executable, "-c", TEST_POPUP).stdout.startswith("none is there (ServiceUnknown)")
