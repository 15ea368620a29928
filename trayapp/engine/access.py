"""How own monitoring lets us in: whose certificates we trust there, which one we show, and who we say we are."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from gettext import gettext as _
from pathlib import Path

from msgspec import Struct

from trayapp.deferral import deferred
from trayapp.domain.keys import BEARER, Auth
from trayapp.domain.provider import NO_ACCESS, Access, Login, StatusPage
from trayapp.domain.report import FailureKind, FetchFailure
from trayapp.formats.address import host_of
from trayapp.storage.secret import Secret

with deferred():
    from trayapp.engine import certificates
    from trayapp.storage import secrets

Unlock = Callable[[str], Awaitable[Secret]]
"""Returns the secret that is kept at a place (``Access.secret``), or raises ``SecretStoreError``."""

_State = tuple[tuple[str, float], ...]


class Carried(Struct, frozen=True, kw_only=True):
    """A key on its way: how it travels, and the only host (with its port, unless that is 443) that may see it.

    ``is_login``: it opens a host of its owner's own, who may have it sent over plain http and from one path of that
    host to another; the answer is read as it is (a short password would take its letters out of every name).
    """

    secret: Secret
    auth: Auth
    host: str
    is_login: bool = False


class Admission(Struct, frozen=True, kw_only=True):
    """What one conversation brings along. ``context`` replaces the system's certificates."""

    context: ssl.SSLContext | None = None
    carried: Carried | None = None


EVERYBODY = Admission()


async def no_store(_place: str) -> Secret:
    """Know no secret: for runs that look at public pages only."""
    raise secrets.SecretStoreError(secrets.Trouble.ABSENT, _("This run has no key store."))


class Doorman:
    """Makes admissions, and remembers what they are made of: files as they were last written, secrets in memory."""

    def __init__(self, unlock: Unlock) -> None:
        """Read nothing yet."""
        self._unlock = unlock
        self._contexts: dict[_State, ssl.SSLContext] = {}
        self._secrets: dict[str, Secret] = {}

    async def admit(self, page: StatusPage) -> Admission | FetchFailure:
        """Return what to bring along to a page of one's own, or why it cannot be had; nothing for any other."""
        access = page.access
        if access == NO_ACCESS or not page.internal:
            return EVERYBODY
        try:
            context = await self._context(access)
        except OSError as error:
            return FetchFailure(kind=FailureKind.TLS, detail=certificates.file_sentence(error, _files(access)))
        try:
            carried = await self._carried(page.url, access)
        except secrets.SecretStoreError as error:
            return FetchFailure(kind=FailureKind.HTTP_ERROR, detail=error.sentence)
        return Admission(context=context, carried=carried)

    def refused(self, access: Access) -> None:
        """Forget a secret that was refused: it may have been changed where it is kept."""
        self._secrets.pop(access.secret, None)

    async def _context(self, access: Access) -> ssl.SSLContext | None:
        files = _files(access)
        if not files:
            return None
        state = await asyncio.to_thread(_state, files)
        if state not in self._contexts:
            made = await asyncio.to_thread(
                certificates.own_context, access.ca, access.certificate, access.certificate_key
            )
            self._contexts = {known: each for known, each in self._contexts.items() if _names(known) != files}
            self._contexts[state] = made
        return self._contexts[state]

    async def _carried(self, url: str, access: Access) -> Carried | None:
        if access.login is Login.NONE:
            return None
        if access.secret not in self._secrets:
            self._secrets[access.secret] = await self._unlock(access.secret)
        auth = BEARER if access.login is Login.BEARER else Auth(prefix="", basic=True, user=access.user)
        return Carried(secret=self._secrets[access.secret], auth=auth, host=_carrying_host(url), is_login=True)


def _files(access: Access) -> tuple[str, ...]:
    return tuple(each for each in (access.ca, access.certificate, access.certificate_key) if each)


def _state(files: tuple[str, ...]) -> _State:
    """Return the files with the time each was last written; a new one has to be read."""
    return tuple((each, Path(each).expanduser().stat().st_mtime) for each in files)


def _names(state: _State) -> tuple[str, ...]:
    return tuple(name for name, _written in state)


def _carrying_host(url: str) -> str:
    """Return host and port as the door to the network compares them: the port always, unless it is 443 of https."""
    host = host_of(url)
    return f"{host}:80" if url.startswith("http://") and not host.rpartition("]")[2].partition(":")[2] else host
