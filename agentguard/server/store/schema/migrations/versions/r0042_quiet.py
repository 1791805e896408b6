"""Which desks are silent for long: marked now and then, and taken back by their next report.

The mark stands in `device_seen`, so that a report sees at no cost whether there is one; a trigger
takes it away, whichever program writes the report. `desk_place` says since when, for counts.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, Float, false

from agentguard.server.store.schema.migrations.first.building import index, trigger, untrigger

revision = "0042"
down_revision = "0041"
LEAST = "0019"

_BACK = "UPDATE device_seen SET quiet = false WHERE device = NEW.device;"
_MARKED = """
UPDATE desk_place SET quiet_since = CASE WHEN NEW.quiet THEN NEW.last_seen END
WHERE device = NEW.device;
"""
_FORGOTTEN = "UPDATE desk_place SET quiet_since = NULL WHERE device = OLD.device;"
_TRIGGERS = (
    ("back", "UPDATE OF last_seen", "OLD.quiet AND NEW.quiet", _BACK),
    ("marked", "UPDATE OF quiet", "OLD.quiet <> NEW.quiet", _MARKED),
    ("insert", "INSERT", "NEW.quiet", _MARKED),
    ("delete", "DELETE", "OLD.quiet", _FORGOTTEN),
)
"""The end of its name, after what, on which condition, and what is done."""
_TEAM = "ix_desk_place_team"


def upgrade() -> None:
    """Add the mark, since when, and what keeps them; nobody is marked yet."""
    op.add_column("device_seen", Column("quiet", Boolean, nullable=False, server_default=false()))
    op.add_column("desk_place", Column("quiet_since", Float))
    op.drop_index(op.f(_TEAM), "desk_place")
    index(_TEAM, "desk_place", ["shown", "team", "rank", "quiet_since", "gone_at"])
    columns = ["shown", "quiet_since", "device", "gone_at", "team"]
    index("ix_desk_place_quiet", "desk_place", columns, where="quiet_since IS NOT NULL")
    for name, when, condition, does in _TRIGGERS:
        trigger(f"desk_quiet_{name}", f"AFTER {when} ON device_seen FOR EACH ROW", does, condition)


def downgrade() -> None:
    """Take them away."""
    for name, _, _, _ in _TRIGGERS:
        untrigger(f"desk_quiet_{name}")
    op.drop_index(op.f("ix_desk_place_quiet"), "desk_place")
    op.drop_index(op.f(_TEAM), "desk_place")
    op.drop_column("desk_place", "quiet_since")
    op.drop_column("device_seen", "quiet")
    index(_TEAM, "desk_place", ["shown", "team", "rank"])
