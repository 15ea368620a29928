"""``trayapp login``: the token or password of own monitoring, kept in the key store; the settings name its place."""

import argparse
import asyncio
from dataclasses import replace
from datetime import timedelta
from gettext import gettext as _

from trayapp import bootstrap
from trayapp.cli import places, printing, typed
from trayapp.cli.exits import DONE, FAILED, UsageError, code_for
from trayapp.domain.provider import Login, StatusPage
from trayapp.engine import watchlist
from trayapp.engine.clock import wall_time
from trayapp.engine.survey import survey
from trayapp.presentation import document, terminal
from trayapp.storage import loginplace, logins
from trayapp.storage import settings as settings_file
from trayapp.storage.secret import guard_process
from trayapp.storage.secrets import SecretStoreError, Vault
from trayapp.storage.settings import Settings, SettingsBrokenError, Watch

DOWNDETECTOR = "downdetector"
"""Instead of an address: the client secret of one's own access to Downdetector Enterprise."""
_PATIENCE = timedelta(seconds=15)


def main(arguments: argparse.Namespace) -> int:
    """Keep a login or forget it, then look at the page once."""
    mine = places.home(arguments)
    if arguments.env and (wrong := loginplace.objection(f"env:{arguments.env}")):
        raise UsageError(wrong)
    is_crowd = arguments.url.casefold() == DOWNDETECTOR
    if is_crowd and not arguments.user and not arguments.forget:
        raise UsageError(_("Name your client id: trayapp login downdetector --user CLIENT-ID"))
    entry = _entry(mine, arguments.url) if not is_crowd else None
    try:
        if entry is None:
            asyncio.run(_crowd_changed(mine, arguments))
            return DONE
        saved = asyncio.run(_changed(mine, entry, arguments))
    except (typed.RefusedError, SecretStoreError, SettingsBrokenError, OSError) as error:
        printing.complain(f"trayapp: {error}")
        return FAILED
    if arguments.forget:
        return DONE
    return _looked_at(watchlist.page_at(arguments.url, saved, mine.catalogue), saved)


def _entry(mine: bootstrap.Home, url: str) -> Watch:
    """Return the entry of own monitoring with this address."""
    for entry in mine.settings.watch:
        if entry.url and entry.url.rstrip("/") == url.rstrip("/"):
            if entry.internal:
                return entry
            raise UsageError(_("Add internal = true to the [[watch]] of {url} first.").format(url=url))
    sentence = _('Logins are for your own monitoring. Add it first: [[watch]], url = "{url}", internal = true.')
    raise UsageError(sentence.format(url=url))


async def _changed(mine: bootstrap.Home, entry: Watch, arguments: argparse.Namespace) -> Settings:
    """Write the new place of the secret into the settings, then delete the old secret; of a failure nothing is left."""
    vault = Vault()
    changed = replace(entry, login=Login.NONE, user="", secret="")
    if not arguments.forget:
        login = Login.BASIC if arguments.user else Login.BEARER
        changed = replace(entry, login=login, user=arguments.user, secret=await _kept(vault, arguments))
    try:
        saved = settings_file.save(mine.paths.config_file, mine.settings, _with(mine, entry, changed))
    except (SettingsBrokenError, OSError):
        await logins.remove(vault, changed.secret)
        raise
    await logins.remove(vault, entry.secret)
    return saved


async def _crowd_changed(mine: bootstrap.Home, arguments: argparse.Namespace) -> None:
    """Keep the client secret for Downdetector, or forget it; of a failure nothing is left."""
    vault = Vault()
    before = mine.settings.crowd
    changed = replace(before, downdetector="", downdetector_client="")
    if not arguments.forget:
        place = await _kept(vault, arguments)
        changed = replace(before, downdetector=place, downdetector_client=arguments.user)
    try:
        settings_file.save(mine.paths.config_file, mine.settings, replace(mine.settings, crowd=changed))
    except (SettingsBrokenError, OSError):
        await logins.remove(vault, changed.downdetector)
        raise
    await logins.remove(vault, before.downdetector)


async def _kept(vault: Vault, arguments: argparse.Namespace) -> str:
    """Return the place of the secret that was typed, or of the variable that was named."""
    if arguments.env:
        return f"env:{arguments.env}"
    guard_process()
    given = typed.secret(_("Password: ") if arguments.user else _("Token: "))
    if given.is_empty:
        raise typed.RefusedError(_("Nothing was typed."))
    return await logins.keep(vault, given)


def _with(mine: bootstrap.Home, entry: Watch, changed: Watch) -> Settings:
    watch = tuple(changed if each is entry else each for each in mine.settings.watch)
    return replace(mine.settings, watch=watch)


def _looked_at(page: StatusPage, settings: Settings) -> int:
    """Say at once whether the login opens the page."""
    network = bootstrap.network_for(settings)
    snapshot = asyncio.run(survey((page,), network, settings.polling.idle, _PATIENCE))
    for state in snapshot.pages:
        printing.lines(terminal.page_lines(state, snapshot.at or wall_time()))
    return code_for(document.overall(snapshot.pages))
