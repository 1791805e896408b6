"""The user's session: idle time from one source, the lock by whichever means works here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from agentguard.base.errors import PlatformError
from agentguard.ports.desktop import SessionReading

CONFIRM = 2.0
"""Seconds in which a means must show that it locked, before the next is tried."""

LOOK = 0.05


class Idle(Protocol):
    """A source of idle time."""

    @property
    def name(self) -> str:
        """The source's id."""
        ...

    def seconds(self) -> float:
        """Read the seconds without input."""
        ...


class Means(Protocol):
    """One way to lock the screen."""

    @property
    def name(self) -> str:
        """The means' id."""
        ...

    def locked(self) -> bool | None:
        """Return whether the screen is locked; None when this means cannot tell."""
        ...

    def lock(self) -> bool:
        """Ask for the lock; tell whether the request was taken."""
        ...


class LinuxSession:
    """Reads idle time and lock state, and locks by the first means that works."""

    def __init__(
        self,
        idle: Idle | None,
        means: tuple[Means, ...],
        active: Callable[[], bool | None] = lambda: None,
    ) -> None:
        self._idle = idle
        self._means = means
        self._active = active
        self._pause = threading.Event()

    def read(self) -> SessionReading:
        """Read; locked is None when no means can tell."""
        locked, teller = self._locked()
        idle = None if self._idle is None else self._idle.seconds()
        source = "+".join(name for name in (self._idle.name if self._idle else "", teller) if name)
        return SessionReading(idle=idle, locked=locked, source=source, active=self._active())

    def lock(self) -> None:
        """Lock; the next means is tried when one refuses or is seen not to lock within 2 s."""
        if self._locked()[0]:
            return
        if not any(self._asked(means) and not self._in_vain() for means in self._means):
            raise PlatformError(
                "The screen could not be locked.",
                "Lock it by hand; install xss-lock with i3lock, or xsecurelock.",
            )

    def _asked(self, means: Means) -> bool:
        try:
            return means.lock()
        except PlatformError:
            return False

    def _in_vain(self) -> bool:
        """Wait for the lock; True when it is seen that none came, False also when none can tell."""
        end = time.monotonic() + CONFIRM
        while (locked := self._locked()[0]) is not True and time.monotonic() < end:
            self._pause.wait(LOOK)
        return locked is False

    def _locked(self) -> tuple[bool | None, str]:
        """Return the lock state and who tells: one who sees a lock outweighs all who see none."""
        told = tuple((means.locked(), means.name) for means in self._means)
        for wanted in (True, False):
            for locked, name in told:
                if locked is wanted:
                    return locked, name
        return None, ""
