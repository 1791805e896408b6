"""The journal with a witness: what is important is told to the system's own log once it is kept."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from agentguard.base.errors import AgentGuardError
from agentguard.base.translations import Texts
from agentguard.model.messages import Message
from agentguard.model.moments import Moment
from agentguard.model.records import Entry, Record
from agentguard.ports.desktop import SystemLog
from agentguard.ports.storage import Journal, Memory
from agentguard.store.system_log_events import Happening, happening

LOG = logging.getLogger(__name__)

HOUR = 3600.0
MOST = 60
"""Entries of one id in an hour: a first sweep must not push other programs out of the log."""


class Witness:
    """Tells the system's log; what it refuses is the log's loss alone."""

    def __init__(self, log: SystemLog, words: Texts) -> None:
        self._log = log
        self._words = words
        self._told: dict[int, tuple[Moment, int]] = {}
        self._refused = False

    def tell(self, record: Record) -> None:
        """Tell of a record, if it is one of those."""
        what = happening(record)
        if what is None or (count := self._count(what, record.at)) > MOST:
            return
        text = self._words.render(what.message)
        if count == MOST:
            text = self._words.render(Message(id="system-log.many", params={"text": text}))
        try:
            self._log.write(what.event, what.weight, text)
        except AgentGuardError as error:
            if not self._refused:
                LOG.warning("the system's log is not told: %s", error.title)
            self._refused = True

    def _count(self, what: Happening, at: Moment) -> int:
        since, count = self._told.get(what.event, (at, 0))
        if at.since(since) > HOUR:
            since, count = at, 0
        self._told[what.event] = (since, count + 1)
        return count + 1


class WitnessedJournal:
    """A Journal that tells a witness of each record that was written."""

    def __init__(self, journal: Journal, witness: Witness) -> None:
        self._journal = journal
        self._witness = witness

    def commit(self, records: Sequence[Record], memory: Memory) -> None:
        """Write, and tell afterwards.

        Raises:
            StoreError: nothing of it was written, and nobody is told.

        """
        self._journal.commit(records, memory)
        for record in records:
            self._witness.tell(record)

    def memory(self, prefix: str) -> Memory:
        """Return what is remembered under the keys that begin with `prefix`."""
        return self._journal.memory(prefix)

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        """Return entries of the epoch with a seq greater than `after`, in order."""
        return self._journal.read(after, limit)

    def verify(self) -> tuple[int, bool]:
        """Walk the whole chain: the number of entries, and whether it holds."""
        return self._journal.verify()
