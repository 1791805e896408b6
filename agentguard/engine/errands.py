"""Slow work that a person asked for, one after the other, in an actor of its own."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable
from dataclasses import dataclass, field

from agentguard.ports.clock import Stop

LOG = logging.getLogger(__name__)

Errand = Callable[[], None]
QUEUE = 64


@dataclass(slots=True, kw_only=True)
class Errands:
    """The actor of errands."""

    _queue: queue.Queue[Errand] = field(default_factory=lambda: queue.Queue(QUEUE))

    def give(self, errand: Errand) -> bool:
        """Hand over an errand; tell whether there was room for it."""
        try:
            self._queue.put_nowait(errand)
        except queue.Full:
            return False
        return True

    def run(self, stop: Stop) -> None:
        """Work until `stop` is set."""
        while not stop.is_set():
            try:
                errand = self._queue.get(timeout=0.5)
            except queue.Empty:
                continue
            try:
                errand()
            except Exception:
                LOG.exception("an errand failed")
