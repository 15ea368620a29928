"""When this machine's clock says that it is quiet, and when the morning comes."""

from datetime import UTC, datetime, time, timedelta

from trayapp.storage.kinds import Weekday
from trayapp.storage.settings import QuietHours

MORNING = time(8)
"""When a snooze "until tomorrow" ends where no quiet hours say when the day begins."""
STILL_UP = time(4)
"""Before this, somebody who says "tomorrow" has not been to bed yet and means the morning of the same date."""


def is_quiet(hours: QuietHours | None, now: datetime) -> bool:
    """Return whether quiet hours are on at a moment, by this machine's local time."""
    if hours is None:
        return False
    local = now.astimezone()
    days = list(Weekday)
    today, yesterday = days[local.weekday()], days[(local.weekday() - 1) % 7]
    clock = local.time()
    if hours.start <= hours.end:
        return today in hours.days and hours.start <= clock < hours.end
    return (today in hours.days and clock >= hours.start) or (yesterday in hours.days and clock < hours.end)


def tomorrow_morning(hours: QuietHours | None, now: datetime) -> datetime:
    """Return when "tomorrow morning" is (UTC): the end of the quiet hours, else eight o'clock, by the local clock.

    Quiet hours that end in the afternoon or evening say nothing about the morning.
    """
    local = now.astimezone()
    is_late = local.time() < STILL_UP
    morning = hours.end if hours is not None and STILL_UP < hours.end < time(12) else MORNING
    day = local.date() if is_late else local.date() + timedelta(days=1)
    # Without a zone it is this machine's, with the offset of that day.
    return datetime.combine(day, morning).astimezone(UTC)
