"""A warm parent that forks desks and kills each with SIGKILL at a random moment.

Arguments: data folder, the endpoint's URL, CA file, ledger file, number of kills, seed. A desk
commits records and reports them at the same time; after each commit that returned it appends the
records' names to the ledger, with one write that outlives it. Every other desk is let live until it
has got something done, however busy the machine is. What a desk loads is loaded once, before them.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.platforms import system_clock
from tests.faults.desk import Desk, opened

LONGEST_LIFE = 0.06  # seconds
RECORDS = 3


def live(folder: Path, url: str, ca_file: Path, ledger: int, name: str, done: int) -> None:
    desk = opened(folder, url, ca_file, clock=system_clock())
    threading.Thread(target=report_for_ever, args=(desk,), daemon=True).start()
    count = 0
    while True:
        names = [f"{name}-{count + n}" for n in range(random.randint(1, RECORDS))]
        count += len(names)
        at = Moment(boot=float(count), wall=1_790_000_000.0)
        records = [Record(kind="lesson.answered", at=at, payload={"lesson": n}) for n in names]
        desk.store.journal.commit(records, {"last": names[-1], f"seen/{name}": count})
        os.write(ledger, "".join(f"{n}\n" for n in names).encode())
        if count == len(names):
            os.close(done)


def warm(folder: Path, url: str, ca_file: Path) -> None:
    """Open the desk, commit nothing, and report as it stands: what that loads is loaded."""
    desk = opened(folder, url, ca_file, clock=system_clock())
    desk.sender.report()
    desk.store.close()


def report_for_ever(desk: Desk) -> None:
    while True:
        desk.sender.report()


def main() -> None:
    folder, url, ca_file, ledger_file, kills, seed = sys.argv[1:]
    logging.disable(logging.CRITICAL)
    ledger = os.open(ledger_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    moments = random.Random(int(seed))
    warm(Path(folder), url, Path(ca_file))
    for number in range(int(kills)):
        heard, done = os.pipe()
        child = os.fork()
        if child == 0:
            random.seed(f"{seed}-{number}")
            try:
                live(Path(folder), url, Path(ca_file), ledger, f"{number}", done)
            except BaseException as error:  # noqa: BLE001 - a desk that ends by itself is a failure
                os.write(2, f"{number}: {error!r}\n".encode())
                os._exit(1)
        os.close(done)
        if number % 2:
            os.read(heard, 1)  # until the desk lets go of its end
        os.close(heard)
        time.sleep(moments.uniform(0, LONGEST_LIFE))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(f"desk {number} ended by itself")


if __name__ == "__main__":
    main()
