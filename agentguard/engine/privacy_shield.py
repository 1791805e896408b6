"""The privacy shield in the engine's state: raised once, lifted by a proof, a lock or an unlock."""

from __future__ import annotations

from dataclasses import replace

from agentguard.engine import records
from agentguard.engine.state import Decision
from agentguard.model.messages import Message
from agentguard.model.moments import Moment
from agentguard.model.shield import Shield, Why


def cover(decision: Decision, why: Why, at: Moment) -> Decision:
    """Cover the screens; those that are covered stay so for their first reason."""
    if decision.state.shield is not None:
        return decision
    noted = records.plain("shield.raised", at, why=why.value)
    shield = Shield(why=why, since=at)
    return decision.then(replace(decision.state, shield=shield), records=(noted,))


def lift(decision: Decision, how: str, at: Moment) -> Decision:
    """Uncover the screens."""
    if decision.state.shield is None:
        return decision
    noted = records.plain("shield.lifted", at, how=how)
    return decision.then(replace(decision.state, shield=None), records=(noted,))


def refuse(decision: Decision, message: Message) -> Decision:
    """Tell on the shield why the code was not accepted."""
    if decision.state.shield is None:
        return decision
    shield = replace(decision.state.shield, reply=message)
    return decision.then(replace(decision.state, shield=shield))
