"""Rules on what a person at a desk proves with: a one-time code, or a supervisor's code.

NIST SP 800-63B-4: tries are limited. PCI DSS 4.0.1, 8.3.4: a lock after at most ten wrong tries,
for at least 30 minutes. Here: 0, 0, 5, 30, 60, 300 seconds after each wrong one, and the lock after
eight, counted by person and by device; a right one resets both.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, update

from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Limits
from agentguard.server.store import audit, break_glass, factors, tries
from agentguard.server.store.sign_in_tables import desk_person
from agentguard.wire import v1

TOTP, BREAK_GLASS = "totp", "break-glass"
FACTORS = frozenset({TOTP, BREAK_GLASS})
DELAYS = (0, 0, 5, 30, 60, 300)  # seconds
LONGEST_USER = 200


def prove(
    connection: Connection, keys: ServerKeys, asked: v1.ProofAsked, *, now: float, limits: Limits
) -> v1.ProofAnswer:
    """Rule on an answer of a person at a desk."""
    owners = key_of_user(asked.user), f"device:{asked.device}"
    held = max(tries.wait(connection, key, now) for key in owners)
    if held:
        return v1.ProofAnswer(accepted=False, problem="locked", wait=held)
    problem = _judge(connection, keys, asked, now)
    if problem == "not-enrolled":
        return v1.ProofAnswer(accepted=False, problem=problem)
    if not problem:
        for key in owners:
            tries.forgive(connection, key)
        _seat(connection, asked, now)
        return v1.ProofAnswer(accepted=True)
    wait = max(tries.failed(connection, key, now, _rule(limits)) for key in owners)
    locked = wait >= limits.proof_lock
    if locked:
        audit.note(connection, now, f"device:{asked.device}", "factor.locked", asked.user)
    return v1.ProofAnswer(accepted=False, problem="locked" if locked else problem, wait=wait)


def key_of_user(user: str) -> str:
    """Give the key under which a person's wrong tries are counted."""
    return f"user:{user}"[:250]


def _judge(connection: Connection, keys: ServerKeys, asked: v1.ProofAsked, now: float) -> str:
    if asked.factor == BREAK_GLASS:
        return break_glass.use(connection, asked.device, asked.answer, asked.user, now)
    return factors.accept(connection, keys, factors.DESK, asked.user, answer=asked.answer, now=now)


def _rule(limits: Limits) -> tries.Rule:
    lock = limits.proof_lock
    return tries.Rule(tries=limits.proof_tries, wait=lock, most=lock, delays=DELAYS)


def _seat(connection: Connection, asked: v1.ProofAsked, now: float) -> None:
    """Write down that this person proves presence at this desk."""
    user = asked.user[:LONGEST_USER]
    same = (desk_person.c.user == user, desk_person.c.device == asked.device)
    known = connection.execute(update(desk_person).where(*same).values(at=now))
    if known.rowcount == 0:
        connection.execute(insert(desk_person).values(user=user, device=asked.device, at=now))
