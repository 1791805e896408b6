"""What the agent's test of its own controls has shown."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.model.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlsTested(Event):
    """Made-up data was put before the controls: which noticed it, and which did not."""

    worked: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
