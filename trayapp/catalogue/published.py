"""A catalogue that came without a release: the same files as the shipped ones, in one signed text."""

import msgspec

from trayapp.catalogue import loader
from trayapp.catalogue.lookup import Catalogue
from trayapp.catalogue.tables import CatalogueError


class PublishedCatalogueError(Exception):
    """A published catalogue that cannot be used; the text is one sentence."""


def read_published(payload: str) -> Catalogue:
    """Return the catalogue in a payload: a JSON object of file names and their TOML, read as strictly as ours.

    Raises:
        PublishedCatalogueError: It cannot be used; nothing of it is.
    """
    try:
        files = msgspec.json.decode(payload, type=dict[str, str])
        catalogue = loader.read_bundled(sorted(files.items()))
    except (msgspec.MsgspecError, CatalogueError, RecursionError) as error:
        raise PublishedCatalogueError(f"The published catalogue cannot be read: {error}") from None
    if not catalogue.providers:
        raise PublishedCatalogueError("The published catalogue is empty.")
    return catalogue


def published(texts: tuple[tuple[str, str], ...]) -> str:
    """Return the payload for catalogue files, given as (name, text). Raises ``CatalogueError`` for a mistake in one."""
    loader.read_bundled(texts)
    return msgspec.json.encode(dict(sorted(texts))).decode()
