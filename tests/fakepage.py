"""A status page on this computer that does as it is told: right answers, slow ones, and every wrong one.

It speaks its own small HTTP/1.1, so that it can also speak it badly, and runs in a thread of its own:

    with FakePage() as page:
        page.serve("/api/v2/summary.json", operational())
        page.url  # http://127.0.0.1:PORT

``python -m tests.fakepage`` serves one to play with by hand.
"""

import argparse
import asyncio
import contextlib
import gzip
import json
import socket
import ssl
import struct
import sys
import threading
import time
import zlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Any, Self

from tests.builders import maintenance, operational, outage

SUMMARY = "/api/v2/summary.json"
_JSON = "application/json; charset=utf-8"
_HEAD_LIMIT = 65_536
_NO_BODY = frozenset({204, 304})


@dataclass(frozen=True)
class Seen:
    """One request as it arrived. ``connection`` counts from 1; ``at`` is monotonic seconds."""

    method: str
    path: str
    headers: Mapping[str, str]
    connection: int
    at: float = field(default_factory=time.monotonic)


class Wire:
    """The server's end of one connection, for a mood to write on."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.keep = True

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self, status: int = 200, *headers: tuple[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in headers), "", ""]
        await self.send("\r\n".join(lines).encode())

    async def answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        sized = () if status in _NO_BODY else (("Content-Length", str(len(body))),)
        await self.head(status, *headers, *sized)
        if status not in _NO_BODY:
            await self.send(body)

    async def close(self) -> None:
        self.keep = False

    async def reset(self) -> None:
        """End the connection the rude way: the client sees a reset and not an end."""
        self.keep = False
        sock = self.writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def for_ever(self) -> None:
        """Stay connected, say nothing more."""
        self.keep = False
        await asyncio.sleep(3600)


Mood = Callable[[Seen, Wire], Awaitable[None]]


def says(
    body: str | bytes | Mapping[str, Any] = b"",
    status: int = 200,
    *headers: tuple[str, str],
    delay: float = 0.0,
    content_type: str = _JSON,
    etag: str = "",
) -> Mood:
    """Answer properly; with an ``etag`` also a conditional request (304)."""
    data = _bytes(body)

    async def mood(seen: Seen, wire: Wire) -> None:
        await asyncio.sleep(delay)
        extra = (("ETag", etag),) if etag else ()
        if etag and seen.headers.get("if-none-match") == etag:
            await wire.answer(304, b"", *extra, *headers)
            return
        await wire.answer(status, data, ("Content-Type", content_type), *extra, *headers)

    return mood


def redirects(to: str, status: int = 302) -> Mood:
    return says(b"", status, ("Location", to))


def html(text: str = "<!DOCTYPE html><title>Log in</title><p>Welcome to the hotel.", status: int = 200) -> Mood:
    return says(text, status, content_type="text/html; charset=utf-8")


def silence() -> Mood:
    """Accept the question and never answer."""

    async def mood(_: Seen, wire: Wire) -> None:
        await wire.for_ever()

    return mood


def drips(body: str | bytes, every: float = 1.0) -> Mood:
    """Send one byte of the body at a time; a time-out between bytes never notices."""
    data = _bytes(body)

    async def mood(_: Seen, wire: Wire) -> None:
        await wire.head(200, ("Content-Type", _JSON), ("Content-Length", str(len(data))))
        for place in range(len(data)):
            await wire.send(data[place : place + 1])
            await asyncio.sleep(every)

    return mood


def slow_headers(every: float = 0.1) -> Mood:
    async def mood(_: Seen, wire: Wire) -> None:
        await wire.send(b"HTTP/1.1 200 OK\r\n")
        for number in range(10_000):
            await wire.send(f"X-{number}: 1\r\n".encode())
            await asyncio.sleep(every)

    return mood


def resets(body: str | bytes = b"", *, after: int = 0) -> Mood:
    """Reset the connection after ``after`` bytes of the body, or before any answer if there is no body."""
    data = _bytes(body)

    async def mood(_: Seen, wire: Wire) -> None:
        if data:
            await wire.head(200, ("Content-Type", _JSON), ("Content-Length", str(len(data))))
            await wire.send(data[:after])
            await asyncio.sleep(0.05)
        await wire.reset()

    return mood


def hangs_up() -> Mood:
    """Close the connection without a word."""

    async def mood(_: Seen, wire: Wire) -> None:
        await wire.close()

    return mood


def answers_once_per_connection(body: str | bytes) -> Mood:
    """Promise to keep the connection, then close it when the next question comes."""
    data = _bytes(body)
    served: set[int] = set()

    async def mood(seen: Seen, wire: Wire) -> None:
        if seen.connection in served:
            await wire.close()
            return
        served.add(seen.connection)
        await wire.answer(200, data, ("Content-Type", _JSON))

    return mood


def endless(piece: bytes = b"x" * 4096, pause: float = 0.0) -> Mood:
    """A chunked body without an end."""

    async def mood(_: Seen, wire: Wire) -> None:
        await wire.head(200, ("Content-Type", _JSON), ("Transfer-Encoding", "chunked"))
        chunk = f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
        while True:
            await wire.send(chunk)
            await asyncio.sleep(pause)

    return mood


def chunked(body: str | bytes, *, finished: bool = True) -> Mood:
    data = _bytes(body)

    async def mood(_: Seen, wire: Wire) -> None:
        await wire.head(200, ("Content-Type", _JSON), ("Transfer-Encoding", "chunked"))
        await wire.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        if finished:
            await wire.send(b"0\r\n\r\n")
        else:
            await wire.close()

    return mood


def mismeasured(body: str | bytes, by: int) -> Mood:
    """Promise ``by`` bytes more (or fewer) than the body has, and close."""
    data = _bytes(body)

    async def mood(_: Seen, wire: Wire) -> None:
        await wire.head(200, ("Content-Type", _JSON), ("Content-Length", str(len(data) + by)))
        await wire.send(data)
        await wire.close()

    return mood


def packed(body: str | bytes, *, times: int = 1, coding: str = "", cut: int = 0, tail: bytes = b"") -> Mood:
    """Gzip the body ``times`` over; drop ``cut`` bytes at its end or add a ``tail``; ``coding`` names it otherwise."""
    data = _bytes(body)
    for _ in range(times):
        data = gzip.compress(data)
    data = data[: len(data) - cut] + tail
    return says(data, 200, ("Content-Encoding", coding or ", ".join(["gzip"] * times)))


def gzip_bomb(megabytes: int = 32) -> Mood:
    """A little gzip that unpacks to a lot of zeros."""
    return says(_bomb(megabytes), 200, ("Content-Encoding", "gzip"))


@cache
def _bomb(megabytes: int) -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return b"".join(squeeze.compress(bytes(1_000_000)) for _ in range(megabytes)) + squeeze.flush()


def header_flood(body: str | bytes, count: int = 5000, size: int = 1) -> Mood:
    return says(body, 200, *((f"X-{number}", "v" * size) for number in range(count)))


def asks_to_wait(value: str | None, status: int = 429, *headers: tuple[str, str]) -> Mood:
    wish = () if value is None else (("Retry-After", value),)
    return says(b"slow down", status, *wish, *headers)


def never_changing_etag(*bodies: str | bytes, etag: str = '"for-ever"') -> Mood:
    """Serve the bodies one after the other to plain requests, but call every conditional one unchanged."""
    served = iter([*bodies[:-1]])

    async def mood(seen: Seen, wire: Wire) -> None:
        if seen.headers.get("if-none-match") == etag:
            await wire.answer(304, b"", ("ETag", etag))
            return
        body = _bytes(next(served, bodies[-1]))
        await wire.answer(200, body, ("Content-Type", _JSON), ("ETag", etag))

    return mood


def raw(data: bytes) -> Mood:
    """Answer with these very bytes and close."""

    async def mood(_: Seen, wire: Wire) -> None:
        await wire.send(data)
        await wire.close()

    return mood


class FakePage:
    """A loopback HTTP server in a thread of its own; with a ``context`` it speaks TLS."""

    def __init__(self, *, port: int = 0, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.requests: list[Seen] = []
        self.connections = 0
        self.open = 0
        """Connections that are open now."""
        self.most_open_requests = 0
        """The most requests that were under way at the same moment."""
        self._under_way = 0
        self._host = host
        self._port = port
        self._context = context
        self._moods: dict[str, list[Mood]] = {}
        self._otherwise: Mood = says("nothing here", 404, content_type="text/plain")
        self._greeting: bytes | None = None
        self._loop = asyncio.SelectorEventLoop()
        self._loop.set_exception_handler(_say)  # a log record would fail whichever test runs then
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake page", daemon=True)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self.listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run(self._stop())
        self._run(_end_of_all_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://{self._host}:{self._port}"

    def serve(
        self,
        path: str,
        body: str | bytes | Mapping[str, Any],
        status: int = 200,
        *headers: tuple[str, str],
        delay: float = 0.0,
        content_type: str = _JSON,
        etag: str = "",
    ) -> None:
        """Answer ``path`` (with its query, if it has one) so from now on."""
        self.set(path, says(body, status, *headers, delay=delay, content_type=content_type, etag=etag))

    def set(self, path: str, *moods: Mood) -> None:
        """Answer ``path`` with one mood after the other; the last one stays."""
        self._moods[path] = list(moods)

    def set_all(self, mood: Mood) -> None:
        """Answer so whatever has no mood of its own (404 until told otherwise)."""
        self._otherwise = mood

    def forget(self) -> None:
        """Forget moods and requests."""
        self._moods.clear()
        self.requests.clear()
        self._otherwise = says("nothing here", 404, content_type="text/plain")

    def count(self, path: str | None = None) -> int:
        """Return how many requests came, for ``path`` or at all."""
        return sum(path in {None, each.path} for each in tuple(self.requests))

    def refuse(self) -> None:
        """Stop listening and drop every connection: from now on connections are refused."""
        self._run(self._stop())

    def listen(self) -> None:
        """Listen (again), on the same port."""
        if self._server is None:
            self._run(self._start())

    def hold_connections(self) -> None:
        """Accept connections and never say anything."""
        self._greeting = b""

    def greet(self, greeting: bytes) -> None:
        """Answer the first byte of every connection with these bytes, whatever it is, and close."""
        self._greeting = greeting

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        done: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        done.result(10)

    async def _start(self) -> None:
        self._server = await asyncio.start_server(
            self._connected, self._host, self._port, ssl=self._context, limit=_HEAD_LIMIT, backlog=1000
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            for listening in server.sockets:
                self._loop.remove_reader(listening.fileno())
            await _settle()  # what has just been accepted gets its writer: a server that is closed cannot close it
            server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if server is not None:
            await server.wait_closed()
        await _settle()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Called with the connection, not in a task: a task may be cancelled before it begins, and close nothing."""
        self._writers.add(writer)
        self.connections += 1
        self.open += 1
        task = self._loop.create_task(self._serve(reader, writer, self.connections))
        self._tasks.add(task)
        task.add_done_callback(lambda _: self._disconnected(task, writer))

    def _disconnected(self, task: asyncio.Task[None], writer: asyncio.StreamWriter) -> None:
        self.open -= 1
        self._tasks.discard(task)
        self._writers.discard(writer)
        writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> None:
        with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError):
            await self._talk(reader, writer, connection)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> None:
        wire = Wire(writer)
        while wire.keep:
            if self._greeting is not None:
                await reader.read(1)
                await wire.send(self._greeting)
                await (asyncio.sleep(0.05) if self._greeting else _gone(reader))
                return
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, *rest = head.split("\r\n")
            method, path, *_ = [*line.split(" "), "", ""]
            pairs = (each.partition(":") for each in rest if ":" in each)
            seen = Seen(method, path, {name.strip().lower(): value.strip() for name, _, value in pairs}, connection)
            self.requests.append(seen)
            await self._answer(reader, seen, wire)
        writer.close()
        await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, seen: Seen, wire: Wire) -> None:
        """Play the mood, but stop as soon as the client has gone."""
        self._under_way += 1
        self.most_open_requests = max(self.most_open_requests, self._under_way)
        mood = asyncio.ensure_future(self._mood(seen.path)(seen, wire))
        gone = asyncio.ensure_future(_gone(reader))
        try:
            await asyncio.wait({mood, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not mood.done():
                wire.keep = False
        finally:
            self._under_way -= 1
            mood.cancel()
            gone.cancel()
            for result in await asyncio.gather(mood, gone, return_exceptions=True):
                if isinstance(result, Exception) and not isinstance(result, OSError):
                    print("fake page:", repr(result), file=sys.stderr)

    def _mood(self, path: str) -> Mood:
        moods = self._moods.get(path)
        if moods is None:
            return self._otherwise
        return moods.pop(0) if len(moods) > 1 else moods[0]


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def _end_of_all_tasks() -> None:
    """End what is still being accepted, too: a task that dies with its loop complains much later, elsewhere."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await _settle()


def _say(_: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    print("fake page:", context.get("message"), repr(context.get("exception")), file=sys.stderr)


async def _gone(reader: asyncio.StreamReader) -> None:
    while not reader.at_eof() and reader.exception() is None:  # noqa: ASYNC110  # a stream has no event for this
        await asyncio.sleep(0.02)


def _bytes(body: str | bytes | Mapping[str, Any]) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()


_BY_HAND: Mapping[str, Callable[[], Mood]] = {
    "operational": lambda: says(operational()),
    "outage": lambda: says(outage()),
    "maintenance": lambda: says(maintenance()),
    "html": html,
    "empty": lambda: says(b""),
    "500": lambda: says(b"", 500),
    "429": lambda: asks_to_wait("60"),
    "silence": silence,
    "drip": lambda: drips(operational()),
    "reset": resets,
    "endless": endless,
    "bomb": gzip_bomb,
    "moved": lambda: redirects("https://elsewhere.example/"),
    "slow": lambda: says(operational(), delay=5),
}


def play(port: int) -> None:
    """Serve a page until the end of input; each line read names its next mood."""
    with FakePage(port=port) as page:
        page.set(SUMMARY, _BY_HAND["operational"]())
        print(f"{page.url}{SUMMARY}\nmoods: {' '.join(_BY_HAND)} refuse listen quit")
        for line in sys.stdin:
            word = line.strip()
            if word == "quit":
                break
            if word == "refuse":
                page.refuse()
            elif word == "listen":
                page.listen()
            elif word in _BY_HAND:
                page.set(SUMMARY, _BY_HAND[word]())
            else:
                print("moods:", " ".join(_BY_HAND), "refuse listen quit")
                continue
            print(f"{word} ({page.count()} requests so far)", flush=True)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="A status page to play with by hand.")
    options.add_argument("--port", type=int, default=8099)
    play(options.parse_args().port)
