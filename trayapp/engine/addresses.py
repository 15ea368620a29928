"""Which addresses a look may go to: public hosts over https, and this computer.

A status page that a person pastes, or a redirect, must not make the app knock at the router or at a cloud's
metadata service. Names are judged before the connection, the peer's address after it (a name may lie).
"""

import ipaddress

_CLOSED = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers, overlay networks, and one cloud's metadata service
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
"""Not 198.18.0.0/15: tunnels that answer every name with an address of their own take it from there."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_IPV4_BITS = 0xFFFFFFFF


def names_loopback(host: str) -> bool:
    """Return whether ``host``, as written in a URL, is this computer by its name or literal address."""
    name = host.casefold().rstrip(".").strip("[]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    return address is not None and address.is_loopback and getattr(address, "ipv4_mapped", None) is None


def is_literal(host: str) -> bool:
    """Return whether ``host`` is an IP address and not a name."""
    return _address(host) is not None


def is_inside(host: str) -> bool:
    """Return whether ``host`` is a literal address of this computer or a local network; a name is not."""
    address = _address(host)
    if address is None:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & _IPV4_BITS)
        if inner is not None:
            address = inner
    return any(address.version == block.version and address in block for block in _CLOSED)


def in_network(host: str, block: str) -> bool:
    """Return whether ``host`` is a literal address in ``block`` (``10.0.0.0/8``, ``fd00::/8``, ``[::1]``)."""
    address = _address(host)
    if address is None:
        return False
    try:
        return address in ipaddress.ip_network(block.strip("[]"), strict=False)
    except ValueError:
        return False


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
