"""Timestamps as status pages write them, read into aware UTC; what cannot be one is ``None``."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_LONGEST = 80
_YEARS = range(1990, 2200)
"""Outside lies nonsense: ``0001-01-01`` and ``1970-01-01`` are how some platforms write "never"."""

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII | re.IGNORECASE,
)
_JAVASCRIPT = re.compile(
    r"(?:[A-Za-z]{3},? )?([A-Za-z]{3}) (\d{1,2}),? (\d{4}),? (\d{1,2}):(\d{2}):(\d{2})"
    r"(?: (?:GMT|UTC|Z)?([+-]\d{2}:?\d{2})?)?(?: ?\([^()]*\))?",
    re.ASCII,
)
_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: place for place, name in enumerate(_MONTH_NAMES.split(), start=1)}
_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,12})?", re.ASCII)
_MILLISECONDS_FROM = 100_000_000_000
"""As seconds this is the year 5138, so a greater number counts milliseconds (then micro-, then nanoseconds)."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(value: object) -> datetime | None:
    """Return the moment meant, in UTC, or ``None`` for anything that is not a moment; never raises.

    Read are: ISO 8601 with any offset, ``Z`` (also after a space) and up to twelve decimals (.NET writes seven);
    RFC 822 dates, also with ``Z``; unix time in seconds or milliseconds, as a number or a string; JavaScript's date
    strings. A time without a zone is UTC.
    """
    try:
        found = _read(value)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    if found is None or found.year not in _YEARS:
        return None
    return found


def _read(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _unix(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if not text or len(text) > _LONGEST:
        return None
    if _NUMBER.fullmatch(text):
        return _unix(float(text))
    if found := _ISO.fullmatch(text):
        return _iso(found)
    if found := _JAVASCRIPT.fullmatch(text):
        return _javascript(found)
    return _rfc822(text)


def _unix(number: float) -> datetime | None:
    seconds = float(number)
    while abs(seconds) >= _MILLISECONDS_FROM:
        seconds /= 1000
        if seconds in {float("inf"), float("-inf")}:
            return None
    return _EPOCH + timedelta(seconds=seconds)


def _iso(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    whole = min(int(second or 0), 59)  # a leap second is the end of its minute
    micro = int((fraction or "").ljust(6, "0")[:6])
    read = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), whole, micro, tzinfo=_zone(zone))
    return read.astimezone(UTC)


def _javascript(found: re.Match[str]) -> datetime | None:
    month, day, year, hour, minute, second, zone = found.groups()
    number = _MONTHS.get(month.lower())
    if number is None:
        return None
    read = datetime(int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=_zone(zone))
    return read.astimezone(UTC)


def _rfc822(text: str) -> datetime | None:
    parts = parsedate_tz(text)
    if parts is None:
        return None
    year, month, day, hour, minute, second = parts[:6]
    offset = timezone(timedelta(seconds=parts[9] or 0))
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=offset).astimezone(UTC)


def _zone(word: str | None) -> timezone:
    if not word or not word.startswith(("+", "-")):
        return UTC
    digits = word[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-offset if word[0] == "-" else offset)
