"""The log of the simulated system."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from agentguard.ports.desktop import Weight


@dataclass(frozen=True, slots=True)
class SimulatedSystemLog:
    """The SystemLog port; `require` raises while the desktop refuses a capability."""

    require: Callable[[str], None]
    lines: list[tuple[int, Weight, str]] = field(default_factory=list)

    def write(self, event: int, weight: Weight, text: str) -> None:
        """Keep a line."""
        self.require("system-log")
        self.lines.append((event, weight, text))

    def tried(self) -> bool:
        """Tell that it would be written."""
        self.require("system-log")
        return True
