"""The composition root: the only module that knows every concrete part."""

import asyncio
import gettext
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from trayapp.catalogue import loader, overlay
from trayapp.catalogue.lookup import Catalogue
from trayapp.catalogue.tables import CatalogueError
from trayapp.deferral import deferred
from trayapp.domain.provider import Provider, StatusPage
from trayapp.domain.updates import SignedKind, UpdatesState
from trayapp.engine.access import Unlock
from trayapp.engine.clock import Wall, wall_time
from trayapp.engine.engine import Engine, Setup
from trayapp.engine.http import Network, NetworkSettings, Sink
from trayapp.engine.signals import Sources, recorded_sources, sources_of
from trayapp.engine.signedfiles import SignedFiles
from trayapp.engine.updates import Note
from trayapp.engine.updatewatch import CatalogueInUse, UpdateParts, state_of
from trayapp.engine.wakeups import Hush, Told, on_clock_jump, on_new_route
from trayapp.engine.watchlist import watchlist
from trayapp.storage import reports
from trayapp.storage import settings as settings_file
from trayapp.storage.history import History
from trayapp.storage.installation import installation
from trayapp.storage.paths import Paths, find_paths
from trayapp.storage.reports import ReportFile
from trayapp.storage.resources import resource, resource_texts
from trayapp.storage.secret import Secret, guard_process
from trayapp.storage.settings import Loaded, Polling, Settings
from trayapp.storage.signedfiles import SignedStore

with deferred():
    from trayapp.catalogue import published
    from trayapp.engine import keycheck, keykeeping, keywatch, loginkeeping, recording
    from trayapp.formats import signed
    from trayapp.storage import keyfile, logins, reporttoken, secrets

OVERLAY_NAME = "catalogue.toml"
DEMO_NAME = "2025-12-02.jsonl"
DEMO_SPEED = 30.0
"""How many times faster than real the demo runs: 32 minutes of trouble in about a minute."""
AFTER_THE_END = timedelta(hours=1)
"""A replay goes on this long after its last line."""


class Options(Struct, frozen=True):
    """What the command line says for every command. ``None``: the platform's own folders."""

    config: Path | None = None
    data_dir: Path | None = None
    demo: bool = False


class Home(Struct, frozen=True):
    """What this user has: places, settings (with what is wrong in them), and the catalogue."""

    paths: Paths
    loaded: Loaded
    catalogue: Catalogue
    notes: tuple[Note, ...] = ()
    is_catalogue_fetched: bool = False

    @property
    def has_own_watch_list(self) -> bool:
        """Whether the user said what to watch."""
        return self.settings.watch != settings_file.DEFAULT_WATCH

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.loaded.settings


def home(options: Options) -> Home:
    """Find and read what this user has. Never fails: what is wrong becomes a note."""
    speak()
    paths = find_paths(options.config, options.data_dir)
    loaded = settings_file.load(paths.config_file)
    used, notes = _catalogue_in_use(paths, loaded.settings)
    broken = [Note(f"config-{place}", str(each)) for place, each in enumerate(loaded.problems)]
    return Home(paths, loaded, used.catalogue, (*broken, *notes), used.is_fetched)


def plain_home() -> Home:
    """Return a home without anybody's own choices: default settings and the bundled catalogue."""
    speak()
    return Home(find_paths(), Loaded(Settings()), bundled_catalogue())


def bundled_catalogue() -> Catalogue:
    """Read the catalogue that ships with the program."""
    return loader.read_bundled(resource_texts("catalogue", suffix=".toml"))


def signed_files(paths: Paths, settings: Settings) -> SignedFiles:
    """Return the signed files of this user; nothing is read or asked yet."""
    return SignedFiles(SignedStore(paths.data_dir), settings.updates, installation())


def updates_state(mine: Home) -> UpdatesState:
    """Return what is known of updates, without asking anybody."""
    return state_of(signed_files(mine.paths, mine.settings), is_catalogue_used=mine.is_catalogue_fetched)


def _catalogue_in_use(paths: Paths, settings: Settings) -> tuple[CatalogueInUse, tuple[Note, ...]]:
    """Put the catalogue together: shipped, or published and newer; the user's own over it. What is wrong is a note."""
    notes: list[Note] = []
    own: tuple[Provider, ...] = ()
    fetched: overlay.Edition | None = None
    try:
        own = _own_providers(paths)
    except (CatalogueError, OSError, UnicodeDecodeError) as error:
        notes.append(Note("catalogue", f"Your own catalogue was left out: {error}"))
    try:
        file = signed_files(paths, settings).last_good(SignedKind.CATALOGUE)
        fetched = overlay.Edition(file.serial, published.read_published(file.payload)) if file is not None else None
    except (signed.RefusedFileError, published.PublishedCatalogueError) as error:
        notes.append(Note("updates-kept", f"The catalogue that was fetched earlier is not used. {error}"))
    shipped = overlay.Edition(int(resource("catalogue", "serial").read_text(encoding="utf-8")), bundled_catalogue())
    catalogue, is_fetched = overlay.stacked(shipped, fetched, own)
    return CatalogueInUse(catalogue, is_fetched), tuple(notes)


def speak() -> None:
    """Use this machine's language where there is a translation."""
    gettext.bindtextdomain("trayapp", str(resource("locale")))
    gettext.textdomain("trayapp")
    # gettext looks for its files again for every word that is asked for, hundreds of times a second while a window
    # is drawn; ours do not move.
    if not hasattr(gettext.find, "cache_info"):
        gettext.find = lru_cache(maxsize=16)(gettext.find)  # type: ignore[assignment]  # it is called by position only


def network_for(settings: Settings, sink: Sink | None = None) -> Network:
    """Return the real network, by the settings."""
    proxy = settings.proxy
    reach = NetworkSettings(proxy_mode=proxy.mode.value, proxy_url=proxy.url)
    return Network(reach, sink=sink, unlock=_unlocker())


def _unlocker() -> Unlock:
    """Return how a look gets the secret of a login; the key store is loaded when the first one is needed."""

    @cache
    def vault() -> "secrets.Vault":
        return secrets.Vault()

    async def unlock(place: str) -> Secret:
        guard_process()
        return await logins.unlock(vault(), place)

    return unlock


def build_engine(options: Options) -> Engine:
    """Return the engine for the tray or for ``watch``; call it in the thread that runs it."""
    if options.demo:
        return build_replay(load_demo(), replace(home(options), notes=()), demo=True)
    mine = home(options)
    config = mine.paths.config_file

    def save(before: Settings, after: Settings) -> Settings:
        return settings_file.save(config, before, after)

    in_use = mine

    def reread(settings: Settings) -> CatalogueInUse:
        nonlocal in_use
        used, _notes = _catalogue_in_use(mine.paths, settings)
        in_use = replace(mine, catalogue=used.catalogue)
        return used

    return Engine(
        Setup(
            settings=mine.settings,
            catalogue=mine.catalogue,
            network=network_for,
            history=lambda: History.open(mine.paths.database),
            save=save,
            notes=mine.notes,
            keys=lambda: _key_parts(mine),
            has_keys=lambda: _has_keys(mine),
            signals=lambda settings: signal_sources(settings, in_use),
            updates=lambda: UpdateParts(signed_files(mine.paths, mine.settings), reread, mine.is_catalogue_fetched),
            logins=lambda: loginkeeping.LoginKeeper(secrets.Vault()),
            report_token=lambda: reporttoken.report_token(mine.paths.data_dir / reporttoken.NAME),
            clock_jumps=on_clock_jump,
            new_routes=on_new_route,
        )
    )


def signal_sources(settings: Settings, mine: Home) -> Sources:
    """Return whom to ask beside the pages, and where programs leave their reports."""
    return sources_of(settings, mine.catalogue, report_file(mine))


def report_file(mine: Home) -> ReportFile:
    """Return the file of what this user's programs reported; it need not exist."""
    return ReportFile(mine.paths.data_dir / reports.NAME)


def key_keeper(mine: Home) -> "keykeeping.KeyKeeper":
    """Return the keeper of this user's keys; nothing is read or loaded yet."""
    guard_process()
    return keykeeping.KeyKeeper(keyfile.KeyFile(mine.paths.keys_file), secrets.Vault(), _whole_second)


def key_checker(settings: Settings, keeper: "keykeeping.KeyKeeper") -> "keycheck.KeyChecker":
    """Return what checks keys, with a network of its own."""
    return keycheck.KeyChecker(network_for(settings), keeper.vault, settings.endpoints, now=_whole_second)


def _whole_second() -> datetime:
    """Return the time as the file of keys keeps it."""
    return wall_time().replace(microsecond=0)


def _has_keys(mine: Home) -> bool:
    """Return whether there is a file of keys, or may be one: whoever looks after keys says why it cannot be read."""
    try:
        return mine.paths.keys_file.exists()
    except OSError:
        return True


def _key_parts(mine: Home) -> "keywatch.KeyParts":
    keeper = key_keeper(mine)
    return keywatch.KeyParts(keeper, lambda settings: key_checker(settings, keeper))


def build_waiting(mine: Home, pages: tuple[StatusPage, ...]) -> Engine:
    """Return an engine that watches some pages at the fast interval and keeps nothing."""
    fast = Polling(idle=mine.settings.polling.incident, incident=mine.settings.polling.incident)
    return Engine(
        Setup(
            settings=replace(mine.settings, polling=fast),
            catalogue=mine.catalogue,
            network=network_for,
            history=lambda: History.open(None),
            pages=pages,
        )
    )


def build_recorder(mine: Home, pages: tuple[StatusPage, ...], sink: Sink) -> Engine:
    """Return an engine that hands every request's answer to a sink, and keeps nothing else."""
    return Engine(
        Setup(
            settings=mine.settings,
            catalogue=mine.catalogue,
            network=lambda settings: network_for(settings, sink),
            history=lambda: History.open(None),
            pages=pages,
        )
    )


def build_replay(recorded: "recording.Recording", mine: Home, *, own_pages: bool = False, demo: bool = False) -> Engine:
    """Return the real engine over a recording, on simulated time, its history in memory.

    The pages are those the settings watch (``own_pages``), else those the recording is of.
    """
    from trayapp.engine import replay  # noqa: PLC0415 -- for replays only
    from trayapp.engine.simulation import SimulatedWall  # noqa: PLC0415 -- for replays only

    walls: list[SimulatedWall] = []

    def wall() -> Wall:
        simulated = SimulatedWall(recorded.start)
        for nap in recorded.sleeps:
            simulated.sleep(nap.at, nap.until)
        walls.append(simulated)
        return simulated

    def waking(told: Told) -> Hush:
        return walls[-1].on_jump(told)

    settings = mine.settings
    if demo:
        settings = replace(Settings(), look=settings.look, first_run_done=True)
    pages = (
        replay.with_platforms(watchlist(settings, mine.catalogue).pages, recorded)
        if own_pages
        else replay.pages_of(recorded, settings, mine.catalogue)
    )
    signals = recorded_sources(recorded, settings, mine.catalogue)
    return Engine(
        Setup(
            settings=settings,
            catalogue=mine.catalogue,
            network=lambda _settings: replay.network_for(recorded, walls[-1]),
            history=lambda: History.open(None),
            wall=wall,
            pages=pages,
            seed=0,
            is_replay=True,
            clock_jumps=waking,
            signals=(lambda _settings: signals) if signals is not None else None,
        )
    )


def load_demo() -> "recording.Recording":
    """Read the bundled replay of 2 December 2025."""
    return recording.read(resource("demo", DEMO_NAME).read_text(encoding="utf-8"))


def new_loop(options: Options) -> asyncio.AbstractEventLoop:
    """Return the loop to run an engine in: real time, or hastened for the demo."""
    if not options.demo:
        return asyncio.new_event_loop()
    from trayapp.engine.simulation import HastyLoop  # noqa: PLC0415 -- for replays only

    return HastyLoop(DEMO_SPEED)


def replay_loop() -> asyncio.AbstractEventLoop:
    """Return a loop for a replay: as fast as the work allows."""
    from trayapp.engine.simulation import JumpingLoop  # noqa: PLC0415 -- for replays only

    return JumpingLoop()


def _own_providers(paths: Paths) -> tuple[Provider, ...]:
    own = paths.config_file.with_name(OVERLAY_NAME)
    if not own.exists():
        return ()
    return loader.read(own.read_text(encoding="utf-8"), own.name)
