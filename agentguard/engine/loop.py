"""The loop: one thread owns all state; everybody else only submits.

It writes before anything is done, and keeps in memory what the disk refuses for the moment. What
others may know of the state is read only, as it is when they ask.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from agentguard.base.errors import StoreError
from agentguard.engine import posture
from agentguard.engine.core import Replan, decide
from agentguard.engine.mailbox import Post
from agentguard.engine.state import State
from agentguard.model.actions import Action
from agentguard.model.drills import OpenRun
from agentguard.model.events import Event, EventsLost, SensorState, Tick, Watching
from agentguard.model.hits import Hit
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.policy import Control, Policy
from agentguard.model.prompts import Prompt
from agentguard.model.records import Json, Record
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import Finding
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.storage import Journal

LOG = logging.getLogger(__name__)
QUEUE = 8192
CROWD = QUEUE // 4
Changed = Callable[[Snapshot], None]
Give = Callable[[Action], None]
BACKLOG = 5000
JOURNAL = "journal"
PII_FILES = "pii-files"
E = TypeVar("E", bound=Event)


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
        return (SensorState(at=at, sensor=JOURNAL, state=Watching.WATCHING),)

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
            at=at, sensor=JOURNAL, state=Watching.FAILED, message=say("engine.journal-refused")
        )
        return (*told, failed)


@dataclass(slots=True)
class EventQueue:
    """Events that wait for an engine; made before it, for what takes its actions submits too."""

    _waiting: Post[Event] = field(default_factory=lambda: Post(QUEUE))
    _lost: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def __len__(self) -> int:
        """Count what waits."""
        return len(self._waiting)

    def submit(self, event: Event) -> None:
        """Take an event from any thread; never blocks. What does not fit is counted."""
        if not self._waiting.put(event):
            with self._guard:
                self._lost += 1

    def pop(self) -> Event | None:
        """Return the next event if one waits."""
        return self._waiting.pop()

    def until(self, stop: Stop) -> Iterator[Event]:
        """Yield what comes until `stop` is set, and what waits by then."""
        return self._waiting.until(stop, whole=True)

    def take_lost(self) -> int:
        """Return how many events did not fit since the last call."""
        with self._guard:
            lost, self._lost = self._lost, 0
        return lost


@dataclass(slots=True, kw_only=True)
class Engine:
    """Takes `events` in order: decides, writes down, gives actions, publishes."""

    state: State
    ledger: Ledger
    replan: Replan
    clock: Clock
    events: EventQueue = field(default_factory=EventQueue)
    give: Give = field(default=lambda _action: None)
    _changed: tuple[Changed, ...] = ()
    _snapshot: Snapshot | None = None

    def submit(self, event: Event) -> None:
        """Take an event from any thread; never blocks. What does not fit is counted."""
        self.events.submit(event)

    def subscribe(self, changed: Changed) -> None:
        """Call `changed` with every new picture, in the engine's thread."""
        self._changed = (*self._changed, changed)

    def snapshot(self) -> Snapshot:
        """Return the last picture."""
        if self._snapshot is None:
            self._snapshot = posture.snapshot(self.state, self.clock.now())
        return self._snapshot

    def policy(self) -> Policy:
        """Return the policy in force."""
        return self.state.plan.policy

    def known(self) -> Known:
        """Return what others may know of the state, as it is whenever they ask."""
        return Known(lambda: self.state)

    def crowded(self) -> bool:
        """Check whether so much waits that whoever can should hold back what it submits."""
        return len(self.events) > CROWD

    def run(self, stop: Stop) -> None:
        """Work until `stop` is set and the queue is empty."""
        for event in self.events.until(stop):
            try:
                self.step(event)
            except Exception:
                LOG.exception("%s could not be judged; the next event is", type(event).__name__)

    def step(self, event: Event) -> None:
        """Judge one event, and whatever trouble came with it."""
        self._one(event)
        if lost := self.events.take_lost():
            LOG.warning("%d events were lost: the queue was full", lost)
            self._one(EventsLost(at=self.clock.now(), count=lost))
        if isinstance(event, Tick) or not self.events:
            self._publish(event.at)

    def drain(self) -> None:
        """Judge all that waits now; for simulated runs without a thread."""
        while (event := self.events.pop()) is not None:
            self.step(event)

    def _one(self, event: Event) -> None:
        decision = decide(self.state, event, self.replan)
        troubles = self.ledger.write(decision.records, decision.memory, event.at)
        self.state = decision.state
        for action in decision.actions:
            self.give(action)
        for news in (*decision.events, *troubles):
            self.submit(news)

    def _publish(self, at: Moment) -> None:
        fresh = posture.snapshot(self.state, at)
        before, self._snapshot = self._snapshot, fresh
        if before is not None and _same(before, fresh):
            return
        for changed in self._changed:
            try:
                changed(fresh)
            except Exception:
                LOG.exception("a listener of the snapshot failed")


def _same(one: Snapshot, other: Snapshot) -> bool:
    """Compare all but the moment."""
    return all(
        getattr(one, name) == getattr(other, name) for name in Snapshot.__slots__ if name != "at"
    )


@dataclass(frozen=True, slots=True)
class Known:
    """Answers the few questions that sensors, hands and windows have, from any thread."""

    _state: Callable[[], State]

    def findings(self) -> tuple[Finding, ...]:
        """Return every finding that is open."""
        return tuple(self._state().findings.values())

    def subjects(self, check: str) -> tuple[str, ...]:
        """Return what the open findings of a check are about."""
        return tuple(one.subject for one in self.findings() if one.check == check)

    def files(self) -> tuple[str, ...]:
        """Return the paths of the files in which personal data was found."""
        return self.subjects(PII_FILES)

    def hits(self, path: str) -> tuple[Hit, ...]:
        """Return what was found in a file; nothing for one without a finding."""
        finding = self._state().findings.get((PII_FILES, path))
        return finding.hits if finding else ()

    def kinds(self, path: str) -> frozenset[str]:
        """Return the kinds of data that were found in a file."""
        return frozenset(hit.kind for hit in self.hits(path))

    def latest(self, kind: type[E], facet: str = "") -> E | None:
        """Return the last event of a kind; None before the first."""
        return self._state().facts.get(kind, facet)

    def prompt(self, name: str) -> Prompt | None:
        """Return the prompt of this name, while it is open."""
        return self._state().prompts.get(name)

    def control(self, check: str) -> Control:
        """Return what the policy in force says of a check."""
        return self._state().plan.bound[check].control

    def in_call(self) -> bool:
        """Check whether a call is live."""
        return self._state().in_call

    def is_paying(self) -> bool:
        """Check whether a payment window is in front."""
        return self._state().paying.since is not None

    def is_locked(self) -> bool:
        """Check whether the session is known to be locked."""
        return self._state().locked

    def drill(self, run: str) -> OpenRun | None:
        """Return what is known of a run of a drill."""
        return self._state().drills.get(run)
