"""Plays a recorded page through an adapter: no network, no clock, the real generator.

A mood is a folder ``tests/pages/<platform>/<mood>/`` with the answers' files and ``expected.toml``.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from trayapp.domain.report import FailureKind
from trayapp.exchange import Exchange, Request, Response, UnreadableResponseError

PAGES = Path(__file__).parent / "pages"

_T = TypeVar("_T")
_MOST_REQUESTS = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """What a recorded page answers at one path. ``status`` 0 is a request that never arrives."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """One recorded page in one state, and what an adapter must make of it."""

    platform: str
    name: str
    url: str
    answers: Mapping[str, Answer]
    expected: Mapping[str, object]
    options: Mapping[str, str]
    status_fields: tuple[str, ...]
    carriers: tuple[str, ...] = ()
    with_history: bool = False
    open_incidents: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.platform}/{self.name}"


def replay(exchange: Exchange[_T], answers: Mapping[str, Answer]) -> _T:
    """Drive the exchange as the engine does, with answers by full address, by path and query, or by path.

    Anything else is a 404. A status that is not accepted ends the exchange as ``http_error``, or is sent as
    status 0 where the request is optional.
    """
    return conversation(exchange, answers)[0]


def conversation(exchange: Exchange[_T], answers: Mapping[str, Answer]) -> tuple[_T, tuple[Request, ...]]:
    """Drive the exchange and return its result with the requests it made."""
    requests: list[Request] = []
    try:
        request = next(exchange)
        while True:
            requests.append(request)
            assert len(requests) <= _MOST_REQUESTS, "the exchange never ends"
            request = exchange.send(_answered(request, answers))
    except StopIteration as end:
        result: _T = end.value
        return result, tuple(requests)
    finally:
        exchange.close()


def load(folder: Path) -> Mood:
    """Read one mood."""
    told = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    answers = {
        each["path"]: Answer(
            body=(folder / each["file"]).read_bytes() if "file" in each else b"",
            status=each.get("status", 200),
            headers={name.lower(): value for name, value in each.get("headers", {}).items()},
        )
        for each in told.get("answer", [])
    }
    return Mood(
        platform=folder.parent.name,
        name=folder.name,
        url=told["url"],
        answers=answers,
        expected=told["expected"],
        options=told.get("options", {}),
        status_fields=tuple(told.get("fuzz", {}).get("status_fields", ())),
        carriers=tuple(told.get("fuzz", {}).get("carriers", ())),
        with_history=told.get("with_history", False),
        open_incidents=frozenset(told.get("open_incidents", ())),
    )


def moods() -> tuple[Mood, ...]:
    """Read every mood of every platform, in a stable order."""
    return tuple(load(path.parent) for path in sorted(PAGES.glob("*/*/expected.toml")))


def with_body(mood: Mood, path: str, body: bytes) -> Mood:
    """Return the mood with another body at one path."""
    return replace(mood, answers={**mood.answers, path: replace(mood.answers[path], body=body)})


def _answered(request: Request, answers: Mapping[str, Answer]) -> Response:
    parts = urlsplit(request.url)
    wanted = (request.url, f"{parts.path}?{parts.query}" if parts.query else parts.path, parts.path)
    answer = next((answers[each] for each in wanted if each in answers), Answer(status=404))
    if answer.status in request.accept:
        return Response(url=request.url, status=answer.status, body=answer.body, headers=answer.headers)
    if request.optional:
        return Response(url=request.url, status=0)
    kind = FailureKind.HTTP_ERROR if answer.status else FailureKind.REFUSED
    raise UnreadableResponseError(f"The recorded page answers with HTTP {answer.status}.", kind)
