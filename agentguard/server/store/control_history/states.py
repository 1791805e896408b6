"""The numbers under which kinds of presence and states of controls stand in the database."""

from __future__ import annotations

from enum import IntEnum

from agentguard.model.held import State


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


def number(wire: str, sensor: str = "") -> int:
    """Return the number of a state as agents name it; what no release knows is unknown.

    What is unknown because a `sensor` had failed has a number of its own.
    """
    known = _WIRE.get(wire, UNKNOWN)
    return BLIND if known == UNKNOWN and sensor else known
