"""How fast recordings are replayed: `python -m tests.benchmarks.replay [--days N]`.

One page at 60 s polling through the real engine, on simulated time: a quiet page, a page in the thick of an invented
history with our own outages strewn in, and the same for every kind of page. Times are of the processor.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from typing import Any

from tests.builders import operational
from tests.engine.running import answers, play, recording
from tests.engine.test_histories import RENEWED, History, dice, troubles
from tests.faces import FACES
from tests.invented import lives

LEAST = 5_000.0
"""Times as fast as real."""
_INCIDENTS_A_DAY = 6


def speed(lines: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """Return the simulated hours, and how many times faster than real they went by."""
    recorded = recording(lines)
    began = time.process_time()
    ran = play(recorded)
    took = time.process_time() - began
    simulated = (ran.updates[-1].now - recorded.start).total_seconds()
    return simulated / 3600, simulated / took


def main(arguments: list[str]) -> int:
    """Print a line for each kind of page; fail where one is too slow."""
    options = argparse.ArgumentParser(description="How fast recordings are replayed.")
    options.add_argument("--days", type=float, default=3.0, help="simulated days of each (default 3)")
    days: float = options.parse_args(arguments).days
    found = {"quiet": speed([answers(0, operational()), answers(days * 1440, operational())])}
    for name, face in FACES.items():
        chance = dice(name, 0)
        invented = [each for each in lives(chance, round(days * _INCIDENTS_A_DAY)) if each.began < days * 1440]
        found[name] = speed(History(face, invented, troubles(chance, days * 1440), RENEWED.get(name, 0.0)).lines)
    print(f"{'page':24s} {'hours':>8s} {'x real time':>12s}   limit {LEAST:.0f}")
    for name, (hours, times) in found.items():
        print(f"{name:24s} {hours:8.1f} {times:12.0f}   {'pass' if times >= LEAST else 'FAIL'}")
    return 0 if all(times >= LEAST for _hours, times in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
