"""Plans as the console shows them: what is overdue, what is asked for, what is counted down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from agentguard.model.software import State
from agentguard.server.store.engine import times
from agentguard.server.store.software import plans
from agentguard.server.store.software.plans import Plan, Standing

KINDS = ("overdue", "wanted", "review", "planned", "gone")
"""What a line is told as, the most urgent first."""
UNASKED = "unasked"
"""What a product is told as that has no plan and wants none; no list has it."""
DONE = ("", State.SUPPORTED.value)
"""The states of a product of which a plan has nothing more to see to."""
SORTS = ("urgency", "product", "state", "desks", "owner", "target", "review")
NEVER = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A product with its plan, if there is one.

    `left` is how many days there are on the day `on` until the target, negative when it has passed;
    `due` the same until the review.
    """

    standing: Standing
    plan: Plan | None
    kind: str
    on: date
    left: int | None = None
    due: int | None = None

    @property
    def product(self) -> str:
        """The catalogue's name."""
        return self.standing.product

    @property
    def title(self) -> str:
        """The product's name, as people know it."""
        kept = self.plan.title if self.plan is not None else ""
        return self.standing.title or kept or self.standing.product

    @property
    def known(self) -> bool:
        """Whether the fleet ever had it."""
        return self.plan is not None or bool(self.standing.title)

    @property
    def review(self) -> str:
        """The day of the review that is proposed: that of the plan, else in a year."""
        last = self.on + plans.REVIEWED - timedelta(days=1)
        kept = self.plan.review_by if self.plan is not None and (self.due or 0) > 0 else ""
        return kept or last.isoformat()


def lines(connection: Connection, now: float) -> list[Line]:
    """Return every product that wants a plan or has one, the most urgent first."""
    known = {plan.product: plan for plan in plans.every(connection)}
    stand = plans.standings(connection) | plans.every_standing(connection, list(known))
    today = times.day(now)
    found = [
        line(stand.get(name, Standing(product=name)), known.get(name), today)
        for name in stand.keys() | known.keys()
    ]
    return arranged(found, "urgency")


def of(connection: Connection, product: str, now: float) -> Line:
    """Return one product's line."""
    standing, plan = plans.standing(connection, product), plans.of(connection, product)
    return line(standing, plan, times.day(now))


def line(standing: Standing, plan: Plan | None, today: date) -> Line:
    """Return how a product and its plan stand on a day."""
    if plan is None:
        kind = "wanted" if standing.state in plans.WANTED else UNASKED
        return Line(standing=standing, plan=None, kind=kind, on=today)
    left, due = _days(plan.target, today), _days(plan.review_by, today)
    kind = "planned"
    if standing.state in DONE:
        kind = "gone"
    elif not plan.owner or left is None:
        kind = "wanted"
    elif left < 0:
        kind = "overdue"
    elif due is not None and due < 0:
        kind = "review"
    return Line(standing=standing, plan=plan, kind=kind, on=today, left=left, due=due)


def arranged(found: Iterable[Line], by: str) -> list[Line]:
    """Return lines in an order: by one of `SORTS`, backwards with a hyphen before it."""
    name = by.removeprefix("-")
    in_order = sorted(found, key=lambda one: (one.title.casefold(), one.product))
    key = _KEYS.get(name, _KEYS["urgency"])
    return sorted(in_order, key=key, reverse=by.startswith("-"))


def _days(text: str, today: date) -> int | None:
    found = plans.day(text)
    return None if found is None else (found - today).days


def _urgency(one: Line) -> tuple[Any, ...]:
    rank = plans.WANTED.index(one.standing.state) if one.standing.state in plans.WANTED else 9
    left = one.left if one.left is not None and one.kind != "wanted" else 0
    return (*KINDS, UNASKED).index(one.kind), left, rank, -one.standing.desks


_KEYS: dict[str, Callable[[Line], Any]] = {
    "urgency": _urgency,
    "product": lambda one: one.title.casefold(),
    "state": lambda one: (_urgency(one)[2], one.standing.ends or "9"),
    "desks": lambda one: one.standing.desks,
    "owner": lambda one: one.plan.owner.casefold() if one.plan else "",
    "target": lambda one: (one.plan and one.plan.target) or NEVER.isoformat(),
    "review": lambda one: (one.plan and one.plan.review_by) or NEVER.isoformat(),
}
