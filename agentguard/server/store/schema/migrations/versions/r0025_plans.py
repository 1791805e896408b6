"""Plans keep their product's name, whether they cover attacks, and what was decided before.

`reminded` is the mark, in days before the target, of which everybody was told last.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from agentguard.server.store.schema.migrations.first.building import (
    NO,
    big,
    boolean,
    index,
    real,
    serial,
    small,
    string,
    table,
    text,
)

revision = "0025"
down_revision = "0024"
LEAST = "0019"

_ADDED = ("title", "covers_attacked", "reminded")


def upgrade() -> None:
    """Add the columns, and the table of decisions."""
    columns: tuple[sa.Column[object], ...] = (
        string("title", 300, default=""),
        boolean("covers_attacked", default=NO),
        small("reminded", nullable=True),
    )
    for column in columns:
        op.add_column("product_plan", column)
    table(
        "plan_decision",
        serial("id"),
        real("at"),
        string("by", 100, default=""),
        string("act", 10, default=""),
        string("product", 100, default=""),
        string("title", 300, default=""),
        string("owner", 200, default=""),
        string("target", 10, default=""),
        text("reason", default=""),
        string("review_by", 10, default=""),
        boolean("covers_attacked", default=NO),
        string("state", 20, default=""),
        big("desks", default="0"),
        key=["id"],
    )
    index("ix_plan_decision_product", "plan_decision", ["product", "id"])
    index("ix_plan_decision_at", "plan_decision", ["at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("plan_decision")
    for name in _ADDED:
        op.drop_column("product_plan", name)
