"""What a desk tells the endpoint beside what it must."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRules:
    """What each report says of the person at the desk."""

    person: bool = field(
        default=True,
        metadata={
            "doc": "true: a report names whose session it is, and the endpoint keeps a pseudonym "
            "and the name sealed; false: no report names anybody."
        },
    )


NAMED = ReportRules()
"""Reports say whose session it is."""
