"""The numbers of states, controls and policies in the database.

Those of kinds of presence and of states stay as they are; controls and policies are given one when
they are first met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from sqlalchemy import Column, Connection

from agentguard.model.held import State
from agentguard.server.store.engine import arrays
from agentguard.server.store.engine.arrays import Look
from agentguard.server.store.engine.upserts import upsert
from agentguard.server.store.schema.control_tables import held_control, held_policy


class Kind(IntEnum):
    """Whether a desk was watched, or why not; these numbers stay as they are.

    `CLAIMED` is a goodbye that the keeper of its computer did not confirm: anybody could end the
    agent and have it say so.
    """

    WATCHED = 1
    ASLEEP = 2
    ENDED = 3  # the session at the desk ended, as its system said
    STOPPED = 4  # the agent was ended, and its keeper said that nobody is logged on
    CLAIMED = 5
    SILENT = 6
    CLONED = 7  # two computers used its key, so nothing was taken of either
    PENDING = 8  # waits for a person to confirm it
    RETIRED = 9
    UNRECORDED = 10  # from before this was written down


HIDDEN: dict[Kind, State] = {
    **dict.fromkeys((Kind.PENDING, Kind.RETIRED), State.NOT_ENROLLED),
    Kind.UNRECORDED: State.UNKNOWN,
    **dict.fromkeys(
        (Kind.ASLEEP, Kind.ENDED, Kind.STOPPED, Kind.CLAIMED, Kind.SILENT, Kind.CLONED),
        State.OFFLINE,
    ),
}
"""What every control of a desk is while the desk is not watched."""

LOST = frozenset({Kind.CLAIMED, Kind.SILENT, Kind.CLONED})
"""Kinds in which nobody said in a way that is believed that the desk is not in use."""

GOODBYES = {"asleep": Kind.ASLEEP, "session-ended": Kind.ENDED}
"""What a goodbye says that is believed; any other one is that the agent was stopped."""

STATES: dict[int, State] = {
    1: State.FAIL,
    2: State.UNKNOWN,
    3: State.PARTIAL,
    4: State.NOT_APPLICABLE,
    5: State.PAUSED,
    6: State.NOT_IN_POLICY,
    7: State.BLIND,
}
"""The states that an excursion can have, by their numbers, which stay as they are."""

PASS = 0
UNKNOWN = 2
NOT_IN_POLICY = 6
BLIND = 7
_WIRE = {
    "pass": PASS, "fail": 1, "unknown": UNKNOWN, "partial": 3, "not_applicable": 4, "paused": 5,
}  # fmt: skip
CONTROLS = arrays.look(
    'SELECT "check", number FROM held_control WHERE "check" {}',
    held_control.c.check,
)
POLICIES = arrays.look(
    "SELECT digest, number FROM held_policy WHERE digest {}",
    held_policy.c.digest,
)


def number(wire: str, sensor: str = "") -> int:
    """Return the number of a state as agents name it; what no release knows is unknown.

    What is unknown because a `sensor` had failed has a number of its own.
    """
    known = _WIRE.get(wire, UNKNOWN)
    return BLIND if known == UNKNOWN and sensor else known


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
