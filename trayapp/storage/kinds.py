"""Kinds of values: how each stands in a settings file, and what to write when it does not."""

import ipaddress
import re
from collections.abc import Callable
from datetime import time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Generic, TypeVar
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from trayapp.domain.provider import PLATFORM_PLUGINS, PLATFORMS

_T = TypeVar("_T")
_E = TypeVar("_E", bound=StrEnum)


def to_translate(text: str) -> str:
    """Mark a text for the translators; whoever shows it passes it through gettext."""
    return text


class Weekday(StrEnum):
    """A day of the week; the members stand in the order of ``date.weekday()``."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


class Kind(Struct, Generic[_T], frozen=True):
    """How one kind of value stands in the file.

    ``read`` raises ``ValueError`` for anything else; ``expected`` then tells a person what to write instead
    (untranslated, see :func:`to_translate`). Where one of many ``words`` is expected, ``{words}`` stands for them.
    """

    read: Callable[[object], _T]
    write: Callable[[_T], object]
    expected: str
    words: tuple[str, ...] = ()


@lru_cache(maxsize=2_000)
def is_loopback(url: str) -> bool:
    """Return whether an address leads to this machine without asking any name server."""
    host = (split_address(url).hostname or "").rstrip(".")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def word_of(words: type[_E], expected: str) -> Kind[_E]:
    """Return the kind of an enumeration's words; case does not matter."""
    return Kind(lambda raw: words(_text(raw).casefold()), lambda word: word.value, expected)


def split_address(url: str) -> SplitResult:
    """Return the parts of an address; those of an empty one for nonsense."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.isprintable():
        raise ValueError
    return raw.strip()


def _platform(raw: object) -> str:
    """Return the name of a platform, one of ours or of a plug-in that is installed."""
    name = _text(raw)
    if name.casefold() in {"", *PLATFORMS}:
        return name.casefold()
    from importlib import metadata  # noqa: PLC0415 -- slow, and few people have plug-ins

    if name not in metadata.entry_points(group=PLATFORM_PLUGINS).names:
        raise ValueError
    return name


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise ValueError  # noqa: TRY004 -- the one error a Kind raises
    return raw


def _whole(raw: object, least: int, most: int) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or not least <= raw <= most:
        raise ValueError
    return raw


def _texts(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise ValueError  # noqa: TRY004 -- the one error a Kind raises
    return tuple(filter(None, map(_text, raw)))


def _clock(raw: object) -> time:
    if isinstance(raw, time):
        return raw.replace(second=0, microsecond=0)
    if not isinstance(raw, str) or not re.fullmatch(r"\d\d?:\d\d", raw, re.ASCII):
        raise ValueError
    hour, _colon, minute = raw.partition(":")
    return time(int(hour), int(minute))


def _days(raw: object) -> tuple[Weekday, ...]:
    chosen = {Weekday(each.casefold()[:3]) for each in _texts(raw)}
    return tuple(each for each in Weekday if each in chosen)


def _address(raw: object) -> str:
    url = _text(raw)
    parts = split_address(url)
    if url and (parts.scheme not in {"https", "http"} or not parts.hostname or "@" in parts.netloc or " " in url):
        raise ValueError
    return url


def _safe_address(raw: object) -> str:
    url = _address(raw)
    if not url.startswith("https://") and not is_loopback(url):
        raise ValueError
    return url


def _optional_safe_address(raw: object) -> str:
    return _safe_address(raw) if _text(raw) else ""


def _public_key(raw: object) -> str:
    key = _text(raw)
    if key and not _PUBLIC_KEY.fullmatch(key):
        raise ValueError
    return key


def _safe_addresses(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise ValueError  # noqa: TRY004 -- the one error a Kind raises
    return tuple(map(_safe_address, raw))


def _proxy_address(raw: object) -> str:
    url = _text(raw)
    parts = split_address(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError
    return url


_PUBLIC_KEY = re.compile(r"[A-Za-z0-9+/]{43}=")
LONGEST_INTERVAL_SECONDS = 86_400
LONGEST_KEEPING_DAYS = 36_500
TEXT = Kind(_text, str, to_translate('write a text in quotes, e.g. "openai"'))
PLATFORM = Kind(
    _platform,
    str,
    to_translate("is no platform; write one of {words}, or remove the line: then it is found out"),
    PLATFORMS,
)
FLAG = Kind(_flag, bool, to_translate("write true or false"))
TEXTS = Kind(_texts, list, to_translate('write a list of texts, e.g. ["ChatGPT", "API"]'))
SECONDS = Kind(
    lambda raw: timedelta(seconds=_whole(raw, 1, LONGEST_INTERVAL_SECONDS)),
    lambda interval: int(interval.total_seconds()),
    to_translate("write a whole number of seconds, e.g. 300"),
)
DAYS_KEPT = Kind(
    lambda raw: _whole(raw, 1, LONGEST_KEEPING_DAYS), int, to_translate("write a whole number of days, e.g. 365")
)
CLOCK = Kind(_clock, lambda at: f"{at:%H:%M}", to_translate('write a time of day in quotes, e.g. "22:00"'))
WEEKDAYS = Kind(
    _days, lambda days: [each.value for each in days], to_translate('write a list of days, e.g. ["mon", "tue", "sat"]')
)
ADDRESS = Kind(
    _address,
    str,
    to_translate('write the address of a status page without a user name, e.g. "https://status.example.com"'),
)
SAFE_ADDRESS = Kind(
    _safe_address,
    str,
    to_translate('write an https address, or an http address of this machine, e.g. "http://127.0.0.1:4000"'),
)
OPTIONAL_SAFE_ADDRESS = Kind(_optional_safe_address, str, SAFE_ADDRESS.expected)
PUBLIC_KEY = Kind(
    _public_key, str, to_translate("write the public key of whoever signs, 44 letters of base64 that end in =")
)
SAFE_ADDRESSES = Kind(
    _safe_addresses, list, to_translate('write a list of https addresses, e.g. ["https://example.com"]')
)
PORT = Kind(lambda raw: _whole(raw, 1024, 65535), int, to_translate("write a port from 1024 to 65535"))
PROXY_ADDRESS = Kind(
    _proxy_address, str, to_translate('write the address of an HTTP proxy, e.g. "http://proxy.example.com:8080"')
)
