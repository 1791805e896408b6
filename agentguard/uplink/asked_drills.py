"""What drills and the uplink have with each other: those asked for, an answer lost, a forgery."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable

from agentguard.base.errors import UplinkError
from agentguard.uplink.client import Client
from agentguard.uplink.identity import SEED_BYTES, DeviceKey
from agentguard.uplink.signing import RequestSigner
from agentguard.wire import v1


class AskedDrills:
    """Takes the id of a drill; nobody runs it until there is an agent that does."""

    def __init__(self) -> None:
        self._run: Callable[[str], object] = bool

    def run_by(self, run: Callable[[str], object]) -> None:
        """Have them run so from now on."""
        self._run = run

    def __call__(self, drill: str) -> None:
        """Have a drill run soon; one that this desk does not know is left."""
        self._run(drill)


class LostAnswers:
    """Loses one answer of the endpoint, as a network may, when a drill wants that."""

    def __init__(self) -> None:
        self._wanted, self._lost = threading.Event(), threading.Event()

    def want(self) -> Callable[[], bool]:
        """Have the next answer lost; give what tells whether it was."""
        self._lost.clear()
        self._wanted.set()
        return self._lost.is_set

    def keep(self) -> None:
        """Have no answer lost any more."""
        self._wanted.clear()

    def lose(self) -> bool:
        """Check whether the answer that has just come is lost; only one is."""
        if not self._wanted.is_set():
            return False
        self._wanted.clear()
        self._lost.set()
        return True


def forge(client: Client, device: str, body: bytes) -> bool:
    """Send a report that another key has signed; tell whether the endpoint refused it.

    Raises:
        UplinkError: the endpoint was not reached.

    """
    stranger = RequestSigner(key=DeviceKey(secrets.token_bytes(SEED_BYTES)), device=device)
    try:
        client.post(v1.REPORTS, body, v1.Received, stranger)
    except UplinkError as error:
        if error.kind == "http_4xx" and error.why.endswith(" signature"):
            return True
        raise
    return False
