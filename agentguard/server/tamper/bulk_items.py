"""Opens and closes items of many desks at once, however many they are.

A site that falls silent is thousands of them. No statement names every desk: PostgreSQL takes no
more than 65,535 values in one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from agentguard.server.store.schema.identity_tables import tamper_item
from agentguard.server.tamper.items import Turn
from agentguard.server.tamper.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """An item that is to be opened: of which desk, since when, and what is said of it."""

    device: str
    kind: Kind
    since: float
    params: Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """An open item that is to be closed."""

    device: str
    kind: Kind
    id: int


def every_open(connection: Connection) -> dict[str, dict[str, int]]:
    """Return the ids of all open items by desk and kind."""
    asked = select(tamper_item.c.device, tamper_item.c.kind, tamper_item.c.id)
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(asked.where(tamper_item.c.closed_at.is_(None))):
        found.setdefault(row.device, {})[row.kind] = row.id
    return found


def open_all(connection: Connection, signs: Sequence[Sign], now: float) -> list[Turn]:
    """Open items of which none is open."""
    if not signs:
        return []
    rows = [
        {
            "device": one.device,
            "kind": one.kind.id,
            "params": msgspec.json.encode(one.params).decode(),
            "since": one.since,
            "opened_at": now,
        }
        for one in signs
    ]
    connection.execute(insert(tamper_item), rows)
    fresh = select(tamper_item.c.device, tamper_item.c.kind, tamper_item.c.id).where(
        tamper_item.c.signed_at.is_(None), tamper_item.c.opened_at == now
    )
    ids = {(row.device, row.kind): row.id for row in connection.execute(fresh)}
    return [
        Turn(
            device=one.device,
            kind=one.kind,
            opened=True,
            at=now,
            id=ids[one.device, one.kind.id],
        )
        for one in signs
    ]


def end_all(connection: Connection, over: Sequence[Over], now: float) -> list[Turn]:
    """Close these items."""
    if not over:
        return []
    mine = update(tamper_item).where(
        tamper_item.c.id == bindparam("item"), tamper_item.c.closed_at.is_(None)
    )
    connection.execute(mine.values(closed_at=now), [{"item": one.id} for one in over])
    return [Turn(device=one.device, kind=one.kind, opened=False, at=now, id=one.id) for one in over]
