"""How teams stand by the sums that the endpoint's rolls and pages are made from."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from agentguard.server.store.schema.history_tables import TIERS, team_summary
from agentguard.server.store.schema.tables import team


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Desks of a team by tier, open findings and incidents; `as_of` in wall seconds."""

    team: str
    ok: int
    attention: int
    failing: int
    silent: int
    findings: int
    incidents: int
    as_of: float

    @property
    def desks(self) -> int:
        return self.ok + self.attention + self.failing + self.silent


def summaries(connection: Connection) -> list[Summary]:
    """Return the teams by name."""
    asked = select(team_summary, team.c.name).join(team, team.c.id == team_summary.c.team)
    names = (*TIERS, "findings", "incidents", "as_of")
    return [
        Summary(team=row.name, **{n: getattr(row, n) for n in names})
        for row in connection.execute(asked.order_by(team.c.name))
    ]
