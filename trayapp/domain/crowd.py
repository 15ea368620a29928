"""What other people say of a provider: a count with its time, never a state and never evidence for a verdict."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

CROWD_LASTS = timedelta(minutes=20)
"""A count older than this is no news; Downdetector counts anew every 15 minutes."""


class CrowdSource(StrEnum):
    """Where people report."""

    HACKER_NEWS = "hacker_news"
    DOWNDETECTOR = "downdetector"


class CrowdCount(Struct, frozen=True, kw_only=True):
    """What one place counted for a provider, asked at ``at`` (UTC), over the ``span`` before it.

    ``count`` is ``None`` where the place gave none. ``baseline`` is what is usual at that time of day and ``said`` the
    place's own word ("warning"), where it gives them. ``url`` is where a person may read on.
    """

    provider: str
    source: CrowdSource
    at: datetime
    span: timedelta
    count: int | None = None
    baseline: int | None = None
    said: str = ""
    url: str = ""

    @property
    def is_talk(self) -> bool:
        """Whether people report more than usual: only then it is worth a line."""
        if self.said:
            return self.said in {"warning", "danger"}
        return self.count is not None and self.count > (self.baseline or 0)


def fresh(counts: tuple[CrowdCount, ...], provider: str, now: datetime) -> tuple[CrowdCount, ...]:
    """Return what people report of a provider now."""
    return tuple(each for each in counts if each.provider == provider and each.is_talk and now - each.at <= CROWD_LASTS)
