"""The last word before the computer sleeps: said by the sender, waited for by who watches sleep."""

from __future__ import annotations

import threading

from agentguard.ports.clock import Clock, Stop, heard

ASLEEP = "asleep"
SAYING = 2.0
"""Seconds that the system is held up at most; logind gives five (InhibitDelayMaxSec), Windows two
(https://learn.microsoft.com/en-us/windows/win32/power/pbt-apmsuspend).
"""
HOLD = 30.0
"""Seconds after the word without a report, unless the computer wakes: one would take it back."""


class Nap:
    """What the two threads tell each other; safe for threads."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._said = threading.Event()
        self._awake = threading.Event()

    @property
    def wanted(self) -> bool:
        """Whether the word is to be said now."""
        return self._wanted.is_set()

    def begin(self) -> None:
        """Want the word said."""
        self._said.clear()
        self._awake.clear()
        self._wanted.set()

    def told(self) -> bool:
        """Wait a moment until it is said; tell whether it is."""
        return self._said.wait(SAYING)

    def end(self) -> None:
        """Say that the computer is awake, or does not sleep after all."""
        self._wanted.clear()
        self._awake.set()

    def rest(self, clock: Clock, stop: Stop) -> None:
        """Say that it is said, and report nothing until the computer wakes."""
        self._wanted.clear()
        self._said.set()
        begun = clock.now()
        with heard(stop, self._awake.set) as look:
            while not self._awake.is_set() and not stop.is_set():
                left = HOLD - clock.now().since(begun)
                if left <= 0:
                    return
                self._awake.wait(left if look is None else min(look, left))
