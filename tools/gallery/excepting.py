"""A desk whose policy allows exceptions, and that has asked for some: made up."""

from __future__ import annotations

from dataclasses import replace

from agentguard.model.exceptions import ExceptionRule, Request, RequestState
from agentguard.model.snapshot import Snapshot
from tools.gallery import data


def excepting(of: Snapshot) -> Snapshot:
    """Return a desk whose policy lets two controls be excepted, with requests in every state."""
    rules = (
        ExceptionRule(control="software", hours=72),
        ExceptionRule(control="vendors", hours=8),
        ExceptionRule(control="pii-files", hours=24),
    )
    states = (RequestState.WAITING, RequestState.DECLINED, RequestState.OVER)
    asked = tuple(
        Request(
            id=f"{number:032x}",
            control="software" if number % 2 else "vendors",
            until=data.NOON.wall + 5 * data.HOUR,
            asked=data.NOON.wall - data.HOUR * number,
            state=state,
            ruled=0.0 if state is RequestState.WAITING else data.NOON.wall - data.HOUR,
        )
        for number, state in enumerate(states, 1)
    )
    return replace(of, policy=replace(of.policy, exceptions=rules), requests=asked)
