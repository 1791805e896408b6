"""Wrong tries and the waits that follow, by key."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from agentguard.server.store.tables import lockout


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """From the `tries`-th wrong one on there is a wait of `wait` seconds.

    It doubles with every further wrong one up to `most`, and all is forgotten after `forget`.
    Before, the n-th wrong one is followed by the n-th of `delays`, the last one of them at most.
    """

    tries: int
    wait: int
    most: int
    forget: int = 24 * 3600
    delays: tuple[int, ...] = (0,)


def wait(connection: Connection, key: str, now: float) -> int:
    """Give the seconds that `key` must wait yet; 0 for none."""
    asked = select(lockout.c.until).where(lockout.c.key == key)
    until: float | None = connection.scalar(asked)
    return math.ceil(until - now) if until and until > now else 0


def failed(connection: Connection, key: str, now: float, rule: Rule) -> int:
    """Count a wrong try; give the seconds of the wait that begins, 0 for none."""
    row = connection.execute(select(lockout).where(lockout.c.key == key).with_for_update()).first()
    known = row is not None
    past = row.failures if row is not None and now - row.last_at < rule.forget else 0
    failures = past + 1
    pause = _pause(failures, rule)
    values = {"failures": failures, "last_at": now, "until": now + pause if pause else 0.0}
    if known:
        connection.execute(update(lockout).where(lockout.c.key == key).values(values))
    else:
        connection.execute(insert(lockout).values(key=key, **values))
    return pause


def _pause(failures: int, rule: Rule) -> int:
    beyond = failures - rule.tries
    if beyond < 0:
        return rule.delays[min(failures, len(rule.delays)) - 1]
    return min(rule.most, rule.wait << min(beyond, 20))


def forgive(connection: Connection, key: str) -> None:
    """Forget the wrong tries after a right one."""
    connection.execute(delete(lockout).where(lockout.c.key == key))
