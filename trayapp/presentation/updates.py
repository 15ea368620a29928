"""The words for news of the program and its catalogue: what is new, where to get it, and who brings it."""

from collections.abc import Mapping
from datetime import datetime
from gettext import gettext as _
from types import MappingProxyType

from msgspec import Struct

from trayapp.domain.updates import FileState, Installation, Release, Standing, UpdatesState
from trayapp.presentation.ages import age, long_date
from trayapp.presentation.tray import clipped


def _later(text: str) -> str:
    """Mark a text for translation that stands in a table; it is translated when it is used."""
    return text


_CAME_AS: Mapping[Installation, str] = MappingProxyType(
    {
        Installation.DEB: _later("a Debian package: apt keeps it up to date"),
        Installation.FLATPAK: _later("a Flatpak: the software centre keeps it up to date"),
        Installation.PIP: _later("a Python package: pip install --upgrade trayapp (or pipx) brings new versions"),
        Installation.APPIMAGE: _later("an AppImage: a new version is a new file"),
        Installation.WINDOWS_SETUP: _later("a setup for Windows: the setup of a new version replaces this one"),
        Installation.MACOS_APP: _later("an app for macOS: a new version replaces it"),
        Installation.BUNDLE: _later("a folder of its own: a new version replaces it"),
        Installation.CHECKOUT: _later("a checkout of its source: git pull brings new versions"),
    }
)


class ProgramNews(Struct, frozen=True):
    """What to say of the program. ``new_version`` and ``url`` are empty where there is nothing newer."""

    sentence: str
    new_version: str = ""
    news: tuple[str, ...] = ()
    url: str = ""


def came_as(installation: Installation) -> str:
    """Return how this copy was installed, and what brings new versions."""
    return _("This copy came as {what}.").format(what=_(_CAME_AS[installation]))


def program_news(state: UpdatesState, version: str, now: datetime) -> ProgramNews:
    """Return what is known of new versions. Nothing of it is about any service."""
    file, release = state.program, state.release
    match file.standing:
        case Standing.MANAGED:
            return ProgramNews(_("New versions are left to the package manager; this app does not look for them."))
        case Standing.NOT_CONFIGURED:
            return ProgramNews(
                _("Looking for new versions is not configured: this build has no address for it. Nobody is asked.")
            )
        case Standing.OFF:
            return ProgramNews(_("Looking for new versions is switched off."))
        case _:
            return _found(file, release, version, now)


def catalogue_sentence(state: UpdatesState, now: datetime) -> str:
    """Return where the catalogue in use comes from, and what became of the last attempt to fetch a newer one."""
    file = state.catalogue
    if file.standing is Standing.OFF:
        return _("The catalogue is the one of this version; fetching a newer one is switched off.")
    if file.standing is not Standing.ON:
        return _("The catalogue is the one of this version; fetching a newer one is not configured.")
    used = (
        _("The catalogue was fetched (number {serial}).").format(serial=file.serial)
        if state.is_catalogue_used
        else _("The catalogue is the one of this version.")
    )
    return " ".join((used, *_attempt(file, now)))


def updates_hint(state: UpdatesState) -> str:
    """Return why some of it cannot be switched on here; empty where all can."""
    standings = {state.program.standing, state.catalogue.standing}
    lines = []
    if Standing.MANAGED in standings:
        lines.append(_("New versions of this copy are brought by the package manager."))
    if Standing.NOT_CONFIGURED in standings:
        lines.append(
            _("Where nothing is configured nobody is asked: [updates] in the settings file names a key and addresses.")
        )
    return "\n".join(lines)


def _found(file: FileState, release: Release | None, version: str, now: datetime) -> ProgramNews:
    attempt = _attempt(file, now)
    if release is None or not release.is_newer_than(version):
        fine = () if file.checked_at is None or file.problem else (_("This is the newest version."),)
        return ProgramNews(" ".join((*fine, *attempt)))
    when = _(" of {date}").format(date=long_date(release.released_at)) if release.released_at is not None else ""
    sentence = _("Version {new}{when} is out; this is {ours}.").format(new=release.version, when=when, ours=version)
    return ProgramNews(" ".join((sentence, *attempt)), release.version, release.news, release.url)


def _attempt(file: FileState, now: datetime) -> tuple[str, ...]:
    if file.checked_at is None:
        return (_("Nobody was asked yet."),)
    asked = _("Last asked {age}.").format(age=age(file.checked_at, now))
    if file.refused:
        return (asked, _("What came was refused: {why}").format(why=clipped(file.problem, 300)))
    if file.problem:
        return (asked, _("There was no answer: {why}").format(why=clipped(file.problem, 300)))
    return (asked,)
