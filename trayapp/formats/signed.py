"""Data files with a signature: one small form for everything that is fetched and must be believed.

A file is one JSON object. ``payload`` is a text, usually JSON itself::

    {"schema": "trayapp.signed/1", "kind": "catalogue", "serial": 12, "payload": "...", "signature": "..."}

The signature (Ed25519, base64) is over the schema, the kind, the serial and the payload, each but the last followed
by a zero byte. So neither can a file be taken for another kind, nor an old payload be given a new serial.
"""

import binascii
from base64 import b64decode
from collections.abc import Callable
from enum import StrEnum

import msgspec
from msgspec import Struct

from trayapp.domain.updates import SignedKind
from trayapp.exchange import Exchange, Request, Response, UnreadableResponseError
from trayapp.formats.body import decoded

SCHEMA = "trayapp.signed/1"
LARGEST_FILE = 1_000_000
"""Bytes of a whole file; a larger one is refused before it is read to its end."""
LARGEST_SERIAL = 2**53
_KEY_LENGTH, _SIGNATURE_LENGTH = 32, 64

Verify = Callable[[bytes, bytes, bytes], bool]
"""(public key, message, signature) -> whether the signature is right."""


class Refusal(StrEnum):
    """Why a file is not believed."""

    MALFORMED = "malformed"
    WRONG_KIND = "wrong kind"
    BAD_SIGNATURE = "bad signature"
    ROLLBACK = "rollback"
    REWRITTEN = "rewritten"
    UNUSABLE = "unusable"


class RefusedFileError(Exception):
    """A file that is not believed; ``detail`` is one sentence for a person."""

    def __init__(self, refusal: Refusal, detail: str) -> None:
        """Keep the reason and the sentence."""
        super().__init__(detail)
        self.refusal = refusal
        self.detail = detail


class Opened(Struct, frozen=True):
    """A file whose signature is right."""

    serial: int
    payload: str


class _File(msgspec.Struct):
    schema: str
    kind: str
    serial: int
    payload: str
    signature: str


def fetch(url: str) -> Exchange[bytes]:
    """Ask for a signed file and return it as it came."""
    response = yield Request(url=url, limit=LARGEST_FILE)
    return response.body


def opened(body: bytes, kind: SignedKind, key: str, verify: Verify, seen: Opened | None = None) -> Opened:
    """Return what a file says, if it is signed with the key. ``seen`` is the last good one.

    First match raises ``RefusedFileError``:

    ================================================  =============
    no JSON of this form, or larger than allowed      malformed
    another kind than the one that was asked for      wrong kind
    not signed with this key                          bad signature
    a lower serial than the last good one             rollback
    the serial of the last good one, other content    rewritten
    ================================================  =============
    """
    if len(body) > LARGEST_FILE:
        raise RefusedFileError(Refusal.MALFORMED, "The file is larger than 1 MB.")
    try:
        file = decoded(Response("", 200, body), _File)
    except UnreadableResponseError as error:
        raise RefusedFileError(Refusal.MALFORMED, f"This is no signed file. {error.detail}") from None
    if file.schema != SCHEMA or not 0 < file.serial < LARGEST_SERIAL:
        raise RefusedFileError(Refusal.MALFORMED, "This is no signed file that this version can read.")
    if file.kind != kind:
        raise RefusedFileError(Refusal.WRONG_KIND, f"The file is not about the {kind.value}.")
    signature = _bytes_of(file.signature, _SIGNATURE_LENGTH)
    public = _bytes_of(key, _KEY_LENGTH)
    signed = message(kind, file.serial, file.payload)
    if signature is None or public is None or not verify(public, signed, signature):
        raise RefusedFileError(Refusal.BAD_SIGNATURE, "The file is not signed with the key in the settings.")
    if seen is not None and file.serial < seen.serial:
        detail = f"The file is older (serial {file.serial}) than the last good one (serial {seen.serial})."
        raise RefusedFileError(Refusal.ROLLBACK, detail)
    if seen is not None and file.serial == seen.serial and seen.payload and file.payload != seen.payload:
        detail = f"The file says something else than the last good one, under the same serial ({file.serial})."
        raise RefusedFileError(Refusal.REWRITTEN, detail)
    return Opened(file.serial, file.payload)


def message(kind: SignedKind, serial: int, payload: str) -> bytes:
    """Return the bytes that are signed."""
    return b"\0".join((SCHEMA.encode(), kind.value.encode(), str(serial).encode(), payload.encode()))


def is_public_key(text: str) -> bool:
    """Return whether a text is a public key in base64."""
    return _bytes_of(text, _KEY_LENGTH) is not None


def _bytes_of(text: str, length: int) -> bytes | None:
    try:
        found = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if len(found) == length else None
