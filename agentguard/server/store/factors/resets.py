"""Resets of second factors, with four eyes: one person asks, another one confirms within a day."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from agentguard.server.keys import ServerKeys
from agentguard.server.store.accounts import sessions
from agentguard.server.store.factors import one_time_codes, passkeys, proof_limits, recovery, tries
from agentguard.server.store.factors.one_time_codes import CONSOLE, DESK
from agentguard.server.store.records import audit
from agentguard.server.store.schema.sign_in_tables import desk_person, factor_reset

WAITS = 24 * 3600  # seconds that a request holds
LONGEST = 250  # characters of a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that waits for a second person."""

    id: int
    realm: str
    owner: str
    reason: str
    asked_by: str
    asked_at: float


def ask(connection: Connection, who: tuple[str, str], reason: str, by: str, now: float) -> bool:
    """Ask for a reset of `who` (realm and owner); False when one waits already."""
    realm, owner = who
    if any((one.realm, one.owner) == who for one in waiting(connection, now)):
        return False
    connection.execute(
        insert(factor_reset).values(
            realm=realm, owner=owner, reason=reason[:LONGEST], asked_by=by, asked_at=now
        )
    )
    audit.note(connection, now, by, "reset.asked", f"{realm} {owner}")
    return True


def waiting(connection: Connection, now: float) -> list[Asked]:
    """Return the requests that wait, the oldest first."""
    rows = connection.execute(
        select(factor_reset)
        .where(factor_reset.c.ruled_by.is_(None), factor_reset.c.asked_at > now - WAITS)
        .order_by(factor_reset.c.id)
    )
    return [
        Asked(
            id=row.id,
            realm=row.realm,
            owner=row.owner,
            reason=row.reason,
            asked_by=row.asked_by,
            asked_at=row.asked_at,
        )
        for row in rows
    ]


def refuse(connection: Connection, one: Asked, by: str, now: float) -> bool:
    """Refuse a request, or take back one's own; False when it is settled already."""
    if not _settle(connection, one, by, now, done=False):
        return False
    audit.note(connection, now, by, "reset.refused", f"{one.realm} {one.owner}")
    return True


def confirm(
    connection: Connection, keys: ServerKeys, one: Asked, by: str, now: float
) -> str | None:
    """Confirm a request of somebody else and do it; None when that may not be.

    A person at a desk is given a new TOTP secret, which is returned; a security key of a desk is
    taken out of the policy by those who sign it. A console user, for whom the answer is empty, has
    every session ended and enrols a factor at the next sign-in.
    """
    if one.asked_by == by or not _settle(connection, one, by, now, done=True):
        return None
    audit.note(connection, now, by, "reset.confirmed", f"{one.realm} {one.owner} {one.asked_by}")
    if one.realm == CONSOLE:
        passkeys.forget_all(connection, CONSOLE, one.owner)
        one_time_codes.forget(connection, CONSOLE, one.owner)
        recovery.forget(connection, one.owner)
        sessions.end_all(connection, one.owner)
        return ""
    _unlock(connection, one.owner)
    return one_time_codes.enrol(connection, keys, DESK, one.owner, sure=True)


def _unlock(connection: Connection, owner: str) -> None:
    """Forget what was tried wrongly for a person, at whatever desk."""
    desks = connection.scalars(select(desk_person.c.device).where(desk_person.c.user == owner))
    keys = [proof_limits.key(proof_limits.SEATED.id, f"{desk} {owner}") for desk in desks]
    tries.forget(connection, [proof_limits.key(proof_limits.USER.id, owner), *keys])


def _settle(connection: Connection, one: Asked, by: str, now: float, *, done: bool) -> bool:
    open_ = (factor_reset.c.id == one.id, factor_reset.c.ruled_by.is_(None))
    values = {"ruled_by": by, "ruled_at": now, "done": done}
    marked = connection.execute(
        update(factor_reset).where(*open_, factor_reset.c.asked_at > now - WAITS).values(values)
    )
    return marked.rowcount == 1
