import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.formats.text import one_line, plain, word


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("plain words", "plain words"),
        ("a &amp; b &lt;c&gt; &#8217;", "a & b <c> ’"),
        ("&amp;lt;b&amp;gt; once only", "&lt;b&gt; once only"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<table><tr><th>When</th><td>now</td></tr></table>", "When now"),
        ("one<br>two<br />three", "one\ntwo\nthree"),
        ("<b>Resolved</b> - <a href='https://x.example'>all</a> fine", "Resolved - all fine"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n\n- two"),
        ("<script>alert(1)</script>after<style>p{}</style>", "after"),
        ("<script>never closed", ""),
        ("<SCRIPT src=x>alert(1)</ScRiPt >after", "after"),
        ("<!-- hidden -->seen<!-- open", "seen"),
        ("<img src=x onerror=alert(1)>text", "text"),
        ("<x-widget>text</x-widget><unknown a=b>", "text"),
        ("latency < 5 ms and <model> names stay", "latency < 5 ms and <model> names stay"),
        ("<https://status.example/a>", "<https://status.example/a>"),
        ("**Bold** and [the page](https://a.example/b) and [https://a.example](https://a.example)",
         "Bold and the page (https://a.example/b) and https://a.example"),
        ("## Heading\ntext # not", "Heading\ntext # not"),
        ("__init__ and 2 ** 3 ** 4", "__init__ and 2 ** 3 ** 4"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\n\n\n\n\nb   c\t\td", "a\n\nb c d"),
        ("\x00a\x1b[31mb\x07\x7f\x9b", "a[31mb"),
        ("gnp.\u202eexe\u2066\u200f", "gnp.exe"),
        ("a\ud800b\ufeff\ufffe", "ab"),
        ("zero\u200bwidth, tag\U000e0041", "zerowidth, tag"),
        ("👩‍👧 stays", "👩‍👧 stays"),
        ("&#x202e;&#0;x", "\ufffdx"),
    ],
)  # fmt: skip
def test_a_reader_sees_words_only(written: str, seen: str) -> None:
    assert plain(written) == seen


@pytest.mark.parametrize("value", [None, 1, 1.5, True, [], {}, b"bytes", object()])
def test_what_is_no_string_is_empty(value: object) -> None:
    assert plain(value) == ""
    assert one_line(value) == ""


def test_long_text_is_clipped_with_an_ellipsis() -> None:
    assert plain("x" * 3000) == "x" * 1999 + "…"
    assert plain("abc def", 5) == "abc…"
    assert plain("abc", 3) == "abc"
    assert plain("e\u0301" * 10, 4) == "e\u0301…"
    assert plain("abc", 0) == "…"


def test_a_title_is_one_line() -> None:
    assert one_line("<p>A</p>\n<p>B</p>  C") == "A B C"
    assert one_line("x" * 300) == "x" * 199 + "…"


def test_a_word_may_be_a_number_but_never_a_truth_value() -> None:
    assert [word("up\n"), word(300), word(1.5), word(True), word(None), word([])] == ["up", "300", "1.5", "", "", ""]


@given(st.text(st.characters(), max_size=300), st.integers(1, 50))
def test_nothing_dangerous_is_left_and_nothing_raises(text: str, limit: int) -> None:
    seen = plain(text, limit)

    assert len(seen) <= limit
    assert seen == seen.strip()
    assert not any(unicodedata.category(each) in {"Cc", "Cs"} for each in seen if each != "\n")
    assert not set(seen) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufeff")
    assert "\n" not in one_line(text)


@given(st.text(st.sampled_from("<>/!-[]()*#&;scriptbr =\"'\n"), max_size=200))
def test_markup_of_any_kind_never_raises_and_never_leaves_a_script(text: str) -> None:
    assert "<script>" not in plain(text).lower().replace("&", "")


@pytest.mark.parametrize(
    "hostile",
    ["<" * 100_000, "<script" * 20_000, "<!--" * 30_000, "[" * 100_000, "**a" * 40_000, "&" * 100_000, "\n" * 100_000,
     "<a " * 40_000, "](" * 50_000, "</script" * 20_000, "# " * 50_000],
)  # fmt: skip
def test_hostile_text_costs_little_time(hostile: str) -> None:
    began = time.thread_time()

    plain(hostile)

    assert time.thread_time() - began < 0.5
