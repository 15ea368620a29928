"""Ages, durations and times of day as a person says them. Moments come in as UTC; words are local time."""

from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def age(then: datetime, now: datetime) -> str:
    """Return how long ago something was: "40 s ago". What lies ahead (a clock was set back) is "just now"."""
    passed = now - then
    if passed < timedelta(seconds=1):
        return _("just now")
    return _("{duration} ago").format(duration=_rough(passed))


def duration(length: timedelta) -> str:
    """Return a length of time in its two largest units: "40 s", "32 min", "1 h 5 min", "2 days 3 h"."""
    if length < _MINUTE:
        return _rough(max(length, timedelta(0)))
    if length < _HOUR:
        return _minutes(length)
    if length < _DAY:
        return _joined(_hours(length), _minutes(length % _HOUR) if length % _HOUR >= _MINUTE else "")
    return _joined(_days(length), _hours(length % _DAY) if length % _DAY >= _HOUR else "")


def clock(moment: datetime, now: datetime) -> str:
    """Return a moment as local time, as short as it is clear: "14:02", "yesterday 14:02", "2 Dec 14:02"."""
    local, today = moment.astimezone(), now.astimezone().date()
    time = f"{local:%H:%M}"
    days = (local.date() - today).days
    if days == 0:
        return time
    if days == -1:
        return _("yesterday {time}").format(time=time)
    if days == 1:
        return _("tomorrow {time}").format(time=time)
    if local.year == today.year:
        return _("{day} {month} {time}").format(day=local.day, month=_month(local), time=time)
    return _("{day} {month} {year} {time}").format(day=local.day, month=_month(local), year=local.year, time=time)


def long_date(moment: datetime) -> str:
    """Return the local day in full: "2 December 2025"."""
    local = moment.astimezone()
    return _("{day} {month} {year}").format(day=local.day, month=_(_MONTHS[local.month - 1]), year=local.year)


def _rough(length: timedelta) -> str:
    """Return a length in its largest unit."""
    if length < _MINUTE:
        return _("{count} s").format(count=int(length.total_seconds()))
    if length < _HOUR:
        return _minutes(length)
    if length < 2 * _DAY:
        return _hours(length)
    return _days(length)


def _minutes(length: timedelta) -> str:
    return _("{count} min").format(count=length // _MINUTE)


def _hours(length: timedelta) -> str:
    return _("{count} h").format(count=length // _HOUR)


def _days(length: timedelta) -> str:
    days = length // _DAY
    return ngettext("{count} day", "{count} days", days).format(count=days)


def _joined(large: str, small: str) -> str:
    return f"{large} {small}" if small else large


def _month(local: datetime) -> str:
    return _(_MONTHS[local.month - 1])[:3]


# strftime's names follow the process locale, which Qt changes behind our back and which gettext does not know.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
