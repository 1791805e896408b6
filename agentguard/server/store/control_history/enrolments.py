"""Desks that come, move to another team, wait, are turned away, or turn out to be two."""

from __future__ import annotations

from sqlalchemy import Connection, Select, select, update

from agentguard.server.store.control_history import beginnings, spells
from agentguard.server.store.control_history.beginnings import QUIET
from agentguard.server.store.control_history.numbers import Kind
from agentguard.server.store.schema.control_tables import held_desk, presence
from agentguard.server.store.schema.tables import device, device_seen

_SHUT = frozenset(beginnings.NOT_HEARD.values())


def follow(connection: Connection, id_: str, now: float) -> None:
    """Write down the team and the status that a desk has now, if they are other ones."""
    at = int(now)
    number = beginnings.desks(connection, [id_], at)[id_]
    row = connection.execute(select(device.c.team, device.c.status).where(device.c.id == id_)).one()
    before = spells.newest(connection, spells.DESK_TEAM, [number]).get(number)
    if before is None or before[1] != row.team:
        since = before[0] if before else None
        turns = [spells.Turn(desk=number, at=at, value=row.team, since=since)]
        spells.turn(connection, spells.DESK_TEAM, turns)
    _follow_status(connection, (id_, number), beginnings.NOT_HEARD.get(row.status), at)


def believe(connection: Connection, agents: Select[tuple[str]], since: float) -> None:
    """Believe goodbyes of agents said after `since`: the keeper says that nobody is logged on."""
    desks = select(held_desk.c.number).where(held_desk.c.device.in_(agents))
    connection.execute(
        update(presence)
        .where(
            presence.c.desk.in_(desks),
            presence.c.until.is_(None),
            presence.c.kind == int(Kind.CLAIMED),
            presence.c.since >= int(since),
        )
        .values(kind=int(Kind.STOPPED))
    )


def _follow_status(
    connection: Connection, desk: tuple[str, int], shut: Kind | None, at: int
) -> None:
    id_, number = desk
    before = spells.newest(connection, spells.PRESENCE, [number]).get(number)
    kind = Kind(before[1]) if before else None
    if kind is shut or (shut is None and kind is not None and kind not in _SHUT):
        return
    since = before[0] if before else None
    if kind is Kind.WATCHED and since is not None:
        seen = select(device_seen.c.last_seen).where(device_seen.c.device == id_)
        last = int(connection.scalar(seen) or at)
        since = _silent(connection, number, since, min(last, at), at)
    turns = [spells.Turn(desk=number, at=at, value=int(shut or Kind.SILENT), since=since)]
    spells.turn(connection, spells.PRESENCE, turns)
    spells.touch(connection, [(number, min(since or at, at))], at)
    mine = device_seen.c.device == id_  # its next report is looked at, whenever it comes
    connection.execute(update(device_seen).where(mine).values(run=""))


def _silent(connection: Connection, number: int, since: int, last: int, at: int) -> int:
    """End watching at the last report, when that is a while ago; give when what follows began."""
    if at - last <= QUIET:
        return since
    turn = spells.Turn(desk=number, at=last, value=int(Kind.SILENT), since=since)
    spells.turn(connection, spells.PRESENCE, [turn])
    return max(last, since)
