"""What one may ask of the pop-ups in the window: on the cards, in the detail, the snooze, and the list of decisions."""

from datetime import timedelta

from msgspec.structs import replace
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.builders import NOON, component, incident, report
from tests.desktop.test_window_main import Desk, desk, page, state
from trayapp.desktop.window.told import ToldDialog
from trayapp.desktop.window.wishes import SnoozeButton
from trayapp.domain.alert import Alert, AlertKind, Decision, Reason
from trayapp.domain.alertbook import AlertBook, Concern, PageBook
from trayapp.domain.record import StoredIncident
from trayapp.domain.snooze import SnoozeFor
from trayapp.domain.status import Status
from trayapp.domain.wishes import Wish
from trayapp.engine.commands import Acknowledge, LoadDecisions, LoadIncidents, Snooze, TellWhenBack
from trayapp.engine.updates import Decided, FoundIncidents
from trayapp.presentation.popuptest import PopupTest

__all__ = ["desk"]
PAGE = Wish("acme")
ONE, TWO = incident("Errors", id="one"), incident("Slow", id="two")
BAD = report(component("API", Status.DEGRADED), incidents=[ONE, TWO])


def concern(name: str, **more: object) -> Concern:
    base = Concern(
        page_id="acme",
        name=f"acme/{name}",
        incident_id=name,
        title=name,
        opened_at=NOON,
        severity=Status.DEGRADED,
    )
    return replace(base, **more)


def pressed(desk: Desk) -> list[str]:
    found = [each for each in desk.window.findChildren(QPushButton) if each.isVisible() and each.isCheckable()]
    return [each.text() for each in found if each.isChecked()]


def test_a_page_in_trouble_is_acknowledged_and_waited_for_on_its_card(desk: Desk) -> None:
    book = AlertBook(concerns=(concern("one"),))
    desk.open()
    desk.show(pages=(state(outcome=BAD),), book=book)
    desk.window.show_page("now/acme")

    desk.button("Acknowledge").click()
    desk.button("Tell me when it is back").click()
    assert desk.of(Acknowledge) == [Acknowledge(PAGE)]
    assert desk.of(TellWhenBack) == [TellWhenBack(PAGE)]

    known = replace(
        book,
        concerns=(concern("one", acknowledged=Status.DEGRADED),),
        pages=(PageBook(page_id="acme", wanted_at=NOON),),
    )
    desk.show(pages=(state(outcome=BAD),), book=known)
    assert pressed(desk) == ["✓ Acknowledged", "✓ Tell me when it is back"]
    assert "Acknowledged · you will be told when it is back" in desk.labels()

    desk.button("✓ Acknowledged").click()
    assert desk.of(Acknowledge)[-1] == Acknowledge(PAGE, is_on=False)


def test_each_incident_of_several_has_buttons_of_its_own(desk: Desk) -> None:
    desk.open()
    desk.show(pages=(state(outcome=BAD),), book=AlertBook(concerns=(concern("one"), concern("two"))))
    desk.window.show_page("now/acme")
    buttons = [each for each in desk.window.findChildren(QPushButton) if each.text() == "Acknowledge"]

    seen = {each.accessibleDescription(): each for each in buttons if each.isVisible()}
    assert set(seen) == {"Acme", "one", "two"}
    seen["two"].click()
    assert desk.of(Acknowledge) == [Acknowledge(Wish("acme", "acme/two"))]

    desk.show(book=AlertBook())
    assert not [each for each in buttons if each.isVisible()]


def test_an_incident_is_acknowledged_in_its_detail_while_it_is_open(desk: Desk) -> None:
    stored = StoredIncident(page_id="acme", incident=ONE, first_seen_at=NOON, last_seen_at=NOON)
    desk.open()
    desk.window.show_page("incidents")
    desk.show(book=AlertBook(concerns=(concern("one"),)))
    desk.qtbot.waitUntil(lambda: bool(desk.of(LoadIncidents)))
    asked = desk.of(LoadIncidents)[-1]
    assert isinstance(asked, LoadIncidents)
    desk.show(found=FoundIncidents(asked.query, (stored,)), book=AlertBook(concerns=(concern("one"),)))

    desk.button("Tell me when it is back").click()
    assert desk.of(TellWhenBack) == [TellWhenBack(Wish("acme", "acme/one"))]
    desk.show(book=AlertBook())
    shown = [each.text() for each in desk.window.findChildren(QPushButton) if each.isVisible()]
    assert "Tell me when it is back" not in shown


def test_the_snooze_is_begun_and_ended_on_the_first_page(desk: Desk) -> None:
    desk.open()
    desk.show()
    (button,) = desk.window.findChildren(SnoozeButton)
    menu = button.menu()
    texts = [each.text().replace("&", "") for each in menu.actions() if each.isVisible()]
    assert texts == ["For 1 hour", "Until tomorrow morning"]
    for each in menu.actions():
        each.trigger()
    assert desk.of(Snooze) == [Snooze(SnoozeFor.HOUR), Snooze(SnoozeFor.TOMORROW), Snooze(SnoozeFor.NOT)]

    desk.show(book=AlertBook(snoozed_until=NOON + timedelta(hours=1)))
    assert [each.text() for each in menu.actions() if each.isVisible()] == ["&End the snooze"]
    assert "Pop-ups are snoozed until 13:00" in desk.labels()
    desk.now = NOON + timedelta(hours=1)
    desk.window._tick()
    assert "Pop-ups are snoozed until 13:00" not in desk.labels()


def test_why_was_i_told_is_answered_from_the_incidents_and_the_settings(desk: Desk) -> None:
    decided = Decided(
        Alert(kind=AlertKind.OPENED, at=NOON, page_id="acme", title="Errors", status=Status.DEGRADED, concern="a"),
        told=False,
        reason=Reason.MUTED.value,
    )
    desk.open()
    desk.show()
    desk.window.show_page("incidents")
    desk.button("Why was I (not) told?").click()
    dialog = desk.window._told
    assert isinstance(dialog, ToldDialog)
    assert desk.of(LoadDecisions) == [LoadDecisions()]

    desk.show(decided=())
    assert dialog._empty.text() == "Nothing has been decided yet."
    later = replace(
        decided, alert=replace(decided.alert, at=NOON + timedelta(minutes=1)), reason="new trouble", told=True
    )
    desk.show(decided=(later, decided))
    QApplication.processEvents()
    table = dialog._table.model()
    assert [table.index(0, place).data() for place in range(4)] == ["12:01", "Yes", "Acme: Errors", "New trouble."]
    dialog._table.setCurrentIndex(table.index(1, 0))
    assert dialog._why.text() == "Its pop-ups are switched off."
    dialog._search.setText("switched OFF")
    assert table.rowCount() == 1
    dialog._search.clear()
    dialog._table.setCurrentIndex(QModelIndex())
    assert dialog._why.text() == ""

    desk.show(decisions=(Decision(decided.alert, told=True, reason=Reason.NEW),))
    assert len(desk.of(LoadDecisions)) == 2, "what is decided while one looks comes too"
    dialog.close()
    desk.show(decisions=(Decision(decided.alert, told=True, reason=Reason.NEW),))
    assert len(desk.of(LoadDecisions)) == 2
    desk.window._settings_page.told_requested.emit()
    assert dialog.isVisible()
    dialog.close()


def test_a_test_pop_up_is_asked_for_and_its_result_is_shown(desk: Desk, qtbot: QtBot) -> None:
    desk.open()
    desk.show()
    desk.window.show_page("settings")
    tabs = desk.window._settings_page._tabs
    tabs.setCurrentIndex(1)
    QApplication.processEvents()
    with qtbot.waitSignal(desk.window.popup_test_requested):
        desk.button("Show a test pop-up").click()
    assert "Showing a test pop-up..." in desk.labels()

    desk.window.show_popup_test(PopupTest(server="dunst", version="1.9", abilities=frozenset({"actions"})))

    (said,) = [each for each in desk.labels() if each.startswith("Shown by dunst 1.9.")]
    assert "Buttons on a pop-up: yes." in said
    assert desk.button("Show a test pop-up").isEnabled()


def test_a_page_that_is_not_there_yet_has_no_wishes(desk: Desk) -> None:
    desk.open()
    desk.show(pages=(state(page("Other")),), book=AlertBook(concerns=(concern("one"),)))

    assert not pressed(desk)
