"""The journal as one file that can be verified anywhere: JSON lines with a closing line.

The first line names the format, the device and the epochs; then come the endpoint's receipts and
the seals, then one line for each entry, or for a run of entries that were let go; then a closing
line with the number of entries, the head of the chain and the SHA-256 of everything before it. Who
can rewrite the whole file can still cut its end: only the receipts and the seals tell that.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from agentguard.base import atomic_files
from agentguard.base.errors import StoreError
from agentguard.store.journal import SqliteJournal
from agentguard.store.outbox import SqliteOutbox
from agentguard.trust.chain import file_format, links
from agentguard.trust.chain.headers import NOBODY, Header, Origin


def export(
    journal: SqliteJournal,
    path: Path,
    outbox: SqliteOutbox | None = None,
    origin: Origin = NOBODY,
) -> int:
    """Write the journal to `path`, which must not exist yet; give the number of entries.

    `origin` says whose it is as long as the journal does not say so itself.

    Raises:
        StoreError: the journal could not be read or the file not be written.

    """
    try:
        with atomic_files.open_new(path) as file, journal.still() as (still, database):
            header = _header(still, origin)
            kept = SqliteOutbox(database, still).receipts() if outbox is not None else ()
            count = _write(still, file, header, _receipts(kept, header))
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


def _write(
    journal: SqliteJournal, file: BinaryIO, header: Header, receipts: Iterator[bytes]
) -> int:
    digest = hashlib.sha256()

    def put(line: bytes) -> None:
        digest.update(line)
        file.write(line)

    put(file_format.spelled(header.value()))
    for line in receipts:
        put(line)
    for seal in journal.seals():
        put(file_format.seal_line(seal))
    count, head, gaps = 0, links.GENESIS, list(journal.gaps().values())[::-1]
    for row in journal.walk():
        while gaps and gaps[-1].first < row.seq:
            put(file_format.gap_line(gaps.pop()))
        put(file_format.entry_line(journal.opened(row)))
        count, head = count + 1, row.hash
    put(file_format.spelled({"closing": count, "head": head.hex(), "file": digest.hexdigest()}))
    return count


def _header(journal: SqliteJournal, origin: Origin) -> Header:
    """Return what the newest header of the chain says; without one it is the old format."""
    known, epochs = journal.header(), journal.epochs()
    every = tuple(epochs[number] for number in sorted(epochs))
    if known is None:
        return Header(format=file_format.OLD_FORMAT, origin=origin, epochs=every)
    return replace(known, epochs=every)


def _receipts(every: Iterable[bytes], header: Header) -> Iterator[bytes]:
    """Yield the lines of the receipts; what is damaged, or for an earlier device, is left out."""
    for kept in every:
        try:
            found = json.loads(kept)
        except ValueError:
            continue
        match found:
            case {"receipt": str(receipt), "signature": str(signature)}:
                if header.old or _device(receipt) == header.origin.device:
                    yield file_format.spelled({"receipt": receipt, "signature": signature})
            case _:
                continue


def _device(receipt: str) -> object:
    try:
        found = json.loads(receipt)
    except ValueError:
        return None
    return found.get("device") if isinstance(found, dict) else None
