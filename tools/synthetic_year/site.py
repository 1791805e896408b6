"""Lives a site's year at an endpoint: every row is written by the function that always writes it.

Reports that tell nothing new write one row, `device_seen`, and nothing else. Of those between two
that tell something only the last is written here, by the same statement: so a year of one report a
minute is lived in minutes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, insert

from agentguard.model.vendors import Clause, Vendor
from agentguard.server.roles import ADMIN
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.times import iso
from agentguard.server.store.floor import places
from agentguard.server.store.persons.lessons import Told, settle
from agentguard.server.store.records import ages
from agentguard.server.store.reports import batch_state, batches, incident_tasks, incidents, intake
from agentguard.server.store.reports.incident_tasks import NO, Done
from agentguard.server.store.schema.exception_tables import exception, exception_desk
from agentguard.server.store.software import vendors
from agentguard.wire import v1
from tools.synthetic_year.plan import CHECKS, DAY, HOUR, Plan, Site, Turn

MINUTE = 60
LESSONS = ("card-numbers", "phishing", "screen-lock")
AT_ONCE = 64
OFFICER = Visitor(name="officer", role=ADMIN, token="", scope=None)
_SEVERITY = {"pii-files": "critical", "screen-lock": "high", "software": "medium"}


@dataclass(slots=True, kw_only=True)
class Desk:
    """A desk as its agent knows it."""

    id: str
    team: int
    key: bytes
    seq: int = 0
    last: int = 0
    controls: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Year:
    """The site while it lives; `told` hears each day that is over."""

    site: Site
    database: Database
    receipt_key: str
    told: Callable[[int], None] = lambda _day: None
    desks: list[Desk] = field(default_factory=list)
    plan: Plan = field(init=False)

    def live(self) -> int:
        """Live all days, and return the moment at which it is over."""
        self.plan = Plan(self.site)
        self.database.run(self._open)
        for number in range(self.site.days):
            self.database.run(lambda c, day=number: self._day(c, day))  # type: ignore[misc]
            self.told(number)
        return self.site.begin + self.site.days * DAY

    def _open(self, connection: Connection) -> None:
        now = float(self.site.begin)
        ages.begin_audit(connection, self.receipt_key, now)
        teams = [team_id(connection, f"Team {number + 1:02}") for number in range(self.site.teams)]
        places.put_site(connection, "Lisbon")
        places.put_site(connection, "Porto")
        for place, team in enumerate(teams):
            places.place(connection, team, 1 + place % 2, None, now)
        for number in range(self.site.desks):
            key = hashlib.sha256(f"desk {number}".encode()).digest()
            id_ = devices.id_of(connection, key)
            desk = Desk(id=id_, team=teams[number % len(teams)], key=key)
            self._enrol(connection, desk, number, now)
            desk.controls = dict.fromkeys(CHECKS, ("pass", self.site.begin))
            self.desks.append(desk)
        one = Vendor(name="Softphone Ltd", clauses=(Clause.AUDIT_RIGHT,), review_by="2027-01-31")
        vendors.add(connection, one, OFFICER.name, now)

    def _enrol(self, connection: Connection, desk: Desk, number: int, now: float) -> None:
        about = devices.About(team=desk.team, label=f"desk-{number + 1:03}", system="Windows 11")
        devices.put(connection, desk.id, desk.key, about, now)

    def _day(self, connection: Connection, number: int) -> None:
        turns = self.plan.day(number)
        batch: list[Turn] = []
        for turn in turns:
            if len(batch) == AT_ONCE or any(turn.desk == one.desk for one in batch):
                self._take(connection, batch)
                batch = []
            batch.append(turn)
        self._take(connection, batch)
        if turns and number % 30 == 5:  # noqa: PLR2004 - about once a month
            self._except(connection, number)
        if turns and number % 20 == 7:  # noqa: PLR2004 - now and then somebody moves
            self._move(connection, number)
        self._care(connection, self.site.begin + number * DAY + 20 * HOUR)

    def _move(self, connection: Connection, number: int) -> None:
        desk = self.desks[number % len(self.desks)]
        desk.team = 1 + desk.team % self.site.teams
        now = float(self.site.begin + number * DAY + 22 * HOUR)
        self._enrol(connection, desk, number % len(self.desks), now)

    def _care(self, connection: Connection, now: int) -> None:
        for one in incidents.waiting_ones(connection):
            if one.state == incidents.OPEN:
                incidents.take_up(connection, one.id, OFFICER, now)
                continue
            for step in incident_tasks.lacking(connection, one.id):
                done = Done(at=float(now), by=OFFICER.name, answer=NO, note="looked at")
                if incident_tasks.tick(connection, one.id, step.id, done):
                    done = replace(done, skipped="not needed here")
                    incident_tasks.tick(connection, one.id, step.id, done)
            incidents.close(connection, one.id, OFFICER, now, "looked at, and mended")

    def _take(self, connection: Connection, turns: Iterable[Turn]) -> None:
        """Have the reports of different desks taken in together."""
        arrived = []
        for turn in turns:
            desk = self.desks[turn.desk]
            if turn.what != "come":
                self._quiet(connection, desk, turn.at - MINUTE)
            arrived.append(batches.Arrived(report=self._report(desk, turn), now=float(turn.at)))
            desk.last = turn.at
            if turn.what == "lesson":
                self._learn(connection, desk, turn)
        if arrived:
            for outcome in batches.take_all(connection, arrived):
                if isinstance(outcome, Exception):
                    raise outcome

    def _learn(self, connection: Connection, desk: Desk, turn: Turn) -> None:
        """Have a lesson done by somebody at the desk."""
        lesson = LESSONS[turn.at % len(LESSONS)]
        told = Told(
            lesson=lesson, title=lesson.replace("-", " ").capitalize(), measure=3, version=1,
            every_days=365, days=30, known=turn.at - 600.0, done=float(turn.at), asked=True,
        )  # fmt: skip
        settle(connection, f"p-{turn.desk:04}", desk.id, [told], float(turn.at))

    def _except(self, connection: Connection, number: int) -> None:
        """Have a control excepted at a desk for a week, as the console's page would."""
        desk = self.desks[number * 7 % len(self.desks)]
        since = float(self.site.begin + number * DAY + 9 * HOUR)
        until, id_ = since + 7 * DAY, f"x{number:04}"
        told = {"control": "usb-storage", "since": since, "until": until}
        where = {
            "scope": "desk",
            "place": desk.id,
            "named": f"desk-{number * 7 % len(self.desks) + 1:03}",
        }
        why = {"reason": "A customer sends recordings on a stick.", "state": "ended"}
        ended = {"asked_at": since - HOUR, "ended_at": until, "ended_why": "time"}
        connection.execute(insert(exception).values(id=id_, **told, **where, **why, **ended))
        held = {**told, "ended_at": until, "ended_why": "time"}
        connection.execute(insert(exception_desk).values(exception=id_, device=desk.id, **held))

    def _quiet(self, connection: Connection, desk: Desk, until: int) -> None:
        """Write what the reports wrote since the last one, in each of which nothing was new."""
        if until > desk.last:
            report = self._bare(desk, until)
            row = intake.seen_row(report, float(until), 0.0)
            batch_state.put(connection, [(desk.id, row)])

    def _bare(self, desk: Desk, at: int, **more: object) -> v1.Report:
        values: dict[str, object] = {
            "device": desk.id, "epoch": 1, "seq": desk.seq, "sent_at": iso(at), "boot": 1.0,
            "hash": "ab" * 32, "agent": "1.0", "policy": "site 1", "policy_digest": "cd" * 32,
            "overall": "good", "locked": False, "in_call": False, "waiting": 0, **more,
        }  # fmt: skip
        return v1.Report(**values)  # type: ignore[arg-type]

    def _report(self, desk: Desk, turn: Turn) -> v1.Report:
        events = tuple(self._events(desk, turn))
        if turn.what == "go":
            return self._bare(desk, turn.at, goodbye="session-ended", events=events)
        return self._bare(desk, turn.at, controls=self._controls(desk), events=events)

    def _events(self, desk: Desk, turn: Turn) -> Iterable[v1.Event]:
        desk.seq += 1
        at, seq = iso(turn.at), desk.seq
        if turn.what == "incident":
            said: dict[str, str | int] = {"category": "card-data"}
            return [v1.Event(seq=seq, kind=incidents.REPORTED, at=at, params=said)]
        if turn.what == "turn":
            desk.controls[turn.check] = turn.state, turn.at
            kind = "finding.opened" if turn.state == "fail" else "finding.closed"
            severity = _SEVERITY.get(turn.check, "medium")
            return [
                v1.Event(
                    seq=seq, kind=kind, at=at, check=turn.check, subject="one", severity=severity,
                    place="documents",
                )
            ]  # fmt: skip
        return [v1.Event(seq=seq, kind="session.unlocked", at=at)]

    def _controls(self, desk: Desk) -> tuple[v1.Control, ...]:
        return tuple(
            v1.Control(
                check=check, measure=4, state=state, since=iso(since),
                severity=_SEVERITY.get(check, "medium"),
            )
            for check, (state, since) in sorted(desk.controls.items())
        )  # fmt: skip
