"""Which proxy a request goes through, by the user's setting or by the system's.

Worked out here and not by the HTTP library: its own reading of ``NO_PROXY`` fails on IPv6 networks, and it
sends loopback through the proxy too.
"""

import urllib.request
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from trayapp.engine.addresses import in_network, is_literal, names_loopback

ProxyMode = Literal["system", "none", "url"]

_SPOKEN = frozenset({"http", "https"})


class Proxy(Struct, frozen=True):
    """A proxy to use. ``url`` may carry a password and is never shown; ``shown`` is host and port."""

    url: str
    shown: str

    @property
    def is_secure(self) -> bool:
        """Return whether the proxy itself is spoken to over TLS."""
        return self.url.casefold().startswith("https:")


class BrokenProxy(Struct, frozen=True):
    """A proxy setting that cannot be used, and why, as a sentence for a person."""

    detail: str


def proxy_for(mode: ProxyMode, setting: str, *, scheme: str, host: str, port: int) -> Proxy | BrokenProxy | None:
    """Return the proxy for a request to ``host``, or ``None`` to go there directly.

    May ask the operating system (the registry, the system configuration), which can block for a moment.
    """
    if mode == "none" or names_loopback(host):
        return None
    url = setting.strip() if mode == "url" else _system(scheme, host, port)
    if url is None:
        return None
    return _checked(url)


def _system(scheme: str, host: str, port: int) -> str | None:
    environment = urllib.request.getproxies_environment()
    if environment:
        return None if _excepted(host, port, environment.get("no", "")) else _pick(environment, scheme)
    found = urllib.request.getproxies()
    if not found or urllib.request.proxy_bypass(host):
        return None
    return _pick(found, scheme)


def _pick(proxies: Mapping[str, str], scheme: str) -> str | None:
    return proxies.get(scheme) or proxies.get("all") or None


def _excepted(host: str, port: int, exceptions: str) -> bool:
    """Return whether ``NO_PROXY`` names the host: ``*``, names with their sub-domains, addresses, networks, ports."""
    name = host.casefold().rstrip(".").strip("[]")
    for each in exceptions.casefold().split(","):
        rule = each.strip()
        if rule == "*":
            return True
        if is_literal(name):
            if in_network(name, rule):
                return True
            continue
        rule, _, only_port = rule.partition(":")
        rule = rule.removeprefix("*").strip(".")
        if rule and (name == rule or name.endswith(f".{rule}")) and only_port in {"", str(port)}:
            return True
    return False


def _checked(url: str) -> Proxy | BrokenProxy:
    whole = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(whole)
        host, port = parts.hostname, parts.port
    except ValueError:
        return BrokenProxy("The proxy setting is not an address that can be read.")
    if parts.scheme.startswith("socks"):
        return BrokenProxy("The proxy setting names a SOCKS proxy, which this program does not speak.")
    if parts.scheme not in _SPOKEN or not host or not host.isascii() or any(each.isspace() for each in whole):
        return BrokenProxy("The proxy setting is not an http or https address.")
    return Proxy(whole, host if port is None else f"{host}:{port}")
