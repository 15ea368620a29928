from datetime import timedelta

from tests.builders import NOON
from trayapp.domain.alert import Alert, AlertKind, Decision, Reason
from trayapp.domain.alertbook import AlertBook
from trayapp.domain.notification import LATE
from trayapp.domain.saying import left_unsaid, said, to_be_said

TOLD = Decision(Alert(kind=AlertKind.OPENED, at=NOON), told=True, reason=Reason.NEW)
REFUSED = Decision(Alert(kind=AlertKind.OPENED, at=NOON), told=False, reason=Reason.MUTED)


def test_what_is_told_is_noted_until_it_was_shown() -> None:
    book = to_be_said(to_be_said(AlertBook(), [REFUSED, TOLD]), [TOLD])

    assert book.saying == (TOLD, TOLD)
    assert said(book) == AlertBook()
    assert to_be_said(book, [REFUSED]) is book


def test_what_was_left_is_said_unless_it_is_too_old() -> None:
    book = to_be_said(AlertBook(), [TOLD])

    assert left_unsaid(book, NOON + LATE) == (TOLD,)
    assert left_unsaid(book, NOON + LATE + timedelta(seconds=1)) == ()
