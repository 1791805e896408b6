"""The journal as one file that can be verified anywhere: JSON lines with a closing line.

The first line names the format, the epochs and the newest receipt, then comes one line for each
entry, then a closing line with the number of entries, the head of the chain and the SHA-256 of
everything before it. Every line has one spelling only (sorted keys, no spaces), so that no byte can
change unseen. Who can rewrite the whole file can still cut its end: only the receipt tells that.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from agentguard.errors import JournalBroken, StoreError
from agentguard.store import chain
from agentguard.store.chain import Epoch, Row
from agentguard.store.journal import SqliteJournal

FORMAT = "agentguard-journal/1"
CLOSING = ("closing", "head", "file")
LONGEST_LINE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a whole file holds; `erased` entries have lost their payload to retention."""

    entries: int
    epochs: int
    erased: int
    head: str


def export(journal: SqliteJournal, path: Path, receipt: bytes = b"") -> int:
    """Write the journal to `path`, which must not exist yet; give the number of entries.

    Raises:
        StoreError: the journal could not be read or the file not be written.

    """
    try:
        with path.open("xb") as file:
            count = _write(journal, file, receipt)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise StoreError(f"{path} is there already.", "Choose another name.") from error
    except (OSError, StoreError) as error:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        if isinstance(error, StoreError):
            raise
        raise StoreError(
            f"{path} could not be written.", "Free some space or choose another folder."
        ) from error
    return count


def _write(journal: SqliteJournal, file: BinaryIO, receipt: bytes) -> int:
    digest = hashlib.sha256()

    def put(value: object) -> None:
        line = _line(value)
        digest.update(line)
        file.write(line)

    epochs = journal.epochs()
    put({
        "format": FORMAT,
        "epochs": [_epoch_json(e) for e in epochs.values()],
        "receipt": receipt.decode("utf-8", "replace"),
    })  # fmt: skip
    count, head = 0, chain.GENESIS
    for row in journal.walk():
        put(_row_json(row))
        count, head = count + 1, row.hash
    put({"closing": count, "head": head.hex(), "file": digest.hexdigest()})
    return count


def _line(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _epoch_json(epoch: Epoch) -> Mapping[str, object]:
    return {
        "epoch": epoch.epoch,
        "first": epoch.first,
        "previous": epoch.previous.hex(),
        "reason": epoch.reason,
    }


def _row_json(row: Row) -> Mapping[str, object]:
    return {
        "epoch": row.epoch,
        "seq": row.seq,
        "boot": row.boot,
        "wall": row.wall,
        "kind": row.kind,
        "payload": None if row.payload is None else json.loads(row.payload),
        "salt": None if row.salt is None else row.salt.hex(),
        "commitment": row.commitment.hex(),
        "previous": row.previous.hex(),
        "hash": row.hash.hex(),
    }


def verify_file(path: Path) -> Verified:
    """Verify an exported journal.

    Raises:
        JournalBroken: it is not whole; the index is that of the first bad entry, or the number
            of good entries when the beginning or the closing line is what is wrong.
        StoreError: the file could not be read.

    """
    try:
        with path.open("rb") as file:
            return _verify(file)
    except OSError as error:
        raise StoreError(f"{path} could not be read.", "Check the name and its rights.") from error


class _Reader:
    """Takes line after line and remembers how many entries were good."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.good = 0

    def lines(self) -> Iterator[dict[str, object]]:
        """Give each line's value; `file` of a closing line must fit what was read before it."""
        while line := self._file.readline(LONGEST_LINE):
            value = self._parse(line)
            if "closing" in value and value.get("file") != self._digest.hexdigest():
                raise self.broken("The closing line does not fit what stands before it")
            self._digest.update(line)
            yield value

    def _parse(self, line: bytes) -> dict[str, object]:
        try:
            value = json.loads(line)
            same = isinstance(value, dict) and _line(value) == line
        except (ValueError, RecursionError):
            same = False
        if not same:
            raise self.broken("A line is not as the agent wrote it")
        return dict(value)

    def broken(self, what: str) -> JournalBroken:
        """Give the error at the present place."""
        return JournalBroken(f"{what} (entry {self.good}, counted from 0).", self.good)


def _verify(file: BinaryIO) -> Verified:
    reader = _Reader(file)
    lines = reader.lines()
    epochs = _beginning(reader, next(lines, {}))
    walk = chain.Walk(epochs)
    used: set[int] = set()
    erased, head = 0, chain.GENESIS
    for value in lines:
        if "closing" in value:
            if not walk.complete:
                raise reader.broken("The entries of an epoch are missing")
            _end(reader, value, head, lines)
            return Verified(entries=reader.good, epochs=len(used), erased=erased, head=head.hex())
        row = _row(value)
        if row is None or not walk.step(row):
            raise reader.broken("An entry was changed, removed, added or moved")
        reader.good += 1
        head = row.hash
        used.add(row.epoch)
        erased += row.payload is None
    raise reader.broken("The end of the file is missing")


def _beginning(reader: _Reader, value: dict[str, object]) -> Mapping[int, Epoch]:
    found: dict[int, Epoch] = {}
    match value:
        case {"format": str(name), "epochs": list(epochs)} if name == FORMAT:
            for each in epochs:
                match each:
                    case {
                        "epoch": int(epoch), "first": int(first),
                        "previous": str(previous), "reason": str(reason),
                    }:  # fmt: skip
                        found[epoch] = Epoch(
                            epoch=epoch, first=first, previous=_hex(previous), reason=reason
                        )
                    case _:
                        raise reader.broken("The first line is not that of a journal")
        case _:
            raise reader.broken("The first line is not that of a journal")
    return found


def _end(reader: _Reader, value: dict[str, object], head: bytes, lines: Iterator[object]) -> None:
    named = (value.get("closing"), value.get("head"), len(value))
    if named != (reader.good, head.hex(), len(CLOSING)):
        raise reader.broken("The closing line names other entries")
    if next(lines, None) is not None:
        raise reader.broken("Something stands after the closing line")


def _row(value: dict[str, object]) -> Row | None:
    match value:
        case {
            "epoch": int(epoch), "seq": int(seq), "boot": float(boot), "wall": float(wall),
            "kind": str(kind), "payload": (dict() | None) as payload,
            "salt": (str() | None) as salt, "commitment": str(commitment),
            "previous": str(previous), "hash": str(digest), **rest,
        } if not rest:  # fmt: skip
            return Row(
                epoch=epoch,
                seq=seq,
                boot=boot,
                wall=wall,
                kind=kind,
                payload=None if payload is None else chain.canonical(payload),
                salt=None if salt is None else _hex(salt),
                commitment=_hex(commitment),
                previous=_hex(previous),
                hash=_hex(digest),
            )
        case _:
            return None


def _hex(text: str) -> bytes:
    """Read hex as it was written; what is not becomes empty, which fits nothing."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        return b""
    return found if found.hex() == text else b""
