"""Sends what desks have to say, with an agent's manners: they wait as told, and when it fails.

Each report opens a connection of its own, as agents do. The manners are those of the real sender:
after a refusal with Retry-After that time and up to a tenth more, after anything else a random time
up to a bound that doubles.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from agentguard.server.settings import Now
from agentguard.uplink.sender import after_failure
from tools.bench_server.fleet import Desk

SOCKETS = 400  # open at once; this process may hold both ends, and a thousand files are usual
ANSWER_WAIT = 30.0  # seconds
_RANDOM = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0 stands for nothing."""

    status: int
    body: bytes = b""
    retry_after: float = 0.0


@dataclass(slots=True)
class Tally:
    """What a stage did: how long answers took, which statuses came, when the last one came."""

    waits: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    end: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """Drives desks against one address; `boot` gives seconds that no clock change touches.

    At most `sockets` are open at once. With `tls` every connection is one of its own that is
    verified, without a resumed session, as an agent's is.
    """

    host: str
    port: int
    now: Now
    boot: Now
    patience: float
    tls: ssl.SSLContext | None = None
    sockets: int = SOCKETS

    async def all_report(self, desks: Sequence[Desk], *, spread: float = 0.0) -> Tally:
        """Let every desk report until it has its receipt, beginning within `spread` seconds."""
        tally = Tally()
        gate = asyncio.Semaphore(self.sockets)
        until = self.boot() + self.patience
        await asyncio.gather(*(self._report(d, tally, gate, until, spread) for d in desks))
        return tally

    async def enrol(self, desks: Sequence[Desk], codes: Sequence[str]) -> Tally:
        """Enrol desks, one after the other."""
        tally = Tally()
        for desk, code in zip(desks, codes, strict=True):
            answer = await self._timed(desk.enrol(self._authority, code), tally)
            tally.statuses[answer.status] += 1
        return tally

    @property
    def _authority(self) -> str:
        return f"{self.host}:{self.port}"

    async def _report(
        self, desk: Desk, tally: Tally, gate: asyncio.Semaphore, until: float, spread: float
    ) -> None:
        await asyncio.sleep(_RANDOM.uniform(0, spread))
        failures = 0
        while self.boot() < until:
            async with gate:
                request = desk.request(self._authority, self.now())
                answer = await self._timed(request, tally, desk.source)
            tally.statuses[answer.status] += 1
            if answer.status == HTTPStatus.OK and desk.receipted(answer.body):
                tally.end = self.boot()
                return
            failures += 1
            await asyncio.sleep(pause(answer, failures, _RANDOM.uniform))

    async def _timed(self, request: bytes, tally: Tally, source: str = "") -> Answer:
        begun = self.boot()
        try:
            async with asyncio.timeout(ANSWER_WAIT):
                answer = await self._exchange(request, source)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            return Answer(0)
        tally.waits.append(self.boot() - begun)
        return answer

    async def _exchange(self, request: bytes, source: str) -> Answer:
        reader, writer = await asyncio.open_connection(
            self.host,
            self.port,
            ssl=self.tls,
            local_addr=(source, 0) if source else None,
        )
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            body = await reader.readexactly(int(fields.get("content-length", "0")))
        finally:
            writer.close()
        return Answer(int(head.split(" ")[1]), body, float(fields.get("retry-after", "0")))


def pause(answer: Answer, failures: int, uniform: Callable[[float, float], float]) -> float:
    """Return the seconds until a desk tries again, as its agent reckons them."""
    return after_failure(failures, answer.retry_after, uniform)
