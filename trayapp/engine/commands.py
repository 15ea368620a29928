"""What a shell may ask of the engine; one road, one value each."""

from msgspec import Struct

from trayapp.domain.record import IncidentQuery
from trayapp.domain.snooze import SnoozeFor
from trayapp.domain.wishes import Wish
from trayapp.engine.newkey import NewKey
from trayapp.storage.secret import Secret
from trayapp.storage.settings import Alerts, QuietHours, Settings


class LookNow(Struct, frozen=True):
    """Look at one page at once, or at all of them."""

    page_id: str = ""


class SuspectProvider(Struct, frozen=True):
    """It fails for me: ask page, edge, keys and the own connection now, for one page's provider or for all.

    Everybody is asked again every 30 s for 15 minutes; what comes of it is ``Update.inquiries``.
    """

    page_id: str = ""


class EndInquiry(Struct, frozen=True):
    """Ask no more about a provider that failed for somebody, and put away what came of it."""

    provider: str


class ApplySettings(Struct, frozen=True):
    """Save these settings and work by them from now on."""

    settings: Settings


class LoadIncidents(Struct, frozen=True):
    """Read stored incidents; the answer comes as ``Update.found``."""

    query: IncidentQuery


class DetectPage(Struct, frozen=True):
    """Find the platform of any status page address; the answer comes as ``Update.found_page``.

    ``internal`` says that it is the person's own monitoring: http and private addresses are allowed.
    """

    url: str
    internal: bool = False


class EraseHistory(Struct, frozen=True):
    """Delete everything that was recorded; settings stay."""


class DismissNote(Struct, frozen=True):
    """Put a banner away until it is news again."""

    key: str


class Snooze(Struct, frozen=True):
    """Hold pop-ups back for a while, or no longer."""

    length: SnoozeFor


class Acknowledge(Struct, frozen=True):
    """Somebody knows of a trouble: no pop-ups about it until it is worse or over. ``is_on=False`` takes it back."""

    wish: Wish
    is_on: bool = True


class TellWhenBack(Struct, frozen=True):
    """Tell once when a trouble is over, or a page fine. ``is_on=False`` takes it back."""

    wish: Wish
    is_on: bool = True


class KeepLogin(Struct, frozen=True):
    """Keep the token or the password (with a ``user``) of own monitoring; without a secret the login is forgotten."""

    url: str
    user: str = ""
    secret: Secret | None = None


class LoadDecisions(Struct, frozen=True):
    """Read the last decisions about pop-ups; the answer comes as ``Update.decided``."""

    limit: int = 200


class PreviewRules(Struct, frozen=True):
    """Count what these rules would have told lately; the last ones asked for are answered by ``Update.previewed``."""

    alerts: Alerts
    quiet_hours: QuietHours | None = None


class AddKey(Struct, frozen=True):
    """Keep a key and check it; ``secret`` is ``None`` where ``new`` has a reference or its provider needs no key.

    ``new.host`` is what was approved.

    This and the commands below are answered by ``Update.key_outcome``.
    """

    new: NewKey
    secret: Secret | None = None


class ReplaceKey(Struct, frozen=True):
    """Put a new key in an old one's place and check both, the old until its provider refuses it."""

    key_id: str
    secret: Secret


class CheckKeys(Struct, frozen=True):
    """Check some keys now, or all of them; those whose provider asked us to wait are left out."""

    key_ids: tuple[str, ...] = ()


class RemoveKey(Struct, frozen=True):
    """Delete a key, or stop watching a replaced one; in the end also when the store does not let go of it."""

    key_id: str
    even_if_store_fails: bool = False


class RemoveAllKeys(Struct, frozen=True):
    """Delete every key."""


class ApproveKey(Struct, frozen=True):
    """Let a key be sent to the address that the settings now say; the person has seen which."""

    key_id: str


class ReadBalance(Struct, frozen=True):
    """Let every check of a key read its balance and limits as well, with one more free request, or no longer."""

    key_id: str
    is_allowed: bool


class BuyToken(Struct, frozen=True):
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
