"""``trayapp providers``: the catalogue."""

import argparse
from gettext import gettext as _

from trayapp.cli import places, printing
from trayapp.cli.exits import DONE, FAILED
from trayapp.presentation import document, terminal


def main(arguments: argparse.Namespace) -> int:
    """List or search the catalogue."""
    mine = places.home(arguments)
    found = mine.catalogue.search(arguments.search) if arguments.search else mine.catalogue.providers
    if arguments.json:
        printing.document(document.providers_document(found))
        return DONE
    for provider in found:
        printing.lines(terminal.provider_lines(provider))
    if not found:
        printing.complain(_("trayapp: Nothing in the catalogue matches {search!r}.").format(search=arguments.search))
        return FAILED
    return DONE
