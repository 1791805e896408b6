"""A file system that writes every change down, so that power can be cut at any of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

NAME = "blocklog"


@dataclass(frozen=True, slots=True)
class Change:
    """A write, truncate, remove (for good, or not yet: `remove?`), sync, or a caller's mark."""

    kind: str
    file: str = ""
    at: int = 0
    data: bytes = b""


class Log:
    """What happened to the files below one folder, in order; `failing` makes every sync fail.

    `before` are the files that others forced to the disk before the first change.
    """

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.before: dict[str, bytes] = {}
        self.failing = False

    def mark(self, text: str) -> None:
        self.changes.append(Change("mark", text))

    def cut(self, end: int, chance: random.Random) -> dict[str, bytearray]:
        """Give the files after a cut behind the first `end` changes.

        What was synced is there; of what was not, each write may be missing or torn. A removal is
        for good with the next sync of any file, since the folder is journaled by its file system.
        """
        done: dict[str, bytearray] = {}
        loose: dict[str, list[Change]] = {}
        for change in self.changes[:end]:
            if change.kind in {"sync", "remove"}:
                gone = [f for f, waits in loose.items() if waits[-1].kind == "remove?"]
                for name in (*gone, change.file):
                    for each in loose.pop(name, []):
                        apply(done, each)
                apply(done, change)
            elif change.kind != "mark":
                loose.setdefault(change.file, []).append(change)
        for changes in loose.values():
            for change in changes:
                apply(done, partly(change, chance))
        return done

    def marks(self, end: int) -> list[str]:
        return [c.file for c in self.changes[:end] if c.kind == "mark"]


def partly(change: Change, chance: random.Random) -> Change:
    """Give what becomes of a change that was not synced: nothing, a part in sectors, or all."""
    match chance.randrange(4):
        case 0:
            return Change("mark")
        case 1 if change.kind == "write":
            keep = chance.randrange(len(change.data) + 1) // 512 * 512
            return Change("write", change.file, change.at, change.data[:keep])
        case _:
            return change


def apply(files: dict[str, bytearray], change: Change) -> None:
    if change.kind in {"sync", "mark"}:
        return
    if change.kind in {"remove", "remove?"}:
        files.pop(change.file, None)
        return
    content = files.setdefault(change.file, bytearray())
    if change.kind == "truncate":
        del content[change.at :]
        return
    if len(content) < change.at:
        content.extend(bytes(change.at - len(content)))
    content[change.at : change.at + len(change.data)] = change.data


class LoggedFile(apsw.VFSFile):
    """A file of the system's own, whose changes are written down."""

    def __init__(self, log: Log, base: str, name: object, flags: list[int]) -> None:
        super().__init__(base, name, flags)
        self._log = log
        text = name.filename() if isinstance(name, apsw.URIFilename) else str(name or "")
        self._name = Path(text).name

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - apsw's name
        super().xWrite(data, offset)
        self._log.changes.append(Change("write", self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - apsw's name
        super().xTruncate(newsize)
        self._log.changes.append(Change("truncate", self._name, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802 - apsw's name
        if self._log.failing:
            raise apsw.IOError("the disk does not take it")
        super().xSync(flags)
        self._log.changes.append(Change("sync", self._name))


class LoggedVFS(apsw.VFS):
    """The system's own way to files, with a log."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._base = next(name for name in apsw.vfs_names() if name != NAME)
        super().__init__(NAME, self._base, makedefault=True)

    def xOpen(self, name: object, flags: list[int]) -> LoggedFile:  # noqa: N802 - apsw's name
        return LoggedFile(self._log, self._base, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - apsw's name
        super().xDelete(filename, syncdir)
        self._log.changes.append(Change("remove" if syncdir else "remove?", Path(filename).name))


@contextmanager
def logged() -> Iterator[Log]:
    """Let every database that is opened within be written down."""
    log = Log()
    usual = apsw.vfs_names()[0]
    vfs = LoggedVFS(log)
    try:
        yield log
    finally:
        apsw.set_default_vfs(usual)
        vfs.unregister()
