"""What was signed off, as people did it: one note for many desks is one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Subquery, false, func, select, true

from agentguard.server.roles import Scope
from agentguard.server.store.schema.identity_tables import endpoint_sign, tamper_item
from agentguard.server.tamper import waves
from agentguard.server.tamper.items import seen
from agentguard.server.tamper.waves import Member

_ITEM, _SIGN = tamper_item.c, endpoint_sign.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Items of one kind that somebody signed off at once; of `desks` at most some are named.

    A sign of the endpoint is about none.
    """

    kind: str
    by: str
    at: float
    note: str
    desks: int
    members: tuple[Member, ...]


def list_signed(
    connection: Connection, scope: Scope, *, start: int = 0, limit: int
) -> list[Signed]:
    """Return what was signed off at `limit` moments after the newest `start`."""
    moments = _moments(scope)
    newest = select(moments.c.at).order_by(moments.c.at.desc()).offset(start).limit(limit)
    at = list(connection.scalars(newest))
    same = (_ITEM.kind, _ITEM.signed_by, _ITEM.signed_at, _ITEM.note)
    rows = connection.execute(
        select(*same, func.count().label("desks"))
        .where(_signed(scope), _ITEM.signed_at.in_(at))
        .group_by(*same)
        .order_by(_ITEM.signed_at.desc(), func.min(_ITEM.id))
    )
    found = [
        Signed(
            kind=row.kind,
            by=row.signed_by or "",
            at=row.signed_at,
            note=row.note,
            desks=row.desks,
            members=waves.members_of(
                connection,
                _signed(scope),
                *(column == row[place] for place, column in enumerate(same)),
            ),
        )
        for row in rows
    ]
    return sorted([*found, *_of_the_endpoint(connection, scope, at)], key=lambda one: -one.at)


def count(connection: Connection, scope: Scope) -> int:
    """Count the moments at which something was signed off."""
    return int(connection.scalar(select(func.count()).select_from(_moments(scope))) or 0)


def _moments(scope: Scope) -> Subquery:
    """Return each moment at which something was signed off, once."""
    asked = select(_ITEM.signed_at.label("at")).where(_signed(scope))
    of_all = true() if scope is None else false()
    other = select(_SIGN.signed_at).where(_SIGN.signed_at.is_not(None), of_all)
    return asked.union(other).subquery()


def _of_the_endpoint(connection: Connection, scope: Scope, at: Sequence[float]) -> Iterator[Signed]:
    if scope is not None:
        return
    asked = select(endpoint_sign).where(_SIGN.signed_at.in_(at)).order_by(_SIGN.id)
    for row in connection.execute(asked):
        yield Signed(
            kind=row.kind,
            by=row.signed_by or "",
            at=row.signed_at,
            note=row.note,
            desks=0,
            members=(),
        )


def _signed(scope: Scope) -> ColumnElement[bool]:
    return _ITEM.signed_at.is_not(None) & seen(scope)
