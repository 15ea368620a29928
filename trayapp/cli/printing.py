"""What goes to standard output: JSON of one line a document, and text that cannot command a terminal."""

import json
import sys
from collections.abc import Iterable


def document(content: object) -> None:
    """Print one JSON object on one line."""
    print(json.dumps(content, ensure_ascii=False, separators=(",", ":")), flush=True)


def lines(texts: Iterable[str]) -> None:
    """Print lines of text; what a terminal would obey is taken out."""
    for text in texts:
        print(_harmless(text), flush=True)


def complain(text: str) -> None:
    """Print one sentence to standard error."""
    print(_harmless(text), file=sys.stderr, flush=True)


def _harmless(text: str) -> str:
    return "".join(each for each in text if each.isprintable() or each == "\t")
