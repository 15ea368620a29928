"""``trayapp diagnose``: all signals of one provider now (and for some time), the verdict and its evidence."""

import argparse
import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from gettext import gettext as _

from trayapp import bootstrap
from trayapp.cli import places, printing
from trayapp.cli.exits import FAILED, FINE, UNKNOWN
from trayapp.domain import ledger
from trayapp.domain.inquiry import EVERY, Inquiry
from trayapp.domain.keys import KeyRef, KeyState
from trayapp.domain.keyschedule import may_answer
from trayapp.domain.ledger import Sighting, Source
from trayapp.domain.provider import StatusPage
from trayapp.domain.verdict import CAUSES, BaselineKind, VerdictId
from trayapp.engine.asking import CheckKeys, keep_asking
from trayapp.engine.clock import wall_time
from trayapp.engine.diagnosis import CheckKey, Diagnosis, Question
from trayapp.engine.keycheck import KeyChecker
from trayapp.engine.keykeeping import KeyKeeper
from trayapp.engine.watchlist import named, watchlist
from trayapp.presentation import verdict as words
from trayapp.presentation.inquiry import inquiry_view
from trayapp.storage.history import History, HistoryUnavailableError
from trayapp.storage.keyfile import KeyFileError


def main(arguments: argparse.Namespace) -> int:
    """Ask everybody, print, and let the exit code say it: 0 fine, 1 something is wrong, 3 cannot tell.

    With ``--for`` that goes on every 30 s: in text what changes is printed, in JSON every round is a line.
    """
    mine = places.home(arguments)
    provider, name, pages = _meant(mine, arguments.provider)
    told = _Told(mine, name, as_json=arguments.json, goes_on=arguments.duration is not None)
    asyncio.run(_diagnose(mine, provider, pages, told, timedelta(seconds=arguments.duration or 0)))
    return {VerdictId.FINE: FINE, VerdictId.CANNOT_TELL: UNKNOWN}.get(told.last, FAILED)


class _Told:
    """Prints and keeps what each round brings."""

    def __init__(self, mine: bootstrap.Home, name: str, *, as_json: bool, goes_on: bool) -> None:
        self._mine = mine
        self._name = name
        self._as_json = as_json
        self._goes_on = goes_on
        self._checked_at: datetime | None = None
        self.last = VerdictId.CANNOT_TELL

    def hear(self, inquiry: Inquiry, found: Diagnosis, is_news: bool) -> None:  # noqa: FBT001 -- a callback's argument
        """Print one round, and stamp the ledger with what is new."""
        self.last = found.verdict.id
        self._stamp(found, is_news=is_news)
        if self._as_json:
            printing.document(
                words.diagnosis_document(found.provider, self._name, found.verdict, found.at, found.causes)
            )
            return
        if is_news:
            printing.lines(_lines(found, self._name, found.at if self._goes_on else None))
        if self._goes_on and (inquiry.rounds == 1 or found.at + EVERY > inquiry.until):
            printing.lines([inquiry_view(inquiry, found.at).when])

    def _stamp(self, found: Diagnosis, *, is_news: bool) -> None:
        """Stamp the ledger of the pages' incidents with what was found, where there is a history to keep it in.

        That somebody asked is no report: a program may ask every minute.
        """
        sightings: list[Sighting] = []
        if is_news:
            sightings += [
                Sighting(each.page.id, Source.FOUND, found.at, found.verdict.id.value) for each in found.pages
            ]
        if found.edge.is_down and found.baseline.kind is BaselineKind.OK and ledger.is_news(self._checked_at, found.at):
            self._checked_at = found.at
            sightings += [Sighting(each.page.id, Source.CHECK, found.at) for each in found.pages]
        if not sightings or not self._mine.paths.database.exists():
            return
        history = History.open(self._mine.paths.database)
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


async def _diagnose(
    mine: bootstrap.Home, provider: str, pages: tuple[StatusPage, ...], told: _Told, lasts: timedelta
) -> None:
    keeper = _keeper(mine)
    network = bootstrap.network_for(mine.settings)
    question = _questions(mine, provider, pages, keeper)
    if keeper is None or not question().keys:
        await keep_asking(question, network, told.hear, lasts=lasts)
        return
    checker = bootstrap.key_checker(mine.settings, keeper)
    try:
        await keep_asking(question, network, told.hear, lasts=lasts, check_keys=_checking(keeper, checker))
    finally:
        await checker.network.close()


def _questions(
    mine: bootstrap.Home, provider: str, pages: tuple[StatusPage, ...], keeper: KeyKeeper | None
) -> Callable[[], Question]:
    """Return what makes a question of what is known then."""
    sources = bootstrap.signal_sources(mine.settings, mine)
    watched = watchlist(mine.settings, mine.catalogue).pages
    others = tuple(each for each in watched if each.provider_id not in {provider, *CAUSES})
    causes = tuple(page for each in CAUSES if each != provider for page in named(each, mine.settings, mine.catalogue))

    def question() -> Question:
        keys = keeper.book.keys if keeper is not None else ()
        reports = sources.reports.read() if sources.reports is not None else ()
        return Question(
            provider=provider,
            pages=pages,
            edge=sources.edges.get(provider),
            baseline=sources.baseline,
            keys=tuple(each for each in keys if each.ref.provider == provider),
            reports=tuple(each for each in reports if each.provider == provider),
            others=others,
            causes=causes,
            interval=mine.settings.polling.idle,
        )

    return question


def _keeper(mine: bootstrap.Home) -> KeyKeeper | None:
    keeper = bootstrap.key_keeper(mine)
    try:
        keeper.reload()
    except KeyFileError as error:
        printing.complain(f"trayapp: {error}")
        return None
    return keeper


def _checking(keeper: KeyKeeper, checker: KeyChecker) -> CheckKeys:
    def in_round(inquiry: Inquiry) -> CheckKey:
        async def check(ref: KeyRef) -> KeyState | None:
            before = keeper.book.key(ref.id)
            if before is None or not may_answer(before, wall_time(), is_first=not inquiry.rounds):
                return None
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

    return in_round


def _lines(found: Diagnosis, name: str, at: datetime | None = None) -> list[str]:
    said = words.sentence(found.verdict, name, found.at)
    lines = [f"{at.astimezone():%H:%M:%S}  {said}" if at is not None else said]
    for each in found.verdict.evidence:
        mark = {True: "+", False: "!", None: "?"}[each.ok]
        lines.append(f"  {mark} {words.evidence_line(each, found.at)}")
        if each.url:
            lines.append(f"      {each.url}")
    hint = words.hint(found.causes)
    return [*lines, _("Hint: {hint}").format(hint=hint)] if hint else lines
