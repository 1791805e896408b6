"""The seconds without input, from the X server (MIT-SCREEN-SAVER)."""

from __future__ import annotations

from Xlib.display import Display

from agentguard.platforms._linux.x11_kept import Kept


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
