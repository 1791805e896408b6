"""A site's own kinds of data, from policy to recognisers."""

from __future__ import annotations

from functools import lru_cache

from agentguard.catalogue import discover
from agentguard.model.policy import ALL, Detection
from agentguard.pii import kinds
from agentguard.pii.base import Recogniser
from agentguard.pii.scanner import Scanner, default_scanner


def built_in() -> tuple[Recogniser, ...]:
    """Give every recogniser of the room."""
    return discover(kinds, "RECOGNISER", Recogniser)


@lru_cache(maxsize=2)
def scanner_of(detection: Detection) -> Scanner:
    """Give the scanner for what a policy wants looked for."""
    if detection == ALL:
        return default_scanner()
    return Scanner([r for r in built_in() if r.kind not in detection.off])
