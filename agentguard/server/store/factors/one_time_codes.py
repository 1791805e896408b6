"""One-time codes (TOTP, RFC 6238): sealed secrets, one step either way, each code good once.

NIST SP 800-63B-4: a code is accepted once. Tries are limited where an answer is ruled on.
"""

from __future__ import annotations

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import Connection, delete, insert, select, update

from agentguard.server.keys import ServerKeys
from agentguard.server.store.schema.tables import totp

DESK, CONSOLE = "desk", "console"
ISSUER = "AgentGuard"
STEP = 30  # seconds
WINDOW = 1  # steps either way
MOST_DRIFT = 2  # steps that a person's clock may be off for good


def enrol(connection: Connection, keys: ServerKeys, realm: str, owner: str, *, sure: bool) -> str:
    """Return a new secret (base32) to a person; an earlier one is forgotten."""
    secret = pyotp.random_base32()
    connection.execute(delete(totp).where(totp.c.realm == realm, totp.c.owner == owner))
    connection.execute(
        insert(totp).values(realm=realm, owner=owner, secret=keys.seal(secret), confirmed=sure)
    )
    return secret


def pending(connection: Connection, keys: ServerKeys, realm: str, owner: str) -> str:
    """Return the secret that waits to be confirmed; a new one when there is none."""
    where = (totp.c.realm == realm, totp.c.owner == owner, totp.c.confirmed.is_(False))
    sealed = connection.scalar(select(totp.c.secret).where(*where))
    return keys.unseal(sealed) if sealed else enrol(connection, keys, realm, owner, sure=False)


def forget(connection: Connection, realm: str, owner: str) -> bool:
    """Take a person's secret away; False when there is none."""
    where = (totp.c.realm == realm, totp.c.owner == owner)
    return connection.execute(delete(totp).where(*where)).rowcount == 1


def address(owner: str, secret: str) -> str:
    """Return the otpauth address that authenticator programs read."""
    return pyotp.TOTP(secret).provisioning_uri(name=owner, issuer_name=ISSUER)


def is_enrolled(connection: Connection, realm: str, owner: str) -> bool:
    """Check whether the person has a confirmed secret."""
    where = (totp.c.realm == realm, totp.c.owner == owner, totp.c.confirmed.is_(True))
    return connection.scalar(select(totp.c.owner).where(*where)) is not None


def accept(
    connection: Connection, keys: ServerKeys, realm: str, owner: str, *, answer: str, now: float
) -> str:
    """Verify a code and remember its step; give the problem: ``, wrong, used, not-enrolled.

    The window lies around where the person's clock was last: up to two steps beside ours.
    """
    same = (totp.c.realm == realm, totp.c.owner == owner)
    row = connection.execute(select(totp).where(*same)).first()
    if row is None:
        return "not-enrolled"
    step = _step(keys.unseal(row.secret), "".join(answer.split()), now + STEP * row.drift)
    if step is None:
        return "wrong"
    drift = max(-MOST_DRIFT, min(MOST_DRIFT, step - int(now // STEP)))
    marked = connection.execute(
        update(totp)
        .where(*same, totp.c.last_step < step)
        .values(last_step=step, drift=drift, confirmed=True)
    )
    return "" if marked.rowcount == 1 else "used"


def _step(secret: str, code: str, at: float) -> int | None:
    """Return the time step whose code it is, counted since 1970; None when it is of none near."""
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(
            code, for_time=int(at), valid_window=WINDOW
        )
    except (OTPVerificationError, ValueError):
        return None
