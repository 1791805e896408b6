"""What a control has to do with a requirement of a framework, and how much that is.

A requirement is named by framework and number ("PCI DSS 8.2.8"): PCI DSS 4.0.1, ISO/IEC 27001:2022
(Annex A), NIST CSF 2.0 and CIS Controls 8.1. What a control does *not* prove stands beside it in
`resources/text/<language>/checks.toml` as `<check>.not`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """How a control bears on a requirement.

    It measures what is asked for; or it supports it, among other things that are needed; or it can
    only disprove it: a finding shows that it is not met, and no finding shows nothing.
    """

    MEASURES = "measures"
    DISPROVES = "disproves"
    SUPPORTS = "supports"


@dataclass(frozen=True, slots=True)
class Proof:
    """One requirement, and how a control bears on it."""

    number: str
    relation: Relation
