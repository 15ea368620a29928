"""What a shell may ask of the engine; one road, one value each."""

from dataclasses import dataclass

from trayapp.domain.record import IncidentQuery
from trayapp.storage.settings import Settings


@dataclass(frozen=True, slots=True)
class LookNow:
    """Look at one page at once, or at all of them."""

    page_id: str = ""


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
    """Find the platform of any status page address; the answer comes as ``Update.found_page``."""

    url: str


@dataclass(frozen=True, slots=True)
class EraseHistory:
    """Delete everything that was recorded; settings stay."""


@dataclass(frozen=True, slots=True)
class DismissNote:
    """Put a banner away until it is news again."""

    key: str


Command = LookNow | ApplySettings | LoadIncidents | DetectPage | EraseHistory | DismissNote
