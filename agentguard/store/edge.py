"""What this computer has lived through, as the second clock by which entries are old."""

from __future__ import annotations

import math

from agentguard.model import lived
from agentguard.retention.lived import KEY
from agentguard.store import remembered
from agentguard.store.database import Database


def edge(database: Database, seconds: float) -> float:
    """Give the wall time before which every entry is surely that many seconds old.

    The endpoint's clock alone erases nothing: one that leapt would empty every journal. Infinity
    while nothing was written down of this computer's own time.
    """
    known = lived.read(remembered.under(database, KEY).get(KEY))
    return known.before(seconds) if known is not None else math.inf
