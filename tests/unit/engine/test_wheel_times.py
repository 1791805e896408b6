"""When jobs on a wheel have their turns, whatever their pauses are and however time goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.engine.wheel import GRID, Wheel
from agentguard.model.moments import Moment
from agentguard.ports.clock import Ending, Stop
from agentguard.ports.turns import Member, Turns
from tests.unit.engine.wheels import Begin, Going


@dataclass
class Walked:
    """A clock that goes by itself: each wait of its one thread ends at once, when it is due."""

    boot: float = 1000.0
    waits: list[float] = field(default_factory=list)
    jumps: list[float] = field(default_factory=list)
    until: float = 1200.0

    def now(self) -> Moment:
        return Moment(boot=self.boot, wall=self.boot)

    def wait(self, stop: Stop, seconds: float) -> bool:
        self.waits.append(seconds)
        self.boot += seconds + (self.jumps.pop() if self.jumps else 0.0)
        return stop.is_set() or self.boot > self.until


PAUSES = st.lists(st.sampled_from([0.25, 1.0, 1.5, 2.0, 5.0, 7.0, 60.0]), min_size=1, max_size=8)


def walk(clock: Walked, pauses: list[float], took: float = 0.0) -> dict[int, list[float]]:
    """Let jobs with these pauses turn until the clock's end; give the moments of their turns."""
    seen: dict[int, list[float]] = {n: [] for n in range(len(pauses))}
    stop = Ending()

    def job(number: int) -> Begin:
        def turns(_stop: Stop) -> Turns:
            while True:
                if clock.boot > clock.until:
                    stop.set()
                seen[number].append(clock.boot)
                clock.boot += took
                yield pauses[number]

        return turns

    wheel = Wheel(
        name="wheel", clock=clock,
        members=[Member(name=str(n), begin=job(n)) for n in range(len(pauses))],
        tell=Going().supervisor, spawn=lambda _name, _run: None,
    )  # fmt: skip
    wheel.run(stop)
    return seen


@settings(max_examples=60, deadline=None)
@given(pauses=PAUSES)
def test_no_turn_is_early_and_none_later_than_the_grid(pauses: list[float]) -> None:
    for number, moments in walk(Walked(), pauses).items():
        for before, after in pairwise(moments):
            assert pauses[number] - 1e-6 <= after - before <= pauses[number] + GRID + 1e-6


@settings(max_examples=60, deadline=None)
@given(pauses=PAUSES, took=st.sampled_from([0.0, 0.01, 0.3]))
def test_longer_waits_end_together(pauses: list[float], took: float) -> None:
    """However many jobs there are, those that wait a second and more wake a computer once in it."""
    pauses = [max(1.0, one) for one in pauses]
    clock = Walked()
    walk(clock, pauses, took)
    real = [one for one in clock.waits if one > 1e-6]
    assert len(real) <= (clock.boot - 1000.0) / GRID + 1


@settings(max_examples=60, deadline=None)
@given(pauses=PAUSES, slept=st.floats(min_value=10.0, max_value=36_000.0))
def test_row_272_after_a_sleep_each_job_has_one_turn_for_what_it_missed(
    pauses: list[float], slept: float
) -> None:
    clock = Walked(jumps=[slept], until=1000.0 + slept + 100.0)
    first = Walked(until=1001.0)
    walk(first, pauses)
    woke = 1000.0 + first.waits[0] + slept
    for number, moments in walk(clock, pauses).items():
        burst = [at for at in moments if woke <= at < woke + min(pauses[number], 0.2)]
        assert len(burst) <= 1


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_they_come_in_the_order_in_which_they_are_due(data: st.DataObject) -> None:
    pauses = data.draw(PAUSES)
    order = [at for moments in walk(Walked(), pauses).values() for at in moments]
    clock = Walked()
    assert sorted(order) == sorted(at for m in walk(clock, pauses).values() for at in m)
    firsts = [moments[0] for moments in walk(Walked(), pauses).values()]
    assert set(firsts) == {1000.0}, "all begin at once"
