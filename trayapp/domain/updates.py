"""News of the program and of its catalogue: who brings this copy up to date, what is known, what is new."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field

CHECK_EVERY = timedelta(days=1)
"""A signed file is fetched at most so often."""
TRY_AGAIN = timedelta(hours=1)
"""The wait after an attempt that reached nobody: nothing was fetched."""


class Installation(StrEnum):
    """How this copy came here; the words are those of the marker that packages leave."""

    DEB = "deb"
    FLATPAK = "flatpak"
    PIP = "pip"
    APPIMAGE = "appimage"
    WINDOWS_SETUP = "windows-setup"
    MACOS_APP = "macos-app"
    BUNDLE = "bundle"
    CHECKOUT = "checkout"

    @property
    def is_managed(self) -> bool:
        """Whether a package manager brings new versions; then nobody is asked about them."""
        return self in {Installation.DEB, Installation.FLATPAK, Installation.PIP}


class SignedKind(StrEnum):
    """What a signed file is about. The word is part of what is signed: one kind never passes for another."""

    PROGRAM = "program"
    CATALOGUE = "catalogue"


class Standing(StrEnum):
    """Whether a signed file is fetched."""

    NOT_CONFIGURED = "not configured"
    """There is no address or no public key: nobody is asked."""
    OFF = "off"
    MANAGED = "left to the package manager"
    ON = "on"


class FileState(Struct, frozen=True):
    """What is known of one kind of signed file.

    ``checked_at`` is the last attempt, UTC. ``serial`` is that of the last good file, 0 without one. ``problem`` is
    one sentence about the last attempt; ``refused`` whether there was a file, and it was not to be trusted.
    """

    standing: Standing = Standing.NOT_CONFIGURED
    url: str = ""
    checked_at: datetime | None = None
    serial: int = 0
    problem: str = ""
    refused: bool = False


class Release(Struct, frozen=True):
    """A version of the program as its makers announce it: plain text, and an https address where to get it."""

    version: str
    url: str
    released_at: datetime | None = None
    news: tuple[str, ...] = ()

    def is_newer_than(self, version: str) -> bool:
        """Return whether this is a later version; what cannot be compared is none."""
        ours, theirs = numbers_of(version), numbers_of(self.version)
        return ours is not None and theirs is not None and theirs > ours


class UpdatesState(Struct, frozen=True):
    """Everything there is to say about updates. It never colours the icon and is no part of any status."""

    installation: Installation = Installation.CHECKOUT
    program: FileState = field(default_factory=FileState)
    catalogue: FileState = field(default_factory=FileState)
    release: Release | None = None
    """What the last good file announced, newer or not."""
    is_catalogue_used: bool = False
    """Whether the fetched catalogue is in use: the shipped one is where it is the newer of the two."""


def numbers_of(version: str) -> tuple[int, ...] | None:
    """Return "1.10.0" as (1, 10): zeros at the end mean nothing. ``None`` for anything but digits and dots."""
    parts = version.split(".")
    if not all(each.isascii() and each.isdigit() and len(each) < 10 for each in parts):  # noqa: PLR2004 -- digits of a sane number
        return None
    numbers = [int(each) for each in parts]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def is_due(checked_at: datetime | None, now: datetime, *, reached: bool) -> bool:
    """Return whether it is time to fetch; a time that lies ahead says that the clock was set, and nothing else."""
    if checked_at is None or checked_at > now:
        return True
    return now - checked_at >= (CHECK_EVERY if reached else TRY_AGAIN)
