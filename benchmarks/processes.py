"""What a report costs one process, and two, of the endpoint on one PostgreSQL.

Everything is as in life: a report names who uses the desk and which run of the agent it is, every
twentieth carries an event, and a feed takes all of them from the outbox. Each round every desk
speaks to the next process, each of which has as many connections. The processes share one core, so
that what they cost is compared and not what the machine has free; PostgreSQL, which forces every
commit to the disk, the feed's receiver and the desks have the other. Told is the CPU time of all
processes of the endpoint, with all their jobs and the feed, and that of PostgreSQL, for a report.

python benchmarks/processes.py [--reports N] [--connections N] [--rounds N]
exit code 1 when a report costs more processes 10 % more than one, or one that was receipted, or
an event that a feed should have been told, is not there
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil
import uvloop
from _ingest_client import HOST, Load, drive
from _ingest_servers import pin
from ingest import DURABLE, enrolled, process

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import func, select

from agentguard.server.feeds import feed_settings
from agentguard.server.listener.certificate import CA_FILE, make_certificate
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.schema.feed_tables import feed_outbox, feed_state
from agentguard.server.store.schema.tables import device_seen
from agentguard.wire import v1
from tests.server import postgresql, receivers
from tools.bench_server.fleet import Desk

DEVICES = 1500
COUNTS = (1, 2)
MOST_MORE = 1.10
"""What a report may cost more processes, of what it costs one."""
TOLD = "proof.refused"
"""An event that feeds are told."""


class Used(Desk):
    """A desk that says who uses it, in one run of its agent."""

    def report(self, now: float) -> v1.Report:
        """Make the next report."""
        plain = super().report(now)
        told = tuple(msgspec.structs.replace(one, kind=TOLD) for one in plain.events)
        changed = {"user": f"user-{self.id}", "run": self.id[-8:] * 2, "events": told}
        return msgspec.structs.replace(plain, **changed)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Microseconds of CPU for a report: of all processes of the endpoint, and of PostgreSQL."""

    endpoint: float
    database: float


def spent(processes: Sequence[psutil.Process]) -> float:
    """Give the CPU seconds of processes that run."""
    return sum(sum(one.cpu_times()[:2]) for one in processes)


def of_database(server: postgresql.PostgreSQL) -> float:
    """Give the CPU seconds of PostgreSQL; of its processes that ended, its own children's."""
    main = server.process
    return spent([main, *main.children(recursive=True)]) + sum(main.cpu_times()[2:4])


def requests(desks: Sequence[Desk], count: int, turn: int, ports: Sequence[int]) -> list[Load]:
    """Sign reports; all of a desk in this turn go to one process."""
    every: list[list[bytes]] = [[] for _ in ports]
    for n in range(count):
        place = n % len(desks)
        desk, where = desks[place], (place + turn) % len(ports)
        desk.posture = n % 3 == 0
        if n % 20 == 0:
            desk.happens(1)
        else:
            desk.seq += 1
        every[where].append(desk.request(f"{HOST}:{ports[where]}", time.time(), keep=True))
        desk.queue.clear()
        desk.told = desk.seq
    return [Load(one) for one in every]


async def drive_all(loads: Sequence[Load], ports: Sequence[int], connections: int) -> None:
    """Send all by so many connections to each process."""
    await asyncio.gather(*(drive(*one, connections) for one in zip(loads, ports, strict=True)))


@contextmanager
def endpoints(count: int, settings: ServerSettings) -> Iterator[list[tuple[psutil.Process, int]]]:
    """Run processes of the endpoint, which share key and feeds."""
    with ExitStack() as stack:
        yield [stack.enter_context(process("endpoint", settings)) for _ in range(count)]


def untold(database: Database, events: int) -> str:
    """Say what the feed was not told of so many events; empty when it was told all."""
    sent, newest, many = database.run(
        lambda c: (
            c.scalar(select(func.min(feed_state.c.sent))) or 0,
            c.scalar(select(func.max(feed_outbox.c.id))) or 0,
            c.scalar(select(func.count()).select_from(feed_outbox)) or 0,
        )
    )
    if many >= events and sent >= newest:
        return ""
    return f"the feed was told {sent} of {newest}, and {many} of {events} events wait for it"


def missing(settings: ServerSettings, desks: Sequence[Desk], events: int) -> str:
    """Say what is not there; empty when everything is, and the feed was told in time."""
    database = open_database(settings)
    try:
        asked = select(device_seen.c.device, device_seen.c.seq)
        held = {row.device: row.seq for row in database.run(lambda c: c.execute(asked).all())}
        behind = sum(held.get(one.id, 0) < one.seq for one in desks)
        if behind:
            return f"{behind} desks have a receipt for what is not there"
        with suppress(AssertionError):  # its patience is over
            receivers.until(lambda: not untold(database, events))
        return untold(database, events)
    finally:
        database.close()


def measured(
    count: int, server: postgresql.PostgreSQL, given: argparse.Namespace
) -> tuple[Cost, str]:
    """Have so many processes take reports; give the best round's cost, and what is missing."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="agentguard-bench-")))
        settings = ServerSettings(data=folder, database=server.new())
        tls = make_certificate(folder, ("localhost",), time.time)
        hook = stack.enter_context(receivers.receiver(tls))
        (folder / feed_settings.FILE).write_text(
            f'[[collector]]\nname = "siem"\nurl = "{hook.url}"\nallow_private = true\n'
            f'ca_file = "{folder / CA_FILE}"\n',
            encoding="utf-8",
        )
        desks = [Used(id=one.id, key=one.key) for one in enrolled(settings, DEVICES)]
        running = stack.enter_context(endpoints(count, settings))
        ports, own = [port for _, port in running], [one for one, _ in running]
        costs, events = [], 0
        for turn in range(-1, given.rounds + 1):
            many = DEVICES if turn < 0 else given.reports
            loads = requests(desks, many, turn, ports)
            before = spent(own), of_database(server)
            uvloop.run(drive_all(loads, ports, given.connections))
            after = spent(own), of_database(server)
            wrong = [one for load in loads for one in load.wrong]
            if wrong:
                sys.exit(f"{len(wrong)} wrong answers, such as {wrong[0]!r}")
            events += len(range(0, many, 20))
            cost = [(b - a) / many * 1e6 for a, b in zip(before, after, strict=True)]
            if turn > 0:
                costs.append(Cost(endpoint=cost[0], database=cost[1]))
            told = "first reports" if turn < 0 else "reports" if turn else "warming up"
            print(
                f"{count} processes, {told:14} {cost[0]:6.0f} us CPU/report, "
                f"PostgreSQL {cost[1]:5.0f}",
                flush=True,
            )
        lost = missing(settings, desks, events)
    best = Cost(endpoint=min(c.endpoint for c in costs), database=min(c.database for c in costs))
    return best, lost


def main() -> int:
    """Measure each count of processes; judge what more cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=6000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    pin(1)
    postgresql.SETTINGS.update(DURABLE)
    costs, wrong = {}, []
    with postgresql.running() as server:
        for count in COUNTS:
            costs[count], lost = measured(count, server, given)
            wrong += [lost] if lost else []
    one = costs[COUNTS[0]]
    for count in COUNTS[1:]:
        more = costs[count].endpoint / one.endpoint
        print(f"{count} processes: {more:.2f} of what one costs, {MOST_MORE} at most")
        wrong += [f"{count} processes cost more"] if more > MOST_MORE else []
    print("load of the machine (1, 5, 15 min):", *(f"{n:.1f}" for n in os.getloadavg()))
    for told in wrong:
        print(told)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
