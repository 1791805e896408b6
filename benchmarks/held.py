"""What held at 10,000 desks in a quarter: its size, how fast a page is, and a pass over all of it.

The spells are made up in the shape of the field: 1.7 spells of watching and 2.3 excursions a desk
and day, in teams of 25. The sums of one day are made as the endpoint makes them; those of the other
days are copies of it, since a page reads them all alike. A page's time is that of its reads; CPU
time judges, since others use the machine, and what the clock says is told beside it.

python benchmarks/held.py [--desks N] [--days N]
exit code 1 when a bar is missed
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import Connection, insert, select

from agentguard.base import requirements
from agentguard.model.held import Period, State
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.control_history import day_sums, days, histories
from agentguard.server.store.control_history.day_sums import Wanted
from agentguard.server.store.control_history.numbers import Kind
from agentguard.server.store.desks import devices
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.schema.control_tables import (
    desk_locked,
    desk_team,
    excursion,
    held_control,
    held_day,
    held_desk,
    held_failed,
    held_org_day,
    judged,
    presence,
)

BYTES_A_WATCHED_HOUR = 20
PAGE = 0.150  # seconds, 95 of 100 looks
DAY, HOUR = 86400, 3600
START = 1_790_000_000 // DAY * DAY
TEAM = 25
LOOKS = 20
LOCKS_A_DAY = 8
SPELLS = (presence, excursion, judged, desk_team, held_day, held_org_day, held_failed)
Rows = Iterator[dict[str, Any]]


def spells(desk: int, span: int, rng: random.Random) -> tuple[list[dict[str, Any]], int]:
    """Make up when a desk was watched; give the seconds of it."""
    rows, watched, at = [], 0, START
    for day in range(span):
        for begin, hours in ((8, 5), (14, 4)) if rng.random() < 0.7 else ((9, 8),):
            if rng.random() < 0.2:
                continue
            since = START + day * DAY + begin * HOUR + rng.randrange(1800)
            until = since + hours * HOUR - rng.randrange(1800)
            rows.append(row(desk, at, since, Kind.ASLEEP))
            rows.append(row(desk, since, until, Kind.WATCHED))
            watched += until - since
            at = until
    rows.append(row(desk, at, None, Kind.ASLEEP))
    return rows, watched


def row(desk: int, since: int, until: int | None, kind: Kind) -> dict[str, Any]:
    return {"desk": desk, "since": since, "until": until, "kind": int(kind)}


def excursions(desk: int, span: int, controls: list[int], rng: random.Random) -> Rows:
    last: dict[int, int] = {}
    for day in range(span):
        for _ in range(rng.choice((1, 2, 3, 3))):
            control = rng.choice(controls)
            since = START + day * DAY + 8 * HOUR + rng.randrange(9 * HOUR)
            until = since + rng.randrange(60, 3 * HOUR)
            if since <= last.get(control, 0):
                continue
            last[control] = until
            yield {
                "desk": desk,
                "control": control,
                "since": since,
                "until": until,
                "state": rng.choice((1, 1, 2, 3)),
            }


def fill(connection: Connection, desks: int, span: int, checks: list[str]) -> int:
    rng = random.Random(7)
    connection.execute(insert(held_control), [{"check": one} for one in checks])
    controls = list(connection.scalars(select(held_control.c.number)))
    watched = 0
    teams = [team_id(connection, f"team {n}") for n in range(max(1, desks // TEAM))]
    for n in range(desks):
        about = devices.About(team=teams[n // TEAM % len(teams)], label=f"desk {n}", system="b")
        devices.put(connection, f"d{n:06}", n.to_bytes(32), about, float(START))
    connection.execute(presence.delete())
    for desk in connection.scalars(select(held_desk.c.number)).all():
        some, seconds = spells(desk, span, rng)
        watched += seconds
        connection.execute(insert(presence), some)
        connection.execute(insert(excursion), list(excursions(desk, span, controls, rng)))
        every = [{"desk": desk, "control": one, "since": START} for one in controls]
        connection.execute(insert(judged), every)
        connection.execute(insert(desk_locked), list(locks(desk, 1, rng)))
    return watched


def timed(words: str, job: Callable[[], Any]) -> tuple[Any, float]:
    begun, cpu = time.perf_counter(), time.process_time()
    given = job()
    took, spent = time.perf_counter() - begun, time.process_time() - cpu
    print(f"{words:44} {spent:8.2f} s CPU, {took:8.2f} s by the clock", flush=True)
    return given, spent


def later(made: days.Day, span: int) -> days.Day:
    """Give the rows of a day as those of another one, so many days later."""
    sums, failed = (
        [{**one, "day": one["day"] + span} for one in some] for some in (made.sums, made.failed)
    )
    return days.Day(sums, failed)


def locks(desk: int, span: int, rng: random.Random) -> Rows:
    """Make up when a session was locked: some times a day, for some minutes."""
    for day in range(span):
        at = START + day * DAY + 8 * HOUR
        for _ in range(LOCKS_A_DAY):
            at += rng.randrange(600, 3600)
            long = rng.randrange(60, 1200)
            yield {"desk": desk, "since": at, "until": at + long}
            at += long


def page(connection: Connection, span: tuple[int, int], checks: list[str]) -> None:
    """Read what the page of one requirement reads."""
    wanted = Wanted(days=span, checks=checks)
    sums = day_sums.read(connection, wanted, by=("team", "site"))
    day_sums.labels(connection, (one.longest[1] for one in sums))
    day_sums.worst(connection, wanted, (("team",), ("site",), ()))
    day_sums.read(connection, wanted, by=("week",))


def sizes(connection: Connection) -> dict[str, int]:
    asked = "SELECT sum(pgsize) FROM dbstat WHERE name = ?"
    names = [table.name for table in SPELLS]
    told = {n: int(connection.exec_driver_sql(asked, (n,)).scalar() or 0) for n in names}
    for index in ("ix_presence_open", "ix_excursion_open", "ix_held_day_day", "ix_held_day_team"):
        told[index] = int(connection.exec_driver_sql(asked, (index,)).scalar() or 0)
    return told


def whole(connection: Connection, period: Period) -> int:
    """Go over each desk and control as a pack does; give the seconds in which all held."""
    held = 0
    for one in histories.read(connection, period, period.until):
        presence_ = one.presence()
        for control in one.controls.values():
            held += presence_.sums(control)[State.PASS]
    return held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--desks", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=92)
    given = parser.parse_args()
    checks = sorted({c for f in requirements.load() for r in f.requirements for c in r.checks})
    with tempfile.TemporaryDirectory(prefix="agentguard-held-") as folder:
        database = open_database(ServerSettings(data=Path(folder)))
        watched, _ = timed(
            "made up", lambda: database.run(lambda c: fill(c, given.desks, given.days, checks))
        )
        first, now = days.of(START), START + given.days * DAY
        made, day = timed(
            "sums of one day", lambda: database.snapshot(lambda c: days.make(c, first, now))
        )
        database.run(lambda c: days.put(c, first, made))
        for more in range(1, given.days):
            database.run(partial(days.put, day=first + more, made=later(made, more)))
        told = database.run(sizes)
        for name, size in told.items():
            print(f"  {name:24} {size / 1e6:8.1f} MB")
        spent = sum(size for name, size in told.items() if not name.startswith(("held", "ix_held")))
        hours = watched / HOUR
        print(f"{spent / hours:.1f} bytes a watched hour of a desk ({hours:,.0f} h)")
        span = first, first + given.days
        pages = {
            "page of one requirement": lambda c: page(c, span, checks[:2]),
            "list of all requirements": lambda c: day_sums.read(
                c, Wanted(days=span, checks=checks), by=()
            ),
        }
        slowest = 0.0
        for words, job in pages.items():
            waits, cpus = [], []
            for _ in range(LOOKS):
                begun, cpu = time.perf_counter(), time.process_time()
                database.snapshot(job)
                waits.append(time.perf_counter() - begun)
                cpus.append(time.process_time() - cpu)
            ends = [statistics.quantiles(some, n=20)[-1] * 1e3 for some in (cpus, waits)]
            slowest = max(slowest, ends[0] / 1e3)
            print(f"{words}: p95 {ends[0]:.0f} ms CPU, {ends[1]:.0f} ms by the clock", flush=True)
        period = Period(since=START, until=now)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        timed(
            "every desk and control of the quarter",
            lambda: database.snapshot(lambda c: whole(c, period)),
        )
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(f"memory that the pass added: {more / 1024:.0f} MB; sums of a day take {day:.1f} s")
        database.close()
    return 0 if spent / hours <= BYTES_A_WATCHED_HOUR and slowest <= PAGE else 1


if __name__ == "__main__":
    sys.exit(main())
