"""A whole agent, opened as the tray and `run` open it: sweeps over restarts, calls, batteries."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import agentguard
from agentguard.model.events import SensorState, SweepFinished
from agentguard.model.verdicts import Finding
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.policy.last_good import Keeper
from agentguard.runtime.agent import Agent
from agentguard.runtime.bootstrap import Place, opened
from agentguard.runtime.known_checks import shapes
from tests.desktop.harness import eventually

CARD = "4556 7375 8689 9855"
LETTER = f"Dear customer, your card number {CARD} was charged.\n"
POLICY = """
policy: sweep
version: {version}
watch: {{folders: ["{folder}"], cpu_percent: 100, on_battery: {on_battery}}}
controls: {{pii-files: {{respond: [], settings: {{bulk_count: {bulk}}}}}}}
"""
PATIENCE = 60.0


@dataclass
class Desk:
    """A folder and an agent that is started again and again."""

    folder: Path
    home: Path
    stack: ExitStack
    desktop: SimulatedDesktop = field(default_factory=lambda: SimulatedDesktop(system_clock()))
    agent: Agent | None = None
    version: int = 1

    def start(
        self, *, on_battery: str = "slow", bulk: int = 25, call: bool = False, battery: bool = False
    ) -> None:
        self.end()
        self.desktop = SimulatedDesktop(system_clock())
        self.desktop.call(call)
        self.desktop.unplug(battery=battery)
        place = Place(folder=self.home, backend=self.desktop.backend, clock=system_clock())
        text = POLICY.format(
            version=self.version, folder=self.folder, on_battery=on_battery, bulk=bulk
        )
        self.version += 1
        Keeper(self.home, shapes(), place.clock).offer(text.encode(), "policy.yaml")
        self.agent = self.stack.enter_context(opened(place))
        self.agent.start()

    def end(self) -> None:
        """Stop it, as at the end of a session."""
        self.stack.close()

    def swept(self) -> SweepFinished:
        assert self.agent is not None
        state = self.agent.engine
        return eventually(lambda: state.state.facts.get(SweepFinished), PATIENCE)

    def findings(self) -> dict[str, Finding]:
        assert self.agent is not None
        every = self.agent.engine.state.findings.values()
        return {Path(f.subject).name: f for f in every if f.check == "pii-files"}

    def finds(self, name: str) -> None:
        """Write a letter and wait until it is found."""
        (self.folder / name).write_text(LETTER)
        eventually(lambda: name in self.findings(), PATIENCE)

    def watched(self) -> None:
        """Wait until the folder is watched."""
        assert self.agent is not None
        engine, watching = self.agent.engine, (SensorState, "files")
        eventually(lambda: watching in engine.state.facts.facets)

    def until(self, *names: str) -> None:
        eventually(lambda: set(self.findings()) == set(names), PATIENCE)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    home, folder = tmp_path / "agent", tmp_path / "desk"
    monkeypatch.setenv("AGENTGUARD_HOME", str(home))
    home.mkdir(mode=0o700)
    folder.mkdir()
    with ExitStack() as stack:
        yield Desk(folder, home, stack)


def test_a_restarted_agent_knows_its_findings_and_reads_no_file_again(desk: Desk) -> None:
    (desk.folder / "export.txt").write_text(LETTER)
    for number in range(50):
        (desk.folder / f"note-{number}.txt").write_text("Call went well.\n")
    desk.start()
    assert desk.swept().files == 51
    desk.until("export.txt")
    desk.start()
    assert desk.swept().files == 51
    desk.until("export.txt")
    assert desk.agent is not None
    assert desk.agent.scan.child_pid is None


def test_a_policy_that_judges_otherwise_needs_no_second_reading(desk: Desk) -> None:
    """Ten addresses are not many under one policy, and many under the next."""
    addresses = "\n".join(f"customer{n}@bluebird-post.net" for n in range(10))
    (desk.folder / "list.txt").write_text(addresses)
    desk.start(bulk=25)
    desk.swept()
    desk.until()
    desk.start(bulk=5)
    desk.until("list.txt")
    assert desk.agent is not None
    assert desk.agent.scan.child_pid is None
    desk.start(bulk=25)
    desk.until()


def test_no_sweep_begins_in_a_call_and_one_does_after_it(desk: Desk) -> None:
    """Once a call is known, that is: what began before may have ended before, or waits."""
    desk.start(call=True)
    agent = desk.agent
    assert agent is not None
    desk.watched()
    eventually(lambda: agent.engine.state.in_call)
    desk.finds("in-the-call.txt")
    before = agent.engine.state.facts.get(SweepFinished)
    next(sensor for sensor in agent.sensors if sensor.name == "files").poke()
    desk.finds("later-in-the-call.txt")
    assert agent.engine.state.facts.get(SweepFinished) is before
    desk.desktop.call(False)
    eventually(lambda: desk.swept().files == 2, PATIENCE)


def test_a_policy_may_have_sweeps_wait_for_mains_power(desk: Desk) -> None:
    (desk.folder / "export.txt").write_text(LETTER)
    desk.start(on_battery="pause")
    assert desk.swept().files == 1
    (desk.home / "seen.db").unlink()
    desk.end()
    desk.start(on_battery="pause", battery=True)
    desk.watched()
    (desk.folder / "now.txt").write_text(LETTER)
    eventually(lambda: "now.txt" in desk.findings(), PATIENCE)
    desk.desktop.unplug(battery=False)
    assert desk.swept().files == 2


@pytest.mark.heavy
def test_a_check_beside_a_running_agent_finds_the_same(desk: Desk) -> None:
    (desk.folder / "export.txt").write_text(LETTER)
    (desk.folder / "note.txt").write_text("Call went well.\n")
    desk.start()
    desk.until("export.txt")
    told = subprocess.run(
        [sys.executable, "-m", "agentguard", "check", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        cwd=Path(agentguard.__file__).parents[1],
    )
    rows = {row["id"]: row for row in json.loads(told.stdout)}
    assert rows["pii-files"]["state"] == "fail", told.stderr
    desk.until("export.txt")


def test_what_is_kept_names_no_file_and_holds_no_value(desk: Desk) -> None:
    (desk.folder / "Miss-Marple-export.txt").write_text(LETTER)
    desk.start()
    desk.until("Miss-Marple-export.txt")
    desk.end()
    written = b"".join(p.read_bytes() for p in desk.home.glob("seen.db*"))
    assert written
    for word in ("Marple", "9855", CARD, CARD.replace(" ", "")):
        assert word.encode() not in written


@pytest.mark.heavy
@pytest.mark.timeout(200)
def test_a_burst_with_thousands_of_findings_loses_none(desk: Desk) -> None:
    """More than is judged at once: what is found waits, and nothing of it is dropped."""
    desk.start()
    desk.swept()
    names = [f"{number}.txt" for number in range(3000)]
    for name in names:
        (desk.folder / name).write_text(LETTER)
    eventually(lambda: len(desk.findings()) == len(names), 150.0, every=0.5)
    assert desk.agent is not None
    health = next(c for c in desk.agent.engine.snapshot().controls if c.check == "agent-health")
    assert health.detail is None or health.detail.id != "agent-health.lost"
