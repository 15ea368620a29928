"""``trayapp record``: store what status pages answer, for a replay."""

import argparse
import asyncio
import contextlib
import signal
from collections.abc import Callable
from gettext import gettext as _
from typing import TextIO

from trayapp import bootstrap
from trayapp.cli import places, printing
from trayapp.cli.exits import DONE, FAILED, INTERRUPTED
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
            asyncio.run(_record(bootstrap.build_recorder(mine, pages, recorder.note), recorder, arguments.duration))
            if recorder.trouble is not None:
                raise recorder.trouble
    except OSError as error:
        printing.complain(
            _("trayapp: {file} cannot be written: {why}").format(file=arguments.output, why=printing.why(error))
        )
        return FAILED
    printing.complain(_("Recorded {count} answers.").format(count=recorder.count))
    return INTERRUPTED if recorder.is_interrupted else DONE


class _Recorder:
    """Writes a line for every answer, at once: an interrupted recording is whole up to there."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.count = 0
        self.trouble: OSError | None = None
        """Why nothing more is written."""
        self.is_interrupted = False
        self.stop: Callable[[], None] = _nothing

    def note(self, exchanged: Exchanged) -> None:
        """Write one answer; when that fails, the recording is over."""
        if self.trouble is not None:
            return
        try:
            self._file.write(line_of(wall_time(), exchanged))
            self._file.flush()
        except OSError as error:
            self.trouble = error
            self.stop()
            return
        self.count += 1

    def interrupt(self) -> None:
        """End the recording because a person pressed Ctrl-C."""
        self.is_interrupted = True
        self.stop()


async def _record(engine: Engine, recorder: _Recorder, duration: float | None) -> None:
    recorder.stop = engine.stop
    loop = asyncio.get_running_loop()
    for each, end in ((signal.SIGINT, recorder.interrupt), (signal.SIGTERM, engine.stop)):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(each, end)
    if duration is not None:
        loop.call_later(duration, engine.stop)
    await engine.run(_ignore)


def _nothing() -> None:
    """Before the engine runs there is none to stop."""


def _ignore(_update: Update) -> None:
    """A recording shows nothing."""
