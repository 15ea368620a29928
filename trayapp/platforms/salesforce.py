"""Salesforce Trust: ``https://api.status.salesforce.com/v1/products/<key>`` and ``/v1/instances/...``.

Read are a product with its ``Instances``, an array of instances, and one instance. The address is the whole one, or
the API's host with ``options["product"]``; ``options["instances"]`` (comma separated keys) keeps those only.
Instances that are not active, and sandboxes, are skipped. An incident that touches several instances is told once.

====================================  ==============
word (``_CORE`` or ``_NONCORE``)      status
====================================  ==============
OK                                    operational
MAINTENANCE                           maintenance
INFORMATIONAL, MINOR_INCIDENT         degraded
MAJOR_INCIDENT                        major outage
====================================  ==============
"""

import msgspec
from msgspec.structs import replace

from trayapp.domain.incident import Impact, Incident, IncidentUpdate, Maintenance, Phase
from trayapp.domain.report import Component, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import LARGE_LIMIT, Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import endpoint
from trayapp.formats.body import decoded, matches, text_of
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_PRODUCTS = "/v1/products/"
_STATUS = {
    "OK": Status.OPERATIONAL,
    "MAINTENANCE": Status.MAINTENANCE,
    "INFORMATIONAL": Status.DEGRADED,
    "MINOR_INCIDENT": Status.DEGRADED,
    "MAJOR_INCIDENT": Status.MAJOR_OUTAGE,
}
_IMPACT = {"minor": Impact.MINOR, "major": Impact.MAJOR, "critical": Impact.CRITICAL}
_OVER = frozenset({"resolved", "closed", "completed"})
_MAINTENANCE_PHASE = {
    "scheduled": Phase.SCHEDULED,
    "in progress": Phase.IN_PROGRESS,
    "inprogress": Phase.IN_PROGRESS,
    "started": Phase.IN_PROGRESS,
    "completed": Phase.COMPLETED,
    "canceled": Phase.COMPLETED,
    "cancelled": Phase.COMPLETED,
}


class _Impact(msgspec.Struct, rename="camel"):
    start_time: object = None
    end_time: object = None
    severity: str | None = None
    type: object = None


class _Note(msgspec.Struct, rename="camel"):
    id: str | int | None = None
    type: object = None
    message: object = None
    created_at: object = None


class _Event(msgspec.Struct, rename="camel"):
    id: str | int
    status: str | None = None
    message: object = None
    """Of a maintenance: an object with its ``eventStatus``."""
    name: object = None
    additional_information: object = None
    created_at: object = None
    updated_at: object = None
    planned_start_time: object = None
    planned_end_time: object = None
    impacts: list[_Impact] | None = msgspec.field(default=None, name="IncidentImpacts")
    notes: list[_Note] | None = msgspec.field(default=None, name="IncidentEvents")


class _Instance(msgspec.Struct, rename="camel"):
    key: str
    environment: str | None = None
    status: str | None = None
    location: object = None
    is_active: bool | None = None
    incidents: list[_Event] | None = msgspec.field(default=None, name="Incidents")
    maintenances: list[_Event] | None = msgspec.field(default=None, name="Maintenances")


class _OneInstance(_Instance, rename="camel", kw_only=True):
    """A whole answer: without its status it says nothing."""

    status: str


class _Product(msgspec.Struct, rename="camel"):
    key: str
    instances: list[_Instance] = msgspec.field(name="Instances")
    name: object = None


class _StrictInstance(msgspec.Struct, rename="camel"):
    """What every instance has: enough to know it by."""

    key: str
    environment: str
    status: str
    is_active: bool


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read a product or its instances."""
    product = ask.options.get("product", "").strip("/ ")
    is_base = product and "/v1/" not in ask.url
    url = endpoint(ask.url, f"{_PRODUCTS}{product}", ()) if is_base else ask.url
    response = yield Request(url=url, limit=LARGE_LIMIT)
    name, found = _instances(response)
    wanted = frozenset(each.strip().casefold() for each in ask.options.get("instances", "").split(",") if each.strip())
    active = [each for each in found if _counts(each) and (not wanted or each.key.casefold() in wanted)]
    if not active:
        raise UnreadableResponseError("The answer lists no active production instance.")
    return StatusReport(
        components=tuple(_component(each) for each in active),
        incidents=_incidents(active),
        maintenances=_maintenances(active),
        page_name=name,
    )


def _instances(response: Response) -> tuple[str, list[_Instance]]:
    if text_of(response).startswith("["):
        return "Salesforce", decoded(response, list[_Instance])
    if matches(response, _OneInstance):
        only = decoded(response, _OneInstance)
        return one_line(only.key), [only]
    product = decoded(response, _Product)
    return one_line(product.name) or one_line(product.key), product.instances


def _counts(instance: _Instance) -> bool:
    return instance.is_active is not False and "sandbox" not in (instance.environment or "").casefold()


def _component(instance: _Instance) -> Component:
    key = one_line(instance.key)
    said = (instance.status or "").upper().removesuffix("_NONCORE").removesuffix("_CORE")
    return Component(key, key, _STATUS.get(said), word(instance.status), one_line(instance.location) or None)


def _incidents(active: list[_Instance]) -> tuple[Incident, ...]:
    found: dict[str, Incident] = {}
    for instance in active:
        key = one_line(instance.key)
        for event in instance.incidents or []:
            told = found.get(word(event.id)) or _incident(event)
            found[told.id] = replace(told, component_ids=(*told.component_ids, key), components=(*told.components, key))
    return tuple(found.values())


def _incident(event: _Event) -> Incident:
    impacts = event.impacts or []
    notes = _updates(event)
    ends = [instant(each.end_time) for each in impacts]
    is_over = (event.status or "").casefold() in _OVER or (bool(ends) and all(ends))
    begun = min((time for time in (instant(each.start_time) for each in impacts) if time), default=None)
    severities = [found for each in impacts if (found := _IMPACT.get((each.severity or "").casefold()))]
    return Incident(
        id=word(event.id),
        title=one_line(event.name) or one_line(event.additional_information) or f"Incident {word(event.id)}",
        phase=Phase.RESOLVED if is_over else Phase.INVESTIGATING,
        impact=max(severities, key=list(_IMPACT.values()).index, default=None),
        said=word(event.status),
        started_at=begun or instant(event.created_at),
        updated_at=instant(event.updated_at) or (notes[0].posted_at if notes else None),
        resolved_at=max((time for time in ends if time), default=None) if is_over else None,
        updates=notes,
    )


def _updates(event: _Event) -> tuple[IncidentUpdate, ...]:
    told: list[IncidentUpdate] = []
    for each in event.notes or []:
        posted_at = instant(each.created_at)
        if posted_at is not None:
            key, said = word(each.id) or f"{posted_at:%Y%m%dT%H%M%S}", word(each.type)
            phase = Phase.RESOLVED if said.casefold() in _OVER else None
            told.append(IncidentUpdate(key, phase, posted_at, plain(each.message), said))
    return tuple(sorted(told, key=lambda update: update.posted_at, reverse=True))


def _maintenances(active: list[_Instance]) -> tuple[Maintenance, ...]:
    found: dict[str, Maintenance] = {}
    for instance in active:
        key = one_line(instance.key)
        for event in instance.maintenances or []:
            told = found.get(word(event.id)) or _maintenance(event)
            found[told.id] = replace(told, component_ids=(*told.component_ids, key), components=(*told.components, key))
    return tuple(found.values())


def _maintenance(event: _Event) -> Maintenance:
    stage = event.message.get("eventStatus") if isinstance(event.message, dict) else None
    said = event.status or word(stage)
    return Maintenance(
        id=word(event.id),
        title=one_line(event.name) or one_line(event.additional_information) or f"Maintenance {word(event.id)}",
        phase=_MAINTENANCE_PHASE.get(said.casefold()),
        impact=Impact.MAINTENANCE,
        said=word(said),
        started_at=instant(event.planned_start_time),
        updated_at=instant(event.updated_at),
        scheduled_for=instant(event.planned_start_time),
        scheduled_until=instant(event.planned_end_time),
    )


def recognises(response: Response) -> bool:
    """Tell by instances with an environment and ``isActive``."""
    for shape in (_Product, _StrictInstance):
        if matches(response, shape):
            return True
    try:
        return bool(decoded(response, list[_StrictInstance]))
    except UnreadableResponseError:
        return False


PLATFORM = Platform(name="salesforce", read=read, recognises=recognises, hosts=("api.status.salesforce.com",))
