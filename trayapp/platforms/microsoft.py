"""Microsoft's status.cloud.microsoft: ``/api/posts/<name>`` (JSON) and ``/api/feed/<name>`` (RSS).

A post is one object, or an array with one per service (``m365Consumer`` has Microsoft Copilot as
``CopilotConsumer``). ``options["posts"]`` names the posts that are read below a base address, by default
"m365Consumer"; others are ``azure``, ``mac`` and ``ppac``. The feeds of the admin centres always have one item, so its
``status`` counts, not its being there.

Azure DevOps has a page of its own, ``status.dev.azure.com``, whose data is ``/_apis/status/health``: each service by
geography, a word for the whole, and no incidents.

The words are those of Microsoft's service health; ``0001-01-01`` is no time; messages are HTML. A service that is not
fine has one open incident: its post.
"""

import re
from urllib.parse import urlsplit

import msgspec

from trayapp.domain.incident import Incident, IncidentUpdate, Phase
from trayapp.domain.report import Component, StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.body import decoded, matches, text_of
from trayapp.formats.datafile import data_file
from trayapp.formats.feeds import feed_of, is_feed
from trayapp.formats.overall import unexplained
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_DEFAULT = "m365Consumer"
_NAMES = ("azure", _DEFAULT, "mac", "ppac")
_HEALTH_PATH = "/_apis/status/health"
_PATHS = (*(f"/api/posts/{name}" for name in _NAMES), "/api/feed/mac", "/api/feed/ppac")
_TITLES = {
    "azure": "Azure",
    "mac": "Microsoft 365 admin center",
    "ppac": "Power Platform admin center",
}
_STATUS = {
    "available": Status.OPERATIONAL,
    "operational": Status.OPERATIONAL,
    "serviceoperational": Status.OPERATIONAL,
    "healthy": Status.OPERATIONAL,
    "servicerestored": Status.OPERATIONAL,
    "resolved": Status.OPERATIONAL,
    "mitigated": Status.OPERATIONAL,
    "good": Status.OPERATIONAL,
    "mitigatedexternal": Status.OPERATIONAL,
    "resolvedexternal": Status.OPERATIONAL,
    "falsepositive": Status.OPERATIONAL,
    "postincidentreviewpublished": Status.OPERATIONAL,
    "maintenance": Status.MAINTENANCE,
    "undermaintenance": Status.MAINTENANCE,
    "plannedmaintenance": Status.MAINTENANCE,
    "scheduledmaintenance": Status.MAINTENANCE,
    "advisory": Status.DEGRADED,
    "confirmed": Status.DEGRADED,
    "degraded": Status.DEGRADED,
    "extendedrecovery": Status.DEGRADED,
    "incident": Status.DEGRADED,
    "investigating": Status.DEGRADED,
    "investigationsuspended": Status.DEGRADED,
    "reported": Status.DEGRADED,
    "warning": Status.DEGRADED,
    "issue": Status.DEGRADED,
    "restoringservice": Status.DEGRADED,
    "servicedegradation": Status.DEGRADED,
    "verifyingservice": Status.DEGRADED,
    "partialoutage": Status.PARTIAL_OUTAGE,
    "serviceinterruption": Status.MAJOR_OUTAGE,
    "critical": Status.MAJOR_OUTAGE,
    "outage": Status.MAJOR_OUTAGE,
    "unavailable": Status.MAJOR_OUTAGE,
    "unhealthy": Status.MAJOR_OUTAGE,
    "down": Status.MAJOR_OUTAGE,
}
_HEALTH = {
    "healthy": Status.OPERATIONAL,
    "advisory": Status.DEGRADED,
    "degraded": Status.DEGRADED,
    "unhealthy": Status.MAJOR_OUTAGE,
}
"""The words of Azure DevOps, which has "unknown" too."""
_PHASE = {
    "restoringservice": Phase.IDENTIFIED,
    "extendedrecovery": Phase.MONITORING,
    "verifyingservice": Phase.MONITORING,
}
_HEAD = 1500
_OURS = re.compile(r"<link>\s*https?://(?:[a-z0-9-]+\.)*status\.cloud\.microsoft\b", re.IGNORECASE)
_ITEM = re.compile(r"<item\b.*?</item\s*>", re.DOTALL | re.IGNORECASE)
_ITEM_STATUS = re.compile(r"<status\b[^<>]*>([^<>]*)</status\s*>", re.IGNORECASE)


class _Post(msgspec.Struct, rename="pascal"):
    status: str | None = None
    service_display_name: object = None
    service_workload_name: object = None
    id: str | int | None = None
    authored_date_time: object = None
    last_updated_time: object = None
    title: object = None
    message: object = None


class _StrictPost(msgspec.Struct, rename="pascal"):
    """What every post has: enough to know it by."""

    status: str
    authored_date_time: str
    internal_date_time: str
    last_updated_time: str
    title: str | None
    message: str | None


class _Geography(msgspec.Struct):
    id: str
    health: str | None
    name: object = None


class _Service(msgspec.Struct):
    id: str
    geographies: list[_Geography]


class _Whole(msgspec.Struct):
    health: str
    message: object = None


class _Health(msgspec.Struct, rename="camel"):
    status: _Whole
    services: list[_Service]
    last_updated: object = None


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the file the address names, or the posts the options name."""
    path = urlsplit(ask.url).path.rstrip("/")
    if path.endswith(_HEALTH_PATH):
        return _health_report(decoded((yield Request(url=ask.url)), _Health))
    names = [each.strip() for each in ask.options.get("posts", _DEFAULT).split(",") if each.strip()]
    if path.endswith((".json", ".xml")) or "/api/posts/" in path or "/api/feed/" in path:
        names = [""]
    posts: list[tuple[str, _Post]] = []
    for name in names or [_DEFAULT]:
        response = yield from data_file(ask.url, (f"/api/posts/{name}",) if name else (), _PATHS)
        found = _from_feed(response) if is_feed(response) else _posts(response)
        if not found:
            raise UnreadableResponseError("The answer lists no service.")
        posts += [(_key(post, response.url), post) for post in found]
    return _report(posts)


def _health_report(health: _Health) -> StatusReport:
    components = tuple(
        Component(
            id=one_line(f"{service.id}/{each.id}"),
            name=one_line(each.name) or one_line(each.id),
            status=_HEALTH.get(_word(each.health)),
            said=word(each.health),
            group=one_line(service.id),
        )
        for service in health.services
        for each in service.geographies
    )
    if not components:
        raise UnreadableResponseError("The answer lists no service.")
    said = word(health.status.health)
    indicator = _HEALTH.get(_word(said))
    return StatusReport(
        components=(*components, *unexplained("Azure DevOps", indicator, said, components, ())),
        indicator=indicator,
        indicator_said=said,
        has_incident_list=False,
        page_name="Azure DevOps",
        page_updated_at=instant(health.last_updated),
    )


def _posts(response: Response) -> list[_Post]:
    if text_of(response).startswith("["):
        return decoded(response, list[_Post])
    post = decoded(response, _Post)
    if post.status is None:
        raise UnreadableResponseError("The answer names no status.")
    return [post]


def _from_feed(response: Response) -> list[_Post]:
    """Return the feed's items as posts; the status is an element of Microsoft's own."""
    entries = feed_of(response).entries
    items = _ITEM.findall(text_of(response))
    if len(items) != len(entries):
        raise UnreadableResponseError("The feed's items cannot be told apart.")
    posts: list[_Post] = []
    for entry, item in zip(entries, items, strict=True):
        said = _ITEM_STATUS.findall(item)
        posts.append(
            _Post(
                status=said[0].strip() if len(said) == 1 else None,
                service_display_name=entry.title,
                id=entry.id,
                authored_date_time=entry.published,
                last_updated_time=entry.updated or entry.published,
                message=entry.text,
            )
        )
    return posts


def _report(posts: list[tuple[str, _Post]]) -> StatusReport:
    return StatusReport(
        components=tuple(
            Component(key, _name(key, post), _STATUS.get(_word(post.status)), word(post.status)) for key, post in posts
        ),
        incidents=tuple(_incident(key, post) for key, post in posts if _is_trouble(post)),
        page_name="Microsoft",
    )


def _is_trouble(post: _Post) -> bool:
    """Return whether a post tells of something: a bad word, or a new one with a text to it."""
    status = _STATUS.get(_word(post.status))
    return status.is_bad if status else bool(one_line(post.title) or (post.status and one_line(post.message)))


def _incident(key: str, post: _Post) -> Incident:
    posted_at = instant(post.last_updated_time) or instant(post.authored_date_time)
    phase = _PHASE.get(_word(post.status), Phase.INVESTIGATING)
    said, name = word(post.status), _name(key, post)
    begun = instant(post.authored_date_time)
    told = (
        IncidentUpdate(f"{posted_at:%Y%m%dT%H%M%S}", phase, posted_at, plain(post.message), said) if posted_at else None
    )
    return Incident(
        id=word(post.id) or f"{key}@{begun:%Y%m%dT%H%M}" if begun else word(post.id) or key,
        title=one_line(post.title) or f"{name}: {said}",
        phase=phase,
        said=said,
        started_at=begun,
        updated_at=posted_at,
        component_ids=(key,),
        components=(name,),
        updates=(told,) if told else (),
    )


def _key(post: _Post, address: str) -> str:
    return one_line(post.service_workload_name) or one_line(urlsplit(address).path.rstrip("/").rpartition("/")[2])


def _name(key: str, post: _Post) -> str:
    return (
        one_line(post.service_display_name) or _TITLES.get(key) or one_line(post.service_workload_name) or "Microsoft"
    )


def _word(said: str | None) -> str:
    return "".join(letter for letter in (said or "").casefold() if letter.isalnum())


def recognises(response: Response) -> bool:
    """Tell by a post's fields, by services with geographies, or by a feed that links to status.cloud.microsoft."""
    if is_feed(response):
        return _OURS.search(text_of(response).partition("<item")[0][:_HEAD]) is not None
    if matches(response, _StrictPost) or matches(response, _Health):
        return True
    try:
        return bool(decoded(response, list[_StrictPost]))
    except UnreadableResponseError:
        return False


PLATFORM = Platform(
    name="microsoft",
    read=read,
    recognises=recognises,
    paths=(f"/api/posts/{_DEFAULT}",),
    hosts=("status.cloud.microsoft",),
)
