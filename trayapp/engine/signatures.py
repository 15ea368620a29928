"""The only door to the library that checks signatures; it is an optional extra, loaded when a file is to be checked."""


class NoSignatureLibraryError(Exception):
    """The library is not installed; the text says what to do."""

    def __init__(self) -> None:
        """Say what to install."""
        super().__init__("Signatures cannot be checked here: install the extra with pip install 'trayapp[updates]'.")


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a signature (Ed25519) over a message is by the owner of the key.

    Raises:
        NoSignatureLibraryError: Nothing can be said.
    """
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 -- optional, and costs 20 ms
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 -- as above
    except ImportError:
        raise NoSignatureLibraryError from None
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
