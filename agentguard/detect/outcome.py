"""What became of a source: how it could be read, its hits, and the reason when it was not whole."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.detect.trace_records import Trace
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What became of a source; `reason` is an id of `resources/text`, or empty.

    `test_cards` are the card numbers published for tests that were met: nobody's, and no hits.
    Where it was not read to its end, `left` is the byte of its `size` at which to go on; else 0.
    What is told is `total`, of all turns so far, or only what this one has found besides.
    """

    outcome: FileOutcome
    hits: tuple[Hit, ...] = ()
    reason: str = ""
    test_cards: int = 0
    left: int = 0
    size: int = 0
    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A format that was recognised, how deep inside other files, and how many such there were."""

    depth: int
    format: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation(Reading):
    """What became of a source, and why.

    `layers` are the formats in the order of reading; `notes` are the ids of all reasons why parts
    were not read; `traces` tell of candidates, whether believed or refused.
    """

    layers: tuple[Layer, ...] = ()
    notes: tuple[str, ...] = ()
    traces: tuple[Trace, ...] = ()
