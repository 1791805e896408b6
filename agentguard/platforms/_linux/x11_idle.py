"""The seconds without input, from the X server (MIT-SCREEN-SAVER)."""

from __future__ import annotations

import threading

from Xlib.display import Display
from Xlib.ext import screensaver

from agentguard.errors import PlatformError
from agentguard.platforms._linux import x11


class X11Idle:
    """Keeps one connection: a reading is one round trip."""

    name = "x11"

    def __init__(self, display: str) -> None:
        self._name = display
        self._guard = threading.Lock()
        self._display: Display | None = None

    def seconds(self) -> float:
        """Read the idle time; after a failure the next reading connects again."""
        with self._guard:
            try:
                return self._read()
            except PlatformError:
                self._forget()
                raise

    def _read(self) -> float:
        if self._display is None:
            self._display = x11.connect(self._name, screensaver.extname)
        with x11.answering():
            root = self._display.screen().root
            return float(root.screensaver_query_info().idle) / 1000

    def _forget(self) -> None:
        if self._display is not None:
            x11.close(self._display)
        self._display = None
