"""What a report means for the components somebody watches, and why."""

from enum import StrEnum

from msgspec import Struct

from trayapp.domain.incident import Incident
from trayapp.domain.provider import ComponentRef
from trayapp.domain.report import Absence, Component, StatusReport
from trayapp.domain.status import Status, worst


class Basis(StrEnum):
    """Which part of the page decided."""

    COMPONENTS = "components"
    INCIDENTS = "incidents"
    INDICATOR = "indicator"
    NONE = "none"


class Because(StrEnum):
    """Why the status is what it is; presentation has the words."""

    COMPONENTS_SAY = "components say"
    INCIDENT_UNMARKED = "incident open, no component marked"
    INCIDENT_OPEN = "incident open"
    NO_INCIDENT = "no incident open"
    INDICATOR_SAYS = "indicator says"
    UNKNOWN_WORD = "unknown word"
    SCOPE_MATCHES_NOTHING = "scope matches nothing"
    COMPONENT_MISSING = "watched component missing"
    SHRUNK = "component list shrank"
    EMPTIED = "component list emptied"
    NOTHING_SAID = "nothing said"


class Judgement(Struct, frozen=True, kw_only=True):
    """What we make of a report.

    ``status`` is ``None`` for unknown. ``watched`` are the components that counted; ``missing`` the wanted
    ones the page does not list; ``incidents`` the open ones that concern the watched components.
    """

    status: Status | None
    basis: Basis
    because: Because
    watched: tuple[Component, ...] = ()
    missing: tuple[str, ...] = ()
    incidents: tuple[Incident, ...] = ()


def judge(report: StatusReport, wanted: tuple[ComponentRef, ...], carried: tuple[Component, ...] = ()) -> Judgement:
    """Say how the wanted components are doing; an empty ``wanted`` means every leaf component.

    ``carried`` are components a rotating page showed a moment ago and does not list now. First match wins:

    ======================================  =========================================  ===========  ==========
    watched components                      open incidents that concern them           status       basis
    ======================================  =========================================  ===========  ==========
    wanted, but none is listed              any                                        unknown      none
    the worst known one is bad              any                                        that one     components
    fine, maintenance or unknown            impact minor or worse (or not said)        degraded     incidents
    some unknown or missing                 none                                       unknown      components
    all known                               none, or impact none or maintenance        the worst    components
    the page lists none                     impact minor or worse (or not said)        degraded, or incidents
                                                                                       the worse
                                                                                       indicator
    the page lists none                     none; the page has an indicator            indicator    indicator
    the page lists none                     none; it has no indicator but a list       operational  incidents
                                            of incidents
    the page lists none                     nothing said                               unknown      none
    ======================================  =========================================  ===========  ==========

    The indicator never overrules components or incidents: Cloudflare's was never "none" in 83,237
    snapshots, GitHub's was "none" in 27 % of those with an open incident (platforms.md section 0).
    """
    known_ids = {each.id for each in report.components}
    listed = (*report.components, *(each for each in carried if each.id not in known_ids))
    watched, missing = _pick(listed, wanted, report.absence)
    concerning = tuple(
        each for each in report.incidents if each.is_open and _concerns(each, watched, everything=not wanted)
    )
    alarming = tuple(each for each in concerning if each.has_impact)

    if wanted and not watched:
        return Judgement(status=None, basis=Basis.NONE, because=Because.SCOPE_MATCHES_NOTHING, missing=missing)
    if not watched:
        return _by_page(report, concerning, alarming)

    status = worst([*(each.status for each in watched), *([None] * len(missing))])
    because = Because.COMPONENTS_SAY
    basis = Basis.COMPONENTS
    if alarming and (status is None or not status.is_bad):
        status, basis, because = Status.DEGRADED, Basis.INCIDENTS, Because.INCIDENT_UNMARKED
    elif status is None:
        because = Because.COMPONENT_MISSING if missing else Because.UNKNOWN_WORD
    return Judgement(
        status=status, basis=basis, because=because, watched=watched, missing=missing, incidents=concerning
    )


def _pick(
    listed: tuple[Component, ...], wanted: tuple[ComponentRef, ...], absence: Absence
) -> tuple[tuple[Component, ...], tuple[str, ...]]:
    """Return the components that count, and the names of those that are wanted but not there.

    Where only trouble is listed nothing tells a misspelt name from a healthy component, so a name somebody typed is
    taken broadly there: better one alarm more than a green that means nothing.
    """
    if not wanted:
        return listed, ()
    picked: dict[str, Component] = {}
    missing: list[str] = []
    for ref in wanted:
        hits = ref.find(listed)
        if not hits and not ref.id and absence is Absence.OPERATIONAL:
            hits = ref.find_loosely(listed)
        for hit in hits:
            picked[hit.id] = hit
        if hits:
            continue
        if absence is Absence.OPERATIONAL:
            key = ref.id or ref.name
            picked[key] = Component(id=key, name=str(ref), status=Status.OPERATIONAL)
        else:
            missing.append(str(ref))
    return tuple(picked.values()), tuple(missing)


def _concerns(incident: Incident, watched: tuple[Component, ...], *, everything: bool) -> bool:
    """Return whether the incident names a watched component, or none at all."""
    if everything or not (incident.component_ids or incident.components):
        return True
    ids = {each.id for each in watched}
    names = {each.name.casefold() for each in watched}
    return any(each in ids for each in incident.component_ids) or any(
        each.casefold() in names for each in incident.components
    )


def _by_page(report: StatusReport, concerning: tuple[Incident, ...], alarming: tuple[Incident, ...]) -> Judgement:
    """Judge a page that lists no component."""
    if alarming:
        status = Status.DEGRADED
        if report.indicator is not None and report.indicator.is_bad:
            status = max(status, report.indicator)
        return Judgement(status=status, basis=Basis.INCIDENTS, because=Because.INCIDENT_OPEN, incidents=concerning)
    if report.indicator is not None:
        return Judgement(
            status=report.indicator, basis=Basis.INDICATOR, because=Because.INDICATOR_SAYS, incidents=concerning
        )
    if report.indicator_said:
        return Judgement(status=None, basis=Basis.INDICATOR, because=Because.UNKNOWN_WORD, incidents=concerning)
    if report.has_incident_list:
        return Judgement(
            status=Status.OPERATIONAL, basis=Basis.INCIDENTS, because=Because.NO_INCIDENT, incidents=concerning
        )
    return Judgement(status=None, basis=Basis.NONE, because=Because.NOTHING_SAID)
