"""Google Cloud and Google Workspace: ``incidents.json``, an array of the incidents of about a year, newest first.

Only trouble is listed, so an absent product is fine (in 2026 Google posts broad outages only: the catalogue says so).
Both dashboards have one shape; Workspace rows lack the locations, which is how the name is told.

An incident is open when it has no ``end`` **and** its newest update is not ``AVAILABLE`` (either alone was wrong at
times). ``most_recent_update.status`` is how it is now, ``status_impact`` the peak: only the former counts.
Products keep their id and change their title. Ids match watched components.

``options["regions"]`` ("us-central1, europe-west4") keeps what is said of those regions, of a larger place around one
("us"), of the whole world, or of no place at all: an empty list of places means an unknown one, not nowhere.

====================  ==============  ==============
word                  status          impact (by ``severity``: low, medium, high)
====================  ==============  ==============
AVAILABLE             operational
SERVICE_INFORMATION   degraded        minor
SERVICE_DISRUPTION    partial outage  major
SERVICE_OUTAGE        major outage    critical
====================  ==============  ==============

Until May 2021 a row had no id and no such words, its ``end`` was null while it was open, and it named one service: the
severity stands for the word there. For some months after that it still named no products.
"""

import msgspec

from trayapp.domain.incident import Impact, Incident, IncidentUpdate, Phase
from trayapp.domain.report import Absence, Component, StatusReport
from trayapp.domain.status import Status, worst
from trayapp.exchange import LARGE_LIMIT, Ask, Exchange, Platform, Response, UnreadableResponseError
from trayapp.formats.address import base, same_site_link
from trayapp.formats.body import decoded, matches
from trayapp.formats.datafile import data_file
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_PATHS = ("/incidents.json",)
_AVAILABLE = "AVAILABLE"
_EVERYWHERE = "global"
_STATUS = {
    _AVAILABLE: Status.OPERATIONAL,
    "SERVICE_INFORMATION": Status.DEGRADED,
    "SERVICE_DISRUPTION": Status.PARTIAL_OUTAGE,
    "SERVICE_OUTAGE": Status.MAJOR_OUTAGE,
}
_IMPACT = {"low": Impact.MINOR, "medium": Impact.MAJOR, "high": Impact.CRITICAL}
_BY_SEVERITY = {"low": "SERVICE_INFORMATION", "medium": "SERVICE_DISRUPTION", "high": "SERVICE_OUTAGE"}
_KEPT_CLOSED = 25
"""Closed incidents that are read, newest first: a year of them can be hundreds, and history has them already."""


class _Update(msgspec.Struct):
    status: str | None = None
    when: object = None
    created: object = None
    modified: object = None
    text: object = None


class _Product(msgspec.Struct):
    id: str | int | None = None
    title: object = None
    current_title: object = None


class _Place(msgspec.Struct):
    id: object = None


class _Row(msgspec.Struct):
    begin: object
    id: str | None = None
    number: str | int | None = None
    status_impact: str | None = None
    most_recent_update: _Update | None = None
    former_update: _Update | None = msgspec.field(default=None, name="most-recent-update")
    service_key: str | None = None
    service_name: object = None
    affected_products: list[_Product] | None = None
    end: object = None
    modified: object = None
    created: object = None
    external_desc: object = None
    updates: list[_Update] | None = None
    severity: str | None = None
    uri: object = None
    currently_affected_locations: list[_Place] | None = None
    previously_affected_locations: list[_Place] | None = None


class _StrictRow(msgspec.Struct):
    """What both dashboards always send: enough to know them by."""

    id: str
    number: str | int
    begin: str
    status_impact: str
    severity: str
    most_recent_update: _Update
    updates: list[_Update]
    affected_products: list[_Product] | None = None
    service_name: str | None = None


class _FormerRow(msgspec.Struct):
    """What the dashboard sent until May 2021."""

    number: str | int
    begin: str
    severity: str
    service_key: str
    service_name: str
    updates: list[_Update]
    former_update: _Update = msgspec.field(name="most-recent-update")


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the list of incidents."""
    response = yield from data_file(ask.url, _PATHS, limit=LARGE_LIMIT)
    listed = decoded(response, list[_Row])
    regions = frozenset(each.strip().lower() for each in ask.options.get("regions", "").split(",") if each.strip())
    rows = [row for row in listed if _concerns(row, regions)]
    site = base(ask.url, _PATHS)
    running = [row for row in rows if _is_open(row)]
    closed = [row for row in rows if not _is_open(row)]
    awaited = [row for row in closed[_KEPT_CLOSED:] if _identity(row) in ask.open_incidents]
    return StatusReport(
        components=_components(running),
        incidents=tuple(_incident(row, site) for row in (*running, *closed[:_KEPT_CLOSED], *awaited)),
        absence=Absence.OPERATIONAL,
        page_name=_dashboard(listed, ask.url),
    )


def _dashboard(rows: list[_Row], url: str) -> str:
    is_workspace = (
        all(row.currently_affected_locations is None and row.affected_products is not None for row in rows)
        if rows
        else "appsstatus" in url
    )
    return "Google Workspace" if is_workspace else "Google Cloud"


def _concerns(row: _Row, regions: frozenset[str]) -> bool:
    """Return whether a row is about one of these regions, for all anybody can tell."""
    told = row.currently_affected_locations if _is_open(row) else row.previously_affected_locations
    places = {word(each.id).lower() for each in told or []} - {""}
    if not regions or not places or _EVERYWHERE in places:
        return True
    return any(region == place or region.startswith(f"{place}-") for region in regions for place in places)


def _is_open(row: _Row) -> bool:
    return instant(row.end) is None and _live(row) != _AVAILABLE


def _live(row: _Row) -> str:
    """Return the word for how it is now; the peak stands in where an incident has no update yet."""
    if row.former_update is not None:
        return _BY_SEVERITY.get((row.severity or "").lower(), "")
    latest = row.most_recent_update
    return (latest.status if latest and latest.status else row.status_impact or "").upper()


def _identity(row: _Row) -> str:
    """Return the id, else the number the incident had in its address, which counted anew for each service."""
    if row.id is not None:
        return one_line(row.id)
    return one_line(f"{row.service_key or ''}-{word(row.number)}-{word(row.begin)}")


def _said(said: str) -> str:
    return said if said in _STATUS else word(said)  # hundreds of them are read, and cleaning a word takes its time


def _components(running: list[_Row]) -> tuple[Component, ...]:
    """Return each affected product once, as bad as the worst open incident that names it."""
    found: dict[str, list[Component]] = {}
    for row in running:
        live = _live(row)
        for key, title in _products(row):
            found.setdefault(key, []).append(Component(key, title, _STATUS.get(live), _said(live)))
    return tuple(_worst(same) for same in found.values())


def _worst(same: list[Component]) -> Component:
    status = worst(each.status for each in same)
    return next((each for each in same if each.status == status), same[0])


def _products(row: _Row) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    if row.affected_products is None and (name := one_line(row.service_name)):
        found[one_line(row.service_key) or name] = name
    for each in row.affected_products or []:
        title = one_line(each.current_title) or one_line(each.title)
        key = word(each.id) or title
        if key:
            found.setdefault(key, title or key)
    return list(found.items())


def _incident(row: _Row, site: str) -> Incident:
    is_open = _is_open(row)
    products = _products(row)
    latest = row.most_recent_update or row.former_update
    told = _updates(row)
    return Incident(
        id=_identity(row),
        title=_title(row),
        phase=Phase.INVESTIGATING if is_open else Phase.RESOLVED,
        impact=_IMPACT.get((row.severity or "").lower()),
        said=_said(_live(row)),
        started_at=instant(row.begin),
        updated_at=instant(latest.when if latest else None) or instant(row.modified),
        resolved_at=None if is_open else instant(row.end) or instant(row.modified),
        url=same_site_link(f"{site}/{row.uri.lstrip('/')}", site) if isinstance(row.uri, str) and row.uri else None,
        component_ids=tuple(key for key, _ in products),
        components=tuple(title for _, title in products),
        updates=told,
    )


def _title(row: _Row) -> str:
    """Return the description's first meaning: Workspace puts a whole form into it, headed by ``**Title**``."""
    lines = [line.strip() for line in plain(row.external_desc, 1000).splitlines()]
    said = next((line for line in lines if line and line.casefold().strip("*: ") not in {"title", "summary"}), "")
    return one_line(said) or _identity(row)


def _updates(row: _Row) -> tuple[IncidentUpdate, ...]:
    told: list[IncidentUpdate] = []
    for each in row.updates or ([row.most_recent_update] if row.most_recent_update else []):
        posted_at = instant(each.when) or instant(each.created) or instant(each.modified)
        if posted_at is None:
            continue
        said = (each.status or "").upper()
        phase = Phase.RESOLVED if said == _AVAILABLE else None
        key = posted_at if each.created == each.when else instant(each.created) or posted_at
        told.append(IncidentUpdate(f"{key:%Y%m%dT%H%M%S}", phase, posted_at, plain(each.text), _said(said)))
    return tuple(sorted(told, key=lambda update: update.posted_at, reverse=True))


def recognises(response: Response) -> bool:
    """Tell by a row's fields; an empty array could be anybody's."""
    try:
        rows = decoded(response, list[_StrictRow])
    except UnreadableResponseError:
        return matches(response, list[_FormerRow])
    return bool(rows) and all(row.affected_products is not None or row.service_name for row in rows)


PLATFORM = Platform(
    name="googlecloud",
    read=read,
    recognises=recognises,
    paths=_PATHS,
    hosts=("status.cloud.google.com", "www.google.com"),
)
