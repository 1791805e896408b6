"""Idle time from the compositor (ext-idle-notify-v1): it tells when a second passed without input.

Of version 2 the input alone counts, also while a film keeps the screen awake.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

from agentguard.base.errors import PlatformError
from agentguard.platforms._clock import boot_seconds
from agentguard.platforms._linux.wayland import Connection

NOTIFIER = "ext_idle_notifier_v1"
AFTER = 1.0  # seconds without input after which the compositor tells
_ANY_INPUT, _INPUT_ALONE = 1, 2  # opcodes of get_idle_notification and get_input_...
_IDLED = 0


class WaylandIdle:
    """Connects at once, so that it knows from then on; after a failure, at the next question."""

    name = "wayland"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._connection: Connection | None = None
        self._watched = 0
        self._since: float | None = None
        with suppress(PlatformError):
            self.seconds()

    def seconds(self) -> float:
        """Read the idle time; right to a second, when it is asked each second.

        Raises:
            PlatformError: the compositor does not answer.

        """
        with self._guard:
            try:
                self._listen(self._connected())
            except PlatformError:
                self._forget()
                raise
            return 0.0 if self._since is None else boot_seconds() - self._since

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = connection = Connection(self._path)
            notifier, seat = connection.bind(NOTIFIER, 2), connection.bind("wl_seat", 1)
            if not notifier or not seat:
                raise PlatformError("The Wayland compositor does not tell idle time.")
            ask = _INPUT_ALONE if connection.version(NOTIFIER) > 1 else _ANY_INPUT
            self._watched = connection.request(notifier, ask, int(AFTER * 1000), seat, new=True)
            tuple(connection.round_trip())
        return self._connection

    def _listen(self, connection: Connection) -> None:
        while events := connection.events(0):
            for event in events:
                if event.sender == self._watched:
                    idled = event.opcode == _IDLED
                    self._since = boot_seconds() - AFTER if idled else None

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._since = None, None
