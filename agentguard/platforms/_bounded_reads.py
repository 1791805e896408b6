"""Reads small files that programs wrote, within what one look at a desk may cost.

A file is no reason to wait: what is no ordinary file is not opened, and neither a large file nor
many of them take more than their share.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")

FILES, BYTES = 2_000, 64 << 20
"""What one look reads at most."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class UnreadError(Exception):
    """A file that is there was not read: it is too large, no file, damaged, or may not be."""


class Reads:
    """The files that one look may still read."""

    def __init__(self, files: int = FILES, size: int = BYTES) -> None:
        self._files, self._size = files, size

    def data(self, path: Path, longest: int) -> bytes | None:
        """Return what is in a file; None where there is none.

        Raises:
            UnreadError: it was not read, or the look has read enough.

        """
        try:
            number = os.open(path, _FLAGS)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise UnreadError(type(error).__name__) from None
        try:
            return self._taken(number, longest)
        except OSError as error:
            raise UnreadError(type(error).__name__) from None
        finally:
            with suppress(OSError):
                os.close(number)

    def _taken(self, number: int, longest: int) -> bytes:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadError("no file")
        if status.st_size > min(longest, self._size) or not self._files:
            raise UnreadError("too much")
        found = bytearray()
        while part := os.read(number, min(1 << 20, longest + 1 - len(found))):
            found += part
        if len(found) > longest:
            raise UnreadError("too much")
        self._files -= 1
        self._size -= len(found)
        return bytes(found)

    def json(self, path: Path, longest: int, shape: type[T]) -> T | None:
        """Return a file of JSON in its shape; None where there is none.

        Raises:
            UnreadError: it was not read, or is not of that shape.

        """
        data = self.data(path, longest)
        return None if data is None else decoded(data, shape)


def decoded(data: bytes | msgspec.Raw, shape: type[T]) -> T:
    """Return JSON in its shape.

    Raises:
        UnreadError: it is damaged, too deep, or of another shape.

    """
    plain = bytes(data).removeprefix(b"\xef\xbb\xbf")
    try:
        return msgspec.json.decode(plain, type=shape)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise UnreadError(type(error).__name__) from None
