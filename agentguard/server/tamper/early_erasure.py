"""Entries that a desk erased before their time, by the rules by which its journal is verified."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from agentguard.server.store.engine.times import past
from agentguard.server.store.schema.tables import device, event
from agentguard.trust.chain.erasure import DAYS, ERASED_KIND, day_of, old_enough
from agentguard.wire import v1


def too_early(connection: Connection, device_id: str, told: v1.Event, now: float) -> bool:
    """Check whether an entry says nothing though it is young, or a word for erasing comes too soon.

    When an entry came the endpoint knows itself; what it holds no longer is as old as it keeps
    events, and then the desk must have been there for so long.
    """
    today = day_of(now)
    if told.erased:
        return not old_enough(day_of(past(told.at, now)), today, DAYS)
    last = told.params.get("last")
    if told.kind != ERASED_KIND or not isinstance(last, int):
        return False
    came = connection.scalar(
        select(func.min(event.c.received_at)).where(
            event.c.device == device_id, event.c.seq == last
        )
    )
    if came is None:
        came = connection.scalar(select(device.c.enrolled_at).where(device.c.id == device_id))
    return not old_enough(day_of(float(came or now)), today, DAYS)
