"""The five words for how a service is doing, ordered from best to worst."""

from collections.abc import Iterable
from enum import Enum
from functools import total_ordering


@total_ordering
class Status(Enum):
    """How a component or a page is doing; ordered, ``OPERATIONAL`` is the least.

    Not knowing is ``None``, never a member: it must neither hide a known outage nor count as good.
    """

    OPERATIONAL = "operational"
    MAINTENANCE = "maintenance"
    DEGRADED = "degraded"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"

    def __lt__(self, other: "Status") -> bool:
        """Compare by how bad it is."""
        return _ORDER[self] < _ORDER[other]

    @property
    def is_bad(self) -> bool:
        """Whether this is trouble; planned maintenance is not."""
        return _ORDER[self] > _ORDER[Status.MAINTENANCE]

    @property
    def is_outage(self) -> bool:
        """Whether this is a partial or a major outage."""
        return _ORDER[self] >= _ORDER[Status.PARTIAL_OUTAGE]


_ORDER = {status: place for place, status in enumerate(Status)}


def worst(statuses: Iterable[Status | None]) -> Status | None:
    """Return the worst known bad status; else unknown if any is unknown; else the worst.

    ============================  ===========
    statuses                      worst
    ============================  ===========
    none at all                   unknown
    a bad one and an unknown one  the bad one
    a good one and an unknown one unknown
    good ones only                the worst of them
    ============================  ===========
    """
    seen = tuple(statuses)
    known = [status for status in seen if status is not None]
    if not known:
        return None
    found = max(known, key=_ORDER.__getitem__)
    if found.is_bad or len(known) == len(seen):
        return found
    return None
