"""A TLS connection to write to, which tells how it ended.

That of asyncio closes well even when the other side refused us with its last word, as TLS 1.3 lets
it do after everything was written; here the end counts.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")
PIECE = 65536


class Secured:
    """Speaks TLS over a stream; `open` first, then `write`, then `close`."""

    def __init__(
        self, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], secure: ssl.SSLContext,
        host: str,
    ) -> None:  # fmt: skip
        self._reader, self._writer = streams
        self._came, self._goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = secure.wrap_bio(self._came, self._goes, server_hostname=host)

    async def open(self) -> None:
        """Agree on keys.

        Raises:
            OSError: the connection broke; ssl.SSLError: there is no trust.

        """
        await self._done(self._tls.do_handshake)

    async def write(self, data: bytes) -> None:
        """Write all of it, as far as the system takes it.

        Raises:
            OSError: the connection broke.

        """
        await self._done(lambda: self._tls.write(data))

    async def close(self) -> None:
        """Say that this is all, and wait until the other side hangs up, in whatever way.

        Raises:
            OSError: the connection broke; ssl.SSLError: the other side has refused us.

        """
        with suppress(ssl.SSLWantReadError):
            while self._tls.read(PIECE):
                pass
        with suppress(ssl.SSLWantReadError):
            self._tls.unwrap()  # which would take a refusal for an end, so that it reads nothing
        with suppress(ssl.SSLEOFError, ssl.SSLZeroReturnError):
            while await self._done(lambda: self._tls.read(PIECE)):
                pass

    async def _done(self, step: Callable[[], T]) -> T:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._send()
                data = await self._reader.read(PIECE)
                if data:
                    self._came.write(data)
                else:
                    self._came.write_eof()
                continue
            await self._send()
            return result

    async def _send(self) -> None:
        self._writer.write(self._goes.read())
        await self._writer.drain()
