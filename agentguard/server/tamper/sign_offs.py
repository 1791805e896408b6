"""What was signed off, as people did it: one note for many desks is one line."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, distinct, func, select

from agentguard.server.roles import Scope
from agentguard.server.store.schema.identity_tables import tamper_item
from agentguard.server.tamper import members
from agentguard.server.tamper.items import seen
from agentguard.server.tamper.members import Member

_ITEM = tamper_item.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Items of one kind that somebody signed off at once; of `desks` at most some are named."""

    kind: str
    by: str
    at: float
    note: str
    desks: int
    members: tuple[Member, ...]


def listed(connection: Connection, scope: Scope, *, start: int = 0, limit: int) -> list[Signed]:
    """Give what was signed off at `limit` moments after the newest `start`."""
    moments = (
        select(_ITEM.signed_at)
        .where(_signed(scope))
        .group_by(_ITEM.signed_at)
        .order_by(_ITEM.signed_at.desc())
        .offset(start)
        .limit(limit)
    )
    at = list(connection.scalars(moments))
    same = (_ITEM.kind, _ITEM.signed_by, _ITEM.signed_at, _ITEM.note)
    rows = connection.execute(
        select(*same, func.count().label("desks"))
        .where(_signed(scope), _ITEM.signed_at.in_(at))
        .group_by(*same)
        .order_by(_ITEM.signed_at.desc(), func.min(_ITEM.id))
    )
    return [
        Signed(
            kind=row.kind,
            by=row.signed_by or "",
            at=row.signed_at,
            note=row.note,
            desks=row.desks,
            members=members.of(
                connection,
                _signed(scope),
                *(column == row[place] for place, column in enumerate(same)),
            ),
        )
        for row in rows
    ]


def count(connection: Connection, scope: Scope) -> int:
    """Count the moments at which something was signed off."""
    asked = select(func.count(distinct(_ITEM.signed_at))).where(_signed(scope))
    return int(connection.scalar(asked) or 0)


def _signed(scope: Scope) -> ColumnElement[bool]:
    return _ITEM.signed_at.is_not(None) & seen(scope)
