"""Tells cheaply which teams' floors and incidents have changed, once for all pages that are open.

What only grows (changes of postures, incidents, the audit log) is read from where it ended before;
what is written over or changes by time alone (who is silent, what bad desks show, what is due) is
summed up by team, more seldom.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    cast,
    func,
    select,
)

from agentguard.server.store.desks.desk_status import GOOD
from agentguard.server.store.desks.devices import PENDING, RETIRED
from agentguard.server.store.reports.incidents import CLOSED
from agentguard.server.store.schema.floor_tables import device_standing
from agentguard.server.store.schema.tables import (
    audit_log,
    device,
    device_seen,
    incident,
    posture_change,
    posture_current,
)

Teams = set[int | None]
"""Ids of teams; None is for what is of no team, or of none that could be told cheaply."""
Sums = dict[tuple[int | None, str], tuple[Any, ...]]
LATE = 10.0
"""Seconds after which a row is not waited for any more: it may be committed after a higher id."""
BEHIND = 200  # ids that may be on their way at the first look
MOST = 5000  # rows of one look; after more, every team may have changed
LOOKS = "%.seen"
"""Acts that change nothing: somebody opened a page."""


@dataclass(slots=True, kw_only=True)
class Tail:
    """The newest rows of a table that only grows, by their ids."""

    id: ColumnElement[int]
    asked: Select[Any]
    _base: int = -1
    _seen: dict[int, float] = field(default_factory=dict)

    def news(self, connection: Connection, at: float) -> Teams:
        """Return the teams of rows that were not there at the look before; none at the first."""
        first = self._base < 0
        if first:
            newest = connection.scalar(select(func.max(self.id))) or 0
            self._base = max(0, newest - BEHIND)
        rows = self.asked.where(self.id > self._base).order_by(self.id.desc()).limit(MOST)
        found = connection.execute(rows).all()
        fresh = [row for row in found if row.id not in self._seen]
        self._seen.update((row.id, at) for row in fresh)
        old = [one for one, when in self._seen.items() if at - when > LATE]
        if old:
            self._base = max(self._base, *old)
            self._seen = {one: when for one, when in self._seen.items() if one > self._base}
        if first:
            return set()
        return {None} if len(fresh) == MOST else {row.team for row in fresh}


def postures() -> Tail:
    """Return the tail of what changed in postures."""
    asked = select(posture_change.c.id, device.c.team).join(device)
    return Tail(id=posture_change.c.id, asked=asked)


def reported() -> Tail:
    """Return the tail of incidents."""
    asked = select(incident.c.id, device.c.team).outerjoin(device)
    return Tail(id=incident.c.id, asked=asked)


def acts(connection: Connection, known: int | None) -> tuple[int, bool]:
    """Return the audit log's newest number, and whether anything but looks came after `known`.

    Rows are numbered right before their COMMIT, one after the other, so none comes late.
    """
    newest = connection.scalar(select(func.max(audit_log.c.seq))) or 0
    if known is None or newest <= known:
        return newest, False
    after = select(audit_log.c.seq).where(
        audit_log.c.seq > known, audit_log.c.seq <= newest, audit_log.c.act.not_like(LOOKS)
    )
    return newest, connection.scalar(after.limit(1)) is not None


def sums(connection: Connection, cutoff: float, now: float) -> Sums:
    """Return what is written over, summed up by team: another sum is another picture.

    Desks that were not heard of since `cutoff`, what desks show that are not well, open incidents.
    """
    found: Sums = {}
    for name, asked in (("silent", _silent(cutoff)), ("bad", _bad()), ("open", _open(now))):
        for row in connection.execute(asked):
            found[row[0], name] = tuple(row[1:])
    return found


def differing(before: Sums, after: Sums) -> Teams:
    """Return the teams whose sums are others."""
    keys = before.keys() | after.keys()
    return {key[0] for key in keys if before.get(key) != after.get(key)}


def _silent(cutoff: float) -> Select[Any]:
    seen = device_seen.c
    heard = func.sum(cast(seen.last_seen, BigInteger))
    return _by_team(
        device_seen.join(device, device.c.id == seen.device), (func.count(), heard)
    ).where(seen.last_seen < cutoff)


def _bad() -> Select[Any]:
    stands, seen, posture = device_standing.c, device_seen.c, posture_current.c
    every = (
        device_standing.join(device, device.c.id == stands.device)
        .join(device_seen, seen.device == stands.device)
        .join(posture_current, posture.device == stands.device)
    )
    columns = (
        func.count(),
        func.sum(cast(seen.locked, Integer)),
        func.sum(cast(seen.in_call, Integer)),
        func.sum(cast(posture.changed_at * 1000, BigInteger)),
        func.sum(stands.rank),
    )
    return _by_team(every, columns).where(stands.rank < GOOD)


def _open(now: float) -> Select[Any]:
    one = incident.c
    due = (one.take_due, one.contain_due, one.close_due)
    columns = (
        func.count(),
        func.count(one.taken_at),
        func.count(one.assigned_at),
        *(func.sum(cast(func.coalesce(when, now) < now, Integer)) for when in due),
    )
    every = incident.outerjoin(device, device.c.id == one.device)
    asked = select(device.c.team, *columns).select_from(every).group_by(device.c.team)
    return asked.where(one.state != CLOSED)


def _by_team(every: FromClause, columns: tuple[ColumnElement[Any], ...]) -> Select[Any]:
    there = device.c.status.not_in((RETIRED, PENDING))
    return select(device.c.team, *columns).select_from(every).where(there).group_by(device.c.team)


@dataclass(slots=True, kw_only=True)
class Watch:
    """What was seen at the look before; made anew when somebody begins to look."""

    _tails: tuple[Tail, ...] = field(default_factory=lambda: (postures(), reported()))
    _acts: int | None = None
    _sums: Sums | None = None

    def look(self, connection: Connection, at: float) -> Teams:
        """Return the teams for which something grew; none at the first look. `at` are seconds."""
        found: Teams = set()
        for tail in self._tails:
            found |= tail.news(connection, at)
        self._acts, done = acts(connection, self._acts)
        return found | {None} if done else found

    def add_up(self, connection: Connection, cutoff: float, now: float) -> Teams:
        """Return the teams whose sums are others; none at the first time."""
        before, self._sums = self._sums, sums(connection, cutoff, now)
        return set() if before is None else differing(before, self._sums)


class Versions:
    """How often something has changed, by team; what is of no team has changed for everybody."""

    def __init__(self) -> None:
        self._every = 0
        self._common = 0
        self._teams: Counter[int] = Counter()

    def changed(self, teams: Teams) -> None:
        """Count a change of these."""
        self._every += bool(teams)
        self._common += None in teams
        self._teams.update(one for one in teams if one is not None)

    def of(self, scope: frozenset[int] | None) -> int:
        """Return a number that is another one when something has changed for who sees these."""
        if scope is None:
            return self._every
        return self._common + sum(self._teams[one] for one in scope)
