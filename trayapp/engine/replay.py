"""Which pages a recording is of, and a network that answers from it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from trayapp import platforms
from trayapp.catalogue.lookup import Catalogue
from trayapp.domain.provider import StatusPage
from trayapp.domain.snapshot import TOTAL_DEADLINE
from trayapp.engine.http import Network, answering
from trayapp.engine.recording import Answered, Recording, recording_of
from trayapp.engine.watchlist import page_at, with_ids_of_their_own
from trayapp.exchange import Ask, Response
from trayapp.platforms import Detected
from trayapp.storage.settings import Settings


def pages_of(recording: Recording, settings: Settings, catalogue: Catalogue) -> tuple[StatusPage, ...]:
    """Return the pages a recording is of: found by the bodies, one a host and platform; every leaf is watched.

    A host none of whose bodies any platform knows is a page too: an unknown one.
    """
    found: dict[tuple[str, str], StatusPage] = {}
    hosts: dict[str, str] = {}
    for url in recording.urls:
        hosts.setdefault(urlsplit(url).netloc.lower(), url)
        for place in _places(recording.of(url)):
            found.setdefault(place, _page(place[1], place[0], settings, catalogue))
    found = {place: page for place, page in found.items() if not any(_asks(each, page) for each in found.values())}
    known = {urlsplit(page.url).netloc.lower() for page in found.values()}
    for host, url in hosts.items():
        if host not in known:
            found[("", url)] = page_at(url, settings, catalogue)
    return with_ids_of_their_own(found.values())


def from_its_first_page(recording: Recording) -> Recording:
    """Return the recording without what was only asked to find out the first page's platform.

    ``record`` begins with those questions; a replay knows the platform, asks for the page in its first moment and
    would be refused what is recorded a moment later. Nothing is left out that failed, or that tells of a page.
    """
    known = {urlsplit(url).netloc.lower() for url in recording.urls if _places(recording.of(url))}
    for place, line in enumerate(recording.answers):
        if _recognised(line) is not None:
            is_the_same_look = line.at - recording.start <= TOTAL_DEADLINE
            is_awake = all(nap.at >= line.at for nap in recording.sleeps)
            if place and is_the_same_look and is_awake:
                return recording_of(recording.answers[place:], recording.sleeps)
            break
        if line.exchanged.fail is not None or urlsplit(line.exchanged.url).netloc.lower() not in known:
            break
    return recording


def with_platforms(pages: tuple[StatusPage, ...], recording: Recording) -> tuple[StatusPage, ...]:
    """Return the pages with their platform found in the recorded bodies, where it is not known yet."""
    return tuple(each if each.platform else _detected(each, recording) for each in pages)


def _detected(page: StatusPage, recording: Recording) -> StatusPage:
    host = urlsplit(page.url).netloc.lower()
    for url in recording.urls:
        if urlsplit(url).netloc.lower() == host:
            for platform, _base in _places(recording.of(url)):
                return replace(page, platform=platform)
    return page


def network_for(recording: Recording, now: Callable[[], datetime]) -> Network:
    """Return a network that opens no socket and answers as recorded at the (simulated) moment."""
    return Network(transport=answering(lambda url: recording.answer(url, now())), now=now)


def _places(lines: tuple[Answered, ...]) -> list[tuple[str, str]]:
    """Return (platform, base address) for the first body of an address that a platform knows."""
    for line in lines:
        detected = _recognised(line)
        if detected is not None:
            return [(detected.platform, detected.url)]
    return []


def _recognised(line: Answered) -> Detected | None:
    answer = line.exchanged
    if answer.fail is not None or not answer.body:
        return None
    return platforms.recognise(Response(answer.url, answer.status, answer.body, answer.headers))


def _asks(page: StatusPage, other: StatusPage) -> bool:
    """Return whether the other one is only an address that the reader of this page asks first."""
    if page.url == other.url or page.platform != other.platform:
        return False
    conversation = platforms.platform(page.platform).read(Ask(url=page.url, options=page.options))
    return next(conversation).url == other.url


def _page(url: str, platform: str, settings: Settings, catalogue: Catalogue) -> StatusPage:
    return replace(page_at(url, settings, catalogue), platform=platform)
