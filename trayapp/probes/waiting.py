"""How long a provider asks us to wait: the many ways to say it, as seconds."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from trayapp.formats.times import instant

LONGEST_WAIT = 24 * 3600.0
"""Seconds. A provider that says "next month" is asked again tomorrow: limits are raised, too."""

_DURATION = re.compile(r"\s*((?:\d+(?:\.\d+)?\s*(?:ms|h|m|s|d)\s*)+)", re.IGNORECASE)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|h|m|s|d)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,9})?", re.ASCII)
_IN_WORDS = re.compile(
    r"(?:retry|try)(?: the request| again)?(?: in| after)\s+(?:about )?"
    r"((?:\d+(?:\.\d+)?\s*(?:milliseconds?|seconds?|minutes?|hours?|ms|h|m|s)(?![a-z])\s*)+)",
    re.IGNORECASE,
)
_LONG_WORDS = re.compile(r"(millisecond|second|minute|hour)s?", re.IGNORECASE)
_SHORT = {"millisecond": "ms", "second": "s", "minute": "m", "hour": "h"}
_IETF = re.compile(r"\br=0\b[^,]*?\bt=(\d{1,9})|\bt=(\d{1,9})[^,]*?\br=0\b")
_UNIX_FROM = 1_000_000_000
"""As seconds to wait this would be thirty years, so a greater number is a moment in unix time."""
_REMAINING = re.compile(r"(?:x-|anthropic-)?rate-?limit-(.*?)-?remaining-?(.*)")


def wait_asked_for(headers: Mapping[str, str], message: str, delays: tuple[str, ...] = ()) -> float | None:
    """Return the seconds to wait that the answer asks for, clamped; ``None`` where it does not say.

    Read, first match wins: ``retry-after-ms``, ``retry-after`` (seconds or a date), ``delays`` from the body
    ("34.4s", Google's RetryInfo), words ("try again in 2.5s"), and the reset of each limit with nothing remaining.
    Dates need the answer's own ``date`` header: no clock is asked here. Header names are lower case.
    """
    now = instant(headers.get("date"))
    for wait in _waits(headers, message, delays, now):
        if wait is not None and math.isfinite(wait):
            return min(max(wait, 0.0), LONGEST_WAIT)
    return None


def _waits(
    headers: Mapping[str, str], message: str, delays: tuple[str, ...], now: datetime | None
) -> Iterator[float | None]:
    milliseconds = _plain(headers.get("retry-after-ms", ""))
    yield None if milliseconds is None else milliseconds / 1000
    yield _until(headers.get("retry-after", ""), now)
    for delay in delays:
        yield _duration(delay)
    if found := _IN_WORDS.search(message):
        yield _duration(_LONG_WORDS.sub(lambda word: _SHORT[word.group(1).lower()], found.group(1)))
    if found := _IETF.search(headers.get("ratelimit", "")):
        yield float(found.group(1) or found.group(2))
    yield max((reset for reset in _resets(headers, now) if reset is not None), default=None)


def _resets(headers: Mapping[str, str], now: datetime | None) -> Iterator[float | None]:
    """Give the reset of each limit that has nothing left; one without a count of its own is not believed."""
    for name, value in headers.items():
        if _REMAINING.fullmatch(name) and _plain(value) == 0:
            yield _until(headers.get(name.replace("remaining", "reset"), ""), now)


def _until(value: str, now: datetime | None) -> float | None:
    number = _plain(value)
    if number is None:
        duration = _duration(value)
        moment = None if duration is not None else instant(value)
        if moment is None:
            return duration
    elif number < _UNIX_FROM:
        return number
    else:
        moment = instant(number)
    return (moment - now).total_seconds() if moment is not None and now is not None else None


def _plain(value: str) -> float | None:
    return float(value) if _NUMBER.fullmatch(value.strip()) else None


def _duration(value: str) -> float | None:
    if not (found := _DURATION.fullmatch(value)):
        return None
    return sum(float(number) * _SECONDS[unit.lower()] for number, unit in _PART.findall(found.group(1)))
