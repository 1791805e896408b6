"""Rules on what a person at a desk proves with: a one-time code, or a supervisor's code.

NIST SP 800-63B-4: tries are limited. PCI DSS 4.0.1, 8.3.4: a lock after at most ten wrong tries,
for at least 30 minutes. Here: 0, 0, 5, 30, 60, 300 seconds after each wrong one, and the lock after
eight, counted by person and by device; a right one resets both. At a desk where the person has
proved before, the person's tries are those of that desk alone, so that nobody elsewhere locks
anybody out. A supervisor's code is counted by its desk, apart from everything else.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, update

from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Limits
from agentguard.server.store.factors import (
    one_time_codes,
    opened_desks,
    proof_limits,
    team_scope,
    tries,
)
from agentguard.server.store.factors.tries import Count
from agentguard.server.store.records import audit
from agentguard.server.store.schema.sign_in_tables import desk_person
from agentguard.wire.proof_messages import ProofAnswer, ProofAsked

TOTP, BREAK_GLASS = "totp", "break-glass"
FACTORS = frozenset({TOTP, BREAK_GLASS})
LONGEST_USER = 200


def prove(
    connection: Connection,
    keys: ServerKeys,
    asked: ProofAsked,
    *,
    now: float,
    limits: Limits,
) -> ProofAnswer:
    """Rule on an answer of a person at a desk; it is counted first, in the same transaction."""
    seated = team_scope.is_seated(connection, asked.user, asked.device, now)
    counts = _counts(asked, limits, seated=seated)
    held = tries.reserve(connection, counts, now)
    if held:
        return ProofAnswer(accepted=False, problem="locked", wait=held)
    problem = _judge(connection, keys, asked, now)
    if problem == "not-enrolled" and seated:
        tries.release(connection, counts)
        return ProofAnswer(accepted=False, problem=problem)
    if not problem:
        tries.forgive(connection, counts)
        if asked.factor == TOTP:  # a supervisor's code says nothing of who sits there
            _seat(connection, asked, now)
        return ProofAnswer(accepted=True)
    wait = tries.after(connection, counts, now)
    locked = wait >= limits.proof_lock
    if locked:
        audit.note(connection, now, f"device:{asked.device}", "factor.locked", asked.user)
    # To who never proved here it is not told whether there is an app.
    said = "wrong" if problem == "not-enrolled" else problem
    return ProofAnswer(accepted=False, problem="locked" if locked else said, wait=wait)


def _counts(asked: ProofAsked, limits: Limits, *, seated: bool) -> list[Count]:
    if asked.factor == BREAK_GLASS:
        return [proof_limits.GLASS.of(limits, asked.device)]
    return proof_limits.of_desk(limits, asked.user, asked.device, seated=seated)


def _judge(connection: Connection, keys: ServerKeys, asked: ProofAsked, now: float) -> str:
    if asked.factor == BREAK_GLASS:
        return opened_desks.use(connection, asked.device, asked.answer, asked.user, now)
    return one_time_codes.accept(
        connection, keys, one_time_codes.DESK, asked.user, answer=asked.answer, now=now
    )


def _seat(connection: Connection, asked: ProofAsked, now: float) -> None:
    """Write down that this person proves presence at this desk."""
    user = asked.user[:LONGEST_USER]
    same = (desk_person.c.user == user, desk_person.c.device == asked.device)
    known = connection.execute(update(desk_person).where(*same).values(at=now))
    if known.rowcount == 0:
        connection.execute(insert(desk_person).values(user=user, device=asked.device, at=now))
