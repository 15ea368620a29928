"""The catalogue in memory: finding a provider by whatever a person calls it, and a page by its address."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from trayapp.domain.provider import ComponentRef, Product, Provider, StatusPage

_USUAL_PORTS: Final = {"http": 80, "https": 443}
_LONG: Final = 4
"""Letters a word needs before a misspelling of it is guessed."""


class CataloguedPage(StatusPage, frozen=True, kw_only=True):
    """A status page as the catalogue knows it.

    ``old_urls`` are addresses it had before (a person may still paste one; they are never asked).
    ``shared`` marks a page that belongs to another provider of the catalogue: an address pasted by a
    person means the owner's entry. ``products`` are those whose components are on this page.
    """

    old_urls: tuple[str, ...] = ()
    shared: bool = False
    products: tuple[Product, ...] = ()

    def named(self, word: str) -> tuple[ComponentRef, ...]:
        """Return the components meant by a product's id or name, or by a known component's; else nothing."""
        wanted = _folded(word)
        for product in self.products:
            if wanted in {_folded(product.id), _folded(product.name)}:
                return product.components
        known = chain.from_iterable(each.components for each in self.products)
        return _unique(each for each in known if wanted in {_folded(each.id), _folded(each.name)})


class Catalogue(Struct, frozen=True):
    """All known providers, sorted by id. ``own`` are the ids of those that came from the user's file.

    Where two providers answer to one word, or two pages to one id or address, the user's own comes first.
    """

    providers: tuple[Provider, ...] = ()
    own: frozenset[str] = frozenset()

    def find(self, name: str) -> Provider | None:
        """Return the provider with this id, else old id, else name, else alias; case does not matter."""
        wanted = _folded(name)
        if not wanted:
            return None
        for provider in self._by_precedence():
            if provider.id == wanted:
                return provider
        for words in (_old_ids, _names, _aliases):
            for provider in self._by_precedence():
                if wanted in {_folded(each) for each in words(provider)}:
                    return provider
        return None

    def page(self, page_id: str) -> StatusPage | None:
        """Return the page with this id; a provider's old id means its first page."""
        wanted = _folded(page_id)
        for provider in self._by_precedence():
            for page in provider.pages:
                if page.id == wanted:
                    return page
        for provider in self._by_precedence():
            if provider.pages and wanted in {_folded(each) for each in provider.old_ids}:
                return provider.pages[0]
        return None

    def page_at(self, url: str) -> StatusPage | None:
        """Return the page at this address, be it its current, fallback or old one.

        ``http``, a leading ``www.``, a trailing slash, anything below the page's path and a missing scheme do
        not matter; another port does. The longest matching path wins, then the page's owner over a
        provider that only shares it.
        """
        wanted = _place(url)
        if wanted is None:
            return None
        best: tuple[int, bool] | None = None
        found: StatusPage | None = None
        for provider in self._by_precedence():
            for page in provider.pages:
                lengths = [len(place.path) for place in _places(page) if place.holds(wanted)]
                if not lengths:
                    continue
                rank = (max(lengths), not (isinstance(page, CataloguedPage) and page.shared))
                if best is None or rank > best:
                    best, found = rank, page
        return found

    def search(self, text: str) -> tuple[Provider, ...]:
        """Return the providers a person may mean, best first; everything for an empty text.

        | rank | the text is |
        |---|---|
        | 0 | the id, an old id, the name or an alias; or the address of one of its pages |
        | 1 | how one of those begins |
        | 2 | how a word in one of those, or in a product's name, begins |
        | 3 | somewhere in those, in a page's host or in the API host |
        | 4 | misspelt: only asked when nothing else was found |
        """
        wanted = _folded(text)
        if not wanted:
            return self.providers
        page = self.page_at(text) if "." in wanted else None
        owner = page.provider_id if page is not None else ""
        ranked = [(0 if each.id == owner else _rank(each, wanted), each) for each in self.providers]
        found = sorted(((rank, _folded(each.name), each.id, each) for rank, each in ranked if rank is not None))
        if found:
            return tuple(each for *_, each in found)
        return self._misspelt(wanted)

    def _misspelt(self, wanted: str) -> tuple[Provider, ...]:
        """Return the providers with a name, or a long word of one, close to the text; closest first."""
        named: dict[str, list[Provider]] = {}
        worded: dict[str, list[Provider]] = {}
        for provider in self.providers:
            for name in dict.fromkeys(_folded(each) for each in (provider.id, *_called(provider))):
                named.setdefault(name, []).append(provider)
                for word in name.split():
                    if len(word) >= _LONG:
                        worded.setdefault(word, []).append(provider)
        from difflib import get_close_matches  # noqa: PLC0415 -- needed for misspellings only

        close = get_close_matches(wanted, {**named, **worded}, n=5, cutoff=0.75)
        meant = (each for word in close for each in (*named.get(word, ()), *worded.get(word, ())))
        return tuple({each.id: each for each in meant}.values())

    def _by_precedence(self) -> Iterator[Provider]:
        """Yield the user's own providers, then the bundled ones."""
        yield from (each for each in self.providers if each.id in self.own)
        yield from (each for each in self.providers if each.id not in self.own)


def watching(provider: Provider, words: Iterable[str]) -> tuple[StatusPage, ...]:
    """Return the provider's pages watching what the words name: products, components, or unknown names.

    A page that none of the words names is left out; a word that nothing in the catalogue explains is taken
    for a component's name on the first page. Without words the pages stay as catalogued.
    """
    wanted = tuple(word for word in words if word.strip())
    if not wanted or not provider.pages:
        return provider.pages
    first = provider.pages[0]
    meant: dict[str, list[ComponentRef]] = {page.id: [] for page in provider.pages}
    for word in wanted:
        explained = False
        for page in provider.pages:
            found = page.named(word) if isinstance(page, CataloguedPage) else ()
            meant[page.id].extend(found)
            explained = explained or bool(found)
        if not explained:
            meant[first.id].append(ComponentRef(name=word.strip()))
    return tuple(replace(page, watched=_unique(meant[page.id])) for page in provider.pages if meant[page.id])


class _Place(Struct, frozen=True):
    """An address reduced to what tells pages apart; ``port`` is None for the scheme's usual one."""

    host: str
    port: int | None
    path: tuple[str, ...]

    @classmethod
    def of(cls, url: str) -> "_Place | None":
        """Return the place of an address, or None for what is none."""
        text = url.strip()
        if "://" not in text:
            text = "https://" + text
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            return None
        host = (parts.hostname or "").rstrip(".").removeprefix("www.")
        if parts.scheme.lower() not in _USUAL_PORTS or not host:
            return None
        if port == _USUAL_PORTS[parts.scheme.lower()]:
            port = None
        return cls(host, port, tuple(each for each in parts.path.split("/") if each))

    def holds(self, other: "_Place") -> bool:
        """Return whether the other place is this one or below it."""
        same_host = (self.host, self.port) == (other.host, other.port)
        return same_host and other.path[: len(self.path)] == self.path


def _places(page: StatusPage) -> Iterator[_Place]:
    old = page.old_urls if isinstance(page, CataloguedPage) else ()
    for url in (page.url, *page.fallback_urls, *old):
        place = _place(url)
        if place is not None:
            yield place


_place = lru_cache(maxsize=4096)(_Place.of)
"""Every look-up compares with every page of the catalogue: their addresses are taken apart once."""


def _rank(provider: Provider, wanted: str) -> int | None:
    """Return the rank of ``Catalogue.search``'s table, or None for no match."""
    called = tuple(_folded(each) for each in (provider.id, *_called(provider)))
    if wanted in called:
        return 0
    if any(each.startswith(wanted) for each in called):
        return 1
    known = (*called, *(_folded(each.name) for each in provider.products))
    words = chain.from_iterable(each.replace("-", " ").replace(".", " ").split() for each in known)
    if any(each.startswith(wanted) for each in words) or any(each.startswith(wanted) for each in known):
        return 2
    hosts = (place.host for page in provider.pages for place in _places(page))
    if any(wanted in each for each in (*known, *hosts, provider.api_host)):
        return 3
    return None


def _called(provider: Provider) -> tuple[str, ...]:
    return (*_names(provider), *_aliases(provider), *_old_ids(provider))


def _names(provider: Provider) -> tuple[str, ...]:
    return (provider.name,)


def _aliases(provider: Provider) -> tuple[str, ...]:
    return provider.aliases


def _old_ids(provider: Provider) -> tuple[str, ...]:
    return provider.old_ids


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _unique(refs: Iterable[ComponentRef]) -> tuple[ComponentRef, ...]:
    return tuple(dict.fromkeys(refs))
