"""Days of a small centre, lived through by an endpoint whose clock is moved: three shifts a day.

Desks come with their shift, report, have findings that are mended, and say goodbye; one is left
without a word each night. A supervisor of each shift signs in, looks, and walks away. A screen on
the wall goes on, a feed is told, backups are made and old records go. What each of them sees is
compared with what was done, and what the endpoint holds is counted day by day.
"""

from __future__ import annotations

import gc
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

from pyrage import x25519
from sqlalchemy import Connection, func, select

from agentguard.base import translations
from agentguard.server.backup import timetable
from agentguard.server.backup.timetable import Timetable
from agentguard.server.feeds import feed_settings
from agentguard.server.feeds.pump import Pump, Way
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.listener.certificate import CA_FILE, make_certificate
from agentguard.server.run import LocalServer
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.engine import job_failures
from agentguard.server.store.outbox.happenings import Happening
from agentguard.server.store.records import ages, audit_check
from agentguard.server.store.records.audit_check import Place
from agentguard.server.store.schema.feed_tables import feed_outbox, feed_state
from agentguard.server.store.schema.tables import audit_log, event, finding, posture_change
from agentguard.server.store.schema.whole import metadata
from tests.hashes import cheap_at_the_endpoint
from tests.server import clients, conftest
from tests.server.migrated import migrated
from tests.server.test_retention import NOW

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
PASSWORD = "correct horse battery staple"
SHIFTS = (("early", 6), ("late", 14), ("night", 22))
LASTS = 8 * HOUR
KEPT_BACKUPS, BACKUP_HOURS = 3, 6
POSTURE_DAYS = 2  # so that something grows old within the week
"""Days for which postures are kept in this centre."""
TIERS = ("failing", "attention", "silent", "away", "ok")
LATE = 6 * HOUR + 1200
"""Seconds that an old record may stay: retention comes every six hours, and is sure of its time."""
SETTLED = 2
"""Days after which nothing more is loaded, compiled or met for the first time."""
SHORT = frozenset({"session", "challenge", "sign_in_step", "lockout", "posture_change"})
"""Tables whose rows grow old within `SETTLED` days here."""
KEPT_FOR_GOOD = frozenset({"audit_checkpoint", "feed_outbox"})
"""Of how things are now, what grows all the same: four signed places of the audit log a day, by
which its entries are proved, and happenings, which go after a week that is not over here."""
_AGED = (
    (posture_change, posture_change.c.at, POSTURE_DAYS),
    (audit_log, audit_log.c.at, 365),
    (event, event.c.received_at, 365),
    (finding, finding.c.closed_at, 365),
)
_TILE = re.compile(r'class="tile tile-(\w+).*?<strong>(\d+)</strong>', re.DOTALL)


@dataclass(kw_only=True)
class Seat:
    """A desk, and what it ought to be seen as."""

    desk: Any
    shift: str
    begins: float
    works: bool = False
    said_goodbye: bool = False
    failing: bool = False
    heard: float = 0.0
    runs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the endpoint holds at the end of a day: rows by table, and this process's memory."""

    rows: dict[str, int]
    containers: int
    objects: int


class Told:
    """A receiver that takes everything, in this process."""

    def __init__(self) -> None:
        self.uids: list[str] = []

    async def send(self, every: Sequence[Happening], taken: Any) -> None:
        """Take each."""
        for one in every:
            self.uids.append(f"{one.source} {one.uid} {one.state} {one.at}")
            taken()


@dataclass(kw_only=True)
class Centre:
    """An endpoint that runs, with everybody who has to do with it."""

    running: Any
    tick: float
    seats: list[Seat]
    jobs: Jobs
    pump: Pump
    told: Told
    wall: Any
    boss: Any
    backups: Path
    looks_every: float = HOUR
    ledger: dict[str, dict[tuple[Any, ...], float]] = field(default_factory=dict)
    days: list[Held] = field(default_factory=list)
    signed_out: int = 0
    looks: int = 0

    @property
    def now(self) -> float:
        """The endpoint's time."""
        return float(self.running.time.at)

    def live(self, days: int) -> None:
        """Live through so many days from the beginning of one."""
        for _ in range(days):
            end = self.now + DAY
            while self.now < end:
                self._step()
            self._kept()
            self.days.append(self._held())

    def _kept(self) -> None:
        """Hold what is there against what was there a day ago: nothing goes early, nothing late."""
        run = self.running.admin._database.run
        for table, at, days in _AGED:
            asked = select(at, *table.primary_key.columns).where(at.is_not(None))
            rows = run(lambda c, a=asked: c.execute(a).all())
            there = {tuple(row[1:]): row[0] for row in rows}
            edge = self.now - days * DAY
            young = {id_ for id_, at in self.ledger.get(table.name, {}).items() if at >= edge}
            assert young <= there.keys(), (table.name, self._iso())
            late = edge - LATE - self.tick
            assert all(at >= late for at in there.values()), (table.name, self._iso())
            self.ledger[table.name] = there

    def verdict(self) -> None:
        """Check what only the end can tell: jobs, the audit log, and what a feed was told."""
        assert self.failing() == []
        run, admin = self.running.admin._database.run, self.running.admin
        found = run(lambda c: audit_check.check(c, admin.receipt_key, Place()))
        assert found.why is None, found
        newest = run(lambda c: c.scalar(select(func.max(feed_outbox.c.id))))
        state = run(lambda c: c.execute(select(feed_state)).one())
        assert (state.sent, state.dropped) == (newest, 0)
        assert len(self.told.uids) == len(set(self.told.uids)) > 0

    def _step(self) -> None:
        self.running.time.at += self.tick
        for number, one in enumerate(self.seats):
            self._seat(number, one)
        self.jobs.do()
        self.pump.turn()
        self._screen()
        if self._of_day() % self.looks_every < self.tick:
            self._supervisor()

    def _of_day(self) -> float:
        return self.now % DAY

    def _seat(self, number: int, one: Seat) -> None:
        """Report while the shift lasts; at its end say goodbye, or not."""
        at_work = (self._of_day() - one.begins) % DAY < LASTS
        if at_work:
            begins = not one.works
            one.works, one.said_goodbye = True, False
            one.runs += begins
            self._report(number, one, begins=begins)
        elif one.works:
            one.works = False
            lost = one is self.seats[int(self.now // DAY) % len(self.seats)]
            if not lost:
                one.said_goodbye = True
                self._report(number, one, begins=False, goodbye="session-ended")

    def _report(self, number: int, one: Seat, *, begins: bool, goodbye: str = "") -> None:
        day = int(self.now // DAY)
        into = (self._of_day() - one.begins) % DAY
        ill = not goodbye and number % 3 == day % 3 and 2 * HOUR <= into < 4 * HOUR
        events = []
        if ill != one.failing:
            events.append(
                clients.event(
                    one.desk.seq + 1, "finding.opened" if ill else "finding.closed",
                    at=self._iso(), check="firewall", subject=f"s{day}", severity="high",
                    message="firewall.off",
                )
            )  # fmt: skip
            one.failing = ill
        changed = bool(events) or begins
        state = "fail" if ill else "pass"
        more: dict[str, Any] = {}
        if changed:
            more["controls"] = [
                clients.control("firewall", state, since=self._iso()),
                clients.control(since=self._iso()),
            ]
        if not events:
            one.desk.seq += 1 if begins else 0
        answer = one.desk.send(
            *events, seq=one.desk.seq + len(events), sent_at=self._iso(), goodbye=goodbye,
            run=f"run-{one.runs}", overall="act" if ill else "good",
            user=f"person-{number}", **more,
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        one.heard = self.now

    def _iso(self) -> str:
        return datetime.fromtimestamp(self.now, UTC).isoformat(timespec="seconds")

    def _screen(self) -> None:
        """The wall asks as its script does."""
        shown = self.wall.get("/wall/part", **{"x-refresh": "1"})
        assert shown.status_code == 200, (shown.status_code, self._iso())

    def _supervisor(self) -> None:
        """Come back after a while away, when the session is over, and look at the floor."""
        gone = self.boss.get("/")
        if gone.status_code == 303:
            assert gone.headers["location"].startswith("/sign-in")
            self.signed_out += 1
            assert self.boss.sign_in("sam", PASSWORD).status_code == 303
        page = unescape(self.boss.get("/").text)
        seen = {tier: int(many) for tier, many in _TILE.findall(page)}
        assert seen == self.expected(), (self._iso(), seen, self.expected())
        self.looks += 1
        self._pages()

    def expected(self) -> dict[str, int]:
        """Return how many desks stand how, by what they did."""
        found = dict.fromkeys(TIERS, 0)
        late = self.running.settings.limits.silent_after
        for one in self.seats:
            if not one.heard or (self.now - one.heard > late and not one.said_goodbye):
                tier = "silent"
            elif self.now - one.heard > late:
                tier = "away"
            else:
                tier = "failing" if one.failing else "ok"
            found[tier] += 1
        return found

    def _pages(self) -> None:
        """Look at what a shift looks at; none of it may fail."""
        for path in ("/teams", "/findings", "/trends", "/trends?kind=2", "/queue", "/tamper"):
            assert self.boss.get(path).status_code == 200, path
        made = sorted(self.backups.glob("agentguard-*.age"))
        if made:
            page = unescape(self.boss.get("/retention").text)
            named = made[-1].stem.removeprefix("agentguard-")
            age = self.now - datetime.fromisoformat(named).timestamp()
            assert age < BACKUP_HOURS * HOUR + 2 * self.tick, (age, self._iso())
            assert len(made) <= KEPT_BACKUPS
            assert "backups" in page

    def _held(self) -> Held:
        gc.collect()
        every = gc.get_objects()
        return Held(
            rows=self.running.admin._database.run(_rows),
            containers=sum(sys.getsizeof(one) for one in every),
            objects=len(every),
        )

    def failing(self) -> list[str]:
        """Return the endpoint's own jobs that fail."""
        found = self.running.admin._database.run(job_failures.all_of)
        return [f"{one.name} {one.why} {one.count}" for one in found]


def _rows(connection: Connection) -> dict[str, int]:
    return {
        table.name: int(connection.scalar(select(func.count()).select_from(table)) or 0)
        for table in metadata().sorted_tables
    }


def grown(days: Sequence[Held]) -> list[str]:
    """Return the tables that have more rows at the end than a day of use explains."""
    settled, last, before = days[SETTLED - 1], days[-1], days[-2]
    found = []
    for name, value in settled.rows.items():
        if name in (NOW - KEPT_FOR_GOOD) | SHORT and last.rows[name] > value:
            found.append(f"{name}: {value} rows at first, {last.rows[name]} at the end")
        at_first = value - days[SETTLED - 2].rows[name]
        added = last.rows[name] - before.rows[name]
        if added > 2 * at_first + 10:
            found.append(f"{name}: {at_first} rows more in a day at first, {added} in the last")
    return found


def limits_of(limits: Any, tick: float) -> Any:
    """Return limits under which desks report at each tick, and one that misses two is silent."""
    if tick <= MINUTE:
        return limits
    times = tick / MINUTE
    return replace(
        limits,
        next_in=int(tick),
        silent_after=int(2.5 * tick),
        missing_after=int(10 * MINUTE * times),
    )


@contextmanager
def _centre(
    running: Any, folder: Path, tick: float, browsers: Callable[[], clients.Browser]
) -> Iterator[Centre]:
    """Set a centre up at the beginning of a day: three desks for each shift."""
    running.time.at = running.time.at // DAY * DAY
    database, settings = running.admin._database, running.settings
    own = x25519.Identity.generate()
    words = translations.load()
    mine = (str(own.to_public()),)
    wanted = Timetable(
        folder=str(folder), recipients=mine, every_hours=BACKUP_HOURS, keep=KEPT_BACKUPS
    )
    timetable.write(settings.data, wanted, words)
    database.run(lambda c: ages.put(c, "posture", POSTURE_DAYS, "sam", running.time()))
    seats = []
    for name, hour in SHIFTS:
        for number in range(2):
            code = running.admin.enrol_code(name.capitalize())
            desk = clients.Desk.enrol(running, code, label=f"{name}-{number}")
            seats.append(Seat(desk=desk, shift=name, begins=hour * HOUR))
    clients.add_known(running, "sam", PASSWORD, "admin")
    boss, wall = browsers(), browsers()
    boss.sign_in("sam", PASSWORD)
    shown = re.search(r"<code>([A-Z0-9]{4}-[A-Z0-9]{4})</code>", wall.get("/wall").text)
    assert shown is not None
    token = re.search(r'name="token" value="([^"]+)"', boss.get("/walls").text)
    assert token is not None
    form = {"code": shown[1], "name": "Wall", "team": ["every"], "token": token[1]}
    boss.http.post("/walls", data=form, headers={"sec-fetch-site": "same-origin"})
    assert "wall-teams" in wall.get("/wall").text
    told = Told()
    pump = Pump(database, "siem", Way(sink=told), running.time)
    pump.turn()
    jobs = Jobs(database, settings, running.time, running.time)
    try:
        yield Centre(
            running=running, tick=tick, seats=seats, jobs=jobs, pump=pump, told=told, wall=wall,
            boss=boss, backups=folder,
        )  # fmt: skip
    finally:
        for one in seats:
            one.desk.http.close()


@contextmanager
def endpoint(folder: Path, tick: float) -> Iterator[Centre]:
    """Start an endpoint of its own with a feed that is set, and the centre about it."""
    limits = limits_of(Limits(), tick)
    settings = ServerSettings(data=folder / "server", limits=limits, jobs=False)
    migrated(settings)
    (settings.data / feed_settings.FILE).write_text("", encoding="utf-8")
    clock = conftest.Time()
    begin = min(conftest.START, time.time())
    tls = make_certificate(settings.data, ("127.0.0.1", "localhost"), lambda: begin)
    server = LocalServer(settings, clock, conftest.start_thread, tls=tls)
    server.start()
    ca = settings.data / CA_FILE
    running = conftest.Running(server=server, settings=settings, time=clock, ca=ca)
    with ExitStack() as stack, cheap_at_the_endpoint():
        stack.callback(server.stop)
        stack.callback(running.admin.close)

        def browser() -> clients.Browser:
            return stack.enter_context(clients.Browser(running))

        yield stack.enter_context(_centre(running, folder / "backups", tick, browser))
