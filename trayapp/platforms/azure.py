"""Azure: the RSS feed of active events, ``/en-us/status/feed/``.

Only active events are listed, and a channel without items is a healthy Azure. No recorded feed with an event was
found, so little is taken for granted: an item is trouble of unknown degree (degraded) unless its title begins or ends
with "mitigated" or "resolved". The services meant are the item's categories but regions, and the
``options["products"]`` (comma separated; by default those of interest to users of AI) that its title or text names; an
item that names neither is about what its title says. ``options["regions"]`` ("East US, westeurope") leaves out the
items that name regions of Azure, and none of these; an item that names no region at all stays.

A feed that was last built long before it was sent is unreadable: empty and frozen look the same. The comparison
needs a ``date`` header and is generous, because copies (mirrors, recordings) are old and true.
"""

import re
from datetime import timedelta

from trayapp.domain.incident import Incident, IncidentUpdate, Phase
from trayapp.domain.report import Absence, Component, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import Ask, Exchange, Platform, Response, UnreadableResponseError
from trayapp.formats.address import same_site_link
from trayapp.formats.body import text_of
from trayapp.formats.datafile import data_file
from trayapp.formats.feeds import Feed, FeedEntry, feed_of, is_feed
from trayapp.formats.times import instant

_PATHS = ("/en-us/status/feed/",)
_PRODUCTS = "Azure OpenAI, Foundry, Cognitive Services, Azure Machine Learning"
_FROZEN_AFTER = timedelta(days=180)
_HEAD = 1500
_OURS = re.compile(
    r"<link>\s*https?://(?:[a-z0-9-]+\.)*(?:azure\.status\.microsoft|status\.azure\.com)\b", re.IGNORECASE
)
_OVER = re.compile(r"^\W*(?:resolved|mitigated|rca|pir)\b|\b(?:resolved|mitigated)\W*$", re.IGNORECASE)
_REGIONS = (
    "australia central 2|australia central|australia east|australia southeast|austria east|belgium central|"
    "brazil southeast|brazil south|canada central|canada east|central india|central us|chile central|china east 3|"
    "china east 2|china east|china north 3|china north 2|china north|denmark east|east asia|east us 3|east us 2|"
    "east us|france central|france south|germany north|germany west central|indonesia central|israel central|"
    "italy north|japan east|japan west|jio india central|jio india west|korea central|korea south|malaysia west|"
    "mexico central|"
    "new zealand north|north central us|north europe|norway east|norway west|poland central|qatar central|"
    "south africa north|south africa west|south central us|south india|southeast asia|spain central|sweden central|"
    "sweden south|switzerland north|switzerland west|uae central|uae north|uk south|uk west|us dod central|us dod east|"
    "us gov arizona|us gov texas|us gov virginia|west central us|west europe|west india|west us 3|west us 2|west us"
)
_REGION = re.compile(rf"\b(?:{_REGIONS})\b", re.IGNORECASE)
"""The regions by their names, the longer ones first where one begins like another."""
_PHASES = (
    (re.compile(r"\bmonitoring\b", re.IGNORECASE), Phase.MONITORING),
    (re.compile(r"\bidentified\b", re.IGNORECASE), Phase.IDENTIFIED),
)


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the feed."""
    response = yield from data_file(ask.url, _PATHS, ("/en-us/status",))
    feed = feed_of(response)
    _refuse_frozen(feed, response)
    products = tuple(each.strip() for each in ask.options.get("products", _PRODUCTS).split(",") if each.strip())
    regions = frozenset(_folded(each) for each in ask.options.get("regions", "").split(",")) - {""}
    entries = (entry for entry in feed.entries if _concerns(entry, regions))
    incidents = tuple(_incident(entry, products, ask.url) for entry in entries)
    named_by_open = [name for incident in incidents if incident.is_open for name in incident.components]
    return StatusReport(
        components=tuple(
            Component(name, name, Status.DEGRADED, "active event") for name in dict.fromkeys(named_by_open)
        ),
        incidents=incidents,
        absence=Absence.OPERATIONAL,
        page_name=feed.title or "Azure",
        page_updated_at=feed.updated,
    )


def _refuse_frozen(feed: Feed, response: Response) -> None:
    sent = instant(response.headers.get("date"))
    if sent and feed.updated and sent - feed.updated > _FROZEN_AFTER:
        raise UnreadableResponseError(f"The feed was last built on {feed.updated:%Y-%m-%d}.")


def _concerns(entry: FeedEntry, regions: frozenset[str]) -> bool:
    told = "\n".join((entry.title, entry.text, *entry.categories))
    named = {_folded(each) for each in _REGION.findall(told)}
    return not regions or not named or not named.isdisjoint(regions)


def _folded(region: str) -> str:
    """Return a region as its id has it: "East US 2" is ``eastus2``."""
    return "".join(region.casefold().split())


def _incident(entry: FeedEntry, products: tuple[str, ...], url: str) -> Incident:
    phase = _phase(entry.title)
    names = _names(entry, products)
    told = (IncidentUpdate("item", phase, entry.at, entry.text),) if entry.at else ()
    return Incident(
        id=entry.id,
        title=entry.title or entry.id,
        phase=phase,
        started_at=entry.published or entry.updated,
        updated_at=entry.at,
        resolved_at=entry.at if phase.is_over else None,
        url=same_site_link(entry.link, url),
        component_ids=names,
        components=names,
        updates=told,
    )


def _phase(title: str) -> Phase:
    if _OVER.search(title):
        return Phase.RESOLVED
    return next((phase for words, phase in _PHASES if words.search(title)), Phase.INVESTIGATING)


def _names(entry: FeedEntry, products: tuple[str, ...]) -> tuple[str, ...]:
    told = "\n".join((entry.title, entry.text, *entry.categories)).casefold()
    services = (each for each in entry.categories if each and not _REGION.fullmatch(each))
    found = (*services, *(each for each in products if each.casefold() in told))
    return tuple({each.casefold(): each for each in reversed(found)}.values())[::-1] or (entry.title or entry.id,)


def recognises(response: Response) -> bool:
    """Tell by the channel's link to Azure's status page."""
    return is_feed(response) and _OURS.search(text_of(response).partition("<item")[0][:_HEAD]) is not None


PLATFORM = Platform(
    name="azure",
    read=read,
    recognises=recognises,
    paths=_PATHS,
    hosts=("azure.status.microsoft", "rssfeed.azure.status.microsoft"),
)
