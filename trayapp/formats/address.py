"""Addresses: where a page's data lie below its base, and which links may be opened."""

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from trayapp.domain.report import FailureKind
from trayapp.exchange import UnreadableResponseError

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SHARED_WORDS = (
    "statuspage.io incident.io instatus.com betteruptime.com betterstack.com github.io githubusercontent.com gitlab.io "
    "herokuapp.com netlify.app vercel.app pages.dev workers.dev web.app azurewebsites.net cloudfront.net "
    "amazonaws.com status.io sorryapp.com openstatus.dev onlineornot.com hund.io statuspal.io rootly.com "
    "freshstatus.io statuscast.com site24x7statusiq.com uptimerobot.com"
)
_SHARED = frozenset(_SHARED_WORDS.split())
"""Domains whose sub-domains belong to different owners: there only the page's own host is the same site."""
_SECOND_LEVEL_WORDS = "ac co com edu gov net ne or org"
_SECOND_LEVEL = frozenset(_SECOND_LEVEL_WORDS.split())
"""``co.uk``, ``com.au``: with a country code behind it such a label is a part of the suffix."""
_COUNTRY = 2
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\<>\"'`{}|^]")
_LONGEST = 2000


def base(url: str, known: tuple[str, ...]) -> str:
    """Return the page's base address without a slash at its end: the tail named by ``known`` is cut.

    Scheme, host, port and path prefix stay; query and fragment go.
    """
    parts = _split(url)
    return urlunsplit((parts.scheme, parts.netloc, _prefix(parts.path, known), "", ""))


def endpoint(url: str, path: str, known: tuple[str, ...]) -> str:
    """Return the address of ``path`` (which may carry a query) below the base of ``url``."""
    return f"{base(url, known)}/{path.removeprefix('/')}"


def names(url: str, path: str) -> bool:
    """Return whether ``url`` is the full address of the data file ``path`` (its query does not matter)."""
    return _split(url).path.rstrip("/").endswith(_file(path))


def host_of(url: str) -> str:
    """Return the host in lower case, with the port only where it is not the scheme's own; empty for nonsense."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or ""), parts.port
    except ValueError:
        return ""
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None or port == usual else f"{shown}:{port}"


def same_site_link(link: str, page_url: str) -> str | None:
    """Return ``link`` if it may be opened from this page, else ``None``.

    It must be https (http on loopback only), carry no user name, and lead to the page's own registered domain. On
    domains that many owners share (statuspage.io) it must be the very host. Doubled slashes in the path (incident.io
    writes ``//incidents/``) become one.
    """
    if not isinstance(link, str) or len(link) > _LONGEST or _FORBIDDEN.search(link.strip()):
        return None
    try:
        parts, page = urlsplit(link.strip()), urlsplit(page_url)
        port, page_port = parts.port, page.port
    except ValueError:
        return None
    host, page_host = (parts.hostname or "").rstrip("."), (page.hostname or "").rstrip(".")
    if not host or "@" in parts.netloc or not host.isascii():
        return None
    if parts.scheme == "http":
        if host not in _LOOPBACK or host != page_host:
            return None
    elif parts.scheme != "https" or (port not in {None, 443} and port != page_port):
        return None
    if host != page_host and _site(host) != _site(page_host):
        return None
    path = re.sub(r"/{2,}", "/", parts.path)
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, parts.fragment))


def _site(host: str) -> str:
    if _IPV4.fullmatch(host) or ":" in host:
        return host
    labels = host.split(".")
    length = 2
    if len(labels[-1]) == _COUNTRY and labels[-2:-1] and labels[-2] in _SECOND_LEVEL:
        length = 3
    site = ".".join(labels[-length:])
    return host if site in _SHARED or len(labels) < length else site


def _prefix(path: str, known: tuple[str, ...]) -> str:
    bare = path.rstrip("/")
    for tail in sorted((_file(each) for each in known), key=len, reverse=True):
        if tail != "/" and bare.endswith(tail):
            return bare.removesuffix(tail).rstrip("/")
    return bare


def _file(path: str) -> str:
    return "/" + path.partition("?")[0].strip("/")


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise UnreadableResponseError("The address cannot be read.", FailureKind.NOT_A_STATUS_PAGE) from None
