"""Takes what was cleared off the clipboard out of the system's own history of it, and tells how.

The system takes copies into its history in its own time: what is not there yet may come. So it is
looked for again for some seconds, and only what a later look does not find is said to be gone. A
pinned entry may stay.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from agentguard.base.errors import PlatformError
from agentguard.model.machine import HistoryCleaned, Removal
from agentguard.ports.clock import Bell, Clock, Stop
from agentguard.ports.desktop import ClipboardHistory
from agentguard.ports.sensor import Submit
from agentguard.sensors.absent_sensor import watching_state
from agentguard.sensors.clipboard import Leak

NAME = "clipboard-history"
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each look."""
MOST = 64  # leaks that wait; of more the oldest is let go


class HistorySensor:
    """Follows one leak after the other; `take_out` may be called from any thread."""

    name = NAME

    def __init__(self, history: ClipboardHistory, clock: Clock) -> None:
        self._history = history
        self._clock = clock
        self._leaks: deque[Leak] = deque(maxlen=MOST)
        self._bell = Bell()

    def take_out(self, leak: Leak) -> None:
        """Have a copy that was cleared taken out of the history as well; never waits."""
        self._leaks.append(leak)
        self._bell.ring()

    def run(self, submit: Submit, stop: Stop) -> None:
        """Work until `stop` is set."""
        submit(watching_state(self.name, self._clock))
        self._bell.attach(stop)
        while not stop.is_set():
            self._bell.hush()
            while self._leaks and not stop.is_set():
                told = tuple(self._looks(self._leaks.popleft(), stop))
                submit(HistoryCleaned(at=self._clock.now(), removal=_end(told)))
            self._bell.wait()

    def _looks(self, leak: Leak, stop: Stop) -> Iterator[Removal]:
        """Look until it is gone, or the history tells nothing, or there were looks enough."""
        found = False
        for pause in PAUSES:
            if self._clock.wait(stop, pause):
                return
            try:
                told = self._history.remove(leak.is_it)
            except PlatformError:
                told = Removal.UNKNOWN
            yield told
            if told not in {Removal.ABSENT, Removal.REMOVED, Removal.KEPT}:
                return
            if found and told is Removal.ABSENT:
                return
            found = found or told is not Removal.ABSENT


def _end(told: tuple[Removal, ...]) -> Removal:
    """Return how it ended: gone is only what the last look did not find any more."""
    if not told or told[-1] is not Removal.ABSENT:
        last = told[-1] if told else Removal.UNKNOWN
        return Removal.KEPT if last is Removal.REMOVED else last
    return Removal.REMOVED if any(one is not Removal.ABSENT for one in told) else Removal.ABSENT
