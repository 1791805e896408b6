"""The items: opened once for a desk and a kind, ended by what ends them, signed off by people.

A site that falls silent is thousands of them. No statement names every desk: PostgreSQL takes no
more than 65,535 values in one. A fork casts doubt on a desk until a person has said what it was,
and the desk has begun the new stretch of its journal that it was asked for. Nothing else ends it,
and nothing more is needed: a disk that was full is no reason to enrol a computer anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    insert,
    select,
    true,
    update,
)

from agentguard.server.roles import Scope
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.desks.devices import ACTIVE, CONFLICT
from agentguard.server.store.records import audit
from agentguard.server.store.schema.identity_tables import tamper_item
from agentguard.server.store.schema.tables import device, device_seen, team
from agentguard.server.tamper import kinds
from agentguard.server.tamper.kinds import FORK, KINDS, Kind

SHOWN = 100
_PARAMS = msgspec.json.Decoder(dict[str, str | int])


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item. `since` is when it began, or when it was last seen to happen again."""

    id: int
    device: str
    desk: str
    team: str
    kind: str
    severity: str
    params: Mapping[str, str | int]
    times: int
    since: float
    opened_at: float
    closed_at: float | None
    signed_by: str
    signed_at: float | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An item that was opened or closed just now."""

    device: str
    kind: Kind
    opened: bool
    at: float
    id: int


def still_open(connection: Connection, devices: Iterable[str]) -> dict[str, dict[str, float]]:
    """Return the open kinds of each of these desks, with since when."""
    ids = sorted(set(devices))
    if not ids:
        return {}
    rows = connection.execute(
        select(tamper_item.c.device, tamper_item.c.kind, tamper_item.c.since).where(
            tamper_item.c.device.in_(ids), tamper_item.c.closed_at.is_(None)
        )
    )
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        found.setdefault(row.device, {})[row.kind] = row.since
    return found


def raise_(
    connection: Connection,
    device_id: str,
    kind: Kind,
    now: float,
    *,
    since: float | None = None,
    params: Mapping[str, str | int] | None = None,
) -> Turn | None:
    """Open an item; None when one is open, of which it is then known that it happened again."""
    begun = now if since is None else since
    said = msgspec.json.encode(params or {}).decode()
    mine = (
        (tamper_item.c.device == device_id)
        & (tamper_item.c.kind == kind.id)
        & tamper_item.c.closed_at.is_(None)
    )
    if kind.lasts:
        if connection.scalar(select(tamper_item.c.id).where(mine)) is not None:
            return None
    else:
        again = {"times": tamper_item.c.times + 1, "since": begun, "params": said}
        if connection.execute(update(tamper_item).where(mine).values(**again)).rowcount:
            return None
    made = connection.execute(
        insert(tamper_item).values(
            device=device_id, kind=kind.id, params=said, since=begun, opened_at=now
        )
    ).inserted_primary_key
    return Turn(device=device_id, kind=kind, opened=True, at=now, id=int(made[0]) if made else 0)


def end(connection: Connection, device_id: str, kinds: Sequence[Kind], now: float) -> list[Turn]:
    """Close what is open of these kinds at a desk."""
    rows = connection.execute(
        select(tamper_item.c.id, tamper_item.c.kind).where(
            tamper_item.c.device == device_id,
            tamper_item.c.kind.in_([kind.id for kind in kinds]),
            tamper_item.c.closed_at.is_(None),
        )
    ).all()
    for row in rows:
        connection.execute(
            update(tamper_item).where(tamper_item.c.id == row.id).values(closed_at=now)
        )
    return [
        Turn(device=device_id, kind=KINDS[row.kind], opened=False, at=now, id=row.id)
        for row in rows
    ]


def to_review(
    connection: Connection,
    scope: Scope = None,
    among: ColumnElement[bool] | None = None,
    *,
    start: int = 0,
    limit: int = SHOWN,
) -> list[Item]:
    """Return what nobody has signed off, what is open first, then the newest."""
    wanted = true() if among is None else among
    newest = (tamper_item.c.opened_at.desc(), tamper_item.c.id.desc())
    asked = (
        _query()
        .where(tamper_item.c.signed_at.is_(None), seen(scope), wanted)
        .order_by(tamper_item.c.closed_at.is_not(None), *newest)
        .offset(start)
        .limit(limit)
    )
    return [_item(row) for row in connection.execute(asked)]


def sign_off(
    connection: Connection, id_: int, by: Visitor, now: float, note: str, shown: int | None = None
) -> bool:
    """Say what it was; what does not end by itself is closed by it. False when it is signed.

    Who signs has seen it happen `shown` times, None for all: what came after that waits anew.
    """
    mine = (tamper_item.c.id == id_) & tamper_item.c.signed_at.is_(None) & seen(by.scope)
    row = connection.execute(select(tamper_item).where(mine)).one_or_none()
    if row is not None:
        values: dict[str, object] = {"signed_by": by.name, "signed_at": now, "note": note}
        again = 0 if shown is None else row.times - max(1, shown)
        if not KINDS[row.kind].lasts:
            values["closed_at"] = now
        if again > 0:
            values["times"] = row.times - again
        connection.execute(update(tamper_item).where(mine).values(**values))
        if again > 0 and row.closed_at is None:
            left = {"params": row.params, "since": row.since, "times": again, "opened_at": now}
            fresh = insert(tamper_item).values(device=row.device, kind=row.kind, **left)
            connection.execute(fresh)
        if row.kind == FORK.id:
            settle(connection, [row.device])
    act = "refused" if row is None else "signed-off"
    audit.note(connection, now, by.name, f"tamper.{act}", str(id_))
    return row is not None


def is_there(connection: Connection, id_: int, scope: Scope) -> bool:
    """Check whether there is such an item for who sees these teams, signed off or not."""
    asked = select(tamper_item.c.id).where(tamper_item.c.id == id_, seen(scope))
    return connection.scalar(asked) is not None


def _query() -> Select[tuple[object, ...]]:
    return (
        select(tamper_item, device.c.label, team.c.name.label("team_name"))
        .join(device, device.c.id == tamper_item.c.device)
        .join(team, team.c.id == device.c.team)
        .where(matters())
    )


def matters() -> ColumnElement[bool]:
    """Leave out who was late for a moment and came back."""
    return (tamper_item.c.kind != "late") | tamper_item.c.closed_at.is_(None)


def _item(row: Row[tuple[object, ...]]) -> Item:
    kind = KINDS.get(row.kind)
    return Item(
        id=row.id,
        device=row.device,
        desk=row.label,
        team=row.team_name,
        kind=row.kind,
        severity=kind.severity if kind else "low",
        params=_PARAMS.decode(row.params),
        times=row.times,
        since=row.since,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        signed_by=row.signed_by or "",
        signed_at=row.signed_at,
        note=row.note,
    )


def seen(scope: Scope) -> ColumnElement[bool]:
    """Leave out the items of other teams' desks."""
    if scope is None:
        return true()
    return tamper_item.c.device.in_(select(device.c.id).where(device.c.team.in_(scope)))


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


def settle(connection: Connection, devices: Sequence[str]) -> None:
    """Believe those of these desks again whose every fork was explained before their last report.

    A report that is taken after a fork is one of the new stretch: others are refused.
    """
    if not devices:
        return
    unsettled = (
        select(tamper_item.c.id)
        .join(device_seen, device_seen.c.device == tamper_item.c.device)
        .where(
            tamper_item.c.device == device.c.id,
            tamper_item.c.kind == kinds.FORK.id,
            tamper_item.c.closed_at.is_(None) | (tamper_item.c.since >= device_seen.c.last_seen),
        )
    )
    doubted = device.c.id.in_(devices) & (device.c.status == CONFLICT)
    connection.execute(update(device).where(doubted, ~unsettled.exists()).values(status=ACTIVE))
