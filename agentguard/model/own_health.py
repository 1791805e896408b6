"""What an agent tells of itself: how it began, where its keys lie, and its test of its controls."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.model.events import Event
from agentguard.model.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysSeen(Event):
    """Where the keys of this computer lie: ids of places, empty where there is no key."""

    device: str
    vault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlsTested(Event):
    """Made-up data was put before the controls: which noticed it, and which did not."""

    worked: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartBegan(Event):
    """A part of the agent works as it should, or not: then `fault` says why and what to do.

    `part` is an id such as `settings` or `policy-file`, never a value.
    """

    part: str
    fault: Message | None = None
    facet_field = "part"
