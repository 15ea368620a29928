"""It fails for me in the window: whom one may ask about, and what is shown of the answer."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.builders import NOON
from tests.desktop.test_window_main import NOW, Desk, page, state
from tests.domain.test_verdict import BAD, FINE, signals
from trayapp.desktop.window.settings.general import GeneralTab
from trayapp.domain.inquiry import answered, begin
from trayapp.domain.verdict import PageVerdict, verdict
from trayapp.engine.commands import EndInquiry, SuspectProvider

ASKED = begin("acme", "Acme", ("acme",), NOON)
FOUND = answered(ASKED, verdict(signals(state=BAD)), (), NOON + timedelta(seconds=9))
VERDICTS = (PageVerdict("acme", "acme", verdict(signals(state=FINE))),)


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    desk = Desk(qtbot)
    desk.open()
    return desk


def buttons(desk: Desk) -> list[str]:
    found = [each for each in desk.window.findChildren(QPushButton) if each.isVisible()]
    return [each.text().replace("&", "") for each in found]


def test_one_click_asks_about_the_one_provider_there_is(desk: Desk) -> None:
    desk.show(verdicts=VERDICTS)
    desk.button("It fails for me").click()

    assert desk.of(SuspectProvider) == [SuspectProvider("acme")]


def test_of_several_one_is_chosen_and_each_provider_stands_there_once(desk: Desk) -> None:
    pages = tuple(state(page(name, provider)) for name, provider in (("A", "x"), ("B", "x"), ("R&D", "y")))
    desk.show(pages=pages, verdicts=VERDICTS)
    menu = desk.button("It fails for me").menu()

    assert [each.text() for each in menu.actions()] == ["A", "R&&D"]
    menu.actions()[1].trigger()
    assert desk.of(SuspectProvider) == [SuspectProvider("r&d")]

    desk.show(pages=pages[:1], verdicts=VERDICTS)
    desk.button("It fails for me").click()
    assert desk.of(SuspectProvider)[1:] == [SuspectProvider("a")]


def test_where_nobody_can_be_asked_it_is_not_offered(desk: Desk) -> None:
    desk.show()

    assert "It fails for me" not in buttons(desk)


def test_while_everybody_is_asked_it_says_so_and_then_the_answer_with_its_evidence(desk: Desk) -> None:
    desk.show(verdicts=VERDICTS, inquiries=(ASKED,))
    assert any(each.startswith("Asking everybody") for each in desk.labels())
    assert not desk.button("Ask again now").isEnabled()
    assert "Why do you say that?" not in desk.labels()

    desk.show(verdicts=VERDICTS, inquiries=(FOUND,))
    assert "Acme reports an incident." in desk.labels()
    assert any("https://status.acme.example" in each and "12:00:00" in each for each in desk.labels())
    assert "Why do you say that?" in desk.labels()


def test_it_can_be_asked_again_and_put_away(desk: Desk) -> None:
    desk.show(verdicts=VERDICTS, inquiries=(FOUND,))
    desk.button("Ask again now").click()
    desk.button("Put away").click()

    assert desk.of(SuspectProvider) == [SuspectProvider("acme")]
    assert desk.of(EndInquiry) == [EndInquiry("acme")]

    desk.show(verdicts=VERDICTS)
    assert "Acme reports an incident." not in desk.labels()


def test_each_has_its_own_panel_and_ages_grow(desk: Desk) -> None:
    other = replace(FOUND, provider="globex", name="Globex", page_ids=("globex",))
    desk.show(verdicts=VERDICTS, inquiries=(FOUND,))
    desk.show(verdicts=VERDICTS, inquiries=(other, FOUND))
    titles = {each for each in desk.labels() if each.startswith("It fails for me:")}
    assert titles == {"It fails for me: Acme", "It fails for me: Globex"}

    desk.now = NOW + timedelta(hours=1)
    desk.window._tick()
    assert sum("over since 12:15" in each for each in desk.labels()) == 2


def test_nobody_is_asked_in_secret(desk: Desk) -> None:
    desk.show(asked=("https://hn.algolia.com/api/v1/search_by_date", "https://api.acme.example/v1/models"))
    desk.window.show_page("settings")
    desk.show(asked=("https://hn.algolia.com/api/v1/search_by_date", "https://api.acme.example/v1/models"))
    shown = desk.window.findChildren(GeneralTab)[0]._hosts.text().splitlines()

    assert shown == ["api.acme.example", "hn.algolia.com", "status.acme.example"]
