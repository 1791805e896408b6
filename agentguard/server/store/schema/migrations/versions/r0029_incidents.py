"""Incidents have a number, what was asked and attached, and whom they were given to.

A desk tells a number once, whatever else was lost or told again. Handovers are counted by an index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from agentguard.server.store.schema.migrations.first.building import index, real, string, text

revision = "0029"
down_revision = "0028"
LEAST = "0019"

_ADDED = ("number", "place", "ongoing", "attached", "assigned_to", "assigned_at")
_SHIFTS = "kind IN ('shift.handed-over', 'shift.missed', 'desk.clean', 'desk.clean-missed')"


def upgrade() -> None:
    """Add the columns and the indexes."""
    columns: tuple[sa.Column[object], ...] = (
        string("number", 20, default=""),
        string("place", 20, default=""),
        string("ongoing", 10, default=""),
        text("attached", default=""),
        string("assigned_to", 100, nullable=True),
        real("assigned_at", nullable=True),
    )
    for column in columns:
        op.add_column("incident", column)
    index("ux_incident_number", "incident", ["device", "number"], unique=True, where="number <> ''")
    index("ix_incident_number", "incident", ["number"], where="number <> ''")
    index("ix_event_shift", "event", ["received_at"], where=_SHIFTS)


def downgrade() -> None:
    """Take them away."""
    op.drop_index(op.f("ix_event_shift"), "event")
    op.drop_index(op.f("ix_incident_number"), "incident")
    op.drop_index(op.f("ux_incident_number"), "incident")
    for name in _ADDED:
        op.drop_column("incident", name)
