"""The journal in SQLite: records and memory change in one transaction, every entry is chained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from agentguard.base.errors import StoreError
from agentguard.model.moments import Moment
from agentguard.model.records import Entry, Json, Record
from agentguard.ports.storage import Memory
from agentguard.store import side_tables
from agentguard.store.ballast import Spare
from agentguard.store.entries import (
    Box,
    Entries,
    epoch_of,
    gap_of,
)
from agentguard.store.journal_check import Check, proved
from agentguard.store.name_sealing import Names
from agentguard.store.outbox_lanes import USUAL, Bounds, Lanes
from agentguard.store.side_tables import HeaderTable, Sealer, SealTable
from agentguard.store.sqlite_file import Database, damaged, full, spoilt
from agentguard.trust.chain import links
from agentguard.trust.chain.erasure import ERASED_KIND, Seen
from agentguard.trust.chain.headers import Header, Origin
from agentguard.trust.chain.links import Epoch, Gap, Row
from agentguard.trust.chain.seals import Seal
from agentguard.trust.chain.walk import Walk

_LAST = "SELECT epoch, seq, hash FROM entries ORDER BY seq DESC LIMIT 1"
_ERASED = "SELECT 1 FROM entries WHERE payload IS NULL AND sealed IS NULL LIMIT 1"
_NEWEST_EPOCH = "SELECT epoch, first, previous, reason FROM epochs ORDER BY epoch DESC LIMIT 1"


class SqliteJournal:
    """The Journal of production; any thread may call it.

    With `names` no value stands in what is written, and what is remembered is sealed.
    """

    def __init__(
        self,
        database: Database,
        *,
        sealer: Sealer | None = None,
        box: Box | None = None,
        spare: Spare | None = None,
        bounds: Bounds = USUAL,
        names: Names | None = None,
        headed: bool = False,
    ) -> None:
        """Work on a database; one that is `headed` says in the chain whose it is."""
        self._database = database
        self._headers = HeaderTable(database)
        self._headed = headed
        self._box = box
        self._entries = Entries(database, box)
        self._seals = SealTable(database, sealer)
        self._lanes = Lanes(database, bounds)
        self._spare = spare
        self._names = names

    def commit(self, records: Sequence[Record], memory: Memory) -> None:
        """Write the records and the changed memory durably; a None value forgets a key.

        On a full disk the ballast is given up for it, once.

        Raises:
            StoreError: nothing of it was written.

        """
        if self._names is not None:
            records = tuple(map(self._names.record, records))
        try:
            self._commit(records, memory)
        except StoreError as error:
            boot = records[-1].at.boot if records else 0.0
            if self._spare is None or not full(error) or not self._spare.give(boot):
                raise
            self._commit(self._with_note(records, "used"), memory)
        else:
            if self._spare is not None and records and self._spare.lay_again(records[-1].at.boot):
                self._commit(self._with_note(records[-1:], "laid")[1:], {})

    def _commit(
        self, records: Sequence[Record], memory: Memory, erased: Sequence[int] = ()
    ) -> None:
        try:
            with self._database.transaction():
                if erased:
                    self._entries.erase(erased)
                room = self._lanes.make_room(len(records), records[-1].at) if records else ()
                head = self._due(records[-1].at) if records else ()
                kept = (*head, *room, *records)
                named = self._seals.begin(kept)
                last = self.append(kept if named is None else (*kept, named))
                if last is not None:
                    self._seals.end(last)
                if memory:
                    side_tables.keep(self._database, memory, self._names)
        except StoreError:
            self._lanes.look_again()
            self._headers.again()
            raise
        if records:
            self._seals.move_on()

    def _due(self, at: Moment) -> Sequence[Record]:
        if not self._headed or self._headers.said:
            return ()
        return self._headers.due(self.epochs(), at)

    def identify(self, origin: Origin) -> None:
        """Take up whose journal it is; the next commit writes it down if it is news."""
        self._headers.identify(origin)

    def header(self) -> Header | None:
        """Return the newest header that stands in the chain, None for none."""
        return self._headers.known()

    def _with_note(self, records: Sequence[Record], state: str) -> Sequence[Record]:
        """Say with the records what became of the ballast."""
        if not records:
            return ()
        note = Record(kind=links.BALLAST_KIND, at=records[-1].at, payload={"state": state})
        return (*records, note)

    def memory(self, prefix: str) -> Memory:
        """Return what is remembered under the keys that begin with `prefix`."""
        return side_tables.under(self._database, prefix, self._names)

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        """Return at most `limit` entries with a seq greater than `after`, in order."""
        return self._entries.read(after, limit)

    @contextmanager
    def still(self) -> Iterator[tuple[SqliteJournal, Database]]:
        """Yield the journal as it is now, to be read, and its database.

        What is written meanwhile is not in it: read piece by piece, it would contradict itself.

        Raises:
            StoreError: it could not be read.

        """
        with self._database.snapshot() as database:
            yield SqliteJournal(database, box=self._box, names=self._names), database

    def verify(self) -> tuple[int, bool]:
        """Walk the whole chain: the number of entries, and whether it holds.

        It does not where an entry was erased of which nothing shows that it was time.
        """
        self._entries.try_open()
        with self.still() as (journal, _):
            return journal.check()

    def check(self) -> tuple[int, bool]:
        """Verify while nothing is written: the number of entries, and whether the chain holds."""
        count = 0
        try:
            epochs = self.epochs()
            check = Check(Walk(epochs, self.gaps()), self.header(), epochs, self._proved())
            for row in self.walk():
                count += 1
                check.take(row)
        except StoreError as error:
            if not damaged(error):
                raise
            return count, False
        return count, check.whole

    def _proved(self) -> list[Seen]:
        """Return the receipts' clock, if there is anything that it must allow."""
        if not self._database.rows(_ERASED):
            return []
        header = self.header()
        return proved(self._database, header.origin.receipt_key if header is not None else "")

    def head(self) -> tuple[int, int, bytes]:
        """Return epoch, seq and hash of the last entry, or of what stands before the first."""
        last = self._database.rows(_LAST)
        if not last:
            begun = self._newest_epoch()
            return begun.epoch, begun.first - 1, begun.previous
        match last[0]:
            case (int() as epoch, int() as seq, bytes() as digest):
                return epoch, seq, digest
            case _:
                raise spoilt(self._database.path)

    def begin_epoch(self, reason: str, at: Moment, *, above: int = 0) -> int:
        """Begin a new epoch, greater than the present one and than `above`; record why.

        Raises:
            StoreError: nothing was written.

        """
        with self._database.transaction():
            old, seq, digest = self.head()
            begun = Epoch(epoch=max(old, above) + 1, first=seq + 1, previous=digest, reason=reason)
            self.open_epoch(begun, at, previous_epoch=old)
        return begun.epoch

    def open_epoch(
        self, epoch: Epoch, at: Moment | None = None, *, previous_epoch: int = 0
    ) -> None:
        """Enter an epoch; with a moment, its first entry says why it was begun.

        Raises:
            StoreError: nothing was written.

        """
        with self._database.transaction():
            self._database.rows(
                "INSERT INTO epochs VALUES (?, ?, ?, ?)",
                (epoch.epoch, epoch.first, epoch.previous, epoch.reason),
            )
            if at is None:
                return
            payload: Mapping[str, Json] = {
                "reason": epoch.reason,
                "previous_epoch": previous_epoch,
                "previous_hash": epoch.previous.hex(),
            }
            place = (epoch.epoch, epoch.first - 1, epoch.previous)
            self._headers.again()
            begun = Record(kind=links.EPOCH_KIND, at=at, payload=payload)
            self._append([begun, *self._due(at)], place)

    def report_epoch(self, epoch: int) -> int:
        """Return the epoch under which entries of `epoch` are reported."""
        return links.report_epoch(epoch, self.epochs().values())

    def epochs(self) -> Mapping[int, Epoch]:
        """Return all the epochs."""
        rows = self._database.rows("SELECT epoch, first, previous, reason FROM epochs")
        return {e.epoch: e for e in (epoch_of(row, self._database.path) for row in rows)}

    def gaps(self) -> Mapping[int, Gap]:
        """Return the runs of entries that were let go, by the first number of each."""
        rows = self._database.rows("SELECT first, last, previous, hash FROM gaps ORDER BY first")
        return {g.first: g for g in (gap_of(row, self._database.path) for row in rows)}

    def seals(self) -> list[Seal]:
        """Return the seals over what the endpoint has not confirmed, and the one before them."""
        return self._seals.all()

    def next_seal(self, seq: int) -> bytes:
        """Return the public key of the first seal after an entry, empty when nothing is sealed."""
        return self._seals.after(seq)

    def rows(self, after: int, limit: int) -> list[Row]:
        """Return at most `limit` rows as they are stored, with a seq greater than `after`."""
        return self._entries.rows(after, limit)

    def walk(self) -> Iterator[Row]:
        """Return every row in order, a batch at a time."""
        return self._entries.walk()

    def opened(self, row: Row) -> Row:
        """Open what a row says; what was sealed with a key that is lost stays closed.

        Raises:
            StoreError: the key's place is closed.

        """
        if not row.closed:
            return row
        self._entries.need_key()
        return self._entries.opened(row)

    def erase(self, seqs: Sequence[int]) -> None:
        """Erase the payloads of entries for good; the chain still holds.

        Raises:
            StoreError: nothing was erased.

        """
        self._entries.erase(seqs)

    def erase_old(self, seqs: Sequence[int], payload: dict[str, Json]) -> None:
        """Erase the payloads of entries and write an entry that says so, or do neither.

        Raises:
            StoreError: nothing was erased.

        """
        last = self.rows(self.head()[1] - 1, 1)[0]
        at = Moment(boot=last.boot, wall=last.wall)
        self._commit([Record(kind=ERASED_KIND, at=at, payload=payload)], {}, seqs)

    def append(self, records: Sequence[Record]) -> Row | None:
        """Write records after the last entry; give the last of them as it is chained, if any.

        Raises:
            StoreError: nothing of it was written.

        """
        with self._database.transaction():
            return self._append(records, self.head()) if records else None

    def _append(self, records: Sequence[Record], after: tuple[int, int, bytes]) -> Row | None:
        epoch, seq, digest = after
        rows = []
        for record in records:
            seq += 1
            row = _chained(record, epoch, seq, digest)
            digest = row.hash
            rows.append(row)
        self._entries.add(rows)
        return rows[-1] if rows else None

    def _newest_epoch(self) -> Epoch:
        rows = self._database.rows(_NEWEST_EPOCH)
        if not rows:
            raise StoreError(
                f"The database {self._database.path} has lost its list of epochs.",
                "Move the file away; the agent begins a new one.",
            )
        return epoch_of(rows[0], self._database.path)


def _chained(record: Record, epoch: int, seq: int, previous: bytes) -> Row:
    try:
        return links.append(record, epoch=epoch, seq=seq, previous=previous)
    except (TypeError, ValueError) as error:
        raise StoreError(
            f"A record of the kind {record.kind} cannot be written as JSON."
        ) from error
