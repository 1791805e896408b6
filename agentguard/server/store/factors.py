"""One-time codes (TOTP, RFC 6238): sealed secrets, one step either way, each code good once.

NIST SP 800-63B-4: a code is accepted once and tries are limited. PCI DSS 4.0.1, 8.3.4: a lock
after at most ten tries, for at least 30 minutes; here after eight, by user and by device.
"""

from __future__ import annotations

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import Connection, delete, insert, select, update

from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Limits
from agentguard.server.store import tries
from agentguard.server.store.tables import totp
from agentguard.wire import v1

DESK, CONSOLE = "desk", "console"
ISSUER = "AgentGuard"
WINDOW = 1  # steps of 30 s either way


def enrol(connection: Connection, keys: ServerKeys, realm: str, owner: str, *, sure: bool) -> str:
    """Give a new secret (base32) to a person; an earlier one is forgotten."""
    secret = pyotp.random_base32()
    connection.execute(delete(totp).where(totp.c.realm == realm, totp.c.owner == owner))
    connection.execute(
        insert(totp).values(realm=realm, owner=owner, secret=keys.seal(secret), confirmed=sure)
    )
    return secret


def address(owner: str, secret: str) -> str:
    """Give the otpauth address that authenticator programs read."""
    return pyotp.TOTP(secret).provisioning_uri(name=owner, issuer_name=ISSUER)


def enrolled(connection: Connection, realm: str, owner: str) -> bool:
    """Tell whether the person has a confirmed secret."""
    where = (totp.c.realm == realm, totp.c.owner == owner, totp.c.confirmed.is_(True))
    return connection.scalar(select(totp.c.owner).where(*where)) is not None


def accept(
    connection: Connection, keys: ServerKeys, realm: str, owner: str, *, answer: str, now: float
) -> str:
    """Verify a code and remember its step; give the problem: ``, wrong, used, not-enrolled."""
    same = (totp.c.realm == realm, totp.c.owner == owner)
    row = connection.execute(select(totp).where(*same)).first()
    if row is None:
        return "not-enrolled"
    try:
        step = pyotp.TOTP(keys.unseal(row.secret)).verify_and_get_timecode(
            "".join(answer.split()), for_time=now, valid_window=WINDOW
        )
    except (OTPVerificationError, ValueError):
        return "wrong"
    marked = connection.execute(
        update(totp).where(*same, totp.c.last_step < step).values(last_step=step, confirmed=True)
    )
    return "" if marked.rowcount == 1 else "used"


def rule(limits: Limits) -> tries.Rule:
    """Give the rule of the lock."""
    return tries.Rule(
        tries=limits.proof_tries,
        wait=limits.proof_lock,
        most=limits.proof_lock,
    )


def prove(
    connection: Connection, keys: ServerKeys, asked: v1.ProofAsked, *, now: float, limits: Limits
) -> v1.ProofAnswer:
    """Rule on a code of a person at a desk, with the lock of user and device."""
    owners = (f"user:{asked.user}"[:250], f"device:{asked.device}")
    held = max(tries.wait(connection, key, now) for key in owners)
    if held:
        return v1.ProofAnswer(accepted=False, problem="locked", wait=held)
    problem = accept(connection, keys, DESK, asked.user, answer=asked.answer, now=now)
    if problem == "not-enrolled":
        return v1.ProofAnswer(accepted=False, problem=problem)
    if not problem:
        for key in owners:
            tries.forgive(connection, key)
        return v1.ProofAnswer(accepted=True)
    wait = max(tries.failed(connection, key, now, rule(limits)) for key in owners)
    return v1.ProofAnswer(accepted=False, problem="locked" if wait else problem, wait=wait)
