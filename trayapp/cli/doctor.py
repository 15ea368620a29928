"""``trayapp doctor``: what works on this machine, what does not, and what to do."""

import argparse
import asyncio
import platform
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from gettext import gettext as _
from pathlib import Path

import trayapp
from trayapp import bootstrap
from trayapp.cli import diagnostics, places, printing
from trayapp.cli.check import Check
from trayapp.cli.desktopchecks import desktop_checks
from trayapp.cli.exits import DONE, FAILED
from trayapp.cli.networkchecks import network_checks
from trayapp.domain.updates import Standing
from trayapp.engine.watchlist import watchlist
from trayapp.presentation import updates
from trayapp.storage.autostart import AutostartError, Login, find_autostart
from trayapp.storage.history import History, HistoryUnavailableError
from trayapp.storage.keyfile import KeyFileError
from trayapp.storage.paths import make_private
from trayapp.storage.resources import resource_dir
from trayapp.storage.secrets import SecretStoreError, Trouble

_PATIENCE = timedelta(seconds=10)
_SELFTEST_SECONDS = 20
_LEAST_PYTHON = (3, 11)


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
        _login(arguments),
        *desktop_checks(),
        _key_store(mine),
        *network_checks(mine),
    ]
    fields = ("id", "name", "ok", "detail", "advice")
    rows = [{field: getattr(each, field) for field in fields} for each in checks]
    answer = {"schema": "trayapp.doctor/1", "version": trayapp.__version__, "checks": rows}
    if arguments.save is not None:
        return _save(mine, answer, arguments.save)
    if arguments.json:
        printing.document(answer)
    else:
        for each in checks:
            printing.lines(_lines(each))
    return FAILED if any(each.ok is False for each in checks) else DONE


def _save(mine: bootstrap.Home, answer: Mapping[str, object], file: Path) -> int:
    try:
        diagnostics.save(file, answer, mine)
    except OSError as error:
        printing.complain(_("trayapp: {file} could not be written: {why}").format(file=file, why=printing.why(error)))
        return FAILED
    printing.lines([_("{file} is written. No key is in it; look through it before you send it.").format(file=file)])
    return DONE


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


def _login(arguments: argparse.Namespace) -> Check:
    """Say whether the tray starts at login; only a start that will fail is a failure."""
    name = _("Start at login")
    try:
        state = find_autostart(arguments.config, arguments.data_dir).state()
    except AutostartError as error:
        return Check("autostart", name, None, str(error))
    is_broken = state.login is Login.MISSING_PROGRAM
    advice = _("Switch it on again: trayapp autostart on") if is_broken else ""
    ok = False if is_broken else (True if state.is_on else None)
    return Check("autostart", name, ok, state.sentence, advice)


def _clock() -> Check:
    """A clock before this program was made is surely wrong: certificates will fail."""
    now = datetime.now(UTC)
    # A frozen program has no file of its own code: the shipped files are as old as it is.
    built = datetime.fromtimestamp(resource_dir().stat().st_mtime, UTC) - timedelta(days=1)
    detail = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    return Check("clock", _("Clock"), ok=now > built, detail=detail, advice=_("Set the clock."))
