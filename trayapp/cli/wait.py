"""``trayapp wait``: return when it is fine again."""

import argparse
import asyncio
import contextlib

from trayapp import bootstrap
from trayapp.cli import places
from trayapp.cli.exits import FINE, UNKNOWN, code_for
from trayapp.engine.engine import Engine
from trayapp.engine.updates import Update
from trayapp.presentation import document


def main(arguments: argparse.Namespace) -> int:
    """Watch the named pages until all are fine (0), or until the timeout (3)."""
    mine = places.home(arguments)
    engine = bootstrap.build_waiting(mine, places.pages(mine, arguments.names))
    return asyncio.run(_wait(engine, arguments.timeout))


async def _wait(engine: Engine, patience: float | None) -> int:
    is_fine = False

    def notice(update: Update) -> None:
        nonlocal is_fine
        pages = update.snapshot.pages
        if all(each.looks for each in pages) and code_for(document.overall(pages)) == FINE:
            is_fine = True
            engine.stop()

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience):
            await engine.run(notice)
    return FINE if is_fine else UNKNOWN
