"""Conversations that know some answers already."""

from tests.replaying import Answer, conversation
from trayapp.exchange import Exchange, Request, Response, knowing

A, B = "https://a.example/a", "https://a.example/b"


def asking(*requests: Request) -> Exchange[list[bytes]]:
    found = []
    for request in requests:
        answer = yield request
        found.append(answer.body)
    return found


def known(body: bytes = b"known", status: int = 200) -> dict[str, Response]:
    return {A: Response(A, status, body)}


def played(exchange: Exchange[list[bytes]]) -> tuple[list[bytes], list[str]]:
    found, requests = conversation(exchange, {A: Answer(b"asked"), B: Answer(b"other")})
    return found, [each.url for each in requests]


def test_what_is_known_is_not_asked_again() -> None:
    assert played(knowing(asking(Request(url=A), Request(url=B)), known())) == ([b"known", b"other"], [B])


def test_it_is_known_once() -> None:
    assert played(knowing(asking(Request(url=A), Request(url=A)), known())) == ([b"known", b"asked"], [A])


def test_an_answer_that_the_request_would_not_take_is_asked_for() -> None:
    short = Request(url=A, limit=3)
    with_headers = Request(url=A, headers={"x": "1"})

    assert played(knowing(asking(Request(url=A)), known(status=404)))[1] == [A]
    assert played(knowing(asking(short), known()))[1] == [A]
    assert played(knowing(asking(with_headers), known()))[1] == [A]
    assert played(knowing(asking(Request(url=A)), {}))[1] == [A]


def test_a_conversation_without_a_question_ends() -> None:
    assert played(knowing(asking(), known())) == ([], [])
