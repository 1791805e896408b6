"""Holds connections to their limits before TLS, and begins TLS with the certificate of the moment.

A loop that is given a context counts nobody before the handshake and lets each take a minute, so
that a thousand silent sockets use up every descriptor. Here a connection is counted from its first
moment, has a short time to greet, and makes room for others while it is silent.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from agentguard.server.listener.path_to_endpoint import Span, span
from agentguard.server.listener.slow_clients import Crowd, origin
from agentguard.server.settings import Limits

LOG = logging.getLogger(__name__)


class Certificate:
    """The certificate and key in use: `context` is of the moment, for connections to come."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = (certificate, key)
        self.valid: Span
        self.context = self._read()

    def again(self) -> None:
        """Use what is in the files now, whatever kind of key it is.

        Raises:
            OSError, ValueError: it cannot be used; the one before stays.

        """
        self.context = self._read()

    def _read(self) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        made.load_cert_chain(*self._files, lambda: "")
        self.valid = span(self._files[0])
        return made


class Greeting(asyncio.Protocol):
    """One connection until its TLS stands; then `make` gives the protocol that goes on with it."""

    def __init__(
        self,
        make: Callable[[], asyncio.Protocol],
        certificate: Certificate,
        crowd: Crowd,
        limits: Limits,
    ) -> None:
        self._make = make
        self._certificate = certificate
        self._crowd = crowd
        self._wait = limits.greeting_wait
        self._address: str | None = None
        self._transport: asyncio.Transport | None = None
        self._greeted: Coroutine[Any, None, None] | None = None
        self._early: list[bytes] = []
        self._lost = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # a stream's
        """Let it in when there is room, and wait for its greeting."""
        self._transport = transport
        peer = transport.get_extra_info("peername")
        address = origin(peer[0]) if peer else ""
        if not self._crowd.enter(address, self._hang_up):
            transport.abort()
            return
        self._address = address
        self._greeted = self._greet(transport)
        self._go()

    def data_received(self, data: bytes) -> None:
        """Keep what comes with the end of the handshake."""
        self._early.append(data)

    def connection_lost(self, _exc: Exception | None) -> None:
        """Let it go."""
        self._lost = True
        self._leave()

    def _hang_up(self) -> None:
        if self._transport is not None:
            self._transport.abort()
        self._leave()

    def _go(self, _done: object = None) -> None:
        """Go on with the greeting, and first of all at once.

        A task would begin later, when the first bytes may have come and nobody takes them.
        """
        assert self._greeted is not None  # noqa: S101 - it is made just before
        with suppress(StopIteration):
            awaited = self._greeted.send(None)
            awaited._asyncio_future_blocking = False  # noqa: SLF001 - as a task does
            awaited.add_done_callback(self._go)

    def _leave(self) -> None:
        self._crowd.greeted(self._hang_up)
        if self._address is not None:
            self._crowd.leave(self._address)
            self._address = None

    async def _greet(self, transport: asyncio.Transport) -> None:
        loop = asyncio.get_running_loop()
        try:
            secured = await loop.start_tls(
                transport,
                self,
                self._certificate.context,
                server_side=True,
                ssl_handshake_timeout=self._wait,
            )
        except OSError as error:  # so are the errors of ssl
            if isinstance(error, TimeoutError | ConnectionAbortedError):
                self._crowd.hung_up["late"] += 1
            transport.abort()
            return
        finally:
            self._leave()
        if secured is None or self._lost:
            return
        self._go_on(secured)

    def _go_on(self, secured: Any) -> None:
        inner = self._make()
        secured.set_protocol(inner)
        inner.connection_made(secured)
        for part in self._early:
            inner.data_received(part)
