"""The ages in force: the usual ones, or those that were set within what the rules allow."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from agentguard.server.store.engine import audit_chain
from agentguard.server.store.records import audit
from agentguard.server.store.records.classes import RECORDS, YEAR
from agentguard.server.store.schema.history_tables import retention_age

MOST = 10 * YEAR
AUDIT = "audit"
"""The record class of the audit log."""


class AgeRefused(Exception):
    """The age cannot be set; `kind` is `record`, `least` or `most`."""

    def __init__(self, kind: str, limit: int = 0) -> None:
        super().__init__(kind)
        self.kind = kind
        self.limit = limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """The age in force of a record class; `set_by` is empty for the usual one."""

    record: str
    days: int
    least: int
    set_by: str
    set_at: float


def in_force(connection: Connection) -> dict[str, int]:
    """Return the days of every record class."""
    return {age.record: age.days for age in list_ages(connection)}


def list_ages(connection: Connection) -> list[Age]:
    """Return the ages in force, in the order of the record classes."""
    rows = {row.record: row for row in connection.execute(select(retention_age))}
    return [
        Age(
            record=one.name,
            days=rows[one.name].days if one.name in rows else one.days,
            least=one.least,
            set_by=rows[one.name].set_by if one.name in rows else "",
            set_at=rows[one.name].set_at if one.name in rows else 0.0,
        )
        for one in RECORDS
    ]


def put(connection: Connection, record: str, days: int, by: str, now: float) -> None:
    """Set an age.

    Raises:
        AgeRefused: there is no such class, or the age is shorter or longer than may be.

    """
    known = next((one for one in RECORDS if one.name == record), None)
    if known is None:
        raise AgeRefused("record")
    if days < known.least:
        raise AgeRefused("least", known.least)
    if days > MOST:
        raise AgeRefused("most", MOST)
    connection.execute(delete(retention_age).where(retention_age.c.record == record))
    values = {"record": record, "days": days, "set_by": by, "set_at": now}
    connection.execute(insert(retention_age).values(**values))
    audit.note(connection, now, by, "retention.set", f"{record} {days}")
    if record == AUDIT:
        audit_chain.keep_for(connection, days, now)


def begin_audit(connection: Connection, receipt_key: str, now: float) -> None:
    """Have the audit log's chain say whose it is, and what retention is in force."""
    audit_chain.begin(connection, receipt_key, in_force(connection)[AUDIT], now)
