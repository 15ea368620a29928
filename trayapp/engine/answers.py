"""What an answer's status and headers say, and its body unpacked within bounds."""

import re
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from trayapp.domain.report import FailureKind, FetchFailure

_SHORTEST_WAIT, _LONGEST_WAIT = timedelta(seconds=1), timedelta(hours=1)
_SECONDS = re.compile(r"\d{1,12}", re.ASCII)
_ASKS_TO_WAIT = frozenset({429, 503})

_SENTENCES = {
    401: "{host} wants a login before it answers (401).",
    403: "{host} refused to answer us (403).",
    404: "{host} has nothing at this address (404).",
    405: "{host} refused this way of asking (405).",
    410: "{host} says that this page is gone for good (410).",
    429: "{host} asks us to come back later (429).",
    503: "{host} says that it is not available now (503).",
    511: "This network wants a login before it lets us through (511).",
}
_SERVER_TROUBLE = range(500, 600)

_RAW_SLACK = 65_536
"""Packed bytes allowed beyond the limit for unpacked ones: an endless stream of empty blocks unpacks to nothing."""
_GZIP = 16 + zlib.MAX_WBITS
_CODINGS = frozenset({"gzip", "x-gzip"})


class UnpackingError(Exception):
    """The body cannot be had: ``kind`` and ``detail`` go into the failure."""

    def __init__(self, kind: FailureKind, detail: str) -> None:
        """Keep both for the failure."""
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


def refusal(status: int, headers: Mapping[str, str], host: str, now: datetime) -> FetchFailure:
    """Return the failure for a status that the adapter did not ask for. ``now`` is UTC."""
    template = _SENTENCES.get(status)
    if template is None and status in _SERVER_TROUBLE:
        template = "{host} has trouble of its own answering ({status})."
    if template is None:
        template = "{host} answered with the unexpected status {status}."
    return FetchFailure(
        kind=FailureKind.HTTP_ERROR,
        detail=template.format(host=host, status=status),
        retry_after=retry_after(headers, now) if status in _ASKS_TO_WAIT else None,
        http_status=status,
    )


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long the host asks us to wait, between a second and an hour; ``None`` where it makes no sense.

    A date is compared with the host's own clock (its ``Date`` header) where it shows one: ours may be wrong.
    """
    wish = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(wish):
        seconds = min(int(wish), int(_LONGEST_WAIT.total_seconds()))
        return max(_SHORTEST_WAIT, timedelta(seconds=seconds))
    then = _http_date(wish)
    if then is None:
        return None
    wait = then - (_http_date(headers.get("date", "")) or now)
    return max(_SHORTEST_WAIT, min(wait, _LONGEST_WAIT)) if wait > timedelta(0) else None


class Unpacker:
    """Collects a body piece by piece, unpacked, and stops at ``limit`` bytes.

    Only one layer of gzip is unpacked: a few kilobytes of stacked layers would become gigabytes.
    """

    def __init__(self, headers: Mapping[str, str], limit: int, host: str) -> None:
        """Raise ``UnpackingError`` for a coding that we did not ask for, or a length that is too much."""
        self._limit = limit
        self._host = host
        self._raw = 0
        self._parts: list[bytes] = []
        self._size = 0
        codings = [each.strip().lower() for each in headers.get("content-encoding", "").split(",")]
        codings = [each for each in codings if each not in {"", "identity"}]
        if len(codings) > 1 or any(each not in _CODINGS for each in codings):
            raise UnpackingError(FailureKind.INVALID, f"{host} packed its answer in a way that we did not ask for.")
        self._stream = zlib.decompressobj(_GZIP) if codings else None
        length = headers.get("content-length", "")
        if _SECONDS.fullmatch(length) and int(length) > limit + (_RAW_SLACK if codings else 0):
            raise self._too_large()

    def add(self, piece: bytes) -> None:
        """Take the next piece as it came from the wire."""
        self._raw += len(piece)
        if self._raw > self._limit + _RAW_SLACK:
            raise self._too_large()
        if self._stream is None:
            self._keep(piece)
            return
        try:
            self._unpack(piece)
        except zlib.error:
            raise self._damaged() from None

    def body(self) -> bytes:
        """Return the whole body; raise ``UnpackingError`` if the packed stream has no end."""
        if self._stream is not None and self._raw and not self._stream.eof:
            raise self._damaged()
        return b"".join(self._parts)

    def _unpack(self, piece: bytes) -> None:
        while piece:
            if self._stream is None or self._stream.eof:
                if not piece.strip(b"\0"):
                    return  # padding behind the end
                self._stream = zlib.decompressobj(_GZIP)  # a further member, as RFC 1952 allows
            self._keep(self._stream.decompress(piece, self._limit - self._size + 1))
            piece = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise self._too_large()
        self._parts.append(piece)

    def _too_large(self) -> UnpackingError:
        return UnpackingError(
            FailureKind.TOO_LARGE, f"The answer of {self._host} is larger than the {self._limit:,} bytes we read."
        )

    def _damaged(self) -> UnpackingError:
        return UnpackingError(FailureKind.INVALID, f"The packed answer of {self._host} is damaged or cut short.")


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
