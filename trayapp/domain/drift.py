"""What a page and our knowledge of it no longer agree on: a matter for whoever keeps the entry, never an outage."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from trayapp.domain.provider import ComponentRef
from trayapp.domain.report import Absence, Component, FailureKind, StatusReport
from trayapp.domain.snapshot import FROZEN_AFTER, PageState


class DriftKind(StrEnum):
    """What has drifted; presentation has the words."""

    MOVED = "moved"
    PLATFORM_CHANGED = "platform changed"
    COMPONENTS_GONE = "components gone"
    NOT_SHOWN_NOW = "not shown now"
    FROZEN = "frozen"


class Drift(Struct, frozen=True):
    """One thing that has drifted.

    ``names`` are the components meant; ``before`` and ``after`` what was known and what is found (addresses,
    platforms); ``since`` the last sign of life.
    """

    kind: DriftKind
    names: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    since: datetime | None = None


def drifts(state: PageState, now: datetime) -> tuple[Drift, ...]:
    """Return what has drifted on one page; all that holds is told.

    ================  ==================================================================================
    moved             the last look was sent to another host
    platform changed  the page was read as another platform than the entry says
    components gone   watched components are missing from a list that is the whole inventory
    not shown now     they are missing from a list that is cut or rotates: no reason to change anything
    frozen            the page tells its own time, and neither that nor anything it lists, nor any change
                      that we saw, is younger than seven days
    ================  ==================================================================================
    """
    found: list[Drift] = []
    failure, judgement, report = state.failure, state.judgement, state.report
    if failure is not None and failure.kind is FailureKind.MOVED:
        found.append(Drift(DriftKind.MOVED, before=state.page.url, after=failure.moved_to or ""))
    if state.former_platform:
        found.append(Drift(DriftKind.PLATFORM_CHANGED, before=state.former_platform, after=state.page.platform))
    if report is not None and judgement is not None and judgement.missing:
        is_whole = report.absence is Absence.GONE
        found.append(Drift(DriftKind.COMPONENTS_GONE if is_whole else DriftKind.NOT_SHOWN_NOW, judgement.missing))
    if failure is None and (since := _frozen_since(state, now)) is not None:
        found.append(Drift(DriftKind.FROZEN, since=since))
    return tuple(found)


class Match(StrEnum):
    """How a catalogued component is found on its page."""

    BY_ID = "by id"
    BY_NAME = "by name"
    """Its id is gone, or the catalogue has none: it works, but a namesake would be mistaken for it."""
    ID_CHANGED = "id changed"
    NOT_FOUND = "not found"
    NOT_LISTED_NOW = "not listed now"
    """The page lists only some of its components at a time, or only those in trouble: nothing is proven."""


class Found(Struct, frozen=True):
    """A catalogued component, how it was found, and what the page calls it."""

    ref: ComponentRef
    match: Match
    components: tuple[Component, ...] = ()

    @property
    def is_wrong(self) -> bool:
        """Whether the entry should be corrected."""
        return self.match in {Match.ID_CHANGED, Match.NOT_FOUND}


def find(ref: ComponentRef, report: StatusReport) -> Found:
    """Say how a component of the catalogue is found in what its page answered."""
    hits = ref.find(report.components)
    if not hits:
        return Found(ref, Match.NOT_FOUND if report.absence is Absence.GONE else Match.NOT_LISTED_NOW)
    if ref.id and hits[0].id == ref.id:
        return Found(ref, Match.BY_ID, hits)
    return Found(ref, Match.ID_CHANGED if ref.id else Match.BY_NAME, hits)


def _frozen_since(state: PageState, now: datetime) -> datetime | None:
    """Return the last sign of life where that is long ago; ``None`` where it is not, or the page tells no time."""
    report = state.report
    if report is None or report.page_updated_at is None:
        return None
    signs = [report.page_updated_at, *([state.changed_at] if state.changed_at is not None else [])]
    for each in (*report.incidents, *report.maintenances):
        signs += [at for at in (each.started_at, each.updated_at, each.resolved_at) if at is not None]
        signs += [told.posted_at for told in each.updates]
    signs += [at for each in report.maintenances for at in (each.scheduled_for, each.scheduled_until) if at is not None]
    last = max(signs)
    return last if now - last >= FROZEN_AFTER else None
