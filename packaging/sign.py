"""Make and sign the data files that running programs fetch: a newer catalogue, and the news of a new version.

    python packaging/sign.py new-key KEY.pem                         a key pair; the public one is printed
    python packaging/sign.py catalogue KEY.pem -o catalogue.json     resources/catalogue, with the number in it
    python packaging/sign.py program KEY.pem --version 1.2.0 --url https://... --news "..." --serial N -o program.json
    python packaging/sign.py check FILE --key PUBLIC                 what a file says, and whether it is signed right

Needs the project and its extra installed: pip install '.[updates]'. packaging/SIGNING.md tells the whole story.
"""

import argparse
import base64
import getpass
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trayapp.catalogue.published import published, read_published
from trayapp.domain.updates import SignedKind
from trayapp.engine.signatures import verify
from trayapp.formats.announcement import release_of
from trayapp.formats.signed import SCHEMA, Opened, Refusal, RefusedFileError, message, opened

CATALOGUE = Path(__file__).resolve().parents[1] / "resources" / "catalogue"
PASSPHRASE = "TRAYAPP_SIGNING_PASSPHRASE"  # noqa: S105 -- the name of a variable, no passphrase


def main(argv: Sequence[str]) -> int:
    """Do what was asked; 1 with a sentence where it cannot be done."""
    options = _options(argv)
    try:
        match options.action:
            case "new-key":
                print(new_key(options.private, _passphrase(new=True)))
            case "catalogue":
                serial = options.serial or int((CATALOGUE / "serial").read_text(encoding="utf-8"))
                texts = tuple(
                    (each.name, each.read_text(encoding="utf-8")) for each in sorted(CATALOGUE.glob("*.toml"))
                )
                _write(options, SignedKind.CATALOGUE, serial, published(texts))
            case "program":
                _write(
                    options,
                    SignedKind.PROGRAM,
                    options.serial,
                    announcement(options.version, options.url, options.news),
                )
            case _:
                print(check(options.file.read_bytes(), options.key))
    except (OSError, ValueError, RefusedFileError) as error:
        print(f"sign.py: {error}", file=sys.stderr)
        return 1
    return 0


def new_key(private: Path, passphrase: bytes | None) -> str:
    """Write a new private key to a file that only its owner may read, never over another; return the public one."""
    key = Ed25519PrivateKey.generate()
    cipher = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, cipher)
    handle = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text)
    return public_key(key)


def load_key(private: Path, passphrase: bytes | None) -> Ed25519PrivateKey:
    """Read a private key. Raises ``ValueError`` where it is none of ours or the passphrase is wrong."""
    try:
        key = serialization.load_pem_private_key(private.read_bytes(), passphrase)
    except TypeError as error:
        raise ValueError(str(error)) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{private} is no Ed25519 key.")  # noqa: TRY004 -- the file is wrong, not the caller
    return key


def public_key(key: Ed25519PrivateKey) -> str:
    """Return the public key as the settings have it."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def announcement(version: str, url: str, news: Sequence[str]) -> str:
    """Return the payload of news of the program."""
    said = {
        "version": version,
        "url": url,
        "released_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "news": list(news),
    }
    return json.dumps(said, ensure_ascii=False)


def signed(key: Ed25519PrivateKey, kind: SignedKind, serial: int, payload: str) -> str:
    """Return the whole file, checked as a program would check it. Raises ``RefusedFileError`` or ``ValueError``."""
    signature = base64.b64encode(key.sign(message(kind, serial, payload))).decode()
    fields = {"schema": SCHEMA, "kind": kind.value, "serial": serial, "payload": payload, "signature": signature}
    text = json.dumps(fields, ensure_ascii=False, indent=1) + "\n"
    file = opened(text.encode(), kind, public_key(key), verify)
    _usable(kind, file)
    return text


def check(body: bytes, public: str) -> str:
    """Return in one line what a file is. Raises what ``signed`` raises where it is not to be believed."""
    for kind in SignedKind:
        try:
            file = opened(body, kind, public, verify)
        except RefusedFileError as error:
            if error.refusal is not Refusal.WRONG_KIND:
                raise
        else:
            return f"{kind.value}, serial {file.serial}: {_usable(kind, file)}"
    raise ValueError("The file is of no kind that is known.")


def _usable(kind: SignedKind, file: Opened) -> str:
    if kind is SignedKind.CATALOGUE:
        return f"{len(read_published(file.payload).providers)} providers"
    release = release_of(file)
    return f"version {release.version}, {release.url}"


def _write(options: argparse.Namespace, kind: SignedKind, serial: int, payload: str) -> None:
    text = signed(load_key(options.private, _passphrase()), kind, serial, payload)
    options.output.write_text(text, encoding="utf-8")
    print(f"{options.output}: {kind.value}, serial {serial}")


def _passphrase(*, new: bool = False) -> bytes | None:
    """Return the passphrase from the environment, else ask where somebody can be asked; empty means none."""
    given = os.environ.get(PASSPHRASE)
    if given is None and sys.stdin.isatty():
        given = getpass.getpass("Passphrase (empty for none): ")
        if new and given != getpass.getpass("Again: "):
            raise ValueError("These were two different passphrases.")
    return given.encode() if given else None


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sign.py", description="Make and sign data files that programs fetch.")
    actions = parser.add_subparsers(dest="action", required=True)
    new = actions.add_parser("new-key", help="make a key pair and print the public key")
    new.add_argument("private", type=Path)
    for kind in SignedKind:
        add = actions.add_parser(kind.value, help=f"make the signed file about the {kind.value}")
        add.add_argument("private", type=Path)
        add.add_argument("-o", "--output", type=Path, required=True)
        add.add_argument("--serial", type=int, required=kind is SignedKind.PROGRAM, help="higher than any before")
        if kind is SignedKind.PROGRAM:
            add.add_argument("--version", required=True)
            add.add_argument("--url", required=True, help="where to get it, https")
            add.add_argument("--news", action="append", default=[], help="one line of what is new; may be given again")
    look = actions.add_parser("check", help="say what a signed file is")
    look.add_argument("file", type=Path)
    look.add_argument("--key", required=True, help="the public key")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
