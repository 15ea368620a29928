"""A marked key goes through the window and the real engine, and is looked for in all that is said and written."""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.builders import operational
from tests.desktop.reading import everything_said, paste
from tests.engine.keyring_double import MemoryStore
from tests.fakepage import SUMMARY, FakePage
from tests.test_canary import CANARY, PATH, SECOND, Moods, echoes, leaks, logs, moves, store
from trayapp import bootstrap
from trayapp.desktop.bridge import EngineThread
from trayapp.desktop.window.keycard import KeyCard
from trayapp.desktop.window.keydialogs import AddDialog, ReplaceDialog
from trayapp.desktop.window.keys import KeysPage
from trayapp.desktop.window.main_window import MainWindow

__all__ = ["logs", "store"]  # fixtures

CHAT = "/v1/chat/completions"
WITHIN = 30_000
MOODS: Moods = [lambda _other: echoes(200), lambda _other: echoes(401), lambda _other: echoes(429), moves]


class Desk:
    """The window over a real engine, and everything that was ever to be read in it."""

    def __init__(self, qtbot: QtBot, options: bootstrap.Options) -> None:
        self.engine = EngineThread(lambda: bootstrap.build_engine(options))
        self.window = MainWindow()
        self.shown: set[str] = set()
        self.qtbot = qtbot
        qtbot.addWidget(self.window)
        self.engine.updated.connect(self.window.show_update)
        self.window.command.connect(self.engine.send)
        self.window.show()
        self.window.show_page("keys")
        self.engine.start()

    @property
    def page(self) -> KeysPage:
        found = self.window.findChild(KeysPage)
        assert isinstance(found, KeysPage)
        return found

    def wait(self, holds: Callable[[], object]) -> None:
        """Wait for something, and read the window all the while."""

        def read_and_ask() -> bool:
            for each in QApplication.topLevelWidgets():
                self.shown.add(everything_said(each))
            return bool(holds())

        self.qtbot.waitUntil(read_and_ask, timeout=WITHIN)

    def button(self, text: str, within: QWidget | None = None) -> QPushButton | None:
        found = (each for each in (within or self.page).findChildren(QPushButton) if each.isVisible())
        return next((each for each in found if each.text().replace("&", "") == text), None)

    def press(self, text: str, within: QWidget | None = None) -> None:
        self.wait(lambda: (button := self.button(text, within)) is not None and button.isEnabled())
        button = self.button(text, within)
        assert button is not None
        button.click()

    def dialog(self, kind: type[QDialog]) -> QDialog:
        self.wait(lambda: [each for each in self.window.findChildren(kind) if each.isVisible()])
        return next(each for each in self.window.findChildren(kind) if each.isVisible())

    def is_alone(self) -> bool:
        return not [each for each in self.window.findChildren(QDialog) if each.isVisible()]

    def cards(self) -> list[KeyCard]:
        return [each for each in self.page.findChildren(KeyCard) if each.isVisible()]

    def is_quiet(self) -> bool:
        return bool(self.cards()) and not any("checking now" in everything_said(each) for each in self.cards())


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot, store: MemoryStore) -> Iterator[Desk]:
    assert not store.kept
    made = Desk(qtbot, bootstrap.Options(config=tmp_path / "config.toml", data_dir=tmp_path / "data"))
    yield made
    assert made.engine.stop(30)
    QApplication.clipboard().clear()


@pytest.fixture(params=range(len(MOODS)))
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[FakePage, FakePage]]:
    """An API that says the key back in every way, and a stranger who must never get it."""
    with FakePage() as api, FakePage() as other:
        api.set(PATH, MOODS[request.param](other))
        api.set(CHAT, MOODS[request.param](other))
        other.serve(SUMMARY, operational())
        (tmp_path / "config.toml").write_text(
            f'first_run_done = true\n[endpoints]\nopenai = "{api.url}"\n[baseline]\nhosts = []\n'
            f'[[watch]]\nname = "Other"\nurl = "{other.url}"\nplatform = "statuspage"\n'
        )
        yield api, other


def test_no_page_shows_a_key_and_nothing_of_it_stays(
    servers: tuple[FakePage, FakePage],
    desk: Desk,
    tmp_path: Path,
    store: MemoryStore,
    logs: io.StringIO,
) -> None:
    api, other = servers
    desk.press("Add a key...")
    dialog = desk.dialog(AddDialog)
    assert isinstance(dialog, AddDialog)
    dialog.choose("openai")
    paste(dialog.entry.field, CANARY)
    desk.press("Add", dialog)
    desk.wait(desk.is_alone)
    desk.wait(lambda: api.count(PATH) and desk.is_quiet())
    assert store.kept

    desk.press("Replace...")
    replacing = desk.dialog(ReplaceDialog)
    assert isinstance(replacing, ReplaceDialog)
    paste(replacing.entry.field, SECOND)
    desk.press("Replace", replacing)
    desk.wait(desk.is_alone)
    desk.wait(desk.is_quiet)

    if (paid := desk.button("Test with a paid call...")) is not None and paid.isEnabled():
        paid.click()
        desk.press("Pay and test", desk.dialog(QMessageBox))
        desk.wait(lambda: api.count(CHAT) and desk.is_quiet())
    for page in ("now", "incidents", "settings", "keys"):
        desk.window.show_page(page)
        desk.wait(lambda: True)
    desk.press("Remove...")
    desk.press("Remove", desk.dialog(QMessageBox))
    desk.wait(lambda: not desk.cards())

    carried = " ".join(str(dict(each.headers)) for each in api.requests)
    assert CANARY in carried, "the key never went anywhere: this test looks at nothing"
    assert len(desk.shown) > 3
    assert not store.kept
    assert not leaks("\n".join(desk.shown))
    assert not leaks(logs.getvalue())
    assert not leaks(repr(dict(os.environ)))
    assert not leaks(" ".join(f"{each.path} {dict(each.headers)}" for each in other.requests))
    assert not leaks(" ".join(each.path for each in api.requests))
    for each in tmp_path.rglob("*"):
        if each.is_file():
            assert not leaks(each.read_bytes().decode("latin-1")), each.name
