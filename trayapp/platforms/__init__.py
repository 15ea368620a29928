"""One module per status-page platform: how to read it and how to know it. Pure; none knows another.

Here is detection: which platform an address speaks, by what it answers.
"""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from msgspec import Struct

from trayapp.deferral import deferred
from trayapp.domain.provider import PLATFORM_PLUGINS, PLATFORMS
from trayapp.domain.report import FailureKind
from trayapp.exchange import LARGE_LIMIT, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import base, host_of, names
from trayapp.formats.body import decoded, text_of

with deferred():
    from trayapp.formats import whereabouts

BUILTIN: Mapping[str, str] = {name: f"{__name__}.{name}" for name in PLATFORMS}
"""Adapters by name, in the order they are asked whether a body is theirs; each is imported on first use."""


class UnknownPlatformError(KeyError):
    """No adapter has this name."""

    def __init__(self, name: str) -> None:
        """Make the sentence from the name that was asked for."""
        super().__init__(name)
        self.detail = f"There is no platform named “{name}”; the built-in ones are: {', '.join(BUILTIN)}."

    def __str__(self) -> str:
        """Return the sentence: a ``KeyError`` would show its argument in quotes."""
        return self.detail


class Plugins(Struct, frozen=True):
    """Adapters of other packages by name, and one sentence for each that is broken and therefore skipped."""

    found: Mapping[str, Platform]
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detected:
    """Which platform speaks at an address. ``url`` is what to give the adapter as ``Ask.url``.

    ``answers`` are what was answered on the way, by address: the adapter need not ask for them once more.
    """

    platform: str
    url: str
    answers: Mapping[str, Response] = field(default_factory=dict, compare=False, repr=False)


def platform(name: str) -> Platform:
    """Return the adapter with this name; an adapter of another package only where no built-in one has it."""
    if name in BUILTIN:
        return _builtin(name)
    try:
        return plugins().found[name]
    except KeyError:
        raise UnknownPlatformError(name) from None


@cache
def plugins() -> Plugins:
    """Look once for adapters of other packages: on detection, or when a name is not built in."""
    from importlib import metadata  # noqa: PLC0415  loaded on first use: it is slow, and few people have plug-ins

    found: dict[str, Platform] = {}
    broken: list[str] = []
    for point in metadata.entry_points(group=PLATFORM_PLUGINS):
        if point.name in BUILTIN:
            broken.append(f"The plug-in “{point.name}” ({point.value}) has the name of a built-in platform.")
            continue
        try:
            loaded: object = point.load()
        except Exception as error:  # noqa: BLE001  whatever another package raises on import, it is only that one's
            broken.append(f"The plug-in “{point.name}” ({point.value}) cannot be loaded: {error!r}.")
            continue
        if isinstance(loaded, Platform) and loaded.name == point.name:
            found[point.name] = loaded
        else:
            broken.append(f"The plug-in “{point.name}” ({point.value}) is not a platform of that name.")
    return Plugins(found, tuple(broken))


@cache
def _builtin(name: str) -> Platform:
    found: object = importlib.import_module(BUILTIN[name]).PLATFORM
    if not isinstance(found, Platform):  # pragma: no cover  every module is checked in the tests
        raise UnknownPlatformError(name)
    return found


TRIES = (
    "/api/v2/summary.json",  # statuspage, incidentio
    "/index.json",  # betterstack, cstate
    "/summary.json",  # instatus
    "/api/v1/status.json",  # rootly, sorry
    "/config.json",  # datadog
    "/api/v1/components",  # cachet
    "/api/v1/endpoints/statuses",  # gatus
    "/api/v2/alerts",  # alertmanager
    "/api/entry-page",  # uptimekuma
    "/feed.rss",  # feed, flashduty
    "/history.atom",  # feed
    "/feed/json",  # openstatus
    "/history/summary.json",  # upptime
    "/api/widget/v1/summary.json",  # flashduty
    "/incidents.json",  # googlecloud
    "/public/currentevents",  # aws
    "/api/v2.0.0/current",  # slack
    "/en-us/status/feed/",  # azure
    "/api/posts/m365Consumer",  # microsoft
    "/api/components",  # cachet
)
"""Paths tried below a page's base, the commonest first. One answer settles several platforms: the body tells."""
NEAR_TRIES = (
    "/api/v2/summary.json",
    "/api/v1/endpoints/statuses",
    "/index.json",
    "/api/v1/components",
    "/summary.json",
)
"""What is tried first where teams keep their own monitors: nobody hosts most of the others there."""
_MOST_TRIES = 5
_BELOW_A_PREFIX = 2
_ANY_ANSWER = frozenset({200, *range(400, 600)})
_GONE = frozenset({404, 410})
_FOUND = 200
_BROKEN_OFF = frozenset({FailureKind.INVALID, FailureKind.RESET, FailureKind.TIMEOUT, FailureKind.TOO_LARGE})


def detect(url: str, turn: int = 0) -> Exchange[Detected]:
    """Find out which platform speaks at ``url``, in at most six requests; the body decides, never the host.

    First the address itself is asked: it may be a data file, and a web page may name its generator. Then the likely
    data files: those of a known host, those the web page hints at, then ``TRIES`` below the address and, where that
    is a deep link, below the root of the host. Only the first request can fail as a look: it says whether there is
    a host at all. There are more paths than requests: the next ``turn`` asks the likeliest again and goes on with the
    others where this one ended, in a circle.
    """
    answer = yield Request(url=url, accept=_ANY_ANSWER, limit=LARGE_LIMIT)
    answers = {url: answer}
    if (found := _recognised(answer, url)) is not None:
        return Detected(found.name, url, answers)

    most = _MOST_TRIES - (base(answer.url, ()) != base(url, ()))  # a redirect was a request, too
    likely, *others = _addresses(url, answer)
    first = (most - 1) * (turn % -(-len(others) // (most - 1)))
    for address in (likely, *others[first : first + most - 1]):
        answers[address] = answer = yield Request(url=address, limit=LARGE_LIMIT, optional=True)
        if (found := _recognised(answer, address)) is not None:
            return Detected(found.name, _ask_url(found, address), answers)
    raise _failure(list(answers.values()))


def recognise(answer: Response) -> Detected | None:
    """Return which platform's body this is and what to give its adapter, or ``None`` when nobody knows it."""
    found = _recognised(answer, answer.url)
    return None if found is None else Detected(found.name, _ask_url(found, answer.url))


def _everyone() -> Iterator[Platform]:
    for name in BUILTIN:
        yield _builtin(name)
    yield from plugins().found.values()


def _recognised(answer: Response, url: str) -> Platform | None:
    """Return whose body it is: those at home on this path are asked first, so that few read a large body."""
    if answer.status != _FOUND or not answer.body:
        return None
    at_home = [each for each in _everyone() if any(names(url, path) for path in each.paths)]
    others = [each for each in _everyone() if each not in at_home]
    found = next((each for each in (*at_home, *others) if each.recognises(answer)), None)
    if found is None and _is_empty_list(answer):
        return _keeper_of_a_list(at_home, url)
    return found


def _is_empty_list(answer: Response) -> bool:
    """Return whether the body is an empty list, in whatever coding: AWS writes UTF-16."""
    try:
        return text_of(answer).replace(" ", "") == "[]"
    except UnreadableResponseError:
        return False


def _keeper_of_a_list(at_home: list[Platform], url: str) -> Platform | None:
    """Return who alone keeps a list at this path: the body says nothing, and a path of one word could be anybody's."""
    if len(at_home) != 1:
        return None
    (found,) = at_home
    is_its_own = host_of(url) in found.hosts or any(path.count("/") > 1 and names(url, path) for path in found.paths)
    return found if is_its_own else None


def _ask_url(found: Platform, address: str) -> str:
    """Return the page's base where the adapter finds its data below it by itself, else the data file."""
    if any(names(address, path) for path in found.paths):
        return base(address, found.paths)
    return address


def _addresses(url: str, answer: Response) -> tuple[str, ...]:
    """Return what to ask next, the likeliest first, each once."""
    everyone = tuple(_everyone())
    page, *others = whereabouts.places(url, tuple(path for each in everyone for path in each.paths))
    at_home = [path for each in everyone if host_of(url) in each.hosts for path in each.paths][:2]
    likely = [*at_home, *whereabouts.signs(url), *whereabouts.hints(answer)]
    tries = (*NEAR_TRIES, *TRIES) if whereabouts.is_near(url) else TRIES

    found = whereabouts.elsewhere(url, answer)
    found += [place + path for place in (page, *others[:1]) for path in likely]
    found += [place + path for place in others[1:] for path in at_home[:1]]
    found += whereabouts.kuma(url, answer) + whereabouts.feeds(answer)[:1]
    if others:
        found += [page + path for path in tries[:_BELOW_A_PREFIX]] + [others[0] + path for path in tries]
    found += [page + path for path in tries]
    return tuple(each for each in dict.fromkeys(found) if each != url)


def _failure(answers: list[Response]) -> UnreadableResponseError:
    """Say why nothing was found.

    ========================================================  =====================
    the answers                                               kind
    ========================================================  =====================
    something that begins like data and cannot be read        ``invalid``
    one that broke off, was too large or came too late        that
    nothing but empty ones, or web pages and an empty file    ``empty``
    the host refuses or fails, and nothing else answered      ``http_error``
    anything else                                             ``not_a_status_page``
    ========================================================  =====================
    """
    tried = ", ".join("/" + each.url.partition("://")[2].partition("/")[2] for each in answers)
    first, read = answers[0], [each for each in answers if each.status == _FOUND]
    kinds = [(each, _trouble(each)) for each in read]
    for each, trouble in kinds:
        if trouble is not None and trouble.kind is FailureKind.INVALID:
            return UnreadableResponseError(f"{each.url} answers with broken data. {trouble.detail}")
    for each in answers:
        if each.failure is not None and each.failure.kind in _BROKEN_OFF:
            return UnreadableResponseError(f"{each.url} cannot be read. {each.failure.detail}", each.failure.kind)
    if any(trouble is not None and trouble.kind is FailureKind.EMPTY for _each, trouble in kinds):
        return UnreadableResponseError(f"The answers are empty (tried {tried}).", FailureKind.EMPTY)
    if not read and first.status not in _GONE:
        return UnreadableResponseError(
            f"The host answers with HTTP {first.status} (tried {tried}).",
            FailureKind.HTTP_ERROR,
            http_status=first.status,
        )
    return UnreadableResponseError(
        f"No status page of a known platform was found there (tried {tried}).", FailureKind.NOT_A_STATUS_PAGE
    )


def _trouble(answer: Response) -> UnreadableResponseError | None:
    """Return what is wrong with the bytes; text that does not even begin like JSON is no broken data."""
    try:
        if not text_of(answer).startswith(("{", "[")):
            return None
        decoded(answer, object)
    except UnreadableResponseError as trouble:
        return trouble
    return None
