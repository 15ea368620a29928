"""What makes a signed file believed, and every reason why one is not."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signing import OWNER, STRANGER, news, public, signed
from trayapp.domain.updates import SignedKind
from trayapp.engine.signatures import verify
from trayapp.exchange import Response
from trayapp.formats.announcement import release_of
from trayapp.formats.signed import (
    LARGEST_FILE,
    Opened,
    Refusal,
    RefusedFileError,
    fetch,
    is_public_key,
    opened,
)

PROGRAM, CATALOGUE = SignedKind.PROGRAM, SignedKind.CATALOGUE


def open_it(body: bytes, kind: SignedKind = PROGRAM, key: str = "", seen: Opened | None = None) -> Opened:
    return opened(body, kind, key or public(), verify, seen)


def test_a_file_signed_with_the_key_is_believed() -> None:
    assert open_it(signed("hello", serial=7)) == Opened(7, "hello")


def test_the_last_good_file_may_come_again_and_a_newer_one_may_follow() -> None:
    assert open_it(signed("hello", serial=7), seen=Opened(7, "hello")).serial == 7
    assert open_it(signed("hello", serial=7), seen=Opened(7, "")).serial == 7
    assert open_it(signed("bye", serial=8), seen=Opened(7, "hello")).payload == "bye"


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", Refusal.MALFORMED),
        (b"<html>Log in</html>", Refusal.MALFORMED),
        (b"[]", Refusal.MALFORMED),
        (b"{}", Refusal.MALFORMED),
        (b" " * (LARGEST_FILE + 1), Refusal.MALFORMED),
        (signed("x", schema="trayapp.signed/2"), Refusal.MALFORMED),
        (signed("x", serial=0), Refusal.MALFORMED),
        (signed("x", serial=-3), Refusal.MALFORMED),
        (signed("x", serial=2**60), Refusal.MALFORMED),
        (signed("x", kind=CATALOGUE), Refusal.WRONG_KIND),
        (signed("x", key=STRANGER), Refusal.BAD_SIGNATURE),
        (signed("x", payload="y"), Refusal.BAD_SIGNATURE),
        (signed("x", serial=3).replace(b'"serial": 3', b'"serial": 30'), Refusal.BAD_SIGNATURE),
        (signed("x", kind=CATALOGUE).replace(b"catalogue", b"program"), Refusal.BAD_SIGNATURE),
        (signed("x", signature="not base64"), Refusal.BAD_SIGNATURE),
        (signed("x", signature="äöü"), Refusal.BAD_SIGNATURE),
        (signed("x", signature=base64.b64encode(b"short").decode()), Refusal.BAD_SIGNATURE),
        (signed("x", signature=base64.b64encode(bytes(64)).decode()), Refusal.BAD_SIGNATURE),
    ],
)
def test_what_is_not_to_be_believed_is_refused_with_the_reason(body: bytes, refusal: Refusal) -> None:
    with pytest.raises(RefusedFileError) as caught:
        open_it(body)

    assert caught.value.refusal is refusal
    assert caught.value.detail.endswith(".")


@pytest.mark.parametrize("key", ["nonsense", base64.b64encode(b"short").decode(), base64.b64encode(bytes(32)).decode()])
def test_with_a_key_that_is_none_nothing_is_believed(key: str) -> None:
    with pytest.raises(RefusedFileError, match="key in the settings"):
        open_it(signed("x"), key=key)


def test_an_older_file_is_a_rollback() -> None:
    with pytest.raises(RefusedFileError, match=r"older \(serial 6\).*serial 7") as caught:
        open_it(signed("x", serial=6), seen=Opened(7, "x"))

    assert caught.value.refusal is Refusal.ROLLBACK


def test_one_serial_means_one_file() -> None:
    with pytest.raises(RefusedFileError) as caught:
        open_it(signed("x", serial=7), seen=Opened(7, "y"))

    assert caught.value.refusal is Refusal.REWRITTEN


@given(st.data())
def test_no_change_of_a_byte_makes_another_file_believed(data: st.DataObject) -> None:
    body = bytearray(signed("hello", serial=7))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))

    try:
        found = open_it(bytes(body))
    except RefusedFileError:
        return

    assert found == Opened(7, "hello")


def test_a_public_key_is_32_bytes_of_base64() -> None:
    assert is_public_key(public(OWNER))
    assert not is_public_key("short")


def test_a_file_is_asked_for_once_and_never_beyond_its_size() -> None:
    conversation = fetch("https://example.org/file.json")

    asked = next(conversation)
    with pytest.raises(StopIteration) as ended:
        conversation.send(Response(asked.url, 200, b"body"))

    assert (asked.url, asked.limit) == ("https://example.org/file.json", LARGEST_FILE)
    assert ended.value.value == b"body"


def test_an_announcement_is_read_as_plain_text() -> None:
    release = release_of(
        Opened(
            1, news("1.10", released_at="2026-11-25T12:00:00Z", news=["<b>Bold</b> new", "", "\u202eevil"] + 30 * ["x"])
        )
    )

    assert (release.version, release.url) == ("1.10", "https://example.org/new")
    assert release.released_at is not None
    assert release.news[:2] == ("Bold new", "evil")
    assert len(release.news) < 21


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "soon"},
        {"url": "http://example.org"},
        {"url": "https://"},
        {"url": "https://example.org/" + "x" * 600},
        {"news": "no list"},
    ],
)
def test_an_announcement_that_cannot_be_used_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(RefusedFileError) as caught:
        release_of(Opened(1, news(**changes)))

    assert caught.value.refusal is Refusal.UNUSABLE


def test_a_duplicate_name_does_not_hide_another_payload() -> None:
    fields = json.loads(signed("x"))
    body = json.dumps(fields)[:-1] + ', "payload": "y"}'

    with pytest.raises(RefusedFileError, match="twice"):
        open_it(body.encode())
