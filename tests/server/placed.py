"""Where desks are and how they stand: as the database keeps it, and from what is held of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import ServerSettings
from agentguard.server.store.schema.floor_tables import device_standing
from agentguard.server.store.schema.identity_tables import device_run
from agentguard.server.store.schema.keeper_tables import keeper
from agentguard.server.store.schema.place_tables import (
    NO_POSTURE,
    desk_place,
    team_count,
    team_count_change,
)
from agentguard.server.store.schema.tables import device, device_seen
from tests.server.migrated import migrated

NOW = 1_790_000_000.0
Places = dict[str, tuple[int, str, bool, int, float | None, float | None]]
"""By device: team, label, whether it is shown, rank, when its newest run said goodbye, and the last
report of one that is marked as silent for long."""


@pytest.fixture
def admin(tmp_path: Path, address: str) -> Iterator[Admin]:
    """An endpoint of which only the database is used, at `NOW`."""
    settings = ServerSettings(data=tmp_path / "server", database=address)
    with Admin(migrated(settings), lambda: NOW) as one:
        yield one


def slowly(connection: Connection) -> Places:
    """Give where each desk is, from what is held of it."""
    well = set(connection.scalars(select(keeper.c.device).where(keeper.c.well)))
    ranks = {row.device: row.rank for row in connection.execute(select(device_standing))}
    newest: dict[str, float | None] = {}
    for row in connection.execute(select(device_run).order_by(device_run.c.begun_at)):
        newest[row.device] = (row.goodbye_at or 0.0) if row.goodbye else None
    heard = connection.execute(select(device_seen).where(device_seen.c.quiet))
    quiet = {row.device: row.last_seen for row in heard}
    return {
        row.id: (
            row.team,
            row.label,
            row.status not in {"retired", "pending"} and row.id not in well,
            ranks.get(row.id, NO_POSTURE),
            newest.get(row.id),
            quiet.get(row.id),
        )
        for row in connection.execute(select(device))
    }


def kept(connection: Connection) -> Places:
    return {
        row.device: (row.team, row.label, row.shown, row.rank, row.gone_at, row.quiet_since)
        for row in connection.execute(select(desk_place))
    }


def recounted(connection: Connection) -> Counter[tuple[int, int]]:
    """Give how many desks of a team are in a tier by its place, from what is held of them."""
    found: Counter[tuple[int, int]] = Counter()
    for team, _, shown, rank, gone, quiet in slowly(connection).values():
        if shown:
            marked = 2 if gone is None else 3
            found[team, marked if quiet is not None else {0: 0, 3: 4}.get(rank, 1)] += 1
    return found


def counted(connection: Connection) -> dict[tuple[int, int], int]:
    """Give the same as the database keeps it."""
    found: Counter[tuple[int, int]] = Counter()
    for table in (team_count, team_count_change):
        for row in connection.execute(select(table)):
            found[row.team, row.tier] += row.many
    return {key: many for key, many in found.items() if many}
