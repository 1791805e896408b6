"""The table of seals: one after each commit, until the endpoint has confirmed it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from agentguard.model.records import Record
from agentguard.store.rows import ADD_SEAL, SEALS, seal_of, values_of_seal
from agentguard.store.sqlite_file import Database
from agentguard.trust.chain.links import KEY_KIND, Row
from agentguard.trust.chain.seals import Seal


class Sealer(Protocol):
    """Seals each commit; see `store.commit_seals`."""

    def ready(self, expected: bytes) -> bytes:
        """Take up the key whose public half is expected; give that of a new one, if it is new."""
        ...

    def seal(self, row: Row) -> Seal:
        """Seal everything up to an entry."""
        ...

    def move_on(self) -> None:
        """Forget the key that was used."""
        ...


class SealTable:
    """Seals commits with a sealer; without one it only reads."""

    def __init__(self, database: Database, sealer: Sealer | None) -> None:
        self._database = database
        self._sealer = sealer

    def begin(self, records: Sequence[Record]) -> Record | None:
        """Take up the key for a commit; give the record that names it, when it is a new one.

        Raises:
            StoreError: a new key could not be kept.

        """
        if self._sealer is None or not records:
            return None
        public = self._sealer.ready(self._expected())
        if not public:
            return None
        return Record(kind=KEY_KIND, at=records[-1].at, payload={"public": public.hex()})

    def end(self, row: Row) -> None:
        """Seal up to the last entry of the commit.

        Raises:
            StoreError: the seal could not be written.

        """
        if self._sealer is not None:
            self._database.many(ADD_SEAL, [values_of_seal(self._sealer.seal(row))])

    def move_on(self) -> None:
        """Forget the key that was used, now that all of it is on the disk."""
        if self._sealer is not None:
            self._sealer.move_on()

    def all(self) -> list[Seal]:
        """Return all seals in order."""
        return [seal_of(row, self._database.path) for row in self._database.rows(SEALS)]

    def after(self, seq: int) -> bytes:
        """Return the public key of the first seal after an entry, empty when nothing is sealed."""
        sealed = self._database.rows("SELECT public FROM seals WHERE seq > ? LIMIT 1", (seq,))
        found = sealed[0][0] if sealed else self._expected()
        return found if isinstance(found, bytes) else b""

    def _expected(self) -> bytes:
        rows = self._database.rows("SELECT following FROM seals ORDER BY seq DESC LIMIT 1")
        found = rows[0][0] if rows else b""
        return found if isinstance(found, bytes) else b""
