"""No age is ever told longer than what was truly lived, wherever the clock was set and when."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agentguard.model import lived_time
from agentguard.model.lived_time import AGREE, LONGEST_OFF, MOST, SLACK, Lived, Stretch
from agentguard.model.moments import Moment

DAY = 86_400.0
YEAR = 365 * DAY
TRUE = 1_800_000_000.0
"""The true time at the begin."""
BUILT = TRUE - 60 * DAY


class World:
    """A computer, its clock, an agent that looks, and files whose true age is known."""

    def __init__(self, *, wrong: float = 0.0, uptime: float = 1000.0) -> None:
        self.true, self.wrong = TRUE, wrong
        self.booted, self.boots = TRUE - uptime, 1
        self.known = lived_time.begun(self.boot_id, self.at, BUILT)
        self.kept = self.known
        self.files: list[tuple[float, float]] = []

    @property
    def boot_id(self) -> str:
        return f"boot {self.boots}"

    @property
    def at(self) -> Moment:
        return Moment(boot=self.true - self.booted, wall=self.true + self.wrong)

    def look(self) -> None:
        before = len(self.known.stretches), self.kept.boot
        self.known = lived_time.seen(self.known, self.boot_id, self.at)
        if before[0] != len(self.known.stretches) or self.at.boot - before[1] >= 60:
            self.kept = self.known

    def run(self, seconds: float) -> None:
        """Let time pass; it is looked every five seconds, of which the last minute matters."""
        self.true += max(0.0, seconds - 60)
        self.look()
        for _ in range(12):
            self.true += min(seconds, 60) / 12
            self.look()

    def suspend(self, seconds: float) -> None:
        self.true += seconds
        self.look()

    def leap(self, seconds: float) -> None:
        self.wrong += seconds
        self.true += 3
        self.look()

    def write(self) -> None:
        self.files.append((self.true, self.at.wall))

    def start(self) -> None:
        self.known = lived_time.seen(self.kept, self.boot_id, self.at)
        self.kept = self.known

    def off(self, seconds: float, leap: float, before: float) -> None:
        """Kill the agent, switch off, set the clock; a while after the boot the agent begins."""
        self.true += seconds
        self.wrong += leap
        self.booted, self.boots = self.true, self.boots + 1
        self.true += before
        self.write()
        self.start()

    def away(self, seconds: float, leap: float) -> None:
        """Kill the agent alone; the clock is set meanwhile, and it begins again."""
        self.true += seconds / 2
        self.write()
        self.wrong += leap
        self.true += seconds / 2
        self.write()
        self.start()

    def hear(self, wrong: float = 0.0) -> None:
        """Hear the endpoint's time, which may be wrong while this computer's is right."""
        self.look()
        self.known = lived_time.heard(self.known, self.true + (wrong if not self.wrong else 0.0))
        self.kept = self.known


SECONDS = st.sampled_from([0.0, 1.0, 7.0, 59.0, 61.0, 3600.0, DAY, 3 * DAY, 40 * DAY])
LEAPS = st.sampled_from(
    [
        0.0,
        0.0,
        30.0,
        -30.0,
        3600.0,
        -3600.0,
        *(sign * years * YEAR for sign in (1, -1) for years in (0.01, 0.5, 1.1, 10)),
    ]
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("run"), SECONDS),
        st.tuples(st.just("suspend"), SECONDS),
        st.tuples(st.just("leap"), LEAPS),
        st.tuples(st.just("write")),
        st.tuples(st.just("off"), SECONDS, LEAPS, SECONDS),
        st.tuples(st.just("away"), SECONDS, LEAPS),
        st.tuples(st.just("hear"), LEAPS.filter(lambda leap: abs(leap) > AGREE)),
        st.tuples(st.just("hear")),
    ),
    max_size=30,
)


@settings(max_examples=1500)
@example(
    steps=[("run", 59.0), ("write",), ("off", 0.0, 10 * YEAR, 0.0), ("hear",)], wrong=-10 * YEAR
)
@example(
    steps=[("hear",), ("off", 3600.0, 0.0, 0.0), ("leap", 30.0), ("hear",)],
    wrong=0.0,
)
@example(
    steps=[("run", 59.0), ("hear",), ("off", 3600.0, 0.0, 0.0), ("leap", 30.0), ("hear",)],
    wrong=0.0,
)
@given(steps=STEPS, wrong=LEAPS)
def test_nothing_is_older_than_it_truly_is(steps: list[tuple[object, ...]], wrong: float) -> None:
    """Whatever runs, sleeps, is off or is set, and whichever of two clocks is wrong."""
    world = World(wrong=wrong)
    world.write()
    for name, *given_ in steps:
        getattr(world, str(name))(*given_)
        for made, stamp in world.files:
            assert world.known.age(stamp) <= world.true - made + 1e-3
        for seconds in (DAY, 30 * DAY, 400 * DAY):
            edge = world.known.before(seconds)
            assert all(world.true - made >= seconds for made, at in world.files if at < edge)


@settings(max_examples=300)
@given(steps=STEPS, stamps=st.lists(st.floats(TRUE - 12 * YEAR, TRUE + 12 * YEAR), min_size=5))
def test_what_is_before_the_edge_is_that_old(
    steps: list[tuple[object, ...]], stamps: list[float]
) -> None:
    world = World()
    for name, *given_ in steps:
        getattr(world, str(name))(*given_)
    for seconds in (0.0, DAY, 400 * DAY):
        edge = world.known.before(seconds)
        assert all(world.known.age(one) >= seconds - 1e-3 for one in stamps if one < edge)


def test_what_runs_all_the_time_is_as_old_as_the_clock_says() -> None:
    world = World()
    world.write()
    world.run(30 * DAY)
    made, stamp = world.files[0]
    assert world.known.age(stamp) == pytest.approx(world.true - made - SLACK)
    assert world.known.before(10 * DAY) == pytest.approx(world.true - 10 * DAY - SLACK)
    assert len(world.known.stretches) == 1


def test_a_file_from_before_the_program_was_made_is_as_old_as_that() -> None:
    world = World()
    assert world.known.age(BUILT - 400 * DAY) == pytest.approx(400 * DAY)
    assert world.known.age(world.true + YEAR) == 0.0


def test_a_computer_that_was_off_three_weeks_waits_for_the_endpoint_and_no_longer() -> None:
    world = World()
    world.hear()
    world.write()
    world.off(21 * DAY, 0.0, 60)
    _, stamp = world.files[0]
    assert world.known.age(stamp) < 3600
    world.hear()
    assert world.known.age(stamp) == pytest.approx(21 * DAY, abs=SLACK + 120)
    assert len(world.known.stretches) == 1, "the clock went on as before"


def test_without_an_endpoint_it_is_lived_through_in_the_end() -> None:
    world = World()
    world.write()
    for _ in range(60):
        world.off(16 * 3600, 0.0, 60)
        world.run(8 * 3600)
    _, stamp = world.files[0]
    assert world.known.age(stamp) == pytest.approx(60 * 8 * 3600, abs=2 * 3600)


def test_of_two_clocks_that_disagree_the_shorter_time_counts() -> None:
    for ours, theirs in ((10 * YEAR, 0.0), (0.0, 10 * YEAR)):
        world = World()
        world.hear()
        world.write()
        world.off(DAY, ours, 60)
        world.look()
        world.known = lived_time.heard(world.known, world.true + theirs)
        made, stamp = world.files[0]
        assert world.known.age(stamp) == pytest.approx(world.true - made, abs=SLACK + 120)


def test_a_clock_that_is_behind_is_made_up_for_once_it_was_set() -> None:
    world = World()
    world.hear()
    world.write()
    world.off(21 * DAY, -40 * DAY, 60)
    world.hear()
    world.run(DAY)
    world.leap(40 * DAY)
    world.hear()
    _, stamp = world.files[0]
    assert world.known.age(stamp) == pytest.approx(22 * DAY, abs=SLACK + 120)


def test_a_clock_that_never_agrees_gains_nothing_and_lives_on() -> None:
    world = World(wrong=2 * 3600.0)
    for _ in range(10):
        world.hear()
        world.write()
        world.off(DAY, 0.0, 60)
        world.run(DAY)
        world.hear()
    _, stamp = world.files[0]
    assert world.known.age(stamp) == pytest.approx(10 * DAY, abs=SLACK + 1200)


def test_a_gap_is_put_where_nothing_gains_that_was_made_after_it() -> None:
    world = World()
    world.hear()
    world.off(40 * DAY, 0.0, 60)
    world.run(60)
    world.write()
    made, stamp = world.files[-1]
    world.off(60, 0.0, 60)
    world.hear()
    assert world.known.age(stamp) <= world.true - made


@pytest.mark.parametrize(
    ("boot_id", "boot", "wall", "news"),
    [
        ("same", 2000.0, 1000.0, 0.0),
        ("same", 2000.0, 1000.0 + 3600, 3600.0),
        ("same", 2000.0, 1000.0 - 3600, -3600.0),
        ("same", 2000.0, 1050.0, 0.0),
        ("other", 50.0, 21 * DAY, 0.0),
        ("other", 50.0, 50 + LONGEST_OFF + 9, LONGEST_OFF + 9),
        ("other", 50.0, -400 * DAY, -400 * DAY - 50),
        ("other", 50.0, 50.0, 0.0),
    ],
)
def test_a_leap_at_a_start_is_news(boot_id: str, boot: float, wall: float, news: float) -> None:
    known = lived_time.begun("same", Moment(boot=1000.0, wall=TRUE), BUILT)
    at = Moment(boot=boot, wall=TRUE + wall)
    assert lived_time.leapt(known, boot_id, at) == pytest.approx(news)


def test_without_an_id_the_lesser_time_counts() -> None:
    known = lived_time.begun("", Moment(boot=1000.0, wall=TRUE), BUILT)
    assert lived_time.went(known, "", Moment(boot=1500.0, wall=0)) == 500
    assert lived_time.went(known, "", Moment(boot=300.0, wall=0)) == 300
    named = replace(known, boot_id="one")
    assert lived_time.went(named, "one", Moment(boot=300.0, wall=0)) == 0, (
        "a computer that was set back"
    )
    assert lived_time.went(named, "two", Moment(boot=3000.0, wall=0)) == 3000


def test_a_drift_begins_a_stretch_and_costs_no_more_than_the_slack() -> None:
    world = World()
    world.write()
    for _ in range(600):
        world.true += 5
        world.wrong -= 1
        world.look()
    assert len(world.known.stretches) > 5
    made, stamp = world.files[0]
    assert 0 <= world.true - made - world.known.age(stamp) <= SLACK


def test_stretches_have_an_end_and_what_is_blurred_is_told_younger() -> None:
    world = World()
    for _ in range(MOST + 200):
        world.write()
        world.off(16 * 3600, 0.0, 30)
        world.run(8 * 3600)
    assert len(world.known.stretches) == MOST
    ages = [(world.known.age(stamp), world.true - made) for made, stamp in world.files]
    assert all(age <= true for age, true in ages)
    assert ages[0][0] > 150 * DAY, "old files become old all the same"


def test_what_is_known_is_written_and_read_back() -> None:
    world = World()
    assert lived_time.read(lived_time.written(world.known)) == world.known
    world.hear()
    world.leap(DAY)
    assert lived_time.read(lived_time.written(world.known)) == world.known


WHOLE = lived_time.written(World().known)


def test_of_an_older_memory_no_start_is_known_to_have_gone_on() -> None:
    """What was written before starts were told apart: each gap counts as one of unknown length."""
    older = lived_time.read({**WHOLE, "stretches": [[1, 2, 3, 4]]})  # type: ignore[dict-item]
    assert older is not None
    assert older.stretches == (Stretch(begin=1, end=2, first=3, low=4, anew=True),)


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        {},
        {**WHOLE, "stretches": []},
        {**WHOLE, "stretches": [3]},
        {**WHOLE, "stretches": [[1, 2, 3]]},
        {**WHOLE, "stretches": [[1, 2, 3, 4, 0, 6]]},
        {**WHOLE, "at": [1, 2, 3]},
        {**WHOLE, "at": [1, 2, 3, "x"]},
        {**WHOLE, "at": [1, 2, 3, True]},
        {**WHOLE, "at": [1, 2, 3, float("nan")]},
        {**WHOLE, "at": [1, 2, 3, 10**400]},
        {**WHOLE, "stretches": [[1, 2, float("inf"), 4]]},
        {**WHOLE, "witness": ["x"]},
        {**WHOLE, "witness": [1, float("-inf"), 3]},
    ],
)
def test_a_damaged_memory_is_none(value: object) -> None:
    assert lived_time.read(value) is None  # type: ignore[arg-type]


def test_a_stretch_tells_what_was_shown_last() -> None:
    assert Stretch(begin=5, end=15, first=100, low=90).last == 110
    assert isinstance(World().known, Lived)
