"""``trayapp replay``: the real engine over a recording, on simulated time."""

import argparse
import asyncio
from datetime import datetime
from gettext import gettext as _

from trayapp import bootstrap
from trayapp.cli import places, printing
from trayapp.cli.exits import DONE, FAILED
from trayapp.cli.showing import run_showing
from trayapp.domain.change import StatusChanged
from trayapp.domain.snapshot import Snapshot
from trayapp.engine.engine import Engine
from trayapp.engine.recording import Recording, RecordingError, read
from trayapp.engine.replay import from_its_first_look
from trayapp.engine.updates import Update
from trayapp.presentation import document
from trayapp.presentation.wording import worded


def main(arguments: argparse.Namespace) -> int:
    """Print a JSON line for every change of status and every alert."""
    has_config = arguments.config is not None
    mine = places.home(arguments) if has_config else bootstrap.plain_home()
    try:
        recorded = from_its_first_look(read(arguments.file.read_text(encoding="utf-8-sig")))
    except UnicodeDecodeError:
        printing.complain(
            _("trayapp: {file} cannot be replayed: {why}").format(file=arguments.file, why=_("It is no UTF-8 text."))
        )
        return FAILED
    except (OSError, RecordingError) as error:
        printing.complain(
            _("trayapp: {file} cannot be replayed: {why}").format(file=arguments.file, why=printing.why(error))
        )
        return FAILED
    engine = bootstrap.build_replay(recorded, mine, own_pages=mine.has_own_watch_list)
    seen: list[Snapshot] = []
    with asyncio.Runner(loop_factory=bootstrap.replay_loop) as runner:
        runner.run(_replay(engine, recorded, seen))
    for state in seen[-1].pages if seen else ():
        if state.report is None:
            reason = state.failure.detail if state.failure is not None else _("Nobody looked at it.")
            printing.complain(_("trayapp: {name} was never read: {why}").format(name=state.page.name, why=reason))
    return DONE


async def _replay(engine: Engine, recorded: Recording, seen: list[Snapshot]) -> None:
    """Run to the end of the recording; ``seen`` keeps what was known last."""

    def show(update: Update) -> None:
        seen[:] = [update.snapshot]
        _show(update)

    asleep = sum((each.until - each.at).total_seconds() for each in recorded.sleeps)
    length = recorded.end - recorded.start + bootstrap.AFTER_THE_END
    asyncio.get_running_loop().call_later(length.total_seconds() - asleep, engine.stop)
    await run_showing(engine, show)


def _show(update: Update) -> None:
    names = {each.page.id: each.page.name for each in update.snapshot.pages}
    lines: list[tuple[datetime, dict[str, object]]] = [
        (each.at, document.status_line(each)) for each in update.changes if isinstance(each, StatusChanged)
    ]
    lines += [
        (each.alert.at, document.alert_line(each, worded(each.alert, names, each.alert.at).title))
        for each in update.decisions
        if each.told
    ]
    for _at, line in sorted(lines, key=lambda each: each[0]):
        printing.document(line)
