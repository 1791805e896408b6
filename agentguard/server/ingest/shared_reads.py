"""One read of the database for all who ask within some seconds, and for all who wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class SharedRead(Generic[T]):
    """What `read(now)` gave is believed for so many seconds; a read that failed is not.

    Without it, all reports of the moment at which it grows old would read, and wait for each other.
    """

    def __init__(self, read: Callable[[float], Coroutine[Any, Any, T]], seconds: float) -> None:
        self._read = read
        self._seconds = seconds
        self._at = 0.0
        self._begun: asyncio.Task[T] | None = None

    async def get(self, now: float) -> T:
        """Return what holds; who comes while it is read waits for that.

        Raises:
            Exception: what the read raised, to all who waited for it.

        """
        begun = self._begun
        if begun is not None and 0 <= now - self._at < self._seconds:
            if not begun.done():
                return await asyncio.shield(begun)
            if not begun.cancelled() and begun.exception() is None:
                return begun.result()
        self._at = now
        self._begun = begun = asyncio.create_task(self._read(now))
        return await asyncio.shield(begun)

    def forget(self) -> None:
        """Believe nothing that was read, or is being read, before now."""
        self._begun = None
