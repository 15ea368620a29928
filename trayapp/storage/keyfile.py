"""``keys.toml``: what is known of the person's keys, and never a key.

Reading never changes the file; a broken one is never written over. Writing edits only what changed, so comments and
options of a newer version survive, and happens under a lock, because the tray and the command line may both write.
"""

import os
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import Enum
from gettext import gettext as _
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar, cast

from msgspec.structs import replace

from trayapp.domain.keys import CheckLevel, Facts, KeyAnswer, KeyHealth, KeyRef, KeyState, ModelNews, Reachability
from trayapp.domain.rotation import KeyBook, OldKey
from trayapp.storage.paths import PRIVATE_FILE, make_private, refuse_unsafe, write_atomically
from trayapp.storage.reading import Problem, read_file
from trayapp.storage.secret import hidden

_HEADER = "The keys that trayapp watches. No key is in here: those are in the key store of this computer.\n"
_LOCK_PATIENCE, _LOCK_STEP = timedelta(seconds=3), 0.02

_E = TypeVar("_E", bound=Enum)
_Table = Mapping[str, object]
_AS_IT_IS: _Table = MappingProxyType({})
"""What to write of a key about which nothing is new."""


class KeyFileError(Exception):
    """The file cannot be read or written; the text is a sentence for a person."""


class KeyFile:
    """The one file of key metadata."""

    def __init__(self, path: Path) -> None:
        """Touch nothing yet."""
        self.path = path

    @property
    def exists(self) -> bool:
        """Whether any key was ever added."""
        return self.path.exists()

    def stamp(self) -> tuple[int, int]:
        """Return what changes whenever the file does."""
        try:
            found = self.path.stat()
        except OSError:
            return 0, 0
        return found.st_mtime_ns, found.st_ino

    def load(self) -> KeyBook:
        """Return all keys; none where there is no file. Raises ``KeyFileError``."""
        return _book(self._parsed(self._text()), self.path)

    def change(self, step: Callable[[KeyBook], KeyBook]) -> KeyBook:
        """Apply ``step`` to what the file says now, write the result and return it. Raises ``KeyFileError``."""
        try:
            with self._locked():
                text = self._text()
                before = _book(self._parsed(text), self.path)
                after = step(before)
                if after != before:
                    write_atomically(self.path, _edited(text, before, after))
                return after
        except OSError as error:
            raise KeyFileError(_("{file} cannot be written: {why}").format(file=self.path, why=error)) from None

    def _text(self) -> str:
        text = read_file(self.path)
        if isinstance(text, Problem):
            raise KeyFileError(str(text))
        return text

    def _parsed(self, text: str) -> _Table:
        try:
            return tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            sentence = _("{file} cannot be read: {why}. It is not touched; correct it, or move it away.")
            raise KeyFileError(sentence.format(file=self.path, why=error)) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock that another process of ours holds while it writes."""
        refuse_unsafe(self.path)
        if not self.path.parent.is_dir():
            make_private(self.path.parent)
        handle = os.open(self.path.with_name(f".{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        try:
            deadline = time.monotonic() + _LOCK_PATIENCE.total_seconds()
            while not _try_lock(handle):
                if time.monotonic() > deadline:
                    raise KeyFileError(_("Another trayapp is writing {file}; try again.").format(file=self.path))
                time.sleep(_LOCK_STEP)
            yield
        finally:
            os.close(handle)


def _try_lock(handle: int) -> bool:
    """Return whether the file is ours now; closing it gives it back."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 -- Windows only

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 -- everywhere else only

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _book(raw: _Table, file: Path) -> KeyBook:
    raw_keys = _tables(raw, "key", file)
    keys = tuple(_state(each, file) for each in raw_keys)
    old = tuple(_old(each, file) for each in _tables(raw, "old_key", file))
    ids = [each.ref.id for each in keys]
    if len(set(ids)) != len(ids):
        raise KeyFileError(_("{file}: two keys have the same id.").format(file=file))
    noted = {
        _text(each, "id"): _word(KeyHealth, each, "noted", KeyHealth.UNKNOWN) for each in raw_keys if "noted" in each
    }
    return KeyBook(keys, tuple(each for each in old if each.of in ids), noted)


def _tables(raw: _Table, name: str, file: Path) -> list[_Table]:
    found = raw.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise KeyFileError(_("{file}: write [[{name}]] for each key.").format(file=file, name=name))
    return found


def _state(raw: _Table, file: Path) -> KeyState:
    ref = _ref(raw, file)
    checked_at = _moment(raw, "checked_at")
    health = _word(KeyHealth, raw, "health", KeyHealth.UNCHECKED)
    reason = _text(raw, "reason")
    reachability = _word(Reachability, raw, "reachability", Reachability.REACHED)
    wait = raw.get("retry_after")
    facts = _facts(raw)
    answer = KeyAnswer(
        health=health if reachability is Reachability.REACHED else KeyHealth.UNKNOWN,
        reachability=reachability,
        reason=_text(raw, "last_reason") or reason,
        retry_after=float(wait) if isinstance(wait, int | float) and not isinstance(wait, bool) else None,
        is_unanswered=raw.get("is_unanswered") is True,
    )
    suspicion = raw.get("suspicion")
    return KeyState(
        ref=ref,
        health=health,
        health_at=_moment(raw, "health_at"),
        since=_moment(raw, "since"),
        answer=answer if checked_at is not None else None,
        checked_at=checked_at,
        reason=reason,
        facts=facts,
        suspicion=_word(KeyHealth, raw, "suspicion", KeyHealth.UNKNOWN) if suspicion else None,
        suspected_at=_moment(raw, "suspected_at"),
        depth=_level(raw, "depth"),
        models=_models(raw),
    )


def _ref(raw: _Table, file: Path) -> KeyRef:
    if not _text(raw, "id") or not _text(raw, "provider"):
        raise KeyFileError(_("{file}: a key has no id or no provider.").format(file=file))
    texts = {name: _text(raw, name) for name in _REF_TEXTS}
    moments = {name: _moment(raw, name) for name in _REF_MOMENTS}
    return replace(
        KeyRef(**texts),  # type: ignore[arg-type]  # the names in _REF_TEXTS are those of texts
        **moments,
        level=_level(raw, "level"),
        is_checked=raw.get("is_checked", True) is not False,
    )


def _old(raw: _Table, file: Path) -> OldKey:
    of, replaced_at = _text(raw, "of"), _moment(raw, "replaced_at")
    if not of or replaced_at is None:
        raise KeyFileError(_("{file}: an [[old_key]] does not say which key replaced it, or when.").format(file=file))
    return OldKey(of=of, state=_state(raw, file), replaced_at=replaced_at, died_at=_moment(raw, "died_at"))


_REF_TEXTS = (
    "id",
    "label",
    "provider",
    "entry",
    "reference",
    "host",
    "base_url",
    "region",
    "organisation",
    "project",
    "resource",
)
_REF_MOMENTS = ("added_at", "created_at", "rotated_at", "expires_at")


def _text(raw: _Table, name: str) -> str:
    found = raw.get(name, "")
    return found if isinstance(found, str) else ""


def _moment(raw: _Table, name: str) -> datetime | None:
    found = raw.get(name)
    if not isinstance(found, datetime):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _word(words: type[_E], raw: _Table, name: str, otherwise: _E) -> _E:
    try:
        return words(raw.get(name))
    except ValueError:
        return otherwise


def _level(raw: _Table, name: str) -> CheckLevel:
    level = raw.get(name)
    return CheckLevel(level) if isinstance(level, int) and level in set(CheckLevel) else CheckLevel.FREE


def _models(raw: _Table) -> ModelNews | None:
    found = raw.get("models")
    at = _moment(found, "at") if isinstance(found, dict) else None
    if not isinstance(found, dict) or at is None:
        return None
    gone, new = (tuple(each for each in _list(found, name) if isinstance(each, str)) for name in ("gone", "new"))
    return ModelNews(at, gone, new)


def _list(raw: _Table, name: str) -> list[object]:
    found = raw.get(name)
    return found if isinstance(found, list) else []


def _facts(raw: _Table) -> Facts:
    found = raw.get("facts", {})
    pairs = found.items() if isinstance(found, dict) else ()
    return Facts({name: each for name, each in pairs if isinstance(each, str)})


def _edited(text: str, before: KeyBook, after: KeyBook) -> str:
    """Return the file's text, which says what ``before`` says, made to say ``after``; what is not ours stays.

    A key that is as it was is left as it stands: to word it again takes milliseconds, in which a window would wait.
    """
    import tomlkit  # noqa: PLC0415 -- costs 25 ms, and only writing needs it

    document = tomlkit.parse(text)
    if not text:
        document.add(tomlkit.comment(_HEADER.strip()))
    keys, old = _of_each(before), {each.state.ref.id: each for each in before.old}
    _write_tables(
        document,
        "key",
        {
            key_id: _key_row(*each) if keys.get(key_id) != each else _AS_IT_IS
            for key_id, each in _of_each(after).items()
        },
    )
    _write_tables(
        document,
        "old_key",
        {each.state.ref.id: _old_row(each) if old.get(each.state.ref.id) != each else _AS_IT_IS for each in after.old},
    )
    return tomlkit.dumps(document)


def _of_each(book: KeyBook) -> dict[str, tuple[KeyState, KeyHealth | None]]:
    """Return all that is written of each key, by its id."""
    return {each.ref.id: (each, book.noted.get(each.ref.id)) for each in book.keys}


def _write_tables(document: MutableMapping[str, object], name: str, rows: Mapping[str, Mapping[str, object]]) -> None:
    import tomlkit  # noqa: PLC0415 -- as above

    tables = cast("list[MutableMapping[str, object]]", document.get(name))
    if tables is None:
        if not rows:
            return
        document[name] = tables = cast("list[MutableMapping[str, object]]", tomlkit.aot())
    for place in reversed(range(len(tables))):
        if tables[place].get("id") not in rows:
            del tables[place]
    there = {str(each.get("id")): each for each in tables}
    for key_id, row in rows.items():
        if key_id not in there:
            table = tomlkit.table()
            table.trivia.indent = "\n"  # a blank line between two keys
            there[key_id] = cast("MutableMapping[str, object]", table)
            tables.append(there[key_id])
        _write_row(there[key_id], row)
    if not tables:
        del document[name]


def _write_row(table: MutableMapping[str, object], row: Mapping[str, object]) -> None:
    for field, value in row.items():
        if value is None:
            table.pop(field, None)
        elif table.get(field) != value:
            table[field] = value


def _row(state: KeyState) -> dict[str, object]:
    """Return what is written of a key; ``None`` and empty texts are left out."""
    ref, answer = state.ref, state.answer
    limited = answer is not None and answer.reachability is not Reachability.REACHED
    row: dict[str, object] = {name: getattr(ref, name) or None for name in (*_REF_TEXTS, *_REF_MOMENTS)}
    row |= {
        "level": int(ref.level) if ref.level is not CheckLevel.FREE else None,
        "is_checked": None if ref.is_checked else False,
        "health": state.health.value,
        "health_at": state.health_at,
        "since": state.since,
        "reason": hidden(state.reason) or None,
        "checked_at": state.checked_at,
        "reachability": answer.reachability.value if answer is not None else None,
        "last_reason": (hidden(answer.reason) or None) if answer is not None and limited else None,
        "retry_after": answer.retry_after if answer is not None else None,
        "is_unanswered": True if answer is not None and answer.is_unanswered else None,
        "suspicion": state.suspicion.value if state.suspicion is not None else None,
        "suspected_at": state.suspected_at,
        "depth": int(state.depth) if state.depth is not CheckLevel.FREE else None,
        "models": _models_row(state.models) if state.models is not None else None,
        "facts": {name: hidden(each) for name, each in state.facts.items()} or None,
    }
    return {name: _writable(value) for name, value in row.items()}


def _models_row(news: ModelNews) -> dict[str, object]:
    return {"at": _writable(news.at), "gone": [hidden(each) for each in news.gone], "new": [*map(hidden, news.new)]}


def _key_row(state: KeyState, noted: KeyHealth | None) -> dict[str, object]:
    return {**_row(state), "noted": noted.value if noted is not None else None}


def _old_row(old: OldKey) -> dict[str, object]:
    row = {"of": old.of, "replaced_at": old.replaced_at, "died_at": old.died_at, **_row(old.state)}
    return {name: _writable(value) for name, value in row.items()}


def _writable(value: object) -> object:
    """Return a value as TOML has it: moments in UTC, in whole seconds."""
    return value.astimezone(UTC).replace(microsecond=0) if isinstance(value, datetime) else value


def store_of(state: KeyState) -> str:
    """Return the name of the store that a key was put into; empty for a reference and a key of one session."""
    return "" if is_session_only(state.ref) else state.ref.entry.rpartition("/")[0]


def is_session_only(ref: KeyRef) -> bool:
    """Return whether a key lives in memory alone and is never written down."""
    return ref.entry.startswith("session/")
