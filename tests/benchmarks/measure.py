"""What a running program costs, read from Linux's /proc: the program and everything it started."""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
SWITCHES = re.compile(r"^voluntary_ctxt_switches:\s+(\d+)", re.MULTILINE)
PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Effort:
    """Totals since the start of the program."""

    cpu_ms: float
    wakeups: int
    threads: int

    def __sub__(self, earlier: "Effort") -> "Effort":
        return Effort(self.cpu_ms - earlier.cpu_ms, self.wakeups - earlier.wakeups, self.threads)


def family(pid: int) -> tuple[int, ...]:
    """The process and all its living descendants."""
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        with suppress(OSError, ValueError):
            number = int(folder.name)
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(number)
    found = [pid]
    for each in found:
        found += children.get(each, ())
    return tuple(found)


def memory_mb(pid: int) -> float:
    """Proportional set size: pages shared with other programs count by their share."""
    total = 0
    for each in family(pid):
        with suppress(OSError):
            found = PSS.search((PROC / str(each) / "smaps_rollup").read_text())
            total += int(found[1]) if found else 0
    return total / 1024


def effort(pid: int) -> Effort:
    """CPU time by the scheduler's own count, and how often a thread went to sleep of its own will."""
    nanoseconds = wakeups = threads = 0
    for each in family(pid):
        with suppress(OSError):
            for task in (PROC / str(each) / "task").iterdir():
                with suppress(OSError):
                    nanoseconds += int((task / "schedstat").read_text().split()[0])
                    found = SWITCHES.search((task / "status").read_text())
                    wakeups += int(found[1]) if found else 0
                    threads += 1
    return Effort(nanoseconds / 1e6, wakeups, threads)
