"""The desks that supervisors opened, with a network by a code or by phone: one list of both.

A code opens one desk, once, within minutes, and is kept as a hash: sixty random bits in three
groups of four, in Crockford's letters, so that it is taken for no other code. Who made it, why, and
who used it when stays written down.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, insert, literal, select, union_all, update

from agentguard.server.keys import ServerKeys
from agentguard.server.signin.recovery_codes import ALIKE, ALPHABET
from agentguard.server.store.accounts.people import Scope
from agentguard.server.store.factors import by_phone, team_scope
from agentguard.server.store.records import audit
from agentguard.server.store.schema.phone_tables import phone_answer
from agentguard.server.store.schema.sign_in_tables import break_glass
from agentguard.server.store.schema.tables import device, team

LENGTH, GROUP = 12, 4
SECONDS = 15 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One of them: never the code itself. `phone` says that no network was needed."""

    device: str
    label: str
    team: str
    reason: str
    made_by: str
    made_at: float
    until: float
    used_at: float | None
    used_by: str
    phone: bool


_CODES = select(
    break_glass.c.id,
    break_glass.c.device,
    break_glass.c.reason,
    break_glass.c.made_by,
    break_glass.c.made_at,
    break_glass.c.until,
    break_glass.c.used_at,
    break_glass.c.used_by,
    literal(0).label("phone"),
)
_ANSWERS = select(
    phone_answer.c.id,
    phone_answer.c.device,
    phone_answer.c.reason,
    phone_answer.c.given_by,
    phone_answer.c.given_at,
    phone_answer.c.given_at + by_phone.SECONDS,
    phone_answer.c.used_at,
    literal(""),
    literal(1),
)
_BOTH = union_all(_CODES, _ANSWERS).subquery()


def list_opened(
    connection: Connection, keys: ServerKeys, scope: Scope, limit: int, now: float
) -> list[Opened]:
    """Return the newest of the desks that may be seen.

    Whom a desk says that it opened for is named to those whose the person is.
    """
    asked = (
        select(_BOTH, device.c.label, team.c.name.label("team_name"))
        .join(device, device.c.id == _BOTH.c.device)
        .join(team, team.c.id == device.c.team)
        .order_by(_BOTH.c.made_at.desc(), _BOTH.c.phone, _BOTH.c.id.desc())
        .limit(limit)
    )
    if scope is not None:
        asked = asked.where(device.c.team.in_(scope))
    return [
        Opened(
            device=row.device,
            label=row.label,
            team=row.team_name,
            reason=row.reason,
            made_by=row.made_by,
            made_at=row.made_at,
            until=row.until,
            used_at=row.used_at,
            used_by=_named(connection, keys, scope, row.used_by or "", now),
            phone=bool(row.phone),
        )
        for row in connection.execute(asked)
    ]


def _named(connection: Connection, keys: ServerKeys, scope: Scope, name: str, now: float) -> str:
    return name if name and team_scope.belongs(connection, keys, scope, name, now) else ""


def make(connection: Connection, desk: str, reason: str, by: str, now: float) -> str:
    """Make a code for a desk; an earlier one that was not used ends."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    still = (break_glass.c.device == desk, break_glass.c.used_at.is_(None))
    connection.execute(
        update(break_glass).where(*still, break_glass.c.until > now).values(until=now)
    )
    connection.execute(
        insert(break_glass).values(
            device=desk,
            hash=_hash(desk, code),
            reason=reason[:250],
            made_by=by,
            made_at=now,
            until=now + SECONDS,
        )
    )
    audit.note(connection, now, by, "break-glass.made", desk)
    return "-".join(code[i : i + GROUP] for i in range(0, LENGTH, GROUP))


def use(connection: Connection, desk: str, code: str, user: str, now: float) -> str:
    """Use a code up; give the problem: ``, `wrong`, `used` or `expired`."""
    same = break_glass.c.hash == _hash(desk, code)
    row = connection.execute(select(break_glass).where(same)).first()
    if row is None:
        return "wrong"
    open_ = (break_glass.c.used_at.is_(None), break_glass.c.until > now)
    values = {"used_at": now, "used_by": user[:200]}
    marked = connection.execute(update(break_glass).where(same, *open_).values(values))
    if marked.rowcount != 1:
        return "used" if row.used_at is not None else "expired"
    audit.note(connection, now, f"device:{desk}", "break-glass.used", f"{row.made_by} {user}")
    return ""


def _hash(desk: str, code: str) -> bytes:
    plain = "".join(c for c in code.upper() if c.isalnum()).translate(ALIKE)
    return hashlib.sha256(f"{desk} {plain}".encode()).digest()
