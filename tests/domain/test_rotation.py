"""Replaced keys: watched until refused, and dead for good then."""

from datetime import timedelta

from tests.builders import NOON
from trayapp.domain.keys import KeyAnswer, KeyHealth, KeyRef, KeyState, Reachability
from trayapp.domain.rotation import KeyBook, OldKey, after_old_check

WORK = KeyState(ref=KeyRef(id="a", label="Work", provider="openai"))
PLAY = KeyState(ref=KeyRef(id="b", label="play", provider="openai"))
OLD = OldKey(of="a", state=KeyState(ref=KeyRef(id="c", label="Work (old)", provider="openai")), replaced_at=NOON)
LATER = NOON + timedelta(hours=1)


def test_a_key_is_found_by_label_and_by_id() -> None:
    book = KeyBook((WORK, PLAY))

    assert book.find(" work ") is WORK
    assert book.find("b") is PLAY
    assert book.find("nothing") is None


def test_a_book_takes_a_key_in_at_the_end_or_in_its_place() -> None:
    book = KeyBook().with_key(WORK).with_key(PLAY).with_key(WORK).with_old(OLD).with_old(OLD)

    assert book.keys == (WORK, PLAY)
    assert book.old_of("a") == (OLD,)
    assert book.old_of("b") == ()


def test_a_replaced_key_is_replaced_among_others() -> None:
    other = OldKey(of="b", state=KeyState(ref=KeyRef(id="d", label="x", provider="openai")), replaced_at=NOON)
    dead = OldKey(of="a", state=OLD.state, replaced_at=NOON, died_at=LATER)

    assert KeyBook(old=(OLD, other)).with_old(dead).old == (dead, other)


def test_a_removed_key_takes_its_predecessors_along() -> None:
    book = KeyBook((WORK, PLAY), (OLD,)).with_noted("a", KeyHealth.OK).with_noted("b", KeyHealth.OK)

    assert book.without("a") == KeyBook((PLAY,), (), {"b": KeyHealth.OK})
    assert book.without("c").old == ()
    assert book.without("c").keys == (WORK, PLAY)
    assert book.with_noted("a", None).noted == {"b": KeyHealth.OK}


def test_a_replaced_key_dies_when_it_is_refused_and_stays_dead() -> None:
    alive = after_old_check(OLD, KeyAnswer(health=KeyHealth.OK), NOON)
    lost = after_old_check(alive, KeyAnswer(health=KeyHealth.UNKNOWN, reachability=Reachability.UNREACHABLE), NOON)
    dead = after_old_check(lost, KeyAnswer(health=KeyHealth.REJECTED), LATER)
    again = after_old_check(dead, KeyAnswer(health=KeyHealth.OK), LATER + timedelta(days=1))

    assert not alive.is_dead
    assert not lost.is_dead
    assert dead.died_at == LATER
    assert again.died_at == LATER
