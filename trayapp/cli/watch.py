"""``trayapp watch``: watch without a screen, one line for every change."""

import argparse
import asyncio
import contextlib
import signal
from gettext import gettext as _

from trayapp import bootstrap
from trayapp.cli import places, printing
from trayapp.cli.exits import DONE
from trayapp.cli.showing import run_showing
from trayapp.domain.change import StatusChanged
from trayapp.domain.verdict import PageVerdict
from trayapp.engine.engine import Engine
from trayapp.engine.updates import Update
from trayapp.presentation import document, terminal
from trayapp.presentation.tray import tray_view
from trayapp.presentation.trayverdict import tray_told
from trayapp.presentation.verdictnews import InForce, verdict_document, verdict_line
from trayapp.presentation.wording import worded


def main(arguments: argparse.Namespace) -> int:
    """Watch until interrupted."""
    options = places.options(arguments)
    if not options.demo:
        places.pages(places.home(arguments), [])
    engine = bootstrap.build_engine(options)
    watching = _Watching(as_json=arguments.json, explain=arguments.explain)
    with asyncio.Runner(loop_factory=lambda: bootstrap.new_loop(options)) as runner:
        return runner.run(_watch(engine, watching))


async def _watch(engine: Engine, watching: "_Watching") -> int:
    with contextlib.suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, engine.stop)
    await run_showing(engine, watching.show)
    return DONE


class _Watching:
    """Prints what each update brings; remembers which notes were said."""

    def __init__(self, *, as_json: bool, explain: bool) -> None:
        self._as_json = as_json
        self._explain = explain
        self._said: set[str] = set()
        self._verdicts = InForce()
        self._has_begun = False
        self._has_summed_up = False

    def show(self, update: Update) -> None:
        """Print one update."""
        for note in update.notes:
            if note.sentence not in self._said:
                self._said.add(note.sentence)
                printing.complain(f"trayapp: {note.sentence}")
        names = {each.page.id: each.page.name for each in update.snapshot.pages}
        self._verdicts, news = self._verdicts.news(update.snapshot, update.verdicts)
        if self._as_json:
            self._show_json(update, names, news)
        else:
            self._show_text(update, names, news)

    def _show_json(self, update: Update, names: dict[str, str], news: tuple[PageVerdict, ...]) -> None:
        for change in update.changes:
            if isinstance(change, StatusChanged):
                printing.document(document.status_line(change))
        for decision in update.decisions:
            title = worded(decision.alert, names, decision.alert.at).title
            if decision.told:
                printing.document(document.alert_line(decision, title))
            if self._explain:
                printing.document(document.decision_line(decision, title))
        for each in news:
            printing.document(verdict_document(each, names[each.page_id], update.now))

    def _show_text(self, update: Update, names: dict[str, str], news: tuple[PageVerdict, ...]) -> None:
        if not self._has_begun:
            self._has_begun = True
            what = _("A replay of 2 December 2025, not live.") if update.is_replay else _("Watching.")
            printing.lines([f"{what} " + _("{names}. Stop with Ctrl-C.").format(names=", ".join(names.values()))])
        printing.lines(terminal.change_line(each, names) for each in update.changes)
        printing.lines(verdict_line(each, names[each.page_id], update.now) for each in news)
        for decision in update.decisions:
            if self._explain:
                printing.lines([terminal.decision_line(decision, names)])
            elif decision.told:
                said = worded(decision.alert, names, decision.alert.at)
                printing.lines([f"          {said.title}", *(f"          {each}" for each in said.body.splitlines())])
        if not self._has_summed_up and all(each.looks for each in update.snapshot.pages):
            self._has_summed_up = True
            told = tray_told(update.snapshot, update.verdicts, update.now)
            view = tray_view(update.snapshot, update.now, is_replay=update.is_replay, told=told)
            printing.lines([view.sentence])
