"""The words for what other people report: a count, its time and where; nothing is concluded from it."""

from collections.abc import Mapping
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from types import MappingProxyType

from trayapp.domain.crowd import CrowdCount, CrowdSource, fresh
from trayapp.presentation.ages import age, duration

_NAMES: Mapping[CrowdSource, str] = MappingProxyType(
    {CrowdSource.HACKER_NEWS: "Hacker News", CrowdSource.DOWNDETECTOR: "Downdetector"}
)


def crowd_lines(counts: tuple[CrowdCount, ...], provider: str, now: datetime) -> tuple[str, ...]:
    """Return what people report of a provider now, one line a place; empty while it is no more than usual."""
    return tuple(_line(each, now) for each in fresh(counts, provider, now))


def _line(counted: CrowdCount, now: datetime) -> str:
    parts = [_("People are reporting on {place}").format(place=_NAMES[counted.source])]
    if counted.count is not None:
        parts.append(
            ngettext("{count} in the last {span}", "{count} in the last {span}", counted.count).format(
                count=counted.count, span=duration(counted.span)
            )
        )
    if counted.baseline is not None:
        parts.append(_("usual: {count}").format(count=counted.baseline))
    parts.append(age(counted.at, now))
    line = " · ".join(parts)
    return f"{line} · {counted.url}" if counted.url else line
