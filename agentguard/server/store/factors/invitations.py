"""A supervisor's leave for one person to set up an authenticator app at one desk, once.

It is given only to who has no app that works: to replace one takes two people, by a reset.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Limits
from agentguard.server.signin.recovery_codes import ALIKE, ALPHABET
from agentguard.server.store.factors import one_time_codes, proof_limits, team_scope, tries
from agentguard.server.store.factors.one_time_codes import DESK
from agentguard.server.store.records import audit
from agentguard.server.store.schema.phone_tables import factor_invite

LENGTH, GROUP = 12, 4
SECONDS = 30 * 60
LONGEST_USER = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A person at a desk wants to set up an app by a supervisor's code."""

    device: str
    user: str
    code: str


def make(connection: Connection, desk: str, owner: str, by: str, now: float) -> str:
    """Return a code for a person at a desk, an earlier one ends; empty where there is an app."""
    if one_time_codes.is_enrolled(connection, DESK, owner):
        return ""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    open_ = (factor_invite.c.owner == owner, factor_invite.c.used_at.is_(None))
    connection.execute(
        update(factor_invite).where(*open_, factor_invite.c.until > now).values(until=now)
    )
    connection.execute(
        insert(factor_invite).values(
            device=desk,
            owner=owner,
            hash=_hash(desk, owner, code),
            made_by=by,
            made_at=now,
            until=now + SECONDS,
        )
    )
    audit.note(connection, now, by, "app.allowed", f"{owner} {desk}"[:250])
    return "-".join(code[i : i + GROUP] for i in range(0, LENGTH, GROUP))


def take(
    connection: Connection, keys: ServerKeys, wanted: Wanted, *, now: float, limits: Limits
) -> tuple[str, int, str]:
    """Use a code up; give the problem and the seconds to wait, or the new app's address.

    Without a code nothing is used or counted: it is told whether the person has an app, at a desk
    where that person has proved by it; anywhere else the answer is the same for everybody.
    """
    if not wanted.code.strip():
        own = team_scope.is_seated(connection, wanted.user, wanted.device, now)
        there = own and one_time_codes.is_enrolled(connection, DESK, wanted.user)
        return ("enrolled" if there else "none"), 0, ""
    counts = [proof_limits.APP.of(limits, wanted.device)]
    held = tries.reserve(connection, counts, now)
    if held:
        return "locked", held, ""
    problem = _use(connection, wanted, now)
    if problem:
        return problem, tries.after(connection, counts, now), ""
    tries.forgive(connection, counts)
    secret = one_time_codes.enrol(connection, keys, DESK, wanted.user, sure=False)
    return "", 0, one_time_codes.address(wanted.user, secret)


def _use(connection: Connection, wanted: Wanted, now: float) -> str:
    same = factor_invite.c.hash == _hash(wanted.device, wanted.user, wanted.code)
    row = connection.execute(select(factor_invite).where(same)).first()
    if row is None:
        return "wrong"
    open_ = (factor_invite.c.used_at.is_(None), factor_invite.c.until > now)
    if one_time_codes.is_enrolled(connection, DESK, wanted.user):
        return "enrolled"
    marked = connection.execute(update(factor_invite).where(same, *open_).values(used_at=now))
    if marked.rowcount != 1:
        return "used" if row.used_at is not None else "expired"
    actor = f"device:{wanted.device}"
    audit.note(connection, now, actor, "app.shown", f"{wanted.user} {row.made_by}"[:250])
    return ""


def _hash(desk: str, owner: str, code: str) -> str:
    """Return what is kept of a code; a name counts in any case, as Windows takes it."""
    plain = "".join(c for c in code.upper() if not c.isspace() and c != "-").translate(ALIKE)
    return hashlib.sha256(f"app\n{desk}\n{owner.casefold()}\n{plain}".encode()).hexdigest()
