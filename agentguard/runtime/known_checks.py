"""Every check of the program, and what a policy may say of it: read without building an agent."""

from __future__ import annotations

from agentguard import checks
from agentguard.base.plugins import discover
from agentguard.checks.base import Check
from agentguard.policy.document import Shape


def catalogue() -> tuple[Check[object], ...]:
    """Return every check of the program."""
    return discover(checks, "CHECK", Check)


def shapes() -> tuple[Shape, ...]:
    """Return what a policy may say of each check."""
    return tuple(Shape(id=c.id, settings_type=c.settings, severity=c.severity) for c in catalogue())
