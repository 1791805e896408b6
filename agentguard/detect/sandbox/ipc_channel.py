"""A line between two processes of POSIX: messages with their length before them.

`multiprocessing` has such a line, but importing it is a twentieth of a scan's start, in both.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import sys

_LENGTH = struct.Struct("!I")
_PIECE = 1 << 20


class Line:
    """One end; whoever holds it is alone in using it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        """Return the descriptor.

        Raises:
            OSError: it was closed.

        """
        if self._descriptor < 0:
            raise OSError("This line is closed.")
        return self._descriptor

    def poll(self, timeout: float | None = 0.0) -> bool:
        """Wait for a message or the other end's end, so many seconds; tell whether there is one."""
        if sys.platform == "win32":
            raise OSError("Windows has no poll, and no use for this line.")
        waiting = select.poll()
        waiting.register(self.fileno(), select.POLLIN)
        return bool(waiting.poll(None if timeout is None else timeout * 1000))

    def send_bytes(self, buf: bytes) -> None:
        """Send one message."""
        rest = memoryview(_LENGTH.pack(len(buf)) + buf)
        while rest:
            rest = rest[os.write(self.fileno(), rest) :]

    def recv_bytes(self, maxlength: int | None = None) -> bytes:
        """Receive one message.

        Raises:
            EOFError: the other end is gone.
            OSError: the message is longer than it may be.

        """
        (size,) = _LENGTH.unpack(self._receive(_LENGTH.size))
        if maxlength is not None and size > maxlength:
            raise OSError("The message is too long.")
        return self._receive(size)

    def close(self) -> None:
        """Hang up; a second time does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _receive(self, size: int) -> bytes:
        pieces = []
        while size > 0:
            piece = os.read(self.fileno(), min(size, _PIECE))
            if not piece:
                raise EOFError
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


def pair() -> tuple[Line, Line]:
    """Return both ends of a new line."""
    one, other = socket.socketpair()
    return Line(one.detach()), Line(other.detach())
