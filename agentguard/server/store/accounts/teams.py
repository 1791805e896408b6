"""Teams, which users and desks belong to, by their names."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from agentguard.server.store.schema.tables import team


def team_id(connection: Connection, name: str) -> int:
    """Return a team's id; the team is made when it is new."""
    found = connection.scalar(select(team.c.id).where(team.c.name == name))
    if found is not None:
        return int(found)
    made = connection.execute(insert(team).values(name=name)).inserted_primary_key
    return int(made[0]) if made else 0


def team_names(connection: Connection) -> list[str]:
    """Return the names of all teams."""
    return list(connection.scalars(select(team.c.name).order_by(team.c.name)))
