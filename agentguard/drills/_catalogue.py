"""Every drill of the program, found by itself."""

from __future__ import annotations

from agentguard import drills
from agentguard.base.plugins import discover
from agentguard.drills.base import Drill


def catalogue() -> tuple[Drill, ...]:
    """Return every drill, in the order of their files' names."""
    return discover(drills, "DRILL", Drill)
