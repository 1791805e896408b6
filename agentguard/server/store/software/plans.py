"""Who sees to a product that is past its support, and until when (PCI DSS 12.3.4).

A plan is how things are meant to be now; each decision about it is kept beside it, with how the
product stood then. A product that no desk has any more keeps its plan until somebody ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from agentguard.model.software import State
from agentguard.server.store.engine import times
from agentguard.server.store.records import audit
from agentguard.server.store.schema.plan_tables import plan_decision
from agentguard.server.store.schema.software_tables import (
    product_count,
    product_plan,
    program,
    program_count,
)
from agentguard.server.store.software.counting import UNNAMED
from agentguard.software.ranks import BEST, UNKNOWN, WORST

LONGEST_OWNER, LONGEST_REASON, LONGEST_PRODUCT = 100, 500, 100
FARTHEST = timedelta(days=5 * 366)
"""How far ahead a target may be."""
REVIEWED = timedelta(days=366)
"""A plan is looked at again at least once in twelve months (PCI DSS 12.3.4)."""
WANTED = tuple(state.value for state in WORST[: WORST.index(State.ENDING) + 1])
"""The states that want a plan, by their ranks: exploited, ended and ending."""
ALLOWED = WORST.index(State.ALLOWED)
"""The rank of what a policy allows for a while."""
SETTLED = (UNKNOWN, BEST)
"""The ranks that a product has where no version wants a plan and none is allowed."""
SET, ENDED = "set", "ended"
MARKS = (30, 7, 1, 0)
"""Days before the target at which everybody is told, and the day itself."""
PAST = -1
"""The mark of a target that has passed."""


class PlanRefused(Exception):
    """A plan cannot be: `kind` says why, an id under `console.plans.refused`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A plan that somebody wants; `target` and `review_by` are days, as 2027-01-31."""

    product: str
    owner: str
    target: str
    reason: str
    review_by: str
    covers_attacked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan with who set it and when (wall seconds); `title` is the product's name."""

    product: str
    title: str
    owner: str
    target: str
    reason: str
    review_by: str
    covers_attacked: bool
    set_by: str
    set_at: float


_PLANS = select(*(product_plan.c[one.name] for one in fields(Plan)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about a product, and how it stood in the fleet then."""

    id: int
    at: float
    by: str
    act: str
    product: str
    title: str
    owner: str
    target: str
    reason: str
    review_by: str
    covers_attacked: bool
    state: str
    desks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a product stands in the fleet.

    `state` is that of its worst version, empty where no desk has it; what is merely not known is
    told where nothing is worse. `ends` is the first day on which the support of one of those ends;
    `desks` have one of them.
    """

    product: str
    title: str = ""
    state: str = ""
    ends: str = ""
    desks: int = 0


def day(text: str) -> date | None:
    """Return a day written as 2027-01-31; None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.isoformat() == text else None


def mark(target: str, on: date) -> int | None:
    """Return the last mark that was reached on a day; None before the first one."""
    last = day(target)
    if last is None:
        return None
    left = (last - on).days
    return PAST if left < 0 else min((one for one in MARKS if left <= one), default=None)


def of(connection: Connection, product: str) -> Plan | None:
    """Return the plan of a product."""
    rows = connection.execute(_PLANS.where(product_plan.c.product == product)).mappings()
    return next((Plan(**row) for row in rows), None)


def every(connection: Connection) -> list[Plan]:
    """Return all plans, by product."""
    rows = connection.execute(_PLANS.order_by(product_plan.c.product)).mappings()
    return [Plan(**row) for row in rows]


def decisions(connection: Connection, product: str) -> list[Decision]:
    """Return what was decided about a product, the newest first."""
    asked = select(plan_decision).where(plan_decision.c.product == product)
    rows = connection.execute(asked.order_by(plan_decision.c.id.desc())).mappings()
    return [Decision(**row) for row in rows]


def every_decision(connection: Connection) -> list[Decision]:
    """Return everything that was decided and is kept, the oldest first."""
    rows = connection.execute(select(plan_decision).order_by(plan_decision.c.id)).mappings()
    return [Decision(**row) for row in rows]


def put(connection: Connection, wish: Wish, by: str, now: float) -> Plan:
    """Set the plan of a product, and keep what was decided.

    Raises:
        PlanRefused: the product is not known, or something is missing or cannot be.

    """
    before, how = of(connection, wish.product), standing(connection, wish.product)
    if before is None and not how.title:
        raise PlanRefused("product")
    _examine(wish, before, now)
    title = how.title or (before.title if before is not None else "")
    values: dict[str, Any] = {**asdict(wish), "title": title, "set_by": by, "set_at": now}
    if before is None or before.target != wish.target:
        values["reminded"] = mark(wish.target, times.day(now))
    done = connection.execute(
        update(product_plan).where(product_plan.c.product == wish.product).values(values)
    )
    if not done.rowcount:
        connection.execute(insert(product_plan).values(values))
    plan = Plan(**asdict(wish), title=title, set_by=by, set_at=now)
    _keep(connection, plan, how, SET, by, now)
    return plan


def end(connection: Connection, product: str, by: str, now: float) -> bool:
    """End the plan of a product and keep that; False when there is none."""
    plan, how = of(connection, product), standing(connection, product)
    if plan is None:
        return False
    connection.execute(delete(product_plan).where(product_plan.c.product == product))
    _keep(connection, plan, how, ENDED, by, now)
    return True


def standing(connection: Connection, product: str) -> Standing:
    """Return how a product stands now; without a title when the fleet never had it."""
    if product in UNNAMED:
        return Standing(product=product)
    found = every_standing(connection, [product]).get(product)
    if found is not None:
        return found
    title = connection.scalar(select(func.max(program.c.title)).where(program.c.product == product))
    return Standing(product=product, title=title or "")


def every_standing(connection: Connection, products: list[str]) -> dict[str, Standing]:
    """Return how products stand that desks have; what is left when nothing wants a plan as well."""
    rest = _standings(connection, SETTLED, products)
    return rest | _standings(connection, (*range(len(WANTED)), ALLOWED), products)


def standings(connection: Connection) -> dict[str, Standing]:
    """Return the products that want a plan."""
    return _standings(connection, range(len(WANTED)), None)


def _standings(
    connection: Connection, ranks: Sequence[int], products: list[str] | None
) -> dict[str, Standing]:
    """Return products that desks have in one of these states, by their worst one."""
    counted = _counted(connection, ranks, products)
    told = (
        select(
            program.c.product,
            program.c.rank,
            func.max(program.c.title).label("title"),
            func.min(func.nullif(program.c.ends, "")).label("ends"),
        )
        .join(program_count, program_count.c.program == program.c.id)
        .where(program.c.product.in_(counted), program.c.rank.in_(ranks), program_count.c.desks > 0)
        .group_by(program.c.product, program.c.rank)
    )
    return {
        row.product: Standing(
            product=row.product,
            title=row.title,
            state=WORST[row.rank].value,
            ends=row.ends or "",
            desks=counted[row.product][1],
        )
        for row in connection.execute(told)
        if row.rank == counted[row.product][0]
    }


def _counted(
    connection: Connection, ranks: Sequence[int], products: list[str] | None
) -> dict[str, tuple[int, int]]:
    """Return the worst of these ranks that desks have of each product, and how many have one."""
    count = product_count.c
    asked = select(count.product, func.min(count.rank), func.sum(count.desks)).where(
        count.rank.in_(ranks), count.desks > 0, count.product.not_in(UNNAMED)
    )
    if products is not None:
        asked = asked.where(count.product.in_(products))
    rows = connection.execute(asked.group_by(count.product))
    return {product: (int(worst), int(desks)) for product, worst, desks in rows}


def count_wanted(connection: Connection) -> int:
    """Return how many products want an owner or a day."""
    planned = select(product_plan.c.product).where(
        product_plan.c.owner != "", product_plan.c.target != ""
    )
    asked = select(func.count(product_count.c.product.distinct())).where(
        product_count.c.rank < len(WANTED),
        product_count.c.desks > 0,
        product_count.c.product.not_in(UNNAMED),
        product_count.c.product.not_in(planned),
    )
    return connection.scalar(asked) or 0


def _examine(wish: Wish, before: Plan | None, now: float) -> None:
    today, target, review = times.day(now), day(wish.target), day(wish.review_by)
    kept = before is not None and before.target == wish.target
    wrong = {
        "owner": not wish.owner.strip() or len(wish.owner) > LONGEST_OWNER,
        "target": target is None,
        "target-past": target is not None and target < today and not kept,
        "target-far": target is not None and target - today > FARTHEST,
        "reason": not wish.reason.strip() or len(wish.reason) > LONGEST_REASON,
        "review": review is None,
        "review-past": review is not None and review < today,
        "review-far": review is not None and review - today > REVIEWED,
    }
    for kind, is_wrong in wrong.items():
        if is_wrong:
            raise PlanRefused(kind)


def _keep(connection: Connection, plan: Plan, how: Standing, act: str, by: str, now: float) -> None:
    told = {**asdict(plan), "state": how.state, "desks": how.desks, "act": act, "by": by, "at": now}
    columns = {column.name for column in plan_decision.c}
    connection.execute(
        insert(plan_decision).values({k: v for k, v in told.items() if k in columns})
    )
    audit.note(connection, now, by, f"plan.{act}", f"{plan.product}: {plan.target}, {plan.owner}")
