"""A selection of a drill's own under X11: watched, read and cleared as the session's are.

CLIPBOARD and PRIMARY are neither read nor owned for it: no program that a person uses knows this
selection.
"""

from __future__ import annotations

from Xlib import X
from Xlib.ext import xfixes

from agentguard.platforms._linux import x11
from agentguard.platforms._linux.clipboard import X11Clipboard
from agentguard.platforms._linux.x11_owner import Owner
from agentguard.ports.clock import Stop
from agentguard.ports.stop_signal import alarm

SELECTION = "_AGENTGUARD_DRILL"


class X11DrillClipboard:
    """Copies a text onto the selection as a program would, on a connection of its own."""

    def __init__(self, display: str) -> None:
        self._name = display
        self.clipboard = X11Clipboard(display, (SELECTION,))

    def offer(self, text: str, stop: Stop) -> None:
        """Own the selection with `text` and hand it over, until `stop` is set.

        Raises:
            PlatformError: the display is gone.

        """
        with x11.connected(self._name, xfixes.extname) as display, alarm(stop) as end:
            owner = Owner(display)
            owner.take(SELECTION, text, X.CurrentTime)
            while not stop.is_set():
                for event in x11.until(stop, end, display):
                    owner.handle(event)
