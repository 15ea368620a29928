"""The maintainer's tool: what it signs is believed by the program, and nothing wrong gets signed."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from trayapp.domain.updates import SignedKind
from trayapp.engine.signatures import verify
from trayapp.formats.signed import opened

ROOT = Path(__file__).parents[1]
PASSPHRASE = {"TRAYAPP_SIGNING_PASSPHRASE": "correct horse"}


def sign(*words: object, code: int = 0) -> str:
    """Run the tool; what it printed (its complaint, where it fails)."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "sign.py"), *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | PASSPHRASE,
    )
    assert done.returncode == code, done.stderr
    return done.stderr if code else done.stdout


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    private = tmp_path_factory.mktemp("keys") / "key.pem"
    return private, sign("new-key", private).strip()


def test_a_key_is_private_and_never_overwritten(pair: tuple[Path, str]) -> None:
    private, _public = pair

    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert b"ENCRYPTED" in private.read_bytes()
    assert "exists" in sign("new-key", private, code=1)


def test_the_catalogue_that_ships_can_be_signed_and_checked(pair: tuple[Path, str], tmp_path: Path) -> None:
    private, public = pair
    out = tmp_path / "catalogue.json"

    sign("catalogue", private, "-o", out)

    assert opened(out.read_bytes(), SignedKind.CATALOGUE, public, verify).serial > 0
    assert "catalogue, serial" in sign("check", out, "--key", public)
    assert "not signed" in sign("check", out, "--key", "A" * 43 + "=", code=1)


def test_an_announcement_can_be_signed_and_a_wrong_one_cannot(pair: tuple[Path, str], tmp_path: Path) -> None:
    private, public = pair
    out = tmp_path / "program.json"
    words = ("program", private, "-o", out, "--serial", 3, "--news", "Reads more")

    sign(*words, "--version", "2.0", "--url", "https://example.org/2.0")
    assert sign("check", out, "--key", public) == "program, serial 3: version 2.0, https://example.org/2.0\n"

    before = out.read_bytes()
    assert "https" in sign(*words, "--version", "2.1", "--url", "http://example.org", code=1)
    assert out.read_bytes() == before


def test_a_file_of_nothing_is_a_sentence(pair: tuple[Path, str], tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text("{}", encoding="utf-8")

    assert "no signed file" in sign("check", tmp_path / "odd.json", "--key", pair[1], code=1)
