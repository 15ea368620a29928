"""Which addresses may be given a key: https and this computer only, and nothing that looks like another host."""

import re
from gettext import gettext as _
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from trayapp.engine.addresses import is_inside, is_literal, names_loopback

_HTTPS, _HTTP = 443, 80
_ODD = re.compile(r"[\x00-\x20\x7f\\#?%@<>\"'`{}|^]")
_NAME = re.compile(r"(?=.{1,253}$)(?!-)[a-z0-9-]{1,63}(?:\.(?!-)[a-z0-9-]{1,63})*", re.ASCII)
_NUMERIC = re.compile(r"(?:.*\.)?(?:0x[0-9a-f]*|[0-9]+)", re.ASCII)


class Endpoint(Struct, frozen=True):
    """An address a key may be sent to once its owner has approved it.

    ``base`` has no slash at its end. ``host`` is what a person approves, in the letters that travel (punycode), with
    its port unless that is https's own. ``is_here`` means this very computer.
    """

    base: str
    host: str
    is_here: bool

    @property
    def is_inside(self) -> bool:
        """Whether it is the literal address of a local network."""
        return is_inside(self.host.rsplit(":", 1)[0] if not self.host.endswith("]") else self.host)


class EndpointError(ValueError):
    """The address must not be given a key; the text is a sentence for a person."""


def endpoint(url: str) -> Endpoint:
    """Return the endpoint an address means. Raises ``EndpointError``."""
    text = url.strip()
    parts = _split(text)
    host = (parts.hostname or "").rstrip(".")
    if "@" in parts.netloc:
        raise EndpointError(_("The address must not hold a user name or a password."))
    if not host.isascii():
        raise EndpointError(_unfamiliar(host))
    if _ODD.search(text) or parts.scheme not in {"http", "https"} or not host:
        raise EndpointError(_("Write the address as https://host/path, without anything after it."))
    if not is_literal(host) and (not _NAME.fullmatch(host) or _NUMERIC.fullmatch(host)):
        raise EndpointError(_("“{host}” is no proper name of a host.").format(host=host))
    is_here = names_loopback(host)
    if parts.scheme != "https" and not is_here:
        raise EndpointError(_("A key is sent over https only; plain http is for this computer."))
    usual = _HTTPS if parts.scheme == "https" else _HTTP
    port = parts.port or usual
    shown = f"[{host}]" if ":" in host else host
    if parts.scheme != "https" or port != _HTTPS:
        shown = f"{shown}:{port}"
    return Endpoint(text.rstrip("/"), shown, is_here)


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        raise EndpointError(_("This is not an address that can be read.")) from None
    return parts


def _unfamiliar(host: str) -> str:
    try:
        ascii_form = host.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_form = ""
    sentence = _("The host has letters that may only look like others.")
    if not ascii_form:
        return sentence
    return sentence + " " + _("If you mean it, write {host}.").format(host=ascii_form)
