"""Text from outside becomes plain text here, once, at the border.

Status pages write HTML (Slack, Microsoft), escaped HTML (Atom), Markdown (incident.io, Better Stack, Google) and
plain text with HTML in it (Statuspage). None of it is ever rendered: what leaves this module is characters only.
"""

import re
import unicodedata

_RAW_LIMIT = 20_000
"""Characters looked at before clipping: more than any limit below, and a bound on the work a hostile body makes."""

_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 and C1 controls but tab, line feed and carriage return
    "\u00ad\u061c\u180e\u200b\u200e\u200f"  # soft hyphen, marks that reorder, zero-width space
    "\u202a-\u202e\u2060-\u206f"  # bidi embeddings, overrides and isolates; invisible operators
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"  # lone surrogates, noncharacters, BOM
    "\U000e0000-\U000e007f"  # invisible tag characters
    "]"
)
_BREAKS = re.compile("\r\n?|[\u2028\u2029\x85]")
_SILENT = re.compile(r"<(script|style|template|noscript)\b[^<>]*>.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[|\]\]>|<![a-zA-Z][^<>]*>|<\?[^<>]*>", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[\s/][^<>]*)?)>")
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]\n]{1,300})\]\(<?([^()\s<>]{1,500})>?(?: \"[^\"\n]{0,200}\")?\)")
_MARKDOWN_BOLD = re.compile(r"\*\*(?=\S)([^*\n]{1,300}?)(?<=\S)\*\*")
_MARKDOWN_HEADING = re.compile(r"^ {0,3}#{1,6} +(?=\S)", re.MULTILINE)
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")

_BLOCKS_WORDS = (
    "address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header "
    "hr li main nav ol option p pre section table tbody tfoot thead title tr ul"
)
_BLOCKS = frozenset(_BLOCKS_WORDS.split())
_INLINE_WORDS = (
    "a abbr acronym applet area audio b base basefont bdi bdo big body button canvas caption center cite code col "
    "colgroup data datalist del details dfn dialog dir em embed font frame frameset head html i iframe img input ins "
    "kbd label legend link map mark math menu meta meter nobr noframes object optgroup output param picture progress q "
    "rp rt ruby s samp select slot small source span strike strong sub summary sup svg td textarea th time track tt u "
    "var video wbr xmp"
)
_INLINE = frozenset(_INLINE_WORDS.split())


def plain(text: object, limit: int = 2000) -> str:
    """Return what a reader would see of HTML or Markdown, as characters only, at most ``limit`` of them.

    Anything but a string is an empty string. Tags go (block tags become line breaks), scripts and styles go with
    their content, entities are decoded once, and controls, bidi marks, invisible characters and lone surrogates go.
    An unknown word in angle brackets ("<model>") is text and stays.
    """
    if not isinstance(text, str):
        return ""
    seen = text[: max(_RAW_LIMIT, 4 * limit)]
    if "<" in seen:
        seen = _SILENT.sub(" ", seen)
        seen = _COMMENT.sub("", seen)
        seen = _TAG.sub(_instead, seen)
    if "&" in seen:
        seen = unescaped(seen)
    if "](" in seen:
        seen = _MARKDOWN_LINK.sub(_link, seen)
    if "**" in seen:
        seen = _MARKDOWN_BOLD.sub(r"\1", seen)
    if "#" in seen:
        seen = _MARKDOWN_HEADING.sub("", seen)
    seen = _UNSEEN.sub("", _BREAKS.sub("\n", seen))
    lines = (_SPACES.sub(" ", line).strip() for line in seen.split("\n"))
    return _clipped(_EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip(), limit)


def unescaped(text: str) -> str:
    """Return the text with its entities decoded once."""
    from html import unescape  # noqa: PLC0415 -- its table of names is half a megabyte, and most texts have none

    return unescape(text)


def one_line(text: object, limit: int = 200) -> str:
    """Return ``plain`` text without line breaks, for titles and names."""
    return _clipped(" ".join(plain(text, _RAW_LIMIT).split()), limit)


def word(text: object) -> str:
    """Return a page's own word ("under_maintenance") as it may be shown and kept: one short line of plain text."""
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        return ""
    return one_line(str(text), 80)


def _instead(tag: re.Match[str]) -> str:
    closing, name, attributes = tag.group(1), tag.group(2).lower(), tag.group(3)
    if name in _BLOCKS:
        return "\n- " if name == "li" and not closing else "\n"
    if name in {"td", "th"}:
        return " "
    if closing or name in _INLINE or "-" in name or "=" in attributes:
        return ""
    return tag.group(0)


def _link(link: re.Match[str]) -> str:
    label, target = link.groups()
    return label if label.strip() == target else f"{label} ({target})"


def _clipped(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    end = max(limit - 1, 0)
    while end > 0 and unicodedata.combining(text[end]):
        end -= 1
    return text[:end].rstrip() + "…"
