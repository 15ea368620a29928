"""What ``providers --verify`` found: each page of an entry beside what the page itself says."""

from collections.abc import Mapping
from datetime import datetime
from gettext import gettext as _

from msgspec import Struct

from trayapp.catalogue.lookup import CataloguedPage
from trayapp.domain.drift import Found, find
from trayapp.domain.provider import ComponentRef, Provider, StatusPage
from trayapp.domain.snapshot import PageState
from trayapp.presentation.drift import drift_sentences, found_line

Document = dict[str, object]


class VerifiedPage(Struct, frozen=True):
    """One page of an entry. ``problem`` says why it could not be compared, if so; ``drifted`` what has changed."""

    page: StatusPage
    platform: str
    problem: str = ""
    drifted: tuple[str, ...] = ()
    found: tuple[Found, ...] = ()
    listed: int = 0

    @property
    def is_wrong(self) -> bool:
        """Whether the entry should be corrected, or could not be compared."""
        return bool(self.problem or self.drifted) or any(each.is_wrong for each in self.found)


def verified(page: StatusPage, state: PageState, now: datetime) -> VerifiedPage:
    """Compare a page's entry with one look at it; every component of every product is sought, watched or not."""
    report = state.report
    drifted = drift_sentences(state, now)
    if report is None:
        problem = state.failure.detail if state.failure is not None and not drifted else ""
        return VerifiedPage(page, state.page.platform, problem, drifted)
    found = tuple(find(each, report) for each in _known(page))
    return VerifiedPage(page, state.page.platform, drifted=drifted, found=found, listed=len(report.components))


def lines(provider: Provider, pages: tuple[VerifiedPage, ...]) -> list[str]:
    """Return what was found about one provider, line by line."""
    told = [f"{provider.id:<18} {provider.name}"]
    if not pages:
        told.append("    " + _("no status page: nothing to compare"))
    for each in pages:
        mark = _("CHECK") if each.is_wrong else _("ok")
        told.append(f"    {mark:<5} {each.page.url}  {each.platform or _('no platform found')}")
        if each.problem:
            told.append("          " + _("could not be compared: {why}").format(why=each.problem))
        told.extend(f"          ! {sentence}" for sentence in each.drifted)
        told.extend(f"          {'!' if match.is_wrong else '-'} {found_line(match)}" for match in each.found)
    return told


def document(found: Mapping[str, tuple[VerifiedPage, ...]]) -> Document:
    """Return ``trayapp.providers/1`` as it is after a comparison: by provider, its pages and their components."""
    return {
        "schema": "trayapp.providers/1",
        "providers": [
            {
                "id": provider_id,
                "ok": not any(each.is_wrong for each in pages),
                "pages": [_page(each) for each in pages],
            }
            for provider_id, pages in found.items()
        ],
    }


def _page(each: VerifiedPage) -> Document:
    return {
        "id": each.page.id,
        "url": each.page.url,
        "platform": each.platform or None,
        "ok": not each.is_wrong,
        "problem": each.problem or None,
        "drift": list(each.drifted),
        "listed": each.listed,
        "components": [
            {
                "id": match.ref.id or None,
                "name": match.ref.name or None,
                "found": match.match.value,
                "as": [{"id": one.id, "name": one.name} for one in match.components],
            }
            for match in each.found
        ],
    }


def _known(page: StatusPage) -> tuple[ComponentRef, ...]:
    """Return every component the entry names on this page."""
    products = page.products if isinstance(page, CataloguedPage) else ()
    named = (ref for product in products for ref in product.components)
    return tuple(dict.fromkeys((*page.watched, *named)))
