"""What is packed, read as it is unpacked: a file of any size of which only a window is held."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

from agentguard.base.errors import ScanError
from agentguard.detect.limits import MIB

UNTOLD = (1 << 60) + 1
"""The size of what does not tell it; no multiple of any sector."""

_AGAIN, _AGAIN_AT_LEAST = 16, 64 * MIB
"""How often as much as there is may be unpacked again, and how many bytes in any case."""

Make = Callable[[], Iterator[bytes]]
"""Begins to unpack; what is damaged ends early."""


class Unfolding(io.BufferedIOBase):
    """Reads what `make` unpacks; a place before the window is come to by beginning again.

    `spend` is told of bytes that were not there before, and raises when they are too many. Of those
    behind the furthest place a `window` is still there: what reads goes back a little at most.
    """

    def __init__(self, make: Make, spend: Callable[[int], None], window: int) -> None:
        self._make, self._spend, self._most = make, spend, window
        self._pieces = make()
        self._window = bytearray()
        self._start = self._end = self._place = 0
        self._reached = self._again = 0

    def held(self, most: int) -> bytes | None:
        """Return all of it, if that is no more than `most`."""
        self._place = 0
        data = self.read(most + 1)
        return data if len(data) <= most else None

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes; fewer only at the end."""
        wanted = UNTOLD if size is None or size < 0 else size
        out = bytearray()
        while len(out) < wanted and self._is_there(self._place):
            at = self._place - self._start
            part = self._window[at : at + wanted - len(out)]
            self._place += len(part)
            out += part
        return bytes(out)

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes up to the end of a line; at most `size`."""
        wanted = UNTOLD if size is None or size < 0 else size
        out = bytearray()
        while len(out) < wanted and self._is_there(self._place):
            at = self._place - self._start
            end = self._window.find(b"\n", at, at + wanted - len(out)) + 1
            part = self._window[at : end or at + wanted - len(out)]
            self._place += len(part)
            out += part
            if end:
                break
        return bytes(out)

    def seek(self, place: int, whence: int = 0, /) -> int:
        """Go to a place, and return it; the end is known when all was unpacked."""
        if whence == io.SEEK_CUR:
            place += self._place
        elif whence == io.SEEK_END:
            self._place = UNTOLD
            while self._go_on():
                pass
            place += self._end
        self._place = max(0, place)
        return self._place

    def tell(self) -> int:
        """Return the place."""
        return self._place

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that any place can be gone to."""
        return True

    def _is_there(self, place: int) -> bool:
        """Unpack up to a place; tell whether there is anything."""
        if place < self._start:
            self._begin_again()
        while self._end <= place:
            if not self._go_on():
                return False
        return True

    def _begin_again(self) -> None:
        self._again += self._end
        if self._again > max(_AGAIN * self._reached, _AGAIN_AT_LEAST):
            self._again = 0  # who reads on from the start then reads all of it once
            raise ScanError("reason.too-large")
        self._pieces = self._make()
        self._window.clear()
        self._start = self._end = 0

    def _go_on(self) -> bool:
        piece = next(filter(None, self._pieces), b"")
        if not piece:
            return False
        self._window += piece
        self._end += len(piece)
        if self._end > self._reached:
            new, self._reached = self._end - self._reached, self._end
            self._spend(new)
        if len(self._window) > 2 * self._most:
            gone = min(self._end - self._most, self._place) - self._start
            del self._window[: max(0, gone)]
            self._start += max(0, gone)
        return True
