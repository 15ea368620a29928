"""Saving diagnostics from the window: the real program beside, and what goes wrong in words."""

import gzip
import sys
import zipfile
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from trayapp.desktop.options import RunOptions
from trayapp.desktop.window.settings import about
from trayapp.desktop.window.settings.diagnostics import Diagnostics


def options(tmp_path: Path) -> RunOptions:
    config = tmp_path / "config.toml"
    near = 'hosts = ["http://127.0.0.1:9/", "http://127.0.0.1:9/2"]'
    text = f"[[watch]]\nurl = 'http://127.0.0.1:9'\nplatform = 'statuspage'\n[baseline]\n{near}\n"
    config.write_text(text, encoding="utf-8")
    return RunOptions(config=config, data_dir=tmp_path / "data")


def row(qtbot: QtBot, options: RunOptions, file: str) -> Diagnostics:
    made = Diagnostics(options, lambda _parent: file)
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_button_saves_what_doctor_finds(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "out.zip"
    made = row(qtbot, options(tmp_path), str(file))

    made._button.click()
    assert not made._button.isEnabled()
    qtbot.waitUntil(made._button.isEnabled, timeout=120_000)

    assert str(file) in made._said.text()
    with zipfile.ZipFile(file) as archive:
        assert "doctor.json" in archive.namelist()


def test_what_cannot_be_saved_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    made = row(qtbot, options(tmp_path), str(tmp_path / "nowhere" / "out.zip"))

    made._button.click()
    qtbot.waitUntil(made._button.isEnabled, timeout=120_000)

    assert "could not be written" in made._said.text()


def test_who_names_no_file_wants_none(qtbot: QtBot, tmp_path: Path) -> None:
    made = row(qtbot, options(tmp_path), "")

    made._button.click()

    assert made._button.isEnabled()
    assert made._process is None


def test_a_program_that_is_gone_is_said(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = row(qtbot, options(tmp_path), str(tmp_path / "out.zip"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))

    made._button.click()
    qtbot.waitUntil(made._button.isEnabled, timeout=20_000)

    assert "could not be started" in made._said.text()


def test_the_same_program_is_started_by_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = RunOptions(config=tmp_path / "c.toml", data_dir=tmp_path)
    assert started.command("doctor") == (
        *(sys.executable, "-m", "trayapp", "doctor"),
        *(f"--config={tmp_path / 'c.toml'}", f"--data-dir={tmp_path}"),
    )

    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert RunOptions().command("doctor") == (sys.executable, "doctor")


@pytest.mark.parametrize("name", ["licences.txt", "licences.txt.gz"])
def test_about_shows_the_licences_a_built_application_has(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    text = "GNU LESSER GENERAL PUBLIC LICENSE\n"
    content = text.encode()
    if name.endswith(".gz"):
        content = gzip.compress(content)
    (tmp_path / name).write_bytes(content)
    monkeypatch.setattr(about, "resource", tmp_path.joinpath)
    tab = about.AboutTab()
    qtbot.addWidget(tab)
    tab.show()

    assert tab._show_all.isVisible()
    tab._show_all.click()

    assert tab._all.toPlainText() == text
    QApplication.processEvents()


def test_about_of_a_checkout_offers_no_such_licences(qtbot: QtBot) -> None:
    tab = about.AboutTab()
    qtbot.addWidget(tab)

    assert tab._show_all.isHidden()


def test_a_broken_file_of_licences_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "licences.txt.gz").write_bytes(b"no gzip")
    monkeypatch.setattr(about, "resource", tmp_path.joinpath)

    assert "gzip" in about.notices_text()
