"""Calls become events when they begin and end, by the microphone or by a softphone's word."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agentguard.base.errors import PlatformError
from agentguard.model.events import CallState, SensorState, Watching
from agentguard.model.messages import say
from agentguard.model.policy import CallRules
from agentguard.ports.desktop import Absent
from agentguard.sensors.call import HOLD, LASTS, MOST, CallSensor, CallSignals, Told
from tests.unit.sensors.desk import clock, desktop
from tests.unit.sensors.running import Running, seconds_pass

__all__ = ["clock", "desktop"]

AFTER = int(HOLD) + 1


@pytest.fixture
def signals() -> CallSignals:
    return CallSignals()


@pytest.fixture
def running(clock, desktop, signals) -> Iterator[Running]:
    sensor = CallSensor(desktop.backend.calls, clock, Told(signals=signals))
    with Running(sensor, clock) as started:
        clock.settle()
        yield started


def calls(running: Running) -> list[tuple[bool, str]]:
    return [(e.in_call, e.source) for e in running.events if isinstance(e, CallState)]


def test_it_says_that_it_watches_and_whether_a_call_is_live(running) -> None:
    assert isinstance(running.events[0], SensorState)
    assert (running.events[0].sensor, running.events[0].state) == ("call", Watching.WATCHING)
    assert calls(running) == [(False, "")]


def test_a_call_is_told_at_its_beginning_and_its_end_only(running, clock, desktop) -> None:
    desktop.call(True, "softphone")
    seconds_pass(clock, 30)
    desktop.call(False)
    seconds_pass(clock, 30)
    assert calls(running) == [(False, ""), (True, "softphone"), (False, "")]


def test_a_headset_that_is_changed_ends_no_call(running, clock, desktop) -> None:
    desktop.call(True)
    seconds_pass(clock, 2)
    desktop.call(False)
    seconds_pass(clock, 2)
    desktop.call(True)
    seconds_pass(clock, 10)
    assert calls(running) == [(False, ""), (True, "softphone")]


def test_a_source_that_does_not_answer_ends_the_watch_and_the_call(running, clock, desktop) -> None:
    desktop.call(True)
    seconds_pass(clock, 2)
    desktop.refuse("calls")
    clock.advance(1)
    assert isinstance(running.error(), PlatformError)
    assert calls(running)[-1] == (False, "")


def test_a_softphone_tells_its_calls_itself(running, clock, signals) -> None:
    signals.start("Desk phone", clock.now())
    seconds_pass(clock, 30)
    signals.end("Desk phone")
    seconds_pass(clock, 1)
    assert calls(running) == [(False, ""), (True, "Desk phone"), (False, "")]


def test_a_softphone_that_died_ends_its_call_in_time(running, clock, signals) -> None:
    signals.start("phone", clock.now())
    seconds_pass(clock, 1)
    clock.advance(LASTS)
    clock.settle()
    seconds_pass(clock, 1)
    assert calls(running)[-1] == (False, "")


@pytest.mark.parametrize(
    ("softphones", "not_calls", "image", "live"),
    [
        (("*",), (), "obs", True),
        (("linphone", "zoom*"), (), "Zoom.Workplace", True),
        (("linphone",), (), "obs", False),
        (("*",), ("dragon*",), "dragonpad", False),
        ((), (), "linphone", False),
    ],
    ids=["any", "listed", "unlisted", "dictation", "none"],
)
def test_the_policy_says_who_is_in_a_call(
    clock, desktop, softphones, not_calls, image, live
) -> None:
    rules = CallRules(softphones=softphones, not_calls=not_calls)
    desktop.call(True, image)
    with Running(
        CallSensor(desktop.backend.calls, clock, Told(rules=lambda: rules)), clock
    ) as running:
        clock.settle()
    assert calls(running) == [(live, image if live else "")]


def test_where_microphones_cannot_be_watched_signals_still_count(clock, signals) -> None:
    absent = Absent(reason=say("desktop.old-windows"))
    with Running(CallSensor(absent, clock, Told(signals=signals)), clock) as running:
        clock.settle()
        signals.start("phone", clock.now())
        seconds_pass(clock, 1)
    assert running.events[0].state is Watching.ABSENT
    assert calls(running) == [(False, ""), (True, "phone")]


class TestSignals:
    def test_calls_of_two_names_end_apart_and_an_empty_name_ends_all(self, clock, signals) -> None:
        for name in ("a", "b", "c"):
            assert signals.start(name, clock.now())
        signals.end("a")
        signals.end("unknown")
        assert signals.live(clock.now()) == ("b", "c")
        signals.end("")
        assert signals.live(clock.now()) == ()

    def test_a_repeated_start_keeps_the_call_alive(self, clock, signals) -> None:
        signals.start("a", clock.now())
        clock.advance(LASTS - 1)
        signals.start("a", clock.now())
        clock.advance(LASTS - 1)
        assert signals.live(clock.now()) == ("a",)

    def test_a_wall_clock_that_jumps_ends_nothing(self, clock, signals) -> None:
        signals.start("a", clock.now())
        clock.jump_wall(10 * LASTS)
        assert signals.live(clock.now()) == ("a",)

    def test_there_is_an_end_to_how_many_are_kept(self, clock, signals) -> None:
        assert all(signals.start(str(n), clock.now()) for n in range(MOST))
        assert not signals.start("one more", clock.now())
        assert signals.start("0", clock.now())
