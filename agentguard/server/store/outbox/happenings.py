"""What is worth telling the outside: of desks, people and signs of tampering, and days to come.

A happening holds ids, counts, masks and general places: what the wire may carry, and nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection, insert, select

from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.schema.feed_tables import feed_outbox
from agentguard.server.store.schema.tables import device, team
from agentguard.wire import v1

What = Literal["finding", "incident", "factor", "tamper", "device", "vendor", "plan"]
State = Literal["opened", "closed", "reported", "refused", "changed", "due", "overdue"]
_JSON = msgspec.json.Encoder()
_HAPPENING: Stored[Happening]


class Happening(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened. `source` is its id for ever, `uid` that of what it is about."""

    source: str
    uid: str
    what: What
    state: State
    at: float
    device: str
    desk: str
    team: str
    kind: str = ""
    severity: str = ""
    place: str = ""
    params: dict[str, str | int] = {}
    hits: tuple[v1.Masked, ...] = ()


_HAPPENING = Stored(Happening)


def decoded(body: str) -> Happening:
    """Return a happening as it was kept."""
    return _HAPPENING.decode(body)


def of_device(connection: Connection, id_: str, act: str, now: float) -> None:
    """Keep that a desk was enrolled, waits, was confirmed, turned away or has another key."""
    desk, team_name = names(connection, [id_])[id_]
    one = Happening(
        source=f"device:{id_}:{act}:{now:.3f}",
        uid=f"device:{id_}",
        what="device",
        state="changed",
        at=now,
        device=id_,
        desk=desk,
        team=team_name,
        kind=act,
    )
    keep(connection, [one], now)


def keep(connection: Connection, every: Sequence[Happening], now: float) -> None:
    """Keep happenings for the feeds, each once."""
    new = {one.source: one for one in every}
    if not new:
        return
    asked = select(feed_outbox.c.source).where(feed_outbox.c.source.in_(sorted(new)))
    known = set(connection.scalars(asked))
    rows = [
        {"source": s, "at": one.at, "kept_at": now, "body": _JSON.encode(one).decode()}
        for s, one in new.items()
        if s not in known
    ]
    if rows:
        connection.execute(insert(feed_outbox), rows)


def names(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return what each desk and its team are called, by the desk's id."""
    if not ids:
        return {}
    rows = connection.execute(
        select(device.c.id, device.c.label, team.c.name)
        .join(team, team.c.id == device.c.team)
        .where(device.c.id.in_(sorted(set(ids))))
    )
    return {row.id: (row.label, row.name) for row in rows}
