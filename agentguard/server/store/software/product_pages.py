"""One product of the fleet: its versions, how many desks had them week by week, and which do now.

A name that no rule knows is a product as well: all versions of the same name and publisher.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select

from agentguard.model.messages import Message
from agentguard.server.roles import Scope
from agentguard.server.store.schema.software_tables import (
    device_program,
    device_program_past,
    product_count,
    program,
    program_day,
)
from agentguard.server.store.schema.tables import device, team
from agentguard.server.store.software.counting import UNNAMED
from agentguard.server.store.software.fleet_pages import beside, had, page_of, seen

WEEKS = 12
WEEK, DAY = 7 * 86_400.0, 86_400.0
_ONE, _HAS = program.c, device_program.c
_Told = list[tuple[int, float, float | None]]


class _Said(msgspec.Struct, frozen=True):
    id: str
    params: dict[str, str | int] = {}


_WHY = msgspec.json.Decoder(_Said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a program, and on how many desks it is.

    `ends` is a day or empty, `page` says so; in its state `since` then. `desks` is None where it
    was not counted: on the page of one desk.
    """

    id: int
    name: str
    version: str
    publisher: str
    kind: str
    edition: str
    channel: str
    arch: str
    scope: str
    host: str
    source: str
    product: str
    title: str
    line: str
    state: str
    rank: int
    ends: str
    since: float
    first_seen: float
    why: Message | None
    page: str
    desks: int | None = None

    @property
    def address(self) -> str:
        """The path of the page of its product, or of its name when no rule knows it."""
        return page_of(self.product, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Has:
    """A desk that has a version, since when it is known to."""

    device: str
    desk: str
    team: str
    program: int
    first_seen: float


def named(connection: Connection, id_: int) -> Version | None:
    """Return a version by its number; None when there is none."""
    row = connection.execute(select(program).where(_ONE.id == id_)).first()
    return None if row is None else version(row)


def of_product(slug: str) -> ColumnElement[bool]:
    """Return the condition for the versions of a known product."""
    return _ONE.product == slug if slug not in UNNAMED else _ONE.id.is_(None)


def of_version(one: Version) -> ColumnElement[bool]:
    """Return the condition for the versions of a name that no rule knows, or of its product."""
    if one.product not in UNNAMED:
        return of_product(one.product)
    same = and_(_ONE.name == one.name, _ONE.publisher == one.publisher)
    return and_(same, _ONE.product == one.product)


def versions(connection: Connection, teams: Scope, which: ColumnElement[bool]) -> list[Version]:
    """Return the versions that desks have, the worst first, of those that of most desks."""
    have = had(teams, numbers(connection, which)).cte("had")
    rows = connection.execute(
        select(program, have.c.desks)
        .join(have, have.c.program == _ONE.id)
        .where(which)
        .order_by(_ONE.rank, have.c.desks.desc(), _ONE.id)
    )
    return [version(row, row.desks) for row in rows]


def any_of(connection: Connection, which: ColumnElement[bool]) -> Version | None:
    """Return a version of a product, whether a desk has it or not; None when there is none."""
    row = connection.execute(select(program).where(which).order_by(_ONE.id).limit(1)).first()
    return None if row is None else version(row)


def numbers(connection: Connection, which: ColumnElement[bool]) -> list[int]:
    """Return the numbers of a product's versions."""
    return list(connection.scalars(select(_ONE.id).where(which).order_by(_ONE.id)))


def is_somewhere(connection: Connection, teams: Scope, which: ColumnElement[bool]) -> bool:
    """Check whether a desk of these teams has a product."""
    ids = numbers(connection, which)
    mine = _HAS.program.in_(ids) if teams is None else beside(_HAS.program).in_(ids)
    asked = _among(select(_HAS.device), teams).where(seen(teams), mine)
    return connection.scalar(asked.limit(1)) is not None


def standing(connection: Connection, teams: Scope, found: Sequence[Version]) -> dict[str, int]:
    """Return at how many desks a product stands in which state, each desk at its worst version."""
    if not found:
        return {}
    states = {one.rank: one.state for one in found}
    if len(found) == 1 and found[0].desks is not None:
        return {found[0].state: found[0].desks}
    slug = found[0].product
    if teams is None and slug not in UNNAMED:
        count = product_count.c
        asked = select(count.rank, count.desks).where(count.product == slug, count.desks > 0)
    else:
        asked = _worst(teams, [one.id for one in found])
    told = {int(rank): int(desks) for rank, desks in connection.execute(asked)}
    return {states[rank]: told[rank] for rank in sorted(told) if rank in states}


def desks(
    connection: Connection, teams: Scope, found: Sequence[Version], *, start: int, limit: int
) -> list[Has]:
    """Return a page of the desks that have these versions, those of the first version first."""
    given: list[Has] = []
    for one in found:
        left, many = limit - len(given), one.desks or 0
        if left > 0 and start < many:
            asked = _having(teams, one.id).offset(start).limit(left)
            given += [_has(row) for row in connection.execute(asked)]
        start = max(0, start - many)
    return given


def having(teams: Scope, ids: Collection[int], after: tuple[int, str] | None) -> Select[Any]:
    """Return all desks that have these versions, by version and desk, behind one of them."""
    key = (_HAS.program, _HAS.device)
    asked = (
        _desks(teams)
        .add_columns(program)
        .join(program, _ONE.id == _HAS.program)
        .where(key[0].in_(ids))
        .order_by(*key)
    )
    if after is None:
        return asked
    number, desk = after
    return asked.where((key[0] > number) | ((key[0] == number) & (key[1] > desk)))


def over_time(
    connection: Connection, teams: Scope, found: Iterable[Version], now: float
) -> dict[int, list[int]]:
    """Return how many desks had each version at the ends of the last weeks, the newest last."""
    many = {one.id: one.desks or 0 for one in found}
    if not many:
        return {}
    ends = [now - WEEK * n for n in range(WEEKS, -1, -1)]
    if teams is None:
        return _kept_weeks(connection, many, ends)
    return _own_weeks(connection, teams, many, ends)


def version(row: Row[Any], desks: int | None = None) -> Version:
    """Return a version of a row of `program`."""
    return Version(
        id=row.id,
        name=row.name,
        version=row.version,
        publisher=row.publisher,
        kind=row.kind,
        edition=row.edition,
        channel=row.channel,
        arch=row.arch,
        scope=row.scope,
        host=row.host,
        source=row.source,
        product=row.product,
        title=row.title or row.name,
        line=row.line,
        state=row.state,
        rank=row.rank,
        ends=row.ends,
        since=row.since,
        first_seen=row.first_seen,
        why=why(row.why),
        page=row.page if row.page.startswith(("https://", "http://")) else "",
        desks=desks,
    )


def why(text: str) -> Message | None:
    """Return the reason of a judgement; None when it is none that can be read."""
    try:
        said = _WHY.decode(text)
    except msgspec.MsgspecError:
        return None
    return Message(id=said.id, params=said.params)


def _worst(teams: Scope, ids: Collection[int]) -> Select[Any]:
    mine = _HAS.program.in_(ids) if teams is None else beside(_HAS.program).in_(ids)
    worst = (
        _among(select(_HAS.device, func.min(_ONE.rank).label("rank")), teams)
        .outerjoin(program, _ONE.id == _HAS.program)
        .where(seen(teams), mine)
        .group_by(_HAS.device)
        .subquery()
    )
    return select(worst.c.rank, func.count()).group_by(worst.c.rank)


def _kept_weeks(
    connection: Connection, many: dict[int, int], ends: Sequence[float]
) -> dict[int, list[int]]:
    """Go back from today by what came and went each day; a day counts once it has begun."""
    rows = connection.execute(
        select(program_day.c.program, program_day.c.at, program_day.c.came, program_day.c.went)
        .where(program_day.c.at > ends[0] - DAY, program_day.c.program.in_(many))
        .order_by(program_day.c.at)
    ).all()
    moved: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for one, at, came, went in rows:
        moved[one].append((at, came - went))
    return {
        one: [max(0, now - sum(n for at, n in moved[one] if at > end)) for end in ends]
        for one, now in many.items()
    }


def _own_weeks(
    connection: Connection, teams: Scope, many: dict[int, int], ends: Sequence[float]
) -> dict[int, list[int]]:
    past = device_program_past.c
    now_there = _among(select(_HAS.program, _HAS.first_seen), teams).where(
        seen(teams), beside(_HAS.program).in_(many)
    )
    were_there = (
        select(past.program, past.first_seen, past.gone_at)
        .select_from(device)
        .join(device_program_past, past.device == device.c.id)
        .where(seen(teams), beside(past.program).in_(many), past.gone_at > ends[0])
    )
    told: _Told = [(one, first, None) for one, first in connection.execute(now_there)]
    told += [(one, first, gone) for one, first, gone in connection.execute(were_there)]
    found = {one: [0] * len(ends) for one in many}
    for one, first, gone in told:
        for place, end in enumerate(ends):
            found[one][place] += first <= end and (gone is None or gone > end)
    return found


def _having(teams: Scope, number: int) -> Select[Any]:
    column = _HAS.program
    mine = column == number if teams is None else beside(column) == number
    return _desks(teams).where(mine).order_by(_HAS.device)


def _desks(teams: Scope) -> Select[Any]:
    given = (_HAS.program, _HAS.device, _HAS.first_seen)
    chosen = select(
        *(one.label(f"has_{one.name}") for one in given),
        device.c.label,
        team.c.name.label("team_name"),
    )
    return _among(chosen, teams).join(team, team.c.id == device.c.team).where(seen(teams))


def _among(asked: Select[Any], teams: Scope) -> Select[Any]:
    """Begin with the desks when they are few, with the programs when it is the whole fleet."""
    of = device_program.c.device == device.c.id
    if teams is None:
        return asked.select_from(device_program).join(device, of)
    return asked.select_from(device).join(device_program, of)


def _has(row: Row[Any]) -> Has:
    return Has(
        device=row.has_device,
        desk=row.label,
        team=row.team_name,
        program=row.has_program,
        first_seen=row.has_first_seen,
    )
