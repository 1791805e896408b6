"""The retention sensor: age by two clocks, of which the more lenient counts."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePath

import pytest

from agentguard.model.events import Event
from agentguard.model.facts import RetentionSeen
from agentguard.model.lived_time import DAY
from agentguard.model.policy import Contact, Policy, Watch
from agentguard.model.retention_rules import RetentionRule
from agentguard.platforms.simulated import FakeClock
from agentguard.sensors import retention
from agentguard.sensors.lived_clock import LenientWall
from agentguard.sensors.retention import EVERY, FIRST, RetentionSensor
from agentguard.sensors.sweep_pacing import AGAIN, Circumstances, never


def policy_of(*rules: RetentionRule) -> Policy:
    return Policy(
        name="test",
        version=1,
        description="",
        watch=Watch(),
        retention=rules,
        backup_markers=(),
        contact=Contact(),
        controls={},
        digest="",
    )


def aged(path: Path, clock: FakeClock, days: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    then = clock.now().wall - days * DAY
    os.utime(path, (then, then))
    return path


def look(policy: Policy, clock: FakeClock, sensor: RetentionSensor | None = None) -> RetentionSeen:
    heard: list[Event] = []
    (sensor or RetentionSensor(lambda: policy, clock)).look(heard.append, threading.Event())
    (seen,) = heard
    assert isinstance(seen, RetentionSeen)
    return seen


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_files_past_their_age_are_listed_with_their_rule(tmp_path: Path, clock: FakeClock) -> None:
    old = aged(tmp_path / "sub" / "old.csv", clock, 40.5)
    aged(tmp_path / "young.csv", clock, 29.9)
    aged(tmp_path / "old.doc", clock, 99)
    rule = RetentionRule(folder=str(tmp_path), days=30, pattern="*.csv")
    seen = look(policy_of(rule), clock)
    assert [(f.path, f.rule, f.age_days) for f in seen.old] == [(str(old), f"{tmp_path}/*.csv", 40)]
    assert (seen.rules, seen.count) == (1, 1)


def test_no_rules_is_an_answer(clock: FakeClock) -> None:
    seen = look(policy_of(), clock)
    assert (seen.rules, seen.old, seen.count) == (0, (), 0)


def test_a_folder_that_is_missing_holds_nothing_old(tmp_path: Path, clock: FakeClock) -> None:
    seen = look(policy_of(RetentionRule(folder=str(tmp_path / "none"), days=1)), clock)
    assert (seen.rules, seen.count) == (1, 0)


@pytest.mark.posix
def test_links_are_not_followed(tmp_path: Path, clock: FakeClock) -> None:
    aged(tmp_path / "outside" / "old.csv", clock, 99)
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "link.csv").symlink_to(tmp_path / "outside" / "old.csv")
    (folder / "away").symlink_to(tmp_path / "outside")
    assert look(policy_of(RetentionRule(folder=str(folder), days=1)), clock).count == 0


@pytest.mark.parametrize("folder", ["", "agent", "agent/vault"])
def test_the_agents_own_files_are_never_old(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    """A rule for the user's home, or for our folder itself, must not end our journal."""
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path / "agent"))
    aged(tmp_path / "agent" / "journal.db", clock, 99)
    aged(tmp_path / "agent" / "vault" / "1.age", clock, 99)
    old = aged(tmp_path / "agents.csv", clock, 99)
    seen = look(policy_of(RetentionRule(folder=str(tmp_path / folder), days=1)), clock)
    assert [f.path for f in seen.old] == ([] if folder else [str(old)])


def test_the_list_has_an_end_and_the_count_has_not(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "LISTED", 3)
    for number in range(5):
        aged(tmp_path / f"{number}.csv", clock, 99)
    seen = look(policy_of(RetentionRule(folder=str(tmp_path), days=1)), clock)
    assert (len(seen.old), seen.count) == (3, 5)


@pytest.mark.parametrize("years", [1, 10])
def test_a_wall_clock_that_jumps_ahead_makes_nothing_old(
    tmp_path: Path, clock: FakeClock, years: int
) -> None:
    aged(tmp_path / "today.csv", clock, 0)
    policy = policy_of(RetentionRule(folder=str(tmp_path), days=30))
    sensor = RetentionSensor(lambda: policy, clock)
    clock.jump_wall(years * 365 * DAY)
    assert look(policy, clock, sensor).count == 0
    clock.advance(EVERY)
    assert look(policy, clock, sensor).count == 0


def test_a_wall_clock_that_was_set_right_is_believed_after_a_steady_day(clock: FakeClock) -> None:
    wall = LenientWall(clock)
    clock.jump_wall(40 * DAY)
    assert wall.now() == pytest.approx(clock.now().wall - 40 * DAY)
    clock.advance(DAY / 2)
    assert wall.now() == pytest.approx(clock.now().wall - 40 * DAY)
    clock.advance(DAY / 2 + 1)
    assert wall.now() == pytest.approx(clock.now().wall)


def test_a_second_jump_begins_the_day_again(clock: FakeClock) -> None:
    wall = LenientWall(clock)
    clock.jump_wall(40 * DAY)
    wall.now()
    clock.advance(DAY - 60)
    clock.jump_wall(DAY)
    wall.now()
    clock.advance(120)
    assert wall.now() < clock.now().wall - 40 * DAY


def test_a_wall_clock_set_back_is_believed_at_once(clock: FakeClock) -> None:
    wall = LenientWall(clock)
    clock.jump_wall(-3 * DAY)
    assert wall.now() == pytest.approx(clock.now().wall)


def test_a_clock_that_is_slewed_is_followed(clock: FakeClock) -> None:
    wall = LenientWall(clock)
    for _ in range(20):
        clock.advance(60)
        clock.jump_wall(0.5)
        assert wall.now() == pytest.approx(clock.now().wall)


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    stop = threading.Event()
    yield stop
    stop.set()


class Running:
    """A running sensor, moved by its clock."""

    def __init__(
        self,
        policy: list[Policy],
        clock: FakeClock,
        stop: threading.Event,
        busy: Callable[[], bool] = never,
    ) -> None:
        self.heard: list[RetentionSeen] = []
        self._came = threading.Condition()
        self.sensor = RetentionSensor(lambda: policy[0], clock, Circumstances(busy=busy))
        self._thread = threading.Thread(target=self.sensor.run, args=(self._hear, stop))
        self._thread.start()

    def _hear(self, event: Event) -> None:
        if isinstance(event, RetentionSeen):
            with self._came:
                self.heard.append(event)
                self._came.notify_all()

    def wait(self, times: int) -> RetentionSeen:
        with self._came:
            assert self._came.wait_for(lambda: len(self.heard) >= times, 10)
            return self.heard[-1]

    def join(self) -> None:
        self._thread.join(10)
        assert not self._thread.is_alive()


def test_it_looks_after_the_start_and_every_six_hours(
    tmp_path: Path, clock: FakeClock, stop: threading.Event
) -> None:
    policy = [policy_of(RetentionRule(folder=str(tmp_path), days=30))]
    running = Running(policy, clock, stop)
    clock.settle()
    clock.advance(FIRST)
    assert running.wait(1).count == 0
    aged(tmp_path / "old.csv", clock, 99)
    for _ in range(int(EVERY // 60)):
        clock.settle()
        clock.advance(60)
        if len(running.heard) > 1:
            break
    assert running.wait(2).count == 1
    stop.set()
    running.join()


def test_it_waits_for_the_end_of_a_call(
    tmp_path: Path, clock: FakeClock, stop: threading.Event
) -> None:
    aged(tmp_path / "old.csv", clock, 99)
    policy = [policy_of(RetentionRule(folder=str(tmp_path), days=30))]
    calls = [True]
    running = Running(policy, clock, stop, busy=lambda: calls[0])
    clock.settle()
    clock.advance(FIRST)
    for _ in range(3):
        clock.settle()
        clock.advance(AGAIN)
    clock.settle()
    assert running.heard == []
    calls[0] = False
    clock.advance(AGAIN)
    assert running.wait(1).count == 1
    stop.set()
    running.join()


def test_new_rules_and_a_poke_are_looked_at_soon(
    tmp_path: Path, clock: FakeClock, stop: threading.Event
) -> None:
    policy = [policy_of()]
    running = Running(policy, clock, stop)
    clock.settle()
    clock.advance(FIRST)
    running.wait(1)
    clock.settle()
    policy[0] = policy_of(RetentionRule(folder=str(tmp_path), days=30))
    clock.advance(60)
    assert running.wait(2).rules == 1
    running.sensor.poke()
    running.wait(3)
    stop.set()
    running.join()


def test_a_rule_for_kinds_is_about_files_in_which_they_were_found(
    tmp_path: Path, clock: FakeClock
) -> None:
    cards, other = aged(tmp_path / "cards.csv", clock, 9), aged(tmp_path / "other.csv", clock, 9)
    found = {str(cards): frozenset({"PAN"}), str(other): frozenset({"EMAIL"})}
    rule = RetentionRule(folder=str(tmp_path), days=7, kinds=("PAN", "IBAN"))
    policy = policy_of(rule)
    sensor = RetentionSensor(
        lambda: policy, clock, kinds_of=lambda path: found.get(path, frozenset())
    )
    assert [file.path for file in look(policy, clock, sensor).old] == [str(cards)]
    assert look(policy, clock).count == 0, "what was found nowhere is in no file"


def test_files_are_told_days_before_they_are_too_old(tmp_path: Path, clock: FakeClock) -> None:
    for name, days in (("fresh", 1), ("soon", 25.5), ("sooner", 28.2), ("old", 30)):
        aged(tmp_path / name, clock, days)
    seen = look(policy_of(RetentionRule(folder=str(tmp_path), days=30, warn_days=5)), clock)
    assert [PurePath(file.path).name for file in seen.old] == ["old"]
    assert (seen.soon, seen.days) == (2, 2)


def test_a_legal_hold_is_told_with_what_it_keeps(tmp_path: Path, clock: FakeClock) -> None:
    aged(tmp_path / "old", clock, 99)
    policy = replace(policy_of(RetentionRule(folder=str(tmp_path), days=30)), legal_hold=True)
    seen = look(policy, clock)
    assert (seen.held, seen.count) == (True, 1)
