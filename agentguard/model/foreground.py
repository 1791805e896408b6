"""Which program is in front now, however shortly."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.model.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowInFront(Event):
    """A window is in front now, for however short a time; told at most ten times a second.

    What is pasted goes there; `AppFocused` tells only those that stay.
    """

    image: str
    window_class: str
