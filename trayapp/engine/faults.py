"""Why a request brought no answer: exceptions of sockets, names and certificates as words for a person."""

import errno
import socket
import ssl
from collections.abc import Iterator
from enum import Enum

from trayapp.deferral import deferred
from trayapp.domain.report import FailureKind, FetchFailure

with deferred():
    from trayapp.engine import certificates


class Stage(Enum):
    """How far a request had come; the value says what did not happen in time."""

    CONNECTING = "{host} could not be reached within {seconds} seconds."
    SECURING = "{host} did not agree on a secure connection within {seconds} seconds."
    WAITING = "{host} took the question but did not answer within {seconds} seconds."
    READING = "{host} did not finish its answer within {seconds} seconds."


class FailedError(Exception):
    """Carries a failure from where it is known to where the request was made; it never leaves the engine's door."""

    def __init__(self, failure: FetchFailure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


def failed(kind: FailureKind, detail: str, status: int | None = None, moved_to: str | None = None) -> FailedError:
    """Return the exception to raise."""
    return FailedError(FetchFailure(kind=kind, detail=detail, http_status=status, moved_to=moved_to))


_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN})


def timed_out(stage: Stage, host: str, seconds: float, proxy: str = "") -> FetchFailure:
    """Return the failure for a deadline that passed at ``stage``."""
    shown = f"{round(seconds, 1) or seconds:.4g}"
    if stage is Stage.CONNECTING and proxy:
        detail = f"The proxy {proxy} did not let us through to {host} within {shown} seconds."
        return FetchFailure(kind=FailureKind.PROXY, detail=detail)
    return FetchFailure(kind=FailureKind.TIMEOUT, detail=stage.value.format(host=host, seconds=shown))


def classified(error: BaseException, stage: Stage, host: str, proxy: str = "") -> FetchFailure:
    """Return the failure for an exception out of the network stack. The first row that fits wins.

    ===============================  ================================
    somewhere in its chain           kind
    ===============================  ================================
    anything before the proxy is by  proxy
    a name that does not resolve     dns
    a certificate or TLS error       tls (reset where it was cut off)
    connection refused               refused
    no route, network down           offline
    the system's own time-out        timeout
    anything else                    reset
    ===============================  ================================
    """
    if proxy and stage is Stage.CONNECTING:
        return FetchFailure(kind=FailureKind.PROXY, detail=f"The proxy {proxy} could not be reached.")
    causes = tuple(chain(error))
    for kinds, kind, template in _ROWS:
        if any(isinstance(each, kinds) for each in causes):
            return FetchFailure(kind=kind, detail=template.format(host=host))
    tls = tls_error(error)
    if tls is not None:
        return FetchFailure(kind=FailureKind.TLS, detail=certificates.sentence(tls, host))
    if any(isinstance(each, OSError) and each.errno in _NO_ROUTE for each in causes):
        return FetchFailure(kind=FailureKind.OFFLINE, detail=f"This computer has no way to {host}: it looks offline.")
    return FetchFailure(kind=FailureKind.RESET, detail=_CUT_OFF[stage].format(host=host))


def tls_error(error: BaseException) -> ssl.SSLError | None:
    """Return the TLS error in the chain of ``error``, the one about the certificate first."""
    found = [each for each in chain(error) if isinstance(each, ssl.SSLError)]
    return min(found, key=lambda each: not isinstance(each, ssl.SSLCertVerificationError), default=None)


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield ``error`` and whatever led to it: causes, contexts, wrapped arguments, members of groups."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        members = each.exceptions if isinstance(each, BaseExceptionGroup) else ()
        sources = (each.__cause__, each.__context__, *members, *each.args)
        waiting.extend(source for source in sources if isinstance(source, BaseException))


_CUT = "{host} ended the connection."
_ROWS: tuple[tuple[tuple[type[BaseException], ...], FailureKind, str], ...] = (
    ((socket.gaierror, UnicodeError), FailureKind.DNS, "The name {host} could not be looked up."),
    ((ssl.SSLEOFError, ssl.SSLZeroReturnError), FailureKind.RESET, _CUT),
    ((ConnectionRefusedError,), FailureKind.REFUSED, "{host} refused the connection."),
    ((PermissionError,), FailureKind.REFUSED, "This computer does not allow a connection to {host}."),
    ((TimeoutError,), FailureKind.TIMEOUT, "{host} could not be reached in time."),
)
_CUT_OFF = {
    Stage.CONNECTING: "A connection to {host} could not be made.",
    Stage.SECURING: "{host} ended the connection before it was secure.",
    Stage.WAITING: "{host} ended the connection without an answer.",
    Stage.READING: "{host} ended the connection before its answer was complete.",
}
