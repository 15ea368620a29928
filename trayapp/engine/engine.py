"""The engine: looks at every watched page, folds what it sees, stores it, and publishes snapshots.

It owns the snapshot. Commands go in, updates come out; it knows no Qt and no wording.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from trayapp.catalogue.lookup import Catalogue
from trayapp.deferral import deferred
from trayapp.domain.alert import Circumstances, Decision, NotificationRules
from trayapp.domain.alertbook import AlertBook, forget_pages
from trayapp.domain.change import Change, StatusChanged, diff
from trayapp.domain.connection import decide_connection, decide_on_baseline
from trayapp.domain.digest import release, release_due
from trayapp.domain.inquiry import Inquiry
from trayapp.domain.keys import KeyHealth, KeyRef, KeyState
from trayapp.domain.ledger import Sighting, Source, is_news
from trayapp.domain.notification import decide
from trayapp.domain.provider import StatusPage
from trayapp.domain.report import FailureKind, FetchFailure, Observation, StatusReport
from trayapp.domain.rotation import KeyBook
from trayapp.domain.saying import left_unsaid, said, to_be_said
from trayapp.domain.schedule import Cadence, interval_in_force, next_look
from trayapp.domain.snapshot import FROZEN_AFTER, PageState, Snapshot, advance, expire, read_as, remembering, watch
from trayapp.domain.updates import SignedKind, UpdatesState
from trayapp.domain.verdict import CAUSES, PageVerdict, failing_providers, is_anything_wrong
from trayapp.domain.verdictalerts import decide_on_verdicts
from trayapp.engine.causes import CommonCauses
from trayapp.engine.clock import STOOD_STILL_AFTER, Clock, ClockSet, Gap, Wall, wall_time
from trayapp.engine.commands import (
    AlertCommand,
    ApplySettings,
    Command,
    DetectPage,
    DismissNote,
    EndInquiry,
    EraseHistory,
    KeepLogin,
    KeyCommand,
    LoadDecisions,
    LoadIncidents,
    LookNow,
    PreviewRules,
    SuspectProvider,
)
from trayapp.engine.decisions import recalled, stored
from trayapp.engine.hosts import crowd_addresses
from trayapp.engine.http import Network
from trayapp.engine.inquiries import Inquiries
from trayapp.engine.looking import Looker
from trayapp.engine.quiet import is_quiet
from trayapp.engine.signals import Sources
from trayapp.engine.signalwatch import SignalWatch
from trayapp.engine.threads import let_go_at_the_end
from trayapp.engine.updates import Decided, FoundIncidents, FoundPage, Note, Previewed, Update
from trayapp.engine.updatewatch import UpdateParts, UpdateWatch
from trayapp.engine.wakeups import Hush, Notice, nobody_tells
from trayapp.engine.waking import Waking
from trayapp.engine.watchlist import named, page_id, watchlist
from trayapp.engine.wishing import fulfil
from trayapp.storage.history import ASLEEP, History, HistoryUnavailableError, StoredDecision
from trayapp.storage.settings import Settings, SettingsBrokenError, interval_for

with deferred():
    from trayapp.domain import alternatives, clockset, keyalerts, keyreminderalerts
    from trayapp.engine import (
        crowd,
        diagnosis,
        keywatch,
        localmodels,
        loginkeeping,
        preview,
        reportdesk,
    )
    from trayapp.storage import secrets

_log = logging.getLogger(__name__)

PUBLISH_EVERY = timedelta(milliseconds=100)
HEARTBEAT = timedelta(seconds=30)
"""How often the wall clock is compared with the steady one; the longest a wake-up goes unnoticed."""
ROUTES_EVERY = timedelta(seconds=30)
"""A network that comes and goes makes nobody be asked more often than that."""
CLOCK_WAS_UNSET = datetime(2025, 1, 1, tzinfo=UTC)
"""A clock that says less was not set yet: no gap begins there."""
HISTORY_EVERY = timedelta(minutes=30)
"""How often a page is asked for its recent incidents too, so that those born resolved are stored."""
STAGGER = timedelta(milliseconds=50)
PRUNE_EVERY = timedelta(days=1)
SAID_WITHIN = timedelta(seconds=1)
"""A shell has shown by then what it was told; a crash before it has the next run say it again, once."""
_EVER = datetime.min.replace(tzinfo=UTC)

_T = TypeVar("_T")
Publish = Callable[[Update], None]


class Setup(Struct, frozen=True, kw_only=True):
    """What an engine is made of. Factories are called inside the engine's loop.

    ``pages`` replaces the settings' watch list (replay). ``save`` is ``None`` where settings cannot be kept,
    ``keys`` where keys are none of this run's business (``has_keys`` says whether the user has any), ``signals`` where
    only pages are looked at, ``logins`` where nothing is kept, ``report_token`` where no program may report,
    ``updates`` where nobody looks for news of the program or its catalogue.
    ``clock_jumps`` and ``new_routes`` tell at once what the heartbeat and the looks would find out later.
    """

    settings: Settings
    catalogue: Catalogue
    network: Callable[[Settings], Network]
    history: Callable[[], History]
    wall: Callable[[], Wall] = lambda: wall_time
    pages: tuple[StatusPage, ...] | None = None
    save: Callable[[Settings, Settings], Settings] | None = None
    notes: tuple[Note, ...] = ()
    seed: int | None = None
    is_replay: bool = False
    keys: "Callable[[], keywatch.KeyParts] | None" = None
    has_keys: Callable[[], bool] = lambda: True
    signals: Callable[[Settings], Sources] | None = None
    updates: Callable[[], UpdateParts] | None = None
    logins: "Callable[[], loginkeeping.LoginKeeper] | None" = None
    report_token: Callable[[], str] | None = None
    clock_jumps: Notice = nobody_tells
    new_routes: Notice = nobody_tells


class _Watcher(Struct):
    """One page's loop: its task, and the event that ends its wait early."""

    task: asyncio.Task[None]
    kick: asyncio.Event = field(default_factory=asyncio.Event)
    looked: asyncio.Event = field(default_factory=asyncio.Event)
    deadline: timedelta | None = None
    """For the next look only: somebody waits for it."""
    last_history: datetime | None = None
    nap: int = 0
    """After which sleep the last look began."""


class Engine:
    """Owns the snapshot; every method but the constructor must be called on the loop that runs it."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._settings = setup.settings
        self._snapshot = Snapshot()
        self._book = AlertBook()
        self._notes = {each.key: each for each in setup.notes}
        self._random = random.Random(setup.seed)  # noqa: S311 - spreads polls, protects nothing
        self._watchers: dict[str, _Watcher] = {}
        self._looking: set[str] = set()
        self._changes: list[Change] = []
        self._decisions: list[Decision] = []
        self._found: FoundIncidents | None = None
        self._found_page: FoundPage | None = None
        self._decided: tuple[Decided, ...] | None = None
        self._previewed: Previewed | None = None
        self._previewing: PreviewRules | None = None
        self._waking = Waking()
        self._hushes: list[Hush] = []
        self._rerouted_at: datetime | None = None
        self._stale_at: dict[str, datetime] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._is_stopping = asyncio.Event()
        self._chores: set[asyncio.Task[None]] = set()
        self._publish: Publish = _nobody
        self._clock: Clock
        self._history: History
        self._looker: Looker
        self._pruned_at: datetime | None = None
        self._keys: keywatch.KeyWatch | None = None
        self._signals: SignalWatch | None = None
        self._sighted: dict[tuple[str, Source], datetime] = {}
        self._failing: Mapping[str, datetime] = {}
        self._cause_pages: tuple[StatusPage, ...] = ()
        self._causes = CommonCauses(
            looker=lambda: self._looker, now=self.now, start=self._do, changed=self._publish_soon
        )
        self._crowd: crowd.CrowdWatch | None = None
        self._local: localmodels.LocalModels | None = None
        self._inquiries = Inquiries(
            now=self.now,
            start=self._do,
            ask=self._ask_everybody,
            heard=self._hear_inquiry,
            changed=self._publish_soon,
        )
        self._changed_before: dict[str, datetime] = {}
        self._updates: UpdateWatch | None = None
        self._desk: reportdesk.ReportDesk | None = None

    @property
    def snapshot(self) -> Snapshot:
        """What is known now."""
        return self._snapshot

    def now(self) -> datetime:
        """Return the engine's time, UTC; simulated in a replay."""
        return self._clock.now()

    def stop(self) -> None:
        """End :meth:`run` in good order."""
        self._is_stopping.set()

    async def run(self, publish: Publish) -> None:
        """Watch until :meth:`stop`; ``publish`` is called on this loop with frozen updates."""
        let_go_at_the_end()
        self._publish = publish
        self._clock = Clock(self._setup.wall(), None if self._setup.is_replay else STOOD_STILL_AFTER)
        self._looker = Looker(self._setup.network(self._settings))
        self._history = self._setup.history()
        try:
            self._open_history()
            if self._setup.has_keys() or self._book.reminded:
                self._watch_keys()  # what people were reminded of keys that are gone is forgotten
            self._watch_signals()
            self._watch_updates()
            self._hear_programs()
            self._watch_pages()
            self._hushes = [
                self._setup.clock_jumps(self._check_clock),
                self._setup.new_routes(self._take_new_route),
            ]
            self._flush()
            await self._beat()
        finally:
            await self._shut_down()

    def handle(self, command: Command) -> None:
        """Do what a shell asks."""
        match command:
            case LookNow() | SuspectProvider() | EndInquiry():
                self._ask_now(command)
            case ApplySettings(settings=settings):
                self._apply(settings)
            case LoadIncidents() | LoadDecisions():
                self._load(command)
            case PreviewRules():
                self._do(self._preview_rules(command))
            case DetectPage() | KeepLogin():
                self._help_to_choose(command)
            case EraseHistory():
                self._read(self._history.erase, None)
                self._flush()
            case DismissNote(key=key):
                self._notes.pop(key, None)
                self._flush()
            case command if isinstance(command, AlertCommand):
                self._grant(command)
            case command if isinstance(command, KeyCommand):
                self._handle_key(command)

    async def _beat(self) -> None:
        """Compare clocks, release what was held, keep the watch on record; until told to stop."""
        while not self._is_stopping.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT.total_seconds()):
                    await self._is_stopping.wait()
            self._check_clock()
            self._release()
            self._prune(self._clock.now())
            self._tick_keys()
            if self._signals is not None:
                self._signals.tick()
                self._seek_alternatives()
            if self._updates is not None:
                self._updates.tick()

    def _prune(self, now: datetime) -> None:
        """Once a day, drop what is older than the user wants to keep."""
        if self._pruned_at is not None and now - self._pruned_at < PRUNE_EVERY:
            return
        self._pruned_at = now
        keep = timedelta(days=self._settings.history.keep_days)
        self._read(lambda: self._history.prune(now - keep), None)

    async def _shut_down(self) -> None:
        for hush in self._hushes:
            hush()
        for timer in self._timers.values():
            timer.cancel()
        if self._signals is not None:
            self._signals.close()
        tasks = [each.task for each in self._watchers.values()] + list(self._chores)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._looker.network.close()
        if self._desk is not None:
            await self._desk.close()
        if self._keys is not None:
            await self._keys.close()
        if self._book.saying and not self._decisions:
            self._note_said()
        self._read(self._history.close, None)

    def _open_history(self) -> None:
        for place, sentence in enumerate(self._history.notes):
            self._note(f"history-{place}", sentence)
        stored = self._read(self._history.load_book, None)
        if stored is not None:
            with contextlib.suppress(msgspec.MsgspecError):
                self._book = replace(msgspec.json.decode(stored, type=AlertBook), started=frozenset())
        self._wake_after_snooze()
        now = self._clock.now()
        self._decisions.extend(left_unsaid(self._book, now))
        nothing: tuple[StatusChanged, ...] = ()
        changes = self._read(lambda: self._history.status_changes(None, now - FROZEN_AFTER), nothing)
        self._changed_before = {each.page_id: each.at for each in changes if None not in {each.before, each.after}}
        self._read(lambda: self._history.start_watching(now), None)

    def _watch_keys(self) -> None:
        """Watch the keys from now on; who has none does without all that it takes."""
        if self._setup.keys is None or self._keys is not None:
            return
        self._keys = keywatch.KeyWatch(
            self._setup.keys(),
            self._settings,
            now=self._clock.now,
            told=self._tell_of_keys,
            changed=self._publish_soon,
            dice=self._random,
        )
        self._do(self._keys.run())

    def _handle_key(self, command: KeyCommand) -> None:
        self._watch_keys()
        if self._keys is not None:
            self._do(self._keys.handle(command))

    def _tick_keys(self) -> None:
        if self._keys is None and self._setup.has_keys():
            self._watch_keys()  # another process may have kept the first one
        if self._keys is not None:
            self._keys.tick()
            self._remind_of_keys(self._keys)

    def _watch_signals(self) -> None:
        if self._setup.signals is None:
            return
        self._signals = SignalWatch(
            self._setup.signals,
            self._settings,
            network=lambda: self._looker.network,
            now=self._clock.now,
            start=self._do,
            changed=self._take_signals,
            doubted=self._doubt_keys,
            reported=lambda provider, at: self._sight(Source.PROGRAM, self._pages_of(provider), at),
        )

    def _watch_updates(self) -> None:
        if self._setup.updates is None:
            return
        self._updates = UpdateWatch(
            self._setup.updates(),
            self._settings,
            network=lambda: self._looker.network,
            now=self._clock.now,
            start=self._do,
            adopt=self._adopt,
            changed=self._hear_updates,
        )

    def _hear_updates(self) -> None:
        """Say what was refused, and tell the shells."""
        state = self._updates.state if self._updates is not None else UpdatesState()
        for kind, file in ((SignedKind.PROGRAM, state.program), (SignedKind.CATALOGUE, state.catalogue)):
            if file.refused:
                self._note(f"updates-{kind.value}", f"News of the {kind.value} was refused. {file.problem}")
            else:
                self._notes.pop(f"updates-{kind.value}", None)
        self._publish_soon()

    def _adopt(self, catalogue: Catalogue) -> None:
        """Watch by another catalogue from now on; what is known of unchanged pages stays."""
        self._setup = replace(self._setup, catalogue=catalogue)
        if self._signals is not None:
            self._signals.apply(self._settings)
        self._watch_pages()
        self._flush()

    def _hear_programs(self) -> None:
        """Open the desk where the user's own programs report, if they want one; close it when they do no more."""
        if self._setup.report_token is None or self._signals is None:
            return
        if self._desk is None and self._settings.reports.enabled:
            self._desk = reportdesk.ReportDesk(
                token=self._setup.report_token,
                provider=self._reported_provider,
                accept=self._signals.take_report,
                now=self._clock.now,
            )
        if self._desk is not None:
            self._do(self._serve_reports(self._desk))

    async def _serve_reports(self, desk: "reportdesk.ReportDesk") -> None:
        wish = self._settings.reports
        await (desk.open(wish.port) if wish.enabled else desk.close())
        if wish.enabled and desk.problem:
            self._note("reports", desk.problem)
        else:
            self._notes.pop("reports", None)
        self._publish_soon()

    def _reported_provider(self, name: str) -> str:
        known = self._setup.catalogue.find(name)
        if known is not None:
            return known.id
        page = self._snapshot.page(name)
        return _concern(page.page) if page is not None else ""

    def _take_signals(self) -> None:
        """Decide what the signals beside the pages are worth telling, store it, and tell the shells."""
        decisions = self._decide_on_signals()
        if decisions:
            self._store("", None, (), decisions)
            self._schedule_release()
        self._publish_soon()

    def _decide_on_signals(self) -> tuple[Decision, ...]:
        """Decide about the own connection and about trouble that no page has posted yet."""
        self._note_failing()
        now, around = self._clock.now(), self._around()
        if self._signals is None or not self._signals.has_baseline:
            self._book, decisions = decide_connection(self._book, self._snapshot, now, around)
        else:
            self._book, decisions = decide_on_baseline(self._book, self._signals.baseline, self._snapshot, now, around)
        is_calm = not self._book.derived and (self._signals is None or not self._signals.has_suspects)
        found = () if is_calm else self._verdicts()
        self._book, more = decide_on_verdicts(self._book, found, self._rules(), around, now=now)
        return decisions + more

    def _load(self, command: LoadIncidents | LoadDecisions) -> None:
        """Answer from the history."""
        if isinstance(command, LoadIncidents):
            query = command.query
            none_found = FoundIncidents(query, ())
            self._found = self._read(
                lambda: FoundIncidents(query, self._history.incidents(query), self._history.gaps(query.since or _EVER)),
                none_found,
            )
        else:
            nothing: tuple[StoredDecision, ...] = ()
            kept = self._read(lambda: self._history.decisions(_EVER, command.limit), nothing)
            self._decided = tuple(map(recalled, kept))
        self._flush()

    async def _preview_rules(self, command: PreviewRules) -> None:
        """Count what other rules would have told; who asks again wants the new answer only."""
        self._previewing = command
        pages = tuple(each.page for each in self._snapshot.pages)
        try:
            rehearsal = await preview.preview(
                self._history, pages, command, self._clock.now(), is_wanted=lambda: self._previewing is command
            )
        except HistoryUnavailableError as error:
            self._note("history", str(error))
        else:
            if rehearsal is None:
                return
            self._previewed = Previewed(command, rehearsal)
        self._flush()

    def _grant(self, command: AlertCommand) -> None:
        """Do what somebody wants of the pop-ups, and store it before anything shows it."""
        now = self._clock.now()
        self._book, decisions = fulfil(self._book, command, self._settings.quiet_hours, now)
        self._store("", None, (), decisions)
        self._wake_after_snooze()
        self._release()

    def _wake_after_snooze(self) -> None:
        """Tell the shells when a snooze is over."""
        until = self._book.snoozed_until
        self._at("snooze", until if self._book.is_snoozed(self._clock.now()) else None, self._end_snooze)

    def _end_snooze(self) -> None:
        self._release()
        self._publish_soon()

    def _verdicts(self) -> tuple[PageVerdict, ...]:
        if self._signals is None:
            return ()
        return self._signals.verdicts(self._snapshot, self._keys.book.keys if self._keys is not None else ())

    def _ask_now(self, command: LookNow | SuspectProvider | EndInquiry) -> None:
        match command:
            case LookNow(page_id=wanted):
                self._kick(wanted)
            case SuspectProvider(page_id=wanted):
                self._suspect(wanted)
            case EndInquiry(provider=provider):
                self._inquiries.end(provider)

    def _suspect(self, wanted: str) -> None:
        """Somebody says that it fails: ask everybody now, and go on asking."""
        if self._signals is None:
            self._kick(wanted)
            return
        for concern in {_concern(each.page) for each in self._snapshot.pages if wanted in {"", each.page.id}}:
            pages = tuple(each.page for each in self._snapshot.pages if _concern(each.page) == concern)
            self._sight(Source.YOU, {each.id for each in pages}, self._clock.now())
            name = self._name_of(concern) or pages[0].name
            self._ask_crowd(concern, name)
            self._inquiries.begin(concern, name, tuple(each.id for each in pages))

    async def _ask_everybody(self, inquiry: Inquiry) -> "diagnosis.Diagnosis | None":
        states = [each for each in self._snapshot.pages if _concern(each.page) == inquiry.provider]
        if self._signals is None or not states:
            return None
        ids = frozenset(each.page.id for each in states)
        provider = states[0].page.provider_id
        others = tuple(each for each in self._snapshot.pages if each.page.provider_id not in {provider, *CAUSES, ""})
        keys = self._keys
        question = self._signals.question(
            provider,
            keys=tuple(each for each in keys.book.keys if provider and each.ref.provider == provider) if keys else (),
            others=others,
            causes=tuple(each for each in self._cause_pages if each.provider_id != provider),
        )

        async def look(patience: timedelta) -> tuple[PageState, ...]:
            await self._look_soon(ids, patience)
            return tuple(each for each in self._snapshot.pages if each.page.id in ids)

        async def check_key(ref: KeyRef) -> KeyState | None:
            return await keys.check_for_inquiry(ref, is_first=not inquiry.rounds) if keys is not None else None

        return await diagnosis.ask_everybody(
            question, self._looker.network, self._clock.now, look=look, check_key=check_key if keys else None
        )

    def _hear_inquiry(self, inquiry: Inquiry, found: "diagnosis.Diagnosis", is_news: bool) -> None:  # noqa: FBT001 -- a callback's argument
        """Take over what was found out, and keep the finding."""
        if self._signals is not None:
            self._signals.learn(found.provider, found)
        if is_news:
            said = found.verdict.id.value
            self._keep([Sighting(each, Source.FOUND, found.at, said) for each in inquiry.page_ids])
        self._take_signals()

    async def _look_soon(self, pages: frozenset[str], patience: timedelta) -> None:
        """Have pages looked at now, and wait for it for so long at the most."""
        watchers = [watcher for page, watcher in self._watchers.items() if page in pages]
        for each in watchers:
            each.looked.clear()
            each.deadline = patience
            each.kick.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience.total_seconds()):
                await asyncio.gather(*(each.looked.wait() for each in watchers))

    def _sight(self, source: Source, pages: Iterable[str], at: datetime) -> None:
        """Keep for the ledger that somebody saw a provider fail; again and again is once."""
        fresh = [each for each in pages if is_news(self._sighted.get((each, source)), at)]
        self._sighted.update({(each, source): at for each in fresh})
        self._keep([Sighting(each, source, at) for each in fresh])

    def _keep(self, sightings: list[Sighting]) -> None:
        if sightings:
            now = self._clock.now()
            self._read(lambda: self._history.record("", now, None, sightings=sightings), None)

    def _seek_alternatives(self) -> None:
        """While something watched fails, find out what else works, and what may stand behind it."""
        verdicts = self._verdicts()
        if self._signals is None or not is_anything_wrong(self._snapshot.pages, verdicts, self._clock.now()):
            return
        failing = failing_providers(self._snapshot.pages, verdicts, self._clock.now())
        watched = {each.page.provider_id for each in self._snapshot.pages}
        others = tuple(each for each in self._cause_pages if each.provider_id not in watched)
        self._causes.want(failing - set(CAUSES), others)
        for provider in failing:
            self._ask_crowd(provider, self._name_of(provider))
        if self._local is None:
            self._local = localmodels.LocalModels(
                network=lambda: self._looker.network, now=self.now, start=self._do, changed=self._publish_soon
            )
        self._local.want(self._settings.local_models.addresses)
        if self._keys is not None:
            for provider in {each.ref.provider for each in self._keys.book.keys}:
                self._do(self._keys.check_in_doubt(provider, alternatives.KEY_LASTS / 2))

    def _ask_crowd(self, provider: str, name: str) -> None:
        """Find out what people report about a provider."""
        if self._crowd is None:
            self._crowd = crowd.CrowdWatch(
                network=lambda: self._looker.network, now=self.now, start=self._do, changed=self._publish_soon
            )
        self._crowd.want(provider, name, self._settings.crowd)

    def _note_failing(self) -> None:
        """Keep when own checks began to fail."""
        before, self._failing = self._failing, self._signals.failing() if self._signals is not None else {}
        for provider, at in self._failing.items():
            if provider not in before:
                self._sight(Source.CHECK, self._pages_of(provider), at)
                self._seek_alternatives()

    def _asked(self) -> tuple[str, ...]:
        """Return whom we ask beside the pages and with keys: nobody is to be asked in secret."""
        if self._signals is None:
            return ()
        return (
            *self._signals.addresses,
            *(each.url for each in self._cause_pages),
            *crowd_addresses(self._settings.crowd),
            *self._settings.local_models.addresses,
        )

    def _name_of(self, provider: str) -> str:
        known = self._setup.catalogue.find(provider)
        return known.name if known is not None else ""

    def _pages_of(self, provider: str) -> list[str]:
        return [each.page.id for each in self._snapshot.pages if each.page.provider_id == provider]

    def _doubt_keys(self, provider: str) -> None:
        if self._keys is not None and provider:
            self._do(self._keys.check_in_doubt(provider))

    def _tell_of_keys(self, keys: KeyBook, ids: frozenset[str]) -> dict[str, KeyHealth]:
        """Decide what checks of keys are worth telling, and store it; return what to note of them."""
        noted: dict[str, KeyHealth] = {}
        made: list[Decision] = []
        for state in keys.keys:
            if state.ref.id not in ids:
                continue
            before = keys.noted.get(state.ref.id)
            self._book, decisions = keyalerts.decide_key(self._book, before, state, self._rules(), self._around())
            made.extend(decisions)
            after = keyalerts.noted_after(before, state)
            if after is not None:
                noted[state.ref.id] = after
        if made:
            self._store("", None, (), tuple(made))
            self._schedule_release()
        return noted

    def _remind_of_keys(self, keys: "keywatch.KeyWatch") -> None:
        """Decide whether a key is soon to be replaced or paid for, and store it; unread keys are not forgotten ones."""
        if keys.problem:
            return
        before = self._book
        now = self._clock.now()
        self._book, made = keyreminderalerts.decide_reminders(
            before, keys.book.keys, self._rules(), now, self._around()
        )
        if made or self._book != before:
            self._store("", None, (), made)
            self._schedule_release()

    def _watch_pages(self) -> None:
        """Begin to watch what the settings say, and stop watching what they no longer say."""
        pages = self._setup.pages
        if pages is None:
            wanted = watchlist(self._settings, self._setup.catalogue)
            pages = wanted.pages
            for key in [each for each in self._notes if each.startswith("watch-")]:
                del self._notes[key]
            for place, sentence in enumerate(wanted.problems):
                self._note(f"watch-{place}", sentence)
        before = self._snapshot
        watched = remembering(watch(before, pages, self._settings.polling.idle), self._changed_before)
        self._snapshot = replace(watched, at=self._clock.now())
        if self._signals is not None:
            self._signals.watch(self._snapshot)
            causes = (named(each, self._settings, self._setup.catalogue) for each in CAUSES)
            self._cause_pages = tuple(page for pages in causes for page in pages)
        ids = frozenset(each.id for each in pages)
        if self._setup.pages is None:
            self._book = forget_pages(self._book, ids)
        for gone in [each for each in self._watchers if each not in ids]:
            self._watchers.pop(gone).task.cancel()
        for place, page in enumerate(pages):
            old = before.page(page.id)
            new = self._snapshot.page(page.id)
            if old is not None and new is not None and old.looks and new.looks:
                continue
            if page.id in self._watchers:
                self._watchers.pop(page.id).task.cancel()
            self._looker.forget(page.id)
            delay = min(place * STAGGER, 0.8 * self._cadence(page).idle)
            self._watchers[page.id] = _Watcher(asyncio.create_task(self._watch(page.id, delay)))

    async def _watch(self, page: str, delay: timedelta) -> None:
        """Look at one page for ever."""
        while True:
            watcher = self._watchers[page]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay.total_seconds()):
                    await watcher.kick.wait()
            watcher.kick.clear()
            self._check_clock()
            state = self._snapshot.page(page)
            if state is None:
                return
            await self._look(state, watcher)
            watcher.looked.set()
            after = self._snapshot.page(page)
            if after is None:
                return
            delay, _reason = next_look(after, self._cadence(after.page), self._random.random())
            if after.failure is not None and after.failure.kind.is_transport:
                delay = self._waking.sooner(delay)

    async def _look(self, state: PageState, watcher: _Watcher) -> None:
        page = state.page
        now = self._clock.now()
        deadline, watcher.deadline = watcher.deadline, None
        is_due = watcher.last_history is None or now - watcher.last_history >= HISTORY_EVERY
        with_history = is_due and deadline is None
        open_ids = (
            frozenset(each.id for each in state.report.incidents if each.is_open) if state.report else frozenset()
        )
        watcher.nap = naps = self._waking.count
        self._looking.add(page.id)
        if self._signals is not None:
            self._signals.look_begins(page.provider_id)
        try:
            look = await self._looker.look(page, open_incidents=open_ids, with_history=with_history, deadline=deadline)
            outcome, platform = look.outcome, look.platform
        except Exception:  # noqa: BLE001 - a bug in one adapter must not stop the others; it is logged whole
            _log.exception("look at %s failed inside the app", page.id)
            detail = "This app could not read the answer. That is our fault, not theirs."
            outcome, platform = FetchFailure(kind=FailureKind.INVALID, detail=detail), page.platform
        finally:
            self._looking.discard(page.id)
        self._check_clock()
        if naps != self._waking.count:
            return  # it slept meanwhile: a failure says nothing then, and an answer may be of any age
        if with_history and isinstance(outcome, StatusReport):
            watcher.last_history = now
        self._fold(page.id, outcome, platform)

    def _fold(self, page: str, outcome: StatusReport | FetchFailure, platform: str) -> None:
        """Take one observation through the pure functions, store the result, and tell the shells."""
        before = self._snapshot
        state = before.page(page)
        if state is None:
            return
        now = self._clock.now()
        cadence = self._cadence(state.page)
        seen = Observation(page, now, outcome, interval_in_force(state, cadence))
        after = advance(before, seen)
        new = after.page(page) or state
        new = replace(new, interval=interval_in_force(new, cadence))
        if platform and new.page.platform != platform:
            new = read_as(new, platform)
        after = after.with_page(new, now)
        changes = diff(before, after)
        if isinstance(outcome, StatusReport):
            self._waking.answered(now)
        around = self._around()
        self._book, decisions = decide(self._book, new, self._rules(), now, around)
        self._snapshot = after
        if self._signals is not None:
            self._signals.look_ended(new)
        on_connection = self._decide_on_signals()
        if new.shown is not None and new.shown.is_bad and changes:
            self._seek_alternatives()
        report = outcome if isinstance(outcome, StatusReport) else None
        self._store(page, report, changes, (*decisions, *on_connection))
        self._schedule_expiry(new)
        self._schedule_release()
        if self._keys is not None:
            self._keys.look_at(after)

    def _store(
        self, page: str, report: StatusReport | None, changes: tuple[Change, ...], decisions: tuple[Decision, ...]
    ) -> None:
        """Store first, publish then: nothing is shown that a crash could lose."""
        now = self._clock.now()
        statuses = [each for each in changes if isinstance(each, StatusChanged)]
        made = [stored(each) for each in decisions]
        self._book = to_be_said(self._book, decisions)
        book = self._stored_book()
        self._read(lambda: self._history.record(page, now, report, statuses, made, book=book), None)
        self._read(lambda: self._history.still_watching(now), None)
        self._changes.extend(changes)
        self._decisions.extend(decisions)
        self._publish_soon()

    def _stored_book(self) -> bytes:
        return msgspec.json.encode(replace(self._book, started=frozenset()))

    def _note_said(self) -> None:
        """What was on its way to the screen is there by now: a run after this one need not say it again."""
        self._timers.pop("said", None)
        self._book = said(self._book)
        now, book = self._clock.now(), self._stored_book()
        self._read(lambda: self._history.record("", now, None, book=book), None)

    def _expire(self) -> None:
        """Make stale pages unknown at the moment they become so."""
        self._timers.pop("expiry", None)
        before = self._snapshot
        after = expire(before, self._clock.now())
        changes = diff(before, after)
        if changes:
            self._snapshot = after
            for page in {each.page_id for each in changes}:
                mine = tuple(each for each in changes if each.page_id == page)
                self._store(page, None, mine, ())
        self._schedule_expiry()

    def _schedule_expiry(self, changed: PageState | None = None) -> None:
        """Wake when the first answer goes stale. With a thousand pages only the changed one is looked at."""
        if changed is None:
            self._stale_at.clear()
        for state in self._snapshot.pages if changed is None else (changed,):
            if state.shown is not None and state.stale_at is not None:
                self._stale_at[state.page.id] = state.stale_at
            else:
                self._stale_at.pop(state.page.id, None)
        self._at("expiry", min(self._stale_at.values(), default=None), self._expire)

    def _release(self) -> None:
        self._timers.pop("release", None)
        self._book, decisions = release(self._book, self._clock.now(), self._around())
        if decisions:
            self._store("", None, (), decisions)
        self._schedule_release()

    def _schedule_release(self) -> None:
        self._at("release", release_due(self._book, self._around()), self._release)

    def _at(self, name: str, moment: datetime | None, call: Callable[[], None]) -> None:
        """Keep one timer of that name, at that moment, or none."""
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
        if moment is not None:
            delay = max(0.0, (moment - self._clock.now()).total_seconds()) + 0.001
            self._timers[name] = asyncio.get_running_loop().call_later(delay, call)

    def _check_clock(self) -> None:
        """Notice sleep and a clock that was set, before anything is judged by it."""
        match self._clock.check():
            case Gap(start=start, end=end):
                self._wake(start, end)
            case ClockSet(now=now, by=by):
                self._take_new_time(now, by)

    def _wake(self, start: datetime, end: datetime) -> None:
        """After sleep: what we knew is old, whoever was asked will not answer, and everybody is asked anew."""
        _log.info("woke: nobody watched from %s to %s", start, end)
        if start >= CLOCK_WAS_UNSET:
            self._read(lambda: self._history.note_gap(start, end, ASLEEP), None)
        self._waking.woke(end)
        if self._signals is not None:
            self._signals.take_sleep()
        self._expire()
        self._wake_after_snooze()
        self._ask_anew(self._watchers)
        self._schedule_release()

    def _take_new_time(self, now: datetime, by: timedelta) -> None:
        """After the clock was set: what we knew is as old as before. Set forward, it may be a short sleep as well."""
        _log.info("clock set by %s to %s", by, now)
        if by < timedelta(0):
            self._snapshot = clockset.snapshot_moved(self._snapshot, by, now)
            self._book = clockset.book_moved(self._book, by)
            self._waking.moved(by)
        self._expire()
        self._schedule_release()

    def _take_new_route(self) -> None:
        """On another network: who could not be reached is asked again, however often a link comes and goes."""
        self._timers.pop("route", None)
        now = self._clock.now()
        last = self._rerouted_at
        if last is not None and timedelta(0) <= now - last < ROUTES_EVERY:
            self._at("route", last + ROUTES_EVERY, self._take_new_route)
            return
        self._rerouted_at = now
        _log.info("the network changed")
        failing = [
            each.page.id for each in self._snapshot.pages if each.failure is not None and each.failure.kind.is_transport
        ]
        self._waking.interrupt()
        self._ask_anew([*failing, *self._looking])
        if self._signals is not None:
            self._signals.take_new_network()

    def _ask_anew(self, pages: Iterable[str]) -> None:
        """Drop every connection and look at some pages, one after the other, not all in the same moment."""
        self._do(self._looker.network.renew())
        for place, page in enumerate(dict.fromkeys(pages)):
            asyncio.get_running_loop().call_later(place * STAGGER.total_seconds(), self._ask_unless_asked, page)

    def _ask_unless_asked(self, page: str) -> None:
        """Look at a page now, unless a look at it has begun since we woke."""
        watcher = self._watchers.get(page)
        if watcher is not None and watcher.nap != self._waking.count:
            watcher.kick.set()

    def _around(self) -> Circumstances:
        now = self._clock.now()
        self._waking.look(now)
        return Circumstances(quiet=is_quiet(self._settings.quiet_hours, now), gather_until=self._waking.gather_until)

    def _rules(self) -> NotificationRules:
        alerts = self._settings.alerts
        return NotificationRules(level=alerts.level, levels=alerts.providers)

    def _cadence(self, page: StatusPage) -> Cadence:
        polling = self._settings.polling
        return Cadence(idle=interval_for(page.url, polling.idle), incident=interval_for(page.url, polling.incident))

    def _kick(self, wanted: str) -> None:
        for page, watcher in self._watchers.items():
            if wanted in {"", page}:
                watcher.kick.set()

    def _apply(self, settings: Settings) -> None:
        before = self._settings
        if self._setup.save is not None:
            try:
                settings = self._setup.save(before, settings)
                self._notes.pop("settings", None)
            except (OSError, SettingsBrokenError) as error:
                self._note("settings", f"The settings could not be saved: {error}")
        self._settings = settings
        if before.proxy != settings.proxy:
            self._do(self._looker.network.close())
            self._looker = Looker(self._setup.network(settings))
        if self._keys is not None and (before.proxy, before.endpoints) != (settings.proxy, settings.endpoints):
            self._do(self._keys.apply(settings))
        if self._signals is not None:
            self._signals.apply(settings)
        if before.reports != settings.reports:
            self._hear_programs()
        if self._updates is not None:
            self._updates.apply(settings)
        if (before.watch, before.polling, before.alerts) != (settings.watch, settings.polling, settings.alerts):
            self._watch_pages()
        self._flush()

    def _help_to_choose(self, command: DetectPage | KeepLogin) -> None:
        """Find out what a page is, or keep what opens one."""
        if isinstance(command, DetectPage):
            self._do(self._detect(command.url, internal=command.internal))
        elif self._setup.logins is not None:
            self._do(self._keep_login(command, self._setup.logins()))

    async def _detect(self, url: str, *, internal: bool) -> None:
        found = await self._looker.detect(url, internal=internal)
        if isinstance(found, FetchFailure):
            self._found_page = FoundPage(asked=url, problem=found.detail, moved_to=found.moved_to or "")
        else:
            known = self._setup.catalogue.page_at(url)
            name = known.name if known is not None else page_id(url)
            self._found_page = FoundPage(asked=url, platform=found.platform, url=found.url, name=name)
        self._flush()

    async def _keep_login(self, command: KeepLogin, keeper: "loginkeeping.LoginKeeper") -> None:
        try:
            place = await keeper.keep(command.secret) if command.secret is not None else ""
            entry = loginkeeping.own_entry(self._settings, command.url)
            if entry is None:
                await keeper.drop(place)  # it was taken off the list while the store was busy
                return
            settings = loginkeeping.with_entry(
                self._settings, entry, loginkeeping.with_login(entry, command.user, place)
            )
            await keeper.put(entry.secret, place, lambda: self._apply(settings))
            self._notes.pop("login", None)
        except secrets.SecretStoreError as error:
            self._note("login", error.sentence)
        self._flush()

    def _do(self, chore: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    def _note(self, key: str, sentence: str) -> None:
        self._notes[key] = Note(key, sentence)

    def _read(self, call: Callable[[], _T], otherwise: _T) -> _T:
        """Use the history; when it is not to be had say so and go on without."""
        try:
            result = call()
        except HistoryUnavailableError as error:
            if "history" not in self._notes:
                _log.info("history: %s", error)
            self._note("history", str(error))
            self._publish_soon()
            return otherwise
        if self._notes.pop("history", None) is not None:
            self._publish_soon()
        return result

    def _publish_soon(self) -> None:
        if "publish" not in self._timers:
            self._timers["publish"] = asyncio.get_running_loop().call_later(PUBLISH_EVERY.total_seconds(), self._flush)

    def _flush(self) -> None:
        timer = self._timers.pop("publish", None)
        if timer is not None:
            timer.cancel()
        keys = self._keys
        if keys is not None and keys.problem:
            self._note("keys", keys.problem)
        else:
            self._notes.pop("keys", None)
        verdicts = self._verdicts()
        update = Update(
            now=self._clock.now(),
            snapshot=self._snapshot,
            settings=self._settings,
            changes=tuple(self._changes),
            decisions=tuple(self._decisions),
            notes=tuple(self._notes.values()),
            providers=self._setup.catalogue.providers,
            found=self._found,
            found_page=self._found_page,
            decided=self._decided,
            previewed=self._previewed,
            book=self._book,
            is_replay=self._setup.is_replay,
            is_first_run=not self._settings.first_run_done and not self._setup.is_replay,
            looking=frozenset(self._looking),
            key_book=keys.book if keys is not None else KeyBook(),
            key_store=keys.store if keys is not None else "",
            key_outcome=keys.take_outcome() if keys is not None else None,
            checking=keys.checking if keys is not None else frozenset(),
            verdicts=verdicts,
            causes=self._causes.of(
                failing_providers(self._snapshot.pages, verdicts, self._clock.now()), self._snapshot.pages
            ),
            updates=self._updates.state if self._updates is not None else UpdatesState(),
            inquiries=self._inquiries.shown,
            crowd=self._crowd.counts if self._crowd is not None else (),
            asked=self._asked(),
            local_models=self._local.found if self._local is not None else (),
        )
        self._changes.clear()
        self._decisions.clear()
        self._found = None
        self._found_page = None
        self._decided = None
        self._previewed = None
        self._publish(update)
        if self._book.saying and "said" not in self._timers:
            self._at("said", self._clock.now() + SAID_WITHIN, self._note_said)


def _concern(page: StatusPage) -> str:
    """Return whom an inquiry is about: the page's provider, else the page."""
    return page.provider_id or page.id


def _nobody(_update: Update) -> None:
    """Before :meth:`Engine.run` there is nobody to tell."""
