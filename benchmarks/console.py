"""Server time of the console's floor and lists with a large fleet that has a month of history.

The pages are asked of the ASGI application itself, so that neither TLS nor a network is counted;
everything else is: the session, the audit log, the queries, the template. Wall time is what a
person waits; on a busy machine the CPU time of the process is the better figure, so both are told.

With --night four fifths of the desks said goodbye, as by day a tenth of them.

With --laid the fleet is laid by SQL, without its month of history, on PostgreSQL alone: for sizes
of which the history would not fit.

With --page only these are asked, and each is held to the bar.

With --programs each desk has 150 programs as well, on SQLite, and the pages of programs are asked.

SQLite and a PostgreSQL of the benchmark's own are asked, one after the other. Of PostgreSQL its own
CPU time counts as well: it works while the endpoint waits.

Pages are asked for as browsers do, packed; what they weigh is told packed, and has a bar as well.

python benchmarks/console.py [--desks N]... [--rounds N] [--on sqlite|postgresql]... [--programs]
    [--night] [--laid] [--page PATH]...
exit code 1 when a bar is missed in CPU time or in kB
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import psutil
from sqlalchemy import Connection

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import _fleet  # noqa: E402 - the benchmarks are no package: their folder is on the path by now
import _laid  # noqa: E402 - as above
import _programs  # noqa: E402 - as above

from agentguard.server import keys, run  # noqa: E402 - as above
from agentguard.server.compose import create  # noqa: E402 - as above
from agentguard.server.jobs import attention  # noqa: E402 - as above
from agentguard.server.settings import ServerSettings  # noqa: E402 - as above
from agentguard.server.store.accounts import people  # noqa: E402 - as above
from agentguard.server.store.desks import quiet  # noqa: E402 - as above
from agentguard.server.store.engine.database import Database  # noqa: E402 - as above
from agentguard.server.store.engine.open_database import open_database  # noqa: E402 - as above
from agentguard.server.store.floor import kept_counts  # noqa: E402 - as above
from tests.server.postgresql import PostgreSQL  # noqa: E402 - as above
from tests.server.postgresql import running as running_postgresql  # noqa: E402 - as above

BARS = {10_000: 150.0, 100_000: 300.0}  # milliseconds of the floor at the 95th percentile
SQLITE = {**BARS, 100_000: 80.0}  # of each page of DAILY
HEAVIEST = 40.0  # kB of a page, packed
ROUNDS = 40
FLOOR = "/"
PAGES = (
    FLOOR,
    "/?kind=silent",
    "/?kind=ok&page=3",
    "/?team=7",
    "/?text=desk-0012",
    "/floor/part",
    "/floor/wall",
    "/teams",
    "/teams?kind=site",
    "/findings",
    "/trends",
    "/training",
)
DAILY = (FLOOR, "/?team=7", "/?text=desk-0012", "/floor/part", "/teams", "/findings")
PROGRAMS = (
    "/software",
    "/software?page=20",
    "/software?sort=desks&kind=unknown",
    "/software?text=program%2000",
    "/software?of=remote-control",
    "/software?team=7",
    "/software?site=1",
    "/software/desks",
    "/software/desks?kind=ended&page=300",
    "/software/changes",
    "/software/changes?kind=came&days=30",
    "/software/products/product-3",
    "/software/products/product-3?page=600",
    "/software/products/product-3?site=1",
    "/software/programs/2000",
    f"/desk/{_fleet.identity(7)}/software",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Milliseconds of each round: on the wall, and of the processor with the database's share."""

    wall: list[float]
    cpu: list[float]
    size: int


def percentile(values: list[float], share: float) -> float:
    """Give the value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def ask(app: Any, path: str, cookie: str) -> int:
    """Ask for a page as a browser does and give its size, packed."""
    plain, _, query = path.partition("?")
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": plain,
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (b"host", b"localhost"),
            (b"accept-encoding", b"gzip, deflate, br, zstd"),
            (b"cookie", cookie.encode()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }
    await app(scope, receive, send)
    assert told[0]["status"] == 200, (path, told[0]["status"])
    return sum(len(one.get("body", b"")) for one in told)


def worked(server: psutil.Process | None) -> float:
    """Give the seconds of CPU of this process, and of PostgreSQL with all its children."""
    if server is None:
        return time.process_time()
    told = 0.0
    for one in server.children():
        with suppress(psutil.NoSuchProcess):  # then it is counted with those that ended
            told += sum(one.cpu_times()[:2])
    return time.process_time() + told + sum(server.cpu_times()[:4])


async def measure(
    settings: ServerSettings,
    cookie: str,
    rounds: int,
    server: psutil.Process | None,
    pages: tuple[str, ...],
) -> dict[str, Taken]:
    """Ask for every page so often, one after the other."""
    app = create(settings, lambda: _fleet.NOW)
    taken = {path: Taken(wall=[], cpu=[], size=0) for path in pages}
    async with running(app):
        run.collect_seldom()  # as the program does once it is ready
        for path in pages:
            size = await ask(app, path, cookie)
            wall, cpu = [], []
            for _ in range(rounds):
                began, used = time.perf_counter(), worked(server)
                await ask(app, path, cookie)
                cpu.append(1000 * (worked(server) - used))
                wall.append(1000 * (time.perf_counter() - began))
            taken[path] = Taken(wall=wall, cpu=cpu, size=size)
    return taken


class running:  # noqa: N801 - reads as a word
    """Begins and ends an application as a server would."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._asked: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def __aenter__(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
        self._task = asyncio.create_task(self._app(scope, self._asked.get, self._told.put))
        await self._asked.put({"type": "lifespan.startup"})
        assert (await self._told.get())["type"] == "lifespan.startup.complete"

    async def __aexit__(self, *_: object) -> None:
        await self._asked.put({"type": "lifespan.shutdown"})
        await self._told.get()
        await self._task


def signed_in(database: Database, settings: ServerSettings) -> str:
    """Add an administrator and begin a session; give the cookie."""
    now = _fleet.NOW

    def begin(connection: Any) -> str:
        people.put(connection, "sam", "", "admin", now)
        return people.begin(connection, "sam", now, settings.limits, browser="Browser")

    return f"agentguard={database.run(begin)}"


def tidy(connection: Connection) -> None:
    """Let the planner know what is there, as it does after a month."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("VACUUM ANALYZE")


@contextmanager
def filled(
    desks: int, url: str, *, programs: bool = False, night: bool = False, laid: bool = False
) -> Iterator[tuple[ServerSettings, str]]:
    """Give the settings of an endpoint with so many desks, and a session's cookie."""
    with tempfile.TemporaryDirectory(prefix="agentguard-console-") as folder:
        settings = ServerSettings(data=Path(folder), database=url, secure=False, jobs=False)
        keys.load_or_make(settings.key_file)
        database = open_database(settings)
        began = time.process_time()
        away = _fleet.NIGHT if night else _fleet.AWAY
        if laid:
            database.run(lambda c: _laid.lay(c, desks, away))
        else:
            _fleet.fill(database.run, desks, past=not programs, away=away)
        if programs:
            _programs.fill(database.run, desks)
        early = _fleet.NOW - settings.limits.silent_after + quiet.EARLY
        while database.run(lambda c: quiet.mark(c, early)):
            pass  # as the endpoint does by itself, 10,000 in five seconds at most
        database.run(kept_counts.fold)
        summed = time.process_time()
        attention.Attention(database, lambda: _fleet.NOW, Event()).run()
        summed = time.process_time() - summed
        print(f"  attention added up with {summed:.1f} s of this process's CPU", flush=True)
        database.apart(tidy)
        cookie = signed_in(database, settings)
        database.close()
        print(f"  filled with {time.process_time() - began:.0f} s of CPU", flush=True)
        yield settings, cookie


def tell(desks: int, database: str, taken: dict[str, Taken], *, every: bool) -> bool:
    """Print the figures; tell whether the bar is held, by the floor or by `every` page."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"{desks} desks, {database}, load {load:.1f}")
    print(f"  {'page':<40}{'CPU p50':>9}{'CPU p95':>9}{'wall p50':>9}{'wall p95':>9}   kB packed")
    for path, one in taken.items():
        figures = (
            f(v, s) for v in (one.cpu, one.wall) for f, s in ((percentile, 0.5), (percentile, 0.95))
        )
        told = "".join(f"{value:9.1f}" for value in figures)
        print(f"  {path[-39:]:<40}{told}{one.size / 1000:7.1f}")
    small = max(one.size for one in taken.values()) <= 1000 * HEAVIEST
    bar = (SQLITE if database == "SQLite" and not every else BARS).get(desks)
    if bar is None:
        return small
    named = DAILY if database == "SQLite" else (FLOOR,)
    asked = taken if every else {path: taken[path] for path in named}
    cpu, wall = (
        max(percentile(getattr(one, name), 0.95) for one in asked.values())
        for name in ("cpu", "wall")
    )
    word = "the slowest page's" if every or len(named) > 1 else "the floor's"
    print(
        f"  {word} bar of {bar:.0f} ms: {cpu:.0f} ms of CPU, {'held' if cpu <= bar else 'missed'};"
        f" {wall:.0f} ms on the wall, {'held' if wall <= bar else 'missed'}"
    )
    return cpu <= bar and small


def judged(desks: int, database: PostgreSQL | None, given: argparse.Namespace) -> bool:
    """Measure one size on one database."""
    url = database.empty() if database else ""
    server = database.process if database else None
    pages = tuple(given.page or (PROGRAMS if given.programs else PAGES))
    way = {"programs": given.programs, "night": given.night, "laid": given.laid}
    with filled(desks, url, **way) as (settings, cookie):
        taken = asyncio.run(measure(settings, cookie, given.rounds, server, pages))
    every = given.programs or bool(given.page)
    return tell(desks, "PostgreSQL" if database else "SQLite", taken, every=every)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--desks", type=int, action="append")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--programs", action="store_true")
    parser.add_argument("--night", action="store_true")
    parser.add_argument("--laid", action="store_true")
    parser.add_argument("--page", action="append", help="ask this one alone; repeat it as needed")
    given = parser.parse_args()
    if given.laid and given.on != ["postgresql"]:
        parser.error("--laid is of --on postgresql alone")
    held = True
    with ExitStack() as stack:
        for kind in given.on or (("sqlite",) if given.programs else ("sqlite", "postgresql")):
            database = stack.enter_context(running_postgresql()) if kind != "sqlite" else None
            for desks in given.desks or sorted(BARS):
                held &= judged(desks, database, given)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
