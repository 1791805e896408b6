"""A file that is only lent: between two turns it is closed, and another opening of it goes on."""

from __future__ import annotations

import io
from typing import BinaryIO


class Lent(io.BufferedIOBase):
    """An open file, as long as there is one; it knows its place without it.

    So nothing that is still to be read keeps a file open, which on Windows nobody could then move.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file: BinaryIO | None = file
        self._place = 0

    def rest(self) -> None:
        """Give the file back; it may be closed."""
        if self._file is not None:
            self._place, self._file = self._file.tell(), None

    def lend(self, file: BinaryIO) -> None:
        """Go on with another opening of the same file."""
        file.seek(self._place)
        self._file = file

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes."""
        return self._there().read(-1 if size is None else size)

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return the next line, or the first bytes of it."""
        return self._there().readline(-1 if size is None else size)

    def seek(self, place: int, whence: int = 0, /) -> int:
        """Go to a place, and return it."""
        return self._there().seek(place, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._place if self._file is None else self._file.tell()

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that any place can be gone to."""
        return True

    def fileno(self) -> int:
        """Return the descriptor of the file."""
        return self._there().fileno()

    def _there(self) -> BinaryIO:
        if self._file is None:
            raise io.UnsupportedOperation
        return self._file
