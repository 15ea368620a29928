"""Logins of own monitoring: a token or a password in the key store or a variable; the settings hold its place only."""

from trayapp.storage import references
from trayapp.storage.loginplace import STORE
from trayapp.storage.secret import Secret
from trayapp.storage.secrets import Vault


async def keep(vault: Vault, secret: Secret) -> str:
    """Put a secret into the key store and return its place. Raises ``SecretStoreError``."""
    return f"{STORE}{await vault.keep(secret)}"


async def unlock(vault: Vault, place: str) -> Secret:
    """Return the secret kept there; a locked store asks nobody. Raises ``SecretStoreError``."""
    if place.startswith(STORE):
        return await vault.fetch(place.removeprefix(STORE), may_ask=False)
    return await references.resolve(place)


async def remove(vault: Vault, place: str) -> None:
    """Delete a secret of ours from the key store; what lies elsewhere stays. Raises ``SecretStoreError``."""
    if place.startswith(STORE):
        await vault.remove(place.removeprefix(STORE))
