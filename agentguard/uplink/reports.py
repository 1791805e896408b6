"""Makes the next report of the journal and the snapshot, and judges the receipt for it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from agentguard import __version__
from agentguard.model.moments import Moment
from agentguard.model.records import Entry
from agentguard.model.snapshot import Snapshot
from agentguard.ports.storage import Journal, Outbox
from agentguard.uplink import orders, translation
from agentguard.uplink.enrolment import Enrolment
from agentguard.uplink.exceptions import LateBook, waiting
from agentguard.uplink.identity import DeviceKey
from agentguard.uplink.signing import signed_by
from agentguard.wire import v1

RUN_BYTES = 12
LARGEST_BATCH = 192 * 1024
"""Bytes of events in one report, so that it fits the endpoint's limit with the posture."""


class Chain(Journal, Protocol):
    """A journal that knows its head and can begin a new epoch."""

    def head(self) -> tuple[int, int, bytes]:
        """Return epoch, seq and hash of the last entry."""
        ...

    def report_epoch(self, epoch: int) -> int:
        """Return the epoch under which entries of `epoch` are reported."""
        ...

    def next_seal(self, seq: int) -> bytes:
        """Return the public key of the first seal after an entry, empty when nothing is sealed."""
        ...

    def begin_epoch(self, reason: str, at: Moment, *, above: int = 0) -> int:
        """Begin a new epoch, greater than `above`; give it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The last entry that a report carries, or that was receipted before it."""

    epoch: int
    seq: int
    hash: str


def _proved(snapshot: Snapshot) -> str:
    """Return the digest of the policy in force; none of an unsigned one where a root is trusted.

    The same words without a signature are not the same policy: the endpoint hands on the signed
    one, be it the baseline that the agent came with.
    """
    standing = snapshot.standing
    doubted = standing is not None and standing.root > 0 and not standing.signed
    return "" if doubted else snapshot.policy.digest


@dataclass(slots=True, kw_only=True)
class Reports:
    """Knows what the endpoint was told of the posture, so that it is told once.

    `key` hides subjects; `signs` signs requests once another key has replaced that one. `run` is
    the id of this run of the agent, `user` the name of who uses this computer; the policy says
    whether a report has it. `keeper` gives the device of this computer's keeper, empty without one.
    """

    enrolment: Enrolment
    key: DeviceKey
    journal: Chain
    outbox: Outbox
    signs: DeviceKey | None = None
    user: str = ""
    keeper: Callable[[], str] = str
    book: LateBook = field(default_factory=LateBook)
    run: str = field(default_factory=lambda: secrets.token_urlsafe(RUN_BYTES))
    _told: tuple[v1.Control, ...] | None = field(default=None, init=False)
    _asked: v1.Interruptions = field(default_factory=v1.Interruptions, init=False)
    _again: int | None = field(default=None, init=False)

    @property
    def signer(self) -> DeviceKey:
        """The key that signs requests."""
        return self.signs or self.key

    def make(self, snapshot: Snapshot, at: Moment, goodbye: str = "") -> v1.Report:
        """Make the next report; `goodbye` says why it is the last one."""
        cursor = self.outbox.cursor() if self._again is None else self._again
        entries = self._same_epoch(self.journal.read(cursor, v1.MAX_EVENTS))
        events = translation.batch(entries, self.key, most=v1.MAX_EVENTS, largest=LARGEST_BATCH)
        entries = entries[: len(events)]
        mark = self._mark(entries[-1] if entries else None, self.outbox.cursor())
        standing = snapshot.standing
        controls, asked = translation.controls(snapshot), translation.interruptions(snapshot)
        return v1.Report(
            device=self.enrolment.device,
            epoch=mark.epoch,
            seq=mark.seq,
            sent_at=at.iso,
            boot=at.boot,
            hash=mark.hash,
            agent=__version__,
            policy=f"{snapshot.policy.name} {snapshot.policy.version}",
            policy_digest=_proved(snapshot),
            overall=snapshot.overall.value,
            locked=snapshot.locked,
            in_call=snapshot.in_call,
            waiting=self.outbox.waiting(),
            controls=None if controls == self._told else controls,
            events=events,
            seal=self.journal.next_seal(mark.seq).hex(),
            run=self.run,
            goodbye=goodbye,
            since=cursor,
            user=self.user if snapshot.policy.reports.person else "",
            keeper=self.keeper(),
            previous=entries[0].previous.hex() if entries else "",
            links=translation.links(entries, mark.epoch),
            interruptions=None if asked == self._asked else asked,
            follows=orders.stages_asked(snapshot),
            orders=orders.obeyed(snapshot),
            excepted=self.book.digest(),
            policy_expires=standing.expires if standing is not None and standing.signed else "",
            requested=waiting(snapshot)[: v1.MAX_REQUESTED],
        )

    def tell_again(self, after: int) -> bool:
        """Report what follows entry `after` once more; False when the endpoint has all of it.

        Of what the journal holds no longer, only what is left of it is told.
        """
        if not 0 <= after < self.outbox.cursor():
            return False
        self._again = after
        return True

    @property
    def behind(self) -> bool:
        """Check whether there is more to tell again."""
        return self._again is not None

    def _same_epoch(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Return the first entries, as long as they belong under one epoch."""
        epochs = [self.journal.report_epoch(entry.epoch) for entry in entries]
        same = next((i for i, e in enumerate(epochs) if e != epochs[0]), len(entries))
        return entries[:same]

    def _mark(self, last: Entry | None, cursor: int) -> Mark:
        if last is None:
            before = self.journal.read(cursor - 1, 1) if cursor else ()
            last = before[0] if before and before[0].seq == cursor else None
        if last is None:
            epoch = self.journal.head()[0]
            return Mark(epoch=self.journal.report_epoch(epoch), seq=cursor, hash="")
        epoch = self.journal.report_epoch(last.epoch)
        return Mark(epoch=epoch, seq=last.seq, hash=last.hash.hex())

    def receipted(self, report: v1.Report, received: v1.Received) -> bool:
        """Check whether the answer is the endpoint's own receipt for exactly this report."""
        if not signed_by(self.enrolment.receipt_key, received.receipt.encode(), received.signature):
            return False
        try:
            receipt = msgspec.json.decode(received.receipt, type=v1.Receipt)
        except msgspec.DecodeError:
            return False
        named = (receipt.device, receipt.epoch, receipt.seq, receipt.hash)
        if receipt.seal not in {"", report.seal}:
            return False
        return named == (report.device, report.epoch, report.seq, report.hash)

    def settle(self, report: v1.Report, received: v1.Received) -> None:
        """Take the receipt: move the cursor, and remember the posture as told.

        Raises:
            StoreError: the receipt could not be kept; the report is sent again.

        """
        if self._again is not None:
            self._again = report.seq if report.seq < self.outbox.cursor() else None
        if report.seq > self.outbox.cursor():
            self.outbox.advance(report.seq, msgspec.json.encode(received))
        if received.need_posture:
            self._told = None
        elif report.controls is not None:
            self._told = report.controls
        if report.interruptions is not None:
            self._asked = report.interruptions
