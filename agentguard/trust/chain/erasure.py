"""When what an entry says may be gone: the retention in force, the receipts' clock, and a word.

Erasing is an act like any other: an entry `journal.erased` names the last entry up to which it was
done, and is confirmed by the endpoint as all others are. How old an entry was then is shown by
receipts alone, day by day: it was written before the first receipt that covers it, and erased after
the last receipt that stands before the word. What stands before the first header was written by a
program that did not say so: its own clock must do, against that of the newest receipt.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agentguard.model.messages import Message, say
from agentguard.trust.chain.headers import OWN
from agentguard.trust.chain.links import Row

ERASED_KIND = "journal.erased"
DAYS = 400
"""Longer than the twelve months for which PCI DSS 4.0.1, 10.5.1 has audit records kept."""
LEAST_DAYS = 365
"""A retention that is shorter is something to look at."""
DAY = 86_400


def day_of(at: float) -> int:
    """Return the day of a moment (seconds since 1970), counted in UTC."""
    return int(at // DAY)


def said_at(text: object) -> float:
    """Read a time with its zone by ISO 8601, in seconds since 1970; 0 for anything else."""
    if not isinstance(text, str):
        return 0.0
    try:
        moment = datetime.fromisoformat(text)
        return moment.timestamp() if moment.tzinfo is not None else 0.0
    except (ValueError, OverflowError):
        return 0.0


def old_enough(written: int, erased: int, retention: int) -> bool:
    """Check whether the days of writing and erasing are as far apart as the retention demands."""
    return retention > 0 and erased - written >= retention


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A receipt: the last entry that it covers, and the day of the endpoint's clock."""

    seq: int
    day: int


@dataclass(slots=True)
class Erasures:
    """Judges every erased entry; `receipts` are those that hold, in the order of their numbers.

    A word must be `confirmed`, but where it was written: there the endpoint hears of it soon.
    """

    receipts: Sequence[Seen]
    confirmed: bool = True
    count: int = 0
    """Entries that say nothing any more."""
    _own: list[int] = field(default_factory=list)
    _early: list[tuple[int, int]] = field(default_factory=list)
    """Number and day (by the desk's clock) of those that stand before the first header."""
    _erased: list[int] = field(default_factory=list)
    _allowed: int = 0
    _short: int = 0

    def take(self, row: Row, *, begun: bool, retention: int) -> None:
        """Take the next entry; `begun` tells whether a header came before it, or is it."""
        if row.payload is None and not row.closed:
            self._gone(row, begun=begun)
        elif row.kind == ERASED_KIND:
            self._said(row, retention)
        if 0 < retention < LEAST_DAYS and not self._short:
            self._short = retention

    def _gone(self, row: Row, *, begun: bool) -> None:
        self.count += 1
        if row.kind.startswith(OWN):
            self._own.append(row.seq)
        elif begun:
            self._erased.append(row.seq)
        else:
            self._early.append((row.seq, day_of(row.wall)))

    def _said(self, row: Row, retention: int) -> None:
        """Hear up to where was erased, and believe it when the receipts show that it was time."""
        found = json.loads(row.payload or "{}")
        last = found.get("last") if isinstance(found, dict) else None
        if type(last) is not int or not 0 < last < row.seq:
            return
        if self.confirmed and row.seq > self._newest:
            return
        written, erased = self._first_day(last), self._last_day(row.seq)
        if written is not None and old_enough(written, erased, retention):
            self._allowed = max(self._allowed, last)

    @property
    def _newest(self) -> int:
        return self.receipts[-1].seq if self.receipts else 0

    def _first_day(self, seq: int) -> int | None:
        place = bisect_left(self.receipts, seq, key=lambda each: each.seq)
        return self.receipts[place].day if place < len(self.receipts) else None

    def _last_day(self, seq: int) -> int:
        place = bisect_left(self.receipts, seq, key=lambda each: each.seq)
        return self.receipts[place - 1].day if place else 0

    def unproved(self, retention: int) -> list[int]:
        """Return the entries of which nothing shows that they could be erased, in order."""
        newest = self.receipts[-1].day if self.receipts else 0
        early = [
            seq
            for seq, written in self._early
            if seq > self._allowed and not old_enough(written, newest, retention)
        ]
        return sorted([*self._own, *early, *(seq for seq in self._erased if seq > self._allowed)])

    def told(self, retention: int) -> list[Message]:
        """Return what a person has to look at; `retention` is that of the newest header."""
        notes = []
        if wrong := self.unproved(retention):
            notes.append(say("journal-review.erased", count=len(wrong), entry=wrong[0]))
        if self._short:
            notes.append(say("journal-review.retention", days=self._short))
        return notes
