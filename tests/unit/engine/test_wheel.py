"""All clocks on one wheel: each job has its turn in time, and none takes the others with it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from agentguard.engine.wheel import Wheel
from agentguard.model.events import Watching
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.clock import Bell, Ending, Stop
from agentguard.ports.turns import Member, Turns, alone
from tests.unit.engine.wheels import SOON, Begin, Going, Hanging, every


@pytest.fixture
def going() -> Iterator[Going]:
    made = Going()
    yield made
    made.supervisor.stop()


def eventually(holds: Callable[[], object]) -> None:
    for _ in range(1000):
        if holds():
            return
        threading.Event().wait(0.01)
    raise AssertionError(holds)


def test_each_has_its_turn_when_it_is_due(going: Going) -> None:
    seen: list[tuple[str, float]] = []
    start = going.clock.now().boot

    def note(name: str) -> Callable[[], None]:
        return lambda: seen.append((name, going.clock.now().boot - start))

    going.share(quick=every(1.0, note("quick")), slow=every(3.0, note("slow")))
    for _ in range(6):
        going.pass_(1.0)
    assert [at for name, at in seen if name == "quick"] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert [at for name, at in seen if name == "slow"] == [0.0, 3.0, 6.0]


def test_they_share_one_thread(going: Going) -> None:
    threads: set[int] = set()
    before = threading.active_count()
    going.share(
        **{f"one{n}": every(1.0, lambda: threads.add(threading.get_ident())) for n in range(20)}
    )
    going.pass_(1.0)
    assert threading.active_count() == before + 1
    assert len(threads) == 1
    assert going.supervisor.alive() == {f"one{n}" for n in range(20)}


def test_one_that_fails_is_told_begun_anew_and_holds_nobody_up(going: Going) -> None:
    begun: list[float] = []
    good: list[float] = []

    def bad(_stop: Stop) -> Turns:
        begun.append(going.clock.now().boot)
        yield 1.0
        raise OSError

    going.share(bad=bad, good=every(1.0, lambda: good.append(going.clock.now().boot)))
    start = going.clock.now().boot
    for _ in range(20):
        going.pass_(1.0)
    assert [at - start for at in begun] == [0.0, 6.0, 17.0]  # after 1 s, then 5 and 10 s of pause
    assert len(good) == 21
    assert {(one.sensor, one.state) for one in going.states()} == {("bad", Watching.FAILED)}
    assert going.supervisor.alive() == {"bad", "good"}


@pytest.mark.parametrize(
    "error", [OSError, MemoryError, RecursionError, SystemExit, KeyboardInterrupt]
)
def test_whatever_a_job_raises_the_others_go_on(error: type[BaseException], going: Going) -> None:
    good: list[int] = []

    def bad(_stop: Stop) -> Turns:
        yield 1.0
        raise error

    going.share(bad=bad, good=every(1.0, lambda: good.append(1)))
    for _ in range(3):
        going.pass_(1.0)
    assert len(good) == 4
    assert [one.message.params["error"] for one in going.states() if one.message] == [
        error.__name__
    ]


def test_one_that_ends_is_not_alive_any_more_and_the_others_go_on(going: Going) -> None:
    good: list[int] = []

    def short(_stop: Stop) -> Turns:
        yield 1.0

    going.share(short=short, good=every(1.0, lambda: good.append(1)))
    going.pass_(1.0)
    going.pass_(1.0)
    assert going.supervisor.alive() == {"good"}
    assert len(good) == 3


def test_row_270_one_that_hangs_keeps_its_thread_and_the_wheel_goes_on(going: Going) -> None:
    one, good = Hanging(), []
    going.share(hanging=one.begin, good=every(1.0, lambda: good.append(1)))
    going.clock.settle(1)
    going.clock.advance(1.0)
    assert one.hangs.wait(SOON)
    before = len(good)
    going.live(10)
    assert len(good) >= before + 7, "the others had their turns each second"
    assert going.names() == ["hanging", "wheel"], "and who holds a thread is seen"
    assert going.supervisor.alive() == {"hanging", "good"}, "for a while it may just be slow"
    assert going.states() == []
    going.live(90)
    assert going.supervisor.alive() == {"good"}
    (told,) = going.states()
    assert (told.sensor, told.state) == ("hanging", Watching.FAILED)
    assert told.message is not None
    assert told.message.params["name"] == "hanging"
    one.release.set()
    eventually(lambda: going.names() == ["wheel"])
    going.live(70)
    assert going.supervisor.alive() == {"hanging", "good"}
    assert [s.state for s in going.states()] == [Watching.FAILED, Watching.WATCHING]
    assert one.turns_taken > 2, "it has its turns again"


def test_row_270_all_may_hang_at_once_each_in_one_thread(going: Going) -> None:
    every_one = {f"job{n}": Hanging() for n in range(5)}
    going.share(**{name: one.begin for name, one in every_one.items()})
    going.clock.settle(1)
    going.live(60)
    assert all(one.hangs.is_set() for one in every_one.values())
    assert going.names() == [*sorted(every_one), "wheel"]
    for one in every_one.values():
        one.release.set()
    eventually(lambda: going.names() == ["wheel"])


def test_who_holds_up_the_end_is_named(going: Going) -> None:
    one = Hanging()
    going.share(hanging=one.begin, good=every(1.0, lambda: None))
    going.clock.settle(1)
    going.clock.advance(1.0)
    assert one.hangs.wait(SOON)
    assert going.supervisor.at_work() == {"wheel": "hanging"}
    stopped: list[tuple[str, ...]] = []
    thread = threading.Thread(target=lambda: stopped.append(going.supervisor.stop()))
    thread.start()
    while thread.is_alive():
        going.clock.advance(0.1)
        thread.join(0.01)
    assert stopped == [("hanging",)]
    one.release.set()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_row_271_a_wheel_that_dies_is_told_and_turns_again(going: Going) -> None:
    """Its own fault, not a job's: whatever its thread dies of, a look finds it gone."""
    good: list[int] = []
    going.share(good=every(1.0, lambda: good.append(1)))
    going.clock.settle(1)
    wheel = going.supervisor._wheels["wheel"]
    broken = threading.Event()

    def die() -> None:
        if not broken.is_set():
            broken.set()
            raise SystemExit

    wheel.minding = die
    going.clock.advance(1.0)
    assert broken.wait(SOON)
    eventually(lambda: going.names() == [])
    before = len(good)
    going.live(3)
    assert going.names() == ["wheel"]
    assert len(good) > before
    assert [(s.sensor, s.state) for s in going.states()] == [("wheel", Watching.FAILED)]
    going.live(70)
    assert going.states()[-1].state is Watching.WATCHING


def test_row_271_a_wheel_that_fails_is_begun_anew_with_every_job(going: Going) -> None:
    good: list[int] = []
    going.share(good=every(1.0, lambda: good.append(1)), other=every(2.0, lambda: None))
    going.clock.settle(1)
    wheel = going.supervisor._wheels["wheel"]
    fails = iter([True])

    def fail() -> None:
        if next(fails, False):
            raise RuntimeError

    wheel.minding = fail
    going.clock.advance(1.0)
    eventually(going.states)
    before = len(good)
    for _ in range(10):
        going.pass_(1.0)
    assert len(good) > before + 3
    assert going.supervisor.alive() == {"good", "other"}


def test_row_271_a_wheel_that_begins_is_not_taken_for_one_that_died(going: Going) -> None:
    """Others that turn mind it from its first moment on: its work is begun once."""
    going.share(good=every(1.0, int))
    done, begun = threading.Event(), []

    def mind() -> None:
        while not done.is_set():
            going.supervisor.mind()

    minding = threading.Thread(target=mind)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    minding.start()
    try:
        for number in range(100):
            name = f"wheel {number}"
            member = Member(name=f"one {number}", begin=every(1.0, lambda: begun.append(1)))
            going.supervisor.share(name, [member])
        eventually(lambda: len(begun) >= 100)
    finally:
        done.set()
        minding.join(SOON)
        sys.setswitchinterval(before)
    assert (len(begun), going.states()) == (100, [])


def test_row_271_what_a_dead_thread_had_taken_comes_back(going: Going) -> None:
    wheel = Wheel(
        name="wheel", clock=going.clock, members=(Member(name="one", begin=every(1.0, int)),),
        tell=going.supervisor, spawn=lambda _name, _run: None,
    )  # fmt: skip
    wheel._heap.clear()  # as a thread leaves it that dies between taking a job and its turn
    stop = Ending()
    thread = threading.Thread(target=wheel.run, args=(stop,))
    thread.start()
    going.clock.settle(1)
    assert len(wheel._heap) == 1
    stop.set()
    thread.join(SOON)


def test_row_271_without_another_thread_the_slow_one_keeps_the_wheel(going: Going) -> None:
    """Where no thread is to be had, what is due waits for the slow turn, and not for ever."""
    one, good = Hanging(), []
    going.share(hanging=one.begin, good=every(1.0, lambda: good.append(1)))
    going.clock.settle(1)
    wheel = going.supervisor._wheels["wheel"]
    spawn, refused = wheel.spawn, []

    def refuse(name: str, _run: Callable[[Stop], None]) -> None:
        refused.append(name)
        raise RuntimeError("can't start new thread")

    wheel.spawn = refuse
    going.clock.advance(1.0)
    assert one.hangs.wait(SOON)
    going.live(10)
    assert len(refused) > 1, "it is asked for again"
    assert going.names() == ["wheel"]
    before = len(good)
    one.release.set()
    eventually(lambda: not wheel.holding())
    for _ in range(5):
        going.pass_(1.0)
    assert one.turns_taken > 2
    assert len(good) > before + 3, "all have their turns again"
    assert (going.supervisor.alive(), going.states()) == ({"hanging", "good"}, [])
    wheel.spawn = spawn


def test_row_271_a_ring_from_before_the_first_turn_is_not_lost(going: Going) -> None:
    """Who asks for a look at once while an agent starts does not wait for its first hour."""
    bell, looks = Bell(), []

    def turns(_stop: Stop) -> Turns:
        yield 3600.0
        while True:
            bell.hush()
            looks.append(1)
            yield 3600.0

    bell.ring()
    going.share(bell=bell, one=turns)
    eventually(lambda: looks)
    going.clock.settle(1)
    assert looks == [1]


def test_a_ring_makes_the_next_turn_due(going: Going) -> None:
    bell, seen = Bell(), []
    going.share(bell=bell, one=every(3600.0, lambda: seen.append(1)))
    going.clock.settle(1)
    assert seen == [1]
    bell.ring()
    eventually(lambda: len(seen) == 2)


def test_a_ring_during_a_turn_is_not_lost(going: Going) -> None:
    bell, seen = Bell(), []

    def turns(_stop: Stop) -> Turns:
        while True:
            seen.append(1)
            if len(seen) == 1:
                bell.ring()
            yield 3600.0

    going.share(bell=bell, one=turns)
    eventually(lambda: len(seen) == 2)


def test_a_ring_for_who_has_ended_is_nothing(going: Going) -> None:
    bell = Bell()
    going.share(bell=bell, one=lambda _stop: iter(()))
    eventually(lambda: going.names() == [])
    bell.ring()


def test_a_stop_is_heard_between_turns_and_what_waits_is_closed() -> None:
    clock, stop = FakeClock(), Ending()
    turns: list[str] = []

    def one(_stop: Stop) -> Turns:
        try:
            yield 0.0
            turns.append("one")
            stop.set()
            yield 1.0
        finally:
            turns.append("closed")

    def awkward(_stop: Stop) -> Turns:
        try:
            yield 1.0
        finally:
            raise OSError

    wheel = alone_on(clock, one=one, awkward=awkward)
    wheel.run(stop)
    assert turns == ["one", "closed"]
    assert wheel.holding() == ""


def alone_on(clock: FakeClock, **members: Begin) -> Wheel:
    made = Going()
    return Wheel(
        name="wheel", clock=clock, members=[Member(name=n, begin=b) for n, b in members.items()],
        tell=made.supervisor, spawn=lambda _name, _run: None,
    )  # fmt: skip


def test_all_that_ended_end_the_thread() -> None:
    wheel = alone_on(FakeClock(), none=lambda _stop: iter(()))
    wheel.run(Ending())
    assert wheel.alive() == frozenset()


def test_a_computer_that_slept_in_the_middle_of_a_turn_has_no_part_that_hangs(going: Going) -> None:
    one = Hanging()
    going.share(hanging=one.begin, good=every(1.0, lambda: None))
    going.clock.settle(1)
    going.clock.advance(1.0)
    assert one.hangs.wait(SOON)
    going.live(3)
    going.clock.advance(36_000.0)
    going.live(3)
    assert going.states() == []
    one.release.set()


def test_turns_can_be_taken_alone() -> None:
    clock, stop = FakeClock(), Ending()
    seen: list[float] = []

    def turns() -> Turns:
        for pause in (0.0, 0.0, 1.0, 0.0):
            seen.append(pause)
            if pause:
                stop.set()
            yield pause

    alone(turns(), clock, stop)
    assert seen == [0.0, 0.0, 1.0]
    alone(iter((0.0,)), clock, Ending())
