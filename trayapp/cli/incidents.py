"""``trayapp incidents``: what was recorded."""

import argparse
import csv
import sys
from datetime import timedelta
from gettext import gettext as _

from trayapp import bootstrap
from trayapp.cli import places, printing
from trayapp.cli.exits import DONE, FAILED
from trayapp.domain.record import IncidentQuery, StoredIncident
from trayapp.engine import watchlist
from trayapp.engine.clock import wall_time
from trayapp.presentation import document, terminal
from trayapp.storage.history import History, HistoryUnavailableError

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a formula begins; a spreadsheet set to Japanese takes the wide forms of the four signs too."""


def main(arguments: argparse.Namespace) -> int:
    """List recorded incidents, newest first."""
    mine = places.home(arguments)
    now = wall_time()
    query = IncidentQuery(
        page_ids=tuple(each.id for each in places.pages(mine, [arguments.provider])) if arguments.provider else (),
        since=now - timedelta(seconds=arguments.since) if arguments.since is not None else None,
    )
    try:
        found = _read(mine, query)
    except HistoryUnavailableError as error:
        printing.complain(f"trayapp: {error}")
        return FAILED
    if arguments.json:
        printing.document(document.incidents_document(found))
    elif arguments.csv:
        _print_csv(found)
    else:
        known = (page for provider in mine.catalogue.providers for page in provider.pages)
        names = {each.id: each.name for each in (*known, *watchlist.watchlist(mine.settings, mine.catalogue).pages)}
        for each in found:
            printing.lines(terminal.stored_lines(each, names.get(each.page_id, each.page_id), now))
        if not found:
            printing.lines([_nothing(query)])
    return DONE


def _nothing(query: IncidentQuery) -> str:
    if query == IncidentQuery():
        return _("Nothing is recorded yet. Incidents are recorded while trayapp runs.")
    return _("Nothing that is recorded matches.")


def _read(mine: bootstrap.Home, query: IncidentQuery) -> tuple[StoredIncident, ...]:
    if not mine.paths.database.exists():
        return ()
    history = History.open(mine.paths.database)
    try:
        for note in history.notes:
            printing.complain(f"trayapp: {note}")
        return history.incidents(query)
    finally:
        history.close()


def _print_csv(found: tuple[StoredIncident, ...]) -> None:
    """Print a table no spreadsheet takes for formulas."""
    writer = csv.writer(sys.stdout, lineterminator="\n")  # the stream makes of it what this system ends lines with
    writer.writerow(["page", "id", "title", "impact", "phase", "started_at", "resolved_at", "components", "url"])
    for each in found:
        incident = each.incident
        cells = (
            each.page_id,
            incident.id,
            incident.title,
            incident.impact.value if incident.impact is not None else "",
            incident.phase.value if incident.phase is not None else incident.said,
            document.stamp(incident.started_at) or "",
            document.stamp(incident.resolved_at) or "",
            "; ".join(incident.components),
            incident.url or "",
        )
        writer.writerow([printing.writable(_cell(text), sys.stdout) for text in cells])


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
