"""Waits for a receiver in a thread of its own, for as long as it may take, and can be cut short."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any


class Cut(Exception):
    """The waiting was cut short: the endpoint stops."""


class TooLong(Exception):
    """The receiver has not gone on for as long as it may take."""


class _Loop(asyncio.SelectorEventLoop):
    """Looks names up in threads that nobody waits for: nothing cuts the system's resolver short."""

    async def getaddrinfo(self, *given: Any, **more: Any) -> Any:
        """Look a name up, as `socket.getaddrinfo`."""
        answer: asyncio.Future[Any] = self.create_future()

        def tell(give: Callable[[Any], None], what: Any) -> None:
            if not answer.done():
                give(what)

        def ask() -> None:
            give: Callable[[Any], None] = answer.set_result
            what: object
            try:
                what = socket.getaddrinfo(*given, **more)
            except (OSError, UnicodeError) as error:
                give, what = answer.set_exception, error
            with suppress(RuntimeError):  # nobody waits any more
                self.call_soon_threadsafe(tell, give, what)

        threading.Thread(  # noqa: TID251 - no actor: nothing ends it but the resolver
            target=ask, name="server-look-up", daemon=True
        ).start()
        return await answer


class Waiting:
    """Waits, one call of `run` after the other; `cut` comes from another thread."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._cut = threading.Event()
        self._lock = threading.Lock()
        self._end: Callable[[], object] | None = None

    def run(self, work: Callable[[Callable[[], None]], Awaitable[None]]) -> None:
        """Do the work; it calls what it is given each time that it has gone on.

        Raises:
            Cut: it was cut short, or is not to be begun.
            TooLong: it has not gone on for `limit` seconds.

        """
        with asyncio.Runner(loop_factory=_Loop) as runner:
            try:
                runner.run(self._bounded(work))
            except asyncio.CancelledError:
                raise Cut from None

    def cut(self) -> None:
        """End the waiting, now and for ever."""
        self._cut.set()
        with self._lock:
            if self._end is not None:
                self._end()

    @property
    def is_cut(self) -> bool:
        """Check whether it was cut."""
        return self._cut.is_set()

    async def _bounded(self, work: Callable[[Callable[[], None]], Awaitable[None]]) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        with self._lock:
            if task is not None:
                self._end = partial(loop.call_soon_threadsafe, task.cancel)
        try:
            if self._cut.is_set():
                raise asyncio.CancelledError
            async with asyncio.timeout(self._limit) as bound:
                await work(lambda: bound.reschedule(loop.time() + self._limit))
        except TimeoutError:
            raise TooLong from None
        finally:
            with self._lock:
                self._end = None
