"""What goes to standard output: JSON of one line a document, and text that cannot command a terminal."""

import json
import sys
from collections.abc import Iterable
from typing import TextIO


def document(content: object) -> None:
    """Print one JSON object on one line."""
    print(json.dumps(content, ensure_ascii=not _is_unicode(sys.stdout), separators=(",", ":")), flush=True)


def lines(texts: Iterable[str]) -> None:
    """Print lines of text; what a terminal would obey is taken out."""
    for text in texts:
        print(writable(_harmless(text), sys.stdout), flush=True)


def complain(text: str) -> None:
    """Print one sentence to standard error."""
    print(writable(_harmless(text), sys.stderr), file=sys.stderr, flush=True)


def why(error: Exception) -> str:
    """Return what went wrong in the system's words, without its number: "No such file or directory"."""
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _is_unicode(stream: TextIO) -> bool:
    return (stream.encoding or "utf-8").replace("-", "").casefold() in {"utf8", "utf8sig"}


def writable(text: str, stream: TextIO) -> str:
    """Return the text with marks in place of what the stream's encoding does not have."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def _harmless(text: str) -> str:
    return "".join(each for each in text if each.isprintable() or each == "\t")
