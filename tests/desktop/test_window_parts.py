from datetime import timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.builders import NOON
from trayapp.desktop.window.components import Components
from trayapp.desktop.window.detail import IncidentDetail
from trayapp.desktop.window.settings import about
from trayapp.desktop.window.settings.draft import Draft
from trayapp.desktop.window.settings.general import GeneralTab
from trayapp.desktop.window.settings.tree import WatchTree
from trayapp.desktop.window.texts import redim
from trayapp.domain.keys import KeyRef, KeyState
from trayapp.domain.snapshot import Snapshot
from trayapp.domain.updates import FileState, Installation, Release, Standing, UpdatesState
from trayapp.presentation.incidents import Detail, UpdateView, VersionView
from trayapp.presentation.now import ComponentGroup, ComponentRow
from trayapp.presentation.watching import Branch, Leaf
from trayapp.presentation.words import Mark
from trayapp.storage.settings import ColorScheme, Polling, Proxy, ProxyMode, Settings


def group(name: str, *rows: tuple[str, Mark], is_watched: bool = True) -> ComponentGroup:
    made = tuple(ComponentRow(each, mark, each, mark.value) for each, mark in rows)
    return ComponentGroup(name, made[0].mark, made, is_watched=is_watched)


def test_components_change_in_place_and_what_is_open_stays_open(qtbot: QtBot) -> None:
    tree = Components()
    qtbot.addWidget(tree)
    tree.show_groups((group("", ("API", Mark.FINE)), group("Apps", ("Chat", Mark.FINE), ("Login", Mark.FINE))))
    apps = tree.topLevelItem(1)
    assert apps is not None
    apps.setExpanded(True)

    tree.show_groups((group("", ("API", Mark.OUTAGE)), group("Apps", ("Chat", Mark.FINE), ("Login", Mark.DEGRADED))))

    assert tree.topLevelItem(1) is apps
    assert apps.isExpanded()
    api, login = tree.topLevelItem(0), apps.child(1)
    assert api is not None
    assert login is not None
    assert (api.text(1), login.text(1)) == ("outage", "degraded")
    assert login.data(0, Qt.ItemDataRole.AccessibleTextRole) == "Login: degraded"


def test_of_many_components_only_groups_with_trouble_are_open(qtbot: QtBot) -> None:
    tree = Components()
    qtbot.addWidget(tree)
    fine = group("Fine", *((f"f{each}", Mark.FINE) for each in range(300)))
    bad = group("Bad", *((f"b{each}", Mark.OUTAGE) for each in range(30)))
    rest = group("Not watched", ("x", Mark.OUTAGE), is_watched=False)

    tree.show_groups((fine, bad, rest))

    tops = [tree.topLevelItem(place) for place in range(3)]
    assert [each.isExpanded() for each in tops if each is not None] == [False, True, False]
    assert tree.sizeHint().height() < 400


DETAIL = Detail(
    key="k",
    page_id="acme",
    mark=Mark.DEGRADED,
    title="Errors",
    facts=(("Page", "Acme"),),
    notes=("A note.",),
    updates=(UpdateView("12:00", "New.", (VersionView("As seen 11:00", "Old."),)),),
    url="https://status.acme.example/1",
)


def seen(widget: QWidget) -> list[str]:
    return [each.text() for each in widget.findChildren(QLabel) if each.isVisible()]


def test_earlier_texts_of_an_update_are_one_click_away(qtbot: QtBot) -> None:
    detail = IncidentDetail()
    qtbot.addWidget(detail)
    detail.show()
    detail.show_detail(DETAIL, "https://status.acme.example")
    QApplication.processEvents()
    assert "Old." not in seen(detail)

    (button,) = detail.findChildren(QToolButton)
    button.click()
    QApplication.processEvents()

    assert {"New.", "Old.", "As seen 11:00", "A note."} <= set(seen(detail))
    button.click()
    assert "Old." not in seen(detail)


def test_the_detail_follows_what_is_chosen(qtbot: QtBot) -> None:
    detail = IncidentDetail()
    qtbot.addWidget(detail)
    detail.show()
    detail.show_detail(DETAIL, "https://status.acme.example")

    detail.show_detail(replace(DETAIL, title="Other", updates=(), mark=None), "https://status.acme.example")
    QApplication.processEvents()
    assert {"Other", "The page has posted no updates."} <= set(seen(detail))

    detail.show_detail(None, "")
    QApplication.processEvents()
    assert seen(detail) == ["Choose an incident to read about it."]


BRANCHES = (
    Branch("API", (Leaf("1", "Chat", "Chat"), Leaf("2", "Files", "Files")), "api"),
    Branch("Apps", (Leaf("2", "Files", "Files"), Leaf("3", "Voice", "Voice", "Fine", Mark.FINE))),
)


def test_a_component_of_two_products_is_ticked_in_both_and_makes_them_half_ticked(qtbot: QtBot) -> None:
    tree = WatchTree()
    qtbot.addWidget(tree)
    told: list[frozenset[str]] = []
    tree.ticks_changed.connect(told.append)
    tree.show_branches(BRANCHES, frozenset())
    api, apps = tree.topLevelItem(0), tree.topLevelItem(1)
    assert api is not None
    assert apps is not None
    files = api.child(1)
    assert files is not None

    files.setCheckState(0, Qt.CheckState.Checked)
    assert api.checkState(0) is apps.checkState(0) is Qt.CheckState.PartiallyChecked
    api.setCheckState(0, Qt.CheckState.Checked)
    apps.setCheckState(0, Qt.CheckState.Unchecked)

    assert told == [frozenset("2"), frozenset("12"), frozenset("1")]


def test_the_search_in_the_tree_hides_what_does_not_match(qtbot: QtBot) -> None:
    tree = WatchTree()
    qtbot.addWidget(tree)
    tree.show_branches(BRANCHES, frozenset())

    tree.filter("voi")

    api, apps = tree.topLevelItem(0), tree.topLevelItem(1)
    assert api is not None
    assert apps is not None
    hidden = [apps.child(place) for place in range(2)]
    assert api.isHidden()
    assert [each.isHidden() for each in hidden if each is not None] == [True, False]


@pytest.fixture
def draft(qtbot: QtBot) -> Draft:
    _ = qtbot
    made = Draft()
    made.take(Settings(first_run_done=True))
    return made


def test_the_general_tab_edits_what_it_shows(draft: Draft, qtbot: QtBot) -> None:
    tab = GeneralTab(draft, None)
    qtbot.addWidget(tab)

    tab._scheme.setCurrentIndex(2)
    tab._scheme.activated.emit(2)
    tab._colourless.click()
    tab._idle.setValue(600)
    tab._days.setValue(30)

    settings = draft.settings
    assert settings.look.color_scheme is ColorScheme.DARK
    assert settings.look.color_only_when_wrong
    assert settings.polling.idle == timedelta(minutes=10)
    assert settings.history.keep_days == 30


def test_a_proxy_counts_only_with_an_address_that_is_one(draft: Draft, qtbot: QtBot) -> None:
    tab = GeneralTab(draft, None)
    qtbot.addWidget(tab)

    tab._proxy.setCurrentIndex(2)
    tab._proxy.activated.emit(2)
    assert draft.settings.proxy.mode is ProxyMode.SYSTEM
    assert not tab._proxy_hint.isHidden()

    tab._proxy_url.setText("http://proxy.example:8080")
    tab._proxy_url.editingFinished.emit()
    assert draft.settings.proxy == Proxy(ProxyMode.URL, "http://proxy.example:8080")
    assert tab._proxy_hint.isHidden()


def test_an_interval_too_short_to_be_shown_is_not_changed_by_another_edit(draft: Draft, qtbot: QtBot) -> None:
    draft.take(Settings(polling=Polling(idle=timedelta(seconds=2), incident=timedelta(seconds=60))))
    tab = GeneralTab(draft, None)
    qtbot.addWidget(tab)

    tab._incident.setValue(90)

    assert draft.settings.polling == Polling(idle=timedelta(seconds=2), incident=timedelta(seconds=90))


def test_the_wheel_does_not_change_a_choice_one_only_scrolls_past(draft: Draft, qtbot: QtBot) -> None:
    tab = GeneralTab(draft, None)
    qtbot.addWidget(tab)
    for field in (tab._scheme, tab._idle):
        point = QPointF(2, 2)
        none, still = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
        turn = QWheelEvent(point, point, QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, none, still, False)
        QApplication.sendEvent(field, turn)

    assert draft.settings == Settings(first_run_done=True)


def test_about_tells_the_licences(qtbot: QtBot) -> None:
    tab = about.AboutTab()
    qtbot.addWidget(tab)
    tab._show_license.click()

    said = "\n".join(each.text() for each in tab.findChildren(QLabel))
    assert "GNU Lesser General Public License" in said
    assert "httpx" in said
    assert "MIT" in about.license_text()
    assert "MIT" in tab._license.toPlainText()


def test_about_tells_how_it_came_and_offers_what_is_new(qtbot: QtBot) -> None:
    tab = about.AboutTab()
    qtbot.addWidget(tab)
    tab.show_updates(UpdatesState(installation=Installation.DEB, program=FileState(Standing.MANAGED)), NOON)
    assert "This copy came as a Debian package" in texts(tab)
    assert tab._get.isHidden()

    release = Release("99.0", "https://example.org/99", NOON, ("Reads <b>more</b>",))
    tab.show_updates(UpdatesState(program=FileState(Standing.ON, checked_at=NOON), release=release), NOON)

    assert "Version 99.0" in texts(tab)
    assert "• Reads <b>more</b>" in texts(tab)
    assert not tab._get.isHidden()
    assert tab._get.accessibleDescription() == "https://example.org/99"


def texts(widget: QWidget) -> str:
    return "\n".join(each.text() for each in widget.findChildren(QLabel))


def test_updates_can_be_switched_only_where_somebody_could_be_asked(draft: Draft, qtbot: QtBot) -> None:
    tab = GeneralTab(draft, None)
    qtbot.addWidget(tab)
    tab.show_state(Snapshot(), UpdatesState())
    assert (tab._program.isEnabled(), tab._program.isChecked()) == (False, False)
    assert "nobody is asked" in texts(tab)

    on = FileState(Standing.ON, "https://updates.example/file.json")
    tab.show_state(Snapshot(), UpdatesState(program=FileState(Standing.MANAGED), catalogue=on))
    assert "updates.example" in texts(tab)
    assert tab._catalogue.isChecked()
    tab._catalogue.click()

    assert (draft.settings.updates.program, draft.settings.updates.catalogue) == (True, False)


def test_captions_follow_the_colours(qtbot: QtBot) -> None:
    tab = about.AboutTab()
    qtbot.addWidget(tab)
    redim(tab)
    dim = [each for each in tab.findChildren(QLabel) if each.property("dim")]

    assert dim
    assert all(each.palette().windowText().color() != QApplication.palette().windowText().color() for each in dim)


def test_settings_name_the_key_store_and_every_host_that_may_receive_a_key(draft: Draft, qtbot: QtBot) -> None:
    tab = GeneralTab(draft, None)
    qtbot.addWidget(tab)
    tab.show_keys((), "")
    assert "found when the first key is added" in texts(tab)
    ref = KeyRef(id="a", label="work", provider="openai", host="api.openai.com")
    held = replace(ref, id="b", host="held.example", is_checked=False)

    tab.show_keys(
        (KeyState(ref=ref), KeyState(ref=replace(ref, id="c", host="api.x.ai")), KeyState(ref=held)), "KWallet"
    )

    assert "KWallet" in texts(tab)
    assert "api.openai.com\napi.x.ai" in texts(tab)
    assert "held.example" not in texts(tab)
