"""Signed reports per second of the endpoint on one core, beside the bare stack in the same run.

The endpoint is a process of its own, pinned to one core; this process is the desks: it signs every
request beforehand, each with a fresh seq and nonce, and keeps its connections. The bare stack is
the same server and the same database doing nothing but decode and insert; once with the signatures
that the protocol asks for, and once without. All take turns, and the best round of each counts.
At the end the endpoint is killed under load, and everything that it had receipted must be there.
All of it is done with SQLite, then with a PostgreSQL of the benchmark's own, which forces every
commit to the disk; it runs beside the desks, and its CPU time is not in the figures.

Each server has one core of its own, so what it can give is a second's worth of its CPU time for a
report; that judges where others use the machine. What the clock says is told beside it, and judges
on a quiet machine. First reports, of desks that never reported, are judged by CPU alone; those that
the endpoint takes while it warms up are not judged.

python benchmarks/ingest.py [--reports N] [--connections N] [--rounds N]
                            [--on sqlite|postgresql]...
exit code 1 when a bar is missed
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import uvloop
from _ingest_client import HOST, Load, drive
from _ingest_servers import pin

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import select

from agentguard.server.settings import ServerSettings
from agentguard.server.store.control_history import beginnings
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.schema.tables import device_seen
from tests.server import postgresql
from tools.bench_server.fleet import Desk, put

LEAST = 1000  # reports per second
LEAST_FIRST = 1200  # first reports for each second of the endpoint's CPU
LEAST_SHARE = {"SQLite": 0.6, "PostgreSQL": 0.45}
"""Of the reports per second of the bare stack that verifies and signs; the bare stack asks
PostgreSQL once for a batch, the endpoint must lock, look and write."""
MOST_P99 = 150  # milliseconds
DEVICES = 2000
FIRST = 1500
"""First reports of a round; fewer say little, since CPU is counted in hundredths of a second."""
QUIET = 2.5  # a load up to which the two cores are the benchmark's own


DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""Settings in which the benchmark's PostgreSQL differs from that of the tests."""


@contextmanager
def process(
    kind: str, settings: ServerSettings, own: str = ""
) -> Iterator[tuple[psutil.Process, int]]:
    words = [sys.executable, str(Path(__file__).with_name("_ingest_servers.py")), kind]
    words += [str(settings.data), f"--endpoints={settings.database}", f"--own={own}"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as one:
        try:
            assert one.stdout is not None
            yield psutil.Process(one.pid), int(one.stdout.readline())
        finally:
            one.send_signal(signal.SIGKILL)


def enrolled(settings: ServerSettings, many: int) -> list[Desk]:
    """Enrol desks; as an enrolment does, their history is begun, so that no job has to."""
    database = open_database(settings)
    desks = put(database, many, time.time())
    while database.run(lambda c: beginnings.of_before(c, int(time.time()))):
        pass
    database.close()
    return desks


def request(desks: Sequence[Desk], n: int, authority: str, *, whole: bool) -> bytes:
    """Sign the report of desk `n`, counted on from the first; every twentieth carries an event."""
    desk = desks[n % len(desks)]
    desk.posture = not whole
    if n % 20 == 0:
        desk.happens(1)
    else:
        desk.seq += 1
    made = desk.request(authority, time.time(), keep=True)
    desk.queue.clear()
    desk.told = desk.seq  # requests of one desk are never in flight together
    return made


def measure(name: str, one: psutil.Process, port: int, load: Load, connections: int) -> Result:
    before = one.cpu_times()
    seconds = uvloop.run(drive(load, port, connections))
    after = one.cpu_times()
    if load.wrong:
        sys.exit(f"{name}: {len(load.wrong)} wrong answers, such as {load.wrong[0]!r}")
    cpu = (after.user + after.system - before.user - before.system) / load.answered * 1e6
    cuts = statistics.quantiles(load.waits, n=100)
    done = Result(rate=load.answered / seconds, p50=cuts[49] * 1e3, p99=cuts[98] * 1e3, cpu=cpu)
    print(
        f"{name:34} {done.rate:8.0f} reports/s   p50 {done.p50:6.1f} ms   p99 {done.p99:6.1f} ms"
        f"   {done.cpu:6.0f} us CPU/report",
        flush=True,
    )
    return done


@dataclass(frozen=True, kw_only=True)
class Result:
    """One measurement."""

    rate: float
    p50: float
    p99: float
    cpu: float


def killed(
    one: psutil.Process,
    port: int,
    settings: ServerSettings,
    desks: list[Desk],
    given: argparse.Namespace,
) -> int:
    """Kill the endpoint under load; count the desks of which a receipted report is not there."""
    seqs: list[tuple[str, int]] = []
    requests = []
    for n in range(given.reports):
        requests.append(request(desks, n, f"{HOST}:{port}", whole=False))
        seqs.append((desks[n % DEVICES].id, desks[n % DEVICES].seq))
    load = Load(requests, kill=(one.pid, given.reports // 2))
    uvloop.run(drive(load, port, given.connections))
    one.wait(10)
    database = open_database(settings)
    asked = select(device_seen.c.device, device_seen.c.seq)
    held = {row.device: row.seq for row in database.run(lambda c: c.execute(asked).all())}
    database.close()
    return sum(held.get(id_, 0) < seq for id_, seq in (seqs[n] for n in load.receipted))


def best(rounds: Sequence[Result]) -> Result:
    """Give the best of each figure: what others did on the machine only makes them worse."""
    return Result(
        rate=max(one.rate for one in rounds),
        p50=min(one.p50 for one in rounds),
        p99=min(one.p99 for one in rounds),
        cpu=min(one.cpu for one in rounds),
    )


def rounds(
    settings: ServerSettings, own: Sequence[str], every: list[Desk], given: argparse.Namespace
) -> tuple[list[Result], int]:
    """Let the endpoint and the bare stacks take turns; give the best of each, and what was lost.

    First are those of first reports, which each round takes of desks of its own.
    """
    desks, fresh = every[:DEVICES], every[DEVICES:]
    kinds = ("every report with its posture", "posture unchanged", "bare, signed", "bare")
    names = ("first reports", *kinds)
    taken: dict[str, list[Result]] = {name: [] for name in names}
    others = [replace(one, queue=[]) for one in desks]  # who tell nothing to the endpoint
    with (
        process("endpoint", settings) as endpoint,
        process("signed", settings, own[0]) as signed,
        process("bare", settings, own[1]) as bare,
    ):

        def one(name: str, where: tuple[psutil.Process, int], *, whole: bool, count: int) -> Result:
            authority = f"{HOST}:{where[1]}"
            mine = desks if where is endpoint else others
            if name == names[0]:
                mine = [fresh.pop() for _ in range(count)]
            load = Load([request(mine, n, authority, whole=whole) for n in range(count)])
            return measure(name, *where, load, given.connections)

        one("warming up (not judged)", endpoint, whole=True, count=DEVICES)
        for _ in range(given.rounds):
            for name, where, whole in (
                (names[0], endpoint, True),
                (names[1], endpoint, True),
                (names[3], signed, True),
                (names[2], endpoint, False),
                (names[4], bare, True),
            ):
                count = FIRST if name == names[0] else given.reports
                taken[name].append(one(name, where, whole=whole, count=count))
        missing = killed(*endpoint, settings, desks, given)
    return [best(taken[name]) for name in names], missing


def run(given: argparse.Namespace, folder: Path, server: postgresql.PostgreSQL | None) -> bool:
    name = "PostgreSQL" if server else "SQLite"
    print(f"on {name}:")
    data = folder / ("postgresql" if server else "sqlite")
    data.mkdir()
    settings = ServerSettings(data=data, database=server.new() if server else "")
    own = [server.empty(), server.empty()] if server else ["", ""]
    desks = enrolled(settings, DEVICES + FIRST * given.rounds)
    (first, whole, same, signed, bare), missing = rounds(settings, own, desks, given)
    print(f"first reports by CPU: {1e6 / first.cpu:.0f} a second; by the clock: {first.rate:.0f}")
    print("of the bare stack's reports/s:")
    for what, one in (("with its posture", whole), ("posture unchanged", same)):
        for kind, ceiling in (("signed", signed), ("not signed", bare)):
            print(
                f"  {what:18} bare stack {kind:11}"
                f" by CPU {ceiling.cpu / one.cpu:.2f}   by the clock {one.rate / ceiling.rate:.2f}"
            )
    print(f"receipted reports lost by kill -9 under load: {missing}")
    met = 1e6 / first.cpu >= LEAST_FIRST
    return judged(name, (whole, same), signed) and met and not missing


def judged(name: str, taken: Sequence[Result], signed: Result) -> bool:
    """Hold the bars against the clock on a quiet machine, against CPU time elsewhere."""
    load = os.getloadavg()
    print("load of the machine (1, 5, 15 min): " + " ".join(f"{n:.1f}" for n in load))
    if load[0] > QUIET:
        cpu = max(one.cpu for one in taken)
        return 1e6 / cpu >= LEAST and signed.cpu / cpu >= LEAST_SHARE[name]
    rate, p99 = min(one.rate for one in taken), max(one.p99 for one in taken)
    return rate >= LEAST and rate / signed.rate >= LEAST_SHARE[name] and p99 < MOST_P99


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=8000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    given = parser.parse_args()
    pin(1)
    postgresql.SETTINGS.update(DURABLE)
    good = True
    with ExitStack() as stack:
        made = tempfile.TemporaryDirectory(prefix="agentguard-ingest-")
        folder = Path(stack.enter_context(made))
        for kind in given.on or ("sqlite", "postgresql"):
            server = None if kind == "sqlite" else stack.enter_context(postgresql.running())
            good &= run(given, folder, server)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
