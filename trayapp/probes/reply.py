"""One answer of a provider, taken apart: its codes, its words, its fields. Any bytes at all are fine."""

import re
from collections.abc import Iterator, Mapping
from enum import Enum

from msgspec import Struct

from trayapp.exchange import Response, UnreadableResponseError
from trayapp.formats.body import decoded
from trayapp.formats.text import one_line

_DEEPEST = 6
_MOST = 60
"""Codes and messages looked at: a hostile body must not make us slow."""
_MOST_ROWS = 20
_LONGEST_TEXT = 20_000

_CODE_WORDS = (
    "code type status reason err_code error_code errorcode error_type errortype tag status_code name __type quotaid "
    "category error_kind kind limit_source"
)
_MESSAGE_WORDS = (
    "message msg err_msg error_msg error_message errormessage faultstring detail details title error error_description "
    "status_msg description reason suspend_reason"
)
_INSIDE_WORDS = (
    "error errors detail details base_resp violations fault response data result body metadata innererror cause extra"
)
_CODES = frozenset(_CODE_WORDS.split())
_MESSAGES = frozenset(_MESSAGE_WORDS.split())
_SPOKEN_CODES = _MESSAGES | {"error"}
"""Names of words for people, below which some write a code all the same."""
_INSIDE = frozenset(_INSIDE_WORDS.split())
_UPSTREAM = frozenset({"raw", "provider_name", "previous_errors"})
"""Names below which another provider speaks (OpenRouter's ``metadata.raw``): never about this key."""

_SUCCEEDED = range(200, 300)
_ERRORS = range(400, 600)
_BAD_REQUEST = 400


class Missing(Enum):
    """What stands where a body has no such field; ``None`` is a value of JSON."""

    FIELD = "missing"


class Reply(Struct, frozen=True):
    """An answer, taken apart.

    ``status`` is the one that counts: a 200 with ``error.code`` 402 inside is a 402, and one that says no more than
    that it failed is a 400. ``tree`` is the decoded JSON, ``None`` where there is none. ``codes`` are every
    machine-readable word of the error, case-folded, numbers as text; ``message`` the words for people, raw and
    unredacted. A good answer has neither. ``failed`` is also true for a 200 that says it failed.
    """

    status: int
    headers: Mapping[str, str]
    tree: object
    is_html: bool
    codes: frozenset[str]
    message: str
    delays: tuple[str, ...]
    failed: bool

    @property
    def words(self) -> str:
        """The message, case-folded."""
        return self.message.casefold()

    @property
    def succeeded(self) -> bool:
        """Whether the status is a good one and the body does not say otherwise."""
        return self.status in _SUCCEEDED and not self.failed

    def at(self, path: str) -> object:
        """Return what lies at a dotted path ("data.0.id"; "data.*.id" for all), or ``Missing.FIELD``."""
        return _at(self.tree, path.split(".") if path else [])


def read(status: int, headers: Mapping[str, str], body: bytes) -> Reply:
    """Take an answer apart. Header names may have any case; the body any bytes."""
    lower = {str(name).lower(): str(value) for name, value in headers.items()}
    response = Response(url="", status=status, body=body, headers=lower)
    tree: object = None
    try:
        tree = decoded(response, object)
    except UnreadableResponseError:
        tree = None
    if isinstance(tree, list) and len(tree) == 1 and _says_failed(tree[0]):
        tree = tree[0]  # Google's streaming routes wrap a refusal so
    text = body[:_LONGEST_TEXT].decode("utf-8", errors="replace").strip("\ufeff \t\r\n\x00")
    is_html = tree is None and _is_html(text, response.content_type)
    said_failed = _says_failed(tree)
    if status in _SUCCEEDED and not said_failed:
        return Reply(status, lower, tree, is_html, _codes_of_success(tree), "", (), failed=False)
    codes, messages, delays = _gathered(tree)
    if tree is None:
        messages = (one_line(text, 2000),)
    elif isinstance(tree, str):
        messages = (tree[:2000],)
    codes |= _codes_of_headers(lower)
    if status in _SUCCEEDED:
        status = _inner_status(tree) or _BAD_REQUEST
    message = one_line(" ".join(dict.fromkeys(messages)), 4000)
    return Reply(status, lower, tree, is_html, codes, message, delays, failed=True)


def _is_html(text: str, content_type: str) -> bool:
    start = text[:1000].casefold()
    if start.startswith("<?xml") or content_type in {"application/xml", "text/xml"}:
        return "<html" in start
    return start.startswith("<") or (content_type in {"text/html", "application/xhtml+xml"} and "<" in start)


def _says_failed(tree: object) -> bool:
    """Return whether a body reports a failure whatever the status says."""
    if not isinstance(tree, dict):
        return False
    if tree.get("error") or tree.get("errors") or tree.get("success") is False or tree.get("err_code"):
        return True
    if _inner_code(tree.get("code")) is not None and not tree.get("data"):
        return True
    base = tree.get("base_resp")
    return isinstance(base, dict) and base.get("status_code") not in (0, "0", None)


def _codes_of_success(tree: object) -> frozenset[str]:
    """Return the business code that some wrap around every good answer (SiliconFlow's 20000)."""
    code = tree.get("code") if isinstance(tree, dict) else None
    return frozenset(_word(code))


def _codes_of_headers(headers: Mapping[str, str]) -> frozenset[str]:
    """Return the error's name that AWS sends in a header: ``ExpiredTokenException:http://...``."""
    named = headers.get("x-amzn-errortype", "") or headers.get("x-ms-error-code", "")
    return frozenset({named.partition(":")[0].strip().casefold()} - {""})


def _inner_status(tree: object) -> int | None:
    own = tree if isinstance(tree, dict) else {}
    error = own.get("error")
    return _inner_code(error.get("code") if isinstance(error, dict) else own.get("code"))


def _inner_code(code: object) -> int | None:
    """Return a code inside a body where it is the HTTP status of a refusal."""
    if isinstance(code, str) and code.isascii() and code.isdigit():
        code = int(code[:4])
    return code if isinstance(code, int) and not isinstance(code, bool) and code in _ERRORS else None


def _gathered(tree: object) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    codes: list[str] = []
    messages: list[str] = []
    delays: list[str] = []
    for count, (name, value) in enumerate(_fields(tree, 0)):
        if count > _MOST:
            break
        if name == "retrydelay" and isinstance(value, str):
            delays.append(value)
        if name in _MESSAGES and isinstance(value, str) and value.strip() and not _is_code(value):
            messages.append(value[:2000])
        if name in _CODES or (name in _SPOKEN_CODES and _is_code(value)):
            codes.extend(_word(value))
    return frozenset(codes), tuple(messages), tuple(delays)


def _fields(tree: object, depth: int) -> Iterator[tuple[str, object]]:
    """Give the scalar fields of an error, outermost first."""
    if depth > _DEEPEST:
        return
    if isinstance(tree, list):
        for each in tree[:_MOST_ROWS]:
            yield from [("message", each)] if isinstance(each, str) else _fields(each, depth + 1)
    if not isinstance(tree, dict):
        return
    own = {name.casefold(): value for name, value in list(tree.items())[:_MOST]}
    yield from ((name, value) for name, value in own.items() if _is_own_field(name, value))
    for name, value in own.items():
        if name in _INSIDE and isinstance(value, dict | list):
            yield from _fields(value, depth + 1)


def _is_own_field(name: str, value: object) -> bool:
    return name not in _UPSTREAM and not isinstance(value, dict | list)


def _is_code(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(?:[_.][A-Za-z0-9]+)+", value) is not None


def _word(value: object) -> tuple[str, ...]:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ()
    text = str(value).strip().casefold()
    return (text[:120],) if text else ()


def _at(tree: object, path: list[str]) -> object:
    for place, step in enumerate(path):
        if step == "*":
            if not isinstance(tree, list):
                return Missing.FIELD
            found = [_at(each, path[place + 1 :]) for each in tree]
            return [each for each in found if each is not Missing.FIELD]
        if isinstance(tree, dict) and step in tree:
            tree = tree[step]
        elif isinstance(tree, list) and step.isdecimal() and int(step) < len(tree):
            tree = tree[int(step)]
        else:
            return Missing.FIELD
    return tree
