"""A whole agent on a clock in the hand, whose computer can be put to sleep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.mfa import Verifiers
from agentguard.model.events import PolicyInForce
from agentguard.model.facts import ProgramsSeen
from agentguard.model.moments import Moment
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.policy.parser import parse
from agentguard.ports.desktop import Probe
from agentguard.runtime.agent import Agent, Computer, Parts, Person, Storage
from agentguard.runtime.compose import build
from agentguard.runtime.known_checks import shapes
from agentguard.sensors.file_memory import MemorySeen
from agentguard.store.memory import InMemoryJournal, InMemoryOutbox
from tests.desktop.harness import eventually
from tests.faults.seated import POLICY

WAITING = 3
"""So many threads of an agent wait on its clock when there is nothing to do."""


class Counting(MemorySeen):
    """Counts the sweeps that begin, and those that come to their end."""

    sweeps = ended = 0

    def sweep_begins(self) -> None:
        self.sweeps += 1
        super().sweep_begins()

    def sweep_ended(self) -> None:
        super().sweep_ended()
        self.ended += 1


class Sleeper:
    """A whole agent on a clock in the hand, whose computer can be put to sleep."""

    def __init__(self, place: Path) -> None:
        self.clock = FakeClock()
        self.desktop = SimulatedDesktop(self.clock)
        self.seen, self.reads = Counting(), 0
        self.journal = InMemoryJournal()
        (place / "Documents").mkdir()
        (place / "Documents" / "a.txt").write_text("nothing")
        probe = Probe(name="programs", every=60, read=self._read)
        self.agent: Agent = build(
            Parts(
                computer=Computer(
                    backend=replace(self.desktop.backend, probes=(probe,)),
                    clock=self.clock,
                ),
                storage=Storage(
                    folder=place,
                    journal=self.journal,
                    outbox=InMemoryOutbox(self.journal),
                    seen=self.seen,
                ),
                person=Person(
                    verifier=Verifiers(()),
                ),
                scan=ScanClient(Limits(), self.clock),
            ),
            PolicyInForce(
                at=self.clock.now(),
                policy=parse(POLICY.format(folder=place / "Documents").encode(), "x", shapes()),
            ),
        )
        self.agent.start()
        eventually(lambda: self.seen.ended == 1 and self.reads == 1)
        self.sleep(1)

    def _read(self, at: Moment, _policy: object) -> ProgramsSeen:
        self.reads += 1
        return ProgramsSeen(at=at, images=frozenset())

    def sleep(self, seconds: float) -> None:
        self.clock.settle(WAITING)
        self.clock.advance(seconds)
        self.clock.settle(WAITING)

    def kinds(self, kind: str) -> int:
        return sum(e.record.kind == kind for e in self.journal.read(0, 100_000))


@pytest.fixture
def sleeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sleeper]:
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path))
    one = Sleeper(tmp_path)
    yield one
    assert one.agent.stop() == ()
