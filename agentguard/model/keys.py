"""Where this computer keeps its keys."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.model.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysSeen(Event):
    """Where the keys of this computer lie: ids of places, empty where there is no key."""

    device: str
    vault: str
