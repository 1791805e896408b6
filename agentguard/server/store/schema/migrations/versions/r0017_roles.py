"""A device is an agent or a keeper from its enrolment on, as the code says that took it in.

What was enrolled before is what it has reported as; what has not reported yet decides once, as
before. Codes that are about stay good for either. Of a key that was replaced it is kept since when
the next one is used.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_TABLES = ("enrol_code", "batch_code", "device_identity")


def upgrade() -> None:
    """Add what a code is for, and what a device is."""
    for table in _TABLES:
        op.add_column(table, sa.Column("role", sa.String(length=10)))
    op.add_column("device_key", sa.Column("followed_at", sa.Float()))
    for role, where in (("agent", "device_seen"), ("keeper", "keeper")):
        op.execute(
            f"UPDATE device_identity SET role = '{role}' "  # noqa: S608 - ours
            f"WHERE device IN (SELECT device FROM {where})"
        )


def downgrade() -> None:
    """Take it away."""
    op.drop_column("device_key", "followed_at")
    for table in reversed(_TABLES):
        op.drop_column(table, "role")
