"""Which desks a sign of many desks is about, by name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from agentguard.server.store.schema.identity_tables import tamper_item
from agentguard.server.store.schema.tables import device

LISTED = 200
"""Desks of one sign that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A desk; `over` when its part of the sign is."""

    device: str
    desk: str
    over: bool


def of(connection: Connection, *among: ColumnElement[bool]) -> tuple[Member, ...]:
    """Return the desks of these items: those where it lasts first, and at most `LISTED`."""
    rows = connection.execute(
        select(device.c.id, device.c.label, tamper_item.c.closed_at)
        .join(device, device.c.id == tamper_item.c.device)
        .where(*among)
        .order_by(tamper_item.c.closed_at.is_not(None), device.c.label, tamper_item.c.id)
        .limit(LISTED)
    )
    return tuple(
        Member(device=row.id, desk=row.label, over=row.closed_at is not None) for row in rows
    )
