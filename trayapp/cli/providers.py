"""``trayapp providers``: the catalogue, listed, searched, and compared with the pages themselves."""

import argparse
import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from gettext import gettext as _

from trayapp import bootstrap
from trayapp.cli import places, printing
from trayapp.cli.exits import DONE, FAILED
from trayapp.domain.provider import Provider
from trayapp.domain.snapshot import PageState
from trayapp.engine.clock import wall_time
from trayapp.engine.http import Network
from trayapp.engine.survey import survey
from trayapp.presentation import document, terminal, verifying

_PATIENCE = timedelta(seconds=15)
_INTERVAL = timedelta(minutes=5)
_AT_ONCE = 16
"""Pages looked at side by side: the whole catalogue at once would overrun a home's own connection."""


def main(arguments: argparse.Namespace) -> int:
    """List or search the catalogue; with ``--verify`` look at the pages and say what no longer matches."""
    mine = places.home(arguments)
    found = mine.catalogue.search(arguments.search) if arguments.search else mine.catalogue.providers
    if not found:
        if arguments.json:
            printing.document(document.providers_document(()))
            return DONE
        printing.complain(_("trayapp: Nothing in the catalogue matches {search!r}.").format(search=arguments.search))
        return FAILED
    if arguments.verify:
        exact = mine.catalogue.find(arguments.search) if arguments.search else None
        return _verify(mine, (exact,) if exact is not None else found, as_json=arguments.json)
    if arguments.json:
        printing.document(document.providers_document(found))
        return DONE
    for provider in found:
        printing.lines(terminal.provider_lines(provider, detailed=bool(arguments.search)))
    return DONE


def _verify(mine: bootstrap.Home, providers: tuple[Provider, ...], *, as_json: bool) -> int:
    """Look at the pages of these providers and print what matches; 1 where an entry should be corrected."""
    result = compare(providers, lambda: bootstrap.network_for(mine.settings))
    if as_json:
        printing.document(verifying.document(result))
    else:
        for provider in providers:
            printing.lines(verifying.lines(provider, result[provider.id]))
    return FAILED if any(each.is_wrong for seen in result.values() for each in seen) else DONE


def compare(
    providers: tuple[Provider, ...], network: Callable[[], Network]
) -> Mapping[str, tuple[verifying.VerifiedPage, ...]]:
    """Look at every page of these providers once, some at a time; return what was found by provider id."""
    pages = [page for provider in providers for page in provider.pages]
    states: dict[str, PageState] = {}
    for start in range(0, len(pages), _AT_ONCE):
        some = tuple(pages[start : start + _AT_ONCE])
        snapshot = asyncio.run(survey(some, network(), _INTERVAL, _PATIENCE))
        states.update({each.page.id: each for each in snapshot.pages})
    now = wall_time()
    return {each.id: tuple(verifying.verified(page, states[page.id], now) for page in each.pages) for each in providers}
