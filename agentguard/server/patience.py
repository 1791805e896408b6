"""Hangs up on clients that are too slow, too many or too wordy, before they cost anything.

uvicorn waits for a request's end as long as the client likes. Here a request has a time to come
in, counted from its first byte (or from the connection), and a size of its head; one address
and all addresses together may hold so many connections.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from agentguard.server.settings import Limits


class Crowd:
    """The connections that are open, by address."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Let a connection in; False when there are too many."""
        if self._open.total() >= self._limits.connections:
            return False
        if self._open[address] >= self._limits.connections_of_one:
            return False
        self._open[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Let one go."""
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]


class Patient(HttpToolsProtocol):
    """One connection; a subclass says what it is held to."""

    limits: ClassVar[Limits]
    crowd: ClassVar[Crowd]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._address: str | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn
        """Let it in when there is room; its first request must come in time."""
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        if not self.crowd.enter(address):
            transport.abort()
            return
        self._address = address
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let it go."""
        self._rest()
        if self._address is not None:
            self.crowd.leave(self._address)
            self._address = None
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to count time and size of a request."""
        super().on_message_begin()
        self._head = 0
        self._wait()

    def on_url(self, url: bytes) -> None:
        """Count a piece of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_message_complete(self) -> None:
        """Stop the clock: the request is there."""
        self._rest()
        super().on_message_complete()

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > self.limits.head:
            raise ValueError  # httptools makes it a request that is not valid: 400

    def _wait(self) -> None:
        self._rest()
        self._deadline = self.loop.call_later(self.limits.request_wait, self.transport.abort)

    def _rest(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def patient(limits_: Limits) -> type[Patient]:
    """Give uvicorn's protocol with these limits."""

    class Held(Patient):
        limits = limits_
        crowd = Crowd(limits_)

    return Held
