"""What is wrong with a page at one look, incident by incident: what the alert policy tells of."""

from datetime import datetime, timedelta

from msgspec import Struct

from trayapp.domain.incident import Incident
from trayapp.domain.judgement import Judgement
from trayapp.domain.report import Component
from trayapp.domain.status import Status, worst

FORGOTTEN = timedelta(days=30)
"""An incident open at our first look that marks nothing, and was not touched for so long, is listed, not told."""


class Trouble(Struct, frozen=True):
    """One thing wrong with a page at one look: what a concern is made of."""

    incident_id: str
    title: str
    severity: Status
    component_ids: tuple[str, ...]
    components: tuple[str, ...]
    started_at: datetime | None
    updated_at: datetime | None
    is_marked: bool
    """Whether a component is bad, and not only an incident open."""

    def is_forgotten(self, now: datetime) -> bool:
        """Return whether somebody seems to have forgotten to close it long ago."""
        return not self.is_marked and self.updated_at is not None and now - self.updated_at > FORGOTTEN


def troubles(judgement: Judgement) -> tuple[Trouble, ...]:
    """Return what is wrong, one entry an incident, and one untitled entry for bad components no incident names.

    An incident's severity is the worst status of the watched components it names, and at least degraded. Bad
    components that nobody names go to the newest incident that names none at all.
    """
    bad = tuple(each for each in judgement.watched if each.status is not None and each.status.is_bad)
    alarming = [each for each in judgement.incidents if _alarms(each, bad)]
    named: set[str] = set()
    found: list[Trouble] = []
    for incident in alarming:
        mine = _named_by(incident, bad)
        named.update(each.id for each in mine)
        found.append(_trouble(incident, mine))
    orphans = tuple(each for each in bad if each.id not in named)
    nameless = [each for each in alarming if not (each.component_ids or each.components)]
    if orphans and nameless:
        heir = max(nameless, key=lambda each: each.started_at.timestamp() if each.started_at else 0.0)
        found = [_trouble(heir, orphans) if each.incident_id == heir.id else each for each in found]
    elif orphans or (not found and judgement.status is not None and judgement.status.is_bad):
        severity = worst(each.status for each in orphans) or judgement.status or Status.DEGRADED
        found.append(
            Trouble(
                incident_id="",
                title="",
                severity=severity,
                component_ids=tuple(each.id for each in orphans),
                components=tuple(each.name for each in orphans),
                started_at=None,
                updated_at=None,
                is_marked=True,
            )
        )
    return tuple(found)


def _alarms(incident: Incident, bad: tuple[Component, ...]) -> bool:
    return incident.has_impact or bool(_named_by(incident, bad))


def _named_by(incident: Incident, components: tuple[Component, ...]) -> tuple[Component, ...]:
    names = {each.casefold() for each in incident.components}
    return tuple(each for each in components if each.id in incident.component_ids or each.name.casefold() in names)


def _trouble(incident: Incident, bad: tuple[Component, ...]) -> Trouble:
    severity = worst(each.status for each in bad) or Status.DEGRADED
    return Trouble(
        incident.id,
        incident.title,
        severity,
        incident.component_ids or tuple(each.id for each in bad),
        incident.components or tuple(each.name for each in bad),
        incident.started_at,
        incident.updated_at or incident.started_at,
        is_marked=bool(bad),
    )


def overlap(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Return whether two sets of components may be the same trouble; naming none may be any."""
    return not ours or not theirs or bool(set(ours) & set(theirs))
