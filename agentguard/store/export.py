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
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from agentguard.chain import fileformat, links
from agentguard.errors import StoreError
from agentguard.store.journal import SqliteJournal
from agentguard.store.outbox import SqliteOutbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose journal it is: the device's id and public key, the endpoint's key (base64)."""

    device: str = ""
    device_key: str = ""
    receipt_key: str = ""


def export(
    journal: SqliteJournal,
    path: Path,
    outbox: SqliteOutbox | None = None,
    origin: Origin = Origin(),
) -> int:
    """Write the journal to `path`, which must not exist yet; give the number of entries.

    Raises:
        StoreError: the journal could not be read or the file not be written.

    """
    try:
        with path.open("xb") as file:
            count = _write(journal, file, _receipts(outbox), origin)
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
    journal: SqliteJournal, file: BinaryIO, receipts: Iterator[bytes], origin: Origin
) -> int:
    digest = hashlib.sha256()

    def put(line: bytes) -> None:
        digest.update(line)
        file.write(line)

    put(_beginning(journal, origin))
    for line in receipts:
        put(line)
    for seal in journal.seals():
        put(fileformat.seal_line(seal))
    count, head, gaps = 0, links.GENESIS, list(journal.gaps().values())[::-1]
    for row in journal.walk():
        while gaps and gaps[-1].first < row.seq:
            put(fileformat.gap_line(gaps.pop()))
        put(fileformat.entry_line(journal.opened(row)))
        count, head = count + 1, row.hash
    put(fileformat.spelled({"closing": count, "head": head.hex(), "file": digest.hexdigest()}))
    return count


def _beginning(journal: SqliteJournal, origin: Origin) -> bytes:
    return fileformat.spelled(
        {
            "device": origin.device,
            "device_key": origin.device_key,
            "epochs": [fileformat.epoch_value(e) for e in journal.epochs().values()],
            "format": fileformat.FORMAT,
            "receipt_key": origin.receipt_key,
        }
    )


def _receipts(outbox: SqliteOutbox | None) -> Iterator[bytes]:
    """Give the lines of the receipts; what is damaged is no receipt."""
    for kept in outbox.receipts() if outbox is not None else ():
        try:
            found = json.loads(kept)
        except ValueError:
            continue
        match found:
            case {"receipt": str(receipt), "signature": str(signature)}:
                yield fileformat.spelled({"receipt": receipt, "signature": signature})
            case _:
                continue
