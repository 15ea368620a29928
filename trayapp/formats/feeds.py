"""RSS and Atom, read through feedparser (loaded on first use: it is slow to import and most pages need none)."""

import io
import re
from datetime import datetime

from msgspec import Struct

from trayapp.domain.report import FailureKind
from trayapp.exchange import Response, UnreadableResponseError
from trayapp.formats.body import text_of
from trayapp.formats.text import one_line, plain, unescaped
from trayapp.formats.times import instant

_TEXT_LIMIT = 8000
_ENTRY_LIMIT = 500
_ROOT = re.compile(
    r"(?>\s|<\?[^>]*\?>|<!--.*?-->|<!DOCTYPE[^>]*>)*+<(?:\w+:)?(rss|feed|rdf)\b", re.DOTALL | re.IGNORECASE
)
_END = re.compile(r"</(?:\w+:)?(rss|feed|rdf)\s*>(?>\s|<!--.*?-->)*+\Z", re.DOTALL | re.IGNORECASE)
_DECLARATION = re.compile(r"<!(?:ENTITY|ELEMENT|ATTLIST|NOTATION)\b|<!DOCTYPE[^>]*\[", re.IGNORECASE)
_CODING = re.compile(r"\A(\s*<\?xml[^>]*?)\s+encoding\s*=\s*(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_ESCAPED_TWICE = re.compile(r"&lt;/?(?:p|br|b|strong|small|ul|li|div)\b[^&<>]*&gt;", re.IGNORECASE)
_END_WITHIN = 2000
_PROLOGUE = 5000


class FeedEntry(Struct, frozen=True, kw_only=True):
    """One item of a feed; all text is plain text, all times are UTC.

    ``link`` is as the feed gives it: ask ``same_site_link`` before it is shown. An entry is an event, not a state.
    """

    id: str
    title: str
    link: str
    published: datetime | None
    updated: datetime | None
    text: str
    categories: tuple[str, ...] = ()

    @property
    def at(self) -> datetime | None:
        """Return the newest time the entry carries."""
        return max((time for time in (self.published, self.updated) if time), default=None)


class Feed(Struct, frozen=True, kw_only=True):
    """A whole feed. ``updated`` is its own word (``lastBuildDate``, ``updated``), UTC."""

    title: str
    link: str
    updated: datetime | None
    entries: tuple[FeedEntry, ...]


def is_feed(response: Response) -> bool:
    """Return whether the body's root element is RSS, Atom or RDF, by looking at its beginning only."""
    try:
        return _ROOT.match(text_of(response)[:_PROLOGUE]) is not None
    except UnreadableResponseError:
        return False


def feed_of(response: Response) -> Feed:
    """Return the feed in the body, its entries in the feed's own order.

    A feed without its end tag is ``invalid``: items would be missing, and a missing item could be the open incident.
    A document that declares entities is ``invalid`` too. Anything else but a feed is ``not_a_status_page``.
    """
    text = text_of(response)
    if _DECLARATION.search(text):
        raise UnreadableResponseError("The feed declares entities of its own.")
    if _ROOT.match(text[:_PROLOGUE]) is None:
        raise UnreadableResponseError("The answer is not a feed.", FailureKind.NOT_A_STATUS_PAGE)
    if _END.search(text[-_END_WITHIN:]) is None:
        raise UnreadableResponseError("The feed ends in the middle.")
    return _parsed(text)


def _parsed(text: str) -> Feed:
    import feedparser  # noqa: PLC0415  loaded on first use: start-up memory counts and few pages are feeds

    # as UTF-8 whatever was declared: text_of has decoded it; as a stream because feedparser opens strings as files
    stream = io.BytesIO(_CODING.sub(r"\1", text).encode("utf-8", errors="replace"))
    try:
        found = feedparser.parse(stream, response_headers={"content-type": "application/xml; charset=utf-8"})
    except Exception as error:
        # feedparser promises not to raise, and sometimes does (its loose parser on odd markup)
        raise UnreadableResponseError(f"The feed cannot be read: {one_line(str(error), 120)}.") from error
    if not found.get("version") and not found.entries:
        raise UnreadableResponseError("The feed cannot be read.")
    head = found.feed
    return Feed(
        title=one_line(_field(head, "title")),
        link=_text(_field(head, "link")),
        updated=instant(_field(head, "updated")) or instant(_field(head, "published")),
        entries=tuple(_entry(row) for row in found.entries[:_ENTRY_LIMIT]),
    )


def _entry(row: object) -> FeedEntry:
    title, link = one_line(_field(row, "title")), _text(_field(row, "link"))
    published, updated = instant(_field(row, "published")), instant(_field(row, "updated"))
    tags = _field(row, "tags")
    return FeedEntry(
        id=one_line(_field(row, "id")) or link or f"{title} {published or updated or ''}".strip(),
        title=title,
        link=link,
        published=published,
        updated=updated,
        text=plain(_content(row), _TEXT_LIMIT),
        categories=tuple(one_line(_field(tag, "term")) for tag in tags) if isinstance(tags, list) else (),
    )


def _content(row: object) -> object:
    parts = _field(row, "content")
    told = _field(parts[0], "value") if isinstance(parts, list) and parts else _field(row, "summary")
    if isinstance(told, str) and "<" not in told and _ESCAPED_TWICE.search(told):
        return unescaped(told)
    return told


def _field(row: object, name: str) -> object:
    # not row.get(): feedparser's own answers "updated" with "published" and warns about it
    return dict.get(row, name) if isinstance(row, dict) else None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
