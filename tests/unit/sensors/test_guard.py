"""When a sweep begins: soon after a loss, but not again and again where everything is lost."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.model.events import Event, SensorState
from agentguard.model.policy import Contact, Policy, Watch
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.clock import Bell
from agentguard.sensors import watch_guard
from agentguard.sensors.sweep import Round
from agentguard.sensors.watch_guard import CALM, CALM_MOST, EVERY, POLL, SETTLE, Guard
from agentguard.sensors.watch_hints import Hints


class Watched:
    """A guard of one folder, whose sweeps take as long as they are told to."""

    def __init__(self, root: Path) -> None:
        policy = Policy(
            name="test",
            version=1,
            description="",
            watch=Watch(folders=(str(root),), exclude=(), sweep_minutes=60),
            retention=(),
            backup_markers=(),
            contact=Contact(),
            controls={},
            digest="",
        )
        self.clock = FakeClock()
        self.told: list[Event] = []
        self.guard = Guard(lambda: policy, self.clock, Hints(), Bell())
        self.guard.begin()
        self.guard.look(self.told.append)

    def sweep(self, seconds: float) -> bool:
        """Sweep if it is time; tell whether it was, and a sweep that does not rest."""
        if not self.guard.takes_sweep(None):
            return False
        sweep = Round(walk=iter(()), begun=self.clock.now(), fast=self.guard.hurried)
        self.clock.advance(seconds)
        self.guard.swept(sweep)
        return sweep.fast

    def lose(self) -> None:
        self.guard._lose()
        self.guard.look(self.told.append)

    def to_next(self) -> float:
        """Let time pass until a sweep is due; give the seconds."""
        seconds = self.guard.seconds_to_sweep(1e9)
        self.clock.advance(seconds)
        return seconds


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path / "agent"))
    (tmp_path / "desk").mkdir()
    one = Watched(tmp_path / "desk")
    assert not one.sweep(10.0)
    yield one
    one.guard.close()


def test_sweeps_come_by_the_policys_interval(watched: Watched) -> None:
    assert watched.to_next() == pytest.approx(3600)
    assert not watched.sweep(10.0)


def test_a_loss_is_made_up_for_within_seconds_by_a_sweep_that_does_not_rest(
    watched: Watched,
) -> None:
    watched.lose()
    assert watched.to_next() == pytest.approx(SETTLE)
    assert watched.sweep(10.0)
    assert watched.to_next() == pytest.approx(3600)


@pytest.mark.parametrize(("length", "rest"), [(4.0, 4.0 * CALM), (900.0, CALM_MOST)])
def test_where_events_are_lost_all_the_time_sweeps_leave_time_in_between(
    watched: Watched, length: float, rest: float
) -> None:
    watched.lose()
    for _ in range(3):
        watched.to_next()
        assert watched.sweep(length)
        watched.lose()
        assert watched.to_next() == pytest.approx(rest)
    assert watched.sweep(length)


def test_a_loss_during_a_sweep_that_makes_up_for_one_is_not_forgotten(watched: Watched) -> None:
    watched.lose()
    watched.to_next()
    assert watched.guard.takes_sweep(None)
    sweep = Round(walk=iter(()), begun=watched.clock.now(), fast=True)
    watched.clock.advance(5.0)
    watched.lose()
    assert not watched.guard.takes_sweep(sweep)
    watched.clock.advance(5.0)
    watched.guard.swept(sweep)
    assert watched.to_next() == pytest.approx(10.0 * CALM)
    assert watched.sweep(1.0)


def test_a_loss_gives_up_a_sweep_that_rests(watched: Watched) -> None:
    watched.to_next()
    assert watched.guard.takes_sweep(None)
    slow = Round(walk=iter(()), begun=watched.clock.now(), fast=False)
    watched.lose()
    watched.clock.advance(SETTLE)
    assert watched.guard.takes_sweep(slow)
    assert watched.guard.hurried


def test_who_asks_for_a_sweep_has_it_at_once(watched: Watched) -> None:
    watched.lose()
    watched.to_next()
    assert watched.guard.takes_sweep(None)
    sweep = Round(walk=iter(()), begun=watched.clock.now(), fast=True)
    watched.clock.advance(60.0)
    watched.lose()
    watched.guard.want_sweep()
    watched.guard.swept(sweep)
    assert watched.guard.takes_sweep(None)


def test_a_watch_that_could_not_be_set_anew_after_a_loss_is_set_anew(watched: Watched) -> None:
    """The library says it in its log alone, and seems to watch on."""
    before = watched.guard._watcher._observer
    watched.guard.look(watched.told.append)
    assert watched.guard._watcher._observer is before
    library = logging.getLogger("watchdog.observers.inotify")
    library.error("Unable to rebuild recursive inotify watches below %r", b"/desk")
    assert not watched.guard._watcher.alive()
    watched.guard.look(watched.told.append)
    assert watched.guard._watcher._observer is not before
    assert watched.guard._watcher.alive()
    assert watched.to_next() == pytest.approx(SETTLE)


def test_a_folder_that_is_not_watched_whole_is_swept_often_and_said(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_guard.Watcher, "attach", lambda _self, _roots: False)
    assert not watched.guard.blind
    watched.guard._watcher._ear.deaf = True
    watched.clock.advance(EVERY)
    watched.guard.look(watched.told.append)
    assert watched.guard.blind
    last = watched.told[-1]
    assert isinstance(last, SensorState)
    assert last.message is not None
    assert last.message.id == "files.degraded"
    watched.to_next()
    assert watched.sweep(0.0)
    assert watched.to_next() == pytest.approx(POLL)
