"""What a built application is made of, read from the built folder itself: name, version, terms and their texts.

Used by notices.py (the texts that must go along) and sbom.py (the list for machines).
"""

import hashlib
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from enum import Enum
from pathlib import Path

HERE = Path(__file__).resolve().parent
LICENCE_NAMES = re.compile(r"(LICEN[CS]E|COPYING|NOTICE|COPYRIGHT|AUTHORS)", re.IGNORECASE)
LOCKED = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>\S+)", re.IGNORECASE)
FREE_TERMS = {
    "OSI Approved :: Apache Software License": "Apache-2.0",
    "OSI Approved :: BSD License": "BSD-3-Clause",
    "OSI Approved :: MIT License": "MIT",
    "OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


class Source(Enum):
    """Where an ingredient came from."""

    PYPI = "pypi"
    DEBIAN = "deb"
    GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One thing inside the application. ``hashes`` are SHA-256 of what the lock allows to be installed."""

    name: str
    version: str
    source: Source
    licence: str
    home: str = ""
    texts: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()

    @property
    def purl(self) -> str:
        """The package URL, which vulnerability databases are asked with."""
        kind = {Source.PYPI: "pypi", Source.DEBIAN: "deb/debian", Source.GENERIC: "generic"}[self.source]
        return f"pkg:{kind}/{self.name.lower().replace('_', '-')}@{self.version}"


def ingredients(folder: Path, collected: Path | None = None) -> tuple[Ingredient, ...]:
    """Return what is in a built folder, by name.

    ``collected`` is what pyinstaller.spec wrote: pairs of the name inside and the path it was taken from. Libraries
    taken from the system are known by it alone.
    """
    found = [*_distributions(folder), *_qt(folder), *_python(folder), *_appimage(folder)]
    if collected is not None:
        pairs = json.loads(collected.read_text(encoding="utf-8"))["files"]
        there = {file.name for file in folder.rglob("*") if file.is_file()}
        found += _system_libraries(Path(source) for name, source in pairs if Path(name).name in there)
        found.append(_bootloader())
    return tuple(sorted(found, key=lambda each: each.name.lower()))


def _distributions(folder: Path) -> Iterator[Ingredient]:
    allowed = locked_hashes(HERE / "lock.txt")
    for notes in sorted(each for each in folder.rglob("*.dist-info") if "_vendor" not in each.parts):
        metadata = HeaderParser().parsestr((notes / "METADATA").read_text(encoding="utf-8"))
        name = metadata["Name"]
        if name == "trayapp":
            continue
        files = (file for file in sorted(notes.rglob("*")) if file.is_file() and LICENCE_NAMES.search(file.name))
        yield Ingredient(
            name=name,
            version=metadata["Version"],
            source=Source.PYPI,
            licence=_terms(metadata),
            home=_home(metadata),
            texts=tuple(file.read_text(encoding="utf-8", errors="replace") for file in files),
            hashes=allowed.get(name.lower().replace("_", "-").replace(".", "-"), ()),
        )


def _terms(metadata: Message) -> str:
    if metadata["License-Expression"]:
        return str(metadata["License-Expression"])
    for line in metadata.get_all("Classifier", []):
        if (terms := FREE_TERMS.get(line.removeprefix("License :: "))) is not None:
            return terms
    lines = (metadata["License"] or "").strip().splitlines()
    return lines[0] if lines else "see its text"


def _home(metadata: Message) -> str:
    wanted = ("homepage", "home", "source", "source code", "repository", "github")
    links = dict(line.partition(", ")[::2] for line in metadata.get_all("Project-URL", []))
    named = {name.strip().lower(): address for name, address in links.items()}
    return next((named[each] for each in wanted if each in named), metadata["Home-page"] or "")


def locked_hashes(lock: Path) -> dict[str, tuple[str, ...]]:
    """Return the SHA-256 sums a lock file allows for each package."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if match := LOCKED.match(line):
            name = match["name"].lower().replace("_", "-").replace(".", "-")
            found[name] = []
        found.get(name, []).extend(re.findall(r"--hash=sha256:([0-9a-f]{64})", line))
    return {name: tuple(sums) for name, sums in found.items()}


def _qt(folder: Path) -> Iterator[Ingredient]:
    binding = next(folder.rglob("pyside6_essentials-*.dist-info"), None) or next(
        folder.rglob("PySide6_Essentials-*.dist-info"), None
    )
    if binding is None:
        return
    version = binding.name.removesuffix(".dist-info").rpartition("-")[2]
    texts = tuple((HERE / "licences" / name).read_text(encoding="utf-8") for name in ("LGPL-3.0.txt", "GPL-3.0.txt"))
    yield Ingredient("Qt", version, Source.GENERIC, "LGPL-3.0-only", "https://www.qt.io", texts)
    icu = next(iter(folder.rglob("libicudata.so.*")), None)
    if icu is not None:
        major = icu.name.rpartition(".")[2]
        yield Ingredient("ICU", major, Source.GENERIC, "Unicode-3.0", "https://icu.unicode.org")


def _python(folder: Path) -> Iterator[Ingredient]:
    patterns = ("libpython3*", "python3??.dll", "Python", "Python3")
    library = next((file for pattern in patterns for file in folder.rglob(pattern) if file.is_file()), None)
    if library is None:
        return
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    base = Path(sys.base_prefix)
    places = (base / "lib" / name / "LICENSE.txt", base / "LICENSE.txt", Path("/usr/share/doc", name, "copyright"))
    words = tuple(file.read_text(encoding="utf-8") for file in places if file.is_file())[:1]
    # A folder made for another system holds another Python than the one that reads this.
    version = os.environ.get("TRAYAPP_PYTHON_VERSION") or platform.python_version()
    yield Ingredient("CPython", version, Source.GENERIC, "PSF-2.0", "https://www.python.org", words)


def _appimage(folder: Path) -> Iterator[Ingredient]:
    if (folder / "AppRun").exists():
        text = (HERE / "licences" / "AppImage-runtime.txt").read_text(encoding="utf-8")
        yield Ingredient("AppImage runtime", "2", Source.GENERIC, "MIT", "https://appimage.org", (text,))


def _bootloader() -> Ingredient:
    sentence = (
        "The program's start is PyInstaller's bootloader, under the GNU General Public License, version 2 or later, "
        "with the exception that an application built with it may be distributed under any terms."
    )
    terms = "GPL-2.0-or-later WITH Bootloader-exception"
    return Ingredient("PyInstaller bootloader", "6", Source.GENERIC, terms, "https://pyinstaller.org", (sentence,))


def _system_libraries(sources: Iterable[Path]) -> Iterator[Ingredient]:
    """Debian's packages the libraries were copied from; elsewhere nothing is copied from the system."""
    packages: dict[str, set[str]] = {}
    for source in sources:
        if source.is_relative_to("/usr") or source.is_relative_to("/lib"):
            owner = _owner(source)
            if owner:
                packages.setdefault(owner, set()).add(source.name)
    for owner in packages:
        query = ["dpkg-query", "-W", "-f=${source:Version}\t${Homepage}", owner]
        version, _tab, home = subprocess.run(query, capture_output=True, text=True, check=True).stdout.partition("\t")
        package = owner.partition(":")[0]
        text = Path("/usr/share/doc", package, "copyright")
        words = (text.read_text(encoding="utf-8", errors="replace"),) if text.is_file() else ()
        yield Ingredient(package, version, Source.DEBIAN, "see its text", home, words)


def _owner(file: Path) -> str:
    if "python3" in file.parts[-2]:
        return ""
    for path in {str(file), str(file.resolve()), f"/usr{file}", str(file).removeprefix("/usr")}:
        done = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.partition(": ")[0].partition(",")[0]
    return ""


def digest(file: Path) -> str:
    """Return a file's SHA-256."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
