"""What is told of candidates: light, since whoever asks the scan child imports it as well."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from agentguard.model.hits import Hit

MOST_TRACES = 400
"""Traces of one text; the first of each sort are kept."""


class Belief(Enum):
    """How far a candidate is believed."""

    SURE = "sure"
    MAYBE = "maybe"  # counts only when most such candidates of the text hold
    MISS = "miss"  # the right shape with a wrong check: counts against the MAYBEs
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What became of one candidate.

    `why` is the id of the rule that decided. `context` is the label or word that decided, without
    any digit; empty when none did. `line` counts from 1 in the extracted text. `masked` shows
    at most the last four characters. `counted` tells whether it is among the hits. `evidence` is
    what was added up, with its weights in log odds; nothing where its form alone decided.
    """

    kind: str
    belief: Belief
    why: str
    context: str
    line: int
    masked: str
    counted: bool
    evidence: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The hits of a text, and the traces that led to them or fell short, in the text's order."""

    hits: tuple[Hit, ...]
    traces: tuple[Trace, ...]
