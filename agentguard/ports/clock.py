"""The one clock that every room is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from agentguard.model.moments import Moment


class Stop(Protocol):
    """Something that can be told to stop, such as threading.Event."""

    def is_set(self) -> bool:
        """Check whether a stop was asked for."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until a stop is asked for, at most `timeout` seconds; tell whether it was."""
        ...


@runtime_checkable
class Audible(Stop, Protocol):
    """A stop that can be heard, so that whoever waits for something else need not look at it."""

    def tell(self, hear: Callable[[], None]) -> None:
        """Call `hear` when the stop is asked for, at once if it was; it must not take long."""
        ...

    def forget(self, hear: Callable[[], None]) -> None:
        """Call `hear` no more; it is not running either once this returns."""
        ...


class Clock(Protocol):
    """Boot time for timers (suspend included), wall time for evidence."""

    def now(self) -> Moment:
        """Return the present moment."""
        ...

    def wait(self, stop: Stop, seconds: float) -> bool:
        """Wait `seconds`, or until `stop` is set; tell whether it was set."""
        ...
