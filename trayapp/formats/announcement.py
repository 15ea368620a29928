"""What a signed file about the program says: the newest version, what is new in it, where to get it."""

import msgspec

from trayapp.domain.updates import Release, numbers_of
from trayapp.exchange import Response, UnreadableResponseError
from trayapp.formats.address import host_of
from trayapp.formats.body import decoded
from trayapp.formats.signed import Opened, Refusal, RefusedFileError
from trayapp.formats.text import one_line
from trayapp.formats.times import instant

_MOST_NEWS = 20
_LONGEST_LINE = 300
_LONGEST_URL = 500


class _Announcement(msgspec.Struct):
    version: str
    url: str
    released_at: object = None
    news: list[str] = []


def release_of(file: Opened) -> Release:
    """Return the release that a file announces, as plain text. Raises ``RefusedFileError`` where it is none."""
    try:
        said = decoded(Response("", 200, file.payload.encode()), _Announcement)
    except UnreadableResponseError as error:
        raise RefusedFileError(Refusal.UNUSABLE, f"The announcement cannot be read. {error.detail}") from None
    if numbers_of(said.version) is None:
        raise RefusedFileError(Refusal.UNUSABLE, "The announcement names no version.")
    if not said.url.startswith("https://") or not host_of(said.url) or len(said.url) > _LONGEST_URL:
        raise RefusedFileError(Refusal.UNUSABLE, "The announcement names no https address.")
    news = tuple(line for each in said.news[:_MOST_NEWS] if (line := one_line(each, _LONGEST_LINE)))
    return Release(said.version, said.url, instant(said.released_at), news)
