"""Asks a program's icon fifty times a second, in a process of its own: `python -m tests.benchmarks.asking`.

Beside the server of a benchmark, in one process, every answer would wait for the server's turns of Python as well.
"""

import json
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.bus import ITEM, Client, TrayItem


@dataclass(frozen=True, slots=True)
class Wait:
    """How long one answer took, and how much of that both sides stood in line for a core, in milliseconds."""

    whole: float
    in_line: float

    @property
    def own(self) -> float:
        """What the program itself took: on a machine with nothing else to do the wait is no longer."""
        return self.whole - self.in_line


def ask(address: str, item: TrayItem, seconds: float) -> list[Wait]:
    """The waits for so many seconds."""
    command = (sys.executable, "-m", "tests.benchmarks.asking", address, item.service, item.path, str(seconds))
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60)
    return [Wait(*each) for each in json.loads(done.stdout)]


def main() -> None:
    address, service, path, seconds = sys.argv[1:]
    client = Client(address)
    process = client.process_of(service)
    sides = (Path(f"/proc/{process}/task/{process}/schedstat"), Path("/proc/self/schedstat"))
    waits: list[tuple[float, float]] = []
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        in_line, asked = _in_line(sides), time.monotonic()
        client.property(service, path, ITEM, "Title")
        waits.append(((time.monotonic() - asked) * 1000, _in_line(sides) - in_line))
        time.sleep(0.02)
    print(json.dumps(waits))


def _in_line(sides: tuple[Path, ...]) -> float:
    """The milliseconds that these threads were ready to go on and had no core; nothing where Linux does not count."""
    total = 0
    for each in sides:
        with suppress(OSError, IndexError, ValueError):
            total += int(each.read_text().split()[1])
    return total / 1e6


if __name__ == "__main__":
    main()
