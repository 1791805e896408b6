"""Desks that keep their connections and have one signed request in flight on each."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"


@dataclass
class Load:
    """The requests to send, and how each was answered."""

    requests: list[bytes]
    taken: int = 0
    answered: int = 0
    waits: list[float] = field(default_factory=list)
    wrong: list[bytes] = field(default_factory=list)
    receipted: set[int] = field(default_factory=set)
    kill: tuple[int, int] = (0, 0)  # (process, after how many answers)

    def receipt(self, place: int) -> None:
        """Write down an answer; kill the endpoint when it is time."""
        self.answered += 1
        self.receipted.add(place)
        process, after = self.kill
        if process and self.answered == after:
            os.kill(process, signal.SIGKILL)


class Connection(asyncio.Protocol):
    """A kept connection with one request in flight."""

    def __init__(self, load: Load, done: asyncio.Future[None]) -> None:
        self.load, self.done = load, done
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        self.transport = transport
        self.send()

    def send(self) -> None:
        """Send the next request, or end."""
        load = self.load
        if load.taken == len(load.requests):
            self.transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self.place, request = load.taken, load.requests[load.taken]
        load.taken += 1
        self.at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Read an answer."""
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        self.load.waits.append(time.perf_counter() - self.at)
        self.load.receipt(self.place)
        if not head.startswith(b"HTTP/1.1 200"):
            self.load.wrong.append(head.split(b"\r\n")[0] + b" " + body)
        self.buffer = b""
        self.send()

    def connection_lost(self, _error: Exception | None) -> None:
        """End, in disorder when nobody killed the endpoint."""
        if self.done.done():
            return
        if self.load.kill[0]:
            self.done.set_result(None)
        else:
            self.done.set_exception(ConnectionError("the endpoint hung up"))


async def drive(load: Load, port: int, connections: int) -> float:
    loop = asyncio.get_running_loop()
    ends = [loop.create_future() for _ in range(connections)]
    begun = time.perf_counter()
    opening = [loop.create_connection(lambda e=e: Connection(load, e), HOST, port) for e in ends]
    await asyncio.gather(*opening)
    await asyncio.gather(*ends)
    return time.perf_counter() - begun
