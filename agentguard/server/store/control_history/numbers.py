"""The numbers of controls and policies, given when they are first met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection

from agentguard.server.store.engine import arrays
from agentguard.server.store.engine.arrays import Look
from agentguard.server.store.engine.upserts import upsert
from agentguard.server.store.schema.control_tables import held_control, held_policy

CONTROLS = arrays.look(
    'SELECT "check", number FROM held_control WHERE "check" {}',
    held_control.c.check,
)
POLICIES = arrays.look(
    "SELECT digest, number FROM held_policy WHERE digest {}",
    held_policy.c.digest,
)


def controls(
    connection: Connection, checks: Iterable[str], found: Sequence[Any] | None = None
) -> dict[str, int]:
    """Return the numbers of these checks; `found` is what `CONTROLS` gave, if asked already."""
    rows = {one: {"check": one} for one in checks}
    return _named(connection, held_control.c.check, CONTROLS, rows, found)


def policies(
    connection: Connection, named: Mapping[str, str], found: Sequence[Any] | None = None
) -> dict[str, int]:
    """Return the numbers of policies by digest; what is given is the name of each."""
    rows = {digest: {"digest": digest, "name": name} for digest, name in named.items()}
    return _named(connection, held_policy.c.digest, POLICIES, rows, found)


def _named(
    connection: Connection,
    key: Column[str],
    asked: Look,
    rows: Mapping[str, Mapping[str, str]],
    found: Sequence[Any] | None,
) -> dict[str, int]:
    known = dict(arrays.find(connection, asked, rows) if found is None else found)
    lacking = sorted(set(rows) - set(known))
    if lacking:
        made = upsert(connection, key.table).on_conflict_do_nothing(index_elements=[key])
        connection.execute(made, [rows[one] for one in lacking])
        known |= dict(arrays.find(connection, asked, lacking))
    return known
