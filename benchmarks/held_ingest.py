"""What it costs at ingest to write down what held: the same reports with it and without, by turns.

Each round takes the same batches into a database twice, once as the endpoint does it and once with
nothing written down, in the order that the round's number says, so that whatever else the machine
does meets both. The reports are those of a floor at work: in each minute one desk in twenty has
another posture, one in twenty-five was locked or opened, all others tell nothing new. Only what the
store does is measured: no request is verified and no receipt signed. On PostgreSQL its server works
beside this process, so the clock tells more than the CPU.

python benchmarks/held_ingest.py [--on sqlite|postgresql] [--desks N] [--minutes N] [--rounds N]
                                 [--locks SHARE]
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.reports import batches
from agentguard.server.store.reports.batches import Arrived
from agentguard.server.tamper.watch import Watch
from agentguard.wire import v1
from tests.server import postgresql

START = 1_790_000_000
CHECKS = 30
BATCH = 64
NAME = "follow"
WRITE = vars(batches)[NAME]


def minutes(desks: int, span: int, base: int, seed: int, locks: float) -> Iterator[list[Arrived]]:
    """Make up the reports of each minute, in batches; `base` is when they begin."""
    rng = random.Random(seed)
    failing: list[set[int]] = [set() for _ in range(desks)]
    locked = [False] * desks
    for minute in range(span):
        now = float(base + 60 * minute)
        at = datetime.fromtimestamp(now, UTC).isoformat()
        arrived = []
        for n in range(desks):
            other = minute == 0 or rng.random() < 0.05
            if other:
                failing[n] ^= {rng.randrange(CHECKS)}
            locked[n] ^= rng.random() < locks
            arrived.append(Arrived(report=report(n, at, failing[n], locked[n], other), now=now))
        for first in range(0, desks, BATCH):
            yield arrived[first : first + BATCH]


def report(n: int, at: str, failing: set[int], locked: bool, other: bool) -> v1.Report:  # noqa: FBT001
    controls = tuple(
        v1.Control(
            check=f"check-{c}", measure=1, state="fail" if c in failing else "pass", since=at,
            severity="high",
        )
        for c in range(CHECKS)
    )  # fmt: skip
    return v1.Report(
        device=f"d{n:06}", epoch=1, seq=0, sent_at=at, boot=0, hash="", agent="", overall="good",
        policy="baseline 1", policy_digest="d1", locked=locked, in_call=False, waiting=0, run="r1",
        controls=controls if other else None,
    )  # fmt: skip


def nothing(_connection: object, _heard: object) -> None:
    """Write nothing down."""


def enrol(database: Database, desks: int) -> None:
    def put(connection: object) -> None:
        team = team_id(connection, "Floor")  # type: ignore[arg-type]
        about = devices.About(team=team, label="desk", system="b")
        for n in range(desks):
            key = n.to_bytes(32)
            devices.put(connection, f"d{n:06}", key, about, float(START))  # type: ignore[arg-type]

    database.run(put)


def take(database: Database, some: Iterator[list[Arrived]]) -> tuple[float, float]:
    """Take batches in; give the seconds by the clock and of this process' CPU."""
    watch = Watch(Limits())
    every = list(some)
    begun, cpu = time.perf_counter(), time.process_time()
    for batch in every:
        database.run(lambda c, b=batch: watch.take_all(c, b))  # type: ignore[misc]
    return time.perf_counter() - begun, time.process_time() - cpu


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--desks", type=int, default=500)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--locks", type=float, default=0.04, help="share of desks in a minute")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="agentguard-held-ingest-"))
        address = ""
        if given.on == "postgresql":
            address = stack.enter_context(postgresql.running()).new()
        settings = ServerSettings(data=Path(folder), database=address)
        database = open_database(settings)
        enrol(database, given.desks)
        spent: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
        base = START
        for turn in range(given.rounds + 1):
            for writes in (True, False) if turn % 2 else (False, True):
                vars(batches)[NAME] = WRITE if writes else nothing
                took = take(database, minutes(given.desks, given.minutes, base, turn, given.locks))
                base += 60 * given.minutes
                if turn:  # the first round begins every desk
                    spent[writes].append(took)
        database.close()
    reports = given.desks * given.minutes
    for place, words in ((0, "by the clock"), (1, "CPU of the endpoint")):
        with_it, without = (
            statistics.median(one[place] for one in spent[how]) / reports * 1e6
            for how in (True, False)
        )
        more = 100 * (with_it / without - 1)
        print(
            f"{words}: {with_it:.0f} us a report with it, {without:.0f} us without: {more:+.0f} %"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
