"""Whom we trust to sign a host's certificate, and what to say when nobody we trust has."""

import asyncio
import contextlib
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

from trayapp.formats.text import one_line

if sys.platform != "linux":
    import truststore

_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where distributions keep their store: a packaged Python may carry an OpenSSL that looks elsewhere."""

_EXPIRED, _NOT_YET_VALID, _WRONG_NAME, _WRONG_ADDRESS = 10, 9, 62, 64
_UNKNOWN_SIGNER = frozenset({18, 19, 20, 21})
_SENTENCES = {
    _EXPIRED: "The certificate of {host} has expired, or this computer's clock is wrong.",
    _NOT_YET_VALID: "The certificate of {host} is not valid yet, or this computer's clock is wrong.",
    _WRONG_NAME: "The certificate shown for {host} belongs to another name.",
    _WRONG_ADDRESS: "The certificate shown for {host} belongs to another address.",
}
"""By OpenSSL's verification codes (x509_vfy.h)."""

_CONTEXT_0 = 0xA0
_ORGANISATION, _COMMON_NAME = b"\x55\x04\x0a", b"\x55\x04\x03"
_TEXT_CODINGS = {0x1E: "utf-16-be", 0x0C: "utf-8"}
_LONG_FORM, _LENGTH_BITS = 0x80, 0x7F


def trusting_context() -> ssl.SSLContext:
    """Return a context that trusts what the operating system trusts, ``SSL_CERT_FILE`` included.

    Costs some 20 ms; make one and share it.
    """
    if sys.platform != "linux":
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.create_default_context()
    if not _openssl_finds_a_store():
        for bundle in filter(Path.is_file, map(Path, _BUNDLES)):
            context.load_verify_locations(bundle)
            break
    return context


def own_context(ca: str, certificate: str, key: str) -> ssl.SSLContext:
    """Return a context that also trusts ``ca`` and shows ``certificate``: PEM files, each may be empty.

    Raises ``OSError`` or ``ssl.SSLError`` (one of them) where a file is missing, is no PEM, does not fit, or is locked
    with a pass phrase: nobody is there to type it.
    """
    context = trusting_context()
    if ca:
        context.load_verify_locations(Path(ca).expanduser())
    if certificate:
        own_key = Path(key).expanduser() if key else None
        context.load_cert_chain(Path(certificate).expanduser(), own_key, password=_no_pass_phrase)
    return context


def file_sentence(error: OSError, files: tuple[str, ...]) -> str:
    """Return what is wrong with the files of an own context, for a person."""
    if error.filename is not None:
        return f"The file {one_line(str(error.filename), 200)} cannot be read ({error.strerror})."
    names = ", ".join(one_line(each, 200) for each in files)
    reason = getattr(error, "reason", "") or ""
    if "MISMATCH" in reason:
        return f"The key and the certificate do not belong together ({names})."
    return f"One of these is no usable PEM file, or is locked with a pass phrase: {names}."


def _no_pass_phrase() -> str:
    return ""


def signer_is_unknown(error: ssl.SSLError) -> bool:
    """Return whether the certificate was refused only because we do not know who signed it."""
    return getattr(error, "verify_code", 0) in _UNKNOWN_SIGNER


def sentence(error: ssl.SSLError, host: str, signer: str = "") -> str:
    """Return what went wrong with the secure connection, for a person."""
    if signer_is_unknown(error):
        by = f" by “{signer}”" if signer else ""
        return (
            f"The certificate shown for {host} is signed{by}, which this computer does not trust: "
            "something on the way may be reading along."
            if by
            else f"The certificate shown for {host} is signed by nobody this computer trusts."
        )
    code = getattr(error, "verify_code", 0)
    if code in _SENTENCES:
        return _SENTENCES[code].format(host=host)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate shown for {host} is not valid ({one_line(error.verify_message, 80)})."
    return f"A secure connection to {host} could not be agreed on."


async def signer_of(address: str, port: int, name: str) -> str:
    """Return who signed the certificate shown at ``address`` for ``name``, or an empty string.

    Opens a second connection, sends nothing over it, and trusts nothing it learns: the answer is only shown.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        _, writer = await asyncio.open_connection(address, port, ssl=context, server_hostname=name)
    except (OSError, ValueError):
        return ""
    try:
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    return one_line(issuer(shown or b""), 80)


def issuer(certificate: bytes) -> str:
    """Return the issuer's organisation, else its common name, out of a DER certificate; empty for nonsense."""
    with contextlib.suppress(ValueError, IndexError, StopIteration):
        outer = next(_elements(certificate))[1]
        fields = [each for each in _elements(next(_elements(outer))[1]) if each[0] != _CONTEXT_0]
        names: dict[bytes, str] = {}
        for _, group in _elements(fields[2][1]):  # after the serial number and the algorithm
            for _, pair in _elements(group):
                (_, kind), (tag, value) = tuple(_elements(pair))[:2]
                names.setdefault(kind, value.decode(_TEXT_CODINGS.get(tag, "latin-1"), "replace"))
        return names.get(_ORGANISATION) or names.get(_COMMON_NAME, "")
    return ""


def trusted_store() -> str:
    """Return where the certificates of those we trust are kept, for a person; empty where there is no such place."""
    if sys.platform != "linux":
        return "the system's own store"
    places = ssl.get_default_verify_paths()
    if _openssl_finds_a_store():
        return places.cafile or places.capath or ""
    return next((each for each in _BUNDLES if Path(each).is_file()), "")


def _openssl_finds_a_store() -> bool:
    places = ssl.get_default_verify_paths()
    if places.cafile:
        return True
    return bool(places.capath) and any(Path(places.capath).iterdir())


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the tag and content of each element of a DER sequence; raise ``ValueError`` where it is cut."""
    at = 0
    while at < len(der):
        tag, length = der[at], der[at + 1]
        at += 2
        if length & _LONG_FORM:
            width = length & _LENGTH_BITS
            length = int.from_bytes(der[at : at + width], "big")
            at += width
        if at + length > len(der):
            raise ValueError("The element is longer than what is there.")
        yield tag, der[at : at + length]
        at += length
