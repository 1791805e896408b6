"""Looks at all desks now and then: who is silent without a goodbye, who has another policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Row, Select, and_, func, select

from agentguard.server.settings import Limits
from agentguard.server.store.desks import devices, goodbyes, policies
from agentguard.server.store.desks.policies import Bundle
from agentguard.server.store.engine import leadership
from agentguard.server.store.schema.identity_tables import device_run
from agentguard.server.store.schema.tables import device, device_seen, team
from agentguard.server.tamper import items, kinds
from agentguard.server.tamper.items import Over, Sign, Turn
from agentguard.server.tamper.kinds import Kind
from agentguard.server.tamper.watch import Deaf, Listener

EVERY = 30
"""Seconds between two sweeps."""
AWAY = 4 * EVERY
"""Seconds without a sweep after which nobody can be called silent: the endpoint was away."""
SINCE = "tamper-since"
"""Under this name stands since when silence counts, for every process that sweeps."""
POLICY_PATIENCE = 120
"""Seconds for which a desk may report with another policy than its own."""
TOLD = 1000
"""Items that the listener is told of at once: it looks their desks up by name."""
ALIVE = (devices.ACTIVE, devices.CONFLICT)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    id: str
    team: str
    heard: float
    goodbye: str
    goodbye_at: float
    digest: str
    reports: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """What one sweep opens and closes: written together, since a site that falls silent is many."""

    signs: list[Sign] = field(default_factory=list)
    over: list[Over] = field(default_factory=list)

    def end(self, desk: str, opened: Mapping[str, int], *over: Kind) -> None:
        """Close what is open of these kinds."""
        self.over.extend(
            Over(device=desk, kind=kind, id=opened[kind.id]) for kind in over if kind.id in opened
        )


class Sweep:
    """Remembers since when a desk has another policy; since when it can tell, all processes know.

    After an outage one process alone finds that nobody looked: the others see its sweep.
    """

    def __init__(self, limits: Limits, listener: Listener | None = None) -> None:
        self._limits = limits
        self._listener = listener or Deaf()
        self._since = 0.0
        self._other: dict[str, float] = {}

    def __call__(self, connection: Connection, now: float, last: float) -> list[Turn]:
        """Look at all desks; `last` is when that was done before, by whichever process.

        Of a desk that may not report any more nothing can be heard: what lasts there is over.
        """
        since = leadership.noted(connection, SINCE) if 0 <= now - last <= AWAY else None
        if since is None:
            since = now
            leadership.note(connection, SINCE, since)
        if since != self._since:
            self._since, self._other = since, {}
        every = [_desk(row) for row in connection.execute(_DESKS)]
        opened = items.every_open(connection)
        published = policies.bundles(connection)
        found = _Found()
        for one in every:
            there = opened.get(one.id, {})
            self._silence(found, one, there, now)
            self._policy(found, one, there, now, published)
        there_now = {one.id for one in every}
        for gone in self._other.keys() - there_now:
            del self._other[gone]
        for gone in sorted(opened.keys() - there_now):
            found.end(gone, opened[gone], *kinds.LASTING)
        turns = items.open_all(connection, found.signs, now)
        turns += items.end_all(connection, found.over, now)
        for start in range(0, len(turns), TOLD):
            self._listener.turns(connection, turns[start : start + TOLD])
        return turns

    def _silence(self, found: _Found, one: _Desk, opened: Mapping[str, int], now: float) -> None:
        silent = now - max(one.heard, self._since)
        late, missing = self._limits.silent_after, self._limits.missing_after
        away = goodbyes.counts(one.goodbye, one.goodbye_at, now - late)
        if away or silent < late:
            if away or now - one.heard < late:
                found.end(one.id, opened, kinds.LATE, kinds.MISSING)
            return
        kind = kinds.MISSING if silent >= missing else kinds.LATE
        if kind.id in opened or kinds.MISSING.id in opened:
            return
        found.signs.append(Sign(device=one.id, kind=kind, since=one.heard, params={}))
        if kind is kinds.MISSING:
            found.end(one.id, opened, kinds.LATE)

    def _policy(
        self,
        found: _Found,
        one: _Desk,
        opened: Mapping[str, int],
        now: float,
        published: Sequence[Bundle],
    ) -> None:
        kind = kinds.POLICY_DIFFERS
        due = policies.wanted(published, one.id, one.team, one.digest) if published else None
        if due is None:
            self._other.pop(one.id, None)
            found.end(one.id, opened, kind)
            return
        since = self._other.setdefault(one.id, now)
        patient = now - since < POLICY_PATIENCE or one.heard <= since or not one.reports
        if patient or kind.id in opened:
            return
        known = any(b.label.digest == one.digest for b in published)
        said = {"policy": f"{due.label.name} {due.label.version}", "how": "old" if known else "own"}
        found.signs.append(Sign(device=one.id, kind=kind, since=since, params=said))


_NEWEST = (
    select(device_run.c.device, func.max(device_run.c.begun_at).label("at"))
    .group_by(device_run.c.device)
    .subquery()
)
_DESKS: Select[tuple[object, ...]] = (
    select(
        device.c.id,
        team.c.name.label("team"),
        device.c.enrolled_at,
        device_seen.c.last_seen,
        device_seen.c.policy_digest,
        device_run.c.goodbye,
        device_run.c.goodbye_at,
    )
    .join(team, team.c.id == device.c.team)
    .outerjoin(device_seen, device_seen.c.device == device.c.id)
    .outerjoin(_NEWEST, _NEWEST.c.device == device.c.id)
    .outerjoin(
        device_run,
        and_(device_run.c.device == device.c.id, device_run.c.begun_at == _NEWEST.c.at),
    )
    .where(device.c.status.in_(ALIVE))
    .order_by(device.c.id)
)


def _desk(row: Row[tuple[object, ...]]) -> _Desk:
    return _Desk(
        id=row.id,
        team=row.team,
        heard=row.enrolled_at if row.last_seen is None else row.last_seen,
        goodbye=row.goodbye or "",
        goodbye_at=row.goodbye_at or 0.0,
        digest=row.policy_digest or "",
        reports=row.last_seen is not None,
    )
