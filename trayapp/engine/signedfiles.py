"""Signed data files: fetched seldom, checked by the key in the settings, the last good one kept.

One mechanism for everything that must be believed and comes from outside a release. A file that is refused changes
nothing but the sentence that says so.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from msgspec.structs import replace

from trayapp.deferral import deferred
from trayapp.domain.report import FailureKind, FetchFailure
from trayapp.domain.updates import FileState, Installation, SignedKind, Standing, is_due
from trayapp.engine import signatures
from trayapp.engine.http import Network
from trayapp.storage.settings import Updates
from trayapp.storage.signedfiles import Attempt, SignedStore

with deferred():
    from trayapp.catalogue import published
    from trayapp.formats import announcement, signed

PATIENCE = timedelta(seconds=30)


class SignedFiles:
    """The signed files of one user, by the settings in force."""

    def __init__(
        self,
        store: SignedStore,
        updates: Updates,
        installation: Installation,
        verify: "signed.Verify" = signatures.verify,
    ) -> None:
        """Read and ask nothing yet."""
        self.updates = updates
        self.installation = installation
        self._store = store
        self._verify = verify
        self._unkept: dict[SignedKind, Attempt] = {}

    def standing(self, kind: SignedKind) -> Standing:
        """Return whether this kind is fetched."""
        is_wanted = self.updates.program if kind is SignedKind.PROGRAM else self.updates.catalogue
        if kind is SignedKind.PROGRAM and self.installation.is_managed:
            return Standing.MANAGED
        if not self._url(kind) or not self.updates.key:
            return Standing.NOT_CONFIGURED
        return Standing.ON if is_wanted else Standing.OFF

    def state(self, kind: SignedKind) -> FileState:
        """Return what is known of this kind."""
        standing = self.standing(kind)
        if standing is not Standing.ON:
            return FileState(standing, self._url(kind))
        attempt = self._attempt(kind)
        return FileState(
            standing, self._url(kind), attempt.at, attempt.serial, attempt.problem, refused=attempt.refused
        )

    def due(self, now: datetime) -> tuple[SignedKind, ...]:
        """Return the kinds that it is time to fetch; other settings than at the last attempt are a new beginning."""
        return tuple(kind for kind in SignedKind if self.standing(kind) is Standing.ON and self._is_due(kind, now))

    def last_good(self, kind: SignedKind) -> "signed.Opened | None":
        """Return the last good file, checked again by the key in force; ``None`` without one.

        Raises:
            RefusedFileError: There is one, but it cannot be believed (another key, damage, no library).
        """
        body = self._store.body(kind) if self.standing(kind) is Standing.ON else None
        if body is None:
            return None
        try:
            return signed.opened(body, kind, self.updates.key, self._verify)
        except signatures.NoSignatureLibraryError as error:
            raise signed.RefusedFileError(signed.Refusal.UNUSABLE, str(error)) from None

    async def check(self, kind: SignedKind, network: Network, now: datetime) -> "signed.Opened | None":
        """Fetch one kind; return the file if it is good and newer than the last good one. Never fails.

        What became of it is written down. An attempt that reaches nobody leaves everything else as it was.
        """
        url = self._url(kind)
        before = self._attempt(kind)
        attempt = replace(before, url=url, key=self.updates.key, at=now, reached=True, problem="", refused=False)
        driven = await network.drive(
            lambda: signed.fetch(url), memory_key=f"signed {kind.value} {url}", deadline=PATIENCE
        )
        if isinstance(driven.outcome, FetchFailure):
            failure = driven.outcome
            is_refused = failure.kind is FailureKind.TOO_LARGE
            reached = not failure.kind.is_transport
            self._keep(kind, replace(attempt, reached=reached, problem=failure.detail, refused=is_refused))
            return None
        try:
            found = self._believed(kind, driven.outcome, before)
        except signed.RefusedFileError as error:
            self._keep(kind, replace(attempt, problem=error.detail, refused=True))
            return None
        is_new = found.serial > before.serial or self._store.body(kind) is None
        is_kept = self._keep(kind, replace(attempt, serial=found.serial), driven.outcome if is_new else None)
        return found if is_new and is_kept else None

    def _believed(self, kind: SignedKind, body: bytes, before: Attempt) -> "signed.Opened":
        """Return what a fetched file says if it may be believed and can be used. Raises ``RefusedFileError``."""
        seen = signed.Opened(before.serial, "") if before.serial else None
        try:
            kept = self.last_good(kind)
        except signed.RefusedFileError:
            kept = None
        if kept is not None and kept.serial >= before.serial:
            seen = kept
        try:
            found = signed.opened(body, kind, self.updates.key, self._verify, seen)
            _USABLE[kind](found)
        except signatures.NoSignatureLibraryError as error:
            raise signed.RefusedFileError(signed.Refusal.UNUSABLE, str(error)) from None
        except published.PublishedCatalogueError as error:
            raise signed.RefusedFileError(signed.Refusal.UNUSABLE, str(error)) from None
        return found

    def _attempt(self, kind: SignedKind) -> Attempt:
        """Return the last attempt, without the serial of another key: a new key begins anew."""
        found = self._unkept.get(kind) or self._store.attempt(kind)
        return found if found.key == self.updates.key else Attempt()

    def _is_due(self, kind: SignedKind, now: datetime) -> bool:
        attempt = self._attempt(kind)
        return attempt.url != self._url(kind) or is_due(attempt.at, now, reached=attempt.reached)

    def _keep(self, kind: SignedKind, attempt: Attempt, body: bytes | None = None) -> bool:
        """Write an attempt down; where that cannot be done it is remembered, so that nobody is asked all the time."""
        try:
            self._store.keep(kind, attempt, body)
        except OSError as error:
            detail = f"What was fetched could not be kept: {error.strerror or error}"
            self._unkept[kind] = replace(attempt, serial=self._store.attempt(kind).serial, problem=detail)
            return False
        self._unkept.pop(kind, None)
        return True

    def _url(self, kind: SignedKind) -> str:
        return self.updates.program_url if kind is SignedKind.PROGRAM else self.updates.catalogue_url


_USABLE: Mapping[SignedKind, Callable[["signed.Opened"], object]] = MappingProxyType(
    {
        SignedKind.PROGRAM: lambda file: announcement.release_of(file),  # noqa: PLW0108 -- the module waits for its use
        SignedKind.CATALOGUE: lambda file: published.read_published(file.payload),
    }
)
"""What a file must be good for, beside its signature."""
