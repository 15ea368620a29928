import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.probes import classify
from trayapp.probes.waiting import LONGEST_WAIT, wait_asked_for

DATE = "Sun, 22 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "message", "wait"),
    [
        ({"retry-after": "12"}, "", 12.0),
        ({"retry-after": "1.5"}, "", 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, "", 1.5),
        ({"retry-after": "999999999"}, "", LONGEST_WAIT),
        ({"retry-after": "-5"}, "", None),
        ({"retry-after": "nan"}, "", None),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT", "date": DATE}, "", 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT", "date": DATE}, "", 0.0),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, "", None),
        ({}, "Please try again in 2.5s.", 2.5),
        ({}, "retry in 120 s", 120.0),
        ({}, "Please retry after 2 minutes.", 120.0),
        ({}, "try again in 1h2m3s", 3723.0),
        ({}, "retry in 500ms", 0.5),
        ({}, "Retry the request in 1 hour", 3600.0),
        ({}, "later", None),
        ({"ratelimit": '"api";r=0;t=286'}, "", 286.0),
        ({"ratelimit": '"api";t=286;r=0'}, "", 286.0),
        ({"ratelimit": '"api";r=5;t=286'}, "", None),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1.728s"}, "", 1.728),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "120ms"}, "", 0.12),
        ({"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "120ms"}, "", None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795348860", "date": DATE}, "", 60.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795348860000", "date": DATE}, "", 60.0),
        (
            {
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2026-11-22T12:00:09Z",
                "date": DATE,
            },
            "",
            9.0,
        ),
    ],
)
def test_every_way_of_asking_us_to_wait(headers: dict[str, str], message: str, wait: float | None) -> None:
    assert wait_asked_for(headers, message) == pytest.approx(wait)


def test_a_delay_in_the_body_is_read() -> None:
    assert wait_asked_for({}, "", ("soon", "34.4s")) == 34.4


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date", "ratelimit"]), st.text(max_size=40)))
def test_no_header_makes_it_raise(headers: dict[str, str]) -> None:
    wait = wait_asked_for(headers, "")

    assert wait is None or 0 <= wait <= LONGEST_WAIT


def test_header_names_may_have_any_case() -> None:
    assert classify("groq", 429, {"RETRY-AFTER": "3"}, b"").retry_after == 3.0


def test_a_good_answer_asks_for_no_wait() -> None:
    body = b'{"object": "list", "data": [{"id": "m"}]}'

    assert classify("groq", 200, {"retry-after": "3"}, body).retry_after is None


def test_a_refusal_keeps_only_the_plain_wish() -> None:
    body = b'{"error": {"code": "invalid_api_key", "message": "Invalid API key. Try again in 5s."}}'

    assert classify("groq", 401, {}, body).retry_after is None
    assert classify("groq", 401, {"retry-after": "60"}, body).retry_after == 60.0
