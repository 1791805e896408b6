"""Slow work that a person asked for, one after the other, in an actor of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from agentguard.engine.mailbox import Post
from agentguard.ports.clock import Stop

LOG = logging.getLogger(__name__)

Errand = Callable[[], None]
QUEUE = 64


@dataclass(slots=True, kw_only=True)
class Errands:
    """The actor of errands."""

    _queue: Post[Errand] = field(default_factory=lambda: Post(QUEUE))

    def give(self, errand: Errand) -> bool:
        """Hand over an errand; tell whether there was room for it."""
        return self._queue.put(errand)

    def when_needed(self, call: Callable[[], None]) -> None:
        """Have `call` bring the actor when errands wait."""
        self._queue.when_needed(call)

    def run(self, stop: Stop) -> None:
        """Work until `stop` is set."""
        for errand in self._queue.until(stop):
            try:
                errand()
            except Exception:
                LOG.exception("an errand failed")
