"""Which catalogue counts: the shipped one or a newer published one below, the user's own on top."""

from msgspec import Struct
from msgspec.structs import replace

from trayapp.catalogue.lookup import Catalogue
from trayapp.domain.provider import Provider


class Edition(Struct, frozen=True):
    """A whole catalogue with its serial number; the higher one is newer."""

    serial: int
    catalogue: Catalogue


def stacked(shipped: Edition, published: Edition | None, user: tuple[Provider, ...]) -> tuple[Catalogue, bool]:
    """Return the catalogue to use, and whether the published edition is part of it.

    1. The published edition takes the place of the shipped one, whole, if its serial is higher. So a new version of
       the program is never held back by an edition that was published before it.
    2. The user's own providers are laid over whichever it is, as ``merge`` says; they always win.
    """
    is_newer = published is not None and published.serial > shipped.serial
    below = published if published is not None and is_newer else shipped
    return merge(below.catalogue, user), is_newer


def merge(bundled: Catalogue, user: tuple[Provider, ...]) -> Catalogue:
    """Return the bundled providers with the user's laid over them; the user always wins.

    1. A user's provider replaces the bundled one of that id whole, or the one that had that id before
       (it then answers to the newer id too). Nothing is mixed field by field.
    2. The others of the user's are added.
    3. A page id the user took for another provider is taken from the bundled one, which loses that page.
    4. All are sorted by id. Where a word or address still means two, the user's is found first.
    """
    replaced = {each.id: _replaced(bundled, each) for each in user}
    gone = {each.id for each in replaced.values() if each is not None}
    taken = {page.id for each in user for page in each.pages} | set(replaced)
    kept = (_without(each, taken) for each in bundled.providers if each.id not in gone)
    own = (_answering_for(each, replaced[each.id]) for each in user)
    return Catalogue(tuple(sorted((*kept, *own), key=lambda each: each.id)), own=frozenset(replaced))


def _replaced(bundled: Catalogue, own: Provider) -> Provider | None:
    """Return the bundled provider with the user's id, else the one that had it before."""
    same = next((each for each in bundled.providers if each.id == own.id), None)
    return same or next((each for each in bundled.providers if own.id in each.old_ids), None)


def _without(provider: Provider, taken: set[str]) -> Provider:
    """Return the provider without the pages whose ids are taken."""
    pages = tuple(each for each in provider.pages if each.id not in taken)
    return provider if len(pages) == len(provider.pages) else replace(provider, pages=pages)


def _answering_for(own: Provider, replaced: Provider | None) -> Provider:
    """Return the user's provider answering to every id of the one it replaces: history and settings name them."""
    if replaced is None:
        return own
    ids = dict.fromkeys((*own.old_ids, replaced.id, *replaced.old_ids))
    return replace(own, old_ids=tuple(each for each in ids if each != own.id))
