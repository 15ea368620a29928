"""What is kept of signed files."""

from pathlib import Path

import pytest

from tests.builders import NOON
from trayapp.domain.updates import SignedKind
from trayapp.storage.signedfiles import Attempt, SignedStore

KIND = SignedKind.CATALOGUE


def test_an_attempt_and_its_file_come_back(tmp_path: Path) -> None:
    store, attempt = SignedStore(tmp_path), Attempt("https://example.org", "key", NOON, reached=True, serial=3)

    store.keep(KIND, attempt, b"the file")
    store.keep(KIND, attempt)

    assert (store.attempt(KIND), store.body(KIND)) == (attempt, b"the file")
    assert (store.attempt(SignedKind.PROGRAM), store.body(SignedKind.PROGRAM)) == (Attempt(), None)


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"at": "2026-11-25T12:00:00"}', '{"serial": "x"}'])
def test_what_cannot_be_read_is_as_if_nobody_had_asked(tmp_path: Path, text: str) -> None:
    (tmp_path / "catalogue.attempt.json").write_text(text, encoding="utf-8")

    assert SignedStore(tmp_path).attempt(KIND) == Attempt()


def test_a_link_and_a_monster_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"x")
    (tmp_path / "catalogue.signed.json").symlink_to(tmp_path / "other")
    (tmp_path / "program.signed.json").write_bytes(b"x" * 2_000_001)

    assert SignedStore(tmp_path).body(KIND) is None
    assert SignedStore(tmp_path).body(SignedKind.PROGRAM) is None


def test_a_folder_that_takes_nothing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OSError, match="file"):
        SignedStore(tmp_path / "file").keep(KIND, Attempt())
