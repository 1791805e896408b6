"""Plans for software past its support (PCI DSS 12.3.4), and what was decided about each."""

from __future__ import annotations

from sqlalchemy import select

from agentguard.server.evidence.base import Part, Work, at
from agentguard.server.store.schema.plan_tables import plan_decision
from agentguard.server.store.schema.software_tables import product_plan

FILE, DECIDED = "plans.csv", "plans-decisions.csv"
COLUMNS = ("product", "name", "owner", "target", "reason", "next_review", "set_by", "set_at")
DECISION_COLUMNS = (
    "at", "by", "act", "product", "name", "owner", "target", "reason", "next_review", "state_then",
    "desks_then",
)  # fmt: skip


def write(work: Work) -> None:
    """Write the plans as they are, and the decisions up to the end of the period."""
    table = product_plan.c
    plans = work.connection.execute(
        select(
            table.product, table.title, table.owner, table.target, table.reason, table.review_by,
            table.set_by, table.set_at,
        ).order_by(table.product)
    )  # fmt: skip
    work.summary.counts["plans"] = work.sheet(FILE, COLUMNS, (tuple(row) for row in plans))
    asked = select(plan_decision).where(plan_decision.c.at < work.cut_off)
    rows = work.connection.execute(asked.order_by(plan_decision.c.id))
    decided = (
        (
            at(r.at), r.by, r.act, r.product, r.title, r.owner, r.target, r.reason, r.review_by,
            r.state, r.desks,
        )
        for r in rows
    )  # fmt: skip
    work.sheet(DECIDED, DECISION_COLUMNS, decided)


PART = Part(name="plans", place=60, write=write)
