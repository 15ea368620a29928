"""The only door to the network: it drives an adapter's conversation and owns every trouble on the way.

What httpx leaves to its user is done here once: one deadline for a whole conversation, bodies unpacked within
bounds, redirects by rule, the operating system's certificates, proxies without surprises, no cookies, and
connections that are thrown away after each conversation (a shared pool loses slots for good when a request
is cancelled in a crowd). Every expected failure is a ``FetchFailure``; an exception is a bug.
"""

import asyncio
import logging
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.util import find_spec
from types import MappingProxyType
from typing import Generic, TypeVar, cast

from msgspec import Struct, field

import trayapp
from trayapp.deferral import deferred
from trayapp.domain.report import FailureKind, FetchFailure
from trayapp.engine import faults
from trayapp.engine.access import EVERYBODY, Admission, Carried, Unlock, no_store
from trayapp.engine.addresses import is_inside, names_loopback
from trayapp.engine.answers import Unpacker, UnpackingError, refusal
from trayapp.engine.conversation import converse
from trayapp.engine.faults import FailedError, Stage, failed
from trayapp.engine.progress import Allowance, Progress, Stream
from trayapp.engine.proxies import BrokenProxy, Proxy, ProxyMode, proxy_for
from trayapp.engine.recollection import Recollection, Recollections
from trayapp.exchange import Exchange, Request, Response
from trayapp.storage.secret import Secret

with deferred():
    from trayapp.engine import certificates

if "httpx" not in sys.modules:
    sys.modules["httpx._main"] = None  # type: ignore[assignment]  # None is how Python spells "do not import this"
# httpcore looks for sniffio eight times in every request, on every folder of the path, where it is not installed.
if "sniffio" not in sys.modules and find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # as above
import httpx  # after the line above, which keeps httpx's own command line (click, rich, pygments) out

if sys.modules.get("httpx._main", ...) is None:
    del sys.modules["httpx._main"]

logging.getLogger("httpx").setLevel(logging.WARNING)  # below that they print whole URLs
logging.getLogger("httpcore").setLevel(logging.WARNING)
_log = logging.getLogger(__name__)

_T = TypeVar("_T")

USER_AGENT = f"AIStatusTray/{trayapp.__version__} (status page reader)"
KEY_USER_AGENT = f"AIStatusTray/{trayapp.__version__} (key check by its owner)"
_OPTIONAL_DEADLINE, _KEPT_BACK = 5.0, 1.0
_POOL_PATIENCE, _SIGNER_PATIENCE = 2.0, 3.0
_HOPS_LIMIT = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LIMITS = httpx.Limits(max_connections=2, max_keepalive_connections=1)
_SECRETS = frozenset({"authorization", "x-api-key", "x-goog-api-key", "api-key", "cookie", "proxy-authorization"})
"""A request that carries one is never redirected, not made conditional and not remembered."""
_UNKEPT = frozenset({"set-cookie", "content-encoding", "content-length", "transfer-encoding", "connection"})
"""Headers that say nothing true about a body once it is unpacked, and cookies."""
_HEADER_LIMIT, _ADDRESS_LIMIT, _HOST_LIMIT = 8_000, 500, 100
_HTTPS = 443
_PORTS = range(1, 65_536)
_REPLAYED = "{host} failed as recorded: {kind}."


class NetworkSettings(Struct, frozen=True, kw_only=True):
    """How to reach the world. ``deadline`` is for one whole conversation, waiting for our own turn not counted."""

    proxy_mode: ProxyMode = "system"
    proxy_url: str = ""
    deadline: timedelta = timedelta(seconds=15)
    user_agent: str = USER_AGENT


class Exchanged(Struct, frozen=True, kw_only=True):
    """One completed request: what was answered (redirects too, the body unpacked), or how it failed."""

    url: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    fail: FailureKind | None = None


class Driven(Struct, Generic[_T], frozen=True):
    """How a conversation ended. ``unchanged`` means: the very outcome of the last time, nothing was parsed.

    ``got_through`` means: the last request came as far as its host's own application (the connection was secure and
    the question was sent), whatever became of the answer.
    """

    outcome: _T | FetchFailure
    unchanged: bool
    requests: int
    got_through: bool = False


Sink = Callable[[Exchanged], None]


class Network:
    """Drives conversations; one per engine, used in one event loop. ``transport`` replaces the real network."""

    def __init__(
        self,
        settings: NetworkSettings | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sink: Sink | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        unlock: Unlock = no_store,
    ) -> None:
        """Open nothing yet. ``now`` is asked only where a host names a date and does not tell its own time.

        ``unlock`` returns the secrets of logins; it is asked by whoever makes an ``Admission``.
        """
        self.unlock = unlock
        self.settings = settings or NetworkSettings()
        self.transport = transport
        self.sink = sink
        self.now = now
        self._recollections = Recollections()
        self._turns: dict[str, _Turn] = {}
        self._lines: set[_Line] = set()
        self._context: ssl.SSLContext | None = None

    async def drive(
        self,
        exchange: Callable[[], Exchange[_T]],
        *,
        memory_key: str,
        internal: bool = False,
        deadline: timedelta | None = None,
        admission: Admission = EVERYBODY,
        remembers: bool = True,
    ) -> Driven[_T]:
        """Run the conversation that ``exchange`` starts and return its outcome or why there is none.

        ``memory_key`` names the page *and* whatever in the ask changes the requests or the outcome: with equal
        answers to the same requests the outcome of the last time is returned, and ``exchange`` is not started.
        Unless it ``remembers``, nothing is kept for the next time. ``internal`` allows http and local addresses.
        What an ``admission`` carries is treated as a key in ``carry``.
        """
        line = _Line(self, admission.context)
        self._lines.add(line)
        allowed = (deadline or self.settings.deadline).total_seconds()
        carried = admission.carried
        remembers = remembers and carried is None
        known = self._recollections.of(memory_key) if remembers else Recollection()
        look = _Look(self, line, known, Allowance(allowed), internal=internal, carried=carried)
        memorable = _is_open if remembers else _never
        try:
            outcome, unchanged = await converse(look.ask, exchange, known, memorable=memorable)
            return Driven(outcome, unchanged, look.requests, look.got_through)
        finally:
            self._lines.discard(line)
            await asyncio.shield(asyncio.ensure_future(line.drop()))

    async def carry(
        self, exchange: Callable[[], Exchange[_T]], carried: Carried, *, deadline: timedelta, internal: bool = False
    ) -> Driven[_T]:
        """Run a conversation whose every request carries a key, and return its outcome or why there is none.

        The key goes to its own host only and into a header only. No redirect is followed, nothing is remembered,
        recorded or asked conditionally, and what comes back is without the key. ``internal`` allows a host inside a
        local network, over https.
        """
        line = _Line(self)
        self._lines.add(line)
        nothing = Recollection()
        look = _Look(self, line, nothing, Allowance(deadline.total_seconds()), internal=internal, carried=carried)
        try:
            outcome, _unchanged = await converse(look.ask, exchange, nothing, memorable=_never)
            return Driven(outcome, unchanged=False, requests=look.requests, got_through=look.got_through)
        finally:
            self._lines.discard(line)
            await asyncio.shield(asyncio.ensure_future(line.drop()))

    async def renew(self) -> None:
        """Drop every connection: after sleep, or on another network, nothing comes through them any more."""
        for line in tuple(self._lines):
            await line.drop()

    async def close(self) -> None:
        """Close what is still open."""
        await self.renew()
        if self.transport is not None:
            await self.transport.aclose()

    @property
    def context(self) -> ssl.SSLContext:
        """The certificates we trust: read once, on first use."""
        if self._context is None:
            self._context = certificates.trusting_context()
        return self._context

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait until no other conversation asks this host: one request at a time for each."""
        turn = self._turns.setdefault(host, _Turn())
        turn.users += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.users -= 1
            if not turn.users:
                del self._turns[host]


class _Look:
    """The requests of one conversation: its time, its connections, what it remembers."""

    def __init__(
        self,
        network: Network,
        line: "_Line",
        recollection: Recollection,
        allowance: Allowance,
        *,
        internal: bool,
        carried: Carried | None = None,
    ) -> None:
        self.recollection = recollection
        self.requests = 0
        self.got_through = False
        self._network = network
        self._line = line
        self._allowance = allowance
        self._internal = internal
        self._carried = carried

    async def ask(self, request: Request) -> Response | FetchFailure:
        """Return the answer or the failure; for an optional request a status of 0 instead of a failure."""
        if not request.optional:
            return await self._fetch(request, self._allowance)
        granted = min(_OPTIONAL_DEADLINE, self._allowance.left - _KEPT_BACK)
        if granted <= 0:
            return Response(request.url, 0)
        allowance = Allowance(granted)
        answer = await self._fetch(request, allowance)
        self._allowance.left -= granted - allowance.left
        return Response(request.url, 0, failure=answer) if isinstance(answer, FetchFailure) else answer

    async def _fetch(self, request: Request, allowance: Allowance) -> Response | FetchFailure:
        try:
            return await self._follow(request, allowance)
        except FailedError as error:
            return error.failure

    async def _follow(self, request: Request, allowance: Allowance) -> Response:
        """Return the answer at the end of the redirects that we follow."""
        url = _parsed(request.url)
        seen: set[httpx.URL] = set()
        while True:
            self._check(url)
            seen.add(url)
            answer = await self._hop(url, request, allowance)
            if answer.status in request.accept:
                return answer
            host = _shown(url)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                raise FailedError(refusal(answer.status, answer.headers, host, self._network.now()))
            if self._carried is not None and not self._carried.is_login:
                raise failed(FailureKind.MOVED, f"{host} sends us elsewhere; a key is never sent on.", answer.status)
            target = self._target(url, answer)
            if _is_secret(request):
                raise failed(FailureKind.MOVED, f"{host} sends us elsewhere.", answer.status, _clean(target))
            if target in seen:
                raise failed(FailureKind.HTTP_ERROR, f"{host} sends us round in circles.", answer.status)
            if len(seen) > _HOPS_LIMIT:
                raise failed(FailureKind.HTTP_ERROR, f"{host} sends us on too many times.", answer.status)
            url = target

    def _check(self, url: httpx.URL) -> None:
        host = _shown(url)
        if url.userinfo:
            raise failed(FailureKind.INVALID, f"The address of {host} carries a user name or password.")
        if url.port is not None and url.port not in _PORTS:
            raise failed(FailureKind.INVALID, f"The address of {host} names a port that cannot be.")
        if url.scheme not in {"http", "https"} or not url.host:
            raise failed(FailureKind.INVALID, "The address is not one of the web.")
        if self._carried is not None and _address(url) != self._carried.host:
            raise failed(FailureKind.INVALID, f"This key is for {self._carried.host} only, not for {host}.")
        may_be_read = self._carried is None or self._carried.is_login or url.scheme == "https"
        if names_loopback(url.host) or (self._internal and may_be_read):
            return
        if url.scheme != "https":
            raise failed(FailureKind.INVALID, f"The address of {host} is not a secure one (https).")
        if is_inside(url.host):
            raise failed(FailureKind.INVALID, f"{host} is an address inside a local network.")

    def _target(self, url: httpx.URL, answer: Response) -> httpx.URL:
        """Return where a redirect leads if we follow it there: to the same host, not to a less secure way."""
        host = _shown(url)
        try:
            target = url.join(answer.headers["location"])
        except (httpx.InvalidURL, ValueError):
            raise failed(
                FailureKind.INVALID, f"{host} sends us to an address that cannot be read.", answer.status
            ) from None
        secure = target.scheme == "https" or (
            target.scheme == "http" and (self._internal or names_loopback(target.host))
        )
        upgrade = url.scheme == "http" and target.scheme == "https" and _port(target) == _HTTPS
        same = _host(url) == _host(target) and (_port(url) == _port(target) or upgrade)
        if same and secure and not target.userinfo:
            return target
        moved_to = _clean(target)
        where = f"to {_shown(target)}" if moved_to else "elsewhere"
        if target.scheme == "http" and target.host and not (is_inside(target.host) or names_loopback(target.host)):
            where = f"to {_shown(target)}, which is not a secure address (https)"
        raise failed(FailureKind.MOVED, f"{host} sends us {where}.", answer.status, moved_to)

    async def _hop(self, url: httpx.URL, request: Request, allowance: Allowance) -> Response:
        """Ask one address once (again where our own connection was to blame) and tell the sink."""
        try:
            async with self._network.turn(f"{_host(url)}:{_port(url)}"):
                answer = await self._once(url, request, allowance) or await self._once(
                    url, request, allowance, last=True
                )
            if answer is None:
                detail = "Our own pool of connections was exhausted; this says nothing about the host."
                raise failed(FailureKind.TIMEOUT, detail)
        except FailedError as error:
            self._tell(Exchanged(url=str(url), fail=error.failure.kind))
            raise
        self._tell(Exchanged(url=answer.url, status=answer.status, headers=answer.headers, body=answer.body))
        return answer

    async def _once(
        self, url: httpx.URL, request: Request, allowance: Allowance, *, last: bool = False
    ) -> Response | None:
        """Return the answer, or ``None`` where our own stale or missing connection was in the way."""
        host = _shown(url)
        seen = Progress(self._line.streams, tunnelled=url.scheme == "https")
        allowed = allowance.left
        self.requests += 1
        self.got_through = False
        try:
            async with allowance.running():
                seen.proxy = await self._proxy(url)
                seen.guarded = host if self._guards(url, seen.proxy) else ""
                return await self._exchange(url, request, seen)
        except FailedError:
            raise
        except UnpackingError as error:
            raise failed(error.kind, error.detail) from None
        except (TimeoutError, httpx.TimeoutException) as error:
            await self._line.drop()
            if isinstance(error, httpx.PoolTimeout):
                return None
            raise FailedError(faults.timed_out(seen.stage, host, allowed, seen.shown_proxy)) from None
        except Exception as error:  # noqa: BLE001  # whatever the network stack raises is our failure to look, no crash
            await self._line.drop()
            if isinstance(error, httpx.TransportError) and seen.was_stale and not last:
                return None
            if not isinstance(error, httpx.TransportError | OSError | UnicodeError):
                _log.warning("unexpected %s while asking %s", type(error).__name__, host)
            raise FailedError(await self._explained(error, url, seen, allowance)) from None
        finally:
            self.got_through = seen.stage in {Stage.WAITING, Stage.READING}

    async def _exchange(self, url: httpx.URL, request: Request, seen: Progress) -> Response:
        secret = self._carried is not None or _is_secret(request)
        address = str(url)
        headers = {
            "user-agent": self._network.settings.user_agent,
            "accept": "*/*",
            "accept-encoding": "identity" if secret else "gzip",
        }
        if not secret:
            headers.update(self.recollection.validators(address))
        headers.update({name.lower(): value for name, value in request.headers.items()})
        method, body = "GET", b""
        if self._carried is not None:
            method, body = request.method, request.body
            headers["user-agent"] = KEY_USER_AGENT
            _add_key(headers, self._carried)
        wire = httpx.Request(
            method,
            url,
            content=body or None,
            headers=headers,
            extensions={"trace": seen.note, "timeout": {"pool": _POOL_PATIENCE}},
        )
        answer = await self._line.transport(url.scheme, seen.proxy).handle_async_request(wire)
        seen.stage = Stage.READING
        try:
            kept = {name: _clip(value) for name, value in answer.headers.items() if name not in _UNKEPT}
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                recalled = None if secret else self.recollection.recall(address, kept)
                if recalled is None:
                    raise failed(
                        FailureKind.INVALID, f"{_shown(url)} says that nothing changed, but we have nothing of it."
                    )
                return recalled
            if answer.status_code == httpx.codes.PROXY_AUTHENTICATION_REQUIRED and seen.proxy is not None:
                raise failed(FailureKind.PROXY, f"The proxy {seen.shown_proxy} wants a login (407).")
            unpacker = Unpacker(answer.headers, request.limit, _shown(url))
            async for piece in cast("httpx.AsyncByteStream", answer.stream):
                unpacker.add(piece)
        finally:
            await answer.aclose()
        response = Response(address, answer.status_code, unpacker.body(), MappingProxyType(kept))
        if self._carried is not None and not self._carried.is_login:
            return _without_key(response, self._carried.secret)
        if response.status == httpx.codes.OK and not secret:
            self.recollection.hold(response)
        return response

    async def _proxy(self, url: httpx.URL) -> Proxy | None:
        if self._network.transport is not None:
            return None
        settings = self._network.settings
        which = partial(
            proxy_for, settings.proxy_mode, settings.proxy_url, scheme=url.scheme, host=url.host, port=_port(url)
        )
        found = which() if sys.platform == "linux" else await asyncio.to_thread(which)
        if isinstance(found, BrokenProxy):
            raise failed(FailureKind.PROXY, found.detail)
        return found

    def _guards(self, url: httpx.URL, proxy: Proxy | None) -> bool:
        """Return whether the address that we get connected to must be a public one."""
        return not self._internal and proxy is None and not names_loopback(url.host)

    async def _explained(self, error: Exception, url: httpx.URL, seen: Progress, allowance: Allowance) -> FetchFailure:
        host = _shown(url)
        if isinstance(error, httpx.ProxyError):
            detail = f"The proxy {seen.shown_proxy} did not let us through to {host}."
            return FetchFailure(kind=FailureKind.PROXY, detail=detail)
        if isinstance(error, httpx.RemoteProtocolError) and not _is_cut(error):
            return FetchFailure(kind=FailureKind.INVALID, detail=f"{host} did not answer in proper HTTP.")
        refused = faults.tls_error(error)
        if refused is not None and seen.peer and certificates.signer_is_unknown(refused) and allowance.left > 0:
            signer = await self._signer(url, seen.peer, min(allowance.left, _SIGNER_PATIENCE))
            return FetchFailure(kind=FailureKind.TLS, detail=certificates.sentence(refused, host, signer))
        return faults.classified(error, seen.stage, host, seen.shown_proxy)

    @staticmethod
    async def _signer(url: httpx.URL, peer: str, patience: float) -> str:
        try:
            async with asyncio.timeout(patience):
                return await certificates.signer_of(peer, _port(url), url.raw_host.decode("ascii"))
        except TimeoutError:
            return ""

    def _tell(self, exchanged: Exchanged) -> None:
        if self._network.sink is not None and self._carried is None:
            self._network.sink(exchanged)


class _Line:
    """The connections of one conversation: made on first use, dropped as a whole."""

    def __init__(self, network: Network, context: ssl.SSLContext | None = None) -> None:
        self.streams: list[Stream] = []
        self._network = network
        self._context = context
        self._transports: dict[tuple[str, Proxy | None], httpx.AsyncBaseTransport] = {}

    def transport(self, scheme: str, proxy: Proxy | None) -> httpx.AsyncBaseTransport:
        """Return what carries a request, through ``proxy`` or directly."""
        if self._network.transport is not None:
            return self._network.transport
        if (scheme, proxy) not in self._transports:
            ours = self._context or self._network.context if scheme == "https" else None
            secure = ours or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            via = None
            if proxy is not None:
                via = httpx.Proxy(proxy.url, ssl_context=self._network.context if proxy.is_secure else None)
            self._transports[scheme, proxy] = httpx.AsyncHTTPTransport(
                verify=secure, trust_env=False, limits=_LIMITS, proxy=via
            )
        return self._transports[scheme, proxy]

    async def drop(self) -> None:
        """Close every connection, also those that a cancelled request left behind."""
        transports, self._transports = self._transports, {}
        streams, self.streams[:] = tuple(self.streams), []
        for each in (*(transport.aclose for transport in transports.values()), *(each.aclose for each in streams)):
            try:
                await each()
            except Exception as error:  # noqa: BLE001  # what cannot be closed properly is gone all the same
                _log.debug("closing failed: %s", type(error).__name__)


class _Turn(Struct):
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class _Answering(httpx.AsyncBaseTransport):
    def __init__(self, answer: Callable[[str], Exchanged]) -> None:
        self._answer = answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        found = self._answer(str(request.url))
        if found.fail is not None:
            raise failed(found.fail, _REPLAYED.format(host=_shown(request.url), kind=found.fail.value))
        return httpx.Response(found.status, headers=dict(found.headers), stream=httpx.ByteStream(found.body))


def answering(answer: Callable[[str], Exchanged]) -> httpx.AsyncBaseTransport:
    """Return a transport that opens no socket: ``answer`` says what came back from a URL, or how it failed."""
    return _Answering(answer)


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise failed(FailureKind.INVALID, "The address cannot be read.") from None


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii").lower().rstrip(".")


def _port(url: httpx.URL) -> int:
    return url.port or {"https": 443, "http": 80}.get(url.scheme, 0)


def _shown(url: httpx.URL) -> str:
    host = f"[{_host(url)}]" if ":" in _host(url) else _host(url)
    return _clip(host if url.port is None else f"{host}:{url.port}", _HOST_LIMIT)


def _address(url: httpx.URL) -> str:
    """Return host and port as ``Carried.host`` has them."""
    host = f"[{_host(url)}]" if ":" in _host(url) else _host(url)
    return host if url.scheme == "https" and _port(url) == _HTTPS else f"{host}:{_port(url)}"


def _add_key(headers: dict[str, str], carried: Carried) -> None:
    """Put the key into its header: here, and nowhere else, it leaves its wrapping on the way out.

    A request that has this header already, and empty, asks to go without the key (a comparison).
    """
    if headers.get(carried.auth.header.lower()) == "":
        del headers[carried.auth.header.lower()]
        return
    key = carried.secret.reveal()
    if not key or not key.isascii() or not key.isprintable():
        raise failed(FailureKind.INVALID, "This key has characters that cannot be sent.")
    name, value = carried.auth.field_for(key)
    headers[name.lower()] = value


def _without_key(response: Response, secret: Secret) -> Response:
    """Return the answer with the key taken out: providers echo keys back."""
    headers = {name: secret.hidden_in(value) for name, value in response.headers.items()}
    return Response(response.url, response.status, secret.hidden_in_bytes(response.body), MappingProxyType(headers))


def _clean(target: httpx.URL) -> str | None:
    """Return where a page moved to, fit to be shown and followed by a person: https, no user name, no query."""
    if target.scheme != "https" or not target.host or is_inside(target.host) or names_loopback(target.host):
        return None
    path = target.raw_path.decode("ascii", "replace").partition("?")[0]
    return _clip(f"https://{_shown(target)}{path}", _ADDRESS_LIMIT)


def _is_secret(request: Request) -> bool:
    return any(name.lower() in _SECRETS for name in request.headers)


def _is_open(request: Request) -> bool:
    return not _is_secret(request)


def _never(_request: Request) -> bool:
    return False


def _is_cut(error: httpx.RemoteProtocolError) -> bool:
    """Return whether the answer ended too early, as against one that is no HTTP; h11 tells it in words only."""
    return any(word in str(error) for word in ("closed", "disconnected"))


def _clip(text: str, limit: int = _HEADER_LIMIT) -> str:
    return text[:limit]
