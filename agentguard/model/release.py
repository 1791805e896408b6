"""What a policy says of itself beside its rules, and how far the one in force can be relied on."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What is said of a policy beside its rules, for policies that are signed."""

    epoch: int = field(
        default=1,
        metadata={
            "doc": "Raised only to begin the versions anew; a higher epoch replaces any version.",
            "min": 1,
            "max": 1_000_000,
        },
    )
    group: str = field(
        default="",
        metadata={"doc": "The team for which it is; computers of another team refuse it."},
    )
    expires: str = field(
        default="",
        metadata={
            "doc": "The last day of its validity, such as 2027-12-31. It stays in force "
            "afterwards, and is reported as out of date.",
            "pattern": r"(?:20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))?",
        },
    )
    loosens: bool = field(
        default=False,
        metadata={
            "doc": "true: it may ask for less than the policy that it replaces. Without it, one "
            "that does is refused."
        },
    )


UNSAID = Release()
"""What holds of a policy that says nothing of itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the policy in force can be relied on.

    `root` is the version of the pinned root, 0 for none; `expired` tells that `expires` is past.
    """

    signed: bool = False
    trial: bool = False
    expires: str = ""
    expired: bool = False
    root: int = 0
