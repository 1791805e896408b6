"""How long an agent waits after a report that was not taken."""

from __future__ import annotations

from collections.abc import Callable

from agentguard.uplink.problems import LONGEST_BACKOFF, SHORTEST_WAIT, bounded

SPLAY = 0.1
"""What is told to wait waits up to this part longer, so that not all come back at once."""
_DOUBLED = 10  # times; more would count seconds that the bound cuts off


def after_failure(
    failures: int, retry_after: float, uniform: Callable[[float, float], float]
) -> float:
    """Return the seconds until the next try after so many failures in a row.

    That is what the endpoint asked for and a little more, or else a random time up to a bound that
    doubles.
    """
    if retry_after:
        return bounded(retry_after * (1 + uniform(0, SPLAY)))
    return uniform(SHORTEST_WAIT, min(LONGEST_BACKOFF, 2.0 ** min(failures, _DOUBLED)))
