"""For the user's own programs: tell the app which errors of a provider they meet.

    import httpx
    from trayapp.reporting import hook
    client = httpx.Client(event_hooks={"response": [hook("openai")]})

Nothing is sent: a line is added to a small file that the app reads. A hook never raises and never waits.
"""

import contextlib
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from trayapp.domain.verdict import SERVER_TROUBLE, OwnReport
from trayapp.engine.clock import wall_time
from trayapp.storage.paths import find_paths
from trayapp.storage.reports import NAME, ReportFile

ONCE_IN = 1.0
"""Seconds: a program that fails a thousand times a second is heard once in each."""


class Answered(Protocol):
    """What is needed of a response; httpx's has it, and so have others."""

    @property
    def status_code(self) -> int:
        """The status, such as 529."""


def hook(provider: str, *, least: int = SERVER_TROUBLE, data_dir: Path | None = None) -> Callable[[Answered], None]:
    """Return an event hook for ``httpx.Client`` that reports every status from ``least`` on.

    ``provider`` is the catalogue's id (``trayapp providers`` lists them); ``data_dir`` is needed only where the app
    was started with ``--data-dir``.
    """
    file = ReportFile(find_paths(data_dir=data_dir).data_dir / NAME)
    told_at: dict[int, float] = {}

    def report(response: Answered) -> None:
        code, now = response.status_code, time.monotonic()
        if code < least or now - told_at.get(code, now - ONCE_IN) < ONCE_IN:
            return
        told_at[code] = now
        with contextlib.suppress(OSError):
            file.add(OwnReport(provider, code, wall_time()))

    return report


def async_hook(
    provider: str, *, least: int = SERVER_TROUBLE, data_dir: Path | None = None
) -> Callable[[Answered], Awaitable[None]]:
    """Return the same for ``httpx.AsyncClient``."""
    report = hook(provider, least=least, data_dir=data_dir)

    async def report_later(response: Answered) -> None:
        report(response)

    return report_later
