"""The loop: one thread owns all state; everybody else only submits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from agentguard.engine import posture
from agentguard.engine.core import Replan, decide
from agentguard.engine.known import Known
from agentguard.engine.ledger import Ledger
from agentguard.engine.mailbox import Post
from agentguard.engine.state import State
from agentguard.model.actions import Action
from agentguard.model.events import Event, EventsLost, Tick
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.model.snapshot import Snapshot
from agentguard.ports.clock import Clock, Stop

LOG = logging.getLogger(__name__)

QUEUE = 8192
CROWD = QUEUE // 4

Changed = Callable[[Snapshot], None]
Give = Callable[[Action], None]


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
