"""The one clock that every room is given."""

from __future__ import annotations

from typing import Protocol

from agentguard.model.moments import Moment


class Stop(Protocol):
    """Something that can be told to stop, such as threading.Event."""

    def is_set(self) -> bool:
        """Tell whether a stop was asked for."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until a stop is asked for, at most `timeout` seconds; tell whether it was."""
        ...


class Clock(Protocol):
    """Boot time for timers (suspend included), wall time for evidence."""

    def now(self) -> Moment:
        """Give the present moment."""
        ...

    def wait(self, stop: Stop, seconds: float) -> bool:
        """Wait `seconds`, or until `stop` is set; tell whether it was set."""
        ...
