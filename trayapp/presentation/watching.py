"""What can be watched of a provider: its products and components as a tree of ticks, and back to words.

A choice is kept in the words of the settings: product ids and component names. Nothing chosen means "what matters":
the products the catalogue marks so, or every component of a page it does not know.
"""

from collections import Counter
from collections.abc import Iterable
from gettext import gettext as _

from msgspec import Struct

from trayapp.domain.provider import ComponentRef, Provider, StatusPage
from trayapp.domain.report import Component
from trayapp.domain.snapshot import PageState
from trayapp.presentation.tray import NAME_LIMIT, clipped
from trayapp.presentation.words import Mark, mark_of, status_word

_REGIONS = {
    "aws": "us-east-1, eu-central-1",
    "azure": "East US, West Europe",
    "googlecloud": "us-central1, europe-west4",
}
"""Platforms that report by region (the option ``regions`` of their adapters), and how regions are written there."""


class Leaf(Struct, frozen=True):
    """One component. ``word`` is what the settings call it; ``mark`` is ``None`` where no page lists it now."""

    key: str
    name: str
    word: str
    state: str = ""
    mark: Mark | None = None
    is_default: bool = True


class Branch(Struct, frozen=True):
    """A product, or a group of the page that belongs to no product; ``product_id`` is empty for a group."""

    name: str
    leaves: tuple[Leaf, ...]
    product_id: str = ""


class Choice(Struct, frozen=True):
    """Product ids and component names; both empty means what matters."""

    products: tuple[str, ...] = ()
    components: tuple[str, ...] = ()


class _Listed(Struct, frozen=True):
    """A component as a page lists it now."""

    page: StatusPage
    component: Component

    @property
    def key(self) -> str:
        return f"{self.page.id}\n{self.component.id}"


def branches(
    provider: Provider | None, states: tuple[PageState, ...], choice: Choice | None = None
) -> tuple[Branch, ...]:
    """Return products first, then what the pages list besides, by group.

    What is chosen and nobody knows (any more) comes last, so that it can be seen and taken out.
    """
    listed = [
        _Listed(state.page, each) for state in states if state.report is not None for each in state.report.components
    ]
    names = [each.component.name.casefold().strip() for each in listed]
    counts = Counter(names)
    once = {name for name, count in counts.items() if count == 1}
    defaults = _Defaults(provider)
    found: list[Branch] = []
    seen: set[str] = set()
    for product in provider.products if provider is not None else ():
        leaves = [leaf for ref in product.components for leaf in _leaves(ref, listed, once, defaults)]
        seen.update(each.key for each in leaves)
        if leaves:
            found.append(Branch(clipped(product.name, NAME_LIMIT), _unique(leaves), product.id))
    groups: dict[str, list[Leaf]] = {}
    for each in listed:
        if each.key not in seen:
            group = each.component.group or (each.page.name if len(states) > 1 else _("Other components"))
            groups.setdefault(group, []).append(_leaf(each, once, defaults))
    found.extend(Branch(clipped(name, NAME_LIMIT), tuple(leaves)) for name, leaves in groups.items())
    lost = _lost(found, choice or Choice())
    return (*found, Branch(_("Not listed by the page"), lost)) if lost else tuple(found)


def ticked(tree: tuple[Branch, ...], choice: Choice) -> frozenset[str]:
    """Return the keys of the leaves a choice means."""
    if choice == Choice():
        return frozenset(leaf.key for branch in tree for leaf in branch.leaves if leaf.is_default)
    products = {_folded(each) for each in choice.products}
    words = {_folded(each) for each in (*choice.components, *choice.products)}
    return frozenset(
        leaf.key
        for branch in tree
        for leaf in branch.leaves
        if (branch.product_id and {_folded(branch.product_id), _folded(branch.name)} & (products | words))
        or _called(leaf) & words
    )


def chosen(tree: tuple[Branch, ...], keys: frozenset[str]) -> Choice | None:
    """Return the choice that means exactly these leaves; ``None`` where nothing is ticked, which watches nothing."""
    if not keys:
        return None
    if keys == ticked(tree, Choice()):
        return Choice()
    whole = [each for each in tree if each.product_id and all(leaf.key in keys for leaf in each.leaves)]
    covered = {leaf.key for branch in whole for leaf in branch.leaves}
    words = [leaf.word for branch in tree for leaf in branch.leaves if leaf.key in keys - covered]
    return Choice(tuple(each.product_id for each in whole), tuple(dict.fromkeys(words)))


def region_example(pages: Iterable[StatusPage]) -> str:
    """Return how regions are written there, e.g. ``us-east-1, eu-central-1``; empty where a page knows none."""
    return next((_REGIONS[each.platform] for each in pages if each.platform in _REGIONS), "")


def regions_of(pages: Iterable[StatusPage]) -> str:
    """Return the regions that are watched, as they are written; empty for all of them."""
    return next((each.options.get("regions", "") for each in pages if each.platform in _REGIONS), "")


def hosts(pages: Iterable[StatusPage], others: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the hosts of the watched pages, of their second addresses and of other addresses, sorted."""
    urls = [*others, *(url for page in pages for url in (page.url, *page.fallback_urls))]
    return tuple(sorted({url.partition("://")[2].partition("/")[0] for url in urls} - {""}))


class _Defaults:
    """What the catalogue watches when a person says nothing."""

    def __init__(self, provider: Provider | None) -> None:
        pages = provider.pages if provider is not None else ()
        self._refs = {each.id: each.watched for each in pages if each.watched}
        self._words = {_folded(word) for refs in self._refs.values() for ref in refs for word in (ref.id, ref.name)} - {
            ""
        }

    def has(self, listed: _Listed) -> bool:
        refs = self._refs.get(listed.page.id)
        return refs is None or any(ref.find((listed.component,)) for ref in refs)

    def has_word(self, ref: ComponentRef) -> bool:
        return not self._refs or bool({_folded(ref.id), _folded(ref.name)} & self._words)


def _leaves(ref: ComponentRef, listed: list[_Listed], once: set[str], defaults: _Defaults) -> list[Leaf]:
    """Return the leaves a catalogue's component means: those listed, else one nobody lists now."""
    hits = [each for each in listed if ref.find((each.component,))]
    by_id = [each for each in hits if ref.id and each.component.id == ref.id]
    if hits:
        return [_leaf(each, once, defaults) for each in by_id or hits]
    return [Leaf(f"\n{_folded(str(ref))}", clipped(str(ref), NAME_LIMIT), str(ref), is_default=defaults.has_word(ref))]


def _leaf(listed: _Listed, once: set[str], defaults: _Defaults) -> Leaf:
    component = listed.component
    is_plain = component.name.casefold().strip() in once
    return Leaf(
        key=listed.key,
        name=clipped(component.name, NAME_LIMIT),
        word=component.name if is_plain else component.id,
        state=status_word(component.status),
        mark=mark_of(component.status),
        is_default=defaults.has(listed),
    )


def _lost(tree: list[Branch], choice: Choice) -> tuple[Leaf, ...]:
    known = {word for branch in tree for leaf in branch.leaves for word in _called(leaf)}
    known |= {_folded(word) for branch in tree if branch.product_id for word in (branch.product_id, branch.name)}
    unknown = [each for each in (*choice.products, *choice.components) if _folded(each) not in known]
    return tuple(
        Leaf(f"lost\n{_folded(each)}", clipped(each, NAME_LIMIT), each, is_default=False)
        for each in dict.fromkeys(unknown)
    )


def _called(leaf: Leaf) -> set[str]:
    return {_folded(leaf.word), _folded(leaf.name), _folded(leaf.key.rpartition("\n")[2])}


def _unique(leaves: list[Leaf]) -> tuple[Leaf, ...]:
    return tuple({each.key: each for each in leaves}.values())


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
