"""One look at a simulated desk: everything is seen once, nothing is done, and nothing hangs."""

from __future__ import annotations

import inspect
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.engine.posture import SENSOR_OF
from agentguard.mfa import Verifiers
from agentguard.model.events import PolicyInForce
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import State
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.policy.parser import parse
from agentguard.ports.clock import Stop
from agentguard.ports.sensor import OneLook, Submit
from agentguard.runtime.agent import Agent, Computer, Parts, Person, Storage
from agentguard.runtime.compose import build
from agentguard.runtime.known_checks import shapes
from agentguard.runtime.one_shot import Look
from agentguard.store.memory import InMemoryJournal, InMemoryOutbox

CARD = "4539 1488 0343 6467"
PATIENCE = 60.0
POLICY = """
policy: look
version: 1
watch: {{folders: ['{folder}']}}
retention: [{{folder: '{folder}', days: 30, pattern: "*.old"}}]
controls:
  pii-files: {{respond: [notify, vault]}}
  clipboard: {{respond: [clear-clipboard, notify]}}
  screen-lock: {{respond: [lock]}}
  retention: {{respond: [purge]}}
"""


class Desk:
    """An agent over a simulated desktop that is looked at and never started."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "files"
        self.folder.mkdir()
        home = tmp_path / "home"
        home.mkdir()
        self.clock = system_clock()
        self.desktop = SimulatedDesktop(self.clock)
        self.scan = ScanClient(Limits(), self.clock)
        self.journal = InMemoryJournal()
        self._home = home
        self.told: list[str] = []

    def agent(self) -> Agent:
        parts = Parts(
            computer=Computer(
                backend=self.desktop.backend,
                clock=self.clock,
            ),
            storage=Storage(
                folder=self._home,
                journal=self.journal,
                outbox=InMemoryOutbox(self.journal),
            ),
            person=Person(
                verifier=Verifiers(()),
            ),
            scan=self.scan,
        )
        policy = parse(POLICY.format(folder=self.folder).encode(), "look.yaml", shapes())
        return build(parts, PolicyInForce(at=self.clock.now(), policy=policy))

    def look(
        self, agent: Agent | None = None, *, journal: tuple[int, bool] | None = None,
        seconds: float = PATIENCE,
    ) -> Snapshot:  # fmt: skip
        look = Look(agent=agent or self.agent(), journal=journal, progress=self.told.append)
        return look.take(seconds)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.scan.close()


def states(snapshot: Snapshot) -> dict[str, State]:
    return {control.check: control.state for control in snapshot.controls}


def test_every_sensor_that_a_control_rests_on_is_an_actor_of_that_name(desk: Desk) -> None:
    """By its name an agent misses a sensor whose thread is gone."""
    assert {sensor.name for sensor in desk.agent().sensors} >= set(SENSOR_OF.values())


def test_whatever_sees_in_one_look_is_asked_alike(desk: Desk) -> None:
    looking = [sensor for sensor in desk.agent().sensors if isinstance(sensor, OneLook)]
    assert {sensor.name for sensor in looking} == {"files", "host", "retention", "training"}
    for sensor in looking:
        assert list(inspect.signature(sensor.look).parameters)[:2] == ["submit", "stop"]


def test_every_control_of_every_measure_is_told_once(desk: Desk) -> None:
    snapshot = desk.look(journal=(7, True))
    assert {c.measure for c in snapshot.controls} == set(range(1, 11))
    assert len(states(snapshot)) == len(snapshot.controls)
    told = states(snapshot)
    assert told["journal"] is State.PASS
    assert told["disk-encryption"] is State.PASS
    assert sorted(desk.told) == sorted({*desk.told}), "each part is told once"
    assert {"files", "clipboard", "session"} <= set(desk.told)


@pytest.mark.parametrize(
    ("journal", "state"), [(None, State.UNKNOWN), ((7, True), State.PASS), ((7, False), State.FAIL)]
)
def test_the_journal_is_judged_by_what_was_found_of_it(
    journal: tuple[int, bool] | None, state: State, desk: Desk
) -> None:
    assert states(desk.look(journal=journal))["journal"] is state


def test_what_is_wrong_is_told_and_nothing_is_done_about_it(desk: Desk) -> None:
    (desk.folder / "cards.txt").write_text(f"card {CARD}")
    old = desk.folder / "export.old"
    old.write_text("x")
    os.utime(old, (1, 1))
    desk.desktop.copy(f"card {CARD}", "crm")
    desk.desktop.idle(3600)
    snapshot = desk.look()
    told = states(snapshot)
    assert told["pii-files"] is State.FAIL
    assert told["retention"] is State.FAIL
    assert told["clipboard"] is State.FAIL
    assert (desk.folder / "cards.txt").read_text() == f"card {CARD}"
    assert old.exists()
    assert desk.desktop.paste() == f"card {CARD}"
    assert not desk.desktop.locked
    assert desk.desktop.notices == ()
    assert CARD not in repr(snapshot)


def test_a_desk_without_a_desktop_is_unknown_and_never_red(desk: Desk) -> None:
    every = ("session", "clipboard", "foreground", "calls", "notifier")
    desk.desktop = SimulatedDesktop(desk.clock, absent=every)
    told = states(desk.look())
    assert told["clipboard"] is State.UNKNOWN
    assert told["screen-lock"] is State.UNKNOWN


@pytest.mark.parametrize("capability", ["session", "clipboard", "foreground", "calls", "probes"])
def test_one_that_refuses_is_unknown_and_does_not_hold_up_the_rest(
    capability: str, desk: Desk
) -> None:
    (desk.folder / "clean.txt").write_text("nothing about anybody\n")
    desk.desktop.refuse(capability)
    begun = desk.clock.now()
    told = states(desk.look())
    assert desk.clock.now().since(begun) < PATIENCE / 3
    assert State.FAIL not in {told["clipboard"], told["screen-lock"], told["disk-encryption"]}
    assert told["pii-files"] is State.PASS


class Sensor:
    """A sensor that does what a test wants."""

    name = "of the test"

    def __init__(self, run: Callable[[Submit, Stop], None]) -> None:
        self._run = run

    def run(self, submit: Submit, stop: Stop) -> None:
        self._run(submit, stop)


def test_a_sensor_that_fails_has_answered_too(desk: Desk) -> None:
    def fail(_submit: Submit, _stop: Stop) -> None:
        raise RuntimeError("broken")

    agent = desk.agent()
    agent = replace(agent, sensors=(*agent.sensors, Sensor(fail)))
    begun = desk.clock.now()
    snapshot = desk.look(agent)
    assert desk.clock.now().since(begun) < PATIENCE / 3
    assert "of the test" in desk.told
    assert any(s.sensor == "of the test" for s in snapshot.sensors)


def test_a_sensor_that_never_answers_ends_with_the_limit(desk: Desk) -> None:
    release = threading.Event()

    def hang(_submit: Submit, _stop: Stop) -> None:
        release.wait(PATIENCE)

    agent = desk.agent()
    agent = replace(agent, sensors=(*agent.sensors, Sensor(hang)))
    begun = desk.clock.now()
    snapshot = desk.look(agent, seconds=4.0)
    told = tuple(desk.told)
    release.set()
    assert 3.9 < desk.clock.now().since(begun) < PATIENCE / 3
    assert states(snapshot)["disk-encryption"] is State.PASS
    assert "of the test" not in told


def test_a_sensor_that_watches_is_stopped_after_a_moment(desk: Desk) -> None:
    waits: list[bool] = []

    def watch(_submit: Submit, stop: Stop) -> None:
        waits.append(stop.is_set())
        waits.append(stop.wait(0.01))
        waits.append(stop.wait())
        waits.append(stop.is_set())

    agent = desk.agent()
    agent = replace(agent, sensors=(Sensor(watch),))
    desk.look(agent)
    assert waits == [False, False, True, True]


def test_nothing_goes_on_after_the_look(desk: Desk) -> None:
    before = set(threading.enumerate())
    seen: list[str] = []

    def watch(submit: Submit, stop: Stop) -> None:
        stop.wait()
        seen.append(threading.current_thread().name)

    agent = desk.agent()
    agent = replace(agent, sensors=(*agent.sensors, Sensor(watch)))
    desk.look(agent)
    assert seen == ["of the test"]
    left = {t.name for t in set(threading.enumerate()) - before}
    assert not left & {sensor.name for sensor in agent.sensors}
    assert desk.desktop.watchers == 0
