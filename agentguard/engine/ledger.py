"""Writes before anything is done, and keeps in memory what the disk refuses for the moment."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from agentguard.base.errors import StoreError
from agentguard.model.events import Event, EventsLost, SensorState, Watching
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.records import Json, Record
from agentguard.ports.storage import Journal

LOG = logging.getLogger(__name__)

BACKLOG = 5000
NAME = "journal"


@dataclass(slots=True, kw_only=True)
class Ledger:
    """The journal with a bounded backlog: enforcement goes on when the disk does not."""

    journal: Journal
    _records: list[Record] = field(default_factory=list)
    _memory: dict[str, Json] = field(default_factory=dict)
    _failing: bool = False

    def write(
        self, records: tuple[Record, ...], memory: Mapping[str, Json], at: Moment
    ) -> tuple[Event, ...]:
        """Write, with the backlog first; give the events that tell of trouble or its end."""
        self._records.extend(records)
        self._memory.update(memory)
        if not self._records and not self._memory:
            return ()
        try:
            self.journal.commit(self._records, self._memory)
        except StoreError as error:
            return self._refused(error, at)
        self._records, self._memory = [], {}
        if not self._failing:
            return ()
        self._failing = False
        return (SensorState(at=at, sensor=NAME, state=Watching.WATCHING),)

    @property
    def waiting(self) -> bool:
        """Whether a backlog waits for the disk."""
        return bool(self._records or self._memory)

    def _refused(self, error: StoreError, at: Moment) -> tuple[Event, ...]:
        lost = len(self._records) - BACKLOG
        if lost > 0:
            del self._records[:lost]
        told: tuple[Event, ...] = (EventsLost(at=at, count=lost),) if lost > 0 else ()
        if self._failing:
            return told
        self._failing = True
        LOG.error("the journal cannot be written: %s", error.title)
        failed = SensorState(
            at=at, sensor=NAME, state=Watching.FAILED, message=say("engine.journal-refused")
        )
        return (*told, failed)
