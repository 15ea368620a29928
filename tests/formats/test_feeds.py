import codecs
import time
from datetime import UTC, datetime

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.domain.report import FailureKind
from trayapp.exchange import Response, UnreadableResponseError
from trayapp.formats.feeds import FeedEntry, feed_of, is_feed

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<!-- made by Acme -->
<rss version="2.0"><channel><title>Acme &amp; Söhne</title><link>https://status.acme.example</link>
<lastBuildDate>Sat, 01 Aug 2026 00:22:00 Z</lastBuildDate>
<item><title>&lt;b&gt;Errors&lt;/b&gt; in the API</title><guid>tag:1</guid><link>https://status.acme.example//incidents/1</link>
<pubDate>Sat, 01 Aug 2026 00:20:00 GMT</pubDate><category>API</category><category>Chat</category>
<description>&lt;p&gt;&lt;strong&gt;Identified&lt;/strong&gt; - We know &amp;amp; fix&lt;script&gt;x()&lt;/script&gt;
&lt;/p&gt;</description></item>
<item><title>Older</title><pubDate>nonsense</pubDate></item>
</channel></rss>
"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Acme</title><updated>2026-08-01T00:22:00-07:00</updated>
<entry><id>tag:2</id><title>Down</title><published>2026-08-01T00:00:00Z</published><updated>2026-08-01T01:00:00Z</updated>
<link rel="alternate" href="https://status.acme.example/incidents/2"/>
<content type="html">&lt;p&gt;&lt;b&gt;Resolved&lt;/b&gt; - ok&lt;/p&gt;</content></entry></feed>"""


def response(body: str | bytes, content_type: str = "text/xml") -> Response:
    raw = body.encode() if isinstance(body, str) else body
    return Response("https://status.acme.example/feed", 200, raw, {"content-type": content_type})


def kind_of(body: str | bytes) -> FailureKind:
    with pytest.raises(UnreadableResponseError) as caught:
        feed_of(response(body))
    return caught.value.kind


def test_rss_is_read_in_its_own_order() -> None:
    feed = feed_of(response(RSS))

    assert (feed.title, feed.link) == ("Acme & Söhne", "https://status.acme.example")
    assert feed.updated == datetime(2026, 8, 1, 0, 22, tzinfo=UTC)
    assert feed.entries[0] == FeedEntry(
        id="tag:1",
        title="Errors in the API",
        link="https://status.acme.example//incidents/1",
        published=datetime(2026, 8, 1, 0, 20, tzinfo=UTC),
        updated=None,
        text="Identified - We know & fix",
        categories=("API", "Chat"),
    )
    assert (feed.entries[1].id, feed.entries[1].at) == ("Older", None)


def test_atom_is_read_too() -> None:
    feed = feed_of(response(ATOM))

    assert feed.updated == datetime(2026, 8, 1, 7, 22, tzinfo=UTC)
    assert feed.entries[0].text == "Resolved - ok"
    assert feed.entries[0].at == datetime(2026, 8, 1, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        codecs.BOM_UTF8 + RSS.encode(),
        codecs.BOM_UTF16_LE + RSS.replace("UTF-8", "UTF-16").encode("utf-16-le"),
        codecs.BOM_UTF16_BE + RSS.encode("utf-16-be"),
        RSS.replace("UTF-8", "ISO-8859-1").encode("iso-8859-1"),
        RSS.replace("<rss", '<!DOCTYPE rss PUBLIC "-//X//DTD RSS 0.91//EN" "https://elsewhere.example/rss.dtd">\n<rss').encode(),
    ],
)  # fmt: skip
def test_marks_codings_and_doctypes_do_not_matter(body: bytes) -> None:
    assert is_feed(response(body))
    assert feed_of(response(body)).title == "Acme & Söhne"


def test_a_quiet_feed_has_no_entries() -> None:
    assert feed_of(response("<rss version='2.0'><channel><title>Acme</title></channel></rss>")).entries == ()


@pytest.mark.parametrize("body", [RSS[:-20], ATOM[: len(ATOM) // 2], RSS.replace("</rss>", "")])
def test_a_feed_cut_off_in_the_middle_is_not_read(body: str) -> None:
    assert kind_of(body) is FailureKind.INVALID


def test_a_feed_with_entities_of_its_own_is_not_read() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>\n<rss'

    assert kind_of(RSS.replace("<rss", bomb)) is FailureKind.INVALID
    assert kind_of(RSS.replace("</rss>", '<!ENTITY x SYSTEM "file:///etc/passwd"></rss>')) is FailureKind.INVALID


def test_what_is_no_feed_is_said_so() -> None:
    assert kind_of("<!DOCTYPE html><html></html>") is FailureKind.NOT_A_STATUS_PAGE
    assert kind_of('{"rss": 1}') is FailureKind.NOT_A_STATUS_PAGE
    assert kind_of(" ") is FailureKind.EMPTY
    assert not is_feed(response(""))
    assert not is_feed(response("<rssfeed/>"))


def test_a_root_that_only_looks_like_a_feed_is_not_read() -> None:
    assert kind_of("<rdf></rdf>") is FailureKind.INVALID


def test_trouble_inside_the_parser_is_an_unreadable_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(*_given: object, **_named: object) -> None:
        raise AssertionError("unexpected markup")

    monkeypatch.setattr(feedparser, "parse", parse)

    assert kind_of(RSS) is FailureKind.INVALID


@pytest.mark.parametrize(
    "hostile", ["<!--a-->" * 5000, "<?a?>" * 5000, "<!DOCTYPE a>" * 5000, "<rss>" + "<!--a-->" * 5000]
)
def test_hostile_beginnings_cost_little_time(hostile: str) -> None:
    began = time.thread_time()

    is_feed(response(hostile))
    with pytest.raises(UnreadableResponseError):
        feed_of(response(hostile))

    assert time.thread_time() - began < 0.5


@given(st.integers(0, len(RSS) - 1), st.text(st.sampled_from("<>&;/!-x\x00\ud800ü]["), max_size=8))
def test_nothing_else_is_raised(place: int, junk: str) -> None:
    body = (RSS[:place] + junk + RSS[place + len(junk) :]).encode(errors="surrogatepass")

    try:
        feed_of(response(body))
    except UnreadableResponseError as error:
        assert error.detail.endswith(".")  # noqa: PT017  raising is one of two right outcomes
