"""What the engine tells a shell: one frozen value, at most every 100 ms."""

from datetime import datetime

from msgspec import Struct, field

from trayapp.deferral import deferred
from trayapp.domain.alert import Alert, Decision
from trayapp.domain.alertbook import AlertBook
from trayapp.domain.change import Change
from trayapp.domain.crowd import CrowdCount
from trayapp.domain.inquiry import Inquiry
from trayapp.domain.keys import KeyState
from trayapp.domain.provider import Provider
from trayapp.domain.record import Gap, IncidentQuery, StoredIncident
from trayapp.domain.rotation import KeyBook
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.updates import UpdatesState
from trayapp.domain.verdict import PageVerdict
from trayapp.engine.commands import KeyCommand, PreviewRules
from trayapp.storage.settings import Settings

with deferred():
    from trayapp.domain import alternatives
    from trayapp.domain import rehearsal as rehearsals


class Note(Struct, frozen=True):
    """Something about this app a person should know, shown as a banner until it no longer holds.

    ``key`` is stable, so that a shell can tell a new note from one that was put away.
    """

    key: str
    sentence: str


class FoundIncidents(Struct, frozen=True):
    """The answer to ``LoadIncidents``. ``gaps`` are the times in the asked period when nobody watched, oldest first."""

    query: IncidentQuery
    incidents: tuple[StoredIncident, ...]
    gaps: tuple[Gap, ...] = ()


class Decided(Struct, frozen=True):
    """A stored decision about a pop-up; ``reason`` is the word of the alert policy."""

    alert: Alert
    told: bool
    reason: str


class Previewed(Struct, frozen=True):
    """The answer to ``PreviewRules``."""

    rules: PreviewRules
    rehearsal: "rehearsals.Rehearsal"


class FoundPage(Struct, frozen=True):
    """The answer to ``DetectPage``: a platform and the address to use, or a sentence why not.

    ``moved_to`` is set where the address answered from another host.
    """

    asked: str
    platform: str = ""
    url: str = ""
    name: str = ""
    problem: str = ""
    moved_to: str = ""


class KeyOutcome(Struct, frozen=True):
    """What became of a command about keys; its check follows by itself.

    ``problem`` is a sentence where nothing was done; ``left`` one where something stays behind in a store.
    """

    command: KeyCommand
    key_id: str = ""
    problem: str = ""
    left: str = ""


class Update(Struct, frozen=True, kw_only=True):
    """The state of the app at ``now`` (UTC; simulated in a replay), and what happened since the last one."""

    now: datetime
    snapshot: Snapshot
    settings: Settings
    changes: tuple[Change, ...] = ()
    decisions: tuple[Decision, ...] = ()
    notes: tuple[Note, ...] = ()
    providers: tuple[Provider, ...] = ()
    """The whole catalogue, sorted by id."""
    found: FoundIncidents | None = None
    found_page: FoundPage | None = None
    decided: tuple[Decided, ...] | None = None
    """The answer to ``LoadDecisions``, newest first."""
    previewed: Previewed | None = None
    book: AlertBook = field(default_factory=AlertBook)
    """What the alert policy remembers: what is acknowledged, waited for, and whether pop-ups are snoozed."""
    is_replay: bool = False
    is_first_run: bool = False
    looking: frozenset[str] = frozenset()
    """Pages being looked at right now."""
    key_book: KeyBook = field(default_factory=KeyBook)
    """All keys, those that were replaced, and what is known of them."""
    key_store: str = ""
    """The name of the key store in use; empty before its first use."""
    key_outcome: KeyOutcome | None = None
    inquiries: tuple[Inquiry, ...] = ()
    """What people asked for with "It fails for me", the newest first."""
    causes: tuple[PageState, ...] = ()
    """Pages in trouble that may explain why several providers fail together: a hint, no verdict."""
    asked: tuple[str, ...] = ()
    """Addresses that are asked beside the pages and their fallbacks, or would be while something fails."""
    crowd: tuple[CrowdCount, ...] = ()
    """What other people report, where the user wants to know; never a state."""
    local_models: tuple["alternatives.LocalModel", ...] = ()
    """Servers of models on this computer; looked for only while something watched fails."""
    checking: frozenset[str] = frozenset()
    """Keys being checked right now, by id."""
    updates: UpdatesState = field(default_factory=UpdatesState)
    """News of the program and of its catalogue; no part of any status."""
    verdicts: tuple[PageVerdict, ...] = ()
    """Whose problem it is, one for every watched page; empty where only pages are looked at (a replay, mostly)."""

    @property
    def keys(self) -> tuple[KeyState, ...]:
        """What is known of every key, without any key."""
        return self.key_book.keys
