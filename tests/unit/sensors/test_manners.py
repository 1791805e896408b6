"""How a sweep keeps out of the way: in calls, on battery, within its share, behind on the disk."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

import psutil
import pytest

from agentguard.model.policy import Watch
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.clock import Stop
from agentguard.sensors.sweep_pacing import (
    AGAIN,
    EVERY,
    WORK,
    Circumstances,
    Manners,
    Pace,
    read_last,
)


@dataclass
class World:
    """What a sweep minds."""

    busy: bool = False
    battery: bool | None = None
    asked: int = 0

    def on_battery(self) -> bool | None:
        self.asked += 1
        return self.battery


def manners(world: World, clock: FakeClock, duty: float | None = None) -> Manners:
    circumstances = Circumstances(busy=lambda: world.busy, on_battery=world.on_battery)
    return Manners(circumstances, clock, duty)


@pytest.mark.parametrize(
    ("mode", "battery", "share"),
    [
        ("pause", True, 0.0),
        ("slow", True, 0.05),
        ("full", True, 0.2),
        ("pause", False, 0.2),
        ("slow", False, 0.2),
        ("pause", None, 0.2),
        ("slow", None, 0.2),
    ],
)
def test_the_policy_says_what_a_battery_means(
    mode: str, battery: bool | None, share: float
) -> None:  # fmt: skip
    watch = Watch(cpu_percent=20, on_battery=mode)
    assert manners(World(battery=battery), FakeClock()).share(watch) == pytest.approx(share)


def test_in_a_call_there_is_no_share_and_at_once_after_it_there_is() -> None:
    world = World(busy=True)
    mine = manners(world, FakeClock())
    assert mine.share(Watch()) == 0.0
    world.busy = False
    assert mine.share(Watch()) == pytest.approx(0.1)


def test_the_power_is_asked_for_once_in_a_while() -> None:
    world, clock = World(battery=True), FakeClock()
    mine, watch = manners(world, clock), Watch(on_battery="pause")
    for _ in range(10):
        assert mine.share(watch) == 0.0
    assert world.asked == 1
    world.battery = False
    clock.advance(EVERY)
    assert mine.share(watch) == pytest.approx(0.1)
    assert world.asked == 2


def test_a_policy_that_does_not_mind_asks_for_no_power() -> None:
    world = World(battery=True)
    manners(world, FakeClock()).share(Watch(on_battery="full"))
    assert world.asked == 0


def test_a_share_of_ones_own_replaces_the_policys() -> None:
    assert manners(World(), FakeClock(), 1.0).share(Watch(cpu_percent=1)) == 1.0


@pytest.mark.posix
def test_only_the_thread_that_reads_waits_for_the_disk() -> None:
    classes: list[int] = []

    def work() -> None:
        read_last()
        if sys.platform == "linux":
            classes.append(psutil.Process(threading.get_native_id()).ionice().ioclass)

    thread = threading.Thread(target=work)
    before = psutil.Process().ionice().ioclass
    thread.start()
    thread.join(5)
    assert classes == [psutil.IOPRIO_CLASS_IDLE]
    assert psutil.Process().ionice().ioclass == before


class Waits:
    """A stop on which time passes, and which writes down for how long; `then` happens meanwhile."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.seconds: list[float] = []
        self.then: list[Callable[[], None]] = []
        self.stopped = False

    def is_set(self) -> bool:
        return self.stopped

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout or 0.0)
        self.clock.advance(timeout or 0.0)
        if self.then:
            self.then.pop(0)()
        return self.stopped


class OwnTime(FakeClock):
    """A clock whose waits are the stop's own."""

    def wait(self, stop: Stop, seconds: float) -> bool:
        return stop.wait(seconds)


def paced(world: World) -> tuple[Pace, Waits]:
    clock = OwnTime()
    watch = Watch(cpu_percent=20)
    return Pace(manners(world, clock), clock, lambda: watch), Waits(clock)


def test_long_work_rests_for_its_share() -> None:
    pace, stop = paced(World())
    for _ in range(10):
        pace.step(stop)
    assert sum(stop.seconds) == 0
    stop.clock.advance(2 * WORK)
    pace.step(stop)
    assert sum(stop.seconds) == pytest.approx(8 * WORK)
    pace.step(stop)
    assert sum(stop.seconds) == pytest.approx(8 * WORK)


def test_long_work_waits_for_the_end_of_a_call_before_it_begins_and_later() -> None:
    world = World(busy=True)
    pace, stop = paced(world)

    def hang_up() -> None:
        world.busy = False

    stop.then = [lambda: None, hang_up]
    pace.step(stop)
    assert sum(stop.seconds) == pytest.approx(2 * AGAIN)
    world.busy = True
    stop.clock.advance(2 * WORK)
    stop.then = [hang_up]
    pace.step(stop)
    assert sum(stop.seconds) == pytest.approx(3 * AGAIN + 8 * WORK)


def test_work_that_waits_ends_with_a_stop() -> None:
    pace, stop = paced(World(busy=True))
    stop.stopped = True
    pace.step(stop)
    assert stop.seconds == [AGAIN]
