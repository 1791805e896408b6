"""Reads a backup through as a restore would, and compares every sum, without a database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from pyrage import x25519

from agentguard.base.errors import StoreError
from agentguard.base.translations import Texts
from agentguard.server.backup import line_format, streams

_HEAD = msgspec.json.Decoder(line_format.Head)
_BEGIN = msgspec.json.Decoder(line_format.Begin)
_END = msgspec.json.Decoder(line_format.End)
_LAST = msgspec.json.Decoder(line_format.Last)


class _Damaged(Exception):
    """What was read is no whole backup."""


class _Lines:
    """Takes a backup line by line, and keeps none of it."""

    def __init__(self) -> None:
        self._take: Callable[[bytes], None] = self._head
        self._sum = line_format.Sum()
        self.rows = self.tables = self.line = 0
        self.whole = False

    def take(self, given: bytes) -> None:
        """Take a line."""
        self.line += 1
        try:
            self._take(given)
        except (msgspec.DecodeError, ValueError) as error:
            raise _Damaged from error

    def finish(self) -> None:
        """See that nothing is missing at the end."""
        if not self.whole:
            raise _Damaged

    def _head(self, given: bytes) -> None:
        _HEAD.decode(given)
        self._take = self._table

    def _table(self, given: bytes) -> None:
        if given.startswith(b'{"tables"'):
            if _LAST.decode(given).tables != self.tables or not self.tables:
                raise ValueError
            self.whole, self._take = True, self._nothing
            return
        _BEGIN.decode(given)
        self._sum, self._take = line_format.Sum(), self._row

    def _row(self, given: bytes) -> None:
        if given[:1] != b"{":
            self._sum.add(given)
            return
        if _END.decode(given) != self._sum.end:
            raise ValueError
        self.rows += self._sum.rows
        self.tables += 1
        self._take = self._table

    def _nothing(self, _given: bytes) -> None:
        raise ValueError


def verify(file: Path, key: x25519.Identity, words: Texts) -> tuple[int, int]:
    """Decrypt a backup to its end and compare every table's sum; give the rows and tables.

    It takes the memory of a line, however large the backup is.

    Raises:
        StoreError: the backup cannot be read, is cut or was changed.

    """
    lines = _Lines()
    try:
        streams.read(file, key, lines.take, words)
        lines.finish()
    except _Damaged as error:
        params = {"file": str(file), "place": f"line {lines.line}"}
        raise StoreError(
            words.say("server.backup.damaged", **params), words.say("server.backup.damaged-advice")
        ) from error
    return lines.rows, lines.tables
