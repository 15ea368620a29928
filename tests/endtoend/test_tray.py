"""The real program in a real tray: it comes, tells the truth, survives its host, and goes when asked."""

import pytest

from tests.builders import outage
from tests.bus import TrayItem, TrayWatcher
from tests.desk import Desk
from tests.endtoend.conftest import Watching
from tests.fakepage import SUMMARY, FakePage

pytestmark = pytest.mark.desk

WINDOW = "AI Status Tray"


def says(desk: Desk, words: str) -> TrayItem:
    """The icon, as soon as its tooltip says so."""
    return desk.wait(
        lambda: next((item for item in desk.bus.items() if words in item.tooltip), None),
        f"a tooltip with {words!r}",
    )


def test_the_icon_tells_that_all_is_fine(desk: Desk, page: FakePage, start: Watching) -> None:
    desk.panel()

    start(page)

    item = says(desk, "Acme is fine")
    assert item["Status"] == "Active"
    assert item.pixels


@pytest.mark.usefixtures("popups")  # without a daemon Qt's balloon would take the tooltip's place for ten seconds
def test_the_icon_tells_of_an_outage_and_of_its_end(desk: Desk, page: FakePage, start: Watching) -> None:
    desk.panel()
    start(page)
    fine = says(desk, "Acme is fine").pixels

    page.serve(SUMMARY, outage(title="Elevated errors"))

    broken = says(desk, "Elevated errors")
    assert "Acme" in broken.tooltip
    assert broken.pixels != fine

    page.serve(SUMMARY, outage(title="Elevated errors", phase="resolved", status="operational", impact="none"))

    assert says(desk, "Acme is fine").pixels == fine


def test_a_page_that_stops_answering_is_neither_green_nor_red(desk: Desk, page: FakePage, start: Watching) -> None:
    desk.panel()
    start(page)
    fine = says(desk, "Acme is fine").pixels

    page.serve(SUMMARY, "<!DOCTYPE html><title>Log in</title>")

    unknown = says(desk, "Cannot tell")
    assert unknown.pixels != fine


def test_the_menu_has_what_it_takes(desk: Desk, page: FakePage, start: Watching) -> None:
    desk.panel()
    program = start(page)
    item = says(desk, "Acme is fine")

    rows = [row for row in item.menu() if row.is_visible and not row.is_separator]

    assert rows[0].label.startswith("Acme is fine")
    assert sum(row.label.startswith("Acme") for row in rows) >= 2  # the sentence, and its own row
    for wanted in ("Check now", "Open", "Quit"):
        assert any(row.label.startswith(wanted) for row in rows), wanted

    item.press(item.row("Quit"))

    assert program.ended() == 0


def test_check_now_looks_at_once(desk: Desk, page: FakePage, start: Watching) -> None:
    desk.panel()
    start(page, settings="")
    item = says(desk, "Acme is fine")
    asked = len(page.requests)

    item.press(item.row("Check now"))

    desk.wait(lambda: len(page.requests) > asked, "another question to the page")


def test_open_shows_the_window(desk: Desk, page: FakePage, start: Watching) -> None:
    desk.panel()
    start(page)
    item = says(desk, "Acme is fine")
    assert not desk.windows(WINDOW)

    item.press(item.row("Open"))

    desk.wait(lambda: desk.windows(WINDOW), "the window")


def test_a_click_on_the_icon_shows_the_window(desk: Desk, page: FakePage, start: Watching) -> None:
    desk.panel()
    start(page)

    says(desk, "Acme is fine").activate()

    desk.wait(lambda: desk.windows(WINDOW), "the window")


def test_a_tray_that_comes_late_gets_its_icon(desk: Desk, page: FakePage, start: Watching) -> None:
    start(page)
    desk.wait(lambda: page.requests, "the program to look at its page")

    desk.panel()

    says(desk, "Acme is fine")


def test_a_tray_that_speaks_status_notifier_only_and_comes_late_gets_its_icon(
    desk: Desk, page: FakePage, start: Watching
) -> None:
    start(page)
    desk.wait(lambda: page.requests, "the program to look at its page")

    with TrayWatcher(desk.address):
        says(desk, "Acme is fine")


def test_the_icon_comes_back_with_its_tray(desk: Desk, page: FakePage, start: Watching) -> None:
    panel = desk.panel()
    start(page)
    says(desk, "Acme is fine")

    panel.kill()
    desk.wait(lambda: not desk.bus.items(), "the tray to be gone")
    desk.panel()

    says(desk, "Acme is fine")


def test_without_any_tray_the_window_opens_by_itself(desk: Desk, page: FakePage, start: Watching) -> None:
    start(page)

    desk.wait(lambda: desk.windows(WINDOW), "the window")


def test_a_request_to_end_is_obeyed_at_once(desk: Desk, page: FakePage, start: Watching) -> None:
    desk.panel()
    program = start(page)
    says(desk, "Acme is fine")

    program.terminate()

    assert program.ended() == 0
    desk.wait(lambda: not desk.bus.items(), "the icon to leave")


def test_a_second_start_raises_the_first(desk: Desk, page: FakePage, start: Watching) -> None:
    desk.panel()
    first = start(page)
    says(desk, "Acme is fine")

    second = start(page)

    assert second.ended() == 0
    assert first.is_running
    desk.wait(lambda: desk.windows(WINDOW), "the first one's window")
    assert len(desk.bus.items()) == 1


def test_a_start_after_a_crash_is_not_held_up_by_what_is_left(desk: Desk, page: FakePage, start: Watching) -> None:
    desk.panel()
    first = start(page)
    says(desk, "Acme is fine")
    first.process.kill()
    first.ended()
    desk.wait(lambda: not desk.bus.items(), "the icon to leave")

    start(page)

    says(desk, "Acme is fine")


def test_the_self_test_passes_on_a_desk(desk: Desk, page: FakePage, start: Watching) -> None:
    desk.panel()

    assert start(page, arguments=("run", "--selftest")).ended() == 0


def test_it_fails_for_me_asks_everybody_and_shows_the_answer(
    desk: Desk, page: FakePage, start: Watching, internet: tuple[FakePage, FakePage]
) -> None:
    """One press in the menu of a real panel: the own connection is asked though nothing looks wrong."""
    desk.panel()
    start(page)
    item = says(desk, "Acme is fine")
    assert not any(each.count() for each in internet)

    item.press(item.row("It fails for me"))

    desk.wait(lambda: all(each.count() for each in internet), "the own connection to be asked")
    desk.wait(lambda: desk.windows(WINDOW), "the window with the answer")
