"""When a shift ends, and what is done then."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRules:
    """What happens when a shift ends; customer data leaves the clipboard in any case."""

    ends: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "When shifts end, as HH:MM of this computer's own time; without one they end "
            "when it is said (agentguard lock --shift-end).",
            "pattern": "(?:[01][0-9]|2[0-3]):[0-5][0-9]",
            "max": 24,
        },
    )
    lock: bool = field(
        default=True,
        metadata={"doc": "true: the screen is locked as well; a call that is live ends first."},
    )


UNPLANNED = ShiftRules()
"""Shifts end when it is said, and then the screen is locked."""
