"""A journal and an outbox in memory, with the meaning of the real ones: a simulator, shipped."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence

from agentguard.base.errors import StoreError
from agentguard.model.moments import Moment
from agentguard.model.records import Entry, Json, Record
from agentguard.ports.storage import Memory
from agentguard.trust.chain import links
from agentguard.trust.chain.links import Epoch, Row
from agentguard.trust.chain.walk import Walk


class InMemoryJournal:
    """A Journal without a disk; `refuse` makes it raise StoreError, as a full disk would."""

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._rows: list[Row] = []
        self._memory: dict[str, str] = {}
        first = Epoch(epoch=1, first=1, previous=links.GENESIS, reason="first")
        self._epochs: dict[int, Epoch] = {1: first}
        self.refuse = False

    def commit(self, records: Sequence[Record], memory: Memory) -> None:
        """Write the records and the changed memory; a None value forgets a key.

        Raises:
            StoreError: nothing of it was written.

        """
        with self._guard:
            if self.refuse:
                raise StoreError("The journal in memory was told to refuse.")
            try:
                rows = self._chained(records)
                changed = {k: None if v is None else json.dumps(v) for k, v in memory.items()}
            except (TypeError, ValueError) as error:
                raise StoreError("A record cannot be written as JSON.") from error
            self._rows.extend(rows)
            merged = {**self._memory, **changed}
            self._memory = {k: v for k, v in merged.items() if v is not None}

    def memory(self, prefix: str) -> Memory:
        """Return what is remembered under the keys that begin with `prefix`."""
        with self._guard:
            return {k: json.loads(v) for k, v in self._memory.items() if k.startswith(prefix)}

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        """Return at most `limit` entries with a seq greater than `after`, in order."""
        with self._guard:
            return [links.entry(row) for row in self._rows if row.seq > after][:limit]

    def verify(self) -> tuple[int, bool]:
        """Walk the whole chain: the number of entries, and whether it holds."""
        with self._guard:
            walk = Walk(self._epochs)
            steps = [walk.step(row) for row in self._rows]
        return len(steps), all(steps)

    def head(self) -> tuple[int, int, bytes]:
        """Return epoch, seq and hash of the last entry, or of what stands before the first."""
        with self._guard:
            if self._rows:
                last = self._rows[-1]
                return last.epoch, last.seq, last.hash
            return 1, 0, links.GENESIS

    def begin_epoch(self, reason: str, at: Moment, *, above: int = 0) -> int:
        """Begin a new epoch, greater than the present one and than `above`; record why."""
        with self._guard:
            old, seq, digest = self.head()
            epoch = max(old, above) + 1
            self._epochs[epoch] = Epoch(epoch=epoch, first=seq + 1, previous=digest, reason=reason)
            payload: Mapping[str, Json] = {
                "reason": reason,
                "previous_epoch": old,
                "previous_hash": digest.hex(),
            }
            record = Record(kind=links.EPOCH_KIND, at=at, payload=payload)
            self._rows.append(links.append(record, epoch=epoch, seq=seq + 1, previous=digest))
            return epoch

    def report_epoch(self, epoch: int) -> int:
        """Return the epoch under which entries of `epoch` are reported."""
        with self._guard:
            return links.report_epoch(epoch, self._epochs.values())

    def next_seal(self, seq: int) -> bytes:
        """Return the public key of the first seal after an entry: nothing is sealed here."""
        del seq
        return b""

    def _chained(self, records: Sequence[Record]) -> list[Row]:
        epoch, seq, digest = self.head()
        rows: list[Row] = []
        for number, record in enumerate(records, seq + 1):
            row = links.append(record, epoch=epoch, seq=number, previous=digest)
            digest = row.hash
            rows.append(row)
        return rows


class InMemoryOutbox:
    """An Outbox over a journal in memory."""

    def __init__(self, journal: InMemoryJournal) -> None:
        self._journal = journal
        self._receipts: dict[int, bytes] = {}

    def cursor(self) -> int:
        """Return the seq of the last entry that was receipted, 0 for none."""
        return max(self._receipts, default=0)

    def advance(self, seq: int, receipt: bytes) -> None:
        """Move the cursor on and keep the receipt; it never moves back.

        Raises:
            StoreError: the journal has no such entry.

        """
        if seq > self._journal.head()[1]:
            raise StoreError(f"A receipt names entry {seq}, which the journal does not hold.")
        if seq > self.cursor():
            self._receipts[seq] = receipt

    def waiting(self) -> int:
        """Return the number of entries that have no receipt."""
        return max(0, self._journal.head()[1] - self.cursor())

    def receipt(self) -> bytes:
        """Return the newest receipt, empty for none."""
        return self._receipts.get(self.cursor(), b"")
