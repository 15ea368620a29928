"""Make a release of the tree as it is.

    python packaging/release.py X.Y.Z

It wants a clean tree in which everything that .ci/run asks for holds, and news to tell (packaging/news/*.txt). Then it
raises the one version, writes the release into the metainfo file, takes the news away, commits and tags. Nothing leaves
this computer: the last line says what to push, and the tag starts .github/workflows/release.yml.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
VERSION_FILE = Path("trayapp/__init__.py")
NEWS = Path("packaging/news")
VERSION = re.compile(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}")
_IN_FILE = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
_RELEASES = "  <releases>\n"


class RefusedError(Exception):
    """No release is made; the text says why."""


def main() -> int:
    """Make the release, or say why there is none and leave the tree as it was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", metavar="X.Y.Z")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    parser.add_argument("--check", default=".ci/run", help="what must end with 0 (.ci/run)")
    options = parser.parse_args()
    try:
        release(options.root, options.version, options.check)
    except RefusedError as refused:
        print(f"No release: {refused}", file=sys.stderr)
        return 1
    print(f"Release {options.version} is committed and tagged. Look at it, then: git push --follow-tags")
    return 0


def release(root: Path, version: str, check: str) -> None:
    """Do it all; raises ``RefusedError`` before anything is changed."""
    version_file = root / VERSION_FILE
    metainfo = next((root / "resources").glob("*.metainfo.xml"))
    code = version_file.read_text(encoding="utf-8")
    old = version_in(code)
    if problem := version_problem(old, version):
        raise RefusedError(problem)
    if changed := _git(root, "status", "--porcelain"):
        raise RefusedError(f"the tree is not clean:\n{changed}")
    if _git(root, "tag", "--list", f"v{version}"):
        raise RefusedError(f"there is a tag v{version} already.")
    fragments = sorted((root / NEWS).glob("*.txt"))
    news = [" ".join(each.read_text(encoding="utf-8").split()) for each in fragments]
    if not all(news) or not news:
        raise RefusedError(f"there is no news in {NEWS}, or a file without words.")
    if subprocess.run([str(root / check)], cwd=root, check=False).returncode != 0:
        raise RefusedError(f"{check} did not pass.")
    if _git(root, "status", "--porcelain"):
        raise RefusedError(f"{check} changed the tree.")

    version_file.write_text(_IN_FILE.sub(f'__version__ = "{version}"', code), encoding="utf-8")
    text = metainfo.read_text(encoding="utf-8")
    metainfo.write_text(with_release(text, version, datetime.now(UTC).date(), news), encoding="utf-8")
    for each in fragments:
        each.unlink()
    _git(root, "add", "--all")
    _git(root, "commit", "--quiet", "--message", f"Release {version}")
    _git(root, "tag", "--annotate", f"v{version}", "--message", f"AI Status Tray {version}")


def version_in(code: str) -> str:
    """Return the version a source file says."""
    found = _IN_FILE.search(code)
    if found is None:
        raise RefusedError(f"there is no version in {VERSION_FILE}.")
    return found[1]


def version_problem(old: str, new: str) -> str:
    """Return why a version cannot follow another; nothing where it can."""
    if not VERSION.fullmatch(new):
        return f"{new} is not of the form X.Y.Z."
    if not VERSION.fullmatch(old):
        return f"the version now is {old}, which is not of the form X.Y.Z."
    if [int(each) for each in new.split(".")] <= [int(each) for each in old.split(".")]:
        return f"{new} is not newer than {old}."
    return ""


def with_release(metainfo: str, version: str, day: date, news: Sequence[str]) -> str:
    """Return the metainfo with one more release, the newest first as its readers want it."""
    if _RELEASES not in metainfo:
        raise RefusedError("there is no list of releases in the metainfo file.")
    lines = [
        f'    <release version="{version}" date="{day.isoformat()}">',
        "      <description>",
        "        <ul>",
        *(f"          <li>{escape(each)}</li>" for each in news),
        "        </ul>",
        "      </description>",
        "    </release>",
    ]
    return metainfo.replace(_RELEASES, _RELEASES + "\n".join(lines) + "\n", 1)


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RefusedError(f"git {words[0]} failed: {done.stderr.strip()}")
    return done.stdout.rstrip()


if __name__ == "__main__":
    sys.exit(main())
