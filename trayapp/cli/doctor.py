"""``trayapp doctor``: what works on this machine, what does not, and what to do."""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from gettext import gettext as _

import trayapp
from trayapp import bootstrap
from trayapp.cli import places, printing
from trayapp.cli.exits import DONE, FAILED
from trayapp.domain.report import FailureKind
from trayapp.domain.updates import Standing
from trayapp.engine.survey import survey
from trayapp.engine.watchlist import watchlist
from trayapp.presentation import updates
from trayapp.storage.history import History, HistoryUnavailableError
from trayapp.storage.keyfile import KeyFileError
from trayapp.storage.paths import make_private
from trayapp.storage.resources import resource_dir
from trayapp.storage.secrets import SecretStoreError, Trouble

_PATIENCE = timedelta(seconds=10)
_SELFTEST_SECONDS = 20
_LEAST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``ok`` is ``None`` where it does not apply here; ``advice`` says what to do."""

    id: str
    name: str
    ok: bool | None
    detail: str
    advice: str = ""


def main(arguments: argparse.Namespace) -> int:
    """Look at everything; the exit code says whether all that matters works."""
    mine = bootstrap.home(places.options(arguments))
    checks = [
        _version(),
        _settings(mine),
        _folders(mine),
        _history(mine),
        _shipped_files(),
        _updates(mine),
        _clock(),
        *_desktop(),
        _key_store(mine),
        *_network(mine),
    ]
    if arguments.json:
        fields = ("id", "name", "ok", "detail", "advice")
        rows = [{field: getattr(each, field) for field in fields} for each in checks]
        printing.document({"schema": "trayapp.doctor/1", "version": trayapp.__version__, "checks": rows})
    else:
        for each in checks:
            printing.lines(_lines(each))
    return FAILED if any(each.ok is False for each in checks) else DONE


def _lines(check: Check) -> list[str]:
    mark = {True: _("works"), False: _("FAILS"), None: "-"}[check.ok]
    lines = [f"{mark:<6} {check.name}: {check.detail}"]
    if check.advice and check.ok is not True:
        lines.append(f"       {check.advice}")
    return lines


def _version() -> Check:
    detail = f"trayapp {trayapp.__version__}, Python {platform.python_version()}, {platform.platform()}"
    return Check("version", _("Version"), sys.version_info >= _LEAST_PYTHON, detail, _("Use Python 3.11 or newer."))


def _settings(mine: bootstrap.Home) -> Check:
    problems = [*map(str, mine.loaded.problems), *(each.sentence for each in mine.notes if each.key == "catalogue")]
    problems.extend(watchlist(mine.settings, mine.catalogue).problems)
    if problems:
        advice = _("Correct the file; until then defaults are used. It is never overwritten.")
        return Check("settings", _("Settings"), ok=False, detail=" ".join(problems), advice=advice)
    exists = mine.paths.config_file.exists()
    detail = (
        str(mine.paths.config_file)
        if exists
        else _("defaults ({file} does not exist yet)").format(file=mine.paths.config_file)
    )
    return Check("settings", _("Settings"), ok=True, detail=detail)


def _folders(mine: bootstrap.Home) -> Check:
    try:
        for folder in (mine.paths.data_dir, mine.paths.config_file.parent):
            make_private(folder)
            with tempfile.TemporaryFile(dir=folder):
                pass
    except OSError as error:
        advice = _("Make the folder writable, or name another one with --data-dir or --config.")
        return Check("paths", _("Folders"), ok=False, detail=str(error), advice=advice)
    return Check("paths", _("Folders"), ok=True, detail=str(mine.paths.data_dir))


def _history(mine: bootstrap.Home) -> Check:
    if not mine.paths.database.exists():
        return Check("history", _("History"), ok=True, detail=_("nothing is recorded yet"))
    try:
        history = History.open(mine.paths.database)
    except HistoryUnavailableError as error:
        return Check(
            "history", _("History"), ok=False, detail=str(error), advice=_("Free the disk, or remove the file.")
        )
    try:
        detail = " ".join(history.notes) or str(mine.paths.database)
        return Check("history", _("History"), ok=not history.notes, detail=detail)
    finally:
        history.close()


def _shipped_files() -> Check:
    try:
        bootstrap.bundled_catalogue()
        demo = bootstrap.load_demo()
    except (OSError, ValueError) as error:
        advice = _("The installation is incomplete: install it again.")
        return Check("resources", _("Shipped files"), ok=False, detail=str(error), advice=advice)
    detail = _("catalogue and demo ({count} answers)").format(count=len(demo.answers))
    return Check("resources", _("Shipped files"), ok=True, detail=detail)


def _updates(mine: bootstrap.Home) -> Check:
    """Say what is known of new versions and of the catalogue; nobody is asked. Only what was refused is a failure."""
    state, now = bootstrap.updates_state(mine), datetime.now(UTC)
    program = updates.program_news(state, trayapp.__version__, now)
    parts = [updates.came_as(state.installation), program.sentence, *program.news, program.url]
    detail = " ".join(each for each in (*parts, updates.catalogue_sentence(state, now)) if each)
    files = (state.program, state.catalogue)
    is_used = any(each.standing is Standing.ON for each in files)
    ok = False if any(each.refused for each in files) else (True if is_used else None)
    advice = _("Check [updates] in the settings: the key and the addresses.") if ok is False else ""
    return Check("updates", _("Updates"), ok, detail, advice)


def _desktop() -> list[Check]:
    """Ask over D-Bus for tray and notifications, and start this program as a child for Qt."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        why = _("there is no screen here (DISPLAY and WAYLAND_DISPLAY are not set)")
        advice = _("Use trayapp watch and trayapp status; the tray needs a desktop session.")
        return [Check("screen", _("Screen"), None, why, advice), *_session_services()]
    return [_qt(), *_session_services()]


def _qt() -> Check:
    environment = {**os.environ, "QT_LOGGING_RULES": "*=false"}
    try:
        # The same interpreter, or the frozen program itself, and fixed words: nothing from outside is run.
        child = (
            [sys.executable, "run", "--selftest"]
            if getattr(sys, "frozen", False)
            else [sys.executable, "-m", "trayapp", "run", "--selftest"]
        )
        done = subprocess.run(  # noqa: S603 -- see above
            child, capture_output=True, text=True, timeout=_SELFTEST_SECONDS, check=False, env=environment
        )
        found = json.loads(done.stdout.strip().splitlines()[-1])
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError) as error:
        advice = _("On Debian: apt install libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 and the xcb libraries.")
        return Check(
            "qt",
            "Qt",
            ok=False,
            detail=_("the window system could not be used: {why}").format(why=error),
            advice=advice,
        )
    words = ", ".join(f"{key} {value}" for key, value in found.items())
    return Check("qt", "Qt", ok=done.returncode == 0, detail=words)


def _session_services() -> list[Check]:
    if sys.platform != "linux":
        return []
    ask = _bus()
    if ask is None:
        advice = _("Start the program inside your desktop session.")
        return [Check("bus", _("Session bus"), None, _("there is no D-Bus session here"), advice)]
    tray = ask("org.kde.StatusNotifierWatcher")
    pop_ups = ask("org.freedesktop.Notifications")
    return [
        Check(
            "tray",
            _("Tray"),
            ok=True if tray else None,
            detail=_("a StatusNotifier tray is there") if tray else _("no StatusNotifier tray is there"),
            advice=_("On GNOME install the AppIndicator extension; without a tray the window shows everything."),
        ),
        Check(
            "notifications",
            _("Pop-ups"),
            ok=bool(pop_ups),
            detail=_("a notification service is there") if pop_ups else _("no notification service is there"),
            advice=_("Start a notification daemon, such as dunst or the one of your desktop."),
        ),
    ]


def _key_store(mine: bootstrap.Home) -> Check:
    """Write, read and delete a trial entry, without asking the person anything."""
    name = _("Key store")
    keeper = bootstrap.key_keeper(mine)
    try:
        count = len(keeper.reload().keys)
        store = asyncio.run(keeper.vault.test(may_ask=False))
    except KeyFileError as error:
        return Check("keyring", name, ok=False, detail=str(error))
    except SecretStoreError as error:
        needed = bool(keeper.book.keys) or error.trouble not in {Trouble.ABSENT, Trouble.LOCKED}
        advice = _("Unlock or start your key store; until then a key can be used for one session or as a reference.")
        return Check("keyring", name, ok=False if needed else None, detail=error.sentence, advice=advice)
    detail = _("{store}; keys kept here: {count}").format(store=store, count=count)
    return Check("keyring", name, ok=True, detail=detail)


def _bus() -> Callable[[str], bool] | None:
    """Return what tells whether a name is owned, or can be started, on the session bus."""
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return None
    from jeepney import DBusErrorResponse  # noqa: PLC0415 -- Linux only
    from jeepney.bus_messages import message_bus  # noqa: PLC0415
    from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415

    try:
        bus = Proxy(message_bus, open_dbus_connection("SESSION"))
        names = set(bus.ListNames()[0]) | set(bus.ListActivatableNames()[0])
    except (OSError, KeyError, ValueError, DBusErrorResponse):
        return None
    return names.__contains__


def _network(mine: bootstrap.Home) -> list[Check]:
    pages = watchlist(mine.settings, mine.catalogue).pages
    network = bootstrap.network_for(mine.settings)
    snapshot = asyncio.run(survey(pages, network, mine.settings.polling.idle, _PATIENCE))
    checks = []
    kinds = set()
    for state in snapshot.pages:
        failure = state.failure
        if failure is None:
            checks.append(Check(f"page:{state.page.id}", state.page.name, ok=True, detail=state.page.url))
            continue
        kinds.add(failure.kind)
        advice = _ADVICE.get(failure.kind, _("Open the address in a browser and compare."))
        checks.append(
            Check(f"page:{state.page.id}", state.page.name, ok=False, detail=failure.detail, advice=_(advice))
        )
    return [_proxy(mine, failed=FailureKind.PROXY in kinds), *checks]


def _proxy(mine: bootstrap.Home, *, failed: bool) -> Check:
    proxy = mine.settings.proxy
    detail = {"system": _("as the system says"), "none": _("none")}.get(proxy.mode.value, proxy.url)
    advice = _("Correct [proxy] in the settings: mode is system, none or url.")
    return Check("proxy", _("Proxy"), ok=not failed, detail=detail, advice=advice)


def _clock() -> Check:
    """A clock before this program was made is surely wrong: certificates will fail."""
    now = datetime.now(UTC)
    # A frozen program has no file of its own code: the shipped files are as old as it is.
    built = datetime.fromtimestamp(resource_dir().stat().st_mtime, UTC) - timedelta(days=1)
    detail = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    return Check("clock", _("Clock"), ok=now > built, detail=detail, advice=_("Set the clock."))


_ADVICE = {
    FailureKind.DNS: "Check the DNS server, a VPN or a blocker: this name cannot be resolved.",
    FailureKind.OFFLINE: "Connect to a network.",
    FailureKind.PROXY: "Correct [proxy] in the settings, or the system's proxy.",
    FailureKind.TLS: "Check the clock, and whether a company or antivirus program intercepts TLS: "
    "the system must trust its certificate.",
    FailureKind.TIMEOUT: "Check the network, a firewall or a proxy.",
    FailureKind.REFUSED: "Check a firewall or a blocker.",
    FailureKind.MOVED: "Use the new address in the settings.",
    FailureKind.HTTP_ERROR: "The host refuses this program or has trouble; try again later.",
}
