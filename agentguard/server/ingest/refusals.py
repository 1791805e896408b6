"""Writes down what was refused: once for each kind and path in ten minutes, then how often.

Neither addresses nor names are written. What a flood of bad requests leaves in the log is bounded
by the kinds and the paths that there are.
"""

from __future__ import annotations

import logging
from collections import Counter

from agentguard.base.translations import Texts
from agentguard.server.http_messages import Refused
from agentguard.server.settings import Now
from agentguard.server.store.engine import causes

LOG = logging.getLogger(__name__)
SPAN = 600.0  # seconds
USUAL = frozenset({"busy", "no-policy", "no-catalogue"})
"""What is refused in everyday work."""


class Refusals:
    """Counts refusals by kind and path."""

    def __init__(self, now: Now, words: Texts) -> None:
        self._now = now
        self._words = words
        self._seen: Counter[tuple[str, str, str]] = Counter()
        self._since = 0.0

    def note(self, refused: Refused, path: str) -> None:
        """Write a refusal down, if it is the first of its kind for a while."""
        if refused.kind in USUAL:
            return
        self._turn(self._now())
        key = refused.kind, path, refused.why
        self._seen[key] += 1
        if self._seen[key] == 1:
            why = self._why(refused)
            LOG.warning("refused at %s: %s (%d)%s", path, refused.kind, refused.status, why)

    def _why(self, refused: Refused) -> str:
        return f" {causes.sentence(refused.why, self._words)}" if refused.why else ""

    def _turn(self, now: float) -> None:
        """Begin a new span when the old one is over, and sum that one up."""
        if 0 <= now - self._since < SPAN:
            return
        for (kind, path, _), count in self._seen.items():
            if count > 1:
                LOG.warning("refused at %s: %s, %d times in all", path, kind, count)
        self._seen.clear()
        self._since = now
