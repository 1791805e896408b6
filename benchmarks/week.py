"""A simulated week of an endpoint with three shifts a day: what it holds may not grow.

Clocks are moved, and nothing waits for real time: desks, a supervisor, a screen on the wall, a
feed, backups, retention and all jobs go through seven days, and what each sees is compared with
what was done (`tests/server/week.py`). Told are rows by table and this process's memory at each
day's end; endpoint, desks and browsers are one process.

python benchmarks/week.py [--tick SECONDS] [--days N]
exit code 1 when more is held after the last day than after the second by more than the bars
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from tests.server import week  # noqa: E402 - found from the tree's root

MIB = 2.0**20
MET = 3
"""Days after which nothing more is loaded, compiled or met for the first time."""
MOST_A_DAY = {"objects": 100.0, "containers": 20_000.0}
"""What the garbage collector sees: objects, and the bytes of those alone."""


def swollen(days: list[week.Held]) -> list[str]:
    """Return what of memory became more by more than the bar, on the mean of the days."""
    found = []
    for name, most in MOST_A_DAY.items():
        more = getattr(days[-1], name) - getattr(days[MET - 1], name)
        each = more / (len(days) - MET)
        print(f"{name}: {each:.0f} more each day, {most:.0f} at most")
        if each > most:
            found.append(name)
    return found


def main() -> int:
    """Live through the days, print what was held, and judge it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tick", type=float, default=120.0, help="seconds between two reports")
    parser.add_argument("--days", type=int, default=7)
    given = parser.parse_args()
    process, rss = psutil.Process(), list[float]()
    with (
        tempfile.TemporaryDirectory(prefix="agentguard-week-") as folder,
        week.endpoint(Path(folder), given.tick) as centre,
    ):
        for day in range(given.days):
            began = time.process_time()
            centre.live(1)
            held, cpu = centre.days[-1], time.process_time() - began
            rss.append(process.memory_info().rss / MIB)
            told = f"{held.objects} objects, {held.containers / MIB:.1f} MiB in containers"
            print(f"day {day + 1}: {told}, RSS {rss[-1]:.1f} MiB, {cpu:.0f} s of CPU", flush=True)
        centre.verdict()
    for name, many in sorted(centre.days[-1].rows.items()):
        if many:
            print(f"  {name:24}" + "".join(f"{one.rows[name]:>8}" for one in centre.days))
    print(f"looked at {centre.looks} times, signed out each hour {centre.signed_out} times")
    grown = week.grown(centre.days) if given.days > week.SETTLED else []
    grown += swollen(centre.days) if given.days > MET else []
    for one in grown:
        print(f"MISSED {one}")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
