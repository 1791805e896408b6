"""How often a proof may be asked for: six times an hour, then it is reported instead."""

from __future__ import annotations

from dataclasses import replace

from agentguard.engine import records
from agentguard.engine.state import Decision
from agentguard.model.moments import Moment

MOST = 6
HOUR = 3600.0


def may_ask(decision: Decision, group: str, at: Moment) -> tuple[Decision, bool]:
    """Count a question, or tell once an hour that there were too many."""
    gate = decision.state.gate
    asked = tuple(boot for boot in gate.asked if at.boot - boot < HOUR)
    if len(asked) < MOST:
        counted = replace(gate, asked=(*asked, at.boot), hidden=at.boot)
        return decision.then(replace(decision.state, gate=counted)), True
    if gate.spared is not None and at.boot - gate.spared < HOUR:
        return decision, False
    noted = records.plain("gate.spared", at, group=group, count=len(asked))
    spared = replace(gate, asked=asked, spared=at.boot)
    return decision.then(replace(decision.state, gate=spared), records=(noted,)), False
