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
    breaks: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Planned breaks, as HH:MM-HH:MM of this computer's own time; a notice that is "
            "put off may come back after one.",
            "pattern": "(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:[01][0-9]|2[0-3]):[0-5][0-9]",
            "max": 24,
        },
    )
    lock: bool = field(
        default=True,
        metadata={"doc": "true: the screen is locked as well; a call that is live ends first."},
    )
    handover: bool = field(
        default=False,
        metadata={
            "doc": "true: a desk is handed over at the end of a shift by the checklist of the page "
            "Shift; a shift that ends without is a finding of the supervisor's."
        },
    )
    clean_desk_percent: int = field(
        default=0,
        metadata={
            "doc": "On so many of a hundred days a person is asked to look at the desk for paper "
            "and telephones, after a break and never in a call; the days are drawn by a keyed hash "
            "of day and person.",
            "min": 0,
            "max": 100,
        },
    )
    counts: bool = field(
        default=True,
        metadata={
            "doc": "true: at the end of a shift it is written down how often the desk was left for "
            "how many minutes, what was copied by kind, and how often gated applications were "
            "opened; as counts, without times. Drafts of policies are tried on them."
        },
    )
    shared: bool = field(
        default=True,
        metadata={
            "doc": "true: others may work under the same account of the computer, so a handover "
            "empties the inbox and shows incidents only by their number; false: everybody has an "
            "account, and finds the inbox again."
        },
    )


UNPLANNED = ShiftRules()
"""Shifts end when it is said, and then the screen is locked."""
