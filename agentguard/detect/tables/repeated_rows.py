"""Rows that were written, as they stand in a file: in exports that were joined they come again."""

from __future__ import annotations

from agentguard.detect.tables.named_rows import Named

_MOST, _EACH = 8 << 20, 160
"""Bytes that they may take, and what each takes besides its characters."""


class Met:
    """Knows behind which names a row was written; when the rows are too many, all begins anew."""

    def __init__(self) -> None:
        self.behind: dict[str, Named] = {}
        self._size = 0

    def add(self, row: str, named: Named) -> None:
        """Know a row from now on."""
        self._size += len(row) + _EACH
        if self._size > _MOST:
            self.behind.clear()  # in place, since a loop holds it
            self._size = 0
        self.behind[row] = named
