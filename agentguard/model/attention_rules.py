"""How often a person may be asked for attention, and when never: what a policy says of it.

None of it weakens protection: files are held, clipboards are emptied and screens are locked without
waiting for a prompt, and everything stands in To do at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRules:
    """The budget of a shift, and the times in which nothing is shown."""

    prompts: int = field(
        default=4,
        metadata={
            "doc": "How many notices, lessons and coaching cards a person is shown in 16 hours. "
            "The last of them is kept for what is urgent, until two hours before a planned end of "
            "the shift. Questions for a second factor are not counted. 0 shows none: all of it "
            "stands in To do.",
            "min": 0,
            "max": 20,
        },
    )
    every_minutes: int = field(
        default=60,
        metadata={
            "doc": "The least minutes between two of them, unless the second is urgent.",
            "min": 0,
            "max": 480,
        },
    )
    wrap_up_seconds: int = field(
        default=60,
        metadata={
            "doc": "Seconds after a call in which nothing is shown, while notes are written. What "
            "is urgent and has waited for 15 minutes comes after half of them.",
            "min": 0,
            "max": 900,
        },
    )
    quiet: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Hours of this computer's own time in which nothing is shown, as HH:MM-HH:MM; "
            "they may pass midnight.",
            "pattern": "(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:[01][0-9]|2[0-3]):[0-5][0-9]",
            "max": 24,
        },
    )


CALM = AttentionRules()
"""Four in a shift and one an hour."""
