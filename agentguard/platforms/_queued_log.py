"""A system's log behind a short queue: whoever writes never waits for the system."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from agentguard.base.errors import PlatformError

if TYPE_CHECKING:
    from agentguard.ports.desktop import SystemLog, Weight

LINES = 256
END = 1.0  # seconds that the end may take

_Line = tuple[int, "Weight", str]


class Aside:
    """Writes in a thread of its own, which begins at the first line; what is too much is lost."""

    def __init__(self, log: SystemLog, lines: int = LINES) -> None:
        self._log = log
        self._lines: queue.Queue[_Line | None] = queue.Queue(lines)
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def write(self, event: int, weight: Weight, text: str) -> None:
        """Have a line written, or lose it."""
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="system-log", daemon=True)
                self._thread.start()
        with suppress(queue.Full):
            self._lines.put_nowait((event, weight, text))

    def tried(self) -> bool:
        """Ask the log itself."""
        return self._log.tried()

    def close(self, seconds: float = END) -> None:
        """Write what waits, as far as the seconds go."""
        if self._thread is None:
            return
        with suppress(queue.Full):
            self._lines.put_nowait(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            with suppress(PlatformError):
                self._log.write(*line)
