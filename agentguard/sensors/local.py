"""The local door: programs of this computer's user tell calls, and ask for the lock.

It listens on loopback alone, on a port that the system gives. Port and token stand in a file that
only the user can read; whoever cannot read it is refused. A request that names another host is
refused as well, so that no web page reaches the door by a name that points here (DNS rebinding).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agentguard import durable
from agentguard.model.locking import Asker, LockAsked, ShiftEnded, ShiftEnder
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.sensors.signals import CallSignals

FILE = "local.json"

Deed = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalDoor:
    """An actor that is told instead of looking; there is one for a folder."""

    folder: Path
    signals: CallSignals
    clock: Clock

    def run(self, submit: Submit, stop: Stop) -> None:
        """Listen until `stop` is set."""
        from agentguard.sensors.local_http import LocalServer  # noqa: PLC0415 - costly at a start

        token = secrets.token_urlsafe(32)
        with LocalServer(token, self._deeds(submit)) as server:
            address = {"port": server.server_port, "token": token}
            durable.write(self.folder / FILE, json.dumps(address).encode())
            try:
                while not stop.is_set():
                    server.handle_request()
            finally:
                (self.folder / FILE).unlink(missing_ok=True)

    def _deeds(self, submit: Submit) -> dict[str, Deed]:
        now = self.clock.now

        def end(name: str) -> bool:
            self.signals.end(name)
            return True

        def lock(_name: str) -> bool:
            submit(LockAsked(at=now(), by=Asker.PERSON))
            return True

        def end_shift(_name: str) -> bool:
            submit(ShiftEnded(at=now(), by=ShiftEnder.PERSON))
            return True

        return {
            "call/start": lambda name: self.signals.start(name, now()),
            "call/end": end,
            "lock": lock,
            "shift/end": end_shift,
        }
