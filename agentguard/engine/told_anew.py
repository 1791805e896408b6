"""Tells open findings once more in a new epoch: the endpoint closed them with the one before.

What is found already is not found again, so that nobody else would ever tell it.
"""

from __future__ import annotations

from agentguard.engine import memory, records
from agentguard.engine.state import Decision
from agentguard.model.events import EpochBegun, Event


def follow(decision: Decision, event: Event) -> Decision:
    """Write down every open finding, with since when it is open, if a new epoch has begun."""
    if not isinstance(event, EpochBegun):
        return decision
    state = decision.state
    told = tuple(
        records.opened(one, state.plan.bound[one.check].owner(one.message))
        for one in state.findings.values()
        if one.check in state.plan.bound
    )
    return decision.then(records=told, memory={memory.EPOCH: event.epoch})
