"""What a policy says of the vault: who else can open it, and how long it may hold what."""

from __future__ import annotations

from dataclasses import dataclass, field

FORBIDDEN = frozenset({"CVV", "TRACK"})
"""Kinds that may not be kept after authorisation, not even encrypted (PCI DSS 4.0.1, 3.3.1)."""

MOST_HOURS = 72
"""The longest hold of forbidden kinds: time for the incident of PCI DSS 4.0.1, 12.10.7."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultRules:
    """How the vault of each desk works."""

    recovery: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Public keys (age) of the organisation that can open every file as well; "
            "their secret halves belong offline, in the hands of two people.",
            "pattern": "age1[02-9ac-hj-np-z]{58}",
            "max": 5,
        },
    )
    hold_hours: int = field(
        default=MOST_HOURS,
        metadata={
            "doc": "Hours after which a file with card security codes or track data is removed "
            "from the vault for good; it may not be kept, not even encrypted.",
            "min": 1,
            "max": MOST_HOURS,
        },
    )
    restore_code: bool = field(
        default=True,
        metadata={
            "doc": "true: a file is given back or removed only for a code of the second factor, "
            "where the person has one (an enrolled computer, or offline codes)."
        },
    )
    least_values: int = field(
        default=1,
        metadata={
            "doc": "A file is moved by itself only when it holds at least so many values.",
            "min": 1,
            "max": 1000,
        },
    )
    settled_minutes: int = field(
        default=0,
        metadata={
            "doc": "A file is moved by itself only when nobody changed it for so long.",
            "min": 0,
            "max": 1440,
        },
    )
    returned_minutes: int = field(
        default=60,
        metadata={
            "doc": "A file that somebody brought back is let alone for so long.",
            "min": 5,
            "max": 1440,
        },
    )


NO_RECOVERY = VaultRules()
"""The defaults: only this desk's own key opens the vault."""
