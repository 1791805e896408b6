"""An incident is one incident, whenever the agent is killed and however often it is handed in."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from agentguard.engine import before
from agentguard.engine.core import begin
from agentguard.engine.loop import Engine, Ledger
from agentguard.engine.plan import make_plan
from agentguard.model.events import IncidentReported, PolicyInForce, Tick
from agentguard.model.incidents import IncidentCategory
from agentguard.platforms.simulated import FakeClock
from agentguard.policy.parser import parse
from agentguard.ports.storage import Journal
from agentguard.runtime.known_checks import catalogue, shapes
from agentguard.store.agent_store import open_store
from agentguard.store.memory import InMemoryJournal
from tests.unit.killing import killed_at

NUMBER = "T7HH-DKM2"
CHECKS = catalogue()
POLICY = parse(b"policy: kills\nversion: 1\n", "kills.yaml", shapes())


def engine(journal: Journal) -> Engine:
    """Return an engine with what its journal remembers."""
    clock = FakeClock()
    first = PolicyInForce(at=clock.now(), policy=POLICY)
    return Engine(
        state=begin(
            make_plan(CHECKS, POLICY), first, (), (), before=before.read_back(journal.memory)
        ),
        ledger=Ledger(journal=journal),
        replan=lambda event: make_plan(CHECKS, event.policy),
        clock=clock,
    )


def hand_in(one: Engine) -> None:
    """Hand the report in, as the page does until it is seen to be written down."""
    one.submit(
        IncidentReported(
            at=one.clock.now(), id=NUMBER, category=IncidentCategory.OTHER, note="what I saw"
        )
    )
    one.drain()


def reports(journal: Journal) -> int:
    return sum(entry.record.kind == "incident.reported" for entry in journal.read(0, 1000))


@pytest.mark.posix
def test_row_250_killed_at_any_moment_a_report_is_written_once(tmp_path: Path) -> None:
    """A number that a person saw is in the journal; one that was not is handed in again."""
    random.seed(250)
    calls, step, killed = 0, 0, True
    while killed:
        folder = tmp_path / str(step)
        folder.mkdir()
        open_store(folder).close()

        def report(where: Path = folder) -> None:
            store = open_store(where)
            hand_in(engine(store.journal))
            store.close()

        killed = killed_at(calls, report)
        store = open_store(folder)
        again = engine(store.journal)
        seen = [one.number for one in again.snapshot().reported]
        assert reports(store.journal) == len(seen) <= 1
        hand_in(again)
        hand_in(again)
        assert reports(store.journal) == 1
        assert [one.number for one in again.snapshot().reported] == [NUMBER]
        store.close()
        calls, step = calls + random.randint(1, 15), step + 1
    assert step > 10


def test_row_250_a_disk_that_refuses_for_a_while_loses_no_report() -> None:
    journal = InMemoryJournal()
    one = engine(journal)
    journal.refuse = True
    hand_in(one)
    hand_in(one)
    assert reports(journal) == 0
    journal.refuse = False
    one.submit(Tick(at=one.clock.now()))
    one.drain()
    hand_in(one)
    assert reports(journal) == 1
