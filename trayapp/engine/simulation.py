"""Event loops whose time is simulated: as fast as the work allows, or some times faster than real."""

import asyncio
import selectors
import time
from collections.abc import Callable
from datetime import datetime, timedelta

_Events = list[tuple[selectors.SelectorKey, int]]


class _JumpingSelector(selectors.DefaultSelector):
    """Waits by moving simulated time forward; real events (a wake-up from a thread) still count."""

    def __init__(self, move: Callable[[float], None]) -> None:
        super().__init__()
        self._move = move

    def select(self, timeout: float | None = None) -> _Events:
        events = super().select(0 if timeout is None or timeout > 0 else timeout)
        if events or timeout is None:
            return events or super().select(timeout)
        if timeout > 0:
            self._move(timeout)
        return []


class JumpingLoop(asyncio.SelectorEventLoop):
    """A loop that never waits: while nothing is to be done its time jumps to the next timer."""

    def __init__(self) -> None:
        self._simulated = 0.0
        super().__init__(_JumpingSelector(self._move))

    def _move(self, seconds: float) -> None:
        self._simulated += seconds

    def time(self) -> float:
        """Return simulated seconds since the start."""
        return self._simulated


class _HastySelector(selectors.DefaultSelector):
    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> _Events:
        return super().select(timeout if timeout is None or timeout <= 0 else timeout / self._speed)


class HastyLoop(asyncio.SelectorEventLoop):
    """A loop whose time runs ``speed`` times as fast as real time."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._start = time.monotonic()
        super().__init__(_HastySelector(speed))

    def time(self) -> float:
        """Return simulated seconds since the start."""
        return (time.monotonic() - self._start) * self._speed


class SimulatedWall:
    """The time of day in a simulation; the machine can fall asleep in it. Made inside a running loop."""

    def __init__(self, start: datetime) -> None:
        self._loop = asyncio.get_running_loop()
        self._start = start
        self._began = self._loop.time()
        self._slept = timedelta()
        self._told: list[Callable[[], None]] = []

    def on_jump(self, told: Callable[[], None]) -> Callable[[], None]:
        """Call back whenever the machine wakes, as a real one tells; return how to end that."""
        self._told.append(told)
        return lambda: self._told.remove(told)

    def __call__(self) -> datetime:
        """Return the simulated time of day, UTC."""
        return self._start + timedelta(seconds=self._loop.time() - self._began) + self._slept

    def sleep(self, start: datetime, until: datetime) -> None:
        """Put the machine to sleep: at ``start`` the wall jumps to ``until`` while the loop stands still."""
        delay = (start - self()).total_seconds()
        self._loop.call_later(max(0.0, delay), self._jump, until)

    def _jump(self, until: datetime) -> None:
        self._slept += max(timedelta(), until - self())
        for told in tuple(self._told):
            told()
