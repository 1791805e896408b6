"""What was decided about programs past their support, and by whom; decisions are only ever added.

Days are days (2027-01-31) or empty; `at` is in wall seconds since 1970. `act` is `set` or `ended`;
`state` and `desks` say how the product stood in the fleet when that was decided.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Table,
    Text,
    false,
)

from agentguard.server.store.schema import columns
from agentguard.server.store.schema.tables import METADATA

plan_decision = Table(
    "plan_decision",
    METADATA,
    Column("id", columns.SERIAL, primary_key=True),
    Column("at", Float, nullable=False),
    columns.text("by", 100),
    columns.text("act", 10),
    columns.text("product", 100),
    columns.text("title", 300),
    columns.text("owner", 200),
    columns.text("target", 10),
    Column("reason", Text, nullable=False, server_default=""),
    columns.text("review_by", 10),
    Column("covers_attacked", Boolean, nullable=False, server_default=false()),
    columns.text("state", 20),
    Column("desks", BigInteger, nullable=False, server_default="0"),
    Index("ix_plan_decision_product", "product", "id"),
    Index("ix_plan_decision_at", "at"),
)
