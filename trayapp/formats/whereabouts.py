"""Where a page's data may lie: what its address says, and what its web page names."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from trayapp.exchange import Response, UnreadableResponseError
from trayapp.formats.address import base, same_site_link
from trayapp.formats.body import text_of

_HINTS = (
    (r"incident-io|incident\.io|statuspage\.io|statuspage-|statuspage_", "/api/v2/summary.json"),
    (r"instatus", "/summary.json"),
    (r"betterstack|better stack|betteruptime|better uptime|uptime-status-page|cstate", "/index.json"),
    (r"rootly|sorryapp|sorry™", "/api/v1/status.json"),
    (r"datadog", "/config.json"),
    (r"flashduty|flashcat", "/api/widget/v1/summary.json"),
    (r"cachet", "/api/v1/components"),
    (r"cachet", "/api/components"),  # since version 3
    (r"gatus", "/api/v1/endpoints/statuses"),
    (r"alertmanager", "/api/v2/alerts"),
    (r"upptime", "/history/summary.json"),
    (r"openstatus", "/feed/json"),
    (r"uptime kuma|uptime-kuma", "/api/entry-page"),
)
"""What a page's HTML names (its generator, the hosts of its scripts), and the path worth trying first then."""
_SIGNS = (
    (re.compile(r"/endpoints/[^/]+/?(?:[?#]|$)"), "/api/v1/endpoints/statuses"),  # Gatus
    (re.compile(r":9093(?:/|$)|#/(?:alerts|silences|status)\b"), "/api/v2/alerts"),  # Alertmanager
    (re.compile(r":3001(?:/|$)"), "/api/entry-page"),  # Uptime Kuma
)
"""What an address itself tells: a view of the page for people, or the port a monitor has until somebody changes it."""
_FEED_LINK = re.compile(r"<link\b[^>]*\btype=[\"']application/(?:rss|atom)\+xml[\"'][^>]*>", re.IGNORECASE)
_HREF = re.compile(r"\bhref=[\"']([^\"'<>\s]{1,500})[\"']", re.IGNORECASE)
_DEEP = re.compile(
    r"/(?:incidents?|history|maintenances?|uptime|components?|events?|subscribe|archive|notices?|issues|affected|"
    r"endpoints|summary|regional|calendar|\d{4}-\d{2})(?:/.*)?$"
)
"""Views below a page: what stands before them is the page."""
_LANGUAGE = re.compile(r"^/[a-z]{2}(?:-[a-z]{2})?$", re.IGNORECASE)
_STATUS_IO = re.compile(
    r"(?:statuspage_?id[\"'\s:=]{1,10}|api\.status\.io/1\.0/status/|/pages/[a-z_]{1,30}/)([0-9a-f]{24})\b",
    re.IGNORECASE,
)
"""Where the pages of Status.io name themselves: their data lie at another host, below this name only."""
_STATUS_IO_DATA = "https://api.status.io/1.0/status/"
_REPOSITORY = re.compile(
    r"https://(?:www\.)?github\.com/(?!upptime/)([\w.-]{1,100}/[\w.-]{1,100}?)(?:\.git)?/?(?![\w.-])"
)
"""The repository an Upptime page links, which is not that of Upptime itself: it holds the page's data."""
_UPPTIME_DATA = "https://raw.githubusercontent.com/{repository}/HEAD/history/summary.json"
_TRUST = re.compile(r"https://(?:status|trust)\.salesforce\.com/(products|instances)/([\w-]{1,60})(?:[/?#]|$)")
_TRUST_DATA = {
    "products": "https://api.status.salesforce.com/v1/products/{key}",
    "instances": "https://api.status.salesforce.com/v1/instances/{key}/status",
}
_DEV_OPS = re.compile(r"https://status\.dev\.azure\.com(?:[/?#]|$)")
_DEV_OPS_DATA = "https://status.dev.azure.com/_apis/status/health?api-version=7.1-preview.1"
_KUMA = re.compile(r"/status/([\w-]{1,100})/?$")
_NEAR_NAMES = (".localhost", ".local", ".lan", ".internal", ".home.arpa")


def places(url: str, tails: tuple[str, ...]) -> tuple[str, ...]:
    """Return the addresses below which a page's data may lie, the likeliest first.

    The page itself, without the tail of a data file or of a view below it, and the root of its host; a path that is
    nothing but a language is the root's. What lies between the two comes last.
    """
    page = urlsplit(base(url, tails))
    root, path = f"{page.scheme}://{page.netloc}", _LANGUAGE.sub("", _DEEP.sub("", page.path))
    steps = [root]
    for step in path.split("/")[1:-1]:
        steps.append(f"{steps[-1]}/{step}")
    return tuple(dict.fromkeys((f"{root}{path}", *steps)))


def signs(url: str) -> list[str]:
    """Return the paths worth trying that the address itself tells."""
    return [path for sign, path in _SIGNS if sign.search(url)]


def hints(answer: Response) -> list[str]:
    """Return the paths a web page hints at."""
    text = _web_page(answer)
    return [path for pattern, path in _HINTS if re.search(pattern, text, re.IGNORECASE)]


def feeds(answer: Response) -> list[str]:
    """Return the feeds a web page links on its own site."""
    found = []
    for link in _FEED_LINK.finditer(_web_page(answer)):
        if href := _HREF.search(link.group(0)):
            target = href.group(1)
            if target.startswith("/") and not target.startswith("//"):
                scheme, _, rest = answer.url.partition("://")
                target = f"{scheme}://{rest.partition('/')[0]}{target}"
            if (safe := same_site_link(target, answer.url)) is not None:
                found.append(safe)
    return found


def elsewhere(url: str, answer: Response) -> list[str]:
    """Return where the data lie of a page whose own address has none below it."""
    text, found = _web_page(answer), []
    if "status.io" in text and (named := _STATUS_IO.search(text)) is not None:
        found.append(_STATUS_IO_DATA + named.group(1))
    if "upptime" in text.casefold() and (linked := _REPOSITORY.search(text)) is not None:
        found.append(_UPPTIME_DATA.format(repository=linked.group(1)))
    if (repository := _REPOSITORY.match(url)) is not None:
        found.append(_UPPTIME_DATA.format(repository=repository.group(1)))
    if _DEV_OPS.match(url):
        found.append(_DEV_OPS_DATA)
    if (trust := _TRUST.match(url)) is not None:
        found.append(_TRUST_DATA[trust.group(1)].format(key=trust.group(2)))
    return found


def kuma(url: str, answer: Response) -> list[str]:
    """Return the data of the Uptime Kuma page that is shown at the address, or that it leads to."""
    for each in dict.fromkeys((url, answer.url)):
        page = base(each, ())
        if (slug := _KUMA.search(page)) is not None:
            return [f"{page[: slug.start()]}/api/status-page/{slug.group(1)}"]
    return []


def is_near(url: str) -> bool:
    """Return whether the address is inside the own computer or network: where teams keep their own monitors."""
    host = (_split(url).hostname or "").rstrip(".")
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "." not in host or host.endswith(_NEAR_NAMES)
    return address.is_private


def _web_page(answer: Response) -> str:
    """Return the HTML; empty where the answer is none."""
    try:
        text = text_of(answer)
    except UnreadableResponseError:
        return ""
    return text if text.startswith("<") else ""


def _split(url: str) -> SplitResult:
    return urlsplit(base(url, ()))
