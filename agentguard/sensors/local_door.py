"""The local door: programs of this computer's user tell calls, ask for the lock and how it stands.

It listens on loopback alone, on a port that the system gives. Port and token stand in a file that
only the user can read; whoever cannot read it is refused. It stands in the data folder, and in the
folder of the session as well: that is in memory, and can be written where the disk is full or
read-only. A request that names another host is
refused as well, so that no web page reaches the door by a name that points here (DNS rebinding).
"""

from __future__ import annotations

import json
import secrets
import select
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard.base import atomic_files, paths
from agentguard.model.locking import Asker, LockAsked, ShiftEnded, ShiftEnder
from agentguard.ports.clock import Clock, Stop, alarm
from agentguard.ports.sensor import Submit
from agentguard.sensors.call import CallSignals

if TYPE_CHECKING:
    from agentguard.sensors.local_http import LocalServer

FILE = "local.json"
LOOPBACK = "127.0.0.1"

Deed = Callable[[str], bool]


def _no_drill(_name: str) -> bool:
    """Know of no drills."""
    return False


def _no_exception(_form: Mapping[str, str]) -> bool:
    """Take no request where nobody passes it on."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalDoor:
    """An actor that is told instead of looking; there is one for a folder.

    `status` gives the JSON of how the agent stands, `drills` that of its drills; `drill` has one
    run by its id, False where it cannot be.
    """

    folder: Path
    signals: CallSignals
    clock: Clock
    status: Callable[[], bytes]
    drills: Callable[[], bytes] = bytes
    drill: Deed = _no_drill
    exception: Callable[[Mapping[str, str]], bool] = _no_exception

    def run(self, submit: Submit, stop: Stop) -> None:
        """Listen until `stop` is set; what answers is loaded once somebody knocks."""
        token = secrets.token_urlsafe(32)
        with socket.create_server((LOOPBACK, 0)) as door, alarm(stop) as end:
            awaited = (door.fileno(), end.fileno())
            address = {"port": door.getsockname()[1], "token": token}
            self._tell(json.dumps(address).encode())
            try:
                answer = self._once_asked(door, token, self._deeds(submit))
                while not stop.is_set():
                    if door.fileno() in select.select(awaited, [], [], end.look)[0]:
                        answer()
            finally:
                self._tell_no_more()

    def _tell(self, address: bytes) -> None:
        """Write where to knock.

        Raises:
            OSError: nobody could be told.

        """
        beside = paths.make_runtime_folder(self.folder)
        told = False
        if beside is not None:
            with suppress(OSError):
                atomic_files.write(beside / FILE, address)
                told = True
        try:
            atomic_files.write(self.folder / FILE, address)
        except OSError:
            if not told:
                raise

    def _tell_no_more(self) -> None:
        with suppress(OSError):
            (self.folder / FILE).unlink()
        beside = paths.runtime_folder(self.folder)
        if beside is not None:
            with suppress(OSError):
                (beside / FILE).unlink()
                beside.rmdir()

    def _once_asked(
        self, door: socket.socket, token: str, deeds: dict[str, Deed]
    ) -> Callable[[], None]:
        @cache
        def server() -> LocalServer:
            from agentguard.sensors.local_http import LocalServer  # noqa: PLC0415 - some 6 MiB

            told = {"status": self.status, "drills": self.drills}
            forms = {"exception/ask": self.exception}
            return LocalServer(door, token, deeds, lambda: self.clock.now().boot, told, forms)

        return lambda: server().handle_request()

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
            "drill": self.drill,
            "lock": lock,
            "shift/end": end_shift,
        }
