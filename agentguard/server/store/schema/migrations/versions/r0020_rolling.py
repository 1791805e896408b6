"""Which release may still write is in the database, and which of the endpoint's own jobs fail.

A program of before goes on beside this one and knows neither table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
LEAST = "0019"


def upgrade() -> None:
    """Add the tables; whoever upgrades fills the first one."""
    op.create_table(
        "schema_least",
        sa.Column("revision", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_schema_least")),
    )
    op.create_table(
        "job_failure",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_failure")),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("job_failure")
    op.drop_table("schema_least")
