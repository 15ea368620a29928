"""Bodies of responses: characters out of bytes, and typed values out of JSON.

The one place where untrusted JSON is decoded. Whatever is wrong with a body leaves here as
``UnreadableResponseError`` with the right kind, and as nothing else.
"""

import codecs
import json
import math
import re
from collections import Counter
from typing import TypeVar

import msgspec

from trayapp.domain.report import FailureKind
from trayapp.exchange import Response, UnreadableResponseError
from trayapp.formats.text import one_line

_T = TypeVar("_T")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED_WORDS = (
    "iso-8859-1 iso-8859-15 windows-1250 windows-1251 windows-1252 gb2312 gbk gb18030 big5 shift_jis euc-jp euc-kr"
)
_DECLARED = frozenset(_DECLARED_WORDS.split())
"""Charsets worth believing when a body is not UTF-8; a codec of Python's that is no charset must not run here."""
_XML_CODING = re.compile(rb"\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z0-9_.-]+)")
_HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOTHING = " \t\r\n\x00\ufeff"


def decoded(response: Response, shape: type[_T]) -> _T:
    """Return the JSON body as ``shape`` (a ``msgspec.Struct`` or a container of them); unknown fields are ignored.

    ==============================================================  =====================
    body                                                            failure kind
    ==============================================================  =====================
    nothing, or blanks                                              ``empty``
    begins with ``<`` (HTML or XML)                                 ``not_a_status_page``
    not JSON; a name twice in one object; NaN; too deep; wrong type  ``invalid``
    ==============================================================  =====================

    A name that comes twice is refused because the last one would win and could hide a bad status.
    """
    text = text_of(response)
    if text.startswith("<"):
        raise UnreadableResponseError("The answer is a web page, not data.", FailureKind.NOT_A_STATUS_PAGE)
    try:
        tree = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)
    except _DuplicateNameError as error:
        raise UnreadableResponseError(f"The answer names “{one_line(error.name, 60)}” twice in one object.") from None
    except RecursionError:
        raise UnreadableResponseError("The answer is nested too deeply.") from None
    except ValueError as error:
        # the interpreter's own limit speaks to programmers
        said = "a number has too many digits" if "int_max_str_digits" in str(error) else one_line(str(error), 120)
        raise UnreadableResponseError(f"The answer is not valid JSON: {said}.") from None
    try:
        # msgspec cannot look up half a surrogate pair, and nobody can read one: it is as good as a broken byte
        return msgspec.convert(_without_surrogates(tree) if _HALF_PAIR.search(text) else tree, shape)
    except (msgspec.ValidationError, OverflowError, RecursionError) as error:
        raise UnreadableResponseError(f"The answer has another shape: {one_line(str(error), 200)}.") from None


def matches(response: Response, shape: type[_T]) -> bool:
    """Return whether the body decodes as ``shape``; for ``recognises``, so make the shape's fields required."""
    try:
        decoded(response, shape)
    except UnreadableResponseError:
        return False
    return True


def text_of(response: Response) -> str:
    """Return the body as text without a byte-order mark and surrounding blanks; nothing at all is ``empty``.

    The mark decides, then the zero bytes of UTF-16 and UTF-32, then UTF-8, then the declared charset. A byte that
    fits nothing becomes U+FFFD: one broken character in a message must not blind us to the page.
    """
    text = _characters(response).strip(_NOTHING)
    if not text:
        raise UnreadableResponseError("The answer is empty.", FailureKind.EMPTY)
    return text


def _characters(response: Response) -> str:
    body = response.body
    for mark, coding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(coding, errors="replace")
    coding = json.detect_encoding(body[:4]) if b"\x00" in body[:4] and body.strip(b"\x00") else "utf-8"
    if coding != "utf-8":
        return body.decode(coding, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        declared = _declared_charset(response)
        return body.decode(declared if declared in _DECLARED else "utf-8", errors="replace")


def _declared_charset(response: Response) -> str:
    parameters = response.headers.get("content-type", "").partition(";")[2]
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower()
    in_xml = _XML_CODING.match(response.body[:200])
    return in_xml.group(1).decode("ascii", errors="replace").lower() if in_xml else ""


class _DuplicateNameError(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateNameError(Counter(name for name, _value in pairs).most_common(1)[0][0])
    return found


def _without_surrogates(tree: object) -> object:
    if isinstance(tree, str):
        return _SURROGATE.sub("\ufffd", tree)
    if isinstance(tree, list):
        return [_without_surrogates(each) for each in tree]
    if isinstance(tree, dict):
        return {_SURROGATE.sub("\ufffd", name): _without_surrogates(each) for name, each in tree.items()}
    return tree


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number
