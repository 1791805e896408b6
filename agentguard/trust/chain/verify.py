"""Verifies an exported journal, with nothing but the file and the endpoint's public key.

What a person has to look at in a journal that is whole is collected on the way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agentguard.base import translations
from agentguard.base.errors import JournalBroken, StoreError
from agentguard.model.messages import Message, say
from agentguard.trust.chain import file_format, links
from agentguard.trust.chain.auditor_demands import NOTHING, Demands, written
from agentguard.trust.chain.erasure import Erasures
from agentguard.trust.chain.evidence import Evidence
from agentguard.trust.chain.file_format import unbase64
from agentguard.trust.chain.headers import FIRST, Header, Headers, Origin, header_of, reasons_fit
from agentguard.trust.chain.links import GAP_KIND, KEY_KIND, Epoch, Gap, Row
from agentguard.trust.chain.seals import Seal
from agentguard.trust.chain.walk import Walk

CLOSING_FIELDS = 3
Value = dict[str, object]
CLOCK_BACK = 120.0
"""Seconds that the clock may be set back without a word."""


class Review:
    """Looks at each entry once; what it found is told at the end."""

    def __init__(self) -> None:
        self.last = 0
        self._notes: list[Message] = []
        self._used: set[int] = set()
        self._gaps: list[Gap] = []
        self._announced: list[tuple[int, int]] = []
        self._wall = 0.0
        self._back: list[int] = []
        self._keys = 0

    @property
    def used(self) -> int:
        """The number of epochs that have an entry."""
        return len(self._used)

    def epochs(self, epochs: Mapping[int, Epoch]) -> None:
        """Note every epoch that was begun because the journal did not go on."""
        self._notes.extend(
            say("journal-review.epoch", epoch=e.epoch, first=e.first, reason=e.reason)
            for e in sorted(epochs.values(), key=lambda e: e.epoch)
            if e.reason != FIRST
        )

    def gap(self, gap: Gap) -> None:
        """Note a run of entries that were let go."""
        self._gaps.append(gap)

    def entry(self, row: Row) -> None:
        """Look at an entry."""
        if row.seq > self.last + 1 and not (self._gaps and self._gaps[-1].last == row.seq - 1):
            self._notes.append(say("journal-review.numbers", first=self.last + 1, last=row.seq - 1))
        self.last = row.seq
        self._used.add(row.epoch)
        if row.wall < self._wall - CLOCK_BACK:
            self._back.append(row.seq)
        self._wall = row.wall
        if row.kind == GAP_KIND:
            self._announced.extend(_ranges(row.payload))
        elif row.kind == KEY_KIND:
            self._keys += 1
            if self._keys > 1:
                self._notes.append(say("journal-review.key", entry=row.seq))

    @property
    def unannounced(self) -> bool:
        """Whether entries are missing of which no later entry says that they were let go."""
        return any(not self._covered(gap) for gap in self._gaps)

    def _covered(self, gap: Gap) -> bool:
        place = gap.first
        for first, last in sorted(self._announced):
            if first <= place <= last:
                place = last + 1
        return place > gap.last

    def told(self, evidence: Evidence) -> tuple[Message, ...]:
        """Return all that a person has to look at."""
        notes = list(self._notes)
        if self._gaps:
            count = sum(g.last - g.first + 1 for g in self._gaps)
            notes.append(say("journal-review.gaps", count=count, first=self._gaps[0].first))
        if self._back:
            notes.append(say("journal-review.clock", count=len(self._back), entry=self._back[0]))
        if evidence.missing:
            notes.append(say("journal-review.receipts", count=evidence.missing))
        if evidence.unknown_start:
            notes.append(say("journal-review.seal-start"))
        covered = max(evidence.receipted, evidence.sealed)
        if evidence.expects_seals and covered < self.last:
            notes.append(say("journal-review.unsealed", first=covered + 1, last=self.last))
        return tuple(notes)


def _ranges(payload: str | None) -> list[tuple[int, int]]:
    """Read what an entry says was let go."""
    found = json.loads(payload) if payload is not None else {}
    ranges = found.get("ranges") if isinstance(found, dict) else None
    return [
        (pair[0], pair[1])
        for pair in (ranges if isinstance(ranges, list) else ())
        if isinstance(pair, list) and [type(n) for n in pair] == [int, int]
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a file holds whose chain holds; `erased` entries have lost their payload to retention.

    `receipted` is the number of the last entry that the endpoint confirmed and `receipted_at` when
    it did (ISO 8601, UTC), `sealed` of the last one under a seal, 0 for none. `review` says what is
    open: only where it is empty everything that was demanded is proved.
    """

    entries: int
    epochs: int
    erased: int
    head: str
    device: str
    receipt_key: str
    last: int
    receipted: int
    receipted_at: str
    sealed: int
    review: tuple[Message, ...]


def verify_file(path: Path, demands: Demands = NOTHING) -> Verified:
    """Verify an exported journal against what is demanded of it.

    Raises:
        JournalBroken: it is not whole, or refused since nothing in it is the endpoint's; the index
            is that of the first bad entry, or the number of good entries when it is another line.
        StoreError: the file could not be read.

    """
    verifier = Verifier(demands)
    try:
        with path.open("rb") as file:
            while line := file.readline(file_format.LONGEST_LINE):
                verifier.take(line)
    except OSError as error:
        raise StoreError(f"{path} could not be read.", "Check the name and its rights.") from error
    return verifier.finish()


class Verifier:
    """Takes line after line and remembers how many entries were good.

    A line that is refused leaves it as it was, but for its place in the file.
    """

    def __init__(self, demands: Demands = NOTHING) -> None:
        self._demands = demands
        self._digest = hashlib.sha256()
        self._line = 0
        self._good = 0
        self._head = links.GENESIS
        self._begun = False
        self._closed = False
        self._review = Review()
        self._walk = Walk({})
        self._evidence = Evidence(device="", device_key=b"", receipt_key=b"", epochs={})
        self._headers = Headers(Header(format="", origin=Origin(), epochs=()))
        self._erasures = Erasures(())

    def take(self, line: bytes) -> None:
        """Take the next line, with its line feed.

        Raises:
            JournalBroken: it is not one that may stand here.

        """
        self._line += 1
        value = self._parsed(line)
        if self._closed:
            raise self._broken("after")
        if not self._begun:
            self._first(line, value)
        elif "kind" in value:
            self._entry(line, value)
        elif "closing" in value:
            self._close(line, value)
        else:
            self._other(line, value)
        self._digest.update(line)

    def finish(self) -> Verified:
        """Say what the file holds, after its last line.

        Raises:
            JournalBroken: there must be more.

        """
        if not self._begun:
            raise self._broken("start")
        if not self._closed:
            raise self._broken("cut")
        return self._result()

    def _entry(self, line: bytes, value: Value) -> None:
        row = file_format.row_of(value)
        if row is None:
            raise self._broken("line")
        if not self._walk.follows(row):
            raise self._broken("order")
        if not links.holds(row):
            raise self._broken("changed")
        self._spelling(line, file_format.entry_line(row))
        if not self._evidence.receipt_fits(row):
            raise self._broken("receipt-other")
        if not self._evidence.seal_fits(row):
            raise self._broken("seal-other")
        if not self._headers.take(row):
            raise self._broken("header")
        begun, retention = bool(self._headers.begun), self._headers.retention
        self._erasures.take(row, begun=begun, retention=retention)
        self._review.entry(row)
        self._good += 1
        self._head = row.hash

    def _other(self, line: bytes, value: Value) -> None:
        """Take a line that is no entry: what vouches stands before the first of them."""
        match value:
            case {"receipt": str(text), "signature": str(signature)} if self._before_seals():
                self._spelling(line, file_format.spelled({"receipt": text, "signature": signature}))
                if not self._evidence.take_receipt(text, signature):
                    raise self._broken("receipt")
            case {"seal": int()} if not self._good:
                self._seal(line, file_format.seal_of(value))
            case {"gap": int()}:
                self._gap(line, file_format.gap_of(value))
            case _:
                raise self._broken("line")

    def _before_seals(self) -> bool:
        return self._evidence.takes_receipts and not self._good

    def _seal(self, line: bytes, seal: Seal | None) -> None:
        if seal is None:
            raise self._broken("line")
        self._spelling(line, file_format.seal_line(seal))
        if not self._evidence.take_seal(seal):
            raise self._broken("seal")

    def _gap(self, line: bytes, gap: Gap | None) -> None:
        if gap is None:
            raise self._broken("line")
        self._spelling(line, file_format.gap_line(gap))
        if not self._walk.skip(gap):
            raise self._broken("order")
        self._review.gap(gap)

    def _parsed(self, line: bytes) -> Value:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise self._broken("line")
        return value

    def _spelling(self, line: bytes, expected: bytes) -> None:
        if line != expected:
            raise self._broken("line")

    def _broken(self, what: str) -> JournalBroken:
        said = translations.load().say(
            f"journal-broken.{what}", entry=self._good + 1, line=self._line
        )
        return JournalBroken(said, self._good, what)

    def _first(self, line: bytes, value: Value) -> None:
        found = header_of(value)
        if found is None:
            raise self._broken("start")
        self._spelling(line, file_format.spelled(value))
        if not found.old and not reasons_fit(found.epochs):
            raise self._broken("reason")
        if self._demands.key and found.origin.receipt_key != self._demands.key:
            raise self._broken("other-key" if found.origin.receipt_key else "no-receipt")
        known = {e.epoch: e for e in found.epochs}
        self._begun, self._walk, self._headers = True, Walk(known), Headers(found)
        self._review.epochs(known)
        self._evidence = Evidence(
            device=found.origin.device,
            device_key=unbase64(found.origin.device_key),
            receipt_key=unbase64(found.origin.receipt_key),
            epochs=known,
            timed=not found.old,
        )
        self._erasures = Erasures(self._evidence.seen)

    def _close(self, line: bytes, value: Value) -> None:
        if value.get("file") != self._digest.hexdigest():
            raise self._broken("digest")
        self._spelling(line, file_format.spelled(value))
        named = (value.get("closing"), value.get("head"), len(value))
        if named != (self._good, self._head.hex(), CLOSING_FIELDS):
            raise self._broken("closing")
        if not self._walk.complete:
            raise self._broken("epoch")
        if self._review.unannounced:
            raise self._broken("gap")
        if self._good and not self._headers.fits:
            raise self._broken("header")
        if self._demands.key and not self._good:
            raise self._broken("empty")
        if self._demands.key and not self._evidence.receipted:
            raise self._broken("no-receipt")
        self._closed = True

    def _result(self) -> Verified:
        review, evidence = self._review, self._evidence
        newest = max(evidence.epochs)
        said = self._headers.told() if self._good else [say("journal-review.empty")]
        said += self._erasures.told(self._headers.retention)
        said += self._demands.unmet(evidence, last=review.last, epoch=newest)
        return Verified(
            entries=self._good,
            epochs=review.used,
            erased=self._erasures.count,
            head=self._head.hex(),
            device=evidence.device,
            receipt_key=self._headers.first_line.origin.receipt_key,
            last=review.last,
            receipted=evidence.receipted,
            receipted_at=written(evidence.receipted_at) if evidence.receipted else "",
            sealed=evidence.sealed,
            review=(*review.told(evidence), *said),
        )
