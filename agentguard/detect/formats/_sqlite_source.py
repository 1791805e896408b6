"""SQLite reads a source as its database: page by page, wherever that stands, and writes nothing.

The same on every system, for a file, a part of an archive and bytes in memory; nothing is held but
the pages that SQLite keeps. Source: https://www.sqlite.org/c3ref/vfs.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from typing import cast

import apsw

from agentguard.detect.extractor import Source

_MODES = slice(18, 20)
_NO_LOG = b"\x01\x01"
"""Says that no write-ahead log stands beside the database, which would be looked for."""
_HEAD = 100
_SECTOR = 4096
_NUMBERS = count()


@contextmanager
def database_of(source: Source) -> Iterator[apsw.Connection]:
    """Yield a connection that reads a source, and ends with it.

    Raises:
        apsw.Error: SQLite refuses it.

    """
    system = _Files(source)
    try:
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        with closing(
            apsw.Connection("file:source?immutable=1", flags=flags, vfs=system.name)
        ) as connection:
            connection.pragma("temp_store", 2)  # a name in memory: there is nowhere else
            yield connection
    finally:
        system.unregister()


class _Files(apsw.VFS):
    """A system with one file, which is the source."""

    def __init__(self, source: Source) -> None:
        self.name = f"source-{next(_NUMBERS)}"
        self._source = source
        super().__init__(self.name, "")

    def xOpen(  # noqa: N802 - so SQLite calls it
        self, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> apsw.VFSFile:
        """Open the source.

        Raises:
            apsw.CantOpenError: it is asked for another file.

        """
        if name is None or not flags[0] & apsw.SQLITE_OPEN_MAIN_DB:
            raise apsw.CantOpenError
        flags[1] = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_MAIN_DB
        return cast("apsw.VFSFile", _Pages(self._source))  # any object with these methods will do

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: ARG002, N802 - as above
        """Know of no other file."""
        return False

    def xFullPathname(self, name: str) -> str:  # noqa: N802 - as above
        """Return a name as it is."""
        return name

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: FBT001, N802 - as above
        """Remove nothing."""


class _Pages:
    """A source as SQLite's file."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - as above
        self._source.file.seek(offset)
        data = self._source.file.read(amount)
        if offset < _MODES.stop and len(data) >= _HEAD - offset:
            data = _without_log(data, offset)
        return data

    def xFileSize(self) -> int:  # noqa: N802 - as above
        return self._source.size

    def xSectorSize(self) -> int:  # noqa: N802 - as above
        return _SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802 - as above
        return int(apsw.SQLITE_IOCAP_IMMUTABLE)

    def xFileControl(self, op: int, ptr: int) -> bool:  # noqa: ARG002, N802 - as above
        return False

    def xCheckReservedLock(self) -> bool:  # noqa: N802 - as above
        return False

    def xLock(self, level: int) -> None:  # noqa: N802 - as above
        """Lock nothing: nobody writes what is read."""

    def xUnlock(self, level: int) -> None:  # noqa: N802 - as above
        """Unlock nothing."""

    def xClose(self) -> None:  # noqa: N802 - as above
        """Leave the source open."""


def _without_log(data: bytes, offset: int) -> bytes:
    if offset:
        return data
    return data[: _MODES.start] + _NO_LOG + data[_MODES.stop :]
