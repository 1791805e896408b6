"""Desks with the same sign at once, as when a site loses its line: one thing to look at.

So it is with what one policy, one release or one clock brings to many desks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, false, func, or_, select, true, update

from agentguard.server.store.accounts.people import Scope, Visitor
from agentguard.server.store.engine.times import iso
from agentguard.server.store.records import audit
from agentguard.server.store.schema.identity_tables import tamper_item
from agentguard.server.store.schema.tables import device, team
from agentguard.server.tamper import kinds
from agentguard.server.tamper.items import matters, seen

LEAST = 5
"""Desks from which on they are shown as one."""
BETWEEN = 120.0
"""Seconds between two sweeps that belong together: desks report once a minute."""
LONGEST = 600.0
"""Seconds from a wave's first sweep to its last: desks that fall silent one by one are no wave."""
MOMENTS = 500
"""Moments of which is looked whether they belong together, the newest."""
NAMED = 6
_ITEM = tamper_item.c
_SHOWN_AS_ONE = tuple(kind.id for kind in (*kinds.SILENCE, *kinds.UNRULY, *kinds.SHARED))
LISTED = 200
"""Desks of one sign that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Desks of which an item was opened between `first` and `last`, in wall seconds since 1970.

    `silent` of them still are. `teams` are names, at most `NAMED`; `more` counts the others. Of the
    desks at most some are named as `members`, the silent ones first.
    """

    kind: str
    first: float
    last: float
    since: float
    desks: int
    silent: int
    teams: tuple[str, ...] = ()
    more: int = 0
    members: tuple[Member, ...] = ()

    @property
    def severity(self) -> str:
        """How bad it is."""
        return kinds.KINDS[self.kind].severity

    @property
    def silence(self) -> bool:
        """Whether the desks are not heard from."""
        return kinds.KINDS[self.kind] in kinds.SILENCE

    @property
    def unruly(self) -> bool:
        """Whether the desks ask more of the endpoint than they may."""
        return kinds.KINDS[self.kind] in kinds.UNRULY

    @property
    def lasts(self) -> bool:
        """Whether each desk's part of it ends by itself."""
        return kinds.KINDS[self.kind].lasts


def waiting(
    connection: Connection, scope: Scope = None, among: ColumnElement[bool] | None = None
) -> list[Wave]:
    """Return the waves that nobody has signed off, the newest first, without any names.

    `among` says which items are asked for; None for all.
    """
    grouped = (
        select(
            _ITEM.kind,
            _ITEM.opened_at,
            func.min(_ITEM.since).label("since"),
            func.count().label("desks"),
            func.count().filter(_ITEM.closed_at.is_(None)).label("silent"),
        )
        .where(_unsigned(scope), _chosen(among), _ITEM.kind.in_(_SHOWN_AS_ONE))
        .group_by(_ITEM.kind, _ITEM.opened_at)
        .order_by(_ITEM.kind, _ITEM.opened_at.desc())
        .limit(MOMENTS)
    )
    moments = [
        Wave(
            kind=row.kind,
            first=row.opened_at,
            last=row.opened_at,
            since=row.since,
            desks=row.desks,
            silent=row.silent,
        )
        for row in connection.execute(grouped)
    ]
    found = [one for one in _joined(moments) if one.desks >= LEAST]
    return sorted(found, key=lambda one: -one.last)


def count(
    connection: Connection, scope: Scope = None, among: ColumnElement[bool] | None = None
) -> int:
    """Count what nobody has signed off, a wave as one; who was late and came back needs nobody."""
    every = sum(count_kinds(connection, scope, among).values())
    found = waiting(connection, scope, among) if every >= LEAST else []
    return every - sum(one.desks for one in found) + len(found)


def count_kinds(
    connection: Connection, scope: Scope = None, among: ColumnElement[bool] | None = None
) -> dict[str, int]:
    """Count the desks' items that nobody has signed off by their kind, the most first."""
    many = func.count().label("many")
    rows = connection.execute(
        select(_ITEM.kind, many)
        .where(_unsigned(scope), _chosen(among))
        .group_by(_ITEM.kind)
        .order_by(many.desc(), _ITEM.kind)
    )
    return {row.kind: row.many for row in rows}


def named(connection: Connection, scope: Scope, wave: Wave) -> Wave:
    """Return a wave with the names of its teams and desks."""
    mine = (_unsigned(scope), _within(wave.kind, wave.first, wave.last))
    asked = (
        select(team.c.name)
        .select_from(tamper_item)
        .join(device, device.c.id == _ITEM.device)
        .join(team, team.c.id == device.c.team)
        .where(*mine)
        .group_by(team.c.name)
        .order_by(func.count().desc(), team.c.name)
    )
    names = [str(row.name) for row in connection.execute(asked)]
    return replace(
        wave,
        teams=tuple(names[:NAMED]),
        more=max(0, len(names) - NAMED),
        members=members_of(connection, *mine),
    )


def outside(waves: Iterable[Wave]) -> ColumnElement[bool]:
    """Leave out the items of these waves."""
    return ~or_(false(), *(_within(one.kind, one.first, one.last) for one in waves))


def sign_off(
    connection: Connection, wave: tuple[str, float, float], by: Visitor, now: float, note: str
) -> int:
    """Say what it was of all that one may see of a wave: kind, first and last; tell how many.

    Desks that are still silent stay so, and are missed no more until they have been heard again.
    """
    kind, first, last = wave
    mine = (_unsigned(by.scope), _within(kind, first, last))
    at = select(func.min(_ITEM.opened_at), func.max(_ITEM.opened_at)).where(*mine)
    begun, ended = connection.execute(at).one()
    done = 0
    if kind in _SHOWN_AS_ONE and begun is not None:
        values = {"signed_by": by.name, "signed_at": now, "note": note}
        if not kinds.KINDS[kind].lasts:
            values["closed_at"] = now
        done = connection.execute(update(tamper_item).where(*mine).values(**values)).rowcount
    act = "signed-off" if done else "refused"
    about = f"{kind} x {done}, {iso(begun)} to {iso(ended)}" if done else ""
    audit.note(connection, now, by.name, f"tamper.{act}", about)
    return done


def is_there(connection: Connection, wave: tuple[str, float, float], scope: Scope) -> bool:
    """Check whether there is anything of a wave for who sees these teams, signed off or not."""
    asked = select(_ITEM.id).where(seen(scope), _within(*wave), _ITEM.kind.in_(_SHOWN_AS_ONE))
    return connection.scalar(asked.limit(1)) is not None


def _chosen(among: ColumnElement[bool] | None) -> ColumnElement[bool]:
    return true() if among is None else among


def _unsigned(scope: Scope) -> ColumnElement[bool]:
    return _ITEM.signed_at.is_(None) & seen(scope) & matters()


def _within(kind: str, first: float, last: float) -> ColumnElement[bool]:
    return (_ITEM.kind == kind) & _ITEM.opened_at.between(first, last)


def _joined(moments: Sequence[Wave]) -> list[Wave]:
    """Join what came shortly one after the other; `moments` are in order, the newest first.

    They are joined from the oldest on, so that what comes later moves no earlier wave's ends.
    """
    found: list[Wave] = []
    for one in reversed(moments):
        before = found[-1] if found else None
        if before is None or not _together(before, one):
            found.append(one)
            continue
        found[-1] = replace(
            before,
            last=one.last,
            since=min(before.since, one.since),
            desks=before.desks + one.desks,
            silent=before.silent + one.silent,
        )
    return found


def _together(before: Wave, after: Wave) -> bool:
    close = after.first - before.last <= BETWEEN and after.last - before.first <= LONGEST
    return before.kind == after.kind and close


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A desk; `over` when its part of the sign is."""

    device: str
    desk: str
    over: bool


def members_of(connection: Connection, *among: ColumnElement[bool]) -> tuple[Member, ...]:
    """Return the desks of these items: those where it lasts first, and at most `LISTED`."""
    rows = connection.execute(
        select(device.c.id, device.c.label, tamper_item.c.closed_at)
        .join(device, device.c.id == tamper_item.c.device)
        .where(*among)
        .order_by(tamper_item.c.closed_at.is_not(None), device.c.label, tamper_item.c.id)
        .limit(LISTED)
    )
    return tuple(
        Member(device=row.id, desk=row.label, over=row.closed_at is not None) for row in rows
    )
