"""What becomes of the alert policy's memory when somebody says what they want of the pop-ups."""

from datetime import datetime, timedelta

from trayapp.domain import wishes
from trayapp.domain.alertbook import AlertBook, Decided
from trayapp.domain.snooze import SnoozeFor
from trayapp.engine.commands import Acknowledge, AlertCommand, Snooze, TellWhenBack
from trayapp.engine.quiet import tomorrow_morning
from trayapp.storage.settings import QuietHours

SHORT = timedelta(hours=1)


def fulfil(book: AlertBook, command: AlertCommand, hours: QuietHours | None, now: datetime) -> Decided:
    """Return the memory after a command, and what was decided by it."""
    match command:
        case Snooze(length=length):
            until = {SnoozeFor.HOUR: now + SHORT, SnoozeFor.TOMORROW: tomorrow_morning(hours, now)}.get(length)
            return wishes.snooze(book, until), ()
        case Acknowledge(wish=wish, is_on=True):
            return wishes.acknowledge(book, wish, now)
        case Acknowledge(wish=wish):
            return wishes.take_back(book, wish), ()
        case TellWhenBack(wish=wish, is_on=True):
            return wishes.tell_when_back(book, wish, now), ()
        case TellWhenBack(wish=wish):
            return wishes.forget_wish(book, wish), ()
