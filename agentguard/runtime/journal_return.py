"""Brings a journal that had to begin in memory back to the disk, with what was written meanwhile.

What was in memory is written in its order behind an entry that says how many entries come, and how
many were let go for want of room: whoever reads the journal sees where it was not on the disk. The
agent then begins anew, for all of it hangs on the journal that it began with.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event

from agentguard.base.errors import AgentGuardError
from agentguard.engine import memory
from agentguard.model.records import Json, Record
from agentguard.ports.clock import Clock, Stop
from agentguard.store.agent_store import Store
from agentguard.trust.chain import links
from agentguard.trust.chain.erasure import ERASED_KIND
from agentguard.trust.chain.headers import CONFLICT, HEADER_KIND

LOG = logging.getLogger(__name__)

EACH = 30.0
"""Seconds between two tries."""
CARRIED_KIND = "journal.carried"
PORTION = 500
_OF_THAT_CHAIN = frozenset(
    {HEADER_KIND, ERASED_KIND, CARRIED_KIND, links.EPOCH_KIND, links.GAP_KIND, links.KEY_KIND}
)
_REMEMBERED = (memory.FINDING, memory.NOTICE, memory.LESSON)


@dataclass(slots=True)
class JournalReturn:
    """Carries what a `store` in memory holds to the one that `on_disk` opens; sets `anew` then."""

    store: Store
    on_disk: Callable[[], Store]
    clock: Clock
    anew: Event = field(default_factory=Event)
    _last: int = 0
    _lost: int = 0

    def run(self, stop: Stop) -> None:
        """Try now and then until it is done."""
        while not self.clock.wait(stop, EACH):
            if self.carry():
                self.anew.set()
                stop.wait()
                return

    def carry(self) -> bool:
        """Write what is not on the disk yet; tell whether all of it is there now."""
        try:
            with closing(self.on_disk()) as kept:
                self._write(kept)
        except (AgentGuardError, OSError) as error:
            LOG.info("the journal stays in memory: %s", type(error).__name__)
            return False
        return True

    def _write(self, kept: Store) -> None:
        found = list(self._unkept())
        if not found:
            return
        lost = sum(gap.last - gap.first + 1 for gap in self.store.journal.gaps().values())
        told = [record for _, record in found if record.kind not in _OF_THAT_CHAIN]
        payload: dict[str, Json] = {"entries": len(told), "lost": lost - self._lost}
        note = Record(kind=CARRIED_KIND, at=self.clock.now(), payload=payload)
        known, own = self.store.journal.head()[0], kept.journal.head()[0]
        if self.store.outbox.cursor() and own <= known:
            kept.journal.begin_epoch(CONFLICT, note.at, above=known)
        remembered = {
            key: value
            for prefix in _REMEMBERED
            for key, value in self.store.journal.memory(prefix).items()
        }
        kept.journal.commit([note, *told], remembered)
        self._last, self._lost = found[-1][0], lost

    def _unkept(self) -> Iterator[tuple[int, Record]]:
        """Yield the entries in memory that are not on the disk, each with its number."""
        after = self._last
        while batch := self.store.journal.read(after, PORTION):
            for entry in batch:
                yield entry.seq, entry.record
            after = batch[-1].seq
