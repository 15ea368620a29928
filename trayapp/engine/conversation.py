"""How a conversation is driven: first what was asked the last time, the generator only where something changed."""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from trayapp.domain.report import FetchFailure
from trayapp.engine.recollection import Recollection, Step
from trayapp.exchange import Exchange, Request, Response, UnreadableResponseError

_T = TypeVar("_T")

Ask = Callable[[Request], Awaitable[Response | FetchFailure]]
_Fetched = deque[tuple[Request, Response]]


async def converse(
    ask: Ask, exchange: Callable[[], Exchange[_T]], known: Recollection, *, memorable: Callable[[Request], bool]
) -> tuple[_T | FetchFailure, bool]:
    """Return the outcome, and whether it is the very one of the last time.

    An adapter is a function of its answers: with the same answers to the same requests it is not started at all.
    A failed conversation is not kept, nor one with a request that is not ``memorable``.
    """
    fetched = await _asked_again(ask, known)
    if isinstance(fetched, FetchFailure):
        return fetched, False
    if fetched is None:
        return cast("_T", known.outcome), True

    known.forget()
    steps: list[Step] = []
    try:
        outcome = await _led_by(exchange(), ask, fetched, steps)
    except UnreadableResponseError as error:
        return FetchFailure(kind=error.kind, detail=error.detail, http_status=error.http_status), False
    if not isinstance(outcome, FetchFailure) and all(memorable(step.request) for step in steps):
        known.learn(tuple(steps), outcome)
    return outcome, False


async def _asked_again(ask: Ask, known: Recollection) -> _Fetched | FetchFailure | None:
    """Repeat the requests of the last time up to the first new answer; ``None`` if there was no new one."""
    fetched: _Fetched = deque()
    for step in known.steps:
        answer = await ask(step.request)
        if isinstance(answer, FetchFailure):
            return answer
        fetched.append((step.request, answer))
        if Step.of(step.request, answer) != step:
            return fetched
    return None if known.steps else fetched


async def _led_by(conversation: Exchange[_T], ask: Ask, fetched: _Fetched, steps: list[Step]) -> _T | FetchFailure:
    """Let the adapter lead, with what is already ``fetched`` for as long as it asks for that."""
    try:
        request = next(conversation)
        while True:
            answer: Response | FetchFailure
            if fetched and fetched[0][0] == request:
                answer = fetched.popleft()[1]
            else:
                fetched.clear()
                answer = await ask(request)
            if isinstance(answer, FetchFailure):
                return answer
            steps.append(Step.of(request, answer))
            request = conversation.send(answer)
    except StopIteration as end:
        return cast("_T", end.value)
    finally:
        conversation.close()
