from datetime import timedelta

from msgspec.structs import replace

from tests.builders import NOON
from trayapp.domain.alertbook import AlertBook, Concern, PageBook
from trayapp.domain.provider import StatusPage
from trayapp.domain.snapshot import PageState
from trayapp.domain.status import Status
from trayapp.domain.verdict import VerdictId
from trayapp.domain.wishes import Wish
from trayapp.presentation.wishes import asked_sentence, incident_wish, incident_wishes, page_wish, snoozed_words

ACME = PageState(
    page=StatusPage(id="acme", name="Acme", url="https://status.acme.example"), shown=Status.DEGRADED, looks=1
)
FINE = replace(ACME, shown=Status.OPERATIONAL)


def concern(name: str, **more: object) -> Concern:
    base = Concern(
        page_id="acme",
        name=f"acme/{name}",
        incident_id=name,
        title=f"Errors {name}",
        opened_at=NOON,
        severity=Status.DEGRADED,
    )
    return replace(base, **more)


def test_a_page_in_trouble_can_be_acknowledged_and_waited_for() -> None:
    view = page_wish(ACME, AlertBook(concerns=(concern("one"),)))

    assert view is not None
    assert (view.wish, view.name, view.can_acknowledge) == (Wish("acme"), "Acme", True)
    assert (view.is_acknowledged, view.is_wanted) == (False, False)


def test_what_was_asked_is_said() -> None:
    known, waiting = concern("one", acknowledged=Status.DEGRADED), concern("two", is_wanted=True)

    asked = AlertBook(concerns=(known,), pages=(PageBook(page_id="acme", wanted_at=NOON),))
    assert asked_sentence("acme", asked) == "Acknowledged · you will be told when it is back"
    assert asked_sentence("acme", AlertBook(concerns=(waiting,))) == "You will be told when it is back"
    assert asked_sentence("acme", AlertBook(concerns=(known, concern("two")))) == "1 of 2 acknowledged"
    assert asked_sentence("acme", AlertBook()) == ""


def test_who_waits_for_one_incident_of_two_does_not_wait_for_the_page() -> None:
    waiting = concern("one", is_wanted=True)

    one, both = (
        page_wish(ACME, AlertBook(concerns=(waiting,))),
        page_wish(ACME, AlertBook(concerns=(waiting, concern("x")))),
    )
    assert one is not None
    assert both is not None
    assert (one.is_wanted, both.is_wanted) == (True, False)


def test_a_page_that_cannot_be_read_can_be_waited_for_only() -> None:
    view = page_wish(replace(ACME, shown=None), AlertBook())

    assert view is not None
    assert not view.can_acknowledge


def test_there_is_nothing_to_wish_for_a_page_that_is_fine_or_was_never_looked_at() -> None:
    over = AlertBook(concerns=(concern("one", good_looks=1),))

    assert page_wish(FINE, over) is None
    assert page_wish(replace(ACME, looks=0), AlertBook()) is None
    assert page_wish(FINE, AlertBook(derived=(("acme", VerdictId.LOOKS_LIKE_PROVIDER),))) is not None


def test_one_incident_needs_no_buttons_beside_the_pages_and_two_do() -> None:
    one = AlertBook(concerns=(concern("one"),))
    two = AlertBook(concerns=(concern("one", acknowledged=Status.DEGRADED), concern(""), concern("two")))

    assert incident_wishes("acme", one) == {}
    found = incident_wishes("acme", two)
    assert [(key, each.is_acknowledged) for key, each in found.items()] == [("one", True), ("two", False)]
    assert found["one"].name == "Errors one"
    assert incident_wish("acme", "three", two) is None


def test_a_snooze_says_until_when() -> None:
    book = AlertBook(snoozed_until=NOON + timedelta(minutes=64))

    assert snoozed_words(book, NOON) == "Pop-ups are snoozed until 13:04"
    assert snoozed_words(book, NOON + timedelta(minutes=64)) == ""
    assert snoozed_words(AlertBook(), NOON) == ""
