"""What differs between two snapshots, as values."""

from datetime import datetime

from msgspec import Struct

from trayapp.domain.incident import Incident, IncidentUpdate
from trayapp.domain.report import FetchFailure
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.status import Status


class StatusChanged(Struct, frozen=True):
    """What is shown for a page changed; ``None`` is unknown. ``at`` is UTC."""

    page_id: str
    at: datetime
    before: Status | None
    after: Status | None


class IncidentOpened(Struct, frozen=True):
    """A page lists an open incident it did not list as open before."""

    page_id: str
    at: datetime
    incident: Incident


class IncidentUpdated(Struct, frozen=True):
    """An incident got new updates (newest first), or its phase changed."""

    page_id: str
    at: datetime
    incident: Incident
    updates: tuple[IncidentUpdate, ...]


class IncidentClosed(Struct, frozen=True):
    """An incident that was open is resolved, or is no longer listed."""

    page_id: str
    at: datetime
    incident: Incident


class LookFailed(Struct, frozen=True):
    """A page cannot be read any more; said once, not for every failed look."""

    page_id: str
    at: datetime
    failure: FetchFailure


class LookWorksAgain(Struct, frozen=True):
    """A page can be read again."""

    page_id: str
    at: datetime


Change = StatusChanged | IncidentOpened | IncidentUpdated | IncidentClosed | LookFailed | LookWorksAgain


def diff(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """Return what changed from one snapshot to the next, page by page; ``diff(s, s) == ()``."""
    if after.at is None:
        return ()
    same = {id(each) for each in before.pages}
    touched = [each for each in after.pages if id(each) not in same]
    changes: list[Change] = []
    for new in touched:
        old = before.page(new.page.id)
        if old is not None:
            changes.extend(_page_changes(old, new, after.at))
    return tuple(changes)


def _page_changes(old: PageState, new: PageState, at: datetime) -> list[Change]:
    page_id = new.page.id
    changes: list[Change] = []
    if new.failure is not None and (old.failure is None or old.failure.kind is not new.failure.kind):
        changes.append(LookFailed(page_id, at, new.failure))
    if old.failure is not None and new.failure is None:
        changes.append(LookWorksAgain(page_id, at))
    if old.shown != new.shown:
        changes.append(StatusChanged(page_id, at, old.shown, new.shown))
    if old.report is not None and new.report is not None and new.report is not old.report:
        changes.extend(_incident_changes(page_id, at, old.report.incidents, new.report.incidents))
    elif old.report is None and new.report is not None:
        changes.extend(IncidentOpened(page_id, at, each) for each in new.report.incidents if each.is_open)
    return changes


def _incident_changes(
    page_id: str, at: datetime, before: tuple[Incident, ...], after: tuple[Incident, ...]
) -> list[Change]:
    changes: list[Change] = []
    known = {each.id: each for each in before}
    listed = {each.id for each in after}
    for incident in after:
        old = known.get(incident.id)
        if old is None or (not old.is_open and incident.is_open):
            if incident.is_open:
                changes.append(IncidentOpened(page_id, at, incident))
        elif old.is_open and not incident.is_open:
            changes.append(IncidentClosed(page_id, at, incident))
        elif incident.is_open:
            old_ids = {each.id for each in old.updates}
            fresh = tuple(each for each in incident.updates if each.id not in old_ids)
            if fresh or old.phase is not incident.phase:
                changes.append(IncidentUpdated(page_id, at, incident, fresh))
    changes.extend(IncidentClosed(page_id, at, each) for each in before if each.is_open and each.id not in listed)
    return changes
