"""What shifts were counted by, added up by team, so that a draft of a policy is tried on it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import ColumnElement, Connection, func, select

from agentguard.model.shift_counts import KINDS, Rows, added
from agentguard.model.simulation import NOTHING, Recorded
from agentguard.server.roles import Scope
from agentguard.server.store.desks import keepers, policies
from agentguard.server.store.desks.devices import RETIRED
from agentguard.server.store.desks.policies import EVERYONE
from agentguard.server.store.schema.floor_tables import COUNT_KINDS
from agentguard.server.store.schema.tables import device, device_seen, event, finding, team

Ring = frozenset[str]
"""The desks of a ring."""
MOST = 400_000
"""Records that are added up at most, the newest: beyond that no figure is called exact."""
BATCH = 5000


class _Counts(msgspec.Struct, gc=False):
    """What is read of an event."""

    counts: dict[str, tuple[int, ...]] = {}


_COUNTS = msgspec.json.Decoder(_Counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which desks, and since when (wall seconds).

    `teams` are ids (None for all). Of desks with a `digest` those that have this policy, or, with
    `others`, those that do not. `ring` is in percent, as policies are rolled out.
    """

    teams: Scope
    since: float
    digest: str = ""
    others: bool = False
    ring: int = EVERYONE


def by_team(connection: Connection, asked: Asked) -> dict[str, Recorded]:
    """Return what was recorded, by the names of the teams that have desks."""
    ring = None if asked.ring >= EVERYONE else _in_ring(connection, asked)
    desks = _desks(connection, asked, ring)
    rows, telling, cut = _counts(connection, asked, ring)
    findings = _findings(connection, asked, ring)
    return {
        name: Recorded(
            rows=rows.get(name, {}),
            findings=findings.get(name, {}),
            desks=many,
            counting=min(len(telling.get(name, ())), many),
            cut=cut,
        )
        for name, many in desks.items()
    }


def together(teams: Mapping[str, Recorded]) -> Recorded:
    """Return what was recorded of all of them."""
    whole = NOTHING
    for one in teams.values():
        whole += one
    return replace(whole, desks=max(whole.desks, whole.counting))


def _among(asked: Asked) -> list[ColumnElement[bool]]:
    where = [device.c.status != RETIRED, keepers.shown()]
    if asked.teams is not None:
        where.append(device.c.team.in_(asked.teams))
    if asked.digest:
        has = select(device_seen.c.device).where(device_seen.c.policy_digest == asked.digest)
        among = device.c.id.in_(has)
        where.append(~among if asked.others else among)
    return where


def _in_ring(connection: Connection, asked: Asked) -> Ring:
    """Return the desks that a policy would reach with its ring, by their ids."""
    every = connection.scalars(select(device.c.id).where(*_among(asked)))
    return frozenset(one for one in every if policies.within_ring(one, asked.ring))


def _desks(connection: Connection, asked: Asked, ring: Ring | None) -> dict[str, int]:
    if ring is not None:
        every = (
            select(team.c.name, device.c.id)
            .join(device, device.c.team == team.c.id)
            .where(*_among(asked))
            .order_by(team.c.name)
        )
        return Counter(row.name for row in connection.execute(every) if row.id in ring)
    many = (
        select(team.c.name, func.count().label("many"))
        .join(device, device.c.team == team.c.id)
        .where(*_among(asked))
        .group_by(team.c.name)
        .order_by(team.c.name)
    )
    return {row.name: int(row.many) for row in connection.execute(many)}


def _counts(
    connection: Connection, asked: Asked, ring: Ring | None
) -> tuple[dict[str, dict[str, Rows]], dict[str, set[str]], bool]:
    """Return rows by team and kind, the desks that told any, and whether some were left out."""
    wanted = (
        select(team.c.name, event.c.device, event.c.kind, event.c.body)
        .join(device, device.c.id == event.c.device)
        .join(team, team.c.id == device.c.team)
        .where(COUNT_KINDS, event.c.received_at >= asked.since, *_among(asked))
        .order_by(event.c.received_at.desc())
        .limit(MOST)
    )
    rows: dict[str, dict[str, Rows]] = defaultdict(lambda: {kind: {} for kind in KINDS})
    telling: dict[str, set[str]] = defaultdict(set)
    count = 0
    for name, id_, kind, body in connection.execute(wanted).yield_per(BATCH):
        count += 1
        if ring is not None and id_ not in ring:
            continue
        telling[name].add(id_)
        rows[name][kind] = added(rows[name][kind], _COUNTS.decode(body).counts)
    return rows, telling, count >= MOST


def _findings(connection: Connection, asked: Asked, ring: Ring | None) -> dict[str, dict[str, int]]:
    by = [team.c.name, finding.c.check, *([] if ring is None else [device.c.id])]
    wanted = (
        select(*by, func.count().label("many"))
        .join(device, device.c.id == finding.c.device)
        .join(team, team.c.id == device.c.team)
        .where(finding.c.opened_at >= asked.since, *_among(asked))
        .group_by(*by)
    )
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in connection.execute(wanted):
        if ring is None or row.id in ring:
            found[row.name][row.check] += int(row.many)
    return found
