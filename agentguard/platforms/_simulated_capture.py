"""What pictures of the simulated screen show of our windows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from agentguard.ports.desktop import Pictured


@dataclass(frozen=True, slots=True)
class SimulatedCapture:
    """The Capture port; `require` raises while the desktop refuses a capability."""

    require: Callable[[str], None]
    pictured: dict[int, Pictured] = field(default_factory=dict)

    def show(self, window: int, wanted: Pictured) -> Pictured:
        """Remember what pictures show of a window."""
        self.require("capture")
        self.pictured[window] = wanted
        return wanted

    def tried(self) -> Pictured:
        """Return whether it would be done."""
        self.require("capture")
        return Pictured.BENEATH
