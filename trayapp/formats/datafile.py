"""Where to begin: the data file an address names, or the one that lies below it."""

from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlsplit

from trayapp.domain.report import FailureKind
from trayapp.exchange import DEFAULT_LIMIT, Exchange, Request, Response, UnreadableResponseError
from trayapp.formats.address import endpoint, names
from trayapp.formats.body import decoded

_T = TypeVar("_T")

_ENDINGS = (".json", ".xml", ".rss", ".atom")
_OR_NOTHING = frozenset({HTTPStatus.OK.value, HTTPStatus.NOT_FOUND.value, HTTPStatus.GONE.value})


def data_file(
    url: str, paths: tuple[str, ...], known: tuple[str, ...] = (), limit: int = DEFAULT_LIMIT
) -> Exchange[Response]:
    """Ask for a page's data and return the answer: use it with ``yield from``.

    An address that names a file is asked as it is. Otherwise ``paths`` are tried in order below the base (the tails
    in ``known`` are cut, and so are ``paths``); where none of them is there, the address itself may hold the data.
    """
    if not urlsplit(url).path.endswith(_ENDINGS) and not any(names(url, path) for path in paths):
        for path in paths:
            response = yield Request(url=endpoint(url, path, (*paths, *known)), accept=_OR_NOTHING, limit=limit)
            if response.status == HTTPStatus.OK:
                return response
    return (yield Request(url=url, limit=limit))


def offered(response: Response, shape: type[_T]) -> _T | None:
    """Return an optional second answer, or ``None`` where the page does not offer it.

    A refusal or a web page is no offer. Broken or empty data are: what they held is lost, so they raise.
    """
    if response.status != HTTPStatus.OK:
        return None
    try:
        return decoded(response, shape)
    except UnreadableResponseError as error:
        if error.kind is FailureKind.NOT_A_STATUS_PAGE:
            return None
        raise
