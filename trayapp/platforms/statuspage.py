"""Atlassian Statuspage v2 (platforms.md 2.1). Options: none.

What is asked: see ``formats/statuspage_faces.py``. The summary lists every component, so absence means gone.
"""

from trayapp.domain.report import Absence, StatusReport
from trayapp.exchange import Ask, Exchange, Platform, Response, UnreadableResponseError
from trayapp.formats.address import base
from trayapp.formats.body import decoded
from trayapp.formats.statuspage import Body, Dialect, Site, dialect, report_of, settled
from trayapp.formats.statuspage_faces import PATHS, whole, with_history


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the page in one to four requests, and its past in one more where that is wished for."""
    body = yield from whole(ask.url)
    # a page that has moved to incident.io is still read, but its component list is cut there
    cut = dialect(body) is Dialect.INCIDENT_IO
    report = report_of(body, Site(base=base(ask.url, PATHS)), Absence.SAYS_NOTHING if cut else Absence.GONE)
    return (yield from with_history(report, ask))


def recognises(response: Response) -> bool:
    """Return whether the body is a v2 answer and not incident.io's imitation of one."""
    try:
        body = settled(decoded(response, Body))
    except UnreadableResponseError:
        return False
    return dialect(body) in {Dialect.STATUSPAGE, Dialect.UNCLEAR}


PLATFORM = Platform(
    name="statuspage",
    read=read,
    recognises=recognises,
    paths=PATHS,
    hosts=(
        "status.claude.com",
        "anthropic.statuspage.io",
        "www.githubstatus.com",
        "www.cloudflarestatus.com",
        "status.cursor.com",
        "metastatuspage.com",
    ),
)
