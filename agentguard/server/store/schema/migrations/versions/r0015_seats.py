"""Who sits where is known by one-time codes alone: what a supervisor's code had written down goes.

A desk says whom it opened for, and that made the person visible to the desk's team.
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Forget who was last seated by a supervisor's code; the next one-time code seats anew."""
    op.execute(
        "DELETE FROM desk_person WHERE EXISTS (SELECT 1 FROM break_glass WHERE "
        "break_glass.device = desk_person.device AND break_glass.used_at = desk_person.at "
        'AND break_glass.used_by = desk_person."user")'
    )


def downgrade() -> None:
    """Leave them away: they should not have been there."""
