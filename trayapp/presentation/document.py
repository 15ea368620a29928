"""The JSON documents other programs read; field names are a contract (PRODUCT.md section 7)."""

from datetime import UTC, datetime

from trayapp.domain.alert import Decision
from trayapp.domain.change import StatusChanged
from trayapp.domain.incident import Incident, Maintenance
from trayapp.domain.judgement import Basis
from trayapp.domain.ledger import Ledger
from trayapp.domain.provider import Provider
from trayapp.domain.record import StoredIncident
from trayapp.domain.report import Component
from trayapp.domain.snapshot import PageState
from trayapp.domain.status import Status, worst

UNKNOWN = "unknown"

Document = dict[str, object]


def stamp(moment: datetime | None) -> str | None:
    """Return a moment as UTC, ISO 8601 with Z; milliseconds only where there are any."""
    if moment is None:
        return None
    utc = moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds" if utc.microsecond >= 1000 else "seconds").replace("+00:00", "Z")  # noqa: PLR2004 - microseconds in a millisecond


def word(status: Status | None) -> str:
    """Return the contract's word for a status; ``None`` is unknown."""
    return UNKNOWN if status is None else status.value


def overall(pages: tuple[PageState, ...]) -> Status | None:
    """Return one status for several pages: a known bad one wins, else unknown if any is, else the worst."""
    return worst(each.shown for each in pages)


def snapshot_document(pages: tuple[PageState, ...], now: datetime) -> Document:
    """Return ``trayapp.snapshot/1``."""
    return {
        "schema": "trayapp.snapshot/1",
        "generated_at": stamp(now),
        "status": word(overall(pages)),
        "pages": [_page(each, now) for each in pages],
    }


def incidents_document(incidents: tuple[StoredIncident, ...]) -> Document:
    """Return ``trayapp.incidents/1``: stored incidents, newest first, with when we saw them."""
    return {
        "schema": "trayapp.incidents/1",
        "incidents": [
            {
                "page": each.page_id,
                **_incident(each.incident),
                "first_seen_at": stamp(each.first_seen_at),
                "last_seen_at": stamp(each.last_seen_at),
                "unlisted_since": stamp(each.unlisted_since),
                "ledger": _ledger(each.ledger),
                "versions": [
                    {
                        "update": version.update_id,
                        "seen_at": stamp(version.seen_at),
                        "phase": version.phase,
                        "posted_at": stamp(version.posted_at),
                        "text": version.text,
                    }
                    for version in each.versions
                ],
            }
            for each in incidents
        ],
    }


def providers_document(providers: tuple[Provider, ...]) -> Document:
    """Return ``trayapp.providers/1``: the catalogue."""
    return {
        "schema": "trayapp.providers/1",
        "providers": [
            {
                "id": each.id,
                "name": each.name,
                "kind": each.kind,
                "aliases": list(each.aliases),
                "old_ids": list(each.old_ids),
                "console": each.console or None,
                "billing": each.billing or None,
                "keys": each.keys or None,
                "news": each.news or None,
                "chat": each.chat or None,
                "api_host": each.api_host or None,
                "base_url": each.base_url or None,
                "key_env": each.key_env or None,
                "note": each.note or None,
                "pages": [
                    {"id": page.id, "name": page.name, "url": page.url, "platform": page.platform or None}
                    for page in each.pages
                ],
                "products": [{"id": product.id, "name": product.name} for product in each.products],
            }
            for each in providers
        ],
    }


def status_line(change: StatusChanged) -> Document:
    """Return one line of a replay, or of ``watch --json``, for a change of status."""
    return {
        "at": stamp(change.at),
        "kind": "status",
        "page": change.page_id,
        "from": word(change.before),
        "to": word(change.after),
    }


def alert_line(decision: Decision, title: str) -> Document:
    """Return one line of a replay, or of ``watch --json``, for something that was told."""
    alert = decision.alert
    return {
        "at": stamp(alert.at),
        "kind": "alert",
        "alert": alert.kind.value,
        "page": alert.page_id,
        "incident": alert.incident_id,
        "title": title,
    }


def decision_line(decision: Decision, title: str) -> Document:
    """Return one line of ``watch --json --explain``: what was decided, and why."""
    line = alert_line(decision, title)
    return line | {"kind": "decision", "told": decision.told, "reason": decision.reason.value}


def _page(state: PageState, now: datetime) -> Document:
    page, failure = state.page, state.failure
    is_fresh = not state.is_stale(now)
    report = state.report if is_fresh else None
    judgement = state.judgement if is_fresh else None
    watched = {each.id for each in judgement.watched} if judgement is not None else set()
    listed = report.components if report is not None else ()
    carried = judgement.watched if judgement is not None else ()
    known = {each.id for each in listed}
    return {
        "id": page.id,
        "name": page.name,
        "url": page.url,
        "platform": page.platform or None,
        "status": word(state.shown),
        "basis": (judgement.basis if judgement is not None and state.shown is not None else Basis.NONE).value,
        "fetched_at": stamp(state.fetched_at),
        "stale": state.fetched_at is not None and not is_fresh,
        "error": None if failure is None else {"kind": failure.kind.value, "detail": failure.detail},
        "components": [
            _component(each, each.id in watched)
            for each in (*listed, *(each for each in carried if each.id not in known))
        ],
        "incidents": [_incident(each) for each in report.incidents if each.is_open] if report is not None else [],
        "maintenances": [_maintenance(each) for each in report.maintenances if each.is_open]
        if report is not None
        else [],
    }


def _component(component: Component, watched: bool) -> Document:  # noqa: FBT001 - a field of the document
    return {
        "id": component.id,
        "name": component.name,
        "group": component.group,
        "status": word(component.status),
        "watched": watched,
    }


def _incident(incident: Incident) -> Document:
    return {
        "id": incident.id,
        "title": incident.title,
        "impact": incident.impact.value if incident.impact is not None else None,
        "phase": incident.phase.value if incident.phase is not None else (incident.said or None),
        "started_at": stamp(incident.started_at),
        "updated_at": stamp(incident.updated_at),
        "resolved_at": stamp(incident.resolved_at),
        "url": incident.url,
        "components": list(incident.components),
        "updates": [
            {
                "id": each.id,
                "phase": each.phase.value if each.phase is not None else (each.said or None),
                "posted_at": stamp(each.posted_at),
                "text": each.text,
            }
            for each in incident.updates
        ],
    }


def _ledger(ledger: Ledger | None) -> Document | None:
    """Return who knew of an incident when; leads are seconds before the page's post, negative after it."""
    if ledger is None:
        return None
    moments = {"reported": ledger.reported_at, "checked": ledger.checked_at, "told": ledger.told_at}
    document: Document = {"posted_at": stamp(ledger.posted_at), "read_at": stamp(ledger.read_at)}
    for name, at in moments.items():
        lead = ledger.lead(at)
        document[f"{name}_at"] = stamp(at)
        document[f"{name}_lead"] = lead.total_seconds() if lead is not None else None
    document["findings"] = [{"at": stamp(at), "verdict": said} for at, said in ledger.findings]
    return document


def _maintenance(maintenance: Maintenance) -> Document:
    return _incident(maintenance) | {
        "scheduled_for": stamp(maintenance.scheduled_for),
        "scheduled_until": stamp(maintenance.scheduled_until),
    }
