"""Enrolment codes: 80 random bits, kept as a hash; used once, or as often as its maker allowed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, insert, or_, select, update

from agentguard.server.store.accounts import typed_codes
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import batch_codes
from agentguard.server.store.desks.batch_codes import Wish
from agentguard.server.store.desks.devices import AGENT, KEEPER
from agentguard.server.store.schema.tables import device, enrol_code, team


class CodeRefused(Exception):
    """The code is not good.

    `kind` is `wrong`, `used`, `expired`, `revoked`, `full` or `asset`.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a code allows: `again` when the answer to this device got lost, `many` for a batch.

    A device that needs `confirm` waits until a person has compared its words. `role` is what the
    device will be; empty for what its first report says, which codes of before allow.
    """

    team: int
    team_name: str
    again: bool = False
    confirm: bool = False
    many: bool = False
    role: str = AGENT


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLine:
    """A code as it is listed: never the code itself."""

    team: str
    made_by: str
    made_at: float
    expires_at: float
    used_at: float | None
    desk: str
    keeper: bool


def make(
    connection: Connection,
    team_name: str,
    by: str,
    *,
    now: float,
    hours: float,
    role: str = AGENT,
) -> str:
    """Make a code for a team, and the team when there is none of the name."""
    code = typed_codes.new_code()
    connection.execute(
        insert(enrol_code).values(
            hash=_hash(code),
            team=team_id(connection, team_name),
            made_by=by,
            made_at=now,
            expires_at=now + hours * 3600,
            role=role,
        )
    )
    return code


def make_for(connection: Connection, team_name: str, wish: Wish, by: str, now: float) -> str:
    """Make the code that is wished for: a simple one when nothing more is asked of it."""
    if wish.most == 1 and not wish.confirm and not any(wish.assets):
        return make(connection, team_name, by, now=now, hours=wish.hours, role=wish.role)
    code = typed_codes.new_code()
    team_of = replace(wish, team=team_id(connection, team_name))
    batch_codes.put(connection, _hash(code), team_of, by, now)
    return code


def take(connection: Connection, code: str, now: float, used_by: str, asset: str = "") -> Grant:
    """Use a code up, once.

    Raises:
        CodeRefused: it is not good any more, or not for this computer.

    """
    found = connection.execute(
        select(enrol_code, team.c.name).join(team).where(enrol_code.c.hash == _hash(code))
    ).first()
    if found is None:
        return _take_batch(connection, _hash(code), now, used_by, asset)
    if found.used_at is not None and found.used_by == used_by:  # the answer got lost
        return Grant(team=found.team, team_name=found.name, again=True, role=found.role or "")
    if found.used_at is not None:
        raise CodeRefused("used")
    if now >= found.expires_at:
        raise CodeRefused("expired")
    taken = connection.execute(
        update(enrol_code)
        .where(enrol_code.c.hash == found.hash, enrol_code.c.used_at.is_(None))
        .values(used_at=now, used_by=used_by)
    )
    if taken.rowcount != 1:  # another process was faster
        raise CodeRefused("used")
    return Grant(team=found.team, team_name=found.name, role=found.role or "")


def _take_batch(
    connection: Connection, hashed: bytes, now: float, used_by: str, asset: str
) -> Grant:
    row = batch_codes.find(connection, hashed)
    if row is None:
        raise CodeRefused("wrong")
    grant = Grant(
        team=row.team,
        team_name=row.name,
        confirm=row.confirm,
        many=True,
        role=row.role or "",
    )
    if batch_codes.is_used_by(connection, row.id, used_by):
        return replace(grant, again=True)
    refused = batch_codes.why_not(connection, row, asset, now)
    if refused:
        raise CodeRefused(refused)
    if not batch_codes.use(connection, row.id, used_by, asset, now):
        raise CodeRefused("full")
    return grant


def list_codes(
    connection: Connection, now: float, limit: int = batch_codes.LISTED
) -> list[CodeLine]:
    """Return the codes that still let a desk in, then the newest others."""
    over = or_(enrol_code.c.used_at.is_not(None), enrol_code.c.expires_at <= now)
    label = func.coalesce(device.c.label, "").label("desk")
    rows = connection.execute(
        select(enrol_code, team.c.name.label("team_name"), label)
        .join(team, team.c.id == enrol_code.c.team)
        .outerjoin(device, device.c.id == enrol_code.c.used_by)
        .order_by(over, enrol_code.c.made_at.desc())
        .limit(limit)
    )
    return [
        CodeLine(
            team=row.team_name,
            made_by=row.made_by,
            made_at=row.made_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
            desk=row.desk,
            keeper=row.role == KEEPER,
        )
        for row in rows
    ]


def _hash(code: str) -> bytes:
    plain = "".join(c for c in code.upper() if c.isalnum())
    return hashlib.sha256(plain.encode()).digest()
