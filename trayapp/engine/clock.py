"""The one door to the clock: steady inside, the wall's time outside."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

SLEEP_AFTER = timedelta(seconds=60)
"""A wall clock this far ahead of the steady one means sleep (or a clock set forward)."""
SET_BACK_AFTER = timedelta(seconds=5)


class Wall(Protocol):
    """Something that tells the time of day, in UTC."""

    def __call__(self) -> datetime:
        """Return the time of day."""


def wall_time() -> datetime:
    """Return the machine's own idea of the time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Gap:
    """The wall clock went on without us from ``start`` to ``end`` (UTC): asleep, or the clock was set."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class SetBack:
    """The wall clock was set back to ``now`` (UTC); times before are not comparable."""

    now: datetime


class Clock:
    """Time for the engine: the wall's reading at the start, advanced by the loop's steady clock.

    A wall clock that jumps neither ages an answer nor keeps it fresh by itself: :meth:`check` compares the
    two and says what happened, and only then follows the wall. Must be made inside a running loop.
    """

    def __init__(self, wall: Wall = wall_time) -> None:
        self._wall = wall
        self._loop = asyncio.get_running_loop()
        self._base = wall()
        self._began = self._loop.time()

    def now(self) -> datetime:
        """Return the time in UTC; it never runs backwards between two checks."""
        return self._base + timedelta(seconds=self._loop.time() - self._began)

    def check(self) -> Gap | SetBack | None:
        """Compare with the wall clock and follow it; return what jumped, if anything did."""
        ours = self.now()
        theirs = self._wall()
        ahead = theirs - ours
        self._base = theirs
        self._began = self._loop.time()
        if ahead > SLEEP_AFTER:
            return Gap(ours, theirs)
        if ahead < -SET_BACK_AFTER:
            return SetBack(theirs)
        return None
