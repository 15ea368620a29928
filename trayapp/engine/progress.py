"""One request under way: its time, how far it has come, and to whom it is connected."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol, cast

from msgspec import Struct

from trayapp.domain.report import FailureKind
from trayapp.engine.addresses import is_inside
from trayapp.engine.faults import Stage, failed
from trayapp.engine.proxies import Proxy


class Allowance(Struct):
    """Seconds left of a deadline; they run only while a request is under way."""

    left: float

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let the time run; raise ``TimeoutError`` when it is up."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(max(self.left, 0)):
                yield
        finally:
            self.left -= loop.time() - started


class Stream(Protocol):
    """A connection as httpx's ``trace`` extension hands it out."""

    async def aclose(self) -> None:
        """Close it at once."""

    def get_extra_info(self, info: str) -> object:
        """Return what is known as ``info``: ``server_addr`` is a tuple that begins with the address."""


class Progress:
    """What httpx tells on the way about one request: how far it is, and to whom it is connected."""

    def __init__(self, streams: list[Stream], *, tunnelled: bool) -> None:
        self.stage = Stage.CONNECTING
        self.proxy: Proxy | None = None
        self.guarded = ""
        self.peer = ""
        self._streams = streams
        self._tunnelled = tunnelled
        self._connected_anew = False

    @property
    def shown_proxy(self) -> str:
        """Return the proxy's host and port, without its password."""
        return self.proxy.shown if self.proxy else ""

    @property
    def was_stale(self) -> bool:
        """Return whether a connection kept from an earlier request had been closed by the host meanwhile."""
        return self.stage is Stage.WAITING and not self._connected_anew

    async def note(self, event: str, info: Mapping[str, object]) -> None:
        """Follow httpx's ``trace`` extension; refuse a public name that leads into a local network.

        A request through a tunnel is only on its way to the proxy until the tunnel's own TLS starts.
        """
        in_tunnel = self.proxy is not None and self._tunnelled
        match event:
            case "connection.connect_tcp.started":
                self._connected_anew = True
            case "connection.connect_tcp.complete":
                self._connected(cast("Stream", info["return_value"]))
            case "connection.start_tls.started" if not in_tunnel:
                self.stage = Stage.SECURING
            case "http_proxy.start_tls.started":
                self.stage = Stage.SECURING
            case "http11.send_request_headers.started" if not (
                in_tunnel and self._connected_anew and self.stage is Stage.CONNECTING
            ):
                self.stage = Stage.WAITING

    def _connected(self, stream: Stream) -> None:
        self._streams.append(stream)
        address = stream.get_extra_info("server_addr")
        if self.proxy is not None or not isinstance(address, tuple):
            return
        self.peer = str(address[0])
        if self.guarded and is_inside(self.peer):
            detail = f"The name {self.guarded} leads to {self.peer}, an address inside a local network."
            raise failed(FailureKind.DNS, detail)
