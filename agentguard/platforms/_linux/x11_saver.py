"""The X server's screen saver: it tells the seconds without input, and locks.

Lockers are seen among the server's clients. The connection is kept for questions of one round trip.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from Xlib import X
from Xlib.display import Display

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux import x11

LOCKERS = frozenset({"alock", "i3lock", "slock", "xlock", "xsecurelock", "xtrlock"})
"""Programs that are connected to the server only while they lock it."""
_REGISTERED = "_MIT_SCREEN_SAVER_ID"
"""A program that takes the screen saver's place puts this on the root window (xss-lock(1))."""
T = TypeVar("T")


class Kept:
    """Connects at the first question; after a failure the next one connects again."""

    def __init__(self, name: str, *extensions: str) -> None:
        self.name = name
        self._extensions = extensions
        self._guard = threading.Lock()
        self._display: Display | None = None

    def ask(self, question: Callable[[Display], T]) -> T:
        """Ask, one thread at a time.

        Raises:
            PlatformError: the server does not answer.

        """
        with self._guard:
            try:
                return self._ask(question)
            except PlatformError:
                self._forget()
                raise

    def _ask(self, question: Callable[[Display], T]) -> T:
        if self._display is None:
            self._display = x11.connect(self.name, *self._extensions)
        with x11.answering():
            return question(self._display)

    def _forget(self) -> None:
        if self._display is not None:
            x11.close(self._display)
        self._display = None


class X11Saver:
    """Wakes the screen saver; tells of a lock when a locker is there, whoever started it."""

    name = "x11-locker"

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._seen = False
        self._lockers: dict[int, bool] = {}

    def locked(self) -> bool | None:
        """Return whether a locker is connected; None until one was seen, as others may be used."""
        try:
            there = self._kept.ask(self._locker_is_there)
        except PlatformError:
            return None
        self._seen = self._seen or there
        return there if self._seen else None

    def _locker_is_there(self, display: Display) -> bool:
        """Look at the programs that were not connected a moment ago: it is asked each second."""
        known = self._lockers
        pids = x11.client_pids(display)
        self._lockers = {
            pid: known[pid] if pid in known else x11.program(pid) in LOCKERS for pid in pids
        }
        return any(self._lockers.values())

    def lock(self) -> bool:
        """Wake the screen saver if somebody listens; tell whether."""
        return self._kept.ask(_wake)


def _wake(display: Display) -> bool:
    atom = display.get_atom(_REGISTERED, only_if_exists=True)
    if not atom or display.screen().root.get_full_property(atom, X.AnyPropertyType) is None:
        return False
    display.force_screen_saver(X.ScreenSaverActive)
    display.sync()
    return True


class X11Idle:
    """A reading is one round trip over the kept connection."""

    name = "x11"

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def seconds(self) -> float:
        """Read the idle time."""
        return self._kept.ask(_idle)


def _idle(display: Display) -> float:
    return float(display.screen().root.screensaver_query_info().idle) / 1000
