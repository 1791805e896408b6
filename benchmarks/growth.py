"""How an enrolled agent's memory grows with use: as many events as a long day has, in minutes.

It is no day: clocks run as ever, and what comes by time alone (an hourly look, a nightly one) does
not come more often. Files come and go in the user's documents, each second one with a test card
number, so that there are findings, cards, prompts, journal entries and reports. Memory (RSS) is
read after each eighth; the second half may not grow by more than the bar. Exit code 1 when it does.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from _endpoint import endpoint  # noqa: E402 - found beside this file
from _tray_host import TrayHost  # noqa: E402 - as above
from footprint import MIB, Bench, settle  # noqa: E402 - as above

from tests.desktop.harness import Desktop  # noqa: E402 - found from the tree's root

CARD = "Card 4111 1111 1111 1111, valid.\n"
PARTS = 8
STANDING = 20  # files that are there at one time
MOST = 2.0  # MiB of growth in the second half
PACE = 0.25  # seconds between two files


def use(folder: Path, first: int, count: int) -> None:
    """Let files come and go, at the pace of a busy desk's whole day in minutes."""
    for number in range(first, first + count):
        text = CARD if number % 2 else f"Call {number} went well.\n"
        (folder / f"export-{number}.txt").write_text(text)
        (folder / f"export-{number - STANDING}.txt").unlink(missing_ok=True)
        time.sleep(PACE)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1600, help="files in all")
    parser.add_argument("--settle", type=float, default=90.0, help="at most, before measuring")
    chosen = parser.parse_args()
    with Desktop() as desktop, TrayHost(desktop.display), endpoint() as centre:
        documents = desktop.home / "Documents"
        documents.mkdir()
        bench = Bench(desktop, centre)
        with bench.running("enrolled") as process:
            settle({"enrolled": process}, chosen.settle)
            seen = [process.memory_info().rss / MIB]
            each = chosen.events // PARTS
            for part in range(PARTS):
                use(documents, part * each, each)
                settle({"enrolled": process}, 5.0)
                seen.append(process.memory_info().rss / MIB)
    print("events  " + "".join(f"{part * each:>8}" for part in range(PARTS + 1)))
    print("RSS MiB " + "".join(f"{one:>8.1f}" for one in seen))
    late = max(seen[PARTS // 2 :]) - seen[PARTS // 2]
    held = late <= MOST
    told = "held" if held else "MISSED"
    print(f"growth in the second half {late:.1f} MiB of at most {MOST:g}: {told}")
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
