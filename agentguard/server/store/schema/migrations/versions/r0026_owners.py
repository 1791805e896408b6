"""Findings know whose they are: of the person at the desk (empty), the team, or a supervisor.

What is open takes it from the posture that its desk reported last.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from agentguard.server.store.schema.migrations.first.building import index, string

revision = "0026"
down_revision = "0025"
LEAST = "0019"

_POSTURE = sa.table("posture_current", sa.column("device"), sa.column("controls"))
_FINDING = sa.table(
    "finding",
    *map(sa.column, ("device", "check", "closed_at", "owner")),
)
_OWNED = (
    sa.update(_FINDING)
    .where(
        _FINDING.c.device == sa.bindparam("at"),
        _FINDING.c.check == sa.bindparam("of"),
        _FINDING.c.closed_at.is_(None),
    )
    .values(owner=sa.bindparam("whose"))
)


def upgrade() -> None:
    """Add the column, fill it, and index what is open."""
    op.add_column("finding", string("owner", 20, default=""))
    connection = op.get_bind()
    for device, controls in connection.execute(sa.select(_POSTURE)).all():
        rows = [
            {"at": device, "of": one["check"][:100], "whose": one["owner"][:20]}
            for one in json.loads(controls)
            if isinstance(one, dict) and one.get("owner") and one.get("state") == "fail"
        ]
        if rows:
            connection.execute(_OWNED, rows)
    index("ix_finding_owner", "finding", ["owner"], where="closed_at IS NULL")


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_finding_owner", "finding")
    op.drop_column("finding", "owner")
