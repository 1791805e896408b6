"""Whose keeper is well while its agent is silent: suspended, shut off, or another in its place.

A keeper counts the agents of its computer that must be heard of by now, and each agent says which
keeper watches it. Where fewer are heard than the keeper counts, the ones that fell silent last are
marked; where there are not so many, what guards there is none of ours, and the keeper is marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from agentguard.server.settings import Limits
from agentguard.server.store.desks import devices, goodbyes
from agentguard.server.store.schema.identity_tables import tamper_item
from agentguard.server.store.schema.keeper_tables import keeper, keeper_agent
from agentguard.server.store.schema.tables import device, device_seen
from agentguard.server.tamper import items, kinds
from agentguard.server.tamper.items import Over, Sign, Turn

EVERY = 10
"""Seconds between two looks."""
SPREAD, UNDER_WAY = 1.1, 9.0
"""What a report may be later than it is due, as a part of the pace and in seconds."""
ALIVE = (devices.ACTIVE, devices.CONFLICT)
MOST = 1000
"""Computers that are looked at in one go; more at once are no user's doing."""


def patience(limits: Limits) -> float:
    """Return the seconds of silence from which on a desk that should be heard of is silent."""
    return limits.next_in * SPREAD + UNDER_WAY


def look(connection: Connection, now: float, limits: Limits) -> list[Turn]:
    """Open and close the signs of agents that are silent beside a keeper that is well."""
    since = now - patience(limits)
    wanted = {sign.device: sign for sign in _signs(connection, since)}
    item = tamper_item.c
    rows = connection.execute(
        select(item.id, item.device).where(
            item.kind == kinds.AGENT_SILENT.id, item.closed_at.is_(None)
        )
    )
    opened = {row.device: row.id for row in rows}
    fresh = [sign for id_, sign in wanted.items() if id_ not in opened]
    over = [
        Over(device=id_, kind=kinds.AGENT_SILENT, id=number)
        for id_, number in opened.items()
        if id_ not in wanted
    ]
    return [
        *items.open_all(connection, fresh, now),
        *items.end_all(connection, over, now),
    ]


def _signs(connection: Connection, since: float) -> Iterator[Sign]:
    for row in _short(connection, since):
        lacking = row.guarding - row.heard
        quiet = _quiet(connection, row.device, since)[:lacking]
        for one in quiet:
            yield Sign(device=one.device, kind=kinds.AGENT_SILENT, since=one.last_seen, params={})
        if lacking > len(quiet):
            said = {"count": lacking - len(quiet)}
            yield Sign(device=row.device, kind=kinds.AGENT_SILENT, since=since, params=said)


def _short(connection: Connection, since: float) -> Sequence[Row[tuple[str, int, int]]]:
    """Return the keepers that are heard and well, and count more agents than are heard."""
    own, theirs = device_seen.alias("own"), device_seen.alias("theirs")
    heard = func.count(theirs.c.device)
    return connection.execute(
        select(keeper.c.device, keeper.c.guarding, heard.label("heard"))
        .join(own, own.c.device == keeper.c.device)
        .join(device, device.c.id == keeper.c.device)
        .outerjoin(keeper_agent, keeper_agent.c.keeper == keeper.c.device)
        .outerjoin(
            theirs,
            and_(theirs.c.device == keeper_agent.c.device, theirs.c.last_seen > since),
        )
        .where(
            keeper.c.well,
            keeper.c.guarding > 0,
            own.c.last_seen > since,
            device.c.status.in_(ALIVE),
        )
        .group_by(keeper.c.device, keeper.c.guarding)
        .having(heard < keeper.c.guarding)
        .order_by(keeper.c.device)
        .limit(MOST)
    ).all()


def _quiet(connection: Connection, id_: str, since: float) -> Sequence[Row[Any, Any]]:
    """Return a keeper's agents that are silent, the one that was heard last first.

    One that said goodbye ended with its session.
    """
    return connection.execute(
        select(device_seen.c.device, device_seen.c.last_seen)
        .join(keeper_agent, keeper_agent.c.device == device_seen.c.device)
        .join(device, device.c.id == device_seen.c.device)
        .where(
            keeper_agent.c.keeper == id_,
            device_seen.c.last_seen <= since,
            device.c.status.in_(ALIVE),
            func.coalesce(goodbyes.said(), "") == "",
        )
        .order_by(device_seen.c.last_seen.desc(), device_seen.c.device)
    ).all()
