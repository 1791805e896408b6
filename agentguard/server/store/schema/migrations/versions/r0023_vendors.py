"""The tables of the vendor register.

Programs of before may write on: they know nothing of these.
"""

from __future__ import annotations

from alembic import op

from agentguard.server.store.schema.migrations.first.building import (
    big,
    index,
    real,
    serial,
    small,
    string,
    table,
    text,
)

revision = "0023"
down_revision = "0022"
LEAST = "0019"


def upgrade() -> None:
    """Make the tables."""
    table(
        "vendor",
        serial("id"),
        string("key", 64),
        text("entry"),
        big("desks", default="0"),
        string("due", 10, default=""),
        string("set_by", 100),
        real("set_at"),
        key=["id"],
        unique="key",
    )
    table(
        "program_vendor",
        big("program", counts=False),
        big("vendor"),
        string("classes", 100, default=""),
        string("register", 16),
        key=["program"],
    )
    index("ix_program_vendor_vendor", "program_vendor", ["vendor"])
    table(
        "vendor_reminder",
        serial("vendor", counts=False),
        string("what", 20),
        string("day", 10),
        small("mark", counts=False),
        key=["vendor", "what", "day", "mark"],
        refers={"vendor": "vendor.id"},
    )


def downgrade() -> None:
    """Take the tables away."""
    for name in ("vendor_reminder", "program_vendor", "vendor"):
        op.drop_table(name)
