"""Beside another window: everything can be read at half of a small screen's width, and nothing scrolls sideways."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QCheckBox,
    QPushButton,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.desktop.test_window_alternatives import OLLAMA
from tests.desktop.test_window_inquiry import VERDICTS
from tests.desktop.test_window_keys import checked
from tests.desktop.test_window_main import BAD, DONE, Desk, page, state
from trayapp.desktop.window.flow import Flow
from trayapp.desktop.window.settings.general import GeneralTab
from trayapp.desktop.window.sidebar import Sidebar
from trayapp.domain.rotation import KeyBook

HALF = 520


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    desk = Desk(qtbot)
    desk.window.resize(HALF, 640)
    desk.show(
        pages=(state(page("Acme", "acme"), BAD), state(page("Other"))),
        verdicts=VERDICTS,
        local_models=(OLLAMA,),
        key_book=KeyBook((checked(),)),
        key_store="Secret Service",
        settings=replace(DONE, reports=replace(DONE.reports, enabled=True)),
    )
    desk.open()
    return desk


def sideways(desk: Desk) -> dict[str, int]:
    """By how many pixels each area that is seen would have to be scrolled sideways."""
    QApplication.processEvents()
    areas = [each for each in desk.window.findChildren(QScrollArea) if each.isVisible()]
    return {each.accessibleName(): wide for each in areas if (wide := each.horizontalScrollBar().maximum())}


def cut_off(desk: Desk) -> list[str]:
    kinds: tuple[type[QPushButton], type[QCheckBox]] = (QPushButton, QCheckBox)
    seen = [each for kind in kinds for each in desk.window.findChildren(kind) if each.isVisible()]
    return [each.text() for each in seen if each.width() < each.minimumSizeHint().width()]


def test_now_wraps_its_buttons(desk: Desk) -> None:
    desk.window.show_page("now/acme")
    desk.window._now_page._why.setChecked(True)

    assert sideways(desk) == {}
    assert cut_off(desk) == []
    assert {"It fails for me", "Copy environment line"} <= {
        each.text().replace("&", "") for each in desk.window.findChildren(QPushButton) if each.isVisible()
    }


def test_no_tab_of_the_settings_scrolls_sideways(desk: Desk) -> None:
    desk.window.show_page("settings")
    tabs = desk.window._settings_page._tabs
    assert tabs.count() == 5

    for place in range(tabs.count()):
        tabs.setCurrentIndex(place)
        assert sideways(desk) == {}, tabs.tabText(place)
        assert cut_off(desk) == [], tabs.tabText(place)


def test_the_sidebar_keeps_its_signs_and_says_its_names_to_those_who_ask(desk: Desk) -> None:
    (sidebar,) = desk.window.findChildren(Sidebar)
    names = ["Now", "Incidents", "Keys", "Settings"]

    def said(role: Qt.ItemDataRole) -> list[object]:
        return [sidebar.item(place).data(role) for place in range(sidebar.count())]

    assert sidebar.width() == 40
    assert not any(said(Qt.ItemDataRole.DisplayRole))
    assert said(Qt.ItemDataRole.ToolTipRole) == said(Qt.ItemDataRole.AccessibleTextRole) == names

    desk.window.resize(900, 640)
    assert sidebar.width() == 136
    assert said(Qt.ItemDataRole.DisplayRole) == said(Qt.ItemDataRole.AccessibleTextRole) == names
    assert not any(said(Qt.ItemDataRole.ToolTipRole))


def test_with_room_the_buttons_stand_beside_the_sentence_in_a_column(desk: Desk) -> None:
    head = desk.window._now_page._head
    assert head.direction() is QBoxLayout.Direction.TopToBottom

    desk.window.resize(900, 640)
    QApplication.processEvents()

    check, fails = desk.button("Check now"), desk.button("It fails for me")
    assert head.direction() is QBoxLayout.Direction.LeftToRight
    assert (check.x(), check.width()) == (fails.x(), fails.width())
    assert check.geometry().bottom() < fails.y()


def test_where_keys_are_kept_and_sent_can_be_seen(desk: Desk) -> None:
    desk.window.show_page("settings")
    desk.window._settings_page._tabs.setCurrentIndex(3)
    QApplication.processEvents()
    (general,) = desk.window.findChildren(GeneralTab)

    for label in (general._store, general._key_hosts):
        assert label.text()
        assert label.width() > 100
        assert label.height() >= label.heightForWidth(label.width())


def test_a_flow_is_lines_or_a_column(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    small, large = QPushButton("a"), QPushButton("a much longer one")
    flow = Flow(small, large)
    window.setLayout(flow)
    line = flow.sizeHint()

    flow.make_column(is_column=True)

    column = flow.sizeHint()
    assert column == QSize(large.sizeHint().width(), small.sizeHint().height() + 8 + large.sizeHint().height())
    assert line.width() > column.width()
    flow.make_column(is_column=False)
    assert flow.sizeHint() == line
