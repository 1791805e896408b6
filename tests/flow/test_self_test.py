"""A control that does not work is found by the agent itself, and a supervisor reads of it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from agentguard.detect.extractor import Extractor
from agentguard.model.events import JournalChecked, PolicyInForce
from agentguard.model.moments import Moment
from agentguard.model.own_health import ControlsTested
from agentguard.platforms.simulated import FakeClock
from agentguard.policy.parser import parse
from agentguard.ports.clock import Stop
from agentguard.runtime.agent import Agent
from agentguard.runtime.compose_vault import self_test
from agentguard.runtime.known_checks import shapes
from agentguard.server.tamper import items
from tests.flow.conftest import Floor
from tests.flow.test_console import Seat, centre, seat

__all__ = ["centre", "seat"]  # fixtures
ALL = {"pii-files", "clipboard", "journal", "vault"}


class Hurrying(FakeClock):
    """A clock on which waiting takes no time."""

    def wait(self, stop: Stop, seconds: float) -> bool:
        self.advance(seconds)
        return stop.is_set()


def test_now(agent: Agent) -> tuple[set[str], set[str]]:
    """Test the controls of an agent as it does each day; give what worked and what failed."""
    agent.engine.submit(JournalChecked(at=agent.clock.now(), entries=1, whole=True))
    while agent.engine.state.facts.get(JournalChecked) is None:
        agent.clock.wait(threading.Event(), 0.02)
    test = self_test(agent.parts.storage, agent.clock, agent.scan, agent.engine, agent.desk.vault)
    told = replace(test, clock=Hurrying()).test(threading.Event())
    assert told is not None
    told = replace(told, at=agent.clock.now())
    agent.engine.submit(told)
    while agent.engine.state.facts.get(ControlsTested) != told:  # else it is not journaled yet
        agent.clock.wait(threading.Event(), 0.02)
    return set(told.worked), set(told.failed)


test_now.__test__ = False  # type: ignore[attr-defined] # it is none


def no_formats() -> tuple[Extractor, ...]:
    """Read nothing, as a scan that is broken."""
    return ()


def break_vault(home: Path) -> Path:
    items_ = home / "vault" / "items"
    shutil.rmtree(items_, ignore_errors=True)
    items_.parent.mkdir(exist_ok=True)
    items_.write_text("something that is no folder")
    return items_


def test_every_control_of_a_whole_agent_works(start: Callable[[], Floor]) -> None:
    floor = start()
    before = floor.desktop.paste()
    assert test_now(floor.agent) == (ALL, set())
    assert floor.desktop.paste() == before, "the person's clipboard is not touched"
    assert floor.agent.desk.vault_items() == ()
    assert not list(floor.home.glob("self-test*"))
    floor.until(lambda: "control.tested" in [r.kind for r in floor.records()])
    assert floor.findings("agent-health") == []
    assert floor.findings("pii-files") == [], "what was planted is nobody's finding"


def test_what_the_policy_wants_off_is_not_tested(start: Callable[..., Floor]) -> None:
    floor = start()
    words = b"policy: p\nversion: 2\ndetection: {off: [PAN]}\n"
    off = parse(words, "p", shapes())
    floor.agent.engine.submit(PolicyInForce(at=floor.agent.clock.now(), policy=off))
    floor.until(lambda: floor.agent.engine.policy().detection.off)
    assert test_now(floor.agent) == ({"journal", "vault"}, set())


def test_a_scan_that_finds_nothing_and_a_vault_that_is_broken_are_findings_until_they_work(
    start: Callable[[], Floor],
) -> None:
    floor = start()
    broken = break_vault(floor.home)
    scan = floor.agent.scan
    whole = scan._errand
    scan._errand = replace(whole, extractors=f"{__name__}:no_formats")
    scan._end()
    assert test_now(floor.agent) == ({"clipboard", "journal"}, {"pii-files", "vault"})
    floor.until(lambda: floor.findings("agent-health") != [])
    kinds = [(r.kind, r.payload.get("control")) for r in floor.records()]
    assert ("control.failed", "vault") in kinds
    assert not [s.prompts for s in floor.seen if s.prompts], "nobody is disturbed by it"
    broken.unlink()
    scan._errand = whole
    scan._end()
    assert test_now(floor.agent) == (ALL, set())
    floor.until(lambda: floor.findings("agent-health") == [])


def test_a_journal_that_was_not_looked_at_for_two_days_does_not_work(
    start: Callable[[], Floor],
) -> None:
    floor = start()
    agent = floor.agent
    floor.until(lambda: agent.engine.state.facts.get(JournalChecked))  # its own at the start
    test = self_test(
        agent.parts.storage, agent.clock, agent.scan, agent.engine, agent.desk.vault
    ).tests["journal"]
    for ago, whole, works in ((0, True, True), (0, False, False), (49 * 3600, True, False)):
        at = agent.clock.now()
        at = Moment(boot=at.boot - ago, wall=at.wall - ago)
        told = JournalChecked(at=at, entries=3, whole=whole)
        agent.engine.submit(told)
        floor.until(lambda told=told: agent.engine.state.facts.get(JournalChecked) == told)
        assert test() is works


def test_a_supervisor_reads_which_control_does_not_work(seat: Seat) -> None:
    break_vault(seat.home)
    assert test_now(seat.agent)[1] == {"vault"}
    seat.until(seat.delivered)
    found = seat.centre.admin._database.run(items.to_review)
    failed = [item.params for item in found if item.kind == "control-failed"]
    assert failed == [{"control": "vault"}]
