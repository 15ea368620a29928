"""Whom to ask beside the status pages: about the own connection, at the providers' APIs, and where people report."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from trayapp.domain.provider import Provider
from trayapp.storage.settings import Crowd

DEFAULT_HOSTS = ("https://www.gstatic.com/generate_204", "https://captive.apple.com/hotspot-detect.html")
"""Made for exactly this question, without cookies, by companies that do not stand on each other."""
HACKER_NEWS = "https://hn.algolia.com/api/v1/search_by_date"
DOWNDETECTOR = "https://downdetectorapi.com/v2"
_PATH = "/v1/models"
"""Asked for without a key: nearly every API has it, refuses it in a few bytes, and does not merely serve a file."""


class Edge(Struct, frozen=True):
    """Whom to ask. ``is_own`` marks the user's own gateway, which may be inside a local network."""

    url: str
    is_own: bool = False


def edge_of(provider: Provider, endpoints: Mapping[str, str]) -> Edge | None:
    """Return a provider's edge: the user's own gateway, else the catalogue's API host; ``None`` without either."""
    own = endpoints.get(provider.id)
    if own is not None:
        return Edge(_under(own), is_own=True)
    return Edge(_under(f"https://{provider.api_host}")) if provider.api_host else None


def crowd_addresses(wish: Crowd) -> tuple[str, ...]:
    """Return the places where people report that the user wants to be asked."""
    wanted = ((HACKER_NEWS, wish.hacker_news), (DOWNDETECTOR, bool(wish.downdetector)))
    return tuple(address for address, is_wanted in wanted if is_wanted)


def _under(base: str) -> str:
    bare = base.rstrip("/")
    last = urlsplit(bare).path.rpartition("/")[2]
    return bare + (_PATH.removeprefix("/v1") if last[:1] == "v" and last[1:2].isdigit() else _PATH)
