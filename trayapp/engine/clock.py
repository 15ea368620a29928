"""The one door to the clock: steady inside, the wall's time outside."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol

from msgspec import Struct

SLEEP_AFTER = timedelta(seconds=60)
"""A wall clock this far ahead of the steady one means sleep (or a clock set forward)."""
SET_AFTER = timedelta(seconds=1)
"""A smaller difference is two clocks that do not run quite alike."""
STOOD_STILL_AFTER = timedelta(seconds=60)
"""Nobody compared the clocks for so long, where every half minute is the rule: the process stood still, or the
steady clock went on while the machine slept (as on Windows)."""


class Wall(Protocol):
    """Something that tells the time of day, in UTC."""

    def __call__(self) -> datetime:
        """Return the time of day."""


def wall_time() -> datetime:
    """Return the machine's own idea of the time, in UTC."""
    return datetime.now(UTC)


class Gap(Struct, frozen=True):
    """The wall clock went on without us from ``start`` to ``end`` (UTC): asleep, or the clock was set."""

    start: datetime
    end: datetime


class ClockSet(Struct, frozen=True):
    """The wall clock moved ``by`` so much against the steady one, and it is ``now`` (UTC). Back is negative."""

    now: datetime
    by: timedelta


class Clock:
    """Time for the engine: the wall's reading at the start, advanced by the loop's steady clock.

    A wall clock that jumps neither ages an answer nor keeps it fresh by itself: :meth:`check` compares the
    two and says what happened, and only then follows the wall. Must be made inside a running loop. Where
    ``stood_still_after`` is ``None`` a long time between two checks means nothing (a simulation that lags).
    """

    def __init__(self, wall: Wall = wall_time, stood_still_after: timedelta | None = STOOD_STILL_AFTER) -> None:
        self._wall = wall
        self._stood_still_after = stood_still_after
        self._loop = asyncio.get_running_loop()
        self._base = wall()
        self._began = self._checked = self._loop.time()

    def now(self) -> datetime:
        """Return the time in UTC; it never runs backwards between two checks."""
        return self._base + timedelta(seconds=self._loop.time() - self._began)

    def check(self) -> Gap | ClockSet | None:
        """Compare with the wall clock and follow it; return what happened, if anything did.

        ===========================================  =========================
        since the last check                         then
        ===========================================  =========================
        the wall went ahead by more than a minute    a gap, from our time to the wall's
        nobody checked for more than a minute        a gap, from the last check to now
        the wall moved by a second or more           the clock was set; the wall is followed
        the wall is behind by less                   nothing, and our time goes on as it was
        ===========================================  =========================
        """
        steady = self._loop.time()
        ours, theirs = self.now(), self._wall()
        unwatched = timedelta(seconds=steady - self._checked)
        self._checked = steady
        ahead = theirs - ours
        if -SET_AFTER < ahead < timedelta(0):
            theirs = ours
        self._base, self._began = theirs, steady
        if ahead > SLEEP_AFTER:
            return Gap(ours, theirs)
        if self._stood_still_after is not None and unwatched > self._stood_still_after:
            return Gap(theirs - unwatched, theirs)
        if abs(ahead) >= SET_AFTER:
            return ClockSet(theirs, ahead)
        return None
