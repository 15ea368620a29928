"""``trayapp diagnose``: all signals of one provider now, the verdict and its evidence."""

import argparse
import asyncio
from gettext import gettext as _

from trayapp import bootstrap
from trayapp.cli import places, printing
from trayapp.cli.exits import FAILED, FINE, UNKNOWN
from trayapp.domain.keys import KeyRef, KeyState
from trayapp.domain.ledger import Sighting, Source
from trayapp.domain.provider import StatusPage
from trayapp.domain.verdict import CAUSES, BaselineKind, VerdictId
from trayapp.engine.diagnosis import CheckKey, Diagnosis, Question, diagnose
from trayapp.engine.keycheck import KeyChecker
from trayapp.engine.keykeeping import KeyKeeper
from trayapp.engine.watchlist import named, watchlist
from trayapp.presentation import verdict as words
from trayapp.storage.history import History, HistoryUnavailableError
from trayapp.storage.keyfile import KeyFileError


def main(arguments: argparse.Namespace) -> int:
    """Ask everybody, print, and let the exit code say it: 0 fine, 1 something is wrong, 3 cannot tell."""
    mine = places.home(arguments)
    provider, name, pages = _meant(mine, arguments.provider)
    found = asyncio.run(_diagnose(mine, provider, pages))
    _keep(mine, found)
    if arguments.json:
        printing.document(words.diagnosis_document(provider, name, found.verdict, found.at, found.causes))
    else:
        printing.lines(_lines(found, name))
    return {VerdictId.FINE: FINE, VerdictId.CANNOT_TELL: UNKNOWN}.get(found.verdict.id, FAILED)


def _keep(mine: bootstrap.Home, found: Diagnosis) -> None:
    """Stamp the ledger of the pages' incidents with what was found, where there is a history to keep it in.

    That somebody asked is no report: a program may ask every minute.
    """
    if not mine.paths.database.exists():
        return
    sightings = [Sighting(each.page.id, Source.FOUND, found.at, found.verdict.id.value) for each in found.pages]
    if found.edge.is_down and found.baseline.kind is BaselineKind.OK:
        sightings += [Sighting(each.page.id, Source.CHECK, found.at) for each in found.pages]
    history = History.open(mine.paths.database)
    try:
        history.record("", found.at, None, sightings=sightings)
    except HistoryUnavailableError as error:
        printing.complain(f"trayapp: {error}")
    finally:
        history.close()


def _meant(mine: bootstrap.Home, typed: str) -> tuple[str, str, tuple[StatusPage, ...]]:
    """Return the provider's id, its name, and its pages, for whatever was typed."""
    known = mine.catalogue.find(typed)
    if known is not None and not named(typed, mine.settings, mine.catalogue):
        return known.id, known.name, ()
    pages = places.pages(mine, [typed])
    provider = mine.catalogue.find(pages[0].provider_id) if pages[0].provider_id else None
    if provider is None:
        return pages[0].id, pages[0].name, pages
    return provider.id, provider.name, tuple(each for each in pages if each.provider_id == provider.id)


async def _diagnose(mine: bootstrap.Home, provider: str, pages: tuple[StatusPage, ...]) -> Diagnosis:
    sources = bootstrap.signal_sources(mine.settings, mine)
    keeper = _keeper(mine)
    keys = tuple(each for each in keeper.book.keys if each.ref.provider == provider) if keeper is not None else ()
    watched = watchlist(mine.settings, mine.catalogue).pages
    reports = sources.reports.read() if sources.reports is not None else ()
    question = Question(
        provider=provider,
        pages=pages,
        edge=sources.edges.get(provider),
        baseline=sources.baseline,
        keys=keys,
        reports=tuple(each for each in reports if each.provider == provider),
        others=tuple(each for each in watched if each.provider_id not in {provider, *CAUSES}),
        causes=tuple(
            page for each in CAUSES if each != provider for page in named(each, mine.settings, mine.catalogue)
        ),
        interval=mine.settings.polling.idle,
    )
    network = bootstrap.network_for(mine.settings)
    if keeper is None or not keys:
        return await diagnose(question, network)
    checker = bootstrap.key_checker(mine.settings, keeper)
    try:
        return await diagnose(question, network, _checking(keeper, checker))
    finally:
        await checker.network.close()


def _keeper(mine: bootstrap.Home) -> KeyKeeper | None:
    keeper = bootstrap.key_keeper(mine)
    try:
        keeper.reload()
    except KeyFileError as error:
        printing.complain(f"trayapp: {error}")
        return None
    return keeper


def _checking(keeper: KeyKeeper, checker: KeyChecker) -> CheckKey:
    async def check(ref: KeyRef) -> KeyState | None:
        was_asked = False
        try:
            async for checks in checker.batches((ref,), may_ask=False):
                was_asked = True
                await keeper.note(checks)
        except KeyFileError as error:
            printing.complain(f"trayapp: {error}")
            return None
        return keeper.book.key(ref.id) if was_asked else None

    return check


def _lines(found: Diagnosis, name: str) -> list[str]:
    lines = [words.sentence(found.verdict, name, found.at)]
    for each in found.verdict.evidence:
        mark = {True: "+", False: "!", None: "?"}[each.ok]
        lines.append(f"  {mark} {words.evidence_line(each, found.at)}")
        if each.url:
            lines.append(f"      {each.url}")
    hint = words.hint(found.causes)
    return [*lines, _("Hint: {hint}").format(hint=hint)] if hint else lines
