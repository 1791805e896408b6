"""Codes for many desks: bound to a count, a date and perhaps asset tags, and revocable.

A code of this kind may also be for one desk alone, when that desk has to wait for a person's word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from agentguard.server.roles import Scope
from agentguard.server.store.desks.devices import AGENT, KEEPER
from agentguard.server.store.schema.identity_tables import batch_asset, batch_code, batch_use
from agentguard.server.store.schema.tables import team

MOST = 100_000  # desks of one code
LISTED = 50  # codes on a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a code is to allow: `most` desks of a team within `hours`; no asset means any.

    `role` is what each of them will be: an agent, or a keeper of a computer.
    """

    team: int
    most: int
    hours: float
    confirm: bool
    assets: Sequence[str] = ()
    role: str = AGENT


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """A code as it is listed: never the code itself."""

    id: int
    team: str
    made_by: str
    made_at: float
    expires_at: float
    most: int
    used: int
    confirm: bool
    assets: int
    revoked_by: str
    keeper: bool


def plain_asset(text: str) -> str:
    """Return an asset tag as it is compared: without spaces at its ends, in small letters."""
    return text.strip().casefold()[:100]


def put(connection: Connection, hashed: bytes, wish: Wish, by: str, now: float) -> int:
    """Write a code down by its hash; give its id."""
    made = connection.execute(
        insert(batch_code).values(
            hash=hashed,
            team=wish.team,
            made_by=by,
            made_at=now,
            expires_at=now + wish.hours * 3600,
            most=wish.most,
            confirm=wish.confirm,
            role=wish.role,
        )
    ).inserted_primary_key
    id_ = int(made[0]) if made else 0
    tags = sorted({plain_asset(one) for one in wish.assets if one.strip()})
    if tags:
        connection.execute(insert(batch_asset), [{"code": id_, "asset": one} for one in tags])
    return id_


def find(connection: Connection, hashed: bytes) -> Row[tuple[object, ...]] | None:
    """Return the row of a code, with its team's name; None when there is none."""
    return connection.execute(
        select(batch_code, team.c.name).join(team).where(batch_code.c.hash == hashed)
    ).first()


def is_used_by(connection: Connection, id_: int, device: str) -> bool:
    """Check whether the code has taken this device in."""
    asked = select(batch_use.c.at).where(batch_use.c.code == id_, batch_use.c.device == device)
    return connection.scalar(asked) is not None


def why_not(connection: Connection, row: Row[tuple[object, ...]], asset: str, now: float) -> str:
    """Say why a code may not be used: empty, `revoked`, `expired`, `full` or `asset`."""
    if row.revoked_at is not None:
        return "revoked"
    if now >= row.expires_at:
        return "expired"
    if row.used >= row.most:
        return "full"
    return "" if _asset_fits(connection, row.id, plain_asset(asset)) else "asset"


def use(connection: Connection, id_: int, device: str, asset: str, now: float) -> bool:
    """Use a code once more; False when another process was faster."""
    bound = _is_bound(connection, id_)
    counted = connection.execute(
        update(batch_code)
        .where(batch_code.c.id == id_, batch_code.c.used < batch_code.c.most)
        .values(used=batch_code.c.used + 1)
    )
    if counted.rowcount != 1:
        return False
    tag = plain_asset(asset) if bound else None
    connection.execute(insert(batch_use).values(code=id_, device=device, at=now, asset=tag))
    return True


def revoke(connection: Connection, id_: int, by: str, now: float) -> bool:
    """End a code; the desks that it has taken in stay. False when it was ended before."""
    done = connection.execute(
        update(batch_code)
        .where(batch_code.c.id == id_, batch_code.c.revoked_at.is_(None))
        .values(revoked_by=by, revoked_at=now)
    )
    return done.rowcount == 1


def list_batches(
    connection: Connection, now: float, scope: Scope = None, limit: int = LISTED
) -> list[BatchLine]:
    """Return the codes that still let desks in, which can be withdrawn, then the newest others."""
    over = or_(
        batch_code.c.revoked_at.is_not(None),
        batch_code.c.expires_at <= now,
        batch_code.c.used >= batch_code.c.most,
    )
    tags = (
        select(func.count())
        .select_from(batch_asset)
        .where(batch_asset.c.code == batch_code.c.id)
        .scalar_subquery()
    )
    asked = (
        select(batch_code, team.c.name.label("team_name"), tags.label("assets"))
        .join(team, team.c.id == batch_code.c.team)
        .order_by(over, batch_code.c.made_at.desc())
        .limit(limit)
    )
    if scope is not None:
        asked = asked.where(batch_code.c.team.in_(scope))
    return [
        BatchLine(
            id=row.id,
            team=row.team_name,
            made_by=row.made_by,
            made_at=row.made_at,
            expires_at=row.expires_at,
            most=row.most,
            used=row.used,
            confirm=row.confirm,
            assets=row.assets,
            revoked_by=row.revoked_by or "",
            keeper=row.role == KEEPER,
        )
        for row in connection.execute(asked)
    ]


def _is_bound(connection: Connection, id_: int) -> bool:
    asked = select(batch_asset.c.asset).where(batch_asset.c.code == id_).limit(1)
    return connection.scalar(asked) is not None


def _asset_fits(connection: Connection, id_: int, asset: str) -> bool:
    """Check whether the code is for any computer, or for this one and not used for it yet."""
    if not _is_bound(connection, id_):
        return True
    asked = (
        select(batch_asset.c.asset)
        .outerjoin(
            batch_use,
            (batch_use.c.code == batch_asset.c.code) & (batch_use.c.asset == batch_asset.c.asset),
        )
        .where(
            batch_asset.c.code == id_,
            batch_asset.c.asset == asset,
            batch_use.c.device.is_(None),
        )
    )
    return connection.scalar(asked) is not None
