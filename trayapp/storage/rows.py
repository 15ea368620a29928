"""Between domain values and rows of the history: UTC times as ms, enumerations as words, text that any file takes."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from trayapp.domain.incident import Impact, Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.ledger import Sighting, Source, Span, Told
from trayapp.domain.status import Status

Value = str | int | None
Row = Mapping[str, Value]
_Paged = TypeVar("_Paged", Sighting, Span)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
_LATEST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
_UNWRITABLE = re.compile("[\ud800-\udfff]")
_PHASES = {each.value: each for each in Phase}
_IMPACTS = {each.value: each for each in Impact}
_SOURCES = {each.value: each for each in Source}
_STATUSES = {each.value: each for each in Status}


def to_ms(at: datetime) -> int:
    """Return a moment as ms since 1970; one without a zone is taken as UTC."""
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(milliseconds=1)


def from_ms(at: Value) -> datetime:
    """Return a moment in UTC; what no calendar holds is moved to its edge."""
    number = at if isinstance(at, int) else 0
    return _EPOCH + timedelta(milliseconds=min(max(number, _EARLIEST), _LATEST))


def to_ms_or_none(at: datetime | None) -> int | None:
    """Return :func:`to_ms`, or ``None`` for no moment."""
    return None if at is None else to_ms(at)


def from_ms_or_none(at: Value) -> datetime | None:
    """Return :func:`from_ms`, or ``None`` for no moment."""
    return None if at is None else from_ms(at)


def clean(text: str) -> str:
    """Return text that sqlite stores and finds whole: no NUL, no half of a surrogate pair."""
    return _UNWRITABLE.sub("\ufffd", text).replace("\0", "")


def clean_or_none(text: str | None) -> str | None:
    """Return :func:`clean`, or ``None`` for no text."""
    return None if text is None else clean(text)


def status_word(status: Status | None) -> str | None:
    """Return how a status is stored."""
    return status.value if status is not None else None


def status_of(word: Value) -> Status | None:
    """Return the status of a stored word; unknown for one of a later version."""
    return _STATUSES.get(str(word))


def phase_word(phase: Phase | None) -> str:
    """Return how a phase is stored; unknown is empty."""
    return phase.value if phase is not None else ""


def phase_of(word: Value) -> Phase | None:
    """Return the phase of a stored word."""
    return _PHASES.get(str(word))


def impact_of(word: Value) -> Impact | None:
    """Return the impact of a stored word."""
    return _IMPACTS.get(str(word))


def sighting_of(row: Row) -> Sighting | None:
    """Return a stored sighting; ``None`` for a source of a later version."""
    source = _SOURCES.get(str(row["source"]))
    return Sighting(str(row["page_id"]), source, from_ms(row["at"]), str(row["said"])) if source is not None else None


def told_of(row: Row) -> Told | None:
    """Return a stored pop-up; ``None`` where it waits in a digest that was not told yet."""
    if row["at"] is None:
        return None
    return Told(str(row["page_id"]), str(row["incident_id"]), from_ms(row["at"]))


def span_of(row: Row) -> Span:
    """Return when a stored incident went on."""
    return Span(str(row["page_id"]), str(row["incident_id"]), from_ms(row["begun_at"]), from_ms_or_none(row["over"]))


def by_page(found: Iterable[_Paged | None]) -> dict[str, list[_Paged]]:
    """Return what there is by page id, in its order."""
    groups: dict[str, list[_Paged]] = {}
    for each in found:
        if each is not None:
            groups.setdefault(each.page_id, []).append(each)
    return groups


def by_incident(found: Iterable[Told | None]) -> dict[tuple[str, str], list[Told]]:
    """Return pop-ups by page and incident id, in their order."""
    groups: dict[tuple[str, str], list[Told]] = {}
    for each in found:
        if each is not None:
            groups.setdefault((each.page_id, each.incident_id), []).append(each)
    return groups


def kind_of(incident: Incident) -> str:
    """Return the word that keeps incidents and maintenances with the same id apart."""
    return "maintenance" if isinstance(incident, Maintenance) else "incident"


def folded(texts: Iterable[str]) -> str:
    """Return texts as they are searched: without case, one a line."""
    return "\n".join(text.casefold() for text in texts)


def folded_names(names: Iterable[str]) -> str:
    """Return names so that a whole one is found between two line ends."""
    return "\n" + "".join(f"{' '.join(clean(name).casefold().split())}\n" for name in names)


def as_list(values: Iterable[Value]) -> str | None:
    """Return values as the JSON that a statement unfolds, or ``None`` for none."""
    listed = list(values)
    return json.dumps(listed) if listed else None


def text_or_none(word: Value) -> str | None:
    """Return a stored text that may be missing."""
    return None if word is None else str(word)


def names_in(word: Value) -> tuple[str, ...]:
    """Return a stored list of texts."""
    return tuple(json.loads(str(word)))


def incident_row(incident: Incident, seen_at: int) -> dict[str, Value]:
    """Return the columns that a page's words decide. ``seen_at`` (ms) stands in for times the page does not give."""
    planned = incident if isinstance(incident, Maintenance) else None
    posted = [to_ms(each.posted_at) for each in incident.updates]
    scheduled_for = to_ms_or_none(planned.scheduled_for) if planned else None
    started_at = to_ms_or_none(incident.started_at)
    updated_at = to_ms_or_none(incident.updated_at)
    resolved_at = to_ms_or_none(incident.resolved_at)
    begun_at = _first(scheduled_for, started_at, min(posted, default=None), seen_at)
    over_at = _first(resolved_at, updated_at, max(posted, default=None), seen_at)
    return {
        "title": clean(incident.title),
        "phase": phase_word(incident.phase),
        "said": clean(incident.said),
        "impact": incident.impact.value if incident.impact is not None else "",
        "started_at": started_at,
        "updated_at": updated_at,
        "resolved_at": resolved_at,
        "url": clean_or_none(incident.url),
        "component_ids": json.dumps([clean(each) for each in incident.component_ids]),
        "components": json.dumps([clean(each) for each in incident.components]),
        "scheduled_for": scheduled_for,
        "scheduled_until": to_ms_or_none(planned.scheduled_until) if planned else None,
        "is_open": int(incident.is_open),
        "begun_at": begun_at,
        "over_at": None if incident.is_open else over_at,
    }


def incident_of(row: Row, updates: Iterable[Row]) -> Incident:
    """Return the incident or maintenance that was stored; ``updates`` come newest first."""
    shape = Maintenance if row["kind"] == "maintenance" else Incident
    incident = shape(
        id=str(row["incident_id"]),
        title=str(row["title"]),
        phase=phase_of(row["phase"]),
        impact=impact_of(row["impact"]),
        said=str(row["said"]),
        started_at=from_ms_or_none(row["started_at"]),
        updated_at=from_ms_or_none(row["updated_at"]),
        resolved_at=from_ms_or_none(row["resolved_at"]),
        url=None if row["url"] is None else str(row["url"]),
        component_ids=names_in(row["component_ids"]),
        components=names_in(row["components"]),
        updates=tuple(map(_update_of, updates)),
    )
    if not isinstance(incident, Maintenance):
        return incident
    return _scheduled(incident, row)


def update_rows(incident: Incident) -> dict[str, dict[str, Value]]:
    """Return the columns of each update by its id, oldest first.

    An update without an id gets one from its time; ids that a page uses twice are numbered, so that the two
    do not overwrite each other at every look.
    """
    rows: dict[str, dict[str, Value]] = {}
    oldest_first = list(reversed(incident.updates))
    oldest_first.sort(key=lambda update: to_ms(update.posted_at))
    for each in oldest_first:
        posted_at = to_ms(each.posted_at)
        row: dict[str, Value] = {
            "phase": phase_word(each.phase),
            "said": clean(each.said),
            "posted_at": posted_at,
            "text": clean(each.text),
        }
        name = own = clean(each.id) or f"at:{posted_at}"
        count = 1
        while name in rows and rows[name] != row:
            count += 1
            name = f"{own}#{count}"
        rows[name] = row
    return rows


def _update_of(row: Row) -> IncidentUpdate:
    return IncidentUpdate(
        id=str(row["update_id"]),
        phase=phase_of(row["phase"]),
        posted_at=from_ms(row["posted_at"]),
        text=str(row["text"]),
        said=str(row["said"]),
    )


def _scheduled(incident: Maintenance, row: Row) -> Maintenance:
    times = from_ms_or_none(row["scheduled_for"]), from_ms_or_none(row["scheduled_until"])
    return replace(incident, scheduled_for=times[0], scheduled_until=times[1])


def _first(*moments: int | None) -> int:
    return next(each for each in moments if each is not None)
