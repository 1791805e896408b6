"""The numbers of controls and policies, given when they are first met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Table, select

from agentguard.server.store.engine.upserts import upsert
from agentguard.server.store.schema.control_tables import held_control, held_policy


def controls(connection: Connection, checks: Iterable[str]) -> dict[str, int]:
    """Return the numbers of these checks."""
    rows = {one: {"check": one} for one in checks}
    return _named(connection, held_control, "check", rows)


def policies(connection: Connection, named: Mapping[str, str]) -> dict[str, int]:
    """Return the numbers of policies by digest; what is given is the name of each."""
    rows = {digest: {"digest": digest, "name": name} for digest, name in named.items()}
    return _named(connection, held_policy, "digest", rows)


def _named(
    connection: Connection, table: Table, key: str, rows: Mapping[str, Mapping[str, str]]
) -> dict[str, int]:
    asked = select(table.c[key], table.c.number).where(table.c[key].in_(rows))
    found = {str(name): int(number) for name, number in connection.execute(asked)}
    lacking = sorted(set(rows) - set(found))
    if lacking:
        made = upsert(connection, table).on_conflict_do_nothing(index_elements=[key])
        connection.execute(made, [rows[one] for one in lacking])
        found |= {str(name): int(number) for name, number in connection.execute(asked)}
    return found
