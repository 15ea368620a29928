"""Widgets are freed where they live, and what all of them share is as it was; waiting is for a busy machine too."""

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from trayapp.desktop import theme

PATIENCE = 60_000
"""Milliseconds that a condition may take to come about: a machine with much else to do takes long for anything."""


class PatientBot(QtBot):
    """Waits longer than pytest-qt's five seconds where a test does not say how long."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE) -> None:  # noqa: N802 -- its name
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE, **options: Any) -> Any:  # noqa: N802 -- as above
        return super().waitSignal(signal, timeout=timeout, **options)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    del qapp
    return PatientBot(request)


@pytest.fixture(autouse=True)
def collected_in_qts_thread() -> Iterator[None]:
    """Python collects cycles in whichever thread is at work; a QObject freed in another one ends the process.

    The program itself sees to that too: see `Collector` in trayapp/desktop/bridge.py.
    """
    gc.collect()
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def own_application() -> Iterator[None]:
    """Tests share one application object: none finds the colours, the clipboard or the windows of another.

    What is to be deleted later waits for an event loop, which no test enters to its end.
    """
    yield
    if QGuiApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        theme.apply_scheme("system")
        QGuiApplication.clipboard().clear()
