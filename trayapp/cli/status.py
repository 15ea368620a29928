"""``trayapp status``: one pass now."""

import argparse
import asyncio
from datetime import timedelta

from trayapp import bootstrap
from trayapp.cli import places, printing
from trayapp.cli.exits import code_for
from trayapp.engine.clock import wall_time
from trayapp.engine.survey import survey
from trayapp.presentation import document, terminal
from trayapp.presentation.drift import drift_sentences


def main(arguments: argparse.Namespace) -> int:
    """Look once, print, and let the exit code say how it is."""
    mine = places.home(arguments)
    pages = places.pages(mine, arguments.names) if arguments.names else places.watched(mine)
    network = bootstrap.network_for(mine.settings)
    snapshot = asyncio.run(survey(pages, network, mine.settings.polling.idle, timedelta(seconds=arguments.timeout)))
    now = snapshot.at or wall_time()
    if arguments.json:
        printing.document(document.snapshot_document(snapshot.pages, now))
        for state in snapshot.pages:
            for sentence in drift_sentences(state, now):
                printing.complain(f"trayapp: {state.page.name}: {sentence}")
    else:
        for state in snapshot.pages:
            printing.lines(terminal.page_lines(state, now))
    return code_for(document.overall(snapshot.pages))
