"""The type a key is kept in while the program holds it, and what keeps every key out of texts and logs."""

import base64
import contextlib
import json
import logging
import re
import string
import sys
import threading
import traceback
import weakref
from collections.abc import Callable, Iterable
from gettext import gettext as _
from types import TracebackType
from typing import Any, NoReturn
from urllib.parse import quote, quote_plus

HIDDEN = "[key]"
"""What stands wherever a key stood."""

_SHORTEST_PART, _TAIL, _HEAD = 8, 3, 6
_ENDS = range(4, _SHORTEST_PART)
_JOINED = frozenset(string.ascii_letters + string.digits + "-_")
_MASKED = re.compile(r"[^\s\"'<>,;()\[\]{}]{0,80}(?:\*{2,}|•+|…|\.{3,}|[xX]{4,})[^\s\"'<>,;()\[\]{}]{0,80}")

_alive: "weakref.WeakSet[Secret]" = weakref.WeakSet()
_counting = threading.Lock()


class Secret:
    """A key in memory. It never shows itself: not printed, formatted, pickled or copied out.

    Only the key store (to keep it) and the engine's door to the network :meth:`reveal` it.
    """

    __slots__ = ("__weakref__", "_forms", "_text")

    def __init__(self, text: str) -> None:
        """Take the key as it is."""
        self._text = text
        self._forms: tuple[str, ...] = ()
        with _counting:
            _alive.add(self)

    def reveal(self) -> str:
        """Return the key itself."""
        return self._text

    @property
    def is_empty(self) -> bool:
        """Whether nothing was given at all."""
        return not self._text

    def judged_by(self, judge: Callable[[str], str]) -> str:
        """Return what a pure function says of the key's shape, without the key."""
        return self.hidden_in(judge(self._text))

    def is_same(self, other: "Secret") -> bool:
        """Return whether both are the same key, in the same time whatever they are."""
        from hmac import compare_digest  # noqa: PLC0415 -- loads OpenSSL, for which the icon would wait

        return compare_digest(self._text.encode(), other.reveal().encode())

    def hidden_in(self, text: str) -> str:
        """Return ``text`` without this key: as it is, encoded, masked by somebody else, or a long part of it."""
        for form in self._known_forms():
            if form in text:
                text = text.replace(form, HIDDEN)
        text = _MASKED.sub(self._unmasked, text)
        for size in _ENDS:
            end = self._text[-size:]
            if end in text and len(self._text) > size:
                text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(end)}(?![A-Za-z0-9])", HIDDEN, text)
        return self._without_parts(text)

    def hidden_in_bytes(self, body: bytes) -> bytes:
        """Return a body of unknown encoding without this key, as it is or encoded."""
        for form in self._known_forms():
            body = body.replace(form.encode(), HIDDEN.encode())
        return body

    def _known_forms(self) -> tuple[str, ...]:
        """Return every way of writing this key, longest first."""
        if not self._forms:
            text = self._text
            written = {text, quote(text, safe=""), quote_plus(text), json.dumps(text)[1:-1], text.encode().hex()}
            for raw in (text, f":{text}", f"{text}:", f"api:{text}"):
                encoded = base64.b64encode(raw.encode()).decode()
                web_safe = base64.urlsafe_b64encode(raw.encode()).decode()
                written |= {encoded, encoded.rstrip("="), web_safe, web_safe.rstrip("="), quote(encoded, safe="")}
            self._forms = tuple(sorted((each for each in written if each), key=len, reverse=True))
        return self._forms

    def _unmasked(self, found: re.Match[str]) -> str:
        """Return what stands for a masked word: nothing of it if it is this key's first or last letters."""
        masked = found.group()
        ours = masked.endswith(self._text[-_TAIL:]) or masked.startswith(self._text[:_HEAD])
        return HIDDEN if ours and self._text else masked

    def _without_parts(self, text: str) -> str:
        """Return ``text`` without any run of the key's letters that is long enough to help a thief."""
        size = _SHORTEST_PART
        parts = {self._text[place : place + size] for place in range(len(self._text) - size + 1)}
        if parts.isdisjoint(text[place : place + size] for place in range(len(text) - size + 1)):
            return text
        kept: list[str] = []
        place = 0
        while place < len(text):
            if text[place : place + size] not in parts:
                kept.append(text[place])
                place += 1
                continue
            place += size
            # What joins on goes too: "sk-proj-" begins many keys, and without its head the rest of another one would
            # no longer look like a key to anybody who masks by shape.
            while place < len(text) and (text[place] in _JOINED or text[place - size + 1 : place + 1] in parts):
                place += 1
            while kept and kept[-1] in _JOINED:
                kept.pop()
            kept.append(HIDDEN)
        return "".join(kept)

    def __repr__(self) -> str:
        return "Secret(…)"

    def __str__(self) -> str:
        return repr(self)

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, _memo: object) -> "Secret":
        return self

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError(_("a key is not written anywhere"))


def hidden(text: str, others: Iterable[Secret] = ()) -> str:
    """Return ``text`` without any key that the program holds at this moment."""
    with _counting:
        alive = tuple(_alive)
    for each in (*alive, *others):
        text = each.hidden_in(text)
    return text


def guard_process() -> None:
    """Let no log record of any library, no last words and no core dump carry a key that we hold; done once."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 -- not on Windows

        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    make = logging.getLogRecordFactory()
    if make is _guarded:
        return
    _makers.append(make)
    logging.setLogRecordFactory(_guarded)
    # Whoever has put a hook of their own there writes logs.
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _last_words
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _last_words_of_thread


def _last_words(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    if sys.stderr is not None:
        sys.stderr.write(hidden("".join(traceback.format_exception(error))))


def _last_words_of_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        _last_words(args.exc_type, args.exc_value, args.exc_traceback)


_makers: list[Callable[..., logging.LogRecord]] = []


def _guarded(*args: Any, **kwargs: Any) -> logging.LogRecord:  # noqa: ANN401 - as logging calls its record factory
    record = _makers[-1](*args, **kwargs)
    with contextlib.suppress(Exception):  # a record that cannot be worded is logging's own business
        message = record.getMessage()
        clean = hidden(message)
        if clean != message:
            record.msg, record.args = clean, ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = hidden("".join(traceback.format_exception(record.exc_info[1])).rstrip("\n"))
    return record
