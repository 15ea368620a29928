"""Where a key would go, found out before it goes anywhere: what a person approves."""

from collections.abc import Mapping
from gettext import gettext as _

from msgspec import Struct

from trayapp.catalogue.lookup import Catalogue
from trayapp.domain.keys import CheckLevel, KeyRef
from trayapp.engine.endpoints import EndpointError, endpoint
from trayapp.probes.probe import ask_for
from trayapp.probes.table import PROBES, probe_for


class Destination(Struct, frozen=True):
    """The host in the letters that travel (punycode), or why there is none.

    ``needs_approval`` is true for an address of the person's own on another computer.
    """

    host: str = ""
    needs_approval: bool = False
    is_here: bool = False
    problem: str = ""


class Deeper(Struct, frozen=True):
    """What may be looked at beyond the free check: the balance where the person allows it, the rest for a price.

    ``price`` is empty where there is nothing to buy, or nothing that the free check does not see.
    """

    can_read_balance: bool = False
    reads_balance: bool = False
    price: str = ""


def deeper(ref: KeyRef) -> Deeper:
    """Return what may be looked at beyond the free check of a key."""
    probe = probe_for(ref.provider)
    paid = probe.paid if probe.hides_empty and ref.is_checked else None
    return Deeper(
        can_read_balance=probe.balance is not None,
        reads_balance=ref.level >= CheckLevel.BALANCE,
        price=paid.price if paid is not None else "",
    )


def destination(ref: KeyRef, endpoints: Mapping[str, str]) -> Destination:
    """Return where a key goes; ``endpoints`` are the person's own gateways by provider id."""
    own = ref.base_url or endpoints.get(ref.provider, "")
    probe = probe_for(ref.provider)
    base = own or probe.base_for(ref)
    if not base:
        missing = probe.missing(ask_for(ref, own)) or ("base_url",)
        names = ", ".join(setting_words()[each].casefold() for each in missing)
        return Destination(problem=_("Fill in: {names}.").format(names=names))
    try:
        where = endpoint(base)
    except EndpointError as error:
        return Destination(problem=str(error))
    return Destination(where.host, needs_approval=bool(own) and not where.is_here, is_here=where.is_here)


def unapproved(ref: KeyRef, endpoints: Mapping[str, str]) -> str:
    """Return the host a key would go to now and may not yet; empty where nothing has changed."""
    where = destination(ref, endpoints)
    return "" if not where.host or where.is_here or where.host == ref.host else where.host


def key_providers(catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """Return who can be added, as pairs of an id and a name, sorted by name; some servers need no key.

    The id is the catalogue's where it has the provider, so that keys and status pages find each other.
    """
    found: dict[str, str] = {}
    for probe in PROBES.values():
        known = catalogue.find(probe.provider)
        is_same = known is not None and probe_for(known.id).provider == probe.provider
        found[known.id if known is not None and is_same else probe.provider] = probe.name
    return tuple(sorted(found.items(), key=lambda each: each[1].casefold()))


def setting_words() -> Mapping[str, str]:
    """Return what the settings of a key are called."""
    return {
        "base_url": _("Address"),
        "organisation": _("Organisation"),
        "project": _("Project"),
        "region": _("Region"),
        "resource": _("Resource"),
    }
