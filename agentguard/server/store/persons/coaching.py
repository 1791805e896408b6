"""The coaching that people have read: what desks tell is joined by day, so that twice is once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text, true

from agentguard.server.roles import Scope
from agentguard.server.store.schema.lesson_tables import coaching_seen
from agentguard.server.store.schema.tables import device

DAY = 86400.0
MONTH = 30
"""Days for which a desk tells of coaching; what it dates outside of them is not believed."""
MOST_TIMES = 100
"""Cards of a day, a control and a desk; a budget of four a shift stays far below."""

# In one statement: two processes may take the same desk's message at the same time.
_SEEN = text("""
INSERT INTO coaching_seen (person, control, day, device, times, told_at)
VALUES (:person, :control, :day, :device, :times, :now)
ON CONFLICT (person, control, day, device) DO UPDATE SET
    times = CASE WHEN excluded.times > coaching_seen.times
            THEN excluded.times ELSE coaching_seen.times END,
    told_at = excluded.told_at
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How often coaching on a control was read on a day, which is counted from 1970 in UTC."""

    control: str
    day: int
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coached:
    """What was read of a control in the last thirty days: by how many people, how often."""

    control: str
    people: int
    times: int


def settle(
    connection: Connection, person: str, device_id: str, told: Sequence[Told], now: float
) -> None:
    """Join what a desk tells of a person; a day ahead of today, or long past, is left out."""
    today = int(now // DAY)
    believed = [one for one in told if today - MONTH <= one.day <= today + 1 and one.times > 0]
    rows = [
        {
            "person": person, "control": one.control, "day": min(one.day, today),
            "device": device_id, "times": min(one.times, MOST_TIMES), "now": now,
        }
        for one in believed
    ]  # fmt: skip
    if rows:
        connection.execute(_SEEN, rows)


def lately(connection: Connection, scope: Scope, now: float) -> list[Coached]:
    """Return what was read in the last thirty days, the most often read control first."""
    asked = (
        select(
            coaching_seen.c.control,
            func.count(coaching_seen.c.person.distinct()),
            func.sum(coaching_seen.c.times),
        )
        .join(device, device.c.id == coaching_seen.c.device)
        .where(
            coaching_seen.c.day > int(now // DAY) - MONTH,
            true() if scope is None else device.c.team.in_(scope),
        )
        .group_by(coaching_seen.c.control)
    )
    found = [
        Coached(control=control, people=people, times=int(times))
        for control, people, times in connection.execute(asked)
    ]
    return sorted(found, key=lambda one: (-one.times, one.control))
