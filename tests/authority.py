"""Certificates for tests, made by the openssl program: an authority, and what it signed."""

import shutil
import subprocess
from pathlib import Path

import pytest

_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
_CONFIG = (
    "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\n"
    "policy=any\nunique_subject=no\n[any]\ncommonName=supplied\n"
)
_EVER = ("20250101000000Z", "21000101000000Z")
_SIGNED = (
    ("good", "localhost", *_EVER),
    ("other", "other.example", *_EVER),
    ("expired", "localhost", "20200101000000Z", "20200102000000Z"),
    ("future", "localhost", "20900101000000Z", "21000101000000Z"),
)


def certificates_in(folder: Path) -> Path:
    """Fill the folder with ``ca.pem``, certificates it signed (NAME.crt, NAME.key, both in NAME.pem), and ``self.pem``.

    ``locked.key`` is the key of ``good`` behind a pass phrase. Skips the test where there is no openssl.
    """
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl program")
    (folder / "index.txt").touch()
    (folder / "ca.cnf").write_text(_CONFIG)
    for name, who in (("ca", "Acme Trust"), ("self", "Nosy Box")):
        crt = "ca.pem" if name == "ca" else "self.crt"
        request = ("req", "-x509", *_NEW_KEY, "-nodes", "-keyout", f"{name}.key", "-out", crt)
        _openssl(folder, *request, "-days", "30", "-subj", f"/O={who}")
    for name, host, start, end in _SIGNED:
        (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{host}\n")
        wish = ("req", *_NEW_KEY, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        _openssl(folder, *wish, "-subj", f"/CN={host}")
        sign = ("ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in", f"{name}.csr")
        valid = ("-startdate", start, "-enddate", end, "-extfile", f"{name}.ext", "-notext")
        _openssl(folder, *sign, "-out", f"{name}.crt", *valid)
    for name in (*(each for each, *_rest in _SIGNED), "self"):
        (folder / f"{name}.pem").write_text((folder / f"{name}.key").read_text() + (folder / f"{name}.crt").read_text())
    _openssl(folder, "ec", "-aes256", "-passout", "pass:secret", "-in", "good.key", "-out", "locked.key")
    return folder


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
