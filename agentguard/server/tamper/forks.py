"""Desks whose history has forked: how long each stands as such.

A fork casts doubt on a desk until a person has said what it was, and the desk has begun the new
stretch of its journal that it was asked for. Nothing else ends it, and nothing more is needed: a
disk that was full is no reason to enrol a computer anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from agentguard.server.store.desks.devices import ACTIVE, CONFLICT
from agentguard.server.store.schema.identity_tables import tamper_item
from agentguard.server.store.schema.tables import device, device_seen
from agentguard.server.tamper import kinds


def settle(connection: Connection, devices: Sequence[str]) -> None:
    """Believe those of these desks again whose every fork was explained before their last report.

    A report that is taken after a fork is one of the new stretch: others are refused.
    """
    if not devices:
        return
    unsettled = (
        select(tamper_item.c.id)
        .join(device_seen, device_seen.c.device == tamper_item.c.device)
        .where(
            tamper_item.c.device == device.c.id,
            tamper_item.c.kind == kinds.FORK.id,
            tamper_item.c.closed_at.is_(None) | (tamper_item.c.since >= device_seen.c.last_seen),
        )
    )
    doubted = device.c.id.in_(devices) & (device.c.status == CONFLICT)
    connection.execute(update(device).where(doubted, ~unsettled.exists()).values(status=ACTIVE))
