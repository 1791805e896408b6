"""Several share one thread: each has its turn in time, and none takes the others with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from agentguard.engine.rota import HANGS, Rota
from agentguard.engine.supervisor import Supervisor
from agentguard.model.events import Event, SensorState, Watching
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.clock import Stop
from agentguard.ports.stop_signal import Ending
from agentguard.ports.turns import Member, Turns, alone

SOON = 10.0


def every(seconds: float, note: Callable[[], object]) -> Callable[[Stop], Turns]:
    def turns(_stop: Stop) -> Turns:
        while True:
            note()
            yield seconds

    return turns


class Going:
    """A supervisor with one shared thread, on a clock in the test's hand."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.told: list[Event] = []
        self.supervisor = Supervisor(clock=self.clock, submit=self.told.append, patience=0.2)

    def share(self, **members: Callable[[Stop], Turns]) -> None:
        self.supervisor.share("rounds", [Member(name=n, begin=b) for n, b in members.items()])

    def pass_(self, seconds: float) -> None:
        self.clock.settle(1)
        self.clock.advance(seconds)
        self.clock.settle(1)


@pytest.fixture
def going() -> Iterator[Going]:
    made = Going()
    yield made
    made.supervisor.stop()


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
    note = lambda: threads.add(threading.get_ident())  # noqa: E731
    before = threading.active_count()
    going.share(**{f"one{n}": every(1.0, note) for n in range(20)})
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
    failed = [one for one in going.told if isinstance(one, SensorState)]
    assert {(one.sensor, one.state) for one in failed} == {("bad", Watching.FAILED)}
    assert going.supervisor.alive() == {"bad", "good"}


def test_one_that_ends_is_not_alive_any_more_and_the_others_go_on(going: Going) -> None:
    good: list[int] = []

    def short(_stop: Stop) -> Turns:
        yield 1.0

    going.share(short=short, good=every(1.0, lambda: good.append(1)))
    going.pass_(1.0)
    going.pass_(1.0)
    assert going.supervisor.alive() == {"good"}
    assert len(good) == 3


def test_while_one_hangs_none_of_the_others_counts_as_alive(going: Going) -> None:
    hangs, release = threading.Event(), threading.Event()

    def hanging(_stop: Stop) -> Turns:
        yield 1.0
        hangs.set()
        release.wait(SOON)
        yield 1.0

    going.share(hanging=hanging, good=every(1.0, lambda: None))
    going.clock.settle(1)
    going.clock.advance(1.0)
    assert hangs.wait(SOON)
    assert going.supervisor.alive() == {"hanging", "good"}
    going.clock.advance(HANGS + 1)
    assert going.supervisor.alive() == {"hanging"}
    assert going.supervisor.stop() == ("hanging",)  # who holds the end up, not the thread's name
    release.set()


def test_a_stop_is_heard_between_turns_and_nothing_is_begun_after_it() -> None:
    clock, stop = FakeClock(), Ending()
    turns: list[str] = []

    def one(_stop: Stop) -> Turns:
        turns.append("one")
        stop.set()
        yield 1.0

    rota = Rota(
        clock=clock,
        members=[Member(name="one", begin=one), Member(name="two", begin=one)],
        failed=lambda *_why: None,
    )
    rota.run(stop)
    assert turns == ["one"]
    assert rota.at_work() == ""


def test_all_that_ended_end_the_thread() -> None:
    rota = Rota(
        clock=FakeClock(),
        members=[Member(name="none", begin=lambda _stop: iter(()))],
        failed=lambda *_why: None,
    )
    rota.run(Ending())
    assert rota.alive() == frozenset()


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
