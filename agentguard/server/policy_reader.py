"""How the endpoint reads a policy: it is given that, as it knows nothing of the checks itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agentguard.model.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`parse(text, source)` reads a policy, `weaker(before, after)` names what it asks less."""

    parse: Callable[[bytes, str], Policy]
    weaker: Callable[[Policy, Policy], tuple[str, ...]]
