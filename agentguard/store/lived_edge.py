"""What this computer has lived through, as the second clock by which entries are old."""

from __future__ import annotations

import math

from agentguard.model import lived_time
from agentguard.ports.storage import Memory
from agentguard.retention.lived_clock import KEY


def edge(memory: Memory, seconds: float) -> float:
    """Return the wall time before which every entry is surely that many seconds old.

    The endpoint's clock alone erases nothing: one that leapt would empty every journal. Infinity
    while nothing of this computer's own time stands in the journal's memory.
    """
    known = lived_time.read(memory.get(KEY))
    return known.before(seconds) if known is not None else math.inf
