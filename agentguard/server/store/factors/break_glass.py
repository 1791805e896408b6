"""A supervisor's code that opens one desk, once, within minutes; kept as a hash.

Sixty random bits in three groups of four, in Crockford's letters, so that it is taken for no other
code. Who made it, why, and who used it when stays written down.
"""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import Connection, insert, select, update

from agentguard.server.signin.recovery_codes import ALIKE, ALPHABET
from agentguard.server.store.records import audit
from agentguard.server.store.schema.sign_in_tables import break_glass

LENGTH, GROUP = 12, 4
SECONDS = 15 * 60


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
