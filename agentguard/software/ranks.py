"""The states of programs in the order of their weight, so that numbers can be compared and kept."""

from __future__ import annotations

from agentguard.model.software import Match, State

WORST = (State.EXPLOITED, State.ENDED, State.ENDING, State.UNKNOWN, State.ALLOWED, State.SUPPORTED)
"""The worst first; a state's rank is its place."""
PART = len(WORST)
"""The rank of what is not judged alone: a part of another program, an update, an extension."""
UNKNOWN = WORST.index(State.UNKNOWN)
BEST = WORST.index(State.SUPPORTED)


def rank(found: Match) -> int:
    """Return the rank of what is said of a program."""
    return PART if found.part else WORST.index(found.state)
