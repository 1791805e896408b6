"""The stages of a bench: enrol, first reports, heartbeats, and the storm after an outage."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from nacl.signing import SigningKey
from sqlalchemy import func, select

from agentguard.server.admin.accounts import Admin
from agentguard.server.run import LocalServer, StartThread
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.schema.tables import event
from tools.bench_server import fleet
from tools.bench_server.driver import Driver, Tally
from tools.bench_server.fleet import Desk

ENROLLED = 20  # desks that enrol over the wire, one by one
QUEUED = 3  # events that a desk has waiting when the endpoint comes back
OUTAGE = 3.0  # seconds
RECOVERY = 15 * 60.0  # seconds that a storm may last
HOST = "127.0.0.1"
OK = (HTTPStatus.OK, HTTPStatus.CREATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a stage showed; times in seconds."""

    name: str
    reports: int
    seconds: float
    p50: float
    p99: float
    turned_away: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a bench showed: `lost` events were receipted and are not held, `doubled` twice."""

    stages: tuple[Stage, ...]
    lost: int
    doubled: int
    unreceipted: int
    recovered: float

    @property
    def good(self) -> bool:
        """Check whether nothing was lost and the storm was over in time."""
        return not (self.lost or self.doubled or self.unreceipted) and self.recovered <= RECOVERY


class Bench:
    """Runs an endpoint in a thread of this process, and desks beside it."""

    def __init__(
        self,
        settings: ServerSettings,
        now: Now,
        boot: Now,
        start_thread: StartThread,
        *,
        tell: Callable[[Stage], None] = lambda _stage: None,
    ) -> None:
        self._settings = replace(settings, secure=False)
        self._now = now
        self._boot = boot
        self._start_thread = start_thread
        self._tell = tell
        self._port = 0

    def run(self, count: int, before: Sequence[str] = ("first", "heartbeat")) -> Outcome:
        """Let `count` desks report, once for each name of `before`, and then come back at once."""
        database = open_database(self._settings)
        desks = fleet.put(database, count, self._now())
        server = self._served()
        stages = [self._enrol()]
        stages += [self._all(name, desks) for name in before]
        server.stop()
        for desk in desks:
            desk.happens(QUEUED)
        storm = asyncio.run(self._storm(desks))
        stages.append(storm)
        lost, doubled = compared(database, desks)
        database.close()
        return Outcome(
            stages=tuple(stages),
            lost=lost,
            doubled=doubled,
            unreceipted=fleet.unreceipted(desks),
            recovered=storm.seconds,
        )

    @property
    def _driver(self) -> Driver:
        return Driver(host=HOST, port=self._port, now=self._now, boot=self._boot, patience=RECOVERY)

    def _served(self) -> LocalServer:
        server = LocalServer(
            self._settings, self._now, self._start_thread, host=HOST, port=self._port
        )
        server.start()
        self._port = server.port
        return server

    def _enrol(self) -> Stage:
        with Admin(self._settings, self._now) as admin:
            codes = [admin.enrol_code("bench") for _ in range(ENROLLED)]
        desks = [Desk(id="", key=SigningKey.generate()) for _ in codes]
        begun = self._boot()
        tally = asyncio.run(self._driver.enrol(desks, codes))
        tally.end = self._boot()
        return self._stage("enrol", tally, begun)

    async def _storm(self, desks: Sequence[Desk]) -> Stage:
        """Let every desk ask while the endpoint is away, and then let it come back."""
        asking = asyncio.create_task(self._driver.all_report(desks, spread=OUTAGE))
        await asyncio.sleep(OUTAGE)
        server = await asyncio.to_thread(self._served)
        begun = self._boot()
        tally = await asking
        await asyncio.to_thread(server.stop)
        return self._stage("storm", tally, begun)

    def _all(self, name: str, desks: Sequence[Desk]) -> Stage:
        begun = self._boot()
        return self._stage(name, asyncio.run(self._driver.all_report(desks)), begun)

    def _stage(self, name: str, tally: Tally, begun: float) -> Stage:
        done = sum(tally.statuses[status] for status in OK)
        away = tally.statuses[HTTPStatus.TOO_MANY_REQUESTS]
        cuts = statistics.quantiles(tally.waits, n=100) if len(tally.waits) > 1 else [0.0] * 99
        made = Stage(
            name=name,
            reports=done,
            seconds=tally.end - begun,
            p50=cuts[49],
            p99=cuts[98],
            turned_away=away,
            failed=tally.statuses.total() - done - away,
        )
        self._tell(made)
        return made


def compared(database: Database, desks: Sequence[Desk]) -> tuple[int, int]:
    """Count the events that were receipted and are not held, and those that are held twice."""
    asked = select(event.c.device, func.count(), func.count(event.c.seq.distinct())).group_by(
        event.c.device
    )
    rows = database.run(lambda c: c.execute(asked).all())
    held = {device: (every, different) for device, every, different in rows}
    lost = sum(desk.told - held.get(desk.id, (0, 0))[1] for desk in desks)
    return lost, sum(every - different for every, different in held.values())
