"""From what was typed to what is meant: the user's home, and the pages a name or an address stands for."""

import argparse
import ipaddress
import re
from gettext import gettext as _
from urllib.parse import urlsplit

from trayapp import bootstrap
from trayapp.cli import printing
from trayapp.cli.exits import UsageError
from trayapp.domain.provider import StatusPage
from trayapp.engine import watchlist

_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}(?::\d+)?(?:/\S*)?")
"""What looks like a host, perhaps with a port and a path."""


def options(arguments: argparse.Namespace) -> bootstrap.Options:
    """Return the options every command has."""
    return bootstrap.Options(
        config=arguments.config, data_dir=arguments.data_dir, demo=getattr(arguments, "demo", False)
    )


def home(arguments: argparse.Namespace) -> bootstrap.Home:
    """Return the user's home; a broken configuration ends the command (it is never touched)."""
    mine = bootstrap.home(options(arguments))
    if mine.loaded.problems:
        raise UsageError("\n".join(str(each) for each in mine.loaded.problems))
    return mine


def pages(mine: bootstrap.Home, names: list[str]) -> tuple[StatusPage, ...]:
    """Return the pages meant by names and addresses, or the watched ones when none is named."""
    if not names:
        wanted = watchlist.watchlist(mine.settings, mine.catalogue)
        if not wanted.pages:
            reasons = " ".join(wanted.problems)
            raise UsageError(_("Nothing is watched and nothing was named.") + (f" {reasons}" if reasons else ""))
        return wanted.pages
    found: list[StatusPage] = []
    for name in names:
        meant = (_at(mine, name),) if "://" in name else watchlist.named(name, mine.settings, mine.catalogue)
        if not meant:
            raise UsageError(_nowhere(mine, name))
        found.extend(meant)
    return watchlist.without_doubles(found)


def _nowhere(mine: bootstrap.Home, name: str) -> str:
    """Return why a name stands for no page, and what was probably meant."""
    known = mine.catalogue.find(name)
    if known is not None:
        sentence = _("{name} has no status page that can be read. See: trayapp providers {id}, trayapp diagnose {id}")
        return sentence.format(name=known.name, id=known.id)
    sentence = _("Nothing is called {name!r}. List what there is with: trayapp providers").format(name=name)
    if not _HOST.fullmatch(name):
        return sentence
    return sentence + " " + _("If it is the host of a status page, write https://{name}").format(name=name)


def watched(mine: bootstrap.Home) -> tuple[StatusPage, ...]:
    """Return the watched pages for a look without an engine; what of the wishes could not be met is said."""
    found = pages(mine, [])
    for sentence in watchlist.watchlist(mine.settings, mine.catalogue).problems:
        printing.complain(f"trayapp: {sentence}")
    return found


def _at(mine: bootstrap.Home, url: str) -> StatusPage:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018 -- raises where it is no number
    except ValueError:
        raise UsageError(_("{url!r} is not an address.").format(url=url)) from None
    page = watchlist.page_at(url, mine.settings, mine.catalogue)
    if any(each.isspace() for each in url):
        raise UsageError(_("{url!r} is not an address.").format(url=url))
    if parts.username is not None:
        sentence = _("An address with a user name or a password in it is not taken. See: trayapp login --help")
        raise UsageError(sentence)
    if not host or parts.scheme not in {"http", "https"}:
        raise UsageError(_("{url!r} is not the https address of a status page.").format(url=url))
    if parts.scheme == "http" and not page.internal and not _is_loopback(host):
        raise UsageError(
            _("{url} is not encrypted. Plain http is for this computer, or for a [[watch]] marked internal.").format(
                url=url
            )
        )
    return page


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
