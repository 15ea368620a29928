"""Use instead, in the window: shown while something is bad, gone with it, and never stale."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.builders import NOON
from tests.desktop.test_window_main import BAD, NOW, Desk, page, state
from trayapp.domain.alternatives import LocalModel
from trayapp.domain.provider import Provider

OLLAMA = LocalModel("Ollama", "http://127.0.0.1:11434/v1", ("llama3.2",), NOON)
KIMI = Provider(id="kimi", name="Kimi", chat="https://kimi.example")
PAGES = (state(page("Acme", "acme"), BAD), state(page("Kimi", "kimi")))


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    desk = Desk(qtbot)
    desk.open()
    return desk


def test_while_something_is_bad_it_says_what_works(desk: Desk) -> None:
    desk.show(pages=PAGES, providers=(KIMI,), local_models=(OLLAMA,))

    assert "Use instead" in desk.labels()
    assert "on this computer, with llama3.2; seen 40 s ago" in desk.labels()
    assert "up, in the browser; seen 40 s ago" in desk.labels()

    desk.show(pages=(state(page("Acme", "acme")),), providers=(KIMI,), local_models=(OLLAMA,))
    assert "Use instead" not in desk.labels()


def test_what_it_copies_is_what_it_shows_and_it_says_so(desk: Desk) -> None:
    desk.show(pages=PAGES, local_models=(OLLAMA,))

    desk.button("Copy base URL").click()
    assert QGuiApplication.clipboard().text() == "http://127.0.0.1:11434/v1"
    assert "Copied" in [each.text() for each in desk.window.findChildren(QPushButton)]
    desk.button("Copy environment line").click()
    assert 'OPENAI_BASE_URL="http://127.0.0.1:11434/v1"' in QGuiApplication.clipboard().text()


def test_it_goes_when_it_is_no_longer_fresh_though_nothing_new_was_heard(desk: Desk) -> None:
    desk.show(pages=PAGES, local_models=(OLLAMA,))
    assert "Use instead" in desk.labels()

    desk.now = NOW + timedelta(minutes=6)
    desk.window._tick()
    assert "Use instead" not in desk.labels()


def test_rows_come_and_go_in_order(desk: Desk) -> None:
    other = replace(OLLAMA, name="LM Studio", base_url="http://127.0.0.1:1234/v1", at=NOON + timedelta(seconds=9))
    desk.show(pages=PAGES, local_models=(OLLAMA,))
    desk.show(pages=PAGES, local_models=(OLLAMA, other))
    shown = [each for each in desk.labels() if each in {"Ollama", "LM Studio"}]
    assert set(shown) == {"Ollama", "LM Studio"}

    desk.show(pages=PAGES, local_models=(other,))
    assert "Ollama" not in desk.labels()
