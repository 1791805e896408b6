"""What looked like tampering at the desks, and who signed it off."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import or_, select

from agentguard.server.evidence.base import Part, Work, at
from agentguard.server.store.schema.identity_tables import tamper_item

FILE = "tamper-signs.csv"
COLUMNS = (
    "sign",
    "desk",
    "team",
    "kind",
    "times",
    "since",
    "closed",
    "signed_by",
    "signed",
    "note",
)


def _rows(work: Work) -> Iterator[tuple[object, ...]]:
    table = tamper_item.c
    closed = or_(table.closed_at.is_(None), table.closed_at >= work.order.since)
    asked = select(tamper_item).where(table.opened_at < work.order.until, closed)
    for row in work.connection.execute(asked.order_by(table.id)):
        team = work.team_at(row.device, row.opened_at)
        if team is not None:
            what = (row.id, work.labels[row.device], team, row.kind, row.times, at(row.since))
            yield (*what, at(row.closed_at), row.signed_by, at(row.signed_at), row.note)


def write(work: Work) -> None:
    """Write the signs that were open in the period."""
    work.summary.counts["tamper"] = work.sheet(FILE, COLUMNS, _rows(work))


PART = Part(name="tamper", place=45, write=write)
