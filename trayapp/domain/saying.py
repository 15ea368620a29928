"""What is on its way to the screen: stored with the decision, forgotten when it was shown.

A run that is killed in between leaves it in the memory, and the next run says it: never lost, and at most once more
than it should.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from trayapp.domain.alert import Decision
from trayapp.domain.alertbook import AlertBook
from trayapp.domain.notification import LATE


def to_be_said(book: AlertBook, decisions: Iterable[Decision]) -> AlertBook:
    """Note what was decided to be told, before anybody shows it."""
    told = tuple(each for each in decisions if each.told)
    return replace(book, saying=(*book.saying, *told)) if told else book


def said(book: AlertBook) -> AlertBook:
    """Forget what has been shown."""
    return replace(book, saying=())


def left_unsaid(book: AlertBook, now: datetime) -> tuple[Decision, ...]:
    """Return what an earlier run did not come to show; what is too old by now is listed, not told."""
    return tuple(each for each in book.saying if now - each.alert.at <= LATE)
