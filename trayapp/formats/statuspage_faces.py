"""Where the Statuspage v2 answers lie, and which of them a look needs.

One request is the rule: ``/api/v2/summary.json``. Its incidents are the unresolved ones; ``/api/v2/incidents.json``
is asked for endings and history. Where there is no summary the smaller faces are read; an address that names one of
them is read there, and completed from the summary where the page has one. A list of planned work alone tells no state.
"""

from urllib.parse import urlsplit

from msgspec import UNSET

from trayapp.domain.report import StatusReport
from trayapp.exchange import Ask, Exchange, Request, Response, UnreadableResponseError
from trayapp.formats.address import base, endpoint, names
from trayapp.formats.body import decoded, text_of
from trayapp.formats.statuspage import (
    Body,
    Dialect,
    Site,
    dialect,
    incident_of,
    joined,
    rows_of,
    settled,
    with_incidents,
)

SUMMARY = "/api/v2/summary.json"
COMPONENTS = "/api/v2/components.json"
INCIDENTS = "/api/v2/incidents.json"
UNRESOLVED = "/api/v2/incidents/unresolved.json"
STATUS = "/api/v2/status.json"
WORK = "/api/v2/scheduled-maintenances.json"
PATHS = (
    SUMMARY,
    COMPONENTS,
    INCIDENTS,
    STATUS,
    UNRESOLVED,
    WORK,
    "/api/v2/scheduled-maintenances/active.json",
    "/api/v2/scheduled-maintenances/upcoming.json",
)

_FOUND, _MISSING = 200, 404
_OR_MISSING = frozenset({200, _MISSING})


def body_of(answer: Response) -> Body:
    """Return the decoded answer; one with none of a page's parts is unreadable."""
    body = settled(decoded(answer, Body))
    if all(part is UNSET for part in (body.status, body.components, body.incidents, body.scheduled_maintenances)):
        raise UnreadableResponseError("The answer has none of a status page's parts.")
    return body


def names_a_face(url: str) -> bool:
    """Return whether the address is that of one of the data files, or of a copy of one under another name."""
    return urlsplit(url).path.endswith(".json") or any(names(url, path) for path in PATHS)


def whole(url: str, known: tuple[str, ...] = PATHS) -> Exchange[Body]:
    """Read what the page has to say now, in one to four requests."""
    if names_a_face(url) and not names(url, SUMMARY):
        return (yield from _named(url, known))

    answer = yield Request(url=endpoint(url, SUMMARY, known), accept=_OR_MISSING)
    if answer.status == _MISSING:
        return (yield from _smaller_faces(url, known))
    body = body_of(answer)
    if body.components is UNSET and not (body.status is UNSET and body.scheduled_maintenances is UNSET):
        raise UnreadableResponseError("The summary lacks its list of components.")
    if body.incidents is not UNSET or dialect(body) is not Dialect.STATUSPAGE:
        return body

    incidents = yield Request(url=endpoint(url, INCIDENTS, known), accept=_OR_MISSING)
    if incidents.status == _MISSING:
        raise UnreadableResponseError("The summary lacks its list of incidents.")
    return joined(body, body_of(incidents))


def if_readable(url: str) -> Exchange[Body | None]:
    """Ask for a face the look can do without."""
    answer = yield Request(url=url, optional=True)
    try:
        return body_of(answer)
    except UnreadableResponseError:
        return None


def with_history(report: StatusReport, ask: Ask, known: tuple[str, ...] = PATHS) -> Exchange[StatusReport]:
    """Add recent incidents where they are wished for, or where one that was open is no longer listed."""
    listed = {each.id for each in report.incidents}
    if names(ask.url, INCIDENTS) or not (ask.with_history or ask.open_incidents - listed):
        return report
    past = yield from if_readable(endpoint(ask.url, INCIDENTS, known))
    if past is None:
        return report
    site = Site(base=base(ask.url, known), at=report.page_updated_at)
    return with_incidents(report, tuple(incident_of(row, site) for row in rows_of(past.incidents)))


def _smaller_faces(url: str, known: tuple[str, ...]) -> Exchange[Body]:
    """Read components and incidents where there is no summary, else the bare indicator, else the address itself."""
    # a 404 means the page has no such face; any other failure ends the look, or half a page would pass for a whole
    components = yield Request(url=endpoint(url, COMPONENTS, known), accept=_OR_MISSING)
    incidents = yield Request(url=endpoint(url, INCIDENTS, known), accept=_OR_MISSING)
    found = [body_of(answer) for answer in (components, incidents) if answer.status != _MISSING]
    if not found:
        has_path = urlsplit(url).path not in {"", "/"}
        status = yield Request(
            url=endpoint(url, STATUS, known), accept=_OR_MISSING if has_path else frozenset({_FOUND})
        )
        found = [body_of(status if status.status == _FOUND else (yield Request(url=url)))]
    return joined(*found)


def _named(url: str, known: tuple[str, ...]) -> Exchange[Body]:
    body = body_of((yield Request(url=url)))
    answer = yield Request(url=endpoint(url, SUMMARY, known), optional=True)
    if answer.status != _FOUND or text_of(answer).startswith("<"):
        return body
    # broken data are no offer that may be left: what they held could be the open incident
    summary = body_of(answer)
    if body.incidents is UNSET and summary.incidents is UNSET and dialect(summary) is Dialect.STATUSPAGE:
        raise UnreadableResponseError("The summary lacks its list of incidents.")
    return joined(body, summary)
