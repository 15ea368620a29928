"""Widgets are freed where they live."""

import gc
from collections.abc import Iterator

import pytest


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
