"""Signed files for tests: a key pair of our own, and files that are right or wrong in one way."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trayapp.domain.updates import SignedKind
from trayapp.formats.signed import SCHEMA, message

OWNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
ACME = '[acme]\nname = "Acme"\n[[acme.page]]\nurl = "https://status.acme.example"\nplatform = "statuspage"\n'


def public(key: Ed25519PrivateKey = OWNER) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def signed(
    text: str, kind: SignedKind = SignedKind.PROGRAM, serial: int = 1, key: Ed25519PrivateKey = OWNER, **changes: Any
) -> bytes:
    """A file signed by the key; ``changes`` are made to it after that."""
    signature = base64.b64encode(key.sign(message(kind, serial, text))).decode()
    fields = {"schema": SCHEMA, "kind": kind.value, "serial": serial, "payload": text, "signature": signature}
    return json.dumps(fields | changes).encode()


def news(version: str = "99.1", **changes: Any) -> str:
    return json.dumps({"version": version, "url": "https://example.org/new", "news": ["Reads more"]} | changes)


def catalogue(text: str = ACME) -> str:
    return json.dumps({"ai.toml": text})
