"""The two halves of an agent look after each other: what judges, and the loop that shows it.

A process of which one half hangs runs on: no keeper starts another, its person may not end it,
and its icon says what was so before. Turns are counted, never seconds: neither a sleep, nor a clock
that is set, nor a computer that was paused makes anybody silent.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from agentguard.model.moments import Moment
from agentguard.ports.clock import Clock

LOG = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two looks of the loop that count."""
TURN = 2.0
"""Seconds between two turns of what judges."""
LONG = 600.0
"""Seconds of turns after which the other half hangs: far more than the slowest disk takes."""

ENGINE, LOOP = "engine", "loop"


class Halves:
    """Counts the turns of one half in which the other did nothing; `hung` is told which, once.

    `picture` is the moment of the last one that the engine gave: it gives one each second.
    """

    def __init__(
        self, clock: Clock, picture: Callable[[], Moment], hung: Callable[[str], None]
    ) -> None:
        self._clock = clock
        self._picture = picture
        self._hung = hung
        self._at: Moment | None = None
        self._seen: Moment | None = None
        self._looks = self._known = self._still = self._quiet = 0

    def looked(self) -> None:
        """Count a look of the loop; for it alone, and as often as it likes."""
        now = self._clock.now()
        if self._at is not None and now.since(self._at) < LOOK:
            return
        self._at, picture = now, self._picture()
        self._looks += 1
        self._still = self._still + 1 if picture == self._seen else 0
        self._seen = picture
        if self._still == int(LONG / LOOK):
            self._hung(ENGINE)

    def turned(self) -> None:
        """Count a turn of what judges; a loop that has not begun yet is not missed."""
        moved = self._looks != self._known
        self._known = self._looks
        self._quiet = 0 if moved or not self._looks else self._quiet + 1
        if self._quiet == int(LONG / TURN):
            self._hung(LOOP)


def begin_again(end: Callable[[], object], anew: Callable[[], None], half: str) -> None:
    """End a process of which a half hangs; where nobody starts another, let the agent begin anew.

    `end` returns where nobody does. A loop that hangs cannot begin anything: without a keeper it is
    only told. What hangs may hold the log, so that nobody waits for that.
    """
    words = "The %s of this agent has hung for %.0f s of turns."
    told = threading.Thread(  # noqa: TID251 - no actor: what hangs may hold it up for ever
        target=LOG.critical, args=(words, half, LONG), name="last-words", daemon=True
    )
    told.start()
    told.join(TURN)
    end()
    anew()
