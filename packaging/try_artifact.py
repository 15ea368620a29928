"""Try a built program as a person would, on a private desk with a real panel.

    python packaging/try_artifact.py [--inside FOLDER] [--spent S] [--max-start-ratio R] [--shot FILE] -- COMMAND...

COMMAND starts the program (a path, or `chroot FOLDER trayapp`); with --inside the desk's sockets are mounted into that
folder first. It must show its icon, follow a page that fails and recovers, go when asked, answer `doctor` with 0 and
play the demo. With --spent, the seconds that installing took, icon and installation together must be quick. The floor
(tests/benchmarks/floor.py) is timed beside it.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.benchmarks.__main__ import FLOOR  # noqa: E402 -- the checkout's own, see above
from tests.builders import operational, outage  # noqa: E402 -- as above
from tests.bus import TrayWatcher  # noqa: E402 -- as above
from tests.desk import Desk, Program  # noqa: E402 -- as above
from tests.fakepage import SUMMARY, FakePage  # noqa: E402 -- as above

DEMO = ROOT / "resources" / "demo" / "2025-12-02.jsonl"
RUNS = 7
INSTALL_TO_ICON = 15
"""Seconds from the beginning of the installation to an icon that says something."""
ENDS_WITHIN = 10
COLOURS_OF_THE_DEMO = 3


def main() -> int:
    """Try everything; the first thing that fails ends it with what every program said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inside", type=Path)
    parser.add_argument("--spent", type=float, default=0.0)
    parser.add_argument("--max-start-ratio", type=float, default=2.5)
    parser.add_argument("--shot", type=Path)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    with Trial(tuple(options.command), options.inside) as trial:
        trial.tray(options.shot, options.spent)
        trial.commands()
        trial.demo()
    return 0 if start_ratio(tuple(options.command), options.inside) <= options.max_start_ratio else 1


class Trial:
    """One desk, a page on this computer, and the program."""

    def __init__(self, command: tuple[str, ...], inside: Path | None) -> None:
        """Start the desk; mount its sockets where the program can see them."""
        self._stack = ExitStack()
        self._desk = self._stack.enter_context(Desk())
        if inside is not None:
            self._stack.enter_context(mounted(self._desk.folder, inside))
        self._page = self._stack.enter_context(FakePage())
        self._page.serve(SUMMARY, operational())
        hosts = [self._stack.enter_context(FakePage()) for _number in range(2)]
        for host in hosts:
            host.serve("/", b"", 204)
        names = ", ".join(f'"{host.url}/"' for host in hosts)
        settings = self._desk.folder / "config.toml"
        settings.write_text(
            f"[polling]\nidle = 1\nincident = 1\n[baseline]\nhosts = [{names}]\n"
            f'[[watch]]\nname = "Acme"\nurl = "{self._page.url}"\nplatform = "statuspage"\n'
        )
        self._desk.panel()
        self._desk.popup_daemon()
        self._desk.keyring()
        self._program = command
        self._places = ("--config", str(settings), "--data-dir", str(self._desk.folder / "data"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def commands(self) -> None:
        """What works without a tray; and `doctor`, as there is everything it asks for."""
        version = self._said("--version")
        providers = len(self._said("providers").splitlines())
        replayed = self._said("replay", "/dev/stdin", given=DEMO.read_text(encoding="utf-8"))
        alerts = replayed.count('"kind":"alert"')
        print(f"{version.strip()}; the catalogue has {providers} lines; the replay of the demo has {alerts} alerts")
        if alerts == 0 or providers == 0:
            raise AssertionError(replayed)
        self._said(*self._places, "doctor")
        print("doctor: everything works")

    def tray(self, shot: Path | None, spent: float) -> None:
        """The icon comes soon, follows the page, and the program ends in order."""
        program = self._start(*self._places, "run")
        fine = self._tooltip("Acme is fine")
        took = time.monotonic() - program.started_at
        print(f"the icon tells what is after {took:.1f} s" + (f", {spent + took:.1f} s from the install" * bool(spent)))
        if spent + took > INSTALL_TO_ICON:
            raise AssertionError(f"that is more than {INSTALL_TO_ICON} s")
        self._page.serve(SUMMARY, outage(title="Elevated errors"))
        broken = self._tooltip("Elevated errors")
        if shot is not None:
            self._desk.screenshot(shot, crop="400x40+880+760")
        self._page.serve(
            SUMMARY, outage(title="Elevated errors", phase="resolved", status="operational", impact="none")
        )
        if fine == broken or self._tooltip("Acme is fine") != fine:
            raise AssertionError("the icon did not follow the page")
        program.terminate()
        code = program.ended(ENDS_WITHIN)
        if code != 0:
            raise AssertionError(f"it ended with {code}: {program.output}")
        print("tray: fine, outage and fine again; asked to end, it ended with 0")
        self._desk.wait(lambda: not self._desk.bus.items(), "the icon to go")

    def demo(self) -> None:
        """The demo changes the icon by itself."""
        program = self._start("--data-dir", str(self._desk.folder / "demo"), "--demo")
        seen: dict[object, str] = {}

        def look() -> bool:
            for item in self._desk.bus.items():
                seen.setdefault(item.pixels, item.tooltip)
            return len(seen) >= COLOURS_OF_THE_DEMO

        self._desk.wait(look, f"{COLOURS_OF_THE_DEMO} looks of the icon in the demo", within=240)
        program.terminate()
        program.ended()
        print("demo:", " / ".join(" ".join(tooltip.split()) for tooltip in seen.values()))

    def _start(self, *arguments: str) -> Program:
        return self._desk.start(*self._program, *arguments)

    def _said(self, *arguments: str, given: str | None = None) -> str:
        done = self._desk.run(*self._program, *arguments, input=given)
        if done.returncode != 0:
            raise AssertionError(f"{arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return str(done.stdout)

    def _tooltip(self, words: str) -> object:
        """The icon's picture as soon as its tooltip says so."""
        return self._desk.wait(
            lambda: next((item.pixels for item in self._desk.bus.items() if words in item.tooltip), None),
            f"a tooltip with {words!r}",
        )


def start_ratio(command: tuple[str, ...], inside: Path | None) -> float:
    """How many times as long as the floor the program takes until its icon has registered, started in turn.

    The quickest starts are compared: what else a machine does only ever adds time.
    """
    floor: list[float] = []
    ours: list[float] = []
    with ExitStack() as stack:
        desk = stack.enter_context(Desk())
        if inside is not None:
            stack.enter_context(mounted(desk.folder, inside))
        watcher = stack.enter_context(TrayWatcher(desk.address))
        for run in range(RUNS):
            folder = desk.folder / f"run-{run}"
            folder.mkdir(mode=0o700)
            alone = {"XDG_RUNTIME_DIR": str(folder)}
            floor.append(_seconds_to_icon(desk, watcher, desk.python(*FLOOR)))
            program = desk.start(*command, "--data-dir", str(folder), "run", environment=alone)
            ours.append(_seconds_to_icon(desk, watcher, program))
    ratio = min(ours) / min(floor)
    typical = statistics.median(ours) / statistics.median(floor)
    print(
        f"start to tray: {min(ours):.3f} s, {ratio:.2f} x the floor from source ({min(floor):.3f} s); "
        f"medians {statistics.median(ours):.3f} s, {typical:.2f} x"
    )
    return ratio


def _seconds_to_icon(desk: Desk, watcher: TrayWatcher, program: Program) -> float:
    """Return how long the program took; end it."""
    before = sum(1 for moment, *_rest in watcher.registered if moment < program.started_at)
    desk.wait(lambda: len(watcher.registered) > before, "the icon to register")
    moment: float = watcher.registered[before][0]
    time.sleep(1)
    program.kill()
    return moment - program.started_at


@contextmanager
def mounted(folder: Path, inside: Path) -> Iterator[None]:
    """Show the desk's folder and the screens' sockets at the same places inside another root."""
    places = [(place, inside / place.relative_to("/")) for place in (folder, Path("/tmp/.X11-unix"))]  # noqa: S108 -- X's own place
    for outer, inner in places:
        inner.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "--bind", str(outer), str(inner)], check=True)
    try:
        yield
    finally:
        for _outer, inner in places:
            subprocess.run(["umount", str(inner)], check=True)
            if not any(inner.iterdir()):
                inner.rmdir()


if __name__ == "__main__":
    sys.exit(main())
