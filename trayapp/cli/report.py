"""``trayapp report``: a program tells what it saw, so that nobody has to guess."""

import argparse
import re
from gettext import gettext as _

from trayapp import bootstrap
from trayapp.cli import places, printing
from trayapp.cli.exits import DONE, FAILED, UsageError
from trayapp.domain.verdict import TIMED_OUT, OwnReport
from trayapp.engine.clock import wall_time

_STATUS = re.compile(r"[1-9][0-9]{2}", re.ASCII)


def main(arguments: argparse.Namespace) -> int:
    """Keep one report; it counts for 15 minutes."""
    mine = places.home(arguments)
    report = OwnReport(_provider(mine, arguments.provider), _code(arguments.code), wall_time())
    try:
        bootstrap.report_file(mine).add(report)
    except OSError as error:
        printing.complain(_("trayapp: the report could not be kept: {why}").format(why=printing.why(error)))
        return FAILED
    return DONE


def _provider(mine: bootstrap.Home, typed: str) -> str:
    """Return the provider's id, or the page's where a page belongs to none."""
    known = mine.catalogue.find(typed)
    if known is not None:
        return known.id
    page = places.pages(mine, [typed])[0]
    return page.provider_id or page.id


def _code(typed: str) -> int:
    if typed.casefold() == "timeout":
        return TIMED_OUT
    if not _STATUS.fullmatch(typed):
        raise UsageError(_("{code!r} is not a status such as 529, nor timeout.").format(code=typed))
    return int(typed)
