import subprocess
import sys

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from trayapp.desktop import theme
from trayapp.desktop.tray import Tray
from trayapp.domain.snooze import SnoozeFor
from trayapp.presentation.tray import TrayRow, TrayView
from trayapp.presentation.words import Mark

SNOOZES = ["Snooze pop-ups for 1 hour", "Snooze pop-ups until tomorrow"]
ACTIONS = ["Check now", *SNOOZES, "Open", "Settings", "Quit"]


@pytest.fixture
def tray(qtbot: QtBot) -> Tray:
    del qtbot
    return Tray()


def view(*names: str, mark: Mark = Mark.FINE, sentence: str = "All is fine") -> TrayView:
    rows = tuple(TrayRow(name.casefold(), mark, f"{name}: Operational") for name in names)
    return TrayView(mark=mark, sentence=sentence, rows=rows, tooltip=f"{sentence}!", accessible=f"Tray: {sentence}")


def seen(tray: Tray) -> list[str]:
    return [
        action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
        for action in tray._menu.actions()
        if action.isVisible() and not action.isSeparator()
    ]


def action(tray: Tray, text: str) -> QAction:
    return next(each for each in tray._menu.actions() if each.text().replace("&", "") == text)


def test_before_the_first_view_nothing_is_known(tray: Tray) -> None:
    assert seen(tray) == ["Starting...", *ACTIONS]
    assert tray._icon.icon().cacheKey() == theme.icon(Mark.UNKNOWN).cacheKey()


def test_a_view_is_shown(tray: Tray) -> None:
    tray.show_view(view("OpenAI", "Groq", mark=Mark.OUTAGE, sentence="OpenAI: Down"))

    assert seen(tray) == ["OpenAI: Down", "OpenAI: Operational", "Groq: Operational", *ACTIONS]
    assert tray._icon.toolTip() == "OpenAI: Down!"
    assert tray._icon.icon().cacheKey() == theme.icon(Mark.OUTAGE).cacheKey()
    assert tray._menu.accessibleDescription() == "Tray: OpenAI: Down"


def test_rows_change_in_place_and_never_go_from_under_the_pointer(tray: Tray) -> None:
    tray.show_view(view("A", "B", "C"))
    before = tray._menu.actions()

    tray.show_view(view("B"))
    assert seen(tray)[1:-6] == ["B: Operational"]
    tray.show_view(view("B", "D", "E"))
    assert seen(tray)[1:-6] == ["B: Operational", "D: Operational", "E: Operational"]

    assert tray._menu.actions() == before
    tray.show_view(view())
    assert seen(tray) == ["All is fine", *ACTIONS]


def test_what_looks_like_an_access_key_or_markup_is_text(tray: Tray) -> None:
    tray.show_view(view("R&D\tteam", sentence="<b>AT&T</b> is down"))

    assert "R&D team: Operational" in seen(tray)
    assert "<" not in tray._icon.toolTip()


def test_only_what_differs_is_touched(tray: Tray) -> None:
    tray.show_view(view("A"))
    changed: list[QAction] = []
    for each in tray._menu.actions():
        each.changed.connect(lambda each=each: changed.append(each))

    tray.show_view(view("A"))

    assert not changed


def test_the_menu_asks(tray: Tray, qtbot: QtBot) -> None:
    tray.show_view(view("OpenAI"))

    with qtbot.waitSignal(tray.check_requested):
        action(tray, "Check now").trigger()
    with qtbot.waitSignal(tray.quit_requested):
        action(tray, "Quit").trigger()
    for text, page in (("Open", "now"), ("Settings", "settings"), ("OpenAI: Operational", "now/openai")):
        with qtbot.waitSignal(tray.open_requested) as asked:
            action(tray, text).trigger()
        assert asked.args == [page]


def test_a_snooze_is_begun_and_ended_in_the_menu_which_stays_the_same(tray: Tray, qtbot: QtBot) -> None:
    before = tray._menu.actions()
    for text, length in zip(SNOOZES, (SnoozeFor.HOUR, SnoozeFor.TOMORROW), strict=True):
        with qtbot.waitSignal(tray.snooze_requested) as asked:
            action(tray, text).trigger()
        assert asked.args == [length]

    tray.show_view(replace(view("A"), snoozed="Pop-ups are snoozed until 15:04"))

    end = "Pop-ups are snoozed until 15:04 - end it"
    assert [each for each in seen(tray) if "nooze" in each] == [end]
    with qtbot.waitSignal(tray.snooze_requested) as asked:
        action(tray, end).trigger()
    assert asked.args == [SnoozeFor.NOT]
    tray.show_view(view("A"))
    assert [each for each in seen(tray) if "nooze" in each] == SNOOZES
    assert tray._menu.actions()[-8:] == before[-8:]


def test_a_key_that_needs_attention_is_a_small_key_on_the_icon(tray: Tray) -> None:
    tray.show_view(replace(view("OpenAI"), needs_key=True))
    assert tray._icon.icon().cacheKey() == theme.icon(Mark.FINE, has_key=True).cacheKey()

    tray.show_view(view("OpenAI"))
    assert tray._icon.icon().cacheKey() == theme.icon(Mark.FINE).cacheKey()


def test_what_is_acknowledged_is_an_outline(tray: Tray) -> None:
    tray.show_view(replace(view("A", mark=Mark.OUTAGE), is_acknowledged=True))

    assert tray._icon.icon().cacheKey() == theme.icon(Mark.OUTAGE, outline=True).cacheKey()
    tray.show_view(view("A", mark=Mark.OUTAGE))
    assert tray._icon.icon().cacheKey() == theme.icon(Mark.OUTAGE).cacheKey()


def test_the_row_for_the_rest_opens_the_window(tray: Tray, qtbot: QtBot) -> None:
    tray.show_view(TrayView(Mark.FINE, "fine", rows=(TrayRow("", Mark.FINE, "and 3 more"),)))

    with qtbot.waitSignal(tray.open_requested) as asked:
        action(tray, "and 3 more").trigger()
    assert asked.args == ["now"]


def test_the_sentence_can_be_read_like_the_rest_and_opens_the_window(tray: Tray, qtbot: QtBot) -> None:
    tray.show_view(TrayView(Mark.FINE, "fine"))

    assert action(tray, "fine").isEnabled()
    with qtbot.waitSignal(tray.open_requested) as asked:
        action(tray, "fine").trigger()
    assert asked.args == ["now"]


def test_the_menu_tells_before_it_is_seen(tray: Tray, qtbot: QtBot) -> None:
    with qtbot.waitSignal(tray.menu_opening):
        tray._menu.aboutToShow.emit()


def test_a_click_opens_the_window_once(tray: Tray, qtbot: QtBot) -> None:
    with qtbot.waitSignal(tray.open_requested):
        tray._icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    with qtbot.assertNotEmitted(tray.open_requested):
        tray._icon.activated.emit(QSystemTrayIcon.ActivationReason.DoubleClick)
        tray._icon.activated.emit(QSystemTrayIcon.ActivationReason.Context)


def test_colour_only_when_something_is_wrong(tray: Tray) -> None:
    tray.show_view(view("A"))

    tray.set_look(colourless=True, high_contrast=False)

    assert tray._icon.icon().cacheKey() == theme.icon(Mark.FINE, colourless=True).cacheKey()
    tray.show_view(view("A", mark=Mark.OUTAGE))
    assert tray._icon.icon().cacheKey() == theme.icon(Mark.OUTAGE).cacheKey()
    tray.set_look(colourless=True, high_contrast=True)
    assert tray._icon.icon().cacheKey() == theme.icon(Mark.OUTAGE, high_contrast=True).cacheKey()


def test_a_first_host_that_comes_late_gets_a_new_icon_and_a_restarted_one_does_not(tray: Tray, qtbot: QtBot) -> None:
    tray.show()
    tray.show_view(view("A", mark=Mark.DEGRADED))
    first = tray._icon

    tray._on_host_came("org.kde.StatusNotifierWatcher")
    qtbot.waitUntil(lambda: tray._icon is not first)

    second = tray._icon
    assert second.icon().cacheKey() == theme.icon(Mark.DEGRADED).cacheKey()
    assert second.toolTip() == "All is fine!"
    assert second.contextMenu() is tray._menu
    tray._on_host_went("org.kde.StatusNotifierWatcher")
    tray._on_host_came("org.kde.StatusNotifierWatcher")
    qtbot.wait(400)
    assert tray._icon is second
    tray.hide()


def test_offscreen_there_is_no_tray(tray: Tray) -> None:
    assert not tray.is_available
    tray.show_message("title", "body", Mark.OUTAGE)


class TestItFailsForMe:
    def offered(self, tray: Tray, *names: str, can_ask: bool = True) -> None:
        rows = tuple(TrayRow(name.casefold(), Mark.FINE, f"{name}: Operational", name) for name in names)
        tray.show_view(TrayView(Mark.FINE, "fine", rows=rows, can_ask=can_ask))

    def asked(self, tray: Tray, qtbot: QtBot, chosen: QAction) -> list[object]:
        with qtbot.waitSignal(tray.suspect_requested) as heard:
            chosen.trigger()
        return list(heard.args or ())

    def choices(self, tray: Tray) -> list[str]:
        return [each.text() for each in tray._fails.actions() if each.isVisible()]

    def test_with_one_page_it_is_one_click(self, tray: Tray, qtbot: QtBot) -> None:
        self.offered(tray, "Acme")

        assert seen(tray) == ["fine", "Acme: Operational", "It fails for me", *ACTIONS]
        assert self.asked(tray, qtbot, tray._fails_alone) == ["acme"]

    def test_with_several_one_chooses_and_the_choices_follow_the_pages(self, tray: Tray, qtbot: QtBot) -> None:
        self.offered(tray, "Acme", "R&D", "Globex")
        before = tray._fails.actions()

        assert self.choices(tray) == ["Acme", "R&&D", "Globex"]
        assert self.asked(tray, qtbot, before[2]) == ["globex"]
        assert seen(tray).count("It fails for me") == 1

        self.offered(tray, "Globex", "Acme")
        assert self.choices(tray) == ["Globex", "Acme"]
        assert tray._fails.actions() == before
        assert self.asked(tray, qtbot, before[0]) == ["globex"]

    def test_where_nobody_can_be_asked_it_is_not_offered(self, tray: Tray) -> None:
        self.offered(tray, "Acme", "Globex", can_ask=False)

        assert seen(tray)[-len(ACTIONS) :] == ACTIONS
        assert "It fails for me" not in seen(tray)


def test_the_icon_waits_for_nothing_it_does_not_show() -> None:
    rooms = ("trayapp.engine", "trayapp.storage", "trayapp.catalogue", "trayapp.domain.alertbook")
    code = f"import sys, trayapp.desktop.tray; print([name for name in sys.modules if name.startswith({rooms})])"
    pictures = ["trayapp.storage", "trayapp.storage.resources"]

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == str(pictures)
