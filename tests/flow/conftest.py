"""A whole agent over the simulated desktop, with a real scan child, a real store and real files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.mfa import Verifiers
from agentguard.model.events import PolicyInForce
from agentguard.model.records import Record
from agentguard.model.snapshot import Snapshot
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.policy.parser import parse
from agentguard.ports.desktop import ClipboardHistory
from agentguard.ports.people import Proof
from agentguard.runtime.agent import Agent, Computer, Parts, Person, Storage
from agentguard.runtime.compose import build
from agentguard.runtime.known_checks import shapes
from agentguard.store.agent_store import open_store
from tests.hashes import cheap_at_the_desk, cheap_at_the_endpoint
from tests.server.kept import kept

PATIENCE = 60.0
"""Seconds: a scan's child comes last on a computer, also on one that other tests keep busy."""

POLICY = """
policy: flow
version: 1
description: what the flow tests need
watch: {{folders: ["{folder}"], sweep_minutes: 1}}
contact: {{name: Security desk, phone: "100"}}
retention: [{{folder: "{folder}", days: 30, pattern: "*.old"}}]
controls:
  pii-files: {{respond: [notify, vault]}}
  clipboard: {{respond: [clear-clipboard, notify, coach]}}
  screen-lock: {{respond: [lock], settings: {{limit_minutes: 10}}}}
  reauth: {{respond: [prove], settings: {{groups: [{{name: CRM, images: [crm]}}]}}}}
  retention: {{respond: [purge]}}
"""


@dataclass
class KnownCode:
    """A verifier that accepts one code."""

    code: str = "123456"
    factor: str = "totp"

    def takes(self, answer: str) -> bool:
        return len(answer) == 6

    def verify(self, group: str, answer: str) -> Proof:
        return Proof(accepted=answer == self.code, factor=self.factor)


@dataclass
class Floor:
    """What a test drives and looks at."""

    agent: Agent
    desktop: SimulatedDesktop
    folder: Path
    home: Path
    seen: list[Snapshot] = field(default_factory=list)

    def until(self, holds: Callable[[], object]) -> None:
        """Wait for what a user would notice, within a deadline."""
        import threading  # noqa: PLC0415 - a test waits on a condition

        limit = system_clock().now().boot + PATIENCE
        nothing = threading.Event()
        while not holds():
            assert system_clock().now().boot < limit, "it did not happen in time"
            nothing.wait(0.02)

    def records(self) -> list[Record]:
        return [e.record for e in self.agent.parts.storage.journal.read(0, 10_000)]

    def findings(self, check: str) -> list[str]:
        return [f.subject for f in self.agent.engine.snapshot().findings if f.check == check]


@pytest.fixture(scope="session", autouse=True)
def starts_of_endpoints_are_prepared_once() -> Iterator[None]:
    with kept():
        yield


@pytest.fixture(scope="module", autouse=True)
def hashes_are_cheap() -> Iterator[None]:
    """Who signs in at the console makes ten recovery codes, and a desk has codes of its own."""
    with cheap_at_the_desk(), cheap_at_the_endpoint():
        yield


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Floor]]:
    """Give a starter of agents; each start is a restart on the same data folder."""
    running: list[tuple[Agent, Callable[[], None]]] = []
    folder, home = tmp_path / "desk", tmp_path / "agent"
    folder.mkdir()
    home.mkdir(mode=0o700)

    def end() -> None:
        while running:
            agent, close = running.pop()
            assert agent.stop() == ()
            close()

    def begin(
        idle: float = 0.0,
        words: str = POLICY,
        history: ClipboardHistory | None = None,
        *,
        call: bool = False,
    ) -> Floor:
        end()
        clock = system_clock()
        desktop = SimulatedDesktop(clock)
        desktop.idle(idle)
        desktop.call(on=call)
        store = open_store(home, clock)
        parts = Parts(
            computer=Computer(
                backend=replace(desktop.backend, clipboard_history=history),
                clock=clock,
            ),
            storage=Storage(
                folder=home,
                journal=store.journal,
                outbox=store.outbox,
            ),
            person=Person(
                verifier=Verifiers((KnownCode(),)),
            ),
            scan=ScanClient(Limits(), clock),
        )
        policy = parse(words.format(folder=folder.as_posix()).encode(), "flow.yaml", shapes())
        agent = build(parts, PolicyInForce(at=clock.now(), policy=policy))
        floor = Floor(agent=agent, desktop=desktop, folder=folder, home=home)
        agent.engine.subscribe(floor.seen.append)
        agent.start()
        running.append((agent, store.close))
        return floor

    yield begin
    end()
