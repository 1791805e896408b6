"""What PostgreSQL's events by month cost: the same events in one month, and in fourteen.

Two databases of one PostgreSQL, which forces every commit to the disk, hold the same fleet and as
many events. By turns, reports with an event each are written into both, and pages are asked of
both, PostgreSQL's CPU included. Then retention runs in the one of fourteen months while reports go
on: it drops the oldest month and deletes what is due of the next; told is how long the slowest
batch took before that and meanwhile.

python benchmarks/months.py [--desks N] [--events N] [--rounds N]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from itertools import count, islice, pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import _fleet
import _laid
import console
import psutil
from ingest import DURABLE
from sqlalchemy import Connection, text

from agentguard.server import keys
from agentguard.server.jobs.retention import Retention
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.engine import partitions
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.engine.partitions import Month
from agentguard.server.store.reports.batches import Arrived
from agentguard.server.tamper.watch import Watch
from agentguard.wire import v1
from tests.server import postgresql

YEAR = 14  # months: twelve whole ones are kept, this one and one that is due
BATCH, BATCHES = 64, 100
PAGES = ("/", f"/desk/{_fleet.identity(7)}", "/findings", "/training")
ROOMY = {"max_wal_size": "4GB", "shared_buffers": "1GB", "autovacuum": "on"}
_LAID = text(
    """INSERT INTO event (device, epoch, seq, kind, at, received_at, digest, body)
    SELECT id, 1, :before + nth, 'session.locked', :begin + spot, :begin + spot,
    decode(repeat('ab', 16), 'hex'),
    '{"seq":' || :before + nth || ',"kind":"session.locked","at":"2026-09-01T00:00:00+00:00"}'
    FROM (SELECT laid.id, nth, (nth - 1 + pg_temp.share('spot', laid.n)) / :each * :span AS spot
    FROM laid, generate_series(1, :each) nth) one"""
)

_SIZE = text("SELECT pg_database_size(current_database())")


def fill(connection: Connection, desks: int, each: int, months: int) -> None:
    """Lay a fleet whose every desk has `each` events, spread evenly over so many months."""
    _laid.lay(connection, desks, _fleet.AWAY)
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    last = Month.of(_fleet.NOW).number
    cuts = [each * n // months for n in range(months + 1)]
    for n, (before, after) in enumerate(pairwise(cuts)):
        month = Month(number=last - months + 1 + n)
        partitions.Ready().be(connection, month.begin)
        span = min(month.end, _fleet.NOW - 60) - month.begin
        given = {"before": before, "each": after - before, "begin": month.begin, "span": span}
        connection.execute(_LAID, given)
    connection.execute(text("UPDATE device_seen SET seq = :each"), {"each": each})


def batches(desks: int, each: int) -> Iterator[list[Arrived]]:
    """Make up reports of an event each, in batches; they go round the fleet without an end."""
    at = datetime.fromtimestamp(_fleet.NOW, UTC).isoformat()
    for seq in count(each + 1):
        for first in range(0, desks - BATCH + 1, BATCH):
            yield [
                Arrived(report=report(n, seq, at), now=_fleet.NOW + (seq - each))
                for n in range(first, first + BATCH)
            ]


def report(n: int, seq: int, at: str) -> v1.Report:
    """Make a report of one event."""
    return v1.Report(
        device=_fleet.identity(n), epoch=1, seq=seq, sent_at=at, boot=0, hash="", agent="0.1.0",
        overall="good", policy="baseline 1", policy_digest="", locked=False, in_call=False,
        waiting=1, since=seq - 1, events=(v1.Event(seq=seq, kind="session.locked", at=at),),
    )  # fmt: skip


class Written:
    """A database into which reports are written."""

    def __init__(self, database: Database, desks: int, each: int) -> None:
        self._database = database
        self._watch = Watch(Limits())
        self._batches = batches(desks, each)

    def take(self, many: int) -> list[float]:
        """Take so many batches in; give the seconds of each."""
        took = []
        for batch in islice(self._batches, many):
            begun = time.perf_counter()
            outcomes = self._database.run(partial(self._watch.take_all, batch=batch))
            took.append(time.perf_counter() - begun)
            wrong = [one for one in outcomes if isinstance(one, Exception)]
            assert not wrong, wrong[0]
        return took


def told(server: psutil.Process, both: Sequence[Written], rounds: int) -> None:
    """Print what a report costs in each database."""
    costs: list[list[float]] = [[] for _ in both]
    waits: list[list[float]] = [[] for _ in both]
    for turn in range(rounds + 1):
        for place in (0, 1) if turn % 2 else (1, 0):
            used = console.worked(server)
            took = both[place].take(BATCHES)
            if turn:  # the first round begins
                costs[place].append((console.worked(server) - used) / (BATCH * BATCHES) * 1e6)
                waits[place] += took
    for months, cost, wait in zip((1, YEAR), costs, waits, strict=True):
        print(
            f"  {months:2} months: {statistics.median(cost):6.0f} us a report (least "
            f"{min(cost):.0f}, most {max(cost):.0f}), a batch of {BATCH} in "
            f"{statistics.median(wait) * 1e3:.1f} ms at the median, {max(wait) * 1e3:.0f} at most",
            flush=True,
        )


def dropped(database: Database, written: Written) -> None:
    """Let retention run while reports are written, and print how long they waited."""
    before = written.take(BATCHES * 3)
    over = threading.Event()
    meanwhile: list[float] = []

    def write() -> None:
        while not over.is_set():
            meanwhile.extend(written.take(1))

    names = [one.name for one in database.run(lambda c: list(partitions.months(c)))]
    thread = threading.Thread(target=write)
    thread.start()
    begun = time.perf_counter()
    outcomes = Retention(database, _fleet.NOW).run()
    took = time.perf_counter() - begun
    over.set()
    thread.join()
    left = [one.name for one in database.run(lambda c: list(partitions.months(c)))]
    gone = next(one.deleted for one in outcomes if one.record == "events")
    print(
        f"  retention: {took:.1f} s for {gone} events, {sorted(set(names) - set(left))} dropped; "
        f"the slowest batch {max(meanwhile) * 1e3:.0f} ms of {len(meanwhile)}, median "
        f"{statistics.median(meanwhile) * 1e3:.1f}; before {max(before) * 1e3:.0f} ms of "
        f"{len(before)}, median {statistics.median(before) * 1e3:.1f}; "
        f"load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--desks", type=int, default=20_000)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    each = given.events // given.desks
    postgresql.SETTINGS.update({**DURABLE, **ROOMY})
    with ExitStack() as stack:
        server = stack.enter_context(postgresql.running(Path(tempfile.gettempdir())))
        opened = []
        for months in (1, YEAR):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            settings = ServerSettings(
                data=folder, database=server.empty(), secure=False, jobs=False
            )
            keys.load_or_make(settings.key_file)
            database = open_database(settings)
            stack.callback(database.close)
            begun = time.perf_counter()
            database.run(partial(fill, desks=given.desks, each=each, months=months))
            database.apart(console.tidy)
            size = database.run(lambda c: c.scalar(_SIZE)) or 0
            print(
                f"{given.desks * each} events of {given.desks} desks in {months} months laid in "
                f"{time.perf_counter() - begun:.0f} s, {size / 1e9:.1f} GB",
                flush=True,
            )
            opened.append((settings, database, Written(database, given.desks, each)))
        told(server.process, [one[2] for one in opened], given.rounds)
        for months, (settings, database, _) in zip((1, YEAR), opened, strict=True):
            cookie = console.signed_in(database, settings)
            taken = asyncio.run(
                console.measure(settings, cookie, 4 * given.rounds, server.process, PAGES)
            )
            print(f"  pages, {months} months")
            console.tell(given.desks, "PostgreSQL", taken, every=True)
        dropped(opened[1][1], opened[1][2])


if __name__ == "__main__":
    main()
