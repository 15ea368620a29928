"""When several providers fail together: looks at those that many stand on, seldom, and only then."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta

from trayapp.domain.provider import StatusPage
from trayapp.domain.snapshot import PageState
from trayapp.domain.verdict import shared_causes
from trayapp.engine.looking import Looker
from trayapp.engine.survey import look_once

EVERY = timedelta(minutes=2)
DEADLINE = timedelta(seconds=10)
_SEVERAL = 2


class CommonCauses:
    """What is known of them in one engine. ``changed`` is called when there is something new."""

    def __init__(
        self,
        *,
        looker: Callable[[], Looker],
        now: Callable[[], datetime],
        start: Callable[[Coroutine[None, None, None]], None],
        changed: Callable[[], None],
    ) -> None:
        """Look at nothing yet. ``start`` begins a coroutine and ends it with the engine."""
        self._looker = looker
        self._now = now
        self._start = start
        self._changed = changed
        self._states: tuple[PageState, ...] = ()
        self._looked_at: datetime | None = None

    def want(self, failing: frozenset[str], pages: tuple[StatusPage, ...]) -> None:
        """Look, where several providers fail and nobody has looked in the last two minutes."""
        now = self._now()
        is_fresh = self._looked_at is not None and timedelta(0) <= now - self._looked_at < EVERY
        if len(failing) >= _SEVERAL and pages and not is_fresh:
            self._looked_at = now
            self._start(self._look(pages))

    def of(self, failing: frozenset[str], watched: tuple[PageState, ...]) -> tuple[PageState, ...]:
        """Return the pages in trouble, watched or looked at here, that may explain why these providers fail.

        It is a hint, no verdict.
        """
        return shared_causes(failing, (*watched, *self._states), self._now())

    async def _look(self, pages: tuple[StatusPage, ...]) -> None:
        looker = self._looker()
        looks = (look_once(each, looker, self._now, EVERY, DEADLINE) for each in pages)
        self._states = tuple(await asyncio.gather(*looks))
        self._changed()
