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
from dataclasses import asdict, dataclass
from json.encoder import encode_basestring_ascii
from pathlib import Path
from typing import BinaryIO, TypeVar

from agentguard.errors import JournalBroken, StoreError
from agentguard.store import chain
from agentguard.store.chain import Epoch, Row
from agentguard.store.journal import SqliteJournal

T = TypeVar("T")

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

    def put(line: bytes) -> None:
        digest.update(line)
        file.write(line)

    begin = {
        "format": FORMAT,
        "epochs": [{**asdict(e), "previous": e.previous.hex()} for e in journal.epochs().values()],
        "receipt": receipt.decode("utf-8", "replace"),
    }
    put(_line(begin))
    count, head = 0, chain.GENESIS
    for row in journal.walk():
        put(_spelled(row))
        count, head = count + 1, row.hash
    put(_line({"closing": count, "head": head.hex(), "file": digest.hexdigest()}))
    return count


def _line(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _spelled(row: Row) -> bytes:
    """Give an entry's line, byte for byte as `_line` would; this is what takes the time."""
    salt = "null" if row.salt is None else f'"{row.salt.hex()}"'
    return (
        f'{{"boot":{row.boot!r},"commitment":"{row.commitment.hex()}","epoch":{row.epoch}'
        f',"hash":"{row.hash.hex()}","kind":{encode_basestring_ascii(row.kind)}'
        f',"payload":{row.payload or "null"},"previous":"{row.previous.hex()}"'
        f',"salt":{salt},"seq":{row.seq},"wall":{row.wall!r}}}\n'
    ).encode()


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

    def lines(self) -> Iterator[tuple[bytes, dict[str, object]]]:
        """Give each line with its value, whose spelling is the caller's to check."""
        while line := self._file.readline(LONGEST_LINE):
            value = self._parse(line)
            if "closing" in value and value.get("file") != self._digest.hexdigest():
                raise self.broken("The closing line does not fit what stands before it")
            self._digest.update(line)
            yield line, value

    def _parse(self, line: bytes) -> dict[str, object]:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise self.broken("A line is not as the agent wrote it")
        return value

    def require(self, line: bytes, expected: bytes) -> None:
        """Refuse a line that is spelled otherwise than the agent spells it."""
        if line != expected:
            raise self.broken("A line is not as the agent wrote it")

    def broken(self, what: str) -> JournalBroken:
        """Give the error at the present place."""
        return JournalBroken(f"{what} (entry {self.good}, counted from 0).", self.good)


def _verify(file: BinaryIO) -> Verified:
    reader = _Reader(file)
    lines = reader.lines()
    line, value = next(lines, (b"", {}))
    reader.require(line, _line(value))
    epochs = _beginning(reader, value)
    walk = chain.Walk(epochs)
    used: set[int] = set()
    erased, head = 0, chain.GENESIS
    for line, value in lines:
        if "closing" in value:
            reader.require(line, _line(value))
            if not walk.complete:
                raise reader.broken("The entries of an epoch are missing")
            _end(reader, value, head, lines)
            return Verified(entries=reader.good, epochs=len(used), erased=erased, head=head.hex())
        row = _row(value)
        if row is None or not walk.step(row):
            raise reader.broken("An entry was changed, removed, added or moved")
        reader.require(line, _spelled(row))
        reader.good += 1
        head = row.hash
        used.add(row.epoch)
        erased += row.payload is None
    raise reader.broken("The end of the file is missing")


def _beginning(reader: _Reader, value: dict[str, object]) -> Mapping[int, Epoch]:
    match value:
        case {"format": str(name), "epochs": list(epochs)} if name == FORMAT:
            found = [_epoch(each) for each in epochs]
        case _:
            found = [None]
    if None in found:
        raise reader.broken("The first line is not that of a journal")
    return {e.epoch: e for e in found if e is not None}


def _epoch(value: object) -> Epoch | None:
    match value:
        case {
            "epoch": int(epoch), "first": int(first),
            "previous": str(previous), "reason": str(reason),
        }:  # fmt: skip
            return Epoch(epoch=epoch, first=first, previous=_hex(previous), reason=reason)
        case _:
            return None


def _end(reader: _Reader, value: dict[str, object], head: bytes, lines: Iterator[object]) -> None:
    named = (value.get("closing"), value.get("head"), len(value))
    if named != (reader.good, head.hex(), len(CLOSING)):
        raise reader.broken("The closing line names other entries")
    if next(lines, None) is not None:
        raise reader.broken("Something stands after the closing line")


def _row(value: dict[str, object]) -> Row | None:
    """Give the row of a line's value; what is more or other in it fails by its spelling."""
    try:
        payload, salt = value["payload"], value["salt"]
        return Row(
            epoch=_typed(value["epoch"], int),
            seq=_typed(value["seq"], int),
            boot=_typed(value["boot"], float),
            wall=_typed(value["wall"], float),
            kind=_typed(value["kind"], str),
            payload=None if payload is None else chain.canonical(_typed(payload, dict)),
            salt=None if salt is None else bytes.fromhex(_typed(salt, str)),
            commitment=bytes.fromhex(_typed(value["commitment"], str)),
            previous=bytes.fromhex(_typed(value["previous"], str)),
            hash=bytes.fromhex(_typed(value["hash"], str)),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _typed(value: object, kind: type[T]) -> T:
    if type(value) is not kind:
        raise TypeError
    return value


def _hex(text: str) -> bytes:
    """Read hex as it was written; what is not becomes empty, which fits nothing."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        return b""
    return found if found.hex() == text else b""
