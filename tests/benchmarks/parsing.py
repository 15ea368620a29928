"""How long pages take to be known and read: `python -m tests.benchmarks.parsing [FILE ...]`.

Without files: an invented year of incidents as large as the largest body that was ever captured, a page of 470
components, and the captured answers where they lie beside the checkout. Times are of the processor, the best of five.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.replaying import Answer, replay
from trayapp.domain.judgement import judge
from trayapp.exchange import Ask, Response, UnreadableResponseError
from trayapp.platforms import platform, recognise

CAPTURED = Path(__file__).parents[3] / "shared" / "payloads"
LIMIT_MS = 100.0
LARGEST = 1_300_000
MANY_COMPONENTS = 470
_TRIES = 5
_SHOWN = 5
_T = TypeVar("_T")


def incidents(size: int = LARGEST) -> bytes:
    """Return a list of closed incidents in Google's shape, and one that is open, of about so many bytes."""
    text = (
        "**Summary**\n\nWe are investigating [elevated errors](https://status.acme.example/x) in <b>some</b> regions. "
    )
    rows: list[dict[str, object]] = []
    length = 0
    while length < size:
        number = len(rows)
        updates = [
            {
                "created": f"2026-03-{1 + number % 28:02d}T10:{minute:02d}:00+00:00",
                "when": f"2026-03-{1 + number % 28:02d}T10:{minute:02d}:00+00:00",
                "modified": f"2026-03-{1 + number % 28:02d}T10:{minute:02d}:00+00:00",
                "text": text * 6,
                "status": "AVAILABLE" if minute == 11 and rows else "SERVICE_DISRUPTION",
                "affected_locations": [{"title": f"Place {each}", "id": f"place-{each}"} for each in range(20)],
            }
            for minute in range(11, -1, -1)
        ]
        row: dict[str, object] = {
            "id": f"incident{number:012d}",
            "number": str(number),
            "begin": "2026-03-01T10:00:00+00:00",
            "created": "2026-03-01T10:00:00+00:00",
            "modified": "2026-03-02T10:00:00+00:00",
            "external_desc": text,
            "updates": updates,
            "most_recent_update": updates[0],
            "status_impact": "SERVICE_DISRUPTION",
            "severity": "medium",
            "affected_products": [{"title": f"Product {each}", "id": f"product{each}"} for each in range(30)],
            "uri": f"incidents/incident{number:012d}",
            "currently_affected_locations": [],
            "previously_affected_locations": [],
        }
        if rows:
            row["end"] = "2026-03-02T10:00:00+00:00"
        rows.append(row)
        length += len(json.dumps(row))
    return json.dumps(rows).encode()


def components(count: int = MANY_COMPONENTS) -> bytes:
    """Return a Statuspage summary with so many components."""
    rows = [
        {
            "id": f"component{each:03d}",
            "name": f"City {each}, Country - (C{each})",
            "status": "operational",
            "group": False,
        }
        for each in range(count)
    ]
    page = {"id": "abcdefghij12", "name": "Acme", "url": "https://status.acme.example", "time_zone": "Etc/UTC"}
    status = {"indicator": "none", "description": "All Systems Operational"}
    whole = {"page": page, "status": status, "components": rows, "incidents": [], "scheduled_maintenances": []}
    return json.dumps(whole).encode()


def knowing_ms(body: bytes) -> tuple[str, float]:
    """Return whose body it is, and the milliseconds it takes to know."""
    response = Response(url="https://a.example/page.json", status=200, body=body)
    found = recognise(response)
    return (found.platform if found else ""), _best(lambda: recognise(response))


def reading_ms(name: str, body: bytes) -> float:
    """Return the milliseconds it takes to read and judge the body."""
    found = platform(name)
    path = next(iter(found.paths), "/page.json")
    answers = {path.partition("?")[0]: Answer(body)}
    ask = Ask(url=f"https://a.example{path}")

    def read() -> object:
        try:
            return judge(replay(found.read(ask), answers), ())
        except UnreadableResponseError as error:  # a file of several that belong together
            return error

    return _best(read)


def _best(work: Callable[[], _T]) -> float:
    work()
    took = []
    for _ in range(_TRIES):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return 1000 * min(took)


def measured(bodies: dict[str, bytes]) -> bool:
    """Print the table; return whether everything is within the limit."""
    kept = True
    print(
        f"{'body':40s} {'bytes':>9s} {'platform':>12s} {'known in':>9s} {'read in':>9s}   limit {LIMIT_MS:.0f} ms each"
    )
    for label, body in bodies.items():
        name, known = knowing_ms(body)
        took = reading_ms(name, body) if name else 0.0
        fits = max(known, took) < LIMIT_MS
        kept = kept and fits
        print(f"{label:40s} {len(body):9d} {name:>12s} {known:6.1f} ms {took:6.1f} ms   {'pass' if fits else 'FAIL'}")
    return kept


def main(arguments: list[str]) -> int:
    """Measure the files named, or the invented ones and the largest captured ones."""
    options = argparse.ArgumentParser(description="How long pages take to be known and read.")
    options.add_argument("files", nargs="*", type=Path, metavar="FILE")
    files: list[Path] = options.parse_args(arguments).files
    bodies = {each.name: each.read_bytes() for each in files}
    if not bodies:
        captured = sorted(CAPTURED.glob("*/*.*"), key=lambda path: path.stat().st_size)[-_SHOWN:]
        bodies = {"a year of incidents": incidents(), f"{MANY_COMPONENTS} components": components()}
        bodies |= {path.relative_to(CAPTURED).as_posix(): path.read_bytes() for path in captured}
    return 0 if measured(bodies) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
