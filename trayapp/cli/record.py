"""``trayapp record``: store what status pages answer, for a replay."""

import argparse
import asyncio
import contextlib
import signal
from gettext import gettext as _
from typing import TextIO

from trayapp import bootstrap
from trayapp.cli import places, printing
from trayapp.cli.exits import DONE, FAILED
from trayapp.engine.clock import wall_time
from trayapp.engine.engine import Engine
from trayapp.engine.http import Exchanged
from trayapp.engine.recording import line_of
from trayapp.engine.updates import Update


def main(arguments: argparse.Namespace) -> int:
    """Record until interrupted, or for so many seconds."""
    mine = places.home(arguments)
    pages = places.pages(mine, arguments.urls)
    try:
        with arguments.output.open("w", encoding="utf-8") as file:
            recorder = _Recorder(file)
            asyncio.run(_record(bootstrap.build_recorder(mine, pages, recorder.note), arguments.duration))
    except OSError as error:
        printing.complain(_("trayapp: {file} cannot be written: {why}").format(file=arguments.output, why=error))
        return FAILED
    printing.complain(_("Recorded {count} answers.").format(count=recorder.count))
    return DONE


class _Recorder:
    """Writes a line for every answer, at once: an interrupted recording is whole up to there."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.count = 0

    def note(self, exchanged: Exchanged) -> None:
        """Write one answer."""
        self._file.write(line_of(wall_time(), exchanged))
        self._file.flush()
        self.count += 1


async def _record(engine: Engine, duration: float | None) -> None:
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(each, engine.stop)
    if duration is not None:
        loop.call_later(duration, engine.stop)
    await engine.run(_ignore)


def _ignore(_update: Update) -> None:
    """A recording shows nothing."""
