"""The policies that were in force, as they were signed, and at which desk each was, and when."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from agentguard.server.evidence.base import Part, Work, at
from agentguard.server.store.schema.tables import policy_bundle
from agentguard.trust.evidence.tables import stamp

FILE, IN_FORCE = "policies.csv", "policies-in-force.csv"
COLUMNS = ("digest", "name", "epoch", "version", "team", "percent", "published", "file")
IN_FORCE_COLUMNS = ("desk", "policy", "digest", "since", "until")


def _in_force(work: Work, met: set[str]) -> Iterator[tuple[object, ...]]:
    for label, name, digest, since, until in work.in_force:
        met.add(digest)
        yield label, name, digest, stamp(since), stamp(until)


def write(work: Work) -> None:
    """Write which policy each desk had when, and the signed policies themselves."""
    met: set[str] = set()
    work.sheet(IN_FORCE, IN_FORCE_COLUMNS, _in_force(work, met))
    rows = []
    for row in work.connection.execute(
        select(policy_bundle).order_by(policy_bundle.c.published_at)
    ):
        if row.digest not in met and not work.within(row.published_at):
            continue
        name = f"policies/{row.digest[:16]}.json"
        work.pack.put(name, bytes(row.body))
        about = (row.digest, row.name, row.epoch, row.version, row.team, row.percent)
        rows.append((*about, at(row.published_at), name))
    work.summary.counts["policies"] = work.sheet(FILE, COLUMNS, rows)


PART = Part(name="policies", place=80, write=write)
