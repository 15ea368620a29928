"""``trayapp export``: what is known, for other programs."""

import argparse
import asyncio
from datetime import UTC, datetime, timedelta

from trayapp import bootstrap
from trayapp.cli import places, printing
from trayapp.cli.exits import DONE, FAILED
from trayapp.domain.record import IncidentQuery
from trayapp.domain.snapshot import PageState
from trayapp.domain.status import Status
from trayapp.engine.clock import wall_time
from trayapp.engine.survey import survey
from trayapp.presentation import document
from trayapp.storage.history import History, HistoryUnavailableError

_PATIENCE = timedelta(seconds=15)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_EVERYTHING = 1_000_000


def main(arguments: argparse.Namespace) -> int:
    """Print everything recorded as JSON, or the state of the watched pages now as Prometheus text."""
    mine = places.home(arguments)
    if arguments.prometheus:
        return _print_metrics(mine)
    try:
        printing.document(_recorded(mine))
    except HistoryUnavailableError as error:
        printing.complain(f"trayapp: {error}")
        return FAILED
    return DONE


def _recorded(mine: bootstrap.Home) -> document.Document:
    """Return everything the history holds; it holds no secrets."""
    history = History.open(mine.paths.database if mine.paths.database.exists() else None)
    for note in history.notes:
        printing.complain(f"trayapp: {note}")
    try:
        incidents = document.incidents_document(history.incidents(IncidentQuery(limit=_EVERYTHING)))["incidents"]
        statuses = [
            {
                "at": document.stamp(each.at),
                "page": each.page_id,
                "from": document.word(each.before),
                "to": document.word(each.after),
            }
            for each in history.status_changes(None, _BEGINNING)
        ]
        decisions = [
            {
                "at": document.stamp(each.at),
                "page": each.page_id,
                "incident": each.incident_id,
                "alert": each.kind,
                "title": each.title,
                "told": each.told,
                "reason": each.reason,
            }
            for each in history.decisions(_BEGINNING, _EVERYTHING)
        ]
        gaps = [
            {"from": document.stamp(each.start), "to": document.stamp(each.end), "why": each.why}
            for each in history.gaps(_BEGINNING)
        ]
    finally:
        history.close()
    return {
        "schema": "trayapp.export/1",
        "generated_at": document.stamp(wall_time()),
        "incidents": incidents,
        "statuses": statuses,
        "decisions": decisions,
        "gaps": gaps,
    }


def _print_metrics(mine: bootstrap.Home) -> int:
    from prometheus_client import CollectorRegistry, Gauge, generate_latest  # noqa: PLC0415 -- only this command needs it

    pages = places.watched(mine)
    network = bootstrap.network_for(mine.settings)
    snapshot = asyncio.run(survey(pages, network, mine.settings.polling.idle, _PATIENCE))

    registry = CollectorRegistry()
    for name, explanation, measure in _GAUGES:
        gauge = Gauge(name, explanation, ["page"], registry=registry)
        for state in snapshot.pages:
            gauge.labels(page=state.page.id).set(measure(state))
    printing.lines(generate_latest(registry).decode("utf-8").splitlines())
    return DONE


def _severity(state: PageState) -> float:
    return -1.0 if state.shown is None else float(list(Status).index(state.shown))


def _is_readable(state: PageState) -> float:
    return float(state.failure is None and state.report is not None)


def _open_incidents(state: PageState) -> float:
    return float(sum(each.is_open for each in state.report.incidents)) if state.report is not None else 0.0


_GAUGES = (
    (
        "trayapp_page_status",
        "0 operational, 1 maintenance, 2 degraded, 3 partial outage, 4 major outage, -1 unknown",
        _severity,
    ),
    ("trayapp_page_readable", "1 when the status page gave a valid answer", _is_readable),
    ("trayapp_open_incidents", "Open incidents the page lists", _open_incidents),
)
