"""Collects what a person has to look at in a journal that is whole."""

from __future__ import annotations

import json
from collections.abc import Mapping

from agentguard.model.messages import Message, say
from agentguard.trust.chain.evidence import Evidence
from agentguard.trust.chain.headers import FIRST
from agentguard.trust.chain.links import GAP_KIND, KEY_KIND, Epoch, Gap, Row

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
