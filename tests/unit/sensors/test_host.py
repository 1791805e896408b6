"""The host sensor: every probe at its interval, none in the way of another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from agentguard.base import translations
from agentguard.base.errors import PlatformError
from agentguard.model.events import Event, Facts, SensorState, Watching
from agentguard.model.facts import (
    AntivirusSeen,
    BackupSeen,
    DisksSeen,
    Fact,
    FirewallSeen,
    ProgramsSeen,
)
from agentguard.model.machine import PatchesSeen
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.policy import Contact, Policy, Watch
from agentguard.model.verdicts import State
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.desktop import Probe, StillAsking
from agentguard.runtime.known_checks import catalogue
from agentguard.sensors.host import HostSensor, asked
from agentguard.sensors.update_waits import Waits
from tests.unit.engine.conftest import ListJournal

POLICY = Policy(
    name="test",
    version=1,
    description="",
    watch=Watch(),
    retention=(),
    backup_markers=("/marker",),
    contact=Contact(),
    controls={},
    digest="",
)


DAY = 86400.0


@dataclass
class Machine:
    """Three probes, of which one may fail."""

    problem: Exception | None = None
    policies: list[Policy] = field(default_factory=list)

    def disks(self, at: Moment, _policy: Policy) -> Event:
        if self.problem is not None:
            raise self.problem
        return DisksSeen(at=at)

    def backup(self, at: Moment, policy: Policy) -> Event:
        self.policies.append(policy)
        return BackupSeen(at=at)

    def probes(self) -> tuple[Probe, ...]:
        return (
            Probe(name="disks", every=3600, read=self.disks),
            Probe(name="programs", every=60, read=lambda at, _policy: ProgramsSeen(at=at)),
            Probe(name="backup", every=1800, read=self.backup),
        )


class Running:
    """A running sensor and what it told."""

    def __init__(self, machine: Machine, clock: FakeClock) -> None:
        self.events: list[Event] = []
        self._came = threading.Condition()
        self.stop = threading.Event()
        self.sensor = HostSensor(machine.probes(), lambda: POLICY, clock)
        self._thread = threading.Thread(target=self.sensor.run, args=(self._hear, self.stop))
        self._thread.start()

    def _hear(self, event: Event) -> None:
        with self._came:
            self.events.append(event)
            self._came.notify_all()

    def facts(self) -> list[str]:
        return [type(event).__name__ for event in self.events if isinstance(event, Fact)]

    def states(self) -> list[tuple[str, Watching]]:
        return [(e.sensor, e.state) for e in self.events if isinstance(e, SensorState)]

    def wait(self, facts: int) -> None:
        with self._came:
            assert self._came.wait_for(lambda: len(self.facts()) >= facts, 10), self.events

    def wait_for(self, kind: str, times: int) -> None:
        with self._came:
            assert self._came.wait_for(lambda: self.facts().count(kind) >= times, 10), self.events

    def end(self) -> None:
        self.stop.set()
        self._thread.join(10)
        assert not self._thread.is_alive()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def running(machine: Machine, clock: FakeClock) -> Iterator[Running]:
    started = Running(machine, clock)
    yield started
    started.end()


def test_everything_is_read_at_once_the_frequent_first(running: Running) -> None:
    running.wait(3)
    assert running.facts() == ["ProgramsSeen", "BackupSeen", "DisksSeen"]
    assert running.states() == [("host", Watching.WATCHING)]


def test_each_probe_comes_again_at_its_own_interval(running: Running, clock: FakeClock) -> None:
    running.wait(3)
    for minute in range(60):
        clock.settle()
        clock.advance(60)
        running.wait_for("ProgramsSeen", 2 + minute)
    running.wait_for("DisksSeen", 2)
    facts = running.facts()
    assert facts.count("DisksSeen") == 2
    assert facts.count("BackupSeen") == 3
    assert facts.count("ProgramsSeen") == 61


def test_a_wall_clock_that_jumps_changes_no_interval(running: Running, clock: FakeClock) -> None:
    running.wait(3)
    clock.settle()
    clock.jump_wall(10 * 365 * 86400.0)
    clock.advance(60)
    running.wait(4)
    clock.settle()
    assert running.facts()[3:] == ["ProgramsSeen"]


def test_a_poke_reads_everything_again_now(running: Running, clock: FakeClock) -> None:
    running.wait(3)
    clock.settle()
    running.sensor.poke()
    running.wait(6)


def test_the_policy_in_force_is_handed_on(running: Running, machine: Machine) -> None:
    running.wait(3)
    assert machine.policies == [POLICY]


@pytest.mark.parametrize("problem", [PlatformError("No."), OSError("no"), ValueError("no")])
def test_a_probe_that_fails_is_told_and_the_others_go_on(
    running: Running, machine: Machine, clock: FakeClock, problem: Exception
) -> None:
    running.wait(3)
    clock.settle()
    machine.problem = problem
    running.sensor.poke()
    running.wait(5)
    clock.settle()
    assert running.states()[-1] == ("host.disks", Watching.FAILED)
    (failed,) = [e for e in running.events if isinstance(e, SensorState) and e.message]
    assert "disks" in translations.load().render(failed.message)
    assert "No." not in translations.load().render(failed.message)
    machine.problem = None
    running.sensor.poke()
    running.wait(8)
    clock.settle()
    assert running.states()[-1] == ("host.disks", Watching.WATCHING)


def test_row_141_while_a_question_is_open_what_was_told_before_stands(
    running: Running, machine: Machine, clock: FakeClock
) -> None:
    running.wait(3)
    clock.settle()
    machine.problem = StillAsking("disks", 20.0)
    running.sensor.poke()
    running.wait(5)
    clock.settle()
    assert running.facts().count("DisksSeen") == 1
    assert {state for _, state in running.states()} == {Watching.WATCHING}


def test_one_shot_reads_everything_once(machine: Machine, clock: FakeClock) -> None:
    heard: list[Event] = []
    HostSensor(machine.probes(), lambda: POLICY, clock).look(heard.append, threading.Event())
    assert [type(event).__name__ for event in heard] == ["ProgramsSeen", "BackupSeen", "DisksSeen"]


def test_a_machine_without_probes_is_watched_for_nothing(clock: FakeClock) -> None:
    stop = threading.Event()
    heard: list[Event] = []
    sensor = HostSensor((), lambda: POLICY, clock)
    thread = threading.Thread(target=sensor.run, args=(heard.append, stop))
    thread.start()
    clock.settle()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize("seconds", [3.15e8, -6.3e7], ids=["+10-years", "-2-years"])
def test_a_probe_that_compares_times_is_given_the_wall_time_from_before_a_step(
    seconds: float,
) -> None:
    clock, given, told = FakeClock(), [], []

    def read(at: Moment, _policy: Policy) -> Fact:
        given.append(at.wall)
        return BackupSeen(at=at)

    sensor = HostSensor((Probe(name="backup", every=60, read=read),), lambda: POLICY, clock)
    sensor.look(told.append, threading.Event())
    clock.jump_wall(seconds)
    sensor.look(told.append, threading.Event())
    clock.advance(1)
    sensor.look(told.append, threading.Event())
    assert max(given) - min(given) == 1
    assert told[-1].at == clock.now(), "the evidence has the clock's own time"


def updates(at: Moment, _policy: Policy) -> Event:
    return PatchesSeen(at=at, looked=at.wall, security=1, waiting=("openssl",))


def test_what_waits_is_aged_by_what_was_seen_before_a_restart() -> None:
    clock, journal = FakeClock(), ListJournal()
    probe = Probe(name="patches", every=60, read=updates)
    first = clock.now().wall
    for _ in range(2):
        heard: list[Event] = []
        sensor = HostSensor((probe,), lambda: POLICY, clock, waits=Waits(journal))
        sensor.look(heard.append, threading.Event())
        (seen,) = heard
        assert isinstance(seen, PatchesSeen)
        assert (seen.oldest, seen.at) == (first, clock.now())
        clock.advance(40 * 86400)


def test_a_store_without_room_costs_an_age_and_not_the_fact() -> None:
    heard: list[Event] = []
    probe = Probe(name="patches", every=60, read=updates)
    waits = Waits(ListJournal(full=True))
    HostSensor((probe,), lambda: POLICY, FakeClock(), waits=waits).look(
        heard.append, threading.Event()
    )
    (seen,) = heard
    assert isinstance(seen, PatchesSeen)
    assert (seen.security, seen.oldest, seen.earliest) == (1, None, None)


@pytest.mark.parametrize(
    ("unread", "open_", "said"),
    [
        ("still-asking", 1800.0, "unread.asked-since"),
        ("still-asking", None, "unread.still-asking"),
        ("denied", 1800.0, "unread.denied"),
    ],
)
def test_row_466_what_has_not_answered_is_told_with_when_it_was_asked(
    unread: str, open_: float | None, said: str
) -> None:
    clock, told = FakeClock(), list[Event]()
    probe = Probe(
        name="disks",
        every=60,
        read=lambda at, _policy: DisksSeen(at=at, unread=unread),
        open=lambda: open_,
    )
    HostSensor((probe,), lambda: POLICY, clock).look(told.append, threading.Event())
    (fact,) = (one for one in told if isinstance(one, Fact))
    (why,) = fact.gaps
    now = clock.now().wall
    then, today = (datetime.fromtimestamp(at, UTC).astimezone() for at in (now - 1800, now))
    day = "" if then.date() == today.date() else f"{then:%Y-%m-%d} "
    params = {"time": f"{day}{then:%H:%M}"} if said == "unread.asked-since" else {}
    assert (why.id, why.params) == (said, params)


@pytest.mark.parametrize("check", ["disk-encryption", "firewall", "patches", "antivirus"])
def test_row_466_its_control_is_unknown_and_says_since_when_it_is_asked(check: str) -> None:
    facts = {
        "disk-encryption": DisksSeen,
        "firewall": FirewallSeen,
        "patches": PatchesSeen,
        "antivirus": AntivirusSeen,
    }
    at = FakeClock().now()
    fact = facts[check](at=at, unread="still-asking", asked="10:02")
    found = next(one for one in catalogue() if one.id == check)
    verdict = found.judge(fact, Facts(last={type(fact): fact}), found.settings())
    assert (verdict.state, verdict.message) == (
        State.UNKNOWN,
        say("unread.asked-since", time="10:02"),
    )
    assert "10:02" in translations.load().say(verdict.message.id, **verdict.message.params)


def test_row_466_what_was_asked_on_another_day_is_told_with_its_date() -> None:
    clock = FakeClock()
    at = clock.now()
    probe = Probe(
        name="disks", every=60, read=lambda at, _policy: DisksSeen(at=at), open=lambda: DAY
    )
    then = datetime.fromtimestamp(at.wall - DAY, UTC).astimezone()
    fact = asked(probe, DisksSeen(at=at), at)
    assert fact == DisksSeen(at=at, asked=f"{then:%Y-%m-%d %H:%M}")
