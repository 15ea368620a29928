"""The desk where the user's own programs report what they saw: one small HTTP endpoint on this computer only.

Off by default. A request is ``POST /report`` with a bearer token and ``{"provider": "openai", "code": 529}``, where the
code is a status or ``"timeout"``. Nothing else is understood, nothing is told, and little is read.
"""

import asyncio
import contextlib
import hmac
import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from gettext import gettext as _

import msgspec
from msgspec import Struct

from trayapp.domain.verdict import TIMED_OUT, OwnReport

HERE = "127.0.0.1"
LONGEST = 4096
"""Bytes of a request's head, and of its body."""
PATIENCE = timedelta(seconds=5)
MOST_AT_ONCE = 8
MOST_IN_A_SECOND = 10
_LEAST, _MOST = 100, 999
_REASONS = {
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
}
_log = logging.getLogger(__name__)


class _Told(msgspec.Struct, forbid_unknown_fields=True):
    provider: str
    code: int | str


class _Head(Struct, frozen=True):
    method: str
    path: str
    fields: dict[str, str]


class _RefusedError(Exception):
    """The request is answered with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class ReportDesk:
    """The endpoint of one engine. ``accept`` keeps a report and may raise ``OSError``."""

    def __init__(
        self,
        *,
        token: Callable[[], str],
        provider: Callable[[str], str],
        accept: Callable[[OwnReport], None],
        now: Callable[[], datetime],
    ) -> None:
        """Listen to nobody yet. ``provider`` returns the id that a name means, empty for none."""
        self.problem = ""
        self.port = 0
        self._token = token
        self._provider = provider
        self._accept = accept
        self._now = now
        self._secret = ""
        self._server: asyncio.Server | None = None
        self._talking: set[asyncio.Task[None]] = set()
        self._recent: deque[float] = deque(maxlen=MOST_IN_A_SECOND)

    async def open(self, port: int) -> None:
        """Listen at a port of this computer, 0 for any; where that is not possible ``problem`` says why."""
        await self.close()
        try:
            self._secret = self._token()
            self._server = await asyncio.start_server(self._answer, HERE, port, limit=LONGEST)
        except OSError as error:
            self.problem = _("Programs cannot report: port {port} of this computer is not to be had ({why}).").format(
                port=port, why=error.strerror or error
            )
            return
        self.problem = ""
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more, and let nobody wait."""
        if self._server is None:
            return
        self._server.close()
        for each in tuple(self._talking):
            each.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)
        self._server = None
        self.port = 0

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._talking) >= MOST_AT_ONCE:
            writer.transport.abort()
            return
        self._talking.add(task)
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                status = await self._status(reader)
                writer.write(_response(status))
                await writer.drain()
        except (TimeoutError, OSError):
            _log.debug("reports: somebody did not end a request")
        except asyncio.CancelledError:
            # The engine ends; the stream's own machinery must not report it as a fault.
            _log.debug("reports: cut off at the end")
        finally:
            self._talking.discard(task)
            with contextlib.suppress(OSError):
                writer.close()

    async def _status(self, reader: asyncio.StreamReader) -> int:
        """Return what a request is answered with; first match wins.

        ===========================================  ======
        the request                                  status
        ===========================================  ======
        is no HTTP, or has no length                 400
        names another host, or comes from a browser  403
        has another token                            401
        goes to another path                         404
        is no POST                                   405
        is longer than 4096 bytes                    413
        is the eleventh within a second              429
        holds no report                              400
        names a provider nobody knows                404
        cannot be kept                               500
        otherwise                                    204
        ===========================================  ======
        """
        try:
            head = _head(await reader.readuntil(b"\r\n\r\n"))
            self._admit(head)
            body = await reader.readexactly(_length(head))
            self._take(body)
        except _RefusedError as refused:
            return refused.status
        except asyncio.LimitOverrunError:
            return 413
        except (asyncio.IncompleteReadError, UnicodeError, ValueError):
            return 400
        except OSError as error:
            _log.info("reports: %s", error)
            return 500
        return 204

    def _admit(self, head: _Head) -> None:
        host = head.fields.get("host", "").rpartition(":")[0] or head.fields.get("host", "")
        if host not in {HERE, "localhost"} or "origin" in head.fields:
            raise _RefusedError(403)
        given = head.fields.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self._secret}".encode()):
            raise _RefusedError(401)
        if head.path != "/report":
            raise _RefusedError(404)
        if head.method != "POST":
            raise _RefusedError(405)

    def _take(self, body: bytes) -> None:
        clock = asyncio.get_running_loop().time()
        if len(self._recent) == MOST_IN_A_SECOND and clock - self._recent[0] < 1:
            raise _RefusedError(429)
        self._recent.append(clock)
        try:
            told = msgspec.json.decode(body, type=_Told)
        except (msgspec.MsgspecError, RecursionError):
            raise _RefusedError(400) from None
        code = TIMED_OUT if told.code == "timeout" else told.code
        if not isinstance(code, int) or not _LEAST <= code <= _MOST:
            raise _RefusedError(400)
        provider = self._provider(told.provider)
        if not provider:
            raise _RefusedError(404)
        self._accept(OwnReport(provider, code, self._now()))


def _head(raw: bytes) -> _Head:
    first, *lines = raw.decode("ascii").split("\r\n")
    method, path, version = first.split(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError(version)
    fields: dict[str, str] = {}
    for line in filter(None, lines):
        name, colon, value = line.partition(":")
        if not colon or name.casefold() in fields:
            raise ValueError(name)
        fields[name.casefold()] = value.strip()
    return _Head(method, path, fields)


def _length(head: _Head) -> int:
    told = head.fields.get("content-length", "")
    if not told.isdecimal() or "transfer-encoding" in head.fields:
        raise _RefusedError(400)
    if int(told) > LONGEST:
        raise _RefusedError(413)
    return int(told)


def _response(status: int) -> bytes:
    return f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
