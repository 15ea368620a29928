"""Upptime: a GitHub repository that checks sites and commits ``history/summary.json``.

The uptime figures stay "100.00%" while a site is down, so only ``status`` counts. Incidents are GitHub issues and are
not in this file. A repository's address (``https://github.com/owner/repository``) is read from
``raw.githubusercontent.com``. Options:

``repository``
    ``owner/repository``, where the page's own address does not tell it (a custom domain).
"""

from urllib.parse import urlsplit

import msgspec

from trayapp.domain.report import Absence, Component, FailureKind, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import endpoint
from trayapp.formats.body import decoded, matches
from trayapp.formats.text import one_line, word

_PATHS = ("/history/summary.json",)
_RAW = "https://raw.githubusercontent.com/{repository}/HEAD/history/summary.json"
_OWNER_AND_NAME = 2

_STATUSES = {
    "up": Status.OPERATIONAL,
    "degraded": Status.DEGRADED,
    "down": Status.MAJOR_OUTAGE,
}


class _Site(msgspec.Struct):
    name: str
    url: str
    slug: str
    status: str | None
    uptime: str


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the summary file of the repository."""
    response = yield Request(url=_address(ask))
    sites = decoded(response, list[_Site])
    if not sites:
        raise UnreadableResponseError("The summary lists no site.", FailureKind.EMPTY)
    return StatusReport(
        components=tuple(_component(site) for site in sites), absence=Absence.GONE, has_incident_list=False
    )


def recognises(response: Response) -> bool:
    """Know Upptime by its rows: every one has a slug, an address, a status and an uptime in per cent."""
    if not matches(response, list[_Site]):
        return False
    sites = decoded(response, list[_Site])
    return bool(sites) and all(site.uptime.endswith("%") for site in sites)


def _address(ask: Ask) -> str:
    repository = ask.options.get("repository", "").strip("/")
    if repository:
        return _RAW.format(repository=repository)
    parts = urlsplit(ask.url)
    names = [each for each in parts.path.split("/") if each]
    if parts.hostname in {"github.com", "www.github.com"} and len(names) >= _OWNER_AND_NAME:
        return _RAW.format(repository="/".join(names[:_OWNER_AND_NAME]))
    if parts.hostname == "raw.githubusercontent.com" and len(names) == _OWNER_AND_NAME:
        return _RAW.format(repository="/".join(names))
    if parts.path.endswith(".json"):
        return ask.url
    return endpoint(ask.url, _PATHS[0], _PATHS)


def _component(site: _Site) -> Component:
    said = word(site.status)
    return Component(
        id=word(site.slug) or one_line(site.name),
        name=one_line(site.name),
        status=_STATUSES.get(said.lower()),
        said=said,
    )


PLATFORM = Platform(
    name="upptime", read=read, recognises=recognises, paths=_PATHS, hosts=("raw.githubusercontent.com",)
)
