import codecs
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.domain.report import FailureKind
from trayapp.exchange import Response, UnreadableResponseError
from trayapp.formats.body import decoded, matches, text_of


class Leaf(msgspec.Struct):
    name: str
    status: object = None


class Tree(msgspec.Struct):
    leaves: list[Leaf]


FINE = '{"leaves": [{"name": "Zürich", "status": "up", "more": [1]}], "unknown": {}}'


def response(body: bytes, content_type: str = "application/json") -> Response:
    return Response("https://status.acme.example/x.json", 200, body, {"content-type": content_type})


def failure(body: bytes) -> UnreadableResponseError:
    with pytest.raises(UnreadableResponseError) as caught:
        decoded(response(body), Tree)
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        FINE.encode(),
        codecs.BOM_UTF8 + FINE.encode(),
        codecs.BOM_UTF16_LE + FINE.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + FINE.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + FINE.encode("utf-32-le"),
        FINE.encode("utf-16-le"),
        FINE.encode("utf-16-be"),
        b"\r\n\t " + FINE.encode() + b"\x00\n",
    ],
)
def test_json_is_read_in_every_coding_it_comes_in(body: bytes) -> None:
    assert decoded(response(body), Tree).leaves == [Leaf("Zürich", "up")]


def test_a_declared_charset_is_believed_where_the_bytes_are_not_utf_8() -> None:
    body = FINE.encode("iso-8859-1")

    assert "Zürich" in text_of(response(body, 'application/json; charset="ISO-8859-1"'))
    assert "Z\ufffdrich" in text_of(response(body))
    assert "Z\ufffdrich" in text_of(response(body, "application/json; charset=rot13"))
    assert "Zürich" in text_of(response(b"<?xml version='1.0' encoding='windows-1252'?><a>Z\xfcrich</a>"))


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n\t", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b"\x00\x00\x00\x00"])
def test_nothing_is_empty(body: bytes) -> None:
    assert failure(body).kind is FailureKind.EMPTY
    assert not matches(response(body), Tree)


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html><p>", b"  <html>", b"<?xml version='1.0'?><rss/>", b"\xef\xbb\xbf<p>"]
)
def test_a_web_page_is_no_data(body: bytes) -> None:
    assert failure(body).kind is FailureKind.NOT_A_STATUS_PAGE


@pytest.mark.parametrize(
    "body",
    [
        b"Not found",
        b"{",
        b'{"leaves": []} and more',
        b'{"leaves": [], "x": NaN}',
        b'{"leaves": [], "x": -Infinity}',
        b'{"leaves": [], "x": 1e999}',
        b'{"leaves": [], "x": ' + b"9" * 5000 + b"}",
        b'{"leaves": [], "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 100_000,
        b"null",
        b"[]",
        b"{}",
        b'{"leaves": null}',
        b'{"leaves": {}}',
        b'{"leaves": [1]}',
        b'{"leaves": [{}]}',
        b'{"leaves": [{"name": 1}]}',
        FINE.encode()[:-1],
    ],
)
def test_what_is_broken_or_of_another_shape_is_invalid(body: bytes) -> None:
    assert failure(body).kind is FailureKind.INVALID


def test_a_name_that_comes_twice_is_refused_and_named() -> None:
    error = failure(b'{"leaves": [{"name": "a", "status": "down", "status": "up"}]}')

    assert error.kind is FailureKind.INVALID
    assert "“status” twice" in error.detail


def test_the_sentence_names_the_field() -> None:
    assert "$.leaves[0].name" in failure(b'{"leaves": [{"name": 1}]}').detail


def test_half_a_surrogate_pair_becomes_one_broken_character() -> None:
    body = rb'{"leaves": [{"name": "a\ud800b", "\udc00": 1, "status": ["\ud83d\ude00"]}]}'

    assert decoded(response(body), Tree).leaves == [Leaf("a\ufffdb", ["😀"])]


def test_shapes_that_are_no_structs_work_too() -> None:
    assert decoded(response(b'[{"name": "a"}]'), list[Leaf]) == [Leaf("a")]
    assert matches(response(b"[1, 2]"), list[int])


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    assert matches(response(body), Tree) in {True, False}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from(["leaves", "name", "status", "\ud800"]), _JSON, max_size=3))
def test_no_json_raises_anything_else(tree: dict[str, object]) -> None:
    body = json.dumps({"leaves": [tree], **tree}).encode()

    assert matches(response(body), Tree) in {True, False}


def test_a_number_without_end_is_said_in_plain_words() -> None:
    detail = failure(b'{"x": ' + b"9" * 5000 + b"}").detail

    assert detail == "The answer is not valid JSON: a number has too many digits."
