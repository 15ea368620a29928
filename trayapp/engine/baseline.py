"""Does the own connection work? Two well-known hosts of two companies are asked, and the operating system's hint."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from msgspec import Struct

from trayapp.domain.report import FailureKind, FetchFailure
from trayapp.domain.verdict import BaselineKind, BaselineState, HostAnswer, after_baseline
from trayapp.engine.http import Network
from trayapp.exchange import Exchange, Request, Response

DEADLINE = timedelta(seconds=8)

_NO_CONTENT = 204
_LOGIN_WANTED = 511
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ANSWERS = frozenset(range(200, 600)) - _REDIRECTS - {_LOGIN_WANTED}
_DUE: Mapping[str, bytes] = MappingProxyType(
    {
        "generate_204": b"",
        "gen_204": b"",
        "hotspot-detect.html": b"Success",
        "connecttest.txt": b"Microsoft Connect Test",
        "ncsi.txt": b"Microsoft NCSI",
        "success.txt": b"success",
    }
)
"""What the usual addresses for this question answer; no body means 204."""
_SERVER_TROUBLE = 500
_ROUTES = (Path("/proc/net/route"), Path("/proc/net/ipv6_route"))
_ANYWHERE, _ANYWHERE_6, _UP = "00000000", "0" * 32, 1


class _Answer(Struct, frozen=True):
    status: int
    is_due: bool
    """Whether it is what this address answers; true where we do not know what it should be."""


async def ask_baseline(
    network: Network,
    hosts: tuple[str, ...],
    before: BaselineState,
    now: Callable[[], datetime],
    deadline: timedelta = DEADLINE,
) -> BaselineState:
    """Ask every host once, side by side, and return what is known then."""
    answers = await asyncio.gather(*(_ask_host(network, each, deadline) for each in hosts))
    return after_baseline(before, tuple(answers), now(), has_route=has_default_route())


def has_default_route(tables: tuple[Path, ...] = _ROUTES) -> bool | None:
    """Return whether this computer knows a way out, as Linux says; ``None`` elsewhere and where it says nothing.

    Only a hint: a way may lead nowhere, and a computer without one may still have a proxy.
    """
    if sys.platform != "linux":
        return None
    read = [text for text in map(_text_of, tables) if text is not None]
    return any(_leads_out(line.split()) for text in read for line in text.splitlines()) if read else None


async def _ask_host(network: Network, url: str, deadline: timedelta) -> HostAnswer:
    driven = await network.drive(lambda: _ask(url), memory_key=f"baseline {url}", deadline=deadline)
    outcome = driven.outcome
    if isinstance(outcome, FetchFailure):
        kind = _failed(url, outcome, got_through=driven.got_through)
        return HostAnswer(url, kind, str(outcome.http_status or outcome.kind.value), outcome.detail)
    kind = BaselineKind.OK if outcome.is_due else BaselineKind.PORTAL
    return HostAnswer(url, kind, str(outcome.status))


def _ask(url: str) -> Exchange[_Answer]:
    answer = yield Request(url=url, accept=_ANSWERS)
    return _Answer(answer.status, _is_due(url, answer))


def _is_due(url: str, answer: Response) -> bool:
    """Return whether an answer is the host's own; an error of its own is one too."""
    due = _DUE.get(urlsplit(url).path.rpartition("/")[2].casefold())
    if due is None or answer.status >= _SERVER_TROUBLE:
        return True
    if not due:
        return answer.status == _NO_CONTENT or not answer.body.strip()
    return due.lower() in answer.body.lower()


def _failed(url: str, failure: FetchFailure, *, got_through: bool) -> BaselineKind:
    """Return what a failure says of the own connection. First match wins.

    =======================================  ===============
    failure                                  kind
    =======================================  ===============
    a certificate nobody vouches for         INTERCEPTED
    sent to another company's host, or 511   PORTAL
    no answer of the host's own application  FAILS
    anything else, where we know what is due PORTAL
    nobody was asked (an inside address)     FAILS
    anything else (too large, unreadable)    OK
    =======================================  ===============
    """
    if failure.kind is FailureKind.TLS:
        return BaselineKind.INTERCEPTED
    if failure.http_status == _LOGIN_WANTED:
        return BaselineKind.PORTAL
    if failure.kind is FailureKind.MOVED:
        return BaselineKind.OK if _is_same_site(url, failure.moved_to or "") else BaselineKind.PORTAL
    if failure.kind.is_transport:
        return BaselineKind.FAILS
    if urlsplit(url).path.rpartition("/")[2].casefold() in _DUE:
        return BaselineKind.PORTAL
    return BaselineKind.OK if got_through else BaselineKind.FAILS


def _is_same_site(url: str, target: str) -> bool:
    ours, theirs = (
        (urlsplit(each).hostname or "").casefold().rstrip(".").removeprefix("www.") for each in (url, target)
    )
    return bool(ours and theirs) and (ours == theirs or theirs.endswith(f".{ours}") or ours.endswith(f".{theirs}"))


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None


def _leads_out(fields: list[str]) -> bool:
    """Return whether a line of the kernel's routing tables is a default route of an interface that is up."""
    try:
        if len(fields) >= 11:  # noqa: PLR2004 - columns of /proc/net/route
            return fields[1] == _ANYWHERE and fields[7] == _ANYWHERE and bool(int(fields[3], 16) & _UP)
        is_default = fields[0] == _ANYWHERE_6 and fields[1] == "00" and fields[9] != "lo"
        return is_default and bool(int(fields[8], 16) & _UP)
    except (IndexError, ValueError):
        return False
