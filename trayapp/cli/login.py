"""``trayapp login``: the token or password of own monitoring, kept in the key store; the settings name its place."""

import argparse
import asyncio
from datetime import timedelta
from gettext import gettext as _

from msgspec.structs import replace

from trayapp import bootstrap
from trayapp.cli import places, printing, typed
from trayapp.cli.exits import DONE, FAILED, UsageError, code_for
from trayapp.domain.provider import StatusPage
from trayapp.engine import watchlist
from trayapp.engine.clock import wall_time
from trayapp.engine.loginkeeping import LoginKeeper, own_entry, with_entry, with_login
from trayapp.engine.survey import survey
from trayapp.presentation import document, terminal
from trayapp.storage import loginplace
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
    entry = own_entry(mine.settings, url)
    if entry is None:
        sentence = _('Logins are for your own monitoring. Add it first: [[watch]], url = "{url}", internal = true.')
        raise UsageError(sentence.format(url=url))
    if not entry.internal:
        raise UsageError(_("Add internal = true to the [[watch]] of {url} first.").format(url=url))
    return entry


async def _changed(mine: bootstrap.Home, entry: Watch, arguments: argparse.Namespace) -> Settings:
    """Write the new place of the secret into the settings, then delete the old secret; of a failure nothing is left."""
    keeper = LoginKeeper(Vault())
    place = "" if arguments.forget else await _kept(keeper, arguments)
    after = with_entry(mine.settings, entry, with_login(entry, arguments.user, place))
    await keeper.put(entry.secret, place, lambda: _save(mine, after))
    return after


async def _crowd_changed(mine: bootstrap.Home, arguments: argparse.Namespace) -> None:
    """Keep the client secret for Downdetector, or forget it; of a failure nothing is left."""
    keeper, before = LoginKeeper(Vault()), mine.settings.crowd
    place = "" if arguments.forget else await _kept(keeper, arguments)
    crowd = replace(before, downdetector=place, downdetector_client=arguments.user if place else "")
    await keeper.put(before.downdetector, place, lambda: _save(mine, replace(mine.settings, crowd=crowd)))


def _save(mine: bootstrap.Home, settings: Settings) -> None:
    settings_file.save(mine.paths.config_file, mine.settings, settings)


async def _kept(keeper: LoginKeeper, arguments: argparse.Namespace) -> str:
    """Return the place of the secret that was typed, or of the variable that was named."""
    if arguments.env:
        return f"env:{arguments.env}"
    guard_process()
    given = typed.secret(_("Password: ") if arguments.user else _("Token: "))
    if given.is_empty:
        raise typed.RefusedError(_("Nothing was typed."))
    return await keeper.keep(given)


def _looked_at(page: StatusPage, settings: Settings) -> int:
    """Say at once whether the login opens the page."""
    network = bootstrap.network_for(settings)
    snapshot = asyncio.run(survey((page,), network, settings.polling.idle, _PATIENCE))
    for state in snapshot.pages:
        printing.lines(terminal.page_lines(state, snapshot.at or wall_time()))
    return code_for(document.overall(snapshot.pages))
