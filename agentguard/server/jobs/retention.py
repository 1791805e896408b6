"""Deletes what is older than its age, never what is held, and writes down what it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event

from sqlalchemy import Connection, delete, func, insert, not_, select, tuple_
from sqlalchemy.exc import OperationalError

from agentguard.server.store.engine import audit_chain, partitions
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.partitions import Month
from agentguard.server.store.records import audit
from agentguard.server.store.records.ages import in_force
from agentguard.server.store.records.classes import RECORDS
from agentguard.server.store.records.record_class import Part, Record
from agentguard.server.store.schema.history_tables import retention_run
from agentguard.server.store.schema.tables import audit_log, event

SLICE = 5000  # rows that one transaction deletes, so that reports wait for none for long
PAUSE = 0.02  # seconds between two: SQLite gives its lock to who asks in a gap, not in turn
DAY = 86400.0
LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was done with a record class: what is older than `cutoff`, and not `held`, went."""

    record: str
    cutoff: float
    deleted: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Outcome):
    """An outcome as it was written down; of a `dry` one nothing was deleted."""

    at: float
    dry: bool


Edge = Callable[[float], float]
"""Gives the wall time before which everything is surely so many seconds old."""


class Retention:
    """Works through every record class; once `stopped` is set, a slice of each is the last.

    `edge` tells what is old; without it the wall clock does.
    """

    def __init__(
        self,
        database: Database,
        now: float,
        stopped: Event | None = None,
        *,
        edge: Edge | None = None,
    ) -> None:
        self._database = database
        self._now = now
        self._stopped = stopped or Event()
        self._edge = edge or (lambda seconds: now - seconds)

    def run(self, *, dry: bool = False, actor: str = "endpoint") -> list[Outcome]:
        """Delete what is too old; with `dry` only count it. Everything is written down."""
        if not dry:
            self._finish()
        days = self._database.run(in_force)
        outcomes = [self._record(record, days[record.name], dry=dry) for record in RECORDS]

        def note(connection: Connection) -> None:
            for one in outcomes:
                connection.execute(insert(retention_run).values(_row(one, self._now, dry=dry)))
            if not dry:
                total = sum(one.deleted for one in outcomes)
                audit.note(connection, self._now, actor, "retention.run", str(total))

        self._database.run(note)
        return outcomes

    def _finish(self) -> None:
        """Drop the months whose dropping was cut short."""
        for month in self._database.apart(lambda c: list(partitions.leftovers(c))):
            self._database.apart(partial(partitions.drop, month=month))

    def _record(self, record: Record, days: int, *, dry: bool) -> Outcome:
        cutoff = self._edge(days * DAY)
        held, old = self._database.run(lambda c: _counted(c, record, cutoff))
        deleted = old - held
        if not dry and deleted:
            deleted = sum(
                self._blank(part, cutoff, days)
                if part.table is audit_log
                else self._delete(part, cutoff)
                for part in record.parts
            )
        return Outcome(record=record.name, cutoff=cutoff, deleted=deleted, held=held)

    def _delete(self, part: Part, cutoff: float) -> int:
        gone = self._drop_months(part, cutoff) if part.table is event else 0
        while True:
            count = self._database.run(lambda c: _slice(c, part, cutoff))
            gone += count
            if count < SLICE or self._stopped.wait(PAUSE):
                return gone

    def _blank(self, part: Part, cutoff: float, days: int) -> int:
        """Take away what old entries of the audit log say, as far as its checkpoints allow it."""
        gone = 0
        while True:
            count = self._database.run(lambda c: _blanked(c, part, (cutoff, self._now, days)))
            gone += count
            if count < SLICE or self._stopped.wait(PAUSE):
                return gone

    def _drop_months(self, part: Part, cutoff: float) -> int:
        """Drop whole months of which nothing is held; what is in use is left for the next time."""
        gone = 0
        for month in self._database.run(lambda c: list(partitions.months(c))):
            if month.end > cutoff:
                break
            held, count = self._database.run(partial(_in_month, part=part, month=month))
            if held:
                continue
            try:
                self._database.apart(partial(partitions.detach, month=month))
                self._database.apart(partial(partitions.drop, month=month))
            except OperationalError:
                break
            gone += count
        return gone


def runs(connection: Connection, limit: int = LISTED) -> Sequence[Run]:
    """Return what was done, the newest first."""
    rows = connection.execute(
        select(retention_run).order_by(retention_run.c.id.desc()).limit(limit)
    )
    return [
        Run(
            record=row.record,
            cutoff=row.cutoff,
            deleted=row.deleted,
            held=row.held,
            at=row.at,
            dry=row.dry,
        )
        for row in rows
    ]


def _counted(connection: Connection, record: Record, cutoff: float) -> tuple[int, int]:
    """Count the rows that are held though they are old, and all that are old."""
    held = old = 0
    for part in record.parts:
        count = select(func.count()).select_from(part.table).where(part.at < cutoff)
        old += int(connection.scalar(count) or 0)
        held += int(connection.scalar(count.where(part.held)) or 0)
    return held, old


def _in_month(connection: Connection, part: Part, month: Month) -> tuple[int, int]:
    within = (part.at >= month.begin, part.at < month.end)
    count = select(func.count()).select_from(part.table).where(*within)
    held = int(connection.scalar(count.where(part.held)) or 0)
    return held, int(connection.scalar(count) or 0)


def _slice(connection: Connection, part: Part, cutoff: float) -> int:
    """Delete some old rows that are not held; tell how many."""
    key = tuple(part.table.primary_key.columns)
    old = select(*key).where(part.at < cutoff, not_(part.held)).limit(SLICE)
    return connection.execute(delete(part.table).where(tuple_(*key).in_(old))).rowcount


def _blanked(connection: Connection, part: Part, when: tuple[float, float, int]) -> int:
    cutoff, now, days = when
    wanted = audit_chain.erasable(connection, days, cutoff)
    old = (
        select(audit_log.c.id, audit_log.c.seq)
        .where(part.at < cutoff, not_(part.held), wanted)
        .order_by(audit_log.c.seq)
        .limit(SLICE)
    )
    rows = [(int(row.id), int(row.seq)) for row in connection.execute(old)]
    audit_chain.blank(connection, rows, now)
    return len(rows)


def _row(one: Outcome, now: float, *, dry: bool) -> dict[str, object]:
    return {
        "at": now,
        "record": one.record,
        "cutoff": one.cutoff,
        "deleted": one.deleted,
        "held": one.held,
        "dry": dry,
    }
