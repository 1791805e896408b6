"""All counts that triggers keep: their changes added up, and all of them counted again.

`doctor` compares both, and a job puts right what differs; that it had to is remembered.
"""

from __future__ import annotations

from sqlalchemy import Connection

from agentguard.server.store.engine import leadership
from agentguard.server.store.floor import finding_counts, team_counts

FOLDED = 10.0
"""Seconds between two times that the changes are added up."""
RECOUNTED = 3600.0
"""Seconds between two counts of all desks and open findings."""
REPAIRED = "counts-repaired"
"""Under this name `job` has when a count was last found wrong, and put right."""
_EVERY = (team_counts.SUMS, finding_counts.SUMS)


def fold(connection: Connection) -> None:
    """Add the changes to the counts; those that come meanwhile stay for the next time."""
    for one in _EVERY:
        one.fold(connection)


def differences(connection: Connection) -> int:
    """Return how many counts differ from what desks and open findings themselves say."""
    return sum(one.differences(connection) for one in _EVERY)


def repair(connection: Connection, now: float) -> int:
    """Put right what differs; return how many counts."""
    wrong = sum(one.repair(connection) for one in _EVERY)
    if wrong:
        leadership.note(connection, REPAIRED, now)
    return wrong
