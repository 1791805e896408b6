"""How what happened is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from agentguard.model.records import Entry, Json, Record

Memory = Mapping[str, Json]


class Remembering(Protocol):
    """What keeps the agent's memory, with or without a journal beside it."""

    def commit(self, records: Sequence[Record], memory: Memory) -> None:
        """Write the records and the changed memory durably; a None value forgets a key.

        Raises:
            StoreError: nothing of it was written.

        """
        ...

    def memory(self, prefix: str) -> Memory:
        """Return what is remembered under the keys that begin with `prefix`."""
        ...


class Journal(Remembering, Protocol):
    """The hash-chained journal with the agent's memory; both change in one transaction."""

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        """Return entries of the epoch with a seq greater than `after`, in order."""
        ...

    def verify(self) -> tuple[int, bool]:
        """Walk the whole chain: the number of entries, and whether it holds."""
        ...


class Outbox(Protocol):
    """A cursor over the journal: everything up to it has a receipt."""

    def cursor(self) -> int:
        """Return the seq of the last entry that was receipted, 0 for none."""
        ...

    def advance(self, seq: int, receipt: bytes) -> None:
        """Move the cursor on; it never moves back."""
        ...

    def waiting(self) -> int:
        """Return the number of entries that have no receipt."""
        ...
