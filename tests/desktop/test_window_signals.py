"""The tab "Signals": what is chosen is sent, what the engine says is shown."""

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from tests.desktop.test_window_main import DONE
from trayapp.desktop.window.settings.draft import Draft
from trayapp.desktop.window.settings.signals import SignalsTab
from trayapp.storage.settings import Crowd, Reports, Settings


class Tab:
    def __init__(self, qtbot: QtBot) -> None:
        self.draft = Draft()
        self.sent: list[Settings] = []
        self.draft.send_requested.connect(self.sent.append)
        self.draft.take(DONE)
        self.tab = SignalsTab(self.draft)
        qtbot.addWidget(self.tab)
        self.tab.show()
        QApplication.processEvents()

    def box(self, text: str) -> QCheckBox:
        return next(each for each in self.tab.findChildren(QCheckBox) if text in each.text().replace("&", ""))


@pytest.fixture
def tab(qtbot: QtBot) -> Tab:
    return Tab(qtbot)


def test_reports_are_off_until_somebody_wants_them(tab: Tab) -> None:
    box = tab.box("report errors over HTTP")
    assert not box.isChecked()
    assert not tab.tab._port.isEnabled()
    assert not tab.tab._where.isVisible()

    box.click()
    tab.draft.flush()

    assert tab.sent[-1].reports == Reports(enabled=True)
    assert tab.tab._where.text() == "POST http://127.0.0.1:8909/report"

    tab.tab._port.setValue(9000)
    tab.draft.flush()
    assert tab.sent[-1].reports == Reports(enabled=True, port=9000)


def test_nobody_is_counted_until_somebody_wants_it(tab: Tab) -> None:
    box = tab.box("Hacker News")
    assert not box.isChecked()
    assert "trayapp login downdetector" in tab.tab._detector.text()

    box.click()
    tab.draft.flush()
    assert tab.sent[-1].crowd == Crowd(hacker_news=True)

    own = Crowd(downdetector="store:1", downdetector_client="client-1")
    tab.draft.take(replace(DONE, crowd=own))
    assert "client-1" in tab.tab._detector.text()
    assert not box.isChecked()
