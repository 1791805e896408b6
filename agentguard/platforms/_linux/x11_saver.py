"""Locks through the X server's screen saver, when a program such as xss-lock listens to it."""

from __future__ import annotations

from Xlib import X
from Xlib.display import Display

from agentguard.platforms._linux import x11

_REGISTERED = "_MIT_SCREEN_SAVER_ID"
"""A program that takes the screen saver's place puts this on the root window (xss-lock(1))."""


class X11Saver:
    """Wakes the screen saver; it cannot tell whether the screen is locked."""

    name = "x11-saver"

    def __init__(self, display: str) -> None:
        self._name = display

    def locked(self) -> bool | None:
        """Tell nothing: the server knows of blanking, not of locks."""
        return None

    def lock(self) -> bool:
        """Wake the screen saver if somebody listens; tell whether."""
        with x11.connected(self._name) as display:
            if not _listened_to(display):
                return False
            display.force_screen_saver(X.ScreenSaverActive)
            display.sync()
            return True


def _listened_to(display: Display) -> bool:
    atom = display.get_atom(_REGISTERED, only_if_exists=True)
    if not atom:
        return False
    root = display.screen().root
    return root.get_full_property(atom, X.AnyPropertyType) is not None
