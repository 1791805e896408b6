"""What became of a source: how it could be read, its hits, and the reason when it was not whole."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.model.events import FileOutcome
from agentguard.model.hits import Hit


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What became of a source; `reason` is an id of `resources/text`, or empty."""

    outcome: FileOutcome
    hits: tuple[Hit, ...] = ()
    reason: str = ""
