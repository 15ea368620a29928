"""The page of keys and its dialogs: what is shown, what is sent, and that no key is ever shown."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.builders import NOON
from tests.desktop.reading import everything_said, paste
from trayapp.catalogue.loader import read_bundled
from trayapp.desktop.window.keycard import KeyCard
from trayapp.desktop.window.keydialogs import AddDialog, KeyDialog, ReplaceDialog
from trayapp.desktop.window.keys import KeysPage
from trayapp.domain.keys import CheckLevel, Facts, KeyAnswer, KeyHealth, KeyRef, KeyState, Reachability, after_check
from trayapp.domain.rotation import KeyBook, OldKey
from trayapp.domain.snapshot import Snapshot
from trayapp.engine.commands import (
    AddKey,
    ApproveKey,
    BuyToken,
    CheckKeys,
    Command,
    ReadBalance,
    RemoveAllKeys,
    RemoveKey,
    ReplaceKey,
)
from trayapp.engine.updates import KeyOutcome, Update
from trayapp.storage.resources import resource_texts
from trayapp.storage.secret import Secret
from trayapp.storage.settings import Settings

NOW = NOON + timedelta(minutes=5)
PROVIDERS = read_bundled(resource_texts("catalogue", suffix=".toml")).providers
KEY = "sk-ant-api03-" + "aB3d" * 20
OPENAI = "sk-proj-" + "aB3d" * 20
REF = KeyRef(id="a", label="work", provider="openai", entry="Secret Service/1", host="api.openai.com", added_at=NOON)


def checked(health: KeyHealth = KeyHealth.OK, ref: KeyRef = REF, **answer: object) -> KeyState:
    said = replace(KeyAnswer(health=health, reason="Because."), **answer)
    return after_check(KeyState(ref=ref), said, NOON)


class Desk:
    """A page, and what it has sent."""

    def __init__(self, qtbot: QtBot) -> None:
        self.page = KeysPage()
        self.sent: list[Command] = []
        self.page.command.connect(self.sent.append)
        self.qtbot = qtbot
        qtbot.addWidget(self.page)
        self.page.resize(900, 700)
        self.page.show()

    def show(self, *keys: KeyState, old: tuple[OldKey, ...] = (), **parts: object) -> None:
        update = Update(
            now=NOW,
            snapshot=Snapshot(),
            settings=Settings(),
            providers=PROVIDERS,
            key_book=KeyBook(keys, old),
            key_store="Secret Service",
        )
        self.page.show_update(replace(update, **parts), NOW)
        QApplication.processEvents()

    def labels(self, within: QWidget | None = None) -> list[str]:
        return [each.text() for each in (within or self.page).findChildren(QLabel) if each.isVisible() and each.text()]

    def button(self, text: str, within: QWidget | None = None) -> QPushButton:
        found = (each for each in (within or self.page).findChildren(QPushButton) if each.isVisible())
        return next(each for each in found if each.text().replace("&&", "\0").replace("&", "") == text)

    def buttons(self) -> list[str]:
        return [each.text().replace("&", "") for each in self.page.findChildren(QPushButton) if each.isVisible()]

    def cards(self) -> list[KeyCard]:
        return sorted((each for each in self.page.findChildren(KeyCard) if each.isVisible()), key=lambda each: each.y())

    def dialog(self, kind: type[QDialog] = QDialog) -> QDialog:
        QApplication.processEvents()
        return next(each for each in self.page.window().findChildren(kind) if each.isVisible())

    @property
    def is_alone(self) -> bool:
        """Whether no dialog is open."""
        return not [each for each in self.page.window().findChildren(QDialog) if each.isVisible()]

    def adding(self) -> AddDialog:
        self.page.add()
        found = self.dialog(AddDialog)
        assert isinstance(found, AddDialog)
        return found

    def done(self, problem: str = "", left: str = "") -> None:
        """Answer the last command as the engine does."""
        command = self.sent[-1]
        assert isinstance(command, AddKey | ReplaceKey | RemoveKey | RemoveAllKeys | CheckKeys | ApproveKey)
        self.page.show_outcome(KeyOutcome(command, "a", problem, left))
        QApplication.processEvents()


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    QApplication.clipboard().clear()
    made = Desk(qtbot)
    yield made
    for each in made.page.window().findChildren(QDialog):
        each.close()
    QApplication.clipboard().clear()


def row_of(dialog: QDialog, name: str) -> QWidget:
    return next(each for each in dialog.findChildren(QWidget) if each.accessibleName() == name)


def line(dialog: QDialog, name: str) -> QLineEdit:
    found = row_of(dialog, name)
    assert isinstance(found, QLineEdit)
    return found


# The page


def test_without_keys_the_page_says_what_they_are_good_for(desk: Desk) -> None:
    assert desk.labels() == ["Your keys", "Looking..."]

    desk.show()

    assert any("kept in Secret Service and nowhere else" in each for each in desk.labels())
    assert desk.buttons() == ["Add a key..."]
    desk.button("Add a key...").click()
    assert isinstance(desk.dialog(), AddDialog)


def test_a_replay_has_no_business_with_keys(desk: Desk) -> None:
    desk.show(is_replay=True)

    desk.page.add()

    assert desk.buttons() == []
    assert any("This is a replay" in each for each in desk.labels())
    assert desk.is_alone


def test_keys_are_cards_in_order_and_stay_the_same_widgets(desk: Desk) -> None:
    play = checked(KeyHealth.NO_CREDIT, KeyRef(id="b", label="play", provider="xai"))
    desk.show(checked(), play)
    before = desk.cards()

    desk.show(checked(KeyHealth.REJECTED), play, checked(ref=KeyRef(id="c", label="third", provider="groq")))

    assert desk.cards()[:2] == before
    assert [each.view.row.label for each in desk.cards() if each.view] == ["work", "play", "third"]
    assert "OpenAI: Not accepted" in desk.labels(before[0])
    assert "xAI: Out of credit" in desk.labels(before[1])
    assert "3 keys · kept in Secret Service · 2 need attention" in desk.labels()
    desk.show(play)
    assert len(desk.cards()) == 1
    desk.show()
    assert desk.buttons() == ["Add a key..."]


def test_few_keys_are_open_and_many_closed_until_asked(desk: Desk) -> None:
    desk.show(checked(facts=Facts({"credit": "5", "currency": "USD"})))
    assert "5 USD" in desk.labels()
    assert all(
        each.width() >= each.sizeHint().width() for each in desk.page.findChildren(QLabel) if each.text() == "Credit"
    )

    toggle = next(each for each in desk.cards()[0].findChildren(QToolButton) if each.isCheckable())
    QTest.keyClick(toggle, Qt.Key.Key_Space)

    assert "5 USD" not in desk.labels()
    assert toggle.accessibleName().startswith("Details of work. OpenAI: Works")
    QTest.keyClick(toggle, Qt.Key.Key_Space)
    desk.show(checked(facts=Facts({"credit": "4", "currency": "USD"})))
    assert "4 USD" in desk.labels()


def test_keys_come_closed_also_where_the_first_cards_are_few(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trayapp.desktop.window.keys._AT_ONCE", 2)
    desk.show(*(checked(ref=replace(REF, id=str(n), label=f"key {n}")) for n in range(3)))

    desk.qtbot.waitUntil(lambda: len(desk.cards()) == 3)

    assert not [each for each in desk.cards() if each.is_open]


def test_many_keys_come_closed(desk: Desk) -> None:
    refs = [replace(REF, id=str(n), label=f"key {n}") for n in range(5)]
    desk.show(*(checked(ref=each) for each in refs))

    assert "Cannot be read with this key" not in desk.labels()
    toggle = next(each for each in desk.cards()[2].findChildren(QToolButton) if each.isCheckable())
    QTest.keyClick(toggle, Qt.Key.Key_Space)

    assert desk.labels(desk.cards()[2]).count("Cannot be read with this key") == 1
    assert desk.labels().count("Cannot be read with this key") == 1


def test_text_from_outside_is_never_markup(desk: Desk) -> None:
    bold = replace(REF, label="<b>R&D</b>")
    desk.show(checked(KeyHealth.REJECTED, bold, reason="<img src=x> & so on"))

    shown = [each for each in desk.page.findChildren(QLabel) if "<b>" in each.text() or "<img" in each.text()]

    assert len(shown) >= 2
    assert all(each.textFormat() is Qt.TextFormat.PlainText for each in shown)


def test_checking_sends_the_key_once_and_keeps_the_focus(desk: Desk) -> None:
    desk.show(checked())
    button = desk.button("Check now")
    button.setFocus()

    QTest.keyClick(button, Qt.Key.Key_Space)
    desk.show(checked(), checking=frozenset({"a"}))
    QTest.keyClick(button, Qt.Key.Key_Space)

    assert desk.sent == [CheckKeys(("a",))]
    assert any("checking now..." in each for each in desk.labels())
    assert button.isEnabled()


def test_check_all_leaves_out_what_may_not_be_asked(desk: Desk) -> None:
    held = KeyState(ref=KeyRef(id="b", label="held", provider="openai", host="api.openai.com", is_checked=False))
    moved = checked(ref=KeyRef(id="c", label="moved", provider="groq", host="api.groq.com"))
    desk.show(checked(), held, moved, settings=Settings(endpoints={"groq": "https://gate.example"}))

    desk.button("Check all").click()

    assert desk.sent == [CheckKeys(("a",))]
    desk.show(held)
    assert not desk.button("Check all").isEnabled()


def test_a_key_that_must_wait_cannot_be_checked(desk: Desk) -> None:
    waiting = after_check(
        checked(), KeyAnswer(health=KeyHealth.UNKNOWN, reachability=Reachability.RATE_LIMITED, retry_after=3600), NOON
    )
    desk.show(waiting)

    assert not desk.button("Check now").isEnabled()
    assert any("asked us to wait until" in each for each in desk.labels())


def test_a_key_that_was_held_back_is_sent_when_asked(desk: Desk) -> None:
    desk.show(KeyState(ref=replace(REF, is_checked=False)))
    assert any("no check sends it" in each for each in desk.labels())

    desk.button("Check now").click()

    assert desk.sent == [ApproveKey("a")]


def test_a_changed_address_is_approved_before_anything_is_sent(desk: Desk) -> None:
    desk.show(checked(), settings=Settings(endpoints={"openai": "https://r&d.example/v1"}))
    assert not [each for each in desk.buttons() if each.startswith("Send it to")]  # no proper host
    desk.show(checked(), settings=Settings(endpoints={"openai": "https://xn--pple-43d.example/v1"}))

    assert not desk.button("Check now").isEnabled()
    desk.button("Send it to xn--pple-43d.example").click()

    assert desk.sent == [ApproveKey("a")]


def test_a_locked_store_is_said_once_for_all_keys(desk: Desk) -> None:
    locked = KeyAnswer(health=KeyHealth.UNKNOWN, reachability=Reachability.STORE_LOCKED, reason="It is locked.")
    others = KeyRef(id="b", label="play", provider="xai")
    desk.show(after_check(checked(), locked, NOON), after_check(checked(ref=others), locked, NOON))

    desk.button("Try again").click()

    assert desk.sent == [CheckKeys(("a", "b"))]
    desk.show(checked())
    assert "Try again" not in desk.buttons()


def test_removing_asks_first_and_cancel_is_what_enter_does(desk: Desk) -> None:
    desk.show(checked())
    desk.button("Remove...").click()
    question = desk.dialog(QMessageBox)
    assert isinstance(question, QMessageBox)
    assert question.textFormat() is Qt.TextFormat.PlainText
    assert "• work: the key in Secret Service" in question.informativeText()

    QTest.keyClick(question, Qt.Key.Key_Return)
    assert desk.sent == []

    desk.button("Remove...").click()
    question = desk.dialog(QMessageBox)
    desk.button("Remove", question).click()
    assert desk.sent == [RemoveKey("a")]


def test_a_store_that_does_not_let_go_is_said_and_can_be_passed_over(desk: Desk) -> None:
    desk.show(checked())
    desk.button("Remove...").click()
    desk.button("Remove", desk.dialog(QMessageBox)).click()

    desk.done(problem="The key store is locked.")
    assert "The key store is locked." in desk.labels()
    desk.button("Forget it here all the same").click()

    assert desk.sent[-1] == RemoveKey("a", even_if_store_fails=True)
    desk.done(left="Something is left in KWallet.")
    assert "Something is left in KWallet." in desk.labels()
    assert "Forget it here all the same" not in desk.buttons()
    close = next(each for each in desk.page.findChildren(QToolButton) if each.accessibleName().startswith("Put this"))
    close.click()
    assert "Something is left in KWallet." not in desk.labels()


def test_remove_all_names_every_key(desk: Desk) -> None:
    desk.show(checked(), checked(ref=KeyRef(id="b", label="play", provider="xai", reference="env:X")))
    desk.button("Remove all...").click()
    question = desk.dialog(QMessageBox)
    assert isinstance(question, QMessageBox)
    assert question.text() == "Remove all 2 keys?"
    assert "reference env:X" in question.informativeText()

    desk.button("Remove all", question).click()

    assert desk.sent == [RemoveAllKeys()]


def test_a_replaced_key_is_watched_until_it_is_dead(desk: Desk) -> None:
    before = OldKey(of="a", state=checked(ref=KeyRef(id="z", label="work (old)", provider="openai")), replaced_at=NOON)
    desk.show(checked(), old=(before,))
    assert "work (old): Still works: revoke it at the provider" in desk.labels()

    stop = next(
        each for each in desk.page.findChildren(QToolButton) if each.accessibleName() == "Stop watching work (old)"
    )
    stop.click()
    question = desk.dialog(QMessageBox)
    assert isinstance(question, QMessageBox)
    assert "will not be proven" in question.informativeText()
    desk.button("Stop watching", question).click()
    assert desk.sent == [RemoveKey("z")]

    desk.show(checked(), old=(replace(before, died_at=NOON),))
    assert "work (old): Dead: refused since 12:00" in desk.labels()


def test_what_takes_the_focus_has_a_name_for_those_who_hear_it(desk: Desk) -> None:
    before = OldKey(of="a", state=checked(ref=KeyRef(id="z", label="old", provider="openai")), replaced_at=NOON)
    desk.show(checked(), old=(before,))
    desk.page.activateWindow()
    seen: list[QWidget] = []
    for _step in range(40):
        QTest.keyClick(QApplication.focusWidget() or desk.page, Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        if widget is None or widget in seen:
            break
        seen.append(widget)

    texts = {each.text().replace("&", "") for each in seen if isinstance(each, QPushButton)}
    assert {"Add a key...", "Check all", "Remove all...", "Check now", "Replace...", "Remove..."} <= texts
    for each in seen:
        face = QAccessible.queryAccessibleInterface(each)
        assert face is not None
        assert face.text(QAccessible.Text.Name), each


def test_a_narrow_window_puts_buttons_below_each_other(desk: Desk) -> None:
    desk.show(checked())
    wide = desk.button("Remove...").y() - desk.button("Check now").y()

    desk.page.resize(230, 700)
    QApplication.processEvents()

    assert wide == 0
    assert desk.button("Remove...").y() > desk.button("Check now").y()


# The dialog that adds


def test_what_is_pasted_is_taken_at_once_and_never_shown(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()

    paste(dialog.entry.field, f" {KEY}\n")

    assert dialog.entry.field.text() == ""
    assert dialog.entry.field.secret is not None
    assert dialog.entry.field.secret.is_same(Secret(KEY))
    assert dialog.entry.field.echoMode() is QLineEdit.EchoMode.Password
    said = everything_said(dialog)
    assert KEY[13:] not in said
    assert "Taken, and not shown again." in said
    combo = row_of(dialog, "Provider")
    assert isinstance(combo, QComboBox)
    assert combo.currentText() == "Anthropic"
    assert "It is sent to api.anthropic.com and to nobody else." in desk.labels(dialog)
    dialog.entry.field.selectAll()
    QTest.keyClick(dialog.entry.field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert dialog.entry.field.text() == ""


def test_with_the_keyboard_alone_a_key_is_added(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()
    field = dialog.entry.field
    assert dialog.focusWidget() is field

    QTest.keyClicks(field, OPENAI)
    assert OPENAI not in field.displayText()
    QTest.keyClick(field, Qt.Key.Key_Return)

    (command,) = desk.sent
    assert isinstance(command, AddKey)
    assert (command.new.provider, command.new.host, command.new.is_checked) == ("openai", "", True)
    assert command.secret is not None
    assert command.secret.is_same(Secret(OPENAI))
    assert OPENAI not in repr(command)
    assert "Keeping it..." in desk.labels(dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert len(desk.sent) == 1
    desk.done()
    assert desk.is_alone


def test_enter_in_an_empty_dialog_neither_adds_nor_cancels(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()

    QTest.keyClick(dialog.entry.field, Qt.Key.Key_Return)

    assert dialog.isVisible()
    assert desk.sent == []
    assert not desk.button("Add", dialog).isEnabled()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (f"'{OPENAI}'", "quotation marks"),
        (f"{OPENAI[:20]} {OPENAI[20:]}", "a space"),
        (f"OPENAI_API_KEY={OPENAI}", "settings file"),
        ("sk-proj-abcd...wxyz", "masked"),
        ("k3y12", "too short"),
        (f"Bearer-{OPENAI}", "around it"),
    ],
)
def test_what_is_plainly_wrong_is_said_before_anything_is_sent(desk: Desk, typed: str, said: str) -> None:
    desk.show()
    dialog = desk.adding()
    dialog.choose("openai")

    paste(dialog.entry.field, typed)

    assert any(said in each for each in desk.labels(dialog)), desk.labels(dialog)
    assert not desk.button("Add", dialog).isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert desk.sent == []
    desk.button("Take it back", dialog).click()
    assert not any("⚠" in each for each in desk.labels(dialog))
    paste(dialog.entry.field, OPENAI)
    assert desk.button("Add", dialog).isEnabled()


def test_a_shape_nobody_knows_is_kept_and_sent(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()
    dialog.choose("gemini")

    paste(dialog.entry.field, "ZZ.an-entirely-new-shape-of-keys-0123456789")

    assert any("It can be kept all the same." in each for each in desk.labels(dialog))
    desk.button("Add", dialog).click()
    command = desk.sent[0]
    assert isinstance(command, AddKey)
    assert command.new.is_checked


def test_another_providers_key_is_kept_but_not_sent_unless_said_so(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()
    dialog.choose("groq")
    paste(dialog.entry.field, OPENAI)
    anyway = next(each for each in dialog.findChildren(QCheckBox) if each.isVisible())
    assert anyway.text() == "Send it to api.groq.com all the same"

    desk.button("Add", dialog).click()

    command = desk.sent[0]
    assert isinstance(command, AddKey)
    assert (command.new.provider, command.new.is_checked) == ("groq", False)
    desk.done(problem="No.")
    assert any("⚠ No." in each for each in desk.labels(dialog))
    anyway.click()
    desk.button("Add", dialog).click()
    again = desk.sent[1]
    assert isinstance(again, AddKey)
    assert again.new.is_checked


def test_an_address_of_ones_own_is_approved_before_the_key_goes_there(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()
    dialog.choose("openai")
    paste(dialog.entry.field, OPENAI)
    more = next(each for each in dialog.findChildren(QToolButton) if each.text() == "More settings")
    more.click()
    line(dialog, "Address").setText("http://gate.example/v1")
    assert any("https only" in each for each in desk.labels(dialog))
    assert not desk.button("Add", dialog).isEnabled()

    line(dialog, "Address").setText("https://gate.example/v1")
    approve = next(each for each in dialog.findChildren(QCheckBox) if each.isVisible())
    assert approve.text() == "Yes, send this key to gate.example"
    assert not desk.button("Add", dialog).isEnabled()
    approve.click()
    line(dialog, "Address").setText("https://other.example/v1")
    assert not approve.isChecked()
    assert not desk.button("Add", dialog).isEnabled()
    approve.click()
    desk.button("Add", dialog).click()

    command = desk.sent[0]
    assert isinstance(command, AddKey)
    assert (command.new.host, command.new.base_url) == ("other.example", "https://other.example/v1")


def test_this_computer_needs_no_approval(desk: Desk) -> None:
    desk.show(settings=Settings(endpoints={"openai": "http://127.0.0.1:4000"}))
    dialog = desk.adding()
    dialog.choose("openai")
    paste(dialog.entry.field, OPENAI)

    assert "It is sent to 127.0.0.1:4000 and to nobody else." in desk.labels(dialog)
    assert desk.button("Add", dialog).isEnabled()


def test_settings_a_provider_needs_are_asked_for(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()
    dialog.choose("azure-openai")
    paste(dialog.entry.field, "0123456789abcdef" * 2)
    assert "Fill in: resource." in desk.labels(dialog)
    assert not desk.button("Add", dialog).isEnabled()

    line(dialog, "Resource").setText("my-company")
    line(dialog, "Label").setText(" Azure at work ")
    desk.button("Add", dialog).click()

    command = desk.sent[0]
    assert isinstance(command, AddKey)
    assert (command.new.resource, command.new.label) == ("my-company", "Azure at work")
    assert "It is sent to my-company.openai.azure.com and to nobody else." in desk.labels(dialog)


def choose(dialog: QDialog, text: str) -> None:
    combo = next(
        each for each in dialog.findChildren(QComboBox) if text in [each.itemText(n) for n in range(each.count())]
    )
    combo.setCurrentText(text)
    combo.activated.emit(combo.currentIndex())
    QApplication.processEvents()


def test_a_key_may_stay_in_memory_only(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()
    dialog.choose("openai")
    paste(dialog.entry.field, OPENAI)
    choose(dialog, "Memory, for this session only")

    assert any("forgotten when the program ends" in each for each in desk.labels(dialog))
    desk.button("Add", dialog).click()

    command = desk.sent[0]
    assert isinstance(command, AddKey)
    assert command.new.session_only


def test_a_key_may_stay_where_it_is(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()
    dialog.choose("openai")
    choose(dialog, "Elsewhere: I give a reference")
    reference = line(dialog, "Reference")
    assert not dialog.entry.isVisible()
    assert any("it is read there for each check" in each for each in desk.labels(dialog))

    reference.setText("vault:x")
    assert any("A reference is" in each for each in desk.labels(dialog))
    assert not desk.button("Add", dialog).isEnabled()
    reference.setText("env:OPENAI_API_KEY")
    desk.button("Add", dialog).click()

    command = desk.sent[0]
    assert isinstance(command, AddKey)
    assert (command.new.reference, command.secret) == ("env:OPENAI_API_KEY", None)


def test_what_the_person_has_chosen_is_not_guessed_anew(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()
    choose(dialog, "Groq")

    paste(dialog.entry.field, KEY)

    combo = row_of(dialog, "Provider")
    assert isinstance(combo, QComboBox)
    assert combo.currentText() == "Groq"


def test_a_provider_without_a_free_check_says_so(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()

    dialog.choose("exa")

    assert any("shown as not checked" in each for each in desk.labels(dialog))
    dialog.choose("nobody at all")
    assert any("shown as not checked" in each for each in desk.labels(dialog))


def test_a_closed_dialog_has_let_go_of_the_key(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()
    field = dialog.entry.field
    paste(field, OPENAI)
    taken: list[Secret | None] = []
    dialog.finished.connect(lambda _result: taken.append(field.secret))

    QTest.keyClick(dialog, Qt.Key.Key_Escape)

    assert taken == [None]
    desk.page.show_outcome(KeyOutcome(CheckKeys(), problem="Later."))
    assert "Later." in desk.labels()


def test_every_field_of_the_dialog_has_a_name(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()
    next(each for each in dialog.findChildren(QToolButton) if each.text() == "More settings").click()

    fields = [each for kind in (QLineEdit, QComboBox) for each in dialog.findChildren(kind) if each.isVisible()]

    assert len(fields) >= 8
    assert all(each.accessibleName() for each in fields)


# The dialog that replaces


def test_a_new_key_takes_the_place_of_an_old_one_with_proof(desk: Desk) -> None:
    desk.show(checked())
    desk.button("Replace...").click()
    dialog = desk.dialog(ReplaceDialog)
    assert isinstance(dialog, KeyDialog)
    assert any("That is the proof that it is dead" in each for each in desk.labels(dialog))
    assert dialog.focusWidget() is dialog.entry.field

    paste(dialog.entry.field, OPENAI)
    desk.button("Replace", dialog).click()

    (command,) = desk.sent
    assert isinstance(command, ReplaceKey)
    assert command.key_id == "a"
    assert command.secret.is_same(Secret(OPENAI))
    desk.done(problem="This is the key that is already there.")
    assert dialog.isVisible()
    assert any("already there" in each for each in desk.labels(dialog))
    desk.button("Replace", dialog).click()
    desk.done()
    assert desk.is_alone


def test_a_reference_is_changed_where_it_is(desk: Desk) -> None:
    desk.show(checked(ref=KeyRef(id="a", label="work", provider="openai", reference="env:X")))

    assert "Replace..." not in desk.buttons()


def test_the_page_does_nothing_for_a_key_that_is_gone(desk: Desk) -> None:
    desk.show(checked())
    card = desk.cards()[0]
    desk.show()

    for signal in (card.replace_requested, card.remove_requested):
        signal.emit("a")

    assert desk.sent == []
    assert desk.is_alone


# Looking deeper


def test_the_balance_is_read_where_its_owner_says_so(desk: Desk) -> None:
    claude = KeyRef(id="a", label="work", provider="anthropic", host="api.anthropic.com")
    desk.show(checked(ref=claude))
    box = next(each for each in desk.page.findChildren(QCheckBox) if each.isVisible())
    assert not box.isChecked()

    QTest.keyClick(box, Qt.Key.Key_Space)
    assert desk.sent == [ReadBalance("a", is_allowed=True)]
    desk.show(checked(ref=replace(claude, level=CheckLevel.BALANCE)))
    assert box.isChecked()
    box.click()
    assert desk.sent[1:] == [ReadBalance("a", is_allowed=False)]


def test_what_costs_something_shows_its_price_first(desk: Desk) -> None:
    desk.show(checked())
    desk.button("Test with a paid call...").click()
    question = desk.dialog(QMessageBox)
    assert isinstance(question, QMessageBox)
    assert "api.openai.com. Price: less than 0.00001 USD." in question.informativeText()
    QTest.keyClick(question, Qt.Key.Key_Return)
    assert desk.sent == []

    desk.button("Test with a paid call...").click()
    desk.button("Pay and test", desk.dialog(QMessageBox)).click()

    assert desk.sent == [BuyToken("a", "less than 0.00001 USD")]


def test_where_the_free_check_sees_all_nothing_is_sold(desk: Desk) -> None:
    desk.show(checked(ref=KeyRef(id="a", label="work", provider="deepseek", host="api.deepseek.com")))
    assert "Test with a paid call..." not in desk.buttons()
    desk.show(KeyState(ref=replace(REF, is_checked=False)))
    assert "Test with a paid call..." not in desk.buttons()

    desk.cards()[0].paid_requested.emit("a")

    assert desk.is_alone


def test_a_last_day_is_asked_for_and_must_be_one(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()
    dialog.choose("openai")
    paste(dialog.entry.field, OPENAI)
    next(each for each in dialog.findChildren(QToolButton) if each.text() == "More settings").click()

    line(dialog, "Last day").setText("tomorrow")
    assert not desk.button("Add", dialog).isEnabled()
    line(dialog, "Last day").setText("2026-12-31")
    desk.button("Add", dialog).click()

    command = desk.sent[0]
    assert isinstance(command, AddKey)
    assert command.new.ref().expires_at == datetime(2027, 1, 1, tzinfo=UTC)


def test_many_cards_are_made_a_few_at_a_time_and_all_of_them_in_order(desk: Desk) -> None:
    keys = [checked(ref=KeyRef(id=str(n), label=f"key {n:02}", provider="openai")) for n in range(25)]
    update = Update(now=NOW, snapshot=Snapshot(), settings=Settings(), key_book=KeyBook(tuple(keys)))

    desk.page.show_update(update, NOW)
    at_first = len(desk.page.findChildren(KeyCard))
    desk.qtbot.waitUntil(lambda: len(desk.cards()) == len(keys))

    assert 0 < at_first < 10
    assert [each.view.row.label for each in desk.cards() if each.view] == [each.ref.label for each in keys]
    desk.show(*keys[5:])
    assert len(desk.cards()) == 20


def test_a_local_server_needs_no_key(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()
    dialog.choose("ollama")

    assert "localhost:11434 is asked, without any key." in desk.labels(dialog)
    assert not dialog.entry.isVisible()
    assert not row_of(dialog, "Where it is kept").isVisible()
    desk.button("Add", dialog).click()

    (command,) = desk.sent
    assert isinstance(command, AddKey)
    assert (command.new.provider, command.secret, command.new.is_checked) == ("ollama", None, True)
    dialog.choose("openai")
    assert dialog.entry.isVisible()
    desk.done()
    desk.show(checked(ref=KeyRef(id="a", label="here", provider="ollama", host="localhost:11434")))
    assert "Replace..." not in desk.buttons()


def test_the_clipboard_is_cleared_of_the_key_where_wished(desk: Desk) -> None:
    desk.show()
    dialog = desk.adding()
    paste(dialog.entry.field, OPENAI)

    desk.button("Clear the clipboard, which still has it", dialog).click()

    assert QApplication.clipboard().text() == ""
    assert dialog.entry.field.secret is not None
    assert not dialog.entry.findChildren(QPushButton)[1].isVisible()
    QApplication.clipboard().setText("something else")
    dialog.entry.field.forget()
    QTest.keyClicks(dialog.entry.field, OPENAI)
    dialog.entry.field.take()
    assert not dialog.entry.findChildren(QPushButton)[1].isVisible()
    assert QApplication.clipboard().text() == "something else"


def test_no_word_of_a_dialog_is_cut_off(desk: Desk) -> None:
    desk.show(checked())
    desk.button("Replace...").click()
    dialog = desk.dialog(ReplaceDialog)

    def cut_off() -> list[str]:
        QApplication.processEvents()
        labels = [each for each in dialog.findChildren(QLabel) if each.isVisible() and each.wordWrap()]
        return [each.text() for each in labels if each.height() < each.heightForWidth(each.width())]

    assert cut_off() == []
    paste(dialog.findChildren(QLineEdit)[0], OPENAI)
    desk.button("Replace", dialog).click()
    desk.done("It cannot be kept. " * 20)
    assert cut_off() == []
