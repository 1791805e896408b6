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
    Integer,
    String,
    Table,
    Text,
    false,
)

from agentguard.server.store.schema.tables import METADATA

_SERIAL = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, length: int) -> Column[str]:
    return Column(name, String(length), nullable=False, server_default="")


plan_decision = Table(
    "plan_decision",
    METADATA,
    Column("id", _SERIAL, primary_key=True),
    Column("at", Float, nullable=False),
    _text("by", 100),
    _text("act", 10),
    _text("product", 100),
    _text("title", 300),
    _text("owner", 200),
    _text("target", 10),
    Column("reason", Text, nullable=False, server_default=""),
    _text("review_by", 10),
    Column("covers_attacked", Boolean, nullable=False, server_default=false()),
    _text("state", 20),
    Column("desks", BigInteger, nullable=False, server_default="0"),
    Index("ix_plan_decision_product", "product", "id"),
    Index("ix_plan_decision_at", "at"),
)
