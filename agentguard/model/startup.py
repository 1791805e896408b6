"""What an agent begins with: a part that could not be had as it should be, and why."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.model.events import Event
from agentguard.model.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class PartBegan(Event):
    """A part of the agent works as it should, or not: then `fault` says why and what to do.

    `part` is an id such as `settings` or `policy-file`, never a value.
    """

    part: str
    fault: Message | None = None
    facet_field = "part"
