"""A key that was replaced, watched until its provider refuses it: the proof that it is dead."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct, field
from msgspec.structs import replace

from trayapp.domain.keys import KeyAnswer, KeyHealth, KeyState, after_check

_NOTHING_NOTED: Mapping[str, KeyHealth] = MappingProxyType({})
_DEAD = frozenset({KeyHealth.REJECTED, KeyHealth.EXPIRED, KeyHealth.SUSPENDED})


class OldKey(Struct, frozen=True, kw_only=True):
    """A replaced key. All times are UTC.

    ``of`` is the id of the key that took its place; ``state`` is of the old one and names its own entry in the
    store until ``died_at``, the moment the provider was first seen to refuse it.
    """

    of: str
    state: KeyState
    replaced_at: datetime
    died_at: datetime | None = None

    @property
    def is_dead(self) -> bool:
        """Whether the provider refuses it."""
        return self.died_at is not None


class KeyBook(Struct, frozen=True):
    """All keys the person keeps with us, in the order they were added, and the replaced ones still remembered.

    ``noted`` is by key id: the last health that was good or bad, which decides about pop-ups.
    """

    keys: tuple[KeyState, ...] = ()
    old: tuple[OldKey, ...] = ()
    noted: Mapping[str, KeyHealth] = field(default_factory=lambda: _NOTHING_NOTED)

    def find(self, label: str) -> KeyState | None:
        """Return the key with this label, else with this id; case does not matter."""
        wanted = label.casefold().strip()
        by_label = (each for each in self.keys if each.ref.label.casefold() == wanted)
        return next(by_label, None) or self.key(wanted)

    def key(self, key_id: str) -> KeyState | None:
        """Return the key with this id."""
        return next((each for each in self.keys if each.ref.id == key_id), None)

    def old_of(self, key_id: str) -> tuple[OldKey, ...]:
        """Return the predecessors of a key, oldest first."""
        return tuple(each for each in self.old if each.of == key_id)

    def with_key(self, state: KeyState) -> "KeyBook":
        """Return this book with one key's state replaced, or added at the end."""
        if self.key(state.ref.id) is None:
            return replace(self, keys=(*self.keys, state))
        return replace(self, keys=tuple(state if each.ref.id == state.ref.id else each for each in self.keys))

    def with_old(self, old: OldKey) -> "KeyBook":
        """Return this book with one replaced key's state replaced, or added at the end."""
        others = tuple(each for each in self.old if each.state.ref.id != old.state.ref.id)
        if len(others) == len(self.old):
            return replace(self, old=(*self.old, old))
        return replace(self, old=tuple(old if each.state.ref.id == old.state.ref.id else each for each in self.old))

    def without(self, key_id: str) -> "KeyBook":
        """Return this book without a key and its predecessors, or without one replaced key."""
        return replace(
            self,
            keys=tuple(each for each in self.keys if each.ref.id != key_id),
            old=tuple(each for each in self.old if key_id not in {each.of, each.state.ref.id}),
            noted={each: health for each, health in self.noted.items() if each != key_id},
        )

    def with_noted(self, key_id: str, health: KeyHealth | None) -> "KeyBook":
        """Return this book with what is noted of one key."""
        others = {each: noted for each, noted in self.noted.items() if each != key_id}
        return replace(self, noted=others if health is None else {**others, key_id: health})


def after_old_check(old: OldKey, answer: KeyAnswer, at: datetime) -> OldKey:
    """Fold one attempt with a replaced key into what we know of it; once dead it stays dead."""
    state = after_check(old.state, answer, at)
    died_at = old.died_at or (at if state.health in _DEAD else None)
    return replace(old, state=state, died_at=died_at)
