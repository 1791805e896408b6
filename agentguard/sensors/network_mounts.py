"""Whether folders of other computers answer, asked by threads that may hang for ever in our place.

While its server is away, whatever touches such a folder waits in the kernel, and nothing ends it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress

from agentguard.ports.clock import Clock

PATIENCE = 10.0
"""Seconds for which an answer is waited for."""
FRESH = 2.0
"""Seconds for which an answer is believed."""


def touch(folder: str) -> None:
    """Read a folder's first entry; any answer is one, a refusal as well."""
    with suppress(OSError), os.scandir(folder) as entries:
        next(entries, None)


class Afar:
    """Asks folders; one that does not answer is not asked again until that question has ended."""

    def __init__(
        self, clock: Clock, patience: float = PATIENCE, ask: Callable[[str], None] = touch
    ) -> None:
        self._clock = clock
        self._patience = patience
        self._ask = ask
        self._asking: dict[str, threading.Thread] = {}  # noqa: TID251 - no actor: nothing ends it
        self._answered: dict[str, float] = {}

    def answers(self, folder: str) -> bool:
        """Check whether a folder answers, within `patience` the first time and at once later."""
        now = self._clock.now().boot
        if now - self._answered.get(folder, float("-inf")) < FRESH:
            return True
        asking = self._asking.pop(folder, None)
        if asking is None:
            asking = threading.Thread(  # noqa: TID251 - no actor: nothing ends it
                target=self._ask, args=(folder,), name="afar", daemon=True
            )
            asking.start()
            asking.join(self._patience)
        if asking.is_alive():
            self._asking[folder] = asking
            self._answered.pop(folder, None)
            return False
        self._answered[folder] = self._clock.now().boot
        return True
