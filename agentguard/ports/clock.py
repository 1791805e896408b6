"""The one clock that every room is given, a stop that is heard, and a bell that wakes a wait early.

Nobody who waits for news has to wake up to look at a stop. An agent has some thirty threads: each
that looks twice a second costs a desk more than all that it does there.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from agentguard.model.moments import Moment

LOOK = 0.5
"""Seconds between two looks at a stop that cannot be heard."""


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


class Ending:
    """A Stop that calls those who wait for something else; safe for threads."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._guard = threading.RLock()  # a signal may come while its own thread holds it
        self._hearers: dict[Callable[[], None], None] = {}

    def set(self) -> None:
        """Ask for the stop."""
        with self._guard:
            self._ended.set()
            for hear in tuple(self._hearers):
                hear()

    def is_set(self) -> bool:
        """Check whether a stop was asked for."""
        return self._ended.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until a stop is asked for, at most `timeout` seconds; tell whether it was."""
        return self._ended.wait(timeout)

    def tell(self, hear: Callable[[], None]) -> None:
        """Call `hear` when the stop is asked for, at once if it was; twice the same counts once."""
        with self._guard:
            self._hearers[hear] = None
            if self._ended.is_set():
                hear()

    def forget(self, hear: Callable[[], None]) -> None:
        """Call `hear` no more; it is not running either once this returns."""
        with self._guard:
            self._hearers.pop(hear, None)


@contextmanager
def heard(stop: Stop, hear: Callable[[], None]) -> Iterator[float | None]:
    """Have `hear` called when `stop` is set; give the seconds between two looks, None for none."""
    if not isinstance(stop, Audible):
        yield LOOK
        return
    stop.tell(hear)
    try:
        yield None
    finally:
        stop.forget(hear)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What can be waited on beside other sockets: readable once a stop is set.

    `look` is the longest to wait between two looks at the stop; None where it is heard.
    """

    socket: socket.socket
    look: float | None

    def fileno(self) -> int:
        """Return its number, to wait on."""
        return self.socket.fileno()


@contextmanager
def alarm(stop: Stop) -> Iterator[Alarm]:
    """Have an alarm for `stop`."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)

    def ring() -> None:
        with suppress(OSError):  # it rings already
            theirs.send(b"!")

    with ours, theirs, heard(stop, ring) as look:
        yield Alarm(socket=ours, look=look)


def least(*seconds: float | None) -> float | None:
    """Return the shortest of some waits; None is for ever."""
    return min((each for each in seconds if each is not None), default=None)


class Bell:
    """Hand it to `clock.wait` in place of the stop; ring it from any thread."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._stop: Stop | None = None
        self._hear: Callable[[], None] = lambda: None

    def attach(self, stop: Stop) -> None:
        """Listen to this stop as well."""
        self._stop = stop

    def tell(self, hear: Callable[[], None]) -> None:
        """Have `hear` called at each ring as well, in the ringer's thread; one at a time."""
        self._hear = hear

    def ring(self) -> None:
        """Wake the wait, or let the next one end at once."""
        self._rung.set()
        self._hear()

    def hush(self) -> None:
        """Forget the rings so far; look at what they were about afterwards, not before."""
        self._rung.clear()

    def rung(self) -> bool:
        """Check whether there was a ring; a stop is none."""
        return self._rung.is_set()

    def is_set(self) -> bool:
        """Check whether there was a ring or a stop."""
        return self._rung.is_set() or (self._stop is not None and self._stop.is_set())

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for a ring or a stop, at most `timeout` seconds; tell whether there was one."""
        if self._stop is None:
            return self._rung.wait(timeout)
        left = float("inf") if timeout is None else timeout
        with heard(self._stop, self._rung.set) as look:
            while not self.is_set() and left > 0:
                step = least(None if timeout is None else left, look)
                self._rung.wait(step)
                left -= step or 0.0
        return self.is_set()
