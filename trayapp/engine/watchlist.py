"""Which pages to watch: the settings' wishes, looked up in the catalogue."""

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from trayapp.catalogue.lookup import Catalogue, watching
from trayapp.domain.provider import ComponentRef, StatusPage
from trayapp.storage.settings import Settings, Watch


class Watchlist(Struct, frozen=True):
    """The pages to watch, and one sentence for every wish that could not be met."""

    pages: tuple[StatusPage, ...]
    problems: tuple[str, ...] = ()


def watchlist(settings: Settings, catalogue: Catalogue) -> Watchlist:
    """Resolve every ``[[watch]]`` to pages; a page wished for twice is watched once, by the first wish.

    A name under ``[alerts.providers]`` that is nobody's id, and is like one of the catalogue, is a problem too: it does
    nothing.
    """
    pages: list[StatusPage] = []
    problems: list[str] = []
    for wish in settings.watch:
        found = _pages_of(wish, catalogue)
        if not found:
            problems.append(_nothing_to_watch(wish, catalogue))
        pages.extend(found)
    watched = without_doubles(pages)
    problems.extend(_misnamed(settings.alerts.providers, catalogue, watched))
    return Watchlist(watched, tuple(problems))


def _misnamed(names: Iterable[str], catalogue: Catalogue, watched: Iterable[StatusPage]) -> Iterator[str]:
    """Say of each name what was meant. A host may be a page that was watched once: its level may wait for it."""
    known = {each.id for each in catalogue.providers}
    known |= {page.id for each in catalogue.providers for page in each.pages}
    ids = known | {each.id for each in watched}
    for name in names:
        if name not in ids and "." not in name and ":" not in name and (meant := _meant(name, known, catalogue)):
            yield f"Nothing is called {name!r} under [alerts.providers] in the settings: do you mean {meant!r}?"


def _meant(name: str, ids: Iterable[str], catalogue: Catalogue) -> str:
    """Return the id that was probably meant; nothing for what is like none."""
    provider = catalogue.find(name)
    if provider is not None:
        return provider.id
    from difflib import get_close_matches  # noqa: PLC0415 -- needed for mistakes only

    return next(iter(get_close_matches(name.casefold(), ids, 1, 0.8)), "")


def _nothing_to_watch(wish: Watch, catalogue: Catalogue) -> str:
    known = catalogue.find(wish.provider)
    if known is not None:
        return f"{known.name} has no status page that can be watched. See: trayapp providers {known.id}"
    return f"The provider {wish.provider!r} is not in the catalogue. List what there is with: trayapp providers"


def page_at(url: str, settings: Settings, catalogue: Catalogue) -> StatusPage:
    """Return the page to read for an address somebody typed.

    A ``[[watch]]`` with that address decides what to watch there; else every leaf component is watched,
    also where the catalogue knows the page (its id and name are used then).
    """
    for wish in settings.watch:
        if wish.url and wish.url.rstrip("/") == url.rstrip("/"):
            return _own_page(wish, catalogue)
    known = catalogue.page_at(url)
    if known is not None:
        return StatusPage(id=known.id, name=known.name, url=url, provider_id=known.provider_id)
    return StatusPage(id=page_id(url), name=page_id(url), url=url)


def named(name: str, settings: Settings, catalogue: Catalogue) -> tuple[StatusPage, ...]:
    """Return the pages meant by a page id, provider id, name or alias; watched ones keep their choice."""
    wanted = name.casefold().strip()
    watched = watchlist(settings, catalogue).pages
    mine = tuple(each for each in watched if wanted in {each.id.casefold(), each.name.casefold()})
    if mine:
        return mine
    provider = catalogue.find(name)
    if provider is not None:
        ours = tuple(each for each in watched if each.provider_id == provider.id)
        return ours or provider.pages
    page = catalogue.page(wanted)
    if page is not None:
        return (page,)
    pages = (page for provider in catalogue.providers for page in provider.pages)
    return tuple(page for page in pages if page.name.casefold() == wanted)


def page_id(url: str) -> str:
    """Return the id of a page that is not in the catalogue: host, with the port where one is given."""
    return urlsplit(url).netloc.rpartition("@")[2].lower() or url


def without_doubles(pages: Iterable[StatusPage]) -> tuple[StatusPage, ...]:
    """Return the pages, each once, the first one of several; those that share a host are told apart by their path."""
    found: dict[tuple[str, str], StatusPage] = {}
    for page in pages:
        found.setdefault((page.id, _path(page.url) if page.id == page_id(page.url) else ""), page)
    return with_ids_of_their_own(found.values())


def with_ids_of_their_own(pages: Iterable[StatusPage]) -> tuple[StatusPage, ...]:
    """Tell pages of one host apart by their path: the first is called as its host, the others have it added."""
    taken: set[str] = set()
    result = []
    for page in pages:
        own = page if page.id not in taken else replace(page, id=f"{page_id(page.url)}{_path(page.url) or '/'}")
        taken.add(own.id)
        result.append(own)
    return tuple(result)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")


def _pages_of(wish: Watch, catalogue: Catalogue) -> tuple[StatusPage, ...]:
    if wish.url:
        return (_own_page(wish, catalogue),)
    provider = catalogue.find(wish.provider)
    if provider is None:
        return ()
    pages = watching(provider, (*wish.products, *wish.components))
    if not wish.options:
        return pages
    return tuple(replace(page, options=MappingProxyType({**page.options, **wish.options})) for page in pages)


def _own_page(wish: Watch, catalogue: Catalogue) -> StatusPage:
    """Return the page of a wish with an address of its own."""
    provider = catalogue.find(wish.provider) if wish.provider else None
    known = catalogue.page_at(wish.url)
    page = StatusPage(
        id=known.id if known is not None else page_id(wish.url),
        name=wish.name or (known.name if known is not None else page_id(wish.url)),
        url=wish.url,
        platform=wish.platform,
        provider_id=provider.id if provider is not None else (known.provider_id if known is not None else ""),
        watched=tuple(ComponentRef(name=each) for each in wish.components),
        internal=wish.internal,
        access=wish.access,
        options=wish.options,
    )
    return replace(page, platform=known.platform) if known is not None and not wish.platform else page
