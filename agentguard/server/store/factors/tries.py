"""Tries and the waits that follow, by key: a try is counted before it is judged.

`reserve` looks, judges whether one more may be made, and counts it, in one transaction that nobody
else comes between. So of a thousand at once no more are judged than the rule allows, however long
the judging takes; a right one is forgiven afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, text, update

from agentguard.server.store.schema.tables import lockout

# In one statement: whoever comes at the same time waits here, and then sees what was written.
_HELD = text("""
INSERT INTO lockout (key, failures, last_at, until) VALUES (:key, 0, :now, 0)
ON CONFLICT (key) DO UPDATE SET key = excluded.key
RETURNING failures, last_at, until
""")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A key under which a try counts, and by which rule."""

    key: str
    rule: Rule


def wait(connection: Connection, key: str, now: float) -> int:
    """Return the seconds that `key` must wait yet; 0 for none."""
    asked = select(lockout.c.until).where(lockout.c.key == key)
    return _left(connection.scalar(asked) or 0.0, now)


def reserve(connection: Connection, counts: Iterable[Count], now: float) -> int:
    """Count a try that is about to be judged under each key; give 0.

    Where one of the keys must wait yet, nothing is counted, nothing may be judged, and the seconds
    are given.
    """
    every = sorted(counts, key=lambda one: one.key)  # in one order, so that nobody waits in a ring
    rows = [connection.execute(_HELD, {"key": one.key, "now": now}).one() for one in every]
    held = max((_left(row.until, now) for row in rows), default=0)
    if held:
        return held
    for one, row in zip(every, rows, strict=True):
        past = row.failures if now - row.last_at < one.rule.forget else 0
        pause = _pause(past + 1, one.rule)
        values = {"failures": past + 1, "last_at": now, "until": now + pause if pause else 0.0}
        connection.execute(update(lockout).where(lockout.c.key == one.key).values(values))
    return 0


def after(connection: Connection, counts: Iterable[Count], now: float) -> int:
    """Return the seconds of the wait that a reserved try, which was wrong, has begun."""
    return max((wait(connection, one.key, now) for one in counts), default=0)


def release(connection: Connection, counts: Iterable[Count]) -> None:
    """Take a reserved try back: it proved nothing against anybody."""
    for one in counts:
        fewer = {"failures": lockout.c.failures - 1, "until": 0.0}
        still = (lockout.c.key == one.key, lockout.c.failures > 0)
        connection.execute(update(lockout).where(*still).values(fewer))


def count_failure(connection: Connection, key: str, now: float, rule: Rule) -> int:
    """Count what is refused to nobody; give the seconds of the wait that begins, 0 for none."""
    one = Count(key=key, rule=rule)
    return wait(connection, key, now) if reserve(connection, [one], now) == 0 else 0


def _left(until: float, now: float) -> int:
    return math.ceil(until - now) if until > now else 0


def _pause(failures: int, rule: Rule) -> int:
    beyond = failures - rule.tries
    if beyond < 0:
        return rule.delays[min(failures, len(rule.delays)) - 1]
    return min(rule.most, rule.wait << min(beyond, 20))


def forgive(connection: Connection, counts: Sequence[Count]) -> None:
    """Forget the wrong tries after a right one."""
    forget(connection, [one.key for one in counts])


def forget(connection: Connection, keys: Sequence[str]) -> None:
    """Forget all that was tried under these keys."""
    connection.execute(delete(lockout).where(lockout.c.key.in_(keys)))
