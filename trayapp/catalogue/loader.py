"""Reads catalogue files (TOML) strictly: every mistake is named with its line, in words a person can act on.

The schema is described field by field in ``resources/catalogue/README.md``. The user's own catalogue has
the same one.
"""

from collections.abc import Collection, Iterable, Iterator
from gettext import gettext as _
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from trayapp.catalogue.lookup import Catalogue, CataloguedPage
from trayapp.catalogue.tables import CatalogueError, Source, Table, nearest
from trayapp.domain.provider import ComponentRef, Product, Provider

# What callers of this module need of its neighbours, so that they need not know them.
__all__ = ["KINDS", "Catalogue", "CatalogueError", "read", "read_bundled"]

KINDS: Final = ("ai", "cloud", "developer")

_ADDRESSES: Final = ("console", "billing", "keys", "news", "chat", "base_url")
_VARIABLES: Final = ("base_env", "key_env")
_TEXTS: Final = ("api_host", *_VARIABLES)
_PROVIDER: Final = ("name", "aliases", "old_ids", "kind", *_ADDRESSES, *_TEXTS, "note", "page", "product")
_PAGE: Final = ("id", "name", "url", "platform", "fallback", "old_urls", "shared", "options", "note")
_PRODUCT: Final = ("id", "name", "page", "default", "components")
_COMPONENT: Final = ("id", "name")


def read(text: str, name: str, platforms: Collection[str] | None = None) -> tuple[Provider, ...]:
    """Return the providers of one file, in the file's order.

    ``name`` is what errors call the file. ``platforms`` are the adapters' names; None leaves them unchecked.

    Raises:
        CatalogueError: The first mistake found.
    """
    return tuple(each.provider for each in _entries([(name, text)], platforms))


def read_bundled(texts: Iterable[tuple[str, str]], platforms: Collection[str] | None = None) -> Catalogue:
    """Return the catalogue of all files, given as (name, text); no word may mean two providers.

    Raises:
        CatalogueError: The first mistake found.
    """
    providers = (each.provider for each in _entries(texts, platforms))
    return Catalogue(tuple(sorted(providers, key=lambda each: each.id)))


class _Entry(Struct, frozen=True):
    """A provider and the table it was read from."""

    table: Table
    provider: Provider


class _Part(Struct, frozen=True):
    """A product, the page its components are on, and whether the page watches it unasked."""

    product: Product
    page_id: str
    default: bool


def _entries(texts: Iterable[tuple[str, str]], platforms: Collection[str] | None) -> list[_Entry]:
    entries = [
        _Entry(table, _provider(table, platforms)) for name, text in texts for table in Source(name, text).tables()
    ]
    _check_names(entries)
    return entries


def _provider(table: Table, platforms: Collection[str] | None) -> Provider:
    table.only(_PROVIDER)
    name, note = table.text("name"), table.text("note", "")
    pages = _pages(table, name, note, platforms)
    if not pages and not note:
        raise table.mistake(_("{table} has no page; give it one, or a note that says why not.").format(table=table))
    parts = _parts(table, [each.id for each in pages])
    return Provider(
        id=table.heading,
        name=name,
        pages=tuple(_with_products(each, parts) for each in pages),
        aliases=table.texts("aliases"),
        old_ids=table.identifiers("old_ids"),
        products=tuple(each.product for each in parts),
        kind=table.choice("kind", KINDS, "ai"),
        api_host=table.host("api_host"),
        note=note,
        **{key: table.address(key, "") for key in _ADDRESSES},
        **{key: table.variable(key) for key in _VARIABLES},
    )


def _pages(table: Table, name: str, note: str, platforms: Collection[str] | None) -> tuple[CataloguedPage, ...]:
    pages: list[CataloguedPage] = []
    for each in table.tables("page"):
        each.only(_PAGE)
        page_id = each.identifier("id", None if pages else table.heading)
        if not pages and page_id != table.heading:
            sentence = _('The first page has the provider\'s id; leave the line out, or make it id = "{id}".')
            raise each.mistake(sentence.format(id=table.heading), "id")
        if page_id in {page.id for page in pages}:
            raise each.mistake(_('Two pages of {table} have the id "{id}".').format(table=table, id=page_id), "id")
        page = CataloguedPage(
            id=page_id,
            name=each.text("name", name),
            url=each.address("url"),
            platform=_platform(each, platforms),
            provider_id=table.heading,
            fallback_urls=each.addresses("fallback"),
            options=each.options("options"),
            note=each.text("note", note),
            old_urls=each.addresses("old_urls"),
            shared=each.flag("shared"),
        )
        pages.append(page)
    return tuple(pages)


def _platform(table: Table, platforms: Collection[str] | None) -> str:
    """Return the adapter's name, empty where the platform is to be found out by asking the page."""
    name = table.text("platform", "")
    if name and platforms is not None and name not in platforms:
        sentence = _('There is no platform "{name}"; {advice}')
        raise table.mistake(sentence.format(name=name, advice=nearest(name, platforms)), "platform")
    return name


def _parts(table: Table, page_ids: list[str]) -> tuple[_Part, ...]:
    parts: list[_Part] = []
    for each in table.tables("product"):
        each.only(_PRODUCT)
        product_id = each.identifier("id")
        if product_id in {part.product.id for part in parts}:
            sentence = _('Two products of {table} have the id "{id}".')
            raise each.mistake(sentence.format(table=table, id=product_id), "id")
        if not page_ids:
            raise each.mistake(_("{table} has products but no page to find them on.").format(table=table))
        page_id = each.identifier("page", page_ids[0])
        if page_id not in page_ids:
            sentence = _('{table} has no page "{id}"; {advice}')
            raise each.mistake(sentence.format(table=table, id=page_id, advice=nearest(page_id, page_ids)), "page")
        product = Product(product_id, each.text("name"), tuple(_components(each)))
        parts.append(_Part(product, page_id, each.flag("default")))
    return tuple(parts)


def _components(table: Table) -> Iterator[ComponentRef]:
    for each in table.inline("components"):
        for key in each.content:
            if key not in _COMPONENT:
                sentence = _('A component has an id and a name, no "{key}".')
                raise table.mistake(sentence.format(key=key), "components")
        ref = ComponentRef(each.text("id", ""), each.text("name", ""))
        if not str(ref):
            raise table.mistake(_("A component needs an id, a name, or both."), "components")
        yield ref


def _with_products(page: CataloguedPage, parts: tuple[_Part, ...]) -> CataloguedPage:
    """Return the page with the products that are on it, watching the default ones."""
    here = [each for each in parts if each.page_id == page.id]
    watched = dict.fromkeys(ref for each in here if each.default for ref in each.product.components)
    return replace(page, products=tuple(each.product for each in here), watched=tuple(watched))


def _check_names(entries: Iterable[_Entry]) -> None:
    """Refuse a word that would mean two providers: ids, old ids, page ids, names and aliases are one pool."""
    owners: dict[str, _Entry] = {}
    for entry in entries:
        for key, word in _words(entry.provider):
            owner = owners.setdefault(word.casefold(), entry)
            if owner is not entry:
                sentence = _('"{word}" already means [{owner}] in {file}; a word may mean one provider only.')
                words = {"word": word, "owner": owner.provider.id, "file": owner.table.source.name}
                raise entry.table.mistake(sentence.format(**words), key)


def _words(provider: Provider) -> Iterator[tuple[str, str]]:
    """Yield every word the provider answers to, with the key it stands at (empty for the heading)."""
    yield "", provider.id
    yield "name", provider.name
    yield from (("aliases", each) for each in provider.aliases)
    yield from (("old_ids", each) for each in provider.old_ids)
    yield from (("", each.id) for each in provider.pages)
