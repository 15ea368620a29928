"""Measure the program against the least a Qt tray program can be, both in the same run: `python -m tests.benchmarks`.

    python -m tests.benchmarks                  ten pages at the default interval against the floor
    python -m tests.benchmarks --scale 1000     a thousand pages, 30 components each, every 60 s, against ten
    python -m tests.benchmarks --keys 25        so many keys from a real keyring, checked at a server on this computer

Start and memory are taken with each program alone, in turn; CPU and wake-ups with both at once, over settled minutes.
A stall is a moment in which the icon's own D-Bus face, which the GUI thread answers, keeps us waiting; the time in
which another program had the core is taken off, so that a busy machine does not speak for the program.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import asking, keys
from tests.benchmarks.measure import Meter, memory_mb
from tests.benchmarks.pages import Pages
from tests.bus import TrayWatcher
from tests.desk import Desk, Program, missing_tools

FLOOR = (str(Path(__file__).with_name("floor.py")),)
IDLE = 300  # seconds between two looks at a page: the default
BUSY = 60

START_RATIO = 2.0
MEMORY_OVER_FLOOR_MB = 24.0
CPU_MS_PER_MINUTE = 20.0
WAKEUPS_PER_SECOND = 0.3
SCALE_CPU_SHARE = 0.25
SCALE_MEMORY_GROWTH_MB = 60.0
STALL_MS = 50.0
KEYS_SECONDS = 5.0

Pair = tuple[float, float]  # what we are measured against, and ours


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: what was measured on both sides, the figure that is judged, and its limit."""

    what: str
    sides: Pair
    judged: float
    limit: float
    how: str

    @property
    def is_kept(self) -> bool:
        return self.judged <= self.limit

    def __str__(self) -> str:
        verdict = "pass" if self.is_kept else "FAIL"
        judged = f"{self.judged:.2f} <= {self.limit:.2f} {self.how}"
        return f"{self.what:28s} {self.sides[0]:10.2f} {self.sides[1]:10.2f}   {judged:36s} {verdict}"


class Session:
    """A desk with nothing but a watcher as its tray, on which programs are started and timed."""

    def __init__(self, stack: ExitStack) -> None:
        self.desk = stack.enter_context(Desk())
        self.watcher = stack.enter_context(TrayWatcher(self.desk.address))

    def start(self, arguments: Sequence[str]) -> tuple[Program, float]:
        """The program, and the seconds until its icon was there."""
        before = len(self.watcher.registered)
        runtime = self.desk.folder / f"run-{before}"  # one running copy per person: each of ours is a person of its own
        runtime.mkdir(mode=0o700)
        program = self.desk.python(*arguments, environment={"XDG_RUNTIME_DIR": str(runtime)})
        self.desk.wait(lambda: len(self.watcher.registered) > before, "the icon to register", within=60)
        return program, self.watcher.registered[before][0] - program.started_at

    def app(self, pages: Pages, idle: int) -> tuple[str, ...]:
        """The command line of the program, watching these pages with an empty history."""
        folder = self.desk.folder / f"app-{time.monotonic_ns()}"
        folder.mkdir()
        (folder / "config.toml").write_text(pages.configuration(idle=idle))
        return ("-m", "trayapp", "--config", str(folder / "config.toml"), "--data-dir", str(folder / "data"), "run")


def main() -> int:
    options = _options()
    if missing := missing_tools():
        print(f"Measuring needs {', '.join(missing)}: run packaging/test.sh once.", file=sys.stderr)
        return 1
    base, ours, measured = "floor", "trayapp", _against_the_floor
    if options.scale:
        base, ours, measured = "10 pages", f"{options.scale} pages", _scale
    elif options.keys:
        base, ours, measured = "at rest", "checking", _keys
    lines = measured(options)
    print(f"\n{'':28s} {base:>10s} {ours:>10s}   {'judged':36s}")
    print("\n".join(str(line) for line in lines))
    return 0 if all(line.is_kept for line in lines) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure what the program costs.")
    parser.add_argument("--runs", type=int, default=5, help="starts of each program (default 5)")
    parser.add_argument("--settle", type=float, default=25, help="seconds from start to measuring (default 25)")
    parser.add_argument("--minutes", type=float, default=1, help="length of a CPU window (default 1)")
    parser.add_argument("--windows", type=int, default=3, help="CPU windows, one after the other (default 3)")
    parser.add_argument("--scale", type=int, default=0, metavar="PAGES", help="so many pages against ten instead")
    parser.add_argument("--keys", type=int, default=0, metavar="COUNT", help="the check of so many keys instead")
    return parser.parse_args()


def _against_the_floor(options: argparse.Namespace) -> tuple[Line, ...]:
    with ExitStack() as stack:
        pages = stack.enter_context(Pages(10, components=30))
        session = Session(stack)
        starts: list[Pair] = []
        memory: list[Pair] = []
        for run in range(options.runs):
            floor = _alone(session, FLOOR, options.settle)
            app = _alone(session, session.app(pages, IDLE), options.settle)
            starts.append((floor[0], app[0]))
            memory.append((floor[1], app[1]))
            print(
                f"run {run + 1}: start {floor[0]:.3f} and {app[0]:.3f} s, PSS {floor[1]:.1f} and {app[1]:.1f} MB",
                flush=True,
            )

        both = session.start(FLOOR)[0], session.start(session.app(pages, IDLE))[0]
        time.sleep(options.settle)
        cpu, wakeups = _settled(options, *both)
        print(f"{pages.answered} pages were read")

    start, size = _medians(starts), _medians(memory)
    return (
        Line("start to visible icon, s", start, start[1] / start[0], START_RATIO, "x floor"),
        Line("PSS of the process tree, MB", size, size[1] - size[0], MEMORY_OVER_FLOOR_MB, "MB over floor"),
        Line("CPU per settled minute, ms", cpu, cpu[1], CPU_MS_PER_MINUTE, "ms"),
        Line("wake-ups per second", wakeups, wakeups[1], WAKEUPS_PER_SECOND, "1/s"),
    )


def _scale(options: argparse.Namespace) -> tuple[Line, ...]:
    with ExitStack() as stack:
        few, many = (
            stack.enter_context(Pages(10, components=30)),
            stack.enter_context(Pages(options.scale, components=30)),
        )
        session = Session(stack)
        apart = [_alone(session, session.app(pages, BUSY), options.settle, pages) for pages in (few, many)]

        base, _seconds = session.start(session.app(few, BUSY))
        ours, _seconds = session.start(session.app(many, BUSY))
        time.sleep(options.settle)
        cpu, wakeups = _settled(options, base, ours)
        base.kill()
        stalls = _stalls(session, seconds=60 * options.minutes)
        print(f"{many.answered} pages were read; wake-ups per second {wakeups[0]:.2f} and {wakeups[1]:.2f}")

    starts, alone = (apart[0][0], apart[1][0]), (apart[0][1], apart[1][1])
    share = (cpu[0] / 60_000, cpu[1] / 60_000)
    return (
        Line("start to visible icon, s", starts, starts[1] / starts[0], START_RATIO, "x ten pages"),
        Line("PSS of the process tree, MB", alone, alone[1] - alone[0], SCALE_MEMORY_GROWTH_MB, "MB over ten pages"),
        Line("CPU, share of one core", share, share[1], SCALE_CPU_SHARE, "of a core"),
        Line("longest answer of the GUI, ms", (0.0, max(stalls)), max(stalls), STALL_MS, "ms"),
    )


def _keys(options: argparse.Namespace) -> tuple[Line, ...]:
    took: list[float] = []
    waits: list[float] = []
    with ExitStack() as stack:
        session = Session(stack)
        api = stack.enter_context(keys.serving())
        folder = session.desk.folder / "keys"
        folder.mkdir()
        keys.fill(session.desk, folder, api, options.keys)
        session.desk.start("openbox")
        places = ("--config", str(folder / "config.toml"), "--data-dir", str(folder / "data"))
        session.start(("-m", "trayapp", *places, "run", "--window"))
        keys.open_page(session.desk)
        session.desk.wait(lambda: len(api.answered) >= options.keys, "the first check of every key", within=120)
        time.sleep(3)
        rest = _stalls(session, seconds=6)
        for run in range(options.runs):
            with ThreadPoolExecutor(1) as beside:
                stalls = beside.submit(_stalls, session, seconds=6)
                time.sleep(1)  # until it asks
                took.append(keys.check_all(session.desk, api, options.keys))
                waits += stalls.result()
            print(f"run {run + 1}: {options.keys} keys in {took[-1]:.2f} s", flush=True)
    return (
        Line("every key checked, s", (0.0, max(took)), max(took), KEYS_SECONDS, "s"),
        Line("longest answer of the GUI, ms", (max(rest), max(waits)), max(waits), STALL_MS, "ms"),
    )


def _alone(session: Session, arguments: Sequence[str], settle: float, pages: Pages | None = None) -> Pair:
    """Seconds to the icon, and megabytes once it has settled (and has read all of the pages)."""
    program, seconds = session.start(arguments)
    if pages:
        session.desk.wait(lambda: pages.answered >= pages.count, "every page to be read", within=300)
    time.sleep(settle)
    memory = memory_mb(program.pid)
    program.kill()
    return seconds, memory


def _medians(pairs: Sequence[Pair]) -> Pair:
    return statistics.median(base for base, _ours in pairs), statistics.median(ours for _base, ours in pairs)


def _settled(options: argparse.Namespace, base: Program, ours: Program) -> tuple[Pair, Pair]:
    """For both programs the median CPU milliseconds per minute, and the median wake-ups per second."""
    programs = (base, ours)
    cpu: list[Pair] = []
    wakeups: list[Pair] = []
    for window in range(options.windows):
        meters = [Meter(program.pid) for program in programs]
        end = time.monotonic() + 60 * options.minutes
        while time.monotonic() < end:
            time.sleep(0.2)
            for meter in meters:
                meter.look()
        spent = [meter.spent for meter in meters]
        cpu.append((spent[0].cpu_ms / options.minutes, spent[1].cpu_ms / options.minutes))
        wakeups.append((spent[0].wakeups / 60 / options.minutes, spent[1].wakeups / 60 / options.minutes))
        print(f"window {window + 1}: CPU {cpu[-1][0]:.1f} and {cpu[-1][1]:.1f} ms/min,", end=" ")
        print(f"wake-ups {wakeups[-1][0]:.2f} and {wakeups[-1][1]:.2f} /s", flush=True)
    dead = [" ".join(program.argv) for program in programs if not program.is_running]
    assert not dead, f"ended while it was measured: {dead}"
    return _medians(cpu), _medians(wakeups)


def _stalls(session: Session, seconds: float) -> list[float]:
    """How long the newest icon's D-Bus face kept us waiting for itself, in milliseconds."""
    waits = asking.ask(session.desk.address, session.desk.bus.items()[-1], seconds)
    whole = [each.whole for each in waits]
    print(
        f"GUI asked {len(waits)} times: median {statistics.median(whole):.2f} ms, longest {max(whole):.1f} ms; "
        f"without waiting for a core {max(each.own for each in waits):.1f} ms"
    )
    return [each.own for each in waits]


if __name__ == "__main__":
    sys.exit(main())
