"""What a shell may ask of the engine; one road, one value each."""

from dataclasses import dataclass

from trayapp.domain.record import IncidentQuery
from trayapp.domain.snooze import SnoozeFor
from trayapp.domain.wishes import Wish
from trayapp.engine.newkey import NewKey
from trayapp.storage.secret import Secret
from trayapp.storage.settings import Alerts, QuietHours, Settings


@dataclass(frozen=True, slots=True)
class LookNow:
    """Look at one page at once, or at all of them."""

    page_id: str = ""


@dataclass(frozen=True, slots=True)
class SuspectProvider:
    """It fails for me: ask page, edge, keys and the own connection now, for one page's provider or for all.

    Everybody is asked again every 30 s for 15 minutes; what comes of it is ``Update.inquiries``.
    """

    page_id: str = ""


@dataclass(frozen=True, slots=True)
class EndInquiry:
    """Ask no more about a provider that failed for somebody, and put away what came of it."""

    provider: str


@dataclass(frozen=True, slots=True)
class ApplySettings:
    """Save these settings and work by them from now on."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class LoadIncidents:
    """Read stored incidents; the answer comes as ``Update.found``."""

    query: IncidentQuery


@dataclass(frozen=True, slots=True)
class DetectPage:
    """Find the platform of any status page address; the answer comes as ``Update.found_page``.

    ``internal`` says that it is the person's own monitoring: http and private addresses are allowed.
    """

    url: str
    internal: bool = False


@dataclass(frozen=True, slots=True)
class EraseHistory:
    """Delete everything that was recorded; settings stay."""


@dataclass(frozen=True, slots=True)
class DismissNote:
    """Put a banner away until it is news again."""

    key: str


@dataclass(frozen=True, slots=True)
class Snooze:
    """Hold pop-ups back for a while, or no longer."""

    length: SnoozeFor


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Somebody knows of a trouble: no pop-ups about it until it is worse or over. ``is_on=False`` takes it back."""

    wish: Wish
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class TellWhenBack:
    """Tell once when a trouble is over, or a page fine. ``is_on=False`` takes it back."""

    wish: Wish
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class KeepLogin:
    """Keep the token or the password (with a ``user``) of own monitoring; without a secret the login is forgotten."""

    url: str
    user: str = ""
    secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class LoadDecisions:
    """Read the last decisions about pop-ups; the answer comes as ``Update.decided``."""

    limit: int = 200


@dataclass(frozen=True, slots=True)
class PreviewRules:
    """Count what these rules would have told lately; the last ones asked for are answered by ``Update.previewed``."""

    alerts: Alerts
    quiet_hours: QuietHours | None = None


@dataclass(frozen=True, slots=True)
class AddKey:
    """Keep a key and check it; ``secret`` is ``None`` where ``new`` has a reference or its provider needs no key.

    ``new.host`` is what was approved.

    This and the commands below are answered by ``Update.key_outcome``.
    """

    new: NewKey
    secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class ReplaceKey:
    """Put a new key in an old one's place and check both, the old until its provider refuses it."""

    key_id: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class CheckKeys:
    """Check some keys now, or all of them; those whose provider asked us to wait are left out."""

    key_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoveKey:
    """Delete a key, or stop watching a replaced one; in the end also when the store does not let go of it."""

    key_id: str
    even_if_store_fails: bool = False


@dataclass(frozen=True, slots=True)
class RemoveAllKeys:
    """Delete every key."""


@dataclass(frozen=True, slots=True)
class ApproveKey:
    """Let a key be sent to the address that the settings now say; the person has seen which."""

    key_id: str


@dataclass(frozen=True, slots=True)
class ReadBalance:
    """Let every check of a key read its balance and limits as well, with one more free request, or no longer."""

    key_id: str
    is_allowed: bool


@dataclass(frozen=True, slots=True)
class BuyToken:
    """Make the one smallest call that costs something; ``price`` is what the person has seen and agreed to."""

    key_id: str
    price: str


KeyCommand = AddKey | ReplaceKey | CheckKeys | RemoveKey | RemoveAllKeys | ApproveKey | ReadBalance | BuyToken
AlertCommand = Snooze | Acknowledge | TellWhenBack
Command = (
    LookNow
    | SuspectProvider
    | EndInquiry
    | ApplySettings
    | LoadIncidents
    | LoadDecisions
    | PreviewRules
    | DetectPage
    | KeepLogin
    | EraseHistory
    | DismissNote
    | AlertCommand
    | KeyCommand
)
