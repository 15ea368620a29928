"""Logins of own monitoring: the secret goes into the key store first, then its place into the settings."""

from collections.abc import Callable

from msgspec.structs import replace

from trayapp.domain.provider import Login
from trayapp.storage import logins
from trayapp.storage.secret import Secret
from trayapp.storage.secrets import Vault
from trayapp.storage.settings import Settings, Watch


class LoginKeeper:
    """Keeps secrets in one key store, and lets nothing lie about there that the settings do not name."""

    def __init__(self, vault: Vault) -> None:
        """Load nothing yet."""
        self._vault = vault

    async def keep(self, secret: Secret) -> str:
        """Return the place of a secret that is kept now. Raises ``SecretStoreError``."""
        return await logins.keep(self._vault, secret)

    async def drop(self, place: str) -> None:
        """Delete a secret of ours. Raises ``SecretStoreError``."""
        await logins.remove(self._vault, place)

    async def put(self, before: str, after: str, save: Callable[[], None]) -> None:
        """Save the place of another secret, then delete the one before; of a failure nothing new is left.

        Raises ``SecretStoreError`` and whatever ``save`` raises.
        """
        try:
            save()
        except BaseException:
            await self.drop(after)
            raise
        await self.drop(before)


def own_entry(settings: Settings, url: str) -> Watch | None:
    """Return the entry with this address."""
    wanted = url.rstrip("/")
    return next((each for each in settings.watch if each.url and each.url.rstrip("/") == wanted), None)


def with_login(entry: Watch, user: str, place: str) -> Watch:
    """Return the entry with a basic login, with a bearer token (no ``user``), or (no ``place``) with none."""
    if not place:
        return replace(entry, login=Login.NONE, user="", secret="")
    return replace(entry, login=Login.BASIC if user else Login.BEARER, user=user, secret=place)


def with_entry(settings: Settings, before: Watch, after: Watch) -> Settings:
    """Return the settings with one entry in the place of another."""
    return replace(settings, watch=tuple(after if each == before else each for each in settings.watch))
