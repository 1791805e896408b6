"""The tables of the first release.

It stands for the steps 0001 to 0021 of the time before, which a database that stands at 0021 has
behind it. One that stands within them was never of a release: the last build that has them
brings it up to date.
"""

from __future__ import annotations

from alembic import op

from agentguard.server.store.schema.migrations.first import desks, people, records, reports

revision = "0021"
down_revision = None
LEAST = "0019"
REPLACES = tuple(f"{number:04}" for number in range(1, 21))
"""The steps of before that a database may be found at, or whose programs may still write."""
_TABLES = (*desks.TABLES, *people.TABLES, *reports.TABLES, *records.TABLES)


def upgrade() -> None:
    """Make the tables."""
    for make in _TABLES:
        make()


def downgrade() -> None:
    """Take the tables away."""
    for make in reversed(_TABLES):
        op.drop_table(make.__name__.removeprefix("_"))
