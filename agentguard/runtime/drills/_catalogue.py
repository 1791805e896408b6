"""Every drill of the program, found by itself."""

from __future__ import annotations

from agentguard.base.plugins import discover
from agentguard.runtime import drills
from agentguard.runtime.drills.base import Drill


def catalogue() -> tuple[Drill, ...]:
    """Return every drill, in the order of their files' names."""
    return discover(drills, "DRILL", Drill)
