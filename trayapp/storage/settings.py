"""What the user chose: one tree of frozen structs is the schema, the storage (TOML) and the settings page.

Reading never fails and never writes: what is wrong becomes a :class:`Problem` that names the line and what to
write instead. Writing edits only what changed, so comments survive, and refuses to touch a file that is broken.
"""

from collections.abc import Mapping
from datetime import time, timedelta
from enum import StrEnum
from gettext import gettext as _
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from urllib.parse import urlunsplit

from msgspec import Struct
from msgspec.structs import replace

from trayapp.domain.alert import Level
from trayapp.domain.provider import Access, Login
from trayapp.storage.kinds import (
    ADDRESS,
    CLOCK,
    DAYS_KEPT,
    FLAG,
    OPTIONAL_SAFE_ADDRESS,
    PLATFORM,
    PORT,
    PROXY_ADDRESS,
    PUBLIC_KEY,
    SAFE_ADDRESS,
    SAFE_ADDRESSES,
    SECONDS,
    TEXT,
    TEXTS,
    WEEKDAYS,
    Weekday,
    is_loopback,
    split_address,
    to_translate,
    word_of,
)
from trayapp.storage.loginplace import objection as place_objection
from trayapp.storage.options import Layout, Section, entries, options_of, table, tables, value
from trayapp.storage.paths import refuse_unsafe, write_atomically
from trayapp.storage.reading import Problem, read, read_file

SMALLEST_INTERVAL = timedelta(seconds=30)
SMALLEST_LOOPBACK_INTERVAL = timedelta(seconds=1)

_S = TypeVar("_S", bound=Section)


class ProxyMode(StrEnum):
    """Where the proxy comes from."""

    SYSTEM = "system"
    NONE = "none"
    URL = "url"


class ColorScheme(StrEnum):
    """Light or dark windows."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


LEVEL = word_of(Level, to_translate('write "all", "outages" or "mute"'))
LOGIN = word_of(Login, to_translate('write "bearer", "basic" or ""'))
PROXY_MODE = word_of(ProxyMode, to_translate('write "system", "none" or "url"'))
COLOR_SCHEME = word_of(ColorScheme, to_translate('write "system", "light" or "dark"'))


class Polling(Section, frozen=True):
    """How often a page is looked at, as the user wrote it; :func:`interval_for` gives the interval to use."""

    idle: timedelta = value(
        timedelta(seconds=300), SECONDS, to_translate("Look every"), to_translate("when all is well")
    )
    incident: timedelta = value(
        timedelta(seconds=60),
        SECONDS,
        to_translate("During an incident, look every"),
        to_translate("at least 30 seconds"),
    )


class Watch(Section, frozen=True):
    """One thing to watch: a provider of the catalogue, or any status page by its address.

    ``components`` are names or ids, ``products`` those of the catalogue; both empty means every component that
    matters. ``platform`` skips detection. ``options`` are words for the platform's adapter.

    ``internal`` allows http and private addresses, and what only own monitoring needs: ``ca`` (who signed its
    certificate), ``certificate`` and ``certificate_key`` (who we are), and a ``login`` whose ``secret`` is kept
    elsewhere (``trayapp login`` puts it into the key store).
    """

    provider: str = value("", TEXT, to_translate("Provider"))
    components: tuple[str, ...] = value((), TEXTS, to_translate("Components"))
    products: tuple[str, ...] = value((), TEXTS, to_translate("Products"))
    name: str = value("", TEXT, to_translate("Name"))
    url: str = value("", ADDRESS, to_translate("Address of the status page"))
    platform: str = value("", PLATFORM, to_translate("Platform"), to_translate("empty to find out"))
    internal: bool = value(
        False, FLAG, to_translate("Own monitoring"), to_translate("http and private addresses allowed")
    )
    ca: str = value("", TEXT, to_translate("Its certificate authority"), to_translate("a PEM file"))
    certificate: str = value("", TEXT, to_translate("Our certificate"), to_translate("a PEM file"))
    certificate_key: str = value(
        "", TEXT, to_translate("Key of our certificate"), to_translate("a PEM file, where it is another one")
    )
    login: Login = value(Login.NONE, LOGIN, to_translate("Login"))
    user: str = value("", TEXT, to_translate("User name"))
    secret: str = value("", TEXT, to_translate("Where the token or password is kept"))
    options: Mapping[str, str] = entries(TEXT, to_translate("Options of the platform"))

    @property
    def access(self) -> Access:
        """How the page lets us in."""
        return Access(
            ca=self.ca,
            certificate=self.certificate,
            certificate_key=self.certificate_key,
            login=self.login,
            user=self.user,
            secret=self.secret,
        )

    def objection(self) -> tuple[str, str] | None:
        """Object to an entry that names nothing, to plain http on the internet, and to half a login."""
        if not self.provider and not self.url:
            return "", _('write provider = "..." or url = "https://..."')
        if self.url and not self.internal and not self.url.startswith("https://") and not is_loopback(self.url):
            return "url", _("write https://, or add internal = true if this is your own monitoring")
        return self._objection_to_access()

    def _objection_to_access(self) -> tuple[str, str] | None:
        named = [each for each in ("ca", "certificate", "certificate_key", "login", "secret") if getattr(self, each)]
        if named and not self.internal:
            return named[0], _("add internal = true: certificates and logins are for your own monitoring")
        if self.certificate_key and not self.certificate:
            return "certificate_key", _("add certificate = with the file of the certificate it belongs to")
        if self.secret and (wrong := place_objection(self.secret)):
            return "secret", wrong
        if self.login and not self.secret:
            return "login", _("run: trayapp login {url}").format(url=self.url)
        if self.secret and not self.login:
            return "secret", _('add login = "bearer" or login = "basic"')
        if self.login is Login.BASIC and (not self.user or ":" in self.user):
            return "user", _('write the user name of the basic login, e.g. user = "viewer"')
        return None

    def is_about(self, other: Section) -> bool:
        """Return whether another entry watches the same provider or page."""
        return isinstance(other, Watch) and (self.provider, self.url) == (other.provider, other.url)


class Alerts(Section, frozen=True):
    """What is worth a pop-up. ``providers`` is by provider id or page id and wins over ``level``."""

    level: Level = value(Level.ALL, LEVEL, to_translate("Pop-ups"))
    providers: Mapping[str, Level] = entries(LEVEL, to_translate("Pop-ups per provider"))


class QuietHours(Section, frozen=True):
    """When pop-ups are held back, in local time.

    An ``end`` before ``start`` is on the next day; ``days`` are those on which the quiet begins.
    """

    start: time = value(time(22), CLOCK, to_translate("From"), key="from")
    end: time = value(time(7), CLOCK, to_translate("To"), key="to")
    days: tuple[Weekday, ...] = value(tuple(Weekday), WEEKDAYS, to_translate("On"))

    def objection(self) -> tuple[str, str] | None:
        """Object to hours that may mean never or always."""
        return ("to", _("write another time than in from")) if self.start == self.end else None


class Proxy(Section, frozen=True):
    """How the network is reached. ``url`` counts only in the mode ``url`` and may hold a password."""

    mode: ProxyMode = value(ProxyMode.SYSTEM, PROXY_MODE, to_translate("Proxy"))
    url: str = value("", PROXY_ADDRESS, to_translate("Address of the proxy"))

    def objection(self) -> tuple[str, str] | None:
        """Object to a proxy without an address."""
        if self.mode is ProxyMode.URL and not self.url:
            return "mode", _('add url = "http://proxy.example.com:8080", or write mode = "system"')
        return None


class Baseline(Section, frozen=True):
    """Well-known hosts that tell whether the own connection works; empty for the built-in ones."""

    hosts: tuple[str, ...] = value((), SAFE_ADDRESSES, to_translate("Ask these hosts whether the connection works"))


class Reports(Section, frozen=True):
    """Whether the user's own programs may report errors over HTTP, on this computer only, and at which port."""

    enabled: bool = value(False, FLAG, to_translate("Let programs on this computer report errors"))
    port: int = value(8909, PORT, to_translate("At port"))


class Crowd(Section, frozen=True):
    """Where other people report; off unless wanted, and never more than a count.

    ``downdetector`` is where the client secret is kept (see ``trayapp login downdetector``), empty for off.
    """

    hacker_news: bool = value(False, FLAG, to_translate("Count what is said on Hacker News"))
    downdetector: str = value("", TEXT, to_translate("Where the client secret for Downdetector is kept"))
    downdetector_client: str = value("", TEXT, to_translate("Client id for Downdetector"))
    country: str = value("US", TEXT, to_translate("Country whose reports count"), to_translate("two letters"))

    def objection(self) -> tuple[str, str] | None:
        """Object to a secret in the file, and to one without its client."""
        if self.downdetector and (wrong := place_objection(self.downdetector)):
            return "downdetector", wrong
        if self.downdetector and not self.downdetector_client:
            return "downdetector", _('add downdetector_client = "..."')
        return None


class LocalServers(Section, frozen=True):
    """Servers of models on this computer that may be used instead; asked only while something watched fails."""

    addresses: tuple[str, ...] = value(
        ("http://127.0.0.1:11434", "http://127.0.0.1:1234"),
        SAFE_ADDRESSES,
        to_translate("Models on this computer that can be used instead"),
    )


class Keeping(Section, frozen=True):
    """How long history is kept."""

    keep_days: int = value(365, DAYS_KEPT, to_translate("Keep history for"), to_translate("days"))


class Look(Section, frozen=True):
    """How the windows and the icon look."""

    color_scheme: ColorScheme = value(ColorScheme.SYSTEM, COLOR_SCHEME, to_translate("Colours"))
    color_only_when_wrong: bool = value(False, FLAG, to_translate("Colour only when something is wrong"))


UPDATE_KEY = ""
"""The public key of whoever signs updates of this build (base64); packaging/SIGNING.md says how it gets here."""
PROGRAM_URL = ""
CATALOGUE_URL = ""
"""Where this build's signed files are. Without a key and an address nobody is ever asked."""


class Updates(Section, frozen=True):
    """Signed news of the program and of its catalogue. Nothing is fetched without a key and an address."""

    program: bool = value(True, FLAG, to_translate("Look for new versions once a day"))
    catalogue: bool = value(True, FLAG, to_translate("Fetch a newer catalogue once a day"))
    key: str = value(UPDATE_KEY, PUBLIC_KEY, to_translate("Public key of whoever signs"))
    program_url: str = value(PROGRAM_URL, OPTIONAL_SAFE_ADDRESS, to_translate("Address of the news of the program"))
    catalogue_url: str = value(CATALOGUE_URL, OPTIONAL_SAFE_ADDRESS, to_translate("Address of the catalogue"))

    def objection(self) -> tuple[str, str] | None:
        """Object to an address without a key: what comes from there could not be believed."""
        if (self.program_url or self.catalogue_url) and not self.key:
            return "", _('add key = "...", the public key of whoever signs what is there')
        return None


DEFAULT_WATCH = (Watch(provider="openai"), Watch(provider="anthropic"))


class Settings(Section, frozen=True):
    """Everything the user chose; every field is one row or one group of the settings page."""

    first_run_done: bool = value(False, FLAG, to_translate("The first questions were answered"))
    start_at_login: bool = value(False, FLAG, to_translate("Start at login"))
    polling: Polling = table(Polling(), Polling(), to_translate("Polling"))
    watch: tuple[Watch, ...] = tables(DEFAULT_WATCH, Watch(), to_translate("What to watch"))
    endpoints: Mapping[str, str] = entries(SAFE_ADDRESS, to_translate("Own gateways"), to_translate("per provider"))
    alerts: Alerts = table(Alerts(), Alerts(), to_translate("Pop-ups"))
    quiet_hours: QuietHours | None = table(None, QuietHours(), to_translate("Quiet hours"))
    proxy: Proxy = table(Proxy(), Proxy(), to_translate("Proxy"))
    baseline: Baseline = table(Baseline(), Baseline(), to_translate("Own connection"))
    reports: Reports = table(Reports(), Reports(), to_translate("Reports of your own programs"))
    crowd: Crowd = table(Crowd(), Crowd(), to_translate("What other people report"))
    local_models: LocalServers = table(LocalServers(), LocalServers(), to_translate("Models on this computer"))
    history: Keeping = table(Keeping(), Keeping(), to_translate("History"))
    updates: Updates = table(Updates(), Updates(), to_translate("Updates"))
    look: Look = table(Look(), Look(), to_translate("Look"))


def interval_for(page_url: str, wanted: timedelta) -> timedelta:
    """Return the polling interval to use: what the user wants, but at least 30 s (1 s for this machine)."""
    return max(wanted, SMALLEST_LOOPBACK_INTERVAL if is_loopback(page_url) else SMALLEST_INTERVAL)


class Loaded(Struct, frozen=True):
    """Settings as far as they could be read, and everything that is wrong with the file."""

    settings: Settings
    problems: tuple[Problem, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether anything at all is wrong: then the file is not written to."""
        return bool(self.problems)


class SettingsBrokenError(Exception):
    """The file was not written because it is broken, or cannot be edited safely; the text is a sentence."""


def load(path: Path) -> Loaded:
    """Read the settings file; without one, the defaults.

    A file that cannot be read as TOML at all gives the defaults. A wrong value gives that option's default,
    a wrong ``[[watch]]`` is left out. The file is never changed.
    """
    text = read_file(path)
    if isinstance(text, Problem):
        return Loaded(Settings(), (text,))
    return parse(text, path)


def parse(text: str, file: Path) -> Loaded:
    """Read settings from a text, e.g. exported ones; ``file`` only names it in the problems."""
    return Loaded(*read(Settings(), text, file))


def save(path: Path, before: Settings, after: Settings) -> Settings:
    """Write what changed from ``before`` to ``after``, and return the settings the file then holds.

    What a person edited in the meantime stays, unless it is the very option that changed. Raises
    ``SettingsBrokenError`` where the file is broken and ``OSError`` where it cannot be written.
    """
    refuse_unsafe(path)
    text = read_file(path)
    if isinstance(text, Problem):
        raise SettingsBrokenError(str(text))
    loaded = parse(text, path)
    if loaded.problems:
        raise SettingsBrokenError(str(loaded.problems[0]))
    wanted = _merged(loaded.settings, before, after)
    if wanted == loaded.settings:
        return wanted
    from trayapp.storage.editing import edited  # noqa: PLC0415 -- costs 25 ms, and only writing needs it

    result = edited(text, loaded.settings, wanted)
    if parse(result, path) != Loaded(wanted):
        raise SettingsBrokenError(_("{path}: this change does not fit in; please edit the file.").format(path=path))
    write_atomically(path, result)
    return wanted


def export_text(settings: Settings) -> str:
    """Return every option as TOML, to be read again by :func:`parse`. A proxy's user name and password are left out."""
    from trayapp.storage.editing import written  # noqa: PLC0415 -- costs 25 ms, and only writing needs it

    proxy = settings.proxy
    parts = split_address(proxy.url)
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if proxy.url else ""
    return written(replace(settings, proxy=replace(proxy, url=bare)))


def _merged(on_disk: _S, before: _S, after: _S) -> _S:
    """Return what is on the disk with the changes from ``before`` to ``after`` made to it."""
    changes: dict[str, object] = {}
    for field, option in options_of(after).items():
        disk, old, new = (getattr(tree, field) for tree in (on_disk, before, after))
        if old == new:
            continue
        if isinstance(disk, Section) and isinstance(old, Section) and isinstance(new, Section):
            changes[field] = _merged(disk, old, new)
        elif isinstance(new, Mapping):
            gone = set(old) - set(new)
            kept = {name: each for name, each in disk.items() if name not in gone}
            changed = {name: each for name, each in new.items() if name not in old or old[name] != each}
            changes[field] = MappingProxyType(kept | changed)
        elif option.layout is Layout.TABLES and disk != old:
            kept_tables = tuple(entry for entry in disk if entry in new or entry not in old)
            added = tuple(entry for entry in new if entry not in old and entry not in disk)
            changes[field] = (*kept_tables, *added)
        else:
            changes[field] = new
    merged: _S = replace(on_disk, **changes)
    return merged
