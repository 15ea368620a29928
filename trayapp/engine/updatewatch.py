"""Looks for signed news while the program runs: along with the engine's heartbeat, no clock of its own."""

import logging
from collections.abc import Callable, Coroutine
from datetime import datetime

from msgspec import Struct

from trayapp.catalogue.lookup import Catalogue
from trayapp.deferral import deferred
from trayapp.domain.updates import Release, SignedKind, UpdatesState
from trayapp.engine.http import Network
from trayapp.engine.signedfiles import SignedFiles
from trayapp.storage.settings import Settings

with deferred():
    from trayapp.formats import announcement, signed

_log = logging.getLogger(__name__)

Start = Callable[[Coroutine[None, None, None]], None]


class CatalogueInUse(Struct, frozen=True):
    """A catalogue, and whether it (below the user's own entries) is the fetched one."""

    catalogue: Catalogue
    is_fetched: bool = False


class UpdateParts(Struct, frozen=True):
    """What looking for news needs. ``reread`` puts the catalogue together anew; ``is_fetched`` is how it is now."""

    files: SignedFiles
    reread: Callable[[Settings], CatalogueInUse]
    is_fetched: bool = False


class UpdateWatch:
    """Owns the news of one engine. ``adopt`` takes a catalogue into use; ``changed`` is called when there is news."""

    def __init__(
        self,
        parts: UpdateParts,
        settings: Settings,
        *,
        network: Callable[[], Network],
        now: Callable[[], datetime],
        start: Start,
        adopt: Callable[[Catalogue], None],
        changed: Callable[[], None],
    ) -> None:
        """Ask nobody yet."""
        self._files = parts.files
        self._reread = parts.reread
        self._settings = settings
        self._network = network
        self._now = now
        self._start = start
        self._adopt = adopt
        self._changed = changed
        self._asking: set[SignedKind] = set()
        self.state = state_of(self._files, is_catalogue_used=parts.is_fetched)

    def tick(self) -> None:
        """Fetch what is due."""
        for kind in self._files.due(self._now()):
            if kind not in self._asking:
                self._asking.add(kind)
                self._start(self._check(kind))

    def apply(self, settings: Settings) -> None:
        """Work by other settings from now on."""
        if settings.updates == self._settings.updates:
            return
        self._settings = settings
        self._files.updates = settings.updates
        self._take()
        self.tick()

    async def _check(self, kind: SignedKind) -> None:
        try:
            found = await self._files.check(kind, self._network(), self._now())
        finally:
            self._asking.discard(kind)
        if found is not None:
            _log.info("a newer signed file about the %s: serial %s", kind.value, found.serial)
        if found is not None and kind is SignedKind.CATALOGUE:
            self._take()
        else:
            self.state = state_of(self._files, is_catalogue_used=self.state.is_catalogue_used)
        self._changed()

    def _take(self) -> None:
        """Put the catalogue together anew and take it into use."""
        used = self._reread(self._settings)
        self.state = state_of(self._files, is_catalogue_used=used.is_fetched)
        self._adopt(used.catalogue)


def state_of(files: SignedFiles, *, is_catalogue_used: bool) -> UpdatesState:
    """Return what is known of both kinds, without asking anybody."""
    return UpdatesState(
        installation=files.installation,
        program=files.state(SignedKind.PROGRAM),
        catalogue=files.state(SignedKind.CATALOGUE),
        release=_announced(files),
        is_catalogue_used=is_catalogue_used,
    )


def _announced(files: SignedFiles) -> Release | None:
    """Return the release that the last good file announces; ``None`` without one that can be believed."""
    try:
        file = files.last_good(SignedKind.PROGRAM)
        return announcement.release_of(file) if file is not None else None
    except signed.RefusedFileError:
        return None
