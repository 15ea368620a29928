"""Ask for known vulnerabilities in what the program is made of, by the locks, and say honestly what was asked.

    python packaging/audit.py [--must-ask] PIP-AUDIT LOCK...

1 where something is known to be vulnerable. Where the service does not know the packages or cannot be reached,
pip-audit itself says that nothing was found; here that is said as it is, and is 1 with --must-ask (a release) and 0
without (a change, on a machine without that service).
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 300


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found: each vulnerability as a line, and how many packages were and were not asked about."""

    found: tuple[str, ...]
    asked: int
    not_asked: int


def main() -> int:
    """Audit every lock named; the exit code is that of the worst."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--must-ask", action="store_true")
    parser.add_argument("tool", type=Path)
    parser.add_argument("locks", type=Path, nargs="+")
    options = parser.parse_args()
    codes = []
    for lock in options.locks:
        document, why = ask(options.tool, lock)
        code, lines = verdict(None if document is None else read(document), why, must_ask=options.must_ask)
        print(f"{lock.name}:", *lines, sep="\n  ")
        codes.append(code)
    return max(codes)


def ask(tool: Path, lock: Path) -> tuple[Mapping[str, Any] | None, str]:
    """Return pip-audit's answer, else its last words."""
    quietly = ("--progress-spinner", "off", "--timeout", "15", "--format", "json")
    command = [str(tool), "--require-hashes", "--disable-pip", *quietly, "-r", str(lock)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    try:
        return json.loads(done.stdout), ""
    except ValueError:
        return None, (done.stderr.strip().splitlines() or ["it said nothing"])[-1]


def read(document: Mapping[str, Any]) -> Audit:
    """Return what pip-audit's JSON says."""
    packages = document["dependencies"]
    found = [
        f"{each['name']} {each['version']}: {hole['id']}, fixed in {', '.join(hole['fix_versions']) or 'no version'}"
        for each in packages
        for hole in each.get("vulns", ())
    ]
    skipped = sum("skip_reason" in each for each in packages)
    return Audit(tuple(found), len(packages) - skipped, skipped)


def verdict(audit: Audit | None, why: str, *, must_ask: bool) -> tuple[int, list[str]]:
    """Return the exit code and what to say.

    ==============================  =============================  ====
    what was found                  what is said                   code
    ==============================  =============================  ====
    a vulnerability                 each of them                   1
    nothing, all were asked about   nothing is known               0
    nothing, some were not          the same, and how many were    0, 1 if they must be
    nobody could be asked           that                           0, 1 if they must be
    ==============================  =============================  ====
    """
    if audit is None or audit.asked == 0:
        reason = why or "the service knows none of these packages"
        return int(must_ask), [f"NOT ASKED: nobody could be asked about known vulnerabilities ({reason})."]
    if audit.found:
        return 1, list(audit.found)
    said = f"nothing is known about the {audit.asked} packages asked about"
    if audit.not_asked == 0:
        return 0, [f"{said}."]
    return int(must_ask), [f"{said}; NOT ASKED about {audit.not_asked} others."]


if __name__ == "__main__":
    sys.exit(main())
