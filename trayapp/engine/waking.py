"""The time after sleep: who is asked how soon, and what waits for one digest."""

from datetime import datetime, timedelta

from msgspec import Struct

GRACE = timedelta(seconds=45)
"""Networks need a moment after sleep; what happened meanwhile is told as one digest after it."""
SOON = timedelta(seconds=10)
"""In that time a page that was not reached is asked again so soon."""


class Waking(Struct):
    """Knows whether the machine has just woken. ``count`` tells looks from before and after it apart."""

    count: int = 0
    gather_until: datetime | None = None
    """Until when (UTC) alerts are gathered."""
    _nobody_answered: bool = False

    def woke(self, now: datetime) -> None:
        """Begin the grace period."""
        self.interrupt()
        self.gather_until = now + GRACE
        self._nobody_answered = True

    def interrupt(self) -> None:
        """What is being asked now may never be answered, and that says nothing."""
        self.count += 1

    def answered(self, now: datetime) -> bool:
        """Note that a page answered; return whether it is the first one since: the digest waits for the others."""
        if not self._nobody_answered:
            return False
        self._nobody_answered = False
        self.gather_until = now + GRACE
        return True

    def look(self, now: datetime) -> None:
        """Let the grace period end."""
        if self.gather_until is not None and now >= self.gather_until:
            self.gather_until = None

    def moved(self, by: timedelta) -> None:
        """The clock was set."""
        if self.gather_until is not None:
            self.gather_until += by

    def sooner(self, delay: timedelta) -> timedelta:
        """Return how long to wait after a look that did not get through."""
        return delay if self.gather_until is None else min(delay, SOON)
