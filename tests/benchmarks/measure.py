"""What a running program costs, read from Linux's /proc: the program and everything it started."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
SWITCHES = re.compile(r"^voluntary_ctxt_switches:\s+(\d+)", re.MULTILINE)
PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Effort:
    """What was spent between two moments."""

    cpu_ms: float = 0.0
    wakeups: int = 0


class Meter:
    """Adds up what a program spends from now on, also by threads that end: ask it several times a second."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._before = dict(_tasks(pid))
        self._last = dict(self._before)

    def look(self) -> None:
        """Note every thread's totals; what a thread spends after the last look before its end is lost."""
        self._last |= dict(_tasks(self._pid))

    @property
    def spent(self) -> Effort:
        nothing = Effort()
        pairs = [(last, self._before.get(task, nothing)) for task, last in self._last.items()]
        cpu = sum(last.cpu_ms - before.cpu_ms for last, before in pairs)
        return Effort(cpu, sum(last.wakeups - before.wakeups for last, before in pairs))


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


def _tasks(pid: int) -> Iterator[tuple[Path, Effort]]:
    """Each thread's totals since its start: CPU time by the scheduler's count, and its own sleeps."""
    for each in family(pid):
        with suppress(OSError):
            for task in (PROC / str(each) / "task").iterdir():
                with suppress(OSError):
                    nanoseconds = int((task / "schedstat").read_text().split()[0])
                    found = SWITCHES.search((task / "status").read_text())
                    yield task, Effort(nanoseconds / 1e6, int(found[1]) if found else 0)
