"""The noise preview in Settings: asked for when seen, again with every edit, and never answered by an older count."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from tests.builders import NOON
from trayapp.desktop.window.settings.draft import Draft
from trayapp.desktop.window.settings.popups import PopupsTab
from trayapp.domain.alert import Level
from trayapp.domain.rehearsal import Rehearsal
from trayapp.engine.commands import PreviewRules
from trayapp.engine.updates import Previewed
from trayapp.storage.settings import Alerts, QuietHours


class Tab:
    """The tab with its draft, and the rules it has asked about."""

    def __init__(self, qtbot: QtBot) -> None:
        self.draft = Draft()
        self.tab = PopupsTab(self.draft)
        self.asked: list[PreviewRules] = []
        self.tab.preview_requested.connect(self.asked.append)
        qtbot.addWidget(self.tab)
        self.wait: Callable[[Callable[[], bool]], None] = qtbot.waitUntil

    def answer(self, rules: PreviewRules, pop_ups: int) -> None:
        found = Rehearsal(pop_ups=pop_ups, since=NOON - timedelta(days=30), until=NOON, by_page=(("acme", pop_ups),))
        self.tab.show_preview(Previewed(rules, found))

    @property
    def said(self) -> str:
        return self.tab._noise.text()


@pytest.fixture
def tab(qtbot: QtBot) -> Tab:
    return Tab(qtbot)


def test_it_is_counted_when_it_is_seen_and_each_time_it_is_seen_again(tab: Tab) -> None:
    assert tab.asked == []

    tab.tab.show()
    assert tab.asked == [PreviewRules(Alerts())]
    tab.tab.hide()
    tab.tab.show()
    assert tab.asked == [PreviewRules(Alerts())] * 2


def test_an_edit_is_counted_at_once_and_an_older_answer_is_too_late(tab: Tab) -> None:
    tab.tab.show()
    tab.answer(tab.asked[0], 4)
    assert tab.said == "With these rules: 4 pop-ups in the last 30 days."
    assert tab.tab._makers.text() == "By page: acme 4"

    tab.draft.edit(replace(tab.draft.settings, alerts=Alerts(level=Level.OUTAGES)))
    tab.draft.edit(replace(tab.draft.settings, quiet_hours=QuietHours()))
    tab.wait(lambda: len(tab.asked) == 2)
    assert tab.asked[1] == PreviewRules(Alerts(level=Level.OUTAGES), QuietHours())
    tab.answer(tab.asked[0], 9)
    assert "4 pop-ups" in tab.said
    tab.answer(tab.asked[1], 1)
    assert "1 pop-up " in tab.said


def test_what_nobody_sees_is_not_counted(tab: Tab, qtbot: QtBot) -> None:
    tab.draft.edit(replace(tab.draft.settings, alerts=Alerts(level=Level.MUTE)))
    qtbot.wait(300)

    assert tab.asked == []


def test_where_nothing_is_recorded_it_says_so_calmly(tab: Tab) -> None:
    tab.tab.show()
    tab.tab.show_preview(Previewed(tab.asked[0], Rehearsal(pop_ups=0, since=None, until=NOON)))

    assert tab.said.startswith("Nothing is recorded yet.")
    assert not tab.tab._makers.isVisible()
