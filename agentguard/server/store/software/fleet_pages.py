"""The fleet's programs by product and state, with how many desks have them, and since when.

Whoever sees every desk is answered from counts that are kept with each inventory; who sees some
teams, or asks for a place, is answered from the programs of those desks, and so of no others. A
desk counts once for a product, at the worst state of the versions that it has.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Row,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from agentguard.server.roles import Scope
from agentguard.server.store.desks import keepers
from agentguard.server.store.desks.devices import PENDING, RETIRED
from agentguard.server.store.schema.software_tables import (
    device_inventory,
    device_program,
    product_count,
    program,
    program_count,
)
from agentguard.server.store.schema.tables import device
from agentguard.server.store.software.counting import STATES, UNNAMED

SORTS = ("state", "desks", "since", "name")
MOST_DESKS = 5_000
"""Desks of a reach up to which their programs are counted one by one."""

_ONE, _INVENTORY = program.c, device_inventory.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which programs: `text` is a part of a name or publisher, `ids` are versions, None all."""

    teams: Scope
    state: str = ""
    text: str = ""
    kind: str = ""
    ids: Collection[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product in one state: at how many desks, in how many versions, since when.

    `product` is empty for a name that no rule knows; then `id` is a version of that name. `desks`
    is `exact` unless a desk may have several versions of such a name. `since` is when the first of
    the versions came to be in the state, `first_seen` when any desk first had one of them.
    """

    id: int
    product: str
    title: str
    publisher: str
    kind: str
    state: str
    ends: str
    since: float
    first_seen: float
    versions: int
    desks: int
    exact: bool

    @property
    def address(self) -> str:
        """The path of its page."""
        return page_of(self.product, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page of products, and how many there are in each state."""

    rows: list[Product]
    many: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How the desks stand: `told` sent their programs, `part` not all of them, `untold` none.

    `desks` counts those with at least one program in a state.
    """

    told: int
    untold: int
    part: int
    desks: dict[str, int]


def page_of(product: str, number: int) -> str:
    """Return the path of a product's page, or that of a version's number.

    A name that no rule knows has the latter, and a product whose name no path can hold.
    """
    if product in UNNAMED or "/" in product:
        return f"/software/programs/{number}"
    return f"/software/products/{quote(product, safe='')}"


def is_countable(connection: Connection, teams: Scope) -> bool:
    """Check whether the programs of a reach can be counted: it is the fleet, or small enough."""
    if teams is None:
        return True
    asked = select(device.c.id).where(device.c.team.in_(teams)).limit(MOST_DESKS + 1).subquery()
    return (connection.scalar(select(func.count()).select_from(asked)) or 0) <= MOST_DESKS


def overview(connection: Connection, teams: Scope) -> Overview:
    """Count the desks by what they have."""
    some = [func.sum(case((_INVENTORY[name] > 0, 1), else_=0)).label(name) for name in STATES]
    told = func.count(_INVENTORY.device).label("told")
    part = func.sum(case((_INVENTORY.unread > "", 1), else_=0)).label("part")
    row = connection.execute(
        select(func.count().label("every"), told, part, *some)
        .select_from(device)
        .outerjoin(device_inventory, _INVENTORY.device == device.c.id)
        .where(seen(teams))
    ).one()
    return Overview(
        told=row.told,
        untold=row.every - row.told,
        part=row.part or 0,
        desks={name: getattr(row, name) or 0 for name in STATES},
    )


def products(
    connection: Connection, wanted: Wanted, sort: str, *, start: int, limit: int
) -> Listed:
    """Return a page of products, each once for a state that some desks have it in."""
    every = listed(wanted).subquery()
    counts = {
        f"many_{name}": func.sum(case((every.c.state == name, 1), else_=0)) for name in STATES
    }
    over = [one.over().label(name) for name, one in counts.items()]
    found = select(every, *over).subquery()
    asked = select(found).order_by(*_order(found.c, sort)).offset(start).limit(limit)
    rows = connection.execute(
        asked.where(found.c.state == wanted.state) if wanted.state else asked
    ).all()
    told: Any = rows[0] if rows else None
    if told is None:  # behind the last page no row tells it
        alone = (one.label(name) for name, one in counts.items())
        told = connection.execute(select(*alone)).one()
    return Listed(
        rows=[_product(row) for row in rows],
        many={name: getattr(told, f"many_{name}") or 0 for name in STATES},
    )


def names(connection: Connection) -> list[tuple[int, str, str, str]]:
    """Return every version that is judged: its number, name, publisher and product."""
    asked = select(_ONE.id, _ONE.name, _ONE.publisher, _ONE.product).where(_ONE.state > "")
    return [(one, name, maker, product) for one, name, maker, product in connection.execute(asked)]


def kinds(connection: Connection) -> list[str]:
    """Return the kinds of programs that there are."""
    asked = select(_ONE.kind).where(_ONE.kind > "").distinct().order_by(_ONE.kind)
    return [str(one) for one in connection.scalars(asked)]


def listed(wanted: Wanted) -> Select[Any]:
    """Return the rows of a list: known products by state, and the names that no rule knows."""
    have = had(wanted.teams).cte("had")
    every = union_all(_known(wanted, have), _unknown(wanted, have)).subquery()
    return select(every)


def had(teams: Scope, ids: Collection[int] | None = None) -> Select[Any]:
    """Return which versions desks have, of some or of all, and how many `desks` have each."""
    if teams is None:
        count = program_count.c
        whole = select(count.program, count.desks).where(count.desks > 0)
        return whole if ids is None else whole.where(count.program.in_(ids))
    own = (
        select(device_program.c.program, func.count().label("desks"))
        .select_from(device)
        .join(device_program, device_program.c.device == device.c.id)
        .where(seen(teams))
        .group_by(device_program.c.program)
    )
    return own if ids is None else own.where(beside(device_program.c.program).in_(ids))


def beside(number: ColumnElement[int]) -> ColumnElement[int]:
    """Return a program's number so that the database begins with desks, which are few here."""
    return number + 0


def seen(teams: Scope) -> ColumnElement[bool]:
    """Return the condition for desks that are there and may be seen."""
    allowed = true() if teams is None else device.c.team.in_(teams)
    return and_(device.c.status.not_in((RETIRED, PENDING)), keepers.shown(), allowed)


def _stands(teams: Scope) -> Subquery:
    """Return at how many desks each product stands at which rank."""
    if teams is None:
        count = product_count.c
        return select(count.product, count.rank, count.desks).where(count.desks > 0).subquery()
    named = (  # few of the versions are of a product: they are read once, and not for each desk
        select(_ONE.id, _ONE.product, _ONE.rank)
        .where(_ONE.product.not_in(UNNAMED))
        .cte("named")
        .prefix_with("MATERIALIZED")
    )
    each = (
        select(device_program.c.device, named.c.product, func.min(named.c.rank).label("rank"))
        .select_from(device)
        .join(device_program, device_program.c.device == device.c.id)
        .outerjoin(named, named.c.id == device_program.c.program)  # desks first, not programs
        .where(seen(teams), named.c.product.is_not(None))
        .group_by(device_program.c.device, named.c.product)
        .subquery()
    )
    return (
        select(each.c.product, each.c.rank, func.count().label("desks"))
        .group_by(each.c.product, each.c.rank)
        .subquery()
    )


def _known(wanted: Wanted, have: CTE) -> Select[Any]:
    stands = _stands(wanted.teams)
    met = and_(stands.c.product == _ONE.product, stands.c.rank == _ONE.rank)
    return (
        select(
            func.min(_ONE.id).label("id"),
            _ONE.product,
            func.min(_ONE.title).label("title"),
            func.min(_ONE.publisher).label("publisher"),
            *_both(),
            func.min(stands.c.desks).label("desks"),
            literal(1).label("exact"),
        )
        .select_from(program)
        .join(have, have.c.program == _ONE.id)
        .join(stands, met)
        .where(_ONE.product.not_in(UNNAMED), _ONE.state > "", _asked(wanted))
        .group_by(_ONE.product, _ONE.rank)
    )


def _unknown(wanted: Wanted, have: CTE) -> Select[Any]:
    return (
        select(
            func.min(_ONE.id).label("id"),
            literal("").label("product"),
            _ONE.name.label("title"),
            _ONE.publisher,
            *_both(),
            func.sum(have.c.desks).label("desks"),
            case((func.count() == 1, 1), else_=0).label("exact"),
        )
        .select_from(program)
        .join(have, have.c.program == _ONE.id)
        .where(_ONE.product.in_(UNNAMED), _judged(wanted), _asked(wanted))
        .group_by(_ONE.name, _ONE.publisher, _ONE.rank)
    )


def _both() -> tuple[ColumnElement[Any], ...]:
    ends = func.min(case((_ONE.ends > "", _ONE.ends), else_=None))
    return (
        func.min(_ONE.kind).label("kind"),
        func.min(_ONE.state).label("state"),
        func.min(_ONE.rank).label("rank"),
        ends.label("ends"),
        func.min(_ONE.since).label("since"),
        func.min(_ONE.first_seen).label("first_seen"),
        func.count().label("versions"),
    )


def _judged(wanted: Wanted) -> ColumnElement[bool]:
    """Leave out what is judged with another program, unless its kind is asked for."""
    return true() if wanted.kind else _ONE.state > ""


def _asked(wanted: Wanted) -> ColumnElement[bool]:
    told: list[ColumnElement[bool]] = [true()]
    if wanted.kind:
        told.append(_ONE.kind == wanted.kind)
    if wanted.ids is not None:
        told.append(_ONE.id.in_(wanted.ids))
    if wanted.text:
        columns = (_ONE.title, _ONE.name, _ONE.publisher)
        told.append(or_(*(one.icontains(wanted.text, autoescape=True) for one in columns)))
    return and_(*told)


def _order(rows: Any, sort: str) -> tuple[ColumnElement[Any], ...]:
    name = (func.lower(rows.title), rows.id)
    if sort == "desks":
        return (rows.desks.desc(), rows.rank, *name)
    if sort == "since":
        return (rows.since.desc(), rows.rank, *name)
    if sort == "name":
        return (*name, rows.rank)
    return (rows.rank, rows.desks.desc(), *name)


def _product(row: Row[Any]) -> Product:
    return Product(
        id=row.id,
        product=row.product,
        title=row.title,
        publisher=row.publisher,
        kind=row.kind,
        state=row.state,
        ends=row.ends or "",
        since=row.since,
        first_seen=row.first_seen,
        versions=row.versions,
        desks=row.desks,
        exact=bool(row.exact),
    )
