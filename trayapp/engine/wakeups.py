"""What tells a sleeping engine that the world has changed, without ever asking: the clock jumped, the network moved.

Linux tells both through file descriptors that cost nothing until something happens. Elsewhere nobody tells: there the
heartbeat notices sleep within half a minute, and the next look a new network.
"""

import asyncio
import contextlib
import os
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path

Told = Callable[[], None]
Hush = Callable[[], None]
"""Ends what was begun."""
Notice = Callable[[Told], Hush]

_CLOCK_REALTIME = 0
_NONBLOCK, _CLOEXEC = 0o4000, 0o2000000
_ABSTIME, _CANCEL_ON_SET = 1, 2
_NEVER = 2**40
"""Seconds since 1970: this timer is not there to go off, but to be cancelled when the clock is set or comes back from
sleep."""
_ROUTES = (Path("/proc/net/route"), Path("/proc/net/ipv6_route"))
_GROUPS = 0x40 | 0x400
"""rtnetlink: changes of IPv4 and of IPv6 routes."""
_SETTLED = 2.0
"""Seconds: a network that comes up changes many routes, one after the other."""


def nobody_tells(_told: Told) -> Hush:
    """Where there is nothing that would tell."""
    return lambda: None


def on_clock_jump(told: Told) -> Hush:
    """Call back on the running loop whenever the wall clock is set, also by waking from sleep."""
    timer = _timer_fd()
    if timer is None:
        return lambda: None
    return _Listening(timer, told, lambda: _arm(timer)).hush


def on_new_route(told: Told, routes: tuple[Path, ...] = _ROUTES) -> Hush:
    """Call back when there is another way out of this machine than before, once it has settled."""
    listener = _route_socket()
    if listener is None:
        return lambda: None
    return _Routes(listener, told, routes).hush


class _Listening:
    """Hears one file descriptor; ``again`` makes it ready for the next time."""

    def __init__(self, descriptor: int, told: Told, again: Told) -> None:
        self._loop = asyncio.get_running_loop()
        self._descriptor = descriptor
        self._told = told
        self._again = again
        again()
        self._loop.add_reader(descriptor, self._heard)

    def hush(self) -> None:
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)

    def _heard(self) -> None:
        with contextlib.suppress(OSError):  # "cancelled" is the very news
            os.read(self._descriptor, 8)
        self._again()
        self._told()


class _Routes:
    """Hears of routes, waits until they have settled, and tells only what matters: another default route."""

    def __init__(self, listener: socket.socket, told: Told, routes: tuple[Path, ...]) -> None:
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._told = told
        self._routes = routes
        self._known = ways_out(routes)
        self._timer: asyncio.TimerHandle | None = None
        self._loop.add_reader(listener.fileno(), self._heard)

    def hush(self) -> None:
        self._loop.remove_reader(self._listener.fileno())
        self._listener.close()
        if self._timer is not None:
            self._timer.cancel()

    def _heard(self) -> None:
        with contextlib.suppress(OSError):
            while self._listener.recv(65_536):
                pass
        if self._timer is None:
            self._timer = self._loop.call_later(_SETTLED, self._settled)

    def _settled(self) -> None:
        self._timer = None
        before, self._known = self._known, ways_out(self._routes)
        if self._known - before:
            self._told()


def ways_out(routes: tuple[Path, ...] = _ROUTES) -> frozenset[str]:
    """Return this machine's default routes, each by its interface and gateway."""
    found: set[str] = set()
    for path in routes:
        try:
            lines = path.read_text(encoding="ascii").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        found.update(each for each in map(_way_out, lines) if each)
    return frozenset(found)


def _way_out(line: str) -> str:
    fields = line.split()
    if len(fields) > 7 and fields[1] == fields[7] == "0" * 8:  # noqa: PLR2004 -- columns of /proc/net/route
        return f"{fields[0]} {fields[2]}"
    if len(fields) == 10 and fields[0] == "0" * 32 and fields[1] == "00" and fields[9] != "lo":  # noqa: PLR2004 -- ipv6
        return f"{fields[9]} {fields[4]}"
    return ""


def _timer_fd() -> int | None:
    if sys.platform != "linux":
        return None
    import ctypes  # noqa: PLC0415 -- only Linux has such timers, and Python 3.13 is the first to know them

    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = int(libc.timerfd_create(_CLOCK_REALTIME, _NONBLOCK | _CLOEXEC))
    return descriptor if descriptor >= 0 else None


def _arm(descriptor: int) -> None:
    import ctypes  # noqa: PLC0415 -- as above

    when = ctypes.create_string_buffer(struct.pack("=qqqq", 0, 0, _NEVER, 0))
    ctypes.CDLL(None, use_errno=True).timerfd_settime(descriptor, _ABSTIME | _CANCEL_ON_SET, when, None)


def _route_socket() -> socket.socket | None:
    if sys.platform != "linux":
        return None
    try:
        listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
    except OSError:
        return None
    try:
        listener.bind((0, _GROUPS))
    except OSError:
        listener.close()
        return None
    return listener
