"""Signs that are about the endpoint and no desk: what strangers do to it, and to its audit log.

Each process counts, and writes what it counted once it is much; all of them write on one line of
each kind, until somebody signs it off. Addresses are kept nowhere.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, insert, select, update

from agentguard.server.listener.path_to_endpoint import Outside
from agentguard.server.roles import Scope
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.engine import leadership
from agentguard.server.store.records import audit
from agentguard.server.store.schema.identity_tables import endpoint_sign
from agentguard.server.tamper.items import Turn
from agentguard.server.tamper.kinds import (
    AUDIT_BROKEN,
    ENDPOINT,
    OF_ENDPOINT,
    STRANGERS,
    STRANGERS_BEYOND,
    STRANGERS_SILENT,
    Kind,
)

MANY = 100
"""From so many in one `SPAN` on it is a sign: fewer are a scanner, a check, or a bad line."""
SPAN = 600.0
"""Seconds for which is counted, and after which it is over when there were no more."""
AGAIN = 3600.0
"""Seconds after a sign was signed off for which what goes on is no new one."""
JOB = "strangers"
_SIGN = endpoint_sign.c


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSign:
    """A sign: seen `times` times between `opened_at` and `last_at`, in seconds since 1970."""

    id: int
    kind: str
    severity: str
    times: int
    opened_at: float
    last_at: float

    @property
    def stays(self) -> bool:
        """Whether it is not over by itself when it was not seen for a while."""
        return self.kind == AUDIT_BROKEN.id


class Strangers:
    """What this process has counted of strangers, and how much of that is written."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._since: float | None = None
        self._before: Counter[str] = Counter()
        self._written: Counter[str] = Counter()

    def look(self, connection: Connection, now: float) -> list[Turn]:
        """Write down what is much, and give what was opened.

        Another process that writes at this moment goes first.
        """
        if not leadership.mine(connection, JOB):
            return []
        if self._since is None:  # who came before the first look counts in the first span
            self._since = now
        found, turns = self._counted(), list[Turn]()
        for kind in STRANGERS:
            fresh = found[kind.id] - self._written[kind.id]
            if fresh > 0 and found[kind.id] - self._before[kind.id] >= MANY:
                turns += note(connection, kind, fresh, now)
                self._written[kind.id] = found[kind.id]
        if not 0 <= now - self._since < SPAN:
            self._since = now
            self._before, self._written = found, found.copy()
        return turns

    def _counted(self) -> Counter[str]:
        hung_up, refused = dict(self._outside.hung_up), dict(self._outside.refused)
        return Counter(
            {
                STRANGERS_SILENT.id: sum(hung_up.values()),
                STRANGERS_BEYOND.id: sum(refused.values()),
            }
        )


def note(connection: Connection, kind: Kind, count: int, now: float) -> list[Turn]:
    """Count on the sign of this kind that waits, or open one, which is given."""
    mine = (_SIGN.kind == kind.id) & _SIGN.signed_at.is_(None)
    more = {"times": _SIGN.times + count, "last_at": now}
    if connection.execute(update(endpoint_sign).where(mine).values(**more)).rowcount:
        return []
    lately = (_SIGN.kind == kind.id) & _SIGN.signed_at.between(now - AGAIN, now)
    if connection.scalar(select(_SIGN.id).where(lately).limit(1)) is not None:
        return []
    values = {"kind": kind.id, "times": count, "opened_at": now, "last_at": now}
    made = connection.execute(insert(endpoint_sign).values(**values)).inserted_primary_key
    return [Turn(device=ENDPOINT, kind=kind, opened=True, at=now, id=int(made[0]) if made else 0)]


def waiting(connection: Connection, scope: Scope) -> list[EndpointSign]:
    """Return what nobody has signed off, the newest first.

    Who sees some teams only is shown none.
    """
    if scope is not None:
        return []
    asked = select(endpoint_sign).where(_SIGN.signed_at.is_(None)).order_by(_SIGN.opened_at.desc())
    return [_sign(row) for row in connection.execute(asked)]


def count(connection: Connection, scope: Scope) -> int:
    """Count what nobody has signed off."""
    if scope is not None:
        return 0
    asked = select(func.count()).select_from(endpoint_sign).where(_SIGN.signed_at.is_(None))
    return int(connection.scalar(asked) or 0)


def sign_off(connection: Connection, id_: int, by: Visitor, now: float, note_: str) -> bool:
    """Say what it was; False when it is signed, or not for this visitor to see."""
    mine = (_SIGN.id == id_) & _SIGN.signed_at.is_(None)
    values = {"signed_by": by.name, "signed_at": now, "note": note_}
    asked = update(endpoint_sign).where(mine).values(**values)
    done = by.scope is None and bool(connection.execute(asked).rowcount)
    act = "signed-off" if done else "refused"
    audit.note(connection, now, by.name, f"tamper.{act}", f"endpoint:{id_}")
    return done


def is_there(connection: Connection, id_: int, scope: Scope) -> bool:
    """Check whether there is such a sign for who sees these teams, signed off or not."""
    known = connection.scalar(select(_SIGN.id).where(_SIGN.id == id_)) is not None
    return known and scope is None


def _sign(row: Row[tuple[object, ...]]) -> EndpointSign:
    kind = next((one for one in OF_ENDPOINT if one.id == row.kind), None)
    return EndpointSign(
        id=row.id,
        kind=row.kind,
        severity=kind.severity if kind else "low",
        times=row.times,
        opened_at=row.opened_at,
        last_at=row.last_at,
    )
