"""Follows the chain from entry to entry, over the gaps and through the epochs."""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.trust.chain import links
from agentguard.trust.chain.links import Epoch, Gap, Row


class Walk:
    """Follows the chain row by row; `step` tells whether the next row stands where it must."""

    def __init__(self, epochs: Mapping[int, Epoch], gaps: Mapping[int, Gap] | None = None) -> None:
        """Walk through `epochs`; `gaps` are known beforehand by their first number, if at all."""
        self._epochs = epochs
        self._gaps = dict(gaps or {})
        self._last: tuple[int, int, bytes] | None = None

    def step(self, row: Row) -> bool:
        """Take the next row; False when the chain does not hold here."""
        return self.follows(row) and links.holds(row)

    def follows(self, row: Row) -> bool:
        """Take the next row; False when it does not stand where it must, whatever it holds."""
        if self._gaps:
            self._skip_known(row)
        good = self._stands(row.epoch, row.seq, row.previous)
        self._last = (row.epoch, row.seq, row.hash)
        return good

    def skip(self, gap: Gap) -> bool:
        """Take a run of entries that were let go; False when it does not stand where it must."""
        epoch = self._last[0] if self._last is not None else min(self._epochs, default=0)
        good = gap.last >= gap.first and self._stands(epoch, gap.first, gap.previous)
        self._last = (epoch, gap.last, gap.hash)
        return good

    def _skip_known(self, row: Row) -> None:
        seq = self._last[1] + 1 if self._last is not None else min(self._gaps, default=0)
        gap = self._gaps.get(seq)
        if gap is not None and gap.last < row.seq and self.skip(gap):
            del self._gaps[seq]

    def _stands(self, epoch: int, seq: int, previous: bytes) -> bool:
        last = self._last
        if last is not None and epoch == last[0]:
            return seq == last[1] + 1 and previous == last[2]
        begun = self._epochs.get(epoch)
        if begun is None or (seq, previous) != (begun.first, begun.previous):
            return False
        if any(e.first != seq for e in self._passed(epoch)):
            return False
        return last is None or (epoch > last[0] and seq > last[1] and previous == last[2])

    def _passed(self, epoch: int) -> list[Epoch]:
        """Return the epochs that were passed over: they hold when they never had an entry."""
        after = self._last[0] if self._last is not None else 0
        return [e for e in self._epochs.values() if after < e.epoch < epoch]

    @property
    def complete(self) -> bool:
        """Whether nothing must follow: every epoch but the first has an entry, every gap a place.

        A gap at the very end is none: what is let go is always older than the newest entry.
        """
        last = self._last[0] if self._last is not None else min(self._epochs, default=0)
        return not self._gaps and all(epoch <= last for epoch in self._epochs)
