"""A conversation over HTTP as a generator: an adapter yields requests and is sent responses.

The generator cannot reach the network, so it needs no time-outs, no retries and no mocks; one driver
(``engine/http.py``) owns all of that. httpx's own ``auth_flow`` is the precedent.
"""

from collections.abc import Callable, Container, Generator, Mapping
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct, field

from trayapp.domain.report import FailureKind, FetchFailure, StatusReport

DEFAULT_LIMIT = 1_000_000
"""Bytes of a decoded body we read at the most."""
LARGE_LIMIT = 8_000_000
"""For feeds known to be large: Google's has been over 4 MiB (platforms.md 2.5)."""

_T = TypeVar("_T")
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Request(Struct, frozen=True, kw_only=True):
    """What an adapter wants fetched. A status outside ``accept`` ends the conversation as a failure.

    ``optional`` requests never end it: when one fails, the adapter is sent a response with status 0.
    ``method`` is anything but GET only for the free POST checks of keys that a provider documents (``probes``);
    ``body`` is then what is sent, never a secret.
    """

    url: str
    accept: Container[int] = frozenset({200})
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)
    limit: int = DEFAULT_LIMIT
    optional: bool = False
    method: str = "GET"
    body: bytes = b""


class Response(Struct, frozen=True):
    """What came back. ``body`` is decoded from its transfer and content coding; header names are lower case.

    ``failure`` is why there is no answer to an optional request, whose ``status`` is 0 then.
    """

    url: str
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)
    failure: FetchFailure | None = None

    @property
    def content_type(self) -> str:
        """Return the bare media type in lower case, or an empty string."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class UnreadableResponseError(Exception):
    """A response that is not what the adapter can read; the driver turns it into a failure."""

    def __init__(self, detail: str, kind: FailureKind = FailureKind.INVALID, *, http_status: int | None = None) -> None:
        """Keep the sentence for a person, the kind for the contract, and the status where it says more."""
        super().__init__(detail)
        self.detail = detail
        self.kind = kind
        self.http_status = http_status


Exchange = Generator[Request, Response, _T]
"""A conversation that ends with a ``_T``: ``answer = yield Request(...)`` and finally ``return result``."""


def knowing(exchange: Exchange[_T], answers: Mapping[str, Response]) -> Exchange[_T]:
    """Run a conversation; what was asked a moment ago is answered out of ``answers``, by address."""
    known = dict(answers)
    try:
        request = next(exchange)
        while True:
            answer = known.pop(request.url, None)
            if answer is None or not _fits(answer, request):
                answer = yield request
            request = exchange.send(answer)
    except StopIteration as end:
        result: _T = end.value
        return result
    finally:
        exchange.close()


def _fits(answer: Response, request: Request) -> bool:
    is_plain = request.method == "GET" and not request.headers
    return is_plain and answer.status in request.accept and len(answer.body) <= request.limit


class Ask(Struct, frozen=True, kw_only=True):
    """What the engine tells an adapter before a look.

    ``open_incidents`` are the ids that were open at the last look: where one is missing now, an adapter
    may ask for the page's list of recent incidents to learn its ending. ``with_history`` asks for that
    list in any case (first look, then about every half hour), so that incidents posted already resolved
    are stored too.
    """

    url: str
    options: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)
    open_incidents: frozenset[str] = frozenset()
    with_history: bool = False


class Platform(Struct, frozen=True, kw_only=True):
    """A status-page platform: how to read it and how to know it.

    ``recognises`` tells from one response's body alone whether it is this platform's (never from its host
    or headers); it must be strict enough that no two platforms claim the same body. ``paths`` are where
    its data lie below a page's base address, best first; ``hosts`` are addresses known to speak it.
    """

    name: str
    read: Callable[[Ask], Exchange[StatusReport]]
    recognises: Callable[[Response], bool]
    paths: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
