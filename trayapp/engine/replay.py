"""Which pages a recording is of, and a network that answers from it."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from msgspec.structs import replace

from trayapp import platforms
from trayapp.catalogue.lookup import Catalogue
from trayapp.domain.provider import StatusPage
from trayapp.domain.snapshot import TOTAL_DEADLINE
from trayapp.engine.http import Network, answering
from trayapp.engine.recording import Answered, Recording, recording_of
from trayapp.engine.watchlist import page_at, with_ids_of_their_own
from trayapp.exchange import Ask, Response
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


def from_its_first_look(recording: Recording) -> Recording:
    """Return the recording from the end of its first look on: all that was answered in that look is there from then.

    ``record`` begins with the questions that find out a page's platform and writes the answers as they come. A replay
    asks for all of them in one moment, and would be refused those recorded a little later. The look ends at the first
    address of that host that is answered again or fails, and after the time a look may take.
    """
    known = {urlsplit(url).netloc.lower() for url in recording.urls if _places(recording.of(url))}
    host = urlsplit(recording.answers[0].exchanged.url).netloc.lower()
    seen: set[str] = set()
    end = recording.start
    for line in recording.answers:
        if line.at - recording.start > TOTAL_DEADLINE:
            break
        if urlsplit(line.exchanged.url).netloc.lower() != host:
            continue
        if line.exchanged.fail is not None or line.exchanged.url in seen:
            break
        seen.add(line.exchanged.url)
        end = line.at
    if end == recording.start or host not in known or any(nap.at < end for nap in recording.sleeps):
        return recording
    return recording_of((replace(each, at=max(each.at, end)) for each in recording.answers), recording.sleeps)


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
        answer = line.exchanged
        if answer.fail is not None or not answer.body:
            continue
        response = Response(answer.url, answer.status, answer.body, answer.headers)
        detected = platforms.recognise(response)
        if detected is not None:
            return [(detected.platform, detected.url)]
    return []


def _asks(page: StatusPage, other: StatusPage) -> bool:
    """Return whether the other one is only an address that the reader of this page asks first."""
    if page.url == other.url or page.platform != other.platform:
        return False
    conversation = platforms.platform(page.platform).read(Ask(url=page.url, options=page.options))
    return next(conversation).url == other.url


def _page(url: str, platform: str, settings: Settings, catalogue: Catalogue) -> StatusPage:
    return replace(page_at(url, settings, catalogue), platform=platform)
