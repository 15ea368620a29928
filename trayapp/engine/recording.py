"""The recording format: JSON lines of what pages answered, and when (PRODUCT.md, "Recording and replay")."""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, field

from trayapp.domain.report import FailureKind
from trayapp.engine.http import Exchanged


class RecordingError(Exception):
    """A line that cannot be read; the message names it and says what is wrong."""


class Answered(Struct, frozen=True):
    """From ``at`` (UTC) on, a GET of the URL is answered so, or fails so."""

    at: datetime
    exchanged: Exchanged


class Asleep(Struct, frozen=True):
    """The machine sleeps from ``at`` until ``until`` (UTC)."""

    at: datetime
    until: datetime


class Recording(Struct, frozen=True):
    """A whole recording, in the order of time."""

    answers: tuple[Answered, ...]
    sleeps: tuple[Asleep, ...] = ()
    _by_url: Mapping[str, tuple[Answered, ...]] = field(default_factory=dict)

    @property
    def start(self) -> datetime:
        """The first moment."""
        return min([*(each.at for each in self.answers), *(each.at for each in self.sleeps)])

    @property
    def end(self) -> datetime:
        """The last moment a line speaks of."""
        return max([*(each.at for each in self.answers), *(each.until for each in self.sleeps)])

    @property
    def urls(self) -> tuple[str, ...]:
        """Every recorded address, in the order of its first line."""
        return tuple(dict.fromkeys(each.exchanged.url for each in self.answers))

    def of(self, url: str) -> tuple[Answered, ...]:
        """Return all lines of one address, in the order of time."""
        return self._by_url.get(_key(url), ())

    def answer(self, url: str, now: datetime) -> Exchanged:
        """Return what a GET is answered at a moment; before its first line a URL is refused."""
        lines = self.of(url)
        place = bisect_right(lines, now, key=lambda each: each.at)
        if place == 0:
            return Exchanged(url=url, fail=FailureKind.REFUSED)
        return lines[place - 1].exchanged


class _Line(msgspec.Struct):
    at: datetime
    url: str = ""
    status: int = 0
    headers: dict[str, str] = {}
    body: str | None = None
    body_base64: str | None = None
    fail: str | None = None
    sleep_until: datetime | None = None


_FAILS = {
    "refused": FailureKind.REFUSED,
    "timeout": FailureKind.TIMEOUT,
    "dns": FailureKind.DNS,
    "tls": FailureKind.TLS,
    "reset": FailureKind.RESET,
}


_LEAST_STATUS, _MOST_STATUS = 100, 599
_FIRST_YEAR, _LAST_YEAR = 1970, 9000


def read(text: str) -> Recording:
    """Read JSON lines; raises :class:`RecordingError` with the line's number."""
    answers: list[Answered] = []
    sleeps: list[Asleep] = []
    for number, raw in enumerate(text.split("\n"), 1):  # a body may hold other line ends
        if not raw.strip():
            continue
        found = _read_line(number, raw)
        if isinstance(found, Asleep):
            sleeps.append(found)
        else:
            answers.append(found)
    if not answers:
        raise RecordingError("The recording has no answers in it.")
    return recording_of(sorted(answers, key=lambda each: each.at), sleeps)


def recording_of(answers: Iterable[Answered], sleeps: Iterable[Asleep]) -> Recording:
    """Return the recording of these answers, which are in the order of time."""
    lines = tuple(answers)
    by_url: dict[str, list[Answered]] = {}
    for answered in lines:
        by_url.setdefault(_key(answered.exchanged.url), []).append(answered)
    return Recording(lines, tuple(sleeps), {url: tuple(each) for url, each in by_url.items()})


def line_of(at: datetime, exchanged: Exchanged) -> str:
    """Return one line for what was answered at a moment, with its line feed."""
    line: dict[str, object] = {"at": _stamp(at), "url": exchanged.url}
    if exchanged.fail is not None:
        line["fail"] = exchanged.fail.value if exchanged.fail.value in _FAILS else FailureKind.RESET.value
    else:
        line |= {"status": exchanged.status, "headers": dict(exchanged.headers)}
        try:
            line["body"] = exchanged.body.decode("utf-8")
        except UnicodeDecodeError:
            line["body_base64"] = base64.b64encode(exchanged.body).decode("ascii")
    return msgspec.json.encode(line).decode("utf-8") + "\n"


def _read_line(number: int, raw: str) -> Answered | Asleep:
    try:
        line = msgspec.json.decode(raw, type=_Line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise RecordingError(f"Line {number} of the recording cannot be read: {error}") from None
    at = _utc(number, line.at)
    if line.sleep_until is not None:
        until = _utc(number, line.sleep_until)
        if until < at:
            raise RecordingError(f"Line {number} of the recording sleeps until a moment before it falls asleep.")
        return Asleep(at, until)
    if not _is_web_address(line.url):
        raise RecordingError(f"Line {number} of the recording names no https or http address (url).")
    if line.fail is not None:
        if line.fail not in _FAILS:
            known = ", ".join(_FAILS)
            raise RecordingError(
                f"Line {number} of the recording has an unknown failure {line.fail!r}; use one of: {known}"
            )
        return Answered(at, Exchanged(url=line.url, fail=_FAILS[line.fail]))
    if not line.status:
        raise RecordingError(f"Line {number} of the recording has neither a status, a fail nor a sleep_until.")
    if not _LEAST_STATUS <= line.status <= _MOST_STATUS:
        raise RecordingError(f"Line {number} of the recording has a status that HTTP does not have: {line.status}")
    return Answered(at, Exchanged(url=line.url, status=line.status, headers=_headers(line), body=_body(number, line)))


def _headers(line: _Line) -> Mapping[str, str]:
    """Return the headers that still hold: the body in a recording is unpacked already."""
    gone = {"content-encoding", "content-length", "transfer-encoding"}
    return {name.lower(): value for name, value in line.headers.items() if name.lower() not in gone}


def _body(number: int, line: _Line) -> bytes:
    if line.body_base64 is None:
        return (line.body or "").encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(line.body_base64, validate=True)
    except (binascii.Error, ValueError):
        raise RecordingError(f"Line {number} of the recording has a body_base64 that is not base64.") from None


def _key(url: str) -> str:
    """Return what tells addresses apart: scheme and host in lower case, no usual port, no fragment."""
    parts = urlsplit(url)
    host = parts.netloc.lower().removesuffix({"https": ":443", "http": ":80"}.get(parts.scheme, ":"))
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme.lower()}://{host}{parts.path or '/'}{query}"


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 -- raises where it is no number
    except ValueError:
        return False
    return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)


def _utc(number: int, moment: datetime) -> datetime:
    """Return a line's moment in UTC; one at the ends of the calendar leaves no room to reckon in."""
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise RecordingError(f"Line {number} of the recording is of the year {moment.year}.")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
