"""Drills that were run in the period: what was noticed, how soon, and when it was receipted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from statistics import median

from sqlalchemy import select

from agentguard.base import cldr, spans
from agentguard.server.evidence.base import Part, Work, at
from agentguard.server.store.schema.drill_tables import drill_run

FILE = "drills.csv"
COLUMNS = (
    "desk", "team", "drill", "run", "began", "ended", "outcome", "why", "noticed_ms", "receipt_ms",
)  # fmt: skip


def _rows(work: Work) -> Iterator[tuple[object, ...]]:
    table = drill_run.c
    asked = select(drill_run).where(
        table.began_at >= work.order.since, table.began_at < work.cut_off
    )
    for row in work.connection.execute(asked.order_by(table.device, table.began_at)):
        team = work.team_at(row.device, row.began_at)
        if team is not None:
            times = at(row.began_at), at(row.ended_at)
            said = row.outcome, row.why, row.noticed_ms, row.receipt_ms
            yield (work.labels[row.device], team, row.drill, row.run, *times, *said)


def write(work: Work) -> None:
    """Write each run, and tell the paper of each drill how it ended."""
    outcomes: dict[str, Counter[str]] = {}
    noticed: dict[str, list[int]] = {}
    last: dict[str, str] = {}

    def heard() -> Iterator[tuple[object, ...]]:
        for row in _rows(work):
            drill, began, outcome, soon = str(row[2]), str(row[4]), str(row[6]), row[8]
            outcomes.setdefault(drill, Counter())[outcome or "-"] += 1
            last[drill] = max(last.get(drill, ""), began)
            if isinstance(soon, int):
                noticed.setdefault(drill, []).append(soon)
            yield row

    work.summary.counts["drills"] = work.sheet(FILE, COLUMNS, heard())
    apart = cldr.APART[work.words.language]
    work.summary.tables["drills"] = [
        (
            drill,
            apart.join(f"{name}: {many}" for name, many in sorted(outcomes[drill].items())),
            spans.measured(median(noticed[drill]) / 1000, work.words.say)
            if drill in noticed
            else "",
            last[drill],
        )
        for drill in sorted(outcomes)
    ]


PART = Part(name="drills", place=35, write=write)
