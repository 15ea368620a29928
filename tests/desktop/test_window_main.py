import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QAccessible, QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.builders import NOON, component, incident, report, update
from trayapp.desktop.window import links
from trayapp.desktop.window.card import PageCard
from trayapp.desktop.window.first_run import FirstRun
from trayapp.desktop.window.incidents import IncidentsPage
from trayapp.desktop.window.login import LoginBox
from trayapp.desktop.window.main_window import MainWindow
from trayapp.desktop.window.moving import with_new_address
from trayapp.desktop.window.settings.access import AccessDialog
from trayapp.desktop.window.settings.popups import PopupsTab
from trayapp.desktop.window.settings.tree import WatchTree
from trayapp.domain.alert import Level
from trayapp.domain.provider import ComponentRef, Login, Product, Provider, StatusPage
from trayapp.domain.record import Gap, StoredIncident, UpdateVersion
from trayapp.domain.report import FailureKind, FetchFailure, Observation, StatusReport
from trayapp.domain.snapshot import PageState, Snapshot, advance
from trayapp.domain.status import Status
from trayapp.engine.commands import (
    ApplySettings,
    Command,
    DetectPage,
    DismissNote,
    EraseHistory,
    KeepLogin,
    LoadIncidents,
    LookNow,
)
from trayapp.engine.updates import FoundIncidents, FoundPage, Note, Update
from trayapp.storage.autostart import XdgAutostart
from trayapp.storage.settings import Alerts, QuietHours, Settings, Watch

NOW = NOON + timedelta(seconds=40)
INTERVAL = timedelta(minutes=5)
FINE = report(component("API"), component("Chat", group="Apps"))
BAD = report(component("API", Status.DEGRADED), incidents=[incident("Errors", url="https://status.acme.example/1")])
DONE = Settings(first_run_done=True)


class Desk:
    """A window, its clock, and what it has sent."""

    def __init__(self, qtbot: QtBot) -> None:
        self.now = NOW
        self.sent: list[Command] = []
        self.window = MainWindow(clock=lambda: self.now)
        self.window.command.connect(self.sent.append)
        qtbot.addWidget(self.window)
        self.qtbot = qtbot

    def show(self, **parts: object) -> None:
        self.window.show_update(told(**parts))
        QApplication.processEvents()

    def open(self) -> None:
        self.window.show()
        QApplication.processEvents()

    def labels(self) -> list[str]:
        return [each.text() for each in self.window.findChildren(QLabel) if each.isVisible()]

    def button(self, text: str) -> QPushButton:
        found = (each for each in self.window.findChildren(QPushButton) if each.isVisible())
        return next(each for each in found if each.text().replace("&", "") == text)

    def cards(self) -> list[PageCard]:
        cards = [each for each in self.window.findChildren(PageCard) if each.isVisible()]
        return sorted(cards, key=lambda each: each.y())

    def of(self, kind: type) -> list[Command]:
        return [each for each in self.sent if isinstance(each, kind)]


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


def page(name: str = "Acme", provider_id: str = "") -> StatusPage:
    identity = name.casefold()
    return StatusPage(id=identity, name=name, url=f"https://status.{identity}.example", provider_id=provider_id)


def state(of: StatusPage | None = None, outcome: StatusReport | FetchFailure = FINE, at: datetime = NOON) -> PageState:
    of = of or page()
    seen = Observation(of.id, at, outcome, INTERVAL)
    return advance(Snapshot(pages=(PageState(page=of),)), seen).pages[0]


def told(**parts: object) -> Update:
    states = parts.pop("pages", (state(),))
    base = Update(now=NOW, snapshot=Snapshot(pages=tuple(states), at=NOW), settings=DONE)  # type: ignore[arg-type]  # a test's own pages
    return replace(base, **parts)


def test_a_hidden_window_does_nothing_and_catches_up_when_it_is_shown(desk: Desk) -> None:
    desk.show()
    assert not desk.window.findChildren(PageCard)

    desk.open()

    assert "Acme is fine - checked 40 s ago" in desk.labels()
    assert len(desk.cards()) == 1


def test_before_anything_is_known_the_window_says_that_it_looks(desk: Desk) -> None:
    desk.open()

    assert "Looking..." in desk.labels()


def test_ages_grow_only_while_the_window_is_seen(desk: Desk) -> None:
    desk.show()
    desk.open()
    assert desk.window._ages.isActive()

    desk.now = NOW + timedelta(minutes=3)
    desk.window._tick()
    assert "seen since 12:00 · checked 3 min ago" in desk.labels()

    desk.window.hide()
    assert not desk.window._ages.isActive()


def test_the_time_of_a_replay_is_the_replays(desk: Desk) -> None:
    desk.now = NOW + timedelta(days=300)
    desk.show(is_replay=True)
    desk.open()

    assert "Replay of 2 December 2025 - not live. The time there is 12:00." in desk.labels()
    assert "seen since 12:00 · checked 40 s ago" in desk.labels()


def test_trouble_comes_on_top_and_cards_stay_the_same_widgets(desk: Desk) -> None:
    pages = [state(page(f"P{each}")) for each in range(5)]
    desk.show(pages=pages)
    desk.open()
    before = {each.state.page.id: each for each in desk.cards() if each.state}

    pages[3] = state(page("P3"), BAD)
    desk.show(pages=pages)
    QApplication.processEvents()

    order = [each.state.page.id for each in desk.cards() if each.state]
    assert order == ["p3", "p0", "p1", "p2", "p4"]
    assert {each.state.page.id: each for each in desk.cards() if each.state} == before


def test_a_card_opens_with_incidents_components_and_buttons(desk: Desk) -> None:
    desk.show(pages=[state(outcome=BAD)])
    desk.open()

    desk.window.show_page("now/acme")
    QApplication.processEvents()

    assert "Errors" in desk.labels()
    assert desk.window.focusWidget() is desk.cards()[0].toggle
    next(each for each in desk.cards()[0].findChildren(QPushButton) if each.text() == "Check now").click()
    assert desk.of(LookNow) == [LookNow("acme")]


def test_a_card_that_is_not_there_yet_opens_when_it_comes(desk: Desk) -> None:
    desk.window.show_page("now/acme")
    desk.show()
    desk.open()

    assert desk.cards()[0].toggle.isChecked()


def test_everything_can_be_done_with_the_keyboard(desk: Desk) -> None:
    desk.show(pages=[state(page(f"P{each}")) for each in range(12)])
    desk.open()
    desk.window.activateWindow()
    desk.qtbot.waitUntil(lambda: QApplication.activeWindow() is desk.window)

    def current() -> QWidget | None:
        return desk.window._stack.currentWidget()

    QTest.keyClick(desk.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(current(), IncidentsPage)
    QTest.keyClick(desk.window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert current() is desk.window._keys_page
    QTest.keyClick(desk.window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert current() is desk.window._settings_page
    QTest.keyClick(desk.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert current() is desk.window._now_page
    QTest.keyClick(desk.window, Qt.Key.Key_F5)
    assert desk.sent[-1] == LookNow()
    QTest.keyClick(desk.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, "p11")
    assert [each.state.page.id for each in desk.cards() if each.state] == ["p11"]
    QTest.keyClick(desk.window, Qt.Key.Key_Escape)
    assert not desk.window.isVisible()


def test_the_tab_key_reaches_every_card_in_the_order_they_are_seen(desk: Desk) -> None:
    pages = [state(page(f"P{each}")) for each in range(4)]
    desk.show(pages=pages)
    desk.open()
    pages[2] = state(page("P2"), BAD)
    desk.show(pages=pages)
    QApplication.processEvents()
    toggles = [each.toggle for each in desk.cards()]

    reached: list[QWidget] = []
    widget: QWidget | None = desk.window._now_page._check
    for _each in range(400):
        widget = widget.nextInFocusChain() if widget is not None else None
        if widget is not None and widget in toggles and widget not in reached:
            reached.append(widget)

    assert reached == toggles


def test_what_takes_the_focus_has_a_name_for_those_who_hear_it(desk: Desk) -> None:
    desk.show(pages=[state(outcome=BAD)], notes=(Note("k", "Something."),))
    desk.open()
    nameless: list[QWidget] = []
    for name in ("now/acme", "incidents", "settings"):
        desk.window.show_page(name)
        QApplication.processEvents()
        nameless += [
            each
            for each in desk.window.findChildren(QWidget)
            if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisible() and not heard(each)
        ]

    assert not nameless


def heard(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


def test_text_from_outside_is_never_markup(desk: Desk) -> None:
    evil = "<b>bold</b><img src='file:///x'>"
    outcome = report(
        component(evil, Status.DEGRADED, said=evil), incidents=[incident(evil, updates=[update(text=evil)])]
    )
    desk.show(pages=[state(replace(page(), name=evil, note=evil), outcome)], notes=(Note("k", evil),))
    desk.open()
    desk.window.show_page("now/acme")
    desk.window._now_page._why.setChecked(True)

    labels = desk.window.findChildren(QLabel)

    assert all(each.textFormat() is Qt.TextFormat.PlainText for each in labels if evil in each.text())
    assert any(evil in each.text() for each in labels)
    assert not any("<" in each.toolTip() for each in desk.window.findChildren(QWidget))


def test_a_note_can_be_put_away_and_comes_back_when_it_says_something_new(desk: Desk) -> None:
    desk.show(notes=(Note("disk", "The disk is full."),))
    desk.open()
    close = next(each for each in desk.window._banners.findChildren(QWidget) if each.property("key") == "disk")

    QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    desk.show(notes=(Note("disk", "The disk is full."),))
    assert desk.of(DismissNote) == [DismissNote("disk")]
    assert "The disk is full." not in desk.labels()

    desk.show(notes=(Note("disk", "The disk is gone."),))
    assert "The disk is gone." in desk.labels()


def test_the_evidence_is_one_click_away(desk: Desk) -> None:
    desk.show(pages=[state(outcome=BAD)])
    desk.open()

    desk.window._now_page._why.click()

    assert any("status.acme.example: The page says so" in each for each in desk.labels())


def test_nothing_watched_leads_to_the_settings(desk: Desk) -> None:
    desk.show(pages=())
    desk.open()

    desk.button("Choose what to watch...").click()

    assert desk.window._stack.currentWidget() is desk.window._settings_page


def test_a_page_that_moved_can_be_followed(desk: Desk) -> None:
    moved = FetchFailure(kind=FailureKind.MOVED, detail="It moved.", moved_to="https://new.acme.example")
    settings = Settings(first_run_done=True, watch=(Watch(provider="acme"), Watch(provider="other")))
    desk.show(pages=[state(page("Acme", "acme"), moved)], settings=settings)
    desk.open()
    desk.window.show_page("now/acme")
    QApplication.processEvents()

    desk.button("Use the new address").click()

    (applied,) = desk.of(ApplySettings)
    assert isinstance(applied, ApplySettings)
    assert applied.settings.watch == (
        Watch(provider="acme", url="https://new.acme.example", name="Acme"),
        Watch(provider="other"),
    )


def test_following_a_page_keeps_its_components_and_loses_no_other_page() -> None:
    own = StatusPage(
        id="a", name="A", url="https://a.example/", provider_id="acme", watched=(ComponentRef(name="API"),)
    )
    settings = Settings(watch=(Watch(provider="acme"), Watch(url="https://a.example", platform="feed")))

    alone = with_new_address(settings, own, "https://b.example", is_only_page=True)
    one_of_two = with_new_address(settings, own, "https://b.example", is_only_page=False)

    assert alone is not None
    assert alone.watch[0] == Watch(provider="acme", url="https://b.example", name="A", components=("API",))
    assert one_of_two is not None
    assert one_of_two.watch == (Watch(provider="acme"), Watch(url="https://b.example"))
    assert with_new_address(settings, own, "http://b.example", is_only_page=True) is None
    assert with_new_address(Settings(watch=()), own, "https://b.example", is_only_page=True) is None


def test_the_start_at_login_is_switched_and_read_back(qtbot: QtBot, tmp_path: Path) -> None:
    autostart = XdgAutostart(tmp_path, (sys.executable, "-m", "trayapp"))
    window = MainWindow(clock=lambda: NOW, autostart=autostart)
    qtbot.addWidget(window)
    window.show_update(told())
    window.show()
    window.show_page("settings")
    window._settings_page._tabs.setCurrentIndex(2)
    box = window.findChild(LoginBox)
    assert isinstance(box, LoginBox)

    box._box.click()
    assert autostart.state().is_on

    box._box.click()
    assert not autostart.state().is_on


def test_the_first_questions_offer_the_start_at_login(qtbot: QtBot, tmp_path: Path) -> None:
    autostart = XdgAutostart(tmp_path, (sys.executable, "-m", "trayapp"))
    questions = FirstRun(autostart)
    qtbot.addWidget(questions)

    for _step in range(3):
        questions._next.click()

    assert autostart.state().is_on


class Browser(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toString())


@pytest.mark.parametrize(
    ("link", "is_opened"),
    [
        ("https://status.acme.example/incidents/1", True),
        ("https://www.acme.example/x", True),
        ("http://status.acme.example/", False),
        ("https://status.acme.example@evil.example/", False),
        ("https://user:word@status.acme.example/", False),
        ("https://evil.example/", False),
        ("https://acme.example.evil.example/", False),
        ("https://status.аcme.example/", False),  # a Cyrillic letter
        ("https://evil.example\\@status.acme.example/", False),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("//evil.example/", False),
        ("", False),
    ],
)
@pytest.mark.usefixtures("qapp")
def test_only_links_to_the_pages_own_site_are_opened(link: str, is_opened: bool) -> None:  # noqa: FBT001 -- a table's column
    browser = Browser()
    for scheme in ("https", "http", "file", "javascript"):
        QDesktopServices.setUrlHandler(scheme, browser, "open")  # type: ignore[arg-type]  # its stub is wrong: it takes str
    try:
        links.open_link(link, "https://status.acme.example")
    finally:
        for scheme in ("https", "http", "file", "javascript"):
            QDesktopServices.unsetUrlHandler(scheme)

    assert browser.opened == ([link] if is_opened else [])
    assert links.may_open(link, "https://status.acme.example") is is_opened


def test_incidents_are_asked_for_and_shown_and_chosen_ones_stay_chosen(desk: Desk) -> None:
    first = StoredIncident(page_id="acme", incident=incident("First"), first_seen_at=NOON, last_seen_at=NOON)
    edited = replace(
        first,
        incident=incident("Second", id="2", updates=[update(text="New words.")]),
        versions=(UpdateVersion("update-1", NOON, None, NOON, "Old words."),),
    )
    desk.show()
    desk.open()
    desk.window.show_page("incidents/acme/2")
    desk.qtbot.waitUntil(lambda: bool(desk.of(LoadIncidents)))
    asked = desk.of(LoadIncidents)[-1]
    assert isinstance(asked, LoadIncidents)

    desk.show(found=FoundIncidents(asked.query, (first, edited)))

    QApplication.processEvents()
    assert "2 incidents" in desk.labels()
    assert "Second" in desk.labels()
    assert "New words." in desk.labels()
    desk.show(found=FoundIncidents(asked.query, (edited,)))
    assert "Second" in desk.labels()


def test_an_answer_to_another_question_is_not_shown(desk: Desk) -> None:
    desk.show()
    desk.open()
    desk.window.show_page("incidents")
    desk.qtbot.waitUntil(lambda: bool(desk.of(LoadIncidents)))
    asked = desk.of(LoadIncidents)[-1]
    assert isinstance(asked, LoadIncidents)

    desk.show(found=FoundIncidents(replace(asked.query, text="other"), ()))
    assert "Looking..." in desk.labels()

    desk.show(found=FoundIncidents(asked.query, ()))
    assert "No incident in this time. Choose a longer one to see more." in desk.labels()


def test_times_when_nobody_watched_stand_among_the_incidents(desk: Desk) -> None:
    seen = StoredIncident(page_id="acme", incident=incident("First"), first_seen_at=NOON, last_seen_at=NOON)
    night = Gap(NOON + timedelta(hours=1), NOON + timedelta(hours=9), "asleep")
    desk.now = NOON + timedelta(hours=10)
    desk.show()
    desk.open()
    desk.window.show_page("incidents")
    desk.qtbot.waitUntil(lambda: bool(desk.of(LoadIncidents)))
    asked = desk.of(LoadIncidents)[-1]
    assert isinstance(asked, LoadIncidents)

    desk.show(found=FoundIncidents(asked.query, (seen,), (night,)))
    page = desk.window.findChild(IncidentsPage)
    assert isinstance(page, IncidentsPage)
    titles = [page._sorted.index(place, 2).data() for place in range(page._sorted.rowCount())]
    assert titles == ["Nobody watched: this computer slept", "First"]
    assert "First" in desk.labels(), "the incident is chosen, not the night after it"

    page._table.setCurrentIndex(page._sorted.index(0, 0))
    QApplication.processEvents()
    assert "Nobody watched: this computer slept" in desk.labels()
    assert "The page has posted no updates." not in desk.labels()
    page._search.setText("first")
    desk.qtbot.waitUntil(lambda: desk.of(LoadIncidents)[-1] != asked)
    asked = desk.of(LoadIncidents)[-1]
    assert isinstance(asked, LoadIncidents)
    desk.show(found=FoundIncidents(asked.query, (seen,), (night,)))
    assert page._sorted.rowCount() == 1, "who looks for something does not look for a gap"


ACME = Provider(
    id="acme",
    name="Acme",
    pages=(page("Acme", "acme"),),
    products=(Product("api", "The API", (ComponentRef(name="API"),)),),
)
NOTED = Provider(id="noted", name="Noted", note="It has no page.")


def settings_desk(desk: Desk) -> None:
    settings = Settings(first_run_done=True, watch=(Watch(provider="acme"),))
    desk.show(pages=[state(page("Acme", "acme"))], settings=settings, providers=(ACME, NOTED))
    desk.open()
    desk.window.show_page("settings")


def test_ticks_become_settings_after_a_moment(desk: Desk) -> None:
    settings_desk(desk)
    tree = desk.window.findChild(WatchTree)
    assert isinstance(tree, WatchTree)
    apps = tree.topLevelItem(1)
    assert apps is not None

    apps.setCheckState(0, Qt.CheckState.Unchecked)
    assert not desk.of(ApplySettings)
    desk.qtbot.waitUntil(lambda: bool(desk.of(ApplySettings)))

    (applied,) = desk.of(ApplySettings)
    assert isinstance(applied, ApplySettings)
    assert applied.settings.watch == (Watch(provider="acme", products=("api",)),)


def test_nothing_can_be_edited_before_it_is_known_what_is_in_force(desk: Desk) -> None:
    desk.open()
    desk.window.show_page("settings")
    assert not desk.window._settings_page._tabs.isEnabled()

    settings_desk(desk)
    assert desk.window._settings_page._tabs.isEnabled()


def test_the_last_tick_cannot_be_taken_away(desk: Desk) -> None:
    settings_desk(desk)
    tree = desk.window.findChild(WatchTree)
    assert isinstance(tree, WatchTree)
    for place in range(tree.topLevelItemCount()):
        item = tree.topLevelItem(place)
        assert item is not None
        item.setCheckState(0, Qt.CheckState.Unchecked)

    assert "Tick at least one, or remove the page from the list." in desk.labels()


def test_an_edit_is_not_taken_back_by_an_update_that_was_on_its_way(desk: Desk) -> None:
    settings_desk(desk)
    draft = desk.window._settings_page.draft
    wanted = replace(draft.settings, start_at_login=True)

    draft.edit(wanted)
    desk.show(settings=replace(DONE, watch=(Watch(provider="acme"),)), providers=(ACME,))

    assert draft.settings == wanted
    draft.flush()
    assert desk.of(ApplySettings) == [ApplySettings(wanted)]


def test_any_page_can_be_added_by_its_address(desk: Desk) -> None:
    settings_desk(desk)
    watching = desk.window._settings_page._watching
    watching._on_add()
    picker = watching._picker
    assert picker is not None

    picker._search.setText("status.new.example")
    picker._try.click()
    assert desk.of(DetectPage) == [DetectPage("https://status.new.example")]
    found = FoundPage("https://status.new.example", "statuspage", "https://status.new.example", "status.new.example")
    desk.show(found_page=found, settings=desk.window._settings_page.draft.settings, providers=(ACME, NOTED))
    picker._add.click()

    assert desk.window._settings_page.draft.settings.watch[-1] == Watch(
        url="https://status.new.example", platform="statuspage", name="status.new.example"
    )


def test_a_page_that_has_moved_is_tried_at_its_new_address_with_one_button(desk: Desk) -> None:
    settings_desk(desk)
    watching = desk.window._settings_page._watching
    watching._on_add()
    picker = watching._picker
    assert picker is not None
    picker._search.setText("https://status.old.example")
    picker._try.click()
    assert picker._move.isHidden()

    moved = FoundPage(
        "https://status.old.example", problem="It sends us elsewhere.", moved_to="https://status.new.example"
    )
    picker.show_found(moved)

    assert "https://status.new.example" in picker._result.text()
    assert not picker._move.isHidden()
    picker._move.click()
    assert desk.of(DetectPage)[-1] == DetectPage("https://status.new.example")
    assert picker._move.isHidden()
    picker.reject()
    QApplication.processEvents()


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("http://gatus.lan:8080", True),
        ("https://10.0.0.5", True),
        ("https://status.acme.example", False),
        ("http://127.0.0.1:8080", False),
    ],
)
def test_own_monitoring_is_asked_for_and_watched_as_such(desk: Desk, address: str, own: bool) -> None:  # noqa: FBT001 -- a row
    settings_desk(desk)
    watching = desk.window._settings_page._watching
    watching._on_add()
    picker = watching._picker
    assert picker is not None

    picker._search.setText(address)
    assert picker._own.isChecked() is own
    picker._try.click()
    assert desk.of(DetectPage)[-1] == DetectPage(address, internal=own)
    picker.show_found(FoundPage(address, "gatus", address, "Ours"))
    picker._add.click()

    entry = Watch(url=address, platform="gatus", name="Ours", internal=own)
    assert desk.window._settings_page.draft.settings.watch[-1] == entry


def access_dialog(desk: Desk, entry: Watch) -> AccessDialog:
    settings_desk(desk)
    draft = desk.window._settings_page.draft
    draft.edit(replace(draft.settings, watch=(entry,)))
    watching = desk.window._settings_page._watching
    watching._list.setCurrentRow(0)
    assert watching._access.isHidden() is not entry.internal
    watching._on_access()
    assert watching._access_dialog is not None
    return watching._access_dialog


def test_own_monitoring_is_given_certificates_and_a_token_in_the_window(desk: Desk) -> None:
    dialog = access_dialog(desk, Watch(url="https://am.lan", internal=True, name="Ours"))
    dialog.ca.line.setText("/etc/own.pem")
    dialog.login.setCurrentIndex(dialog.login.findData("bearer"))
    assert not dialog._save.isEnabled()  # there is no token yet
    dialog.secret.setText("monitoring-token")
    assert dialog.secret.text() == ""
    assert dialog._save.isEnabled()

    dialog._save.click()

    entry = Watch(url="https://am.lan", internal=True, name="Ours", ca="/etc/own.pem")
    assert desk.window._settings_page.draft.settings.watch == (entry,)
    assert [type(each) for each in desk.sent[-2:]] == [ApplySettings, KeepLogin]
    (command,) = desk.of(KeepLogin)
    assert isinstance(command, KeepLogin)
    assert (command.url, command.user) == ("https://am.lan", "")
    assert command.secret is not None
    assert command.secret.reveal() == "monitoring-token"
    assert dialog.secret.secret is None


def test_a_login_can_be_changed_and_taken_away_in_the_window(desk: Desk) -> None:
    kept = Watch(url="https://am.lan", internal=True, login=Login.BASIC, user="viewer", secret="store:Store/1")
    dialog = access_dialog(desk, kept)
    assert dialog._kept.text().startswith("It is kept")
    assert dialog.command is None
    assert dialog._save.isEnabled()
    dialog.user.setText("a:b")
    assert dialog._problem.text().startswith("Type the user name")
    dialog.user.setText("reader")
    assert dialog._problem.text() == "Type the password."
    dialog.certificate_key.line.setText("/own.key")
    assert dialog._problem.text() == "Choose the certificate that this key belongs to."
    dialog.certificate_key.line.setText("")
    dialog.login.setCurrentIndex(dialog.login.findData(""))

    dialog._save.click()

    assert desk.of(KeepLogin) == [KeepLogin("https://am.lan")]


def test_a_secret_typed_and_not_saved_is_forgotten(desk: Desk) -> None:
    dialog = access_dialog(desk, Watch(url="https://am.lan", internal=True))
    dialog.login.setCurrentIndex(dialog.login.findData("bearer"))
    dialog.secret.setText("monitoring-token")

    dialog.reject()

    assert dialog.secret.secret is None
    assert desk.of(KeepLogin) == []


def test_regions_are_chosen_where_a_page_reports_by_region(desk: Desk) -> None:
    settings_desk(desk)
    watching = desk.window._settings_page._watching
    draft = desk.window._settings_page.draft
    assert watching._regions.isHidden()
    draft.edit(
        replace(draft.settings, watch=(Watch(url="https://health.acme.example", platform="aws"), *draft.settings.watch))
    )
    watching._list.setCurrentRow(0)
    assert watching._regions.isHidden()  # nobody knows the page yet

    cloud = replace(page("Cloud", "cloud"), url="https://health.acme.example", platform="aws")
    desk.show(pages=[state(cloud)], settings=draft.settings, providers=(ACME, NOTED))
    assert not watching._regions.isHidden()
    watching._regions.setText(" eu-west-1,, us-east-1 ")
    watching._regions.editingFinished.emit()

    assert draft.settings.watch[0].options == {"regions": "eu-west-1, us-east-1"}
    before = draft.settings
    watching._regions.editingFinished.emit()
    assert draft.settings is before


def test_what_was_found_does_not_outlive_the_way_it_was_asked_for(desk: Desk) -> None:
    settings_desk(desk)
    watching = desk.window._settings_page._watching
    watching._on_add()
    picker = watching._picker
    assert picker is not None
    picker._search.setText("https://status.acme.example")
    assert not picker._own.isHidden()
    picker._try.click()
    picker.show_found(FoundPage(picker._asked, "gatus", "https://status.acme.example", "Ours"))
    assert picker._found is not None

    picker._own.setChecked(True)

    assert picker._found is None
    picker._search.setText("acme")
    assert picker._own.isHidden()
    picker.reject()
    QApplication.processEvents()


def test_what_cannot_be_watched_is_greyed_out_with_its_reason(desk: Desk) -> None:
    settings_desk(desk)
    watching = desk.window._settings_page._watching
    watching._on_add()
    picker = watching._picker
    assert picker is not None

    items = [picker._list.item(place) for place in range(picker._list.count())]

    assert [(each.text(), bool(each.flags() & Qt.ItemFlag.ItemIsEnabled)) for each in items] == [
        ("Acme - watched already", False),
        ("Noted - It has no page.", False),
    ]
    picker.show_found(FoundPage("", problem="unasked"))
    picker._asked = "https://x.example"
    picker.show_found(FoundPage("https://x.example", problem="Nobody there."))
    assert picker._result.text() == "Nobody there."
    assert not picker._add.isEnabled()
    picker.reject()
    QApplication.processEvents()


def test_a_page_of_its_own_may_be_louder_or_quieter(desk: Desk) -> None:
    settings_desk(desk)
    popups = desk.window.findChild(PopupsTab)
    assert isinstance(popups, PopupsTab)
    choice = popups._pages["acme"]

    choice.setCurrentIndex(choice.count() - 1)
    choice.activated.emit(choice.currentIndex())
    popups._quiet.click()

    settings = desk.window._settings_page.draft.settings
    assert settings.alerts.providers == MappingProxyType({"acme": Level.MUTE})
    assert settings.quiet_hours == QuietHours()


def test_the_level_of_a_provider_is_shown_and_edited_where_it_holds(desk: Desk) -> None:
    main, app = page("Gemini", "gemini"), replace(page("Gemini app", "gemini"), id="gemini-app")
    by_hand = replace(DONE, alerts=Alerts(providers={"gemini": Level.OUTAGES}))
    desk.open()
    desk.window.show_page("settings")
    desk.show(pages=(state(main), state(app)), settings=by_hand)
    popups = desk.window.findChild(PopupsTab)
    assert isinstance(popups, PopupsTab)
    assert [each.currentText() for each in popups._pages.values()] == ["Outages only", "As Gemini"]

    desk.show(pages=(state(app),), settings=by_hand)
    alone = popups._pages["gemini-app"]
    assert alone.currentText() == "Outages only", "set for the provider, and no other page stands for it"
    alone.setCurrentIndex(0)
    alone.activated.emit(0)
    assert desk.window._settings_page.draft.settings.alerts.providers == {}
    assert alone.currentText() == "As above"


def test_erasing_asks_first(desk: Desk) -> None:
    settings_desk(desk)
    general = desk.window._settings_page._general
    general._erase.click()
    question = next(each for each in general.children() if each.inherits("QMessageBox"))
    assert not desk.of(EraseHistory)

    next(each for each in question.findChildren(QPushButton) if "Erase" in each.text()).click()

    assert desk.of(EraseHistory) == [EraseHistory()]


def first_run(desk: Desk) -> None:
    more = tuple(
        replace(ACME, id=each, name=each.title(), pages=(page(each, each),))
        for each in ("openai", "anthropic", "mistral")
    )
    desk.show(pages=(), is_first_run=True, settings=Settings(), providers=(ACME, NOTED, *more))
    desk.open()


def test_the_first_questions_take_three_clicks(desk: Desk) -> None:
    first_run(desk)
    next(each for each in desk.window.findChildren(QCheckBox) if each.text() == "Mistral").setChecked(True)

    desk.button("Next").click()
    desk.button("Next").click()
    assert any("Openai, Anthropic, Mistral" in each for each in desk.labels())
    desk.button("Start watching").click()

    (applied,) = desk.of(ApplySettings)
    assert isinstance(applied, ApplySettings)
    assert applied.settings.first_run_done
    assert [each.provider for each in applied.settings.watch] == ["openai", "anthropic", "mistral"]
    desk.show(settings=applied.settings)
    assert desk.window._stack.currentWidget() is desk.window._now_page


def test_the_first_questions_can_be_skipped(desk: Desk) -> None:
    first_run(desk)

    desk.button("Skip").click()

    assert desk.of(ApplySettings) == [ApplySettings(replace(Settings(), first_run_done=True))]


def test_many_pages_are_updated_at_once_when_few_have_changed(desk: Desk) -> None:
    pages = [state(page(f"P{each}")) for each in range(200)]
    desk.show(pages=pages)
    desk.open()
    desk.qtbot.waitUntil(lambda: len(desk.cards()) == 60)
    assert "140 more pages are watched; find them by name." in desk.labels()

    pages[100] = state(page("P100"), BAD)
    begun = time.thread_time()
    desk.window.show_update(told(pages=pages))
    passed = time.thread_time() - begun

    QApplication.processEvents()
    assert passed < 0.5  # some milliseconds of work, however busy the machine is
    assert (desk.cards()[0].state or pages[0]).page.id == "p100"


def test_of_very_many_pages_the_one_that_is_sought_or_opened_has_a_card(desk: Desk) -> None:
    desk.show(pages=[state(page(f"P{each}")) for each in range(100)])
    desk.open()
    desk.qtbot.waitUntil(lambda: len(desk.cards()) == 60)

    desk.window._now_page.open_card("p99")
    desk.qtbot.waitUntil(lambda: "p99" in ids(desk))
    assert desk.cards()[-1].is_open
    desk.window._now_page._find.setText("p77")
    desk.qtbot.waitUntil(lambda: ids(desk) == ["p77"])
    desk.window._now_page._find.setText("operational")
    desk.qtbot.waitUntil(lambda: len(desk.cards()) > 60)
    desk.window._now_page._find.clear()

    desk.show(pages=[state(page(f"P{each}")) for each in range(100)])
    assert "p99" in ids(desk)
    assert len(desk.cards()) in {60, 61}


def ids(desk: Desk) -> list[str]:
    return [each.state.page.id for each in desk.cards() if each.state is not None]


def test_light_dark_and_contrast_redraw_without_a_fault(desk: Desk) -> None:
    desk.show(pages=[state(outcome=BAD)])
    desk.open()

    palette = desk.window.palette()
    palette.setColor(palette.ColorRole.Window, Qt.GlobalColor.black)
    desk.window.setPalette(palette)
    QApplication.processEvents()

    assert desk.cards()


def test_without_a_tray_the_window_says_what_closing_does(desk: Desk) -> None:
    desk.show()
    desk.open()

    desk.window.show_tray(is_available=False)
    assert any("no tray" in each for each in desk.labels())

    desk.window.show_tray(is_available=True)
    assert not any("no tray" in each for each in desk.labels())


def test_while_no_incident_is_found_the_words_stand_on_top(desk: Desk) -> None:
    desk.show()
    desk.open()
    desk.window.show_page("incidents")
    QApplication.processEvents()
    page = desk.window._incidents_page

    assert page._empty.text() == "Looking..."
    assert not page._table.isVisible()
    assert page._empty.y() < page.height() / 3
