"""The words for what has drifted between a page and its entry, with the address that is to be edited."""

from datetime import datetime
from gettext import gettext as _

from trayapp.domain.drift import Drift, DriftKind, Found, Match, drifts
from trayapp.domain.snapshot import PageState
from trayapp.presentation.ages import clock
from trayapp.presentation.tray import clipped

_NAMED = 3
_NAME_LIMIT = 80
_ADDRESS_LIMIT = 200


def drift_sentences(state: PageState, now: datetime) -> tuple[str, ...]:
    """Return what has drifted on one page, in plain words. None of it says anything about the service."""
    return tuple(_sentence(each, state, now) for each in drifts(state, now))


def _sentence(drift: Drift, state: PageState, now: datetime) -> str:
    address = clipped(state.page.url, _ADDRESS_LIMIT)
    match drift.kind:
        case DriftKind.MOVED:
            return _("This page has moved to {after}. Change its address in Settings: {address}").format(
                after=clipped(drift.after or _("an address that cannot be used"), _ADDRESS_LIMIT), address=address
            )
        case DriftKind.PLATFORM_CHANGED:
            return _(
                "This page runs on {after} now, not on {before}, and is read as that. Change its platform in the "
                "settings file or the catalogue: {address}"
            ).format(after=drift.after, before=drift.before, address=address)
        case DriftKind.COMPONENTS_GONE:
            return _("The page no longer lists: {names}. Choose again in Settings: {address}").format(
                names=joined(drift.names), address=address
            )
        case DriftKind.NOT_SHOWN_NOW:
            return _("The page lists only some of its components at a time, and just now not: {names}.").format(
                names=joined(drift.names)
            )
        case _:
            return _("This page has shown no sign of life since {time}; it may no longer be kept up: {address}").format(
                time=clock(drift.since or now, now), address=address
            )


def found_line(found: Found) -> str:
    """Return how one component of the catalogue is found on its page."""
    name = clipped(str(found.ref), _NAME_LIMIT)
    called = joined(tuple(each.name for each in found.components))
    match found.match:
        case Match.BY_ID:
            return _("{name}: found as {called}").format(name=name, called=called)
        case Match.BY_NAME:
            return _("{name}: found by its name").format(name=name)
        case Match.ID_CHANGED:
            ids = joined(tuple(each.id for each in found.components))
            return _("{name}: found by its name only; its id is {ids} now, not {id}").format(
                name=name, ids=ids, id=found.ref.id
            )
        case Match.NOT_FOUND:
            return _("{name}: NOT FOUND").format(name=name)
        case _:
            return _("{name}: not listed just now; this page never lists everything").format(name=name)


def joined(names: tuple[str, ...]) -> str:
    """Return the first three names, and how many more there are."""
    shown = ", ".join(clipped(each, _NAME_LIMIT) for each in names[:_NAMED])
    rest = len(names) - _NAMED
    return shown if rest <= 0 else _("{names} and {count} more").format(names=shown, count=rest)
