"""Runs what people asked for with "It fails for me": everybody is asked at once, and every 30 s for 15 minutes."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta

from msgspec.structs import replace

from trayapp.deferral import deferred
from trayapp.domain import inquiry as steps
from trayapp.domain.inquiry import Inquiry

with deferred():
    from trayapp.engine import diagnosis

Ask = Callable[[Inquiry], Awaitable["diagnosis.Diagnosis | None"]]
"""Asks everybody once; ``None`` where there is nobody to ask any more."""
Heard = Callable[[Inquiry, "diagnosis.Diagnosis", bool], None]
"""Hears of each round: the inquiry with it, what it brought, and whether its verdict is a new one."""


class Inquiries:
    """The inquiries of one engine, by provider; a new one about the same provider goes on with the old one."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        start: Callable[[Coroutine[None, None, None]], None],
        ask: Ask,
        heard: Heard,
        changed: Callable[[], None],
    ) -> None:
        """Ask nobody yet. ``start`` begins a coroutine and ends it with the engine."""
        self._now = now
        self._start = start
        self._ask = ask
        self._heard = heard
        self._changed = changed
        self._open: dict[str, Inquiry] = {}
        self._hurry: dict[str, asyncio.Event] = {}

    @property
    def shown(self) -> tuple[Inquiry, ...]:
        """Every inquiry that nobody has put away, the newest first."""
        return tuple(sorted(self._open.values(), key=lambda each: each.began_at, reverse=True))

    def begin(self, provider: str, name: str, page_ids: tuple[str, ...], lasts: timedelta = steps.LASTS) -> None:
        """Ask everybody now. An inquiry that runs already begins its time again."""
        fresh = steps.begin(provider, name, page_ids, self._now(), lasts)
        if provider in self._hurry:
            self._open[provider] = replace(self._open.get(provider, fresh), until=fresh.until, page_ids=page_ids)
            self._hurry[provider].set()
        else:
            self._open[provider] = fresh
            self._hurry[provider] = asyncio.Event()
            self._start(self._run(provider))
        self._changed()

    def end(self, provider: str) -> None:
        """Ask no more, and forget what came of it."""
        if self._open.pop(provider, None) is not None:
            self._changed()
        hurry = self._hurry.get(provider)
        if hurry is not None:
            hurry.set()

    async def _run(self, provider: str) -> None:
        hurry = self._hurry[provider]
        try:
            while (asked := self._open.get(provider)) is not None:
                asked_at = self._now()
                hurry.clear()
                self._open[provider] = replace(asked, is_asking=True)
                self._changed()
                found = await self._ask(asked)
                current = self._open.get(provider)
                if found is None or current is None:
                    self._open.pop(provider, None)
                    return
                after = steps.answered(current, found.verdict, found.causes, found.at)
                self._open[provider] = after
                self._heard(after, found, len(after.findings) > len(current.findings))
                self._changed()
                due = steps.next_round(after, asked_at, self._now())
                if due is None:
                    return
                await _wait(hurry, due - self._now())
        finally:
            del self._hurry[provider]
            left = self._open.get(provider)
            if left is not None:
                self._open[provider] = replace(left, is_asking=False)
            self._changed()


async def _wait(event: asyncio.Event, length: timedelta) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(length.total_seconds()):
            await event.wait()
