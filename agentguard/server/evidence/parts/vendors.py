"""The vendor register with its reviews (PCI DSS 12.8), and every change of it in the period."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from agentguard.server.evidence.base import Part, Work, at
from agentguard.server.store.schema.tables import audit_log
from agentguard.server.store.software import vendors

FILE, CHANGES = "vendors.csv", "vendors-changes.csv"
COLUMNS = (
    "vendor", "approved", "contract_from", "contract_until", "assessed", "next_review", "clauses",
    "data", "owner", "desks", "set_by", "set_at",
)  # fmt: skip
CHANGE_COLUMNS = ("at", "by", "act", "vendor")


def _rows(work: Work) -> Iterator[tuple[object, ...]]:
    for one in vendors.list_kept(work.connection):
        entry = one.vendor
        yield (
            entry.name, "yes" if entry.approved else "no", entry.contract_from,
            entry.contract_until, entry.assessed, entry.review_by, ", ".join(entry.clauses),
            ", ".join(entry.data), entry.owner, one.desks, one.set_by, at(one.set_at),
        )  # fmt: skip


def write(work: Work) -> None:
    """Write the register as it is, and what was changed of it."""
    work.summary.counts["vendors"] = work.sheet(FILE, COLUMNS, _rows(work))
    log = audit_log.c
    asked = select(log.at, log.actor, log.act, log.subject).where(
        log.act.like("vendor%"), log.at >= work.order.since, log.at < work.cut_off
    )
    rows = work.connection.execute(asked.order_by(log.id))
    work.sheet(CHANGES, CHANGE_COLUMNS, ((at(r.at), r.actor, r.act, r.subject) for r in rows))


PART = Part(name="vendors", place=70, write=write)
