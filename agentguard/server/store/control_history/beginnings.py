"""Begins what is told of a desk: its number, its team, its first spell, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from agentguard.server.store.control_history import excursions, numbers
from agentguard.server.store.control_history.numbers import Kind
from agentguard.server.store.engine import arrays
from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.engine.upserts import upsert
from agentguard.server.store.schema.control_tables import (
    desk_team,
    held_desk,
    in_force,
    presence,
)
from agentguard.server.store.schema.identity_tables import device_run
from agentguard.server.store.schema.tables import device, device_seen, posture_current
from agentguard.wire import v1

NOT_HEARD = {"pending": Kind.PENDING, "retired": Kind.RETIRED, "cloned": Kind.CLONED}
"""Kinds of presence of desks that may not report, by status (`desks.devices.SILENCED`)."""
QUIET = 180
"""Seconds without a report from which on a desk is not watched: three that did not come."""
AT_ONCE = 500
_RUNS = select(device_run.c.device).where(device_run.c.device == device.c.id)
_ASKED = select(
    device.c.id,
    device.c.team,
    device.c.status,
    device.c.enrolled_at,
    device_seen.c.last_seen,
    ((device_seen.c.run == "") & _RUNS.exists()).label("parted"),
    device_seen.c.policy,
    device_seen.c.policy_digest,
).outerjoin(device_seen, device_seen.c.device == device.c.id)
_CONTROLS = Stored(tuple[v1.Control, ...])
DESKS = arrays.look("SELECT device, number FROM held_desk WHERE device {}", held_desk.c.device)


def desks(
    connection: Connection, ids: Iterable[str], now: int, known: Sequence[Any] | None = None
) -> dict[str, int]:
    """Return the numbers of these desks; those that have none yet are begun.

    `known` is what `DESKS` gave, if it was asked already.
    """
    wanted = sorted(set(ids))
    found = dict(arrays.find(connection, DESKS, wanted) if known is None else known)
    lacking = [one for one in wanted if one not in found]
    if lacking:
        made = upsert(connection, held_desk).on_conflict_do_nothing(index_elements=["device"])
        rows = [{"device": one} for one in lacking]
        begun = connection.execute(made.returning(held_desk.c.device, held_desk.c.number), rows)
        fresh = {str(id_): int(number) for id_, number in begun}
        if fresh:
            _begin(connection, fresh, now)
            _judge(connection, fresh, now)
        found |= dict(arrays.find(connection, DESKS, lacking))
    return found


def of_before(connection: Connection, now: int) -> int:
    """Begin some of the desks of which nothing was written down yet; tell how many.

    They were enrolled by a release before, or by a process of it that still runs.
    """
    known = select(held_desk.c.device).where(held_desk.c.device == device.c.id)
    some = select(device.c.id).where(~known.exists()).order_by(device.c.id).limit(AT_ONCE)
    ids = connection.scalars(some.with_for_update(key_share=True)).all()
    return len(desks(connection, ids, now)) if ids else 0


def _begin(connection: Connection, fresh: Mapping[str, int], now: int) -> None:
    """Write down the team, the first spells and the policy.

    Of one that was enrolled before this was written down it was not recorded.
    """
    rows = connection.execute(_ASKED.where(device.c.id.in_(fresh))).all()
    named = {row.policy_digest: row.policy for row in rows if row.policy_digest is not None}
    policies = numbers.policies(connection, named)
    teams, spells, forced = [], [], []
    for row in rows:
        number, since = fresh[row.id], min(int(row.enrolled_at), now)
        teams.append({"desk": number, "since": since, "until": None, "team": row.team})
        if since < now:
            spells.append(_spell(number, since, now, Kind.UNRECORDED))
        heard = row.last_seen is not None and not row.parted and now - row.last_seen <= QUIET
        kind = NOT_HEARD.get(row.status, Kind.WATCHED if heard else Kind.SILENT)
        spells.append(_spell(number, now, None, kind))
        if row.policy_digest is not None:
            policy = policies[row.policy_digest]
            forced.append({"desk": number, "since": now, "until": None, "policy": policy})
    for table, given in ((desk_team, teams), (presence, spells), (in_force, forced)):
        if given:
            connection.execute(insert(table), given)


def _spell(number: int, since: int, until: int | None, kind: Kind) -> dict[str, int | None]:
    return {"desk": number, "since": since, "until": until, "kind": int(kind)}


def _judge(connection: Connection, fresh: Mapping[str, int], now: int) -> None:
    """Take the postures that are held of desks of before: they may not change for long."""
    table = posture_current.c
    rows = connection.execute(select(table.device, table.controls).where(table.device.in_(fresh)))
    given = [
        excursions.Posture(desk=fresh[id_], controls=_CONTROLS.decode(text), now=now)
        for id_, text in rows
    ]
    if given:
        excursions.follow(connection, given, excursions.look(connection, given))
