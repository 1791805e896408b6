"""The clock that removals are judged by: it remembers over starts, and tells of a leap."""

from __future__ import annotations

import threading

import pytest

from agentguard.base.errors import StoreError
from agentguard.model.events import Event
from agentguard.model.facts import ClockSeen
from agentguard.model.lived_time import KEY
from agentguard.model.moments import Moment
from agentguard.platforms.simulated import START_WALL, FakeClock
from agentguard.ports.storage import Memory
from agentguard.sensors.lived_clock import KEEP, LOOK, LivedClock
from agentguard.store.memory import InMemoryJournal
from tests.desktop.harness import eventually

DAY = 86_400.0
YEAR = 365 * DAY
FLOOR = START_WALL - 5 * DAY


class Journal(InMemoryJournal):
    """A journal whose disk may be full."""

    full = False
    commits = 0

    def commit(self, records: object, memory: Memory) -> None:
        if self.full:
            raise StoreError("The disk is full.")
        self.commits += 1
        super().commit(records, memory)  # type: ignore[arg-type]


def begun(journal: Journal, clock: FakeClock, boot_id: str = "one") -> LivedClock:
    return LivedClock(journal, clock, boot_id=boot_id, floor=FLOOR)


def told(one: LivedClock, clock: FakeClock) -> list[ClockSeen]:
    """Give what it tells at its start."""
    heard: list[Event] = []
    stop = threading.Event()
    stop.set()
    one.run(heard.append, stop)
    return [event for event in heard if isinstance(event, ClockSeen)]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def journal() -> Journal:
    return Journal()


def again(journal: Journal, *, leap: float, off: float = 0.0) -> tuple[LivedClock, FakeClock]:
    """Start after the computer was off, under a clock that is wrong by `leap`."""
    clock = FakeClock(boot=30.0, wall=START_WALL + DAY + off + leap)
    return begun(journal, clock, "two"), clock


@pytest.fixture
def lived(journal: Journal, clock: FakeClock) -> LivedClock:
    """A clock that has lived through a day."""
    one = begun(journal, clock)
    clock.advance(DAY)
    one.look()
    return one


LEAPS = [sign * years * YEAR for sign in (1, -1) for years in (0.1, 0.5, 1, 1.1, 2, 5, 10)]


@pytest.mark.parametrize("leap", LEAPS)
def test_whatever_the_clock_of_a_start_shows_nothing_grows_old_by_it(
    lived: LivedClock, journal: Journal, leap: float
) -> None:
    one, clock = again(journal, leap=leap)
    for stamp in (START_WALL, START_WALL + DAY / 2, START_WALL + DAY):
        assert one.age(stamp) <= START_WALL + DAY - stamp + 30
    (seen,) = told(one, clock)
    assert seen.seconds == pytest.approx(leap - 30, abs=1)
    assert seen.before is not None
    assert seen.before.trusts(clock.now()) == Moment(boot=30.0, wall=START_WALL + DAY + 30)
    assert one.doubt == seen.seconds


@pytest.mark.parametrize("off", [0.0, 3600.0, 21 * DAY])
def test_a_holiday_is_no_news_and_makes_nothing_old(
    lived: LivedClock, journal: Journal, off: float
) -> None:
    one, clock = again(journal, leap=0.0, off=off)
    assert told(one, clock) == []
    assert one.before() is None
    assert one.age(START_WALL) <= DAY + 30


def test_the_endpoints_time_ends_the_doubt_at_once(lived: LivedClock, journal: Journal) -> None:
    lived.told(START_WALL + DAY)
    lived.keep()
    one, clock = again(journal, leap=0.0, off=50 * DAY)
    assert one.doubt
    one.told(clock.now().wall)
    assert one.doubt == 0
    assert one.age(START_WALL) == pytest.approx(51 * DAY, abs=600)


def test_an_endpoint_that_says_otherwise_leaves_the_doubt(
    lived: LivedClock, journal: Journal
) -> None:
    lived.told(START_WALL + DAY)
    lived.keep()
    one, _ = again(journal, leap=YEAR, off=DAY)
    one.told(START_WALL + 2 * DAY)
    assert one.doubt
    assert one.age(START_WALL) == pytest.approx(2 * DAY, abs=600), "both say so much, at least"


def test_a_clock_that_is_set_right_is_no_longer_in_doubt(
    lived: LivedClock, journal: Journal
) -> None:
    for leap in (YEAR, -YEAR):
        one, clock = again(journal, leap=leap)
        assert one.look()
        clock.jump_wall(-leap)
        assert one.look() == 0


def test_a_calm_day_ends_the_doubt_and_makes_nothing_old(
    lived: LivedClock, journal: Journal
) -> None:
    one, clock = again(journal, leap=YEAR)
    clock.advance(DAY)
    assert one.look() == 0
    assert one.age(START_WALL) <= 2 * DAY + 30


def test_it_is_told_when_the_time_is_known_again(lived: LivedClock, journal: Journal) -> None:
    one, clock = again(journal, leap=YEAR)
    heard: list[Event] = []
    stop = threading.Event()
    thread = threading.Thread(target=one.run, args=(heard.append, stop))
    thread.start()
    eventually(lambda: len(heard) == 1)
    clock.jump_wall(-YEAR)
    clock.settle(1)
    clock.advance(LOOK)
    eventually(lambda: len(heard) == 2)
    stop.set()
    thread.join(10)
    assert [bool(e.seconds) for e in heard if isinstance(e, ClockSeen)] == [True, False]


def test_it_is_written_down_each_minute_and_when_the_clock_was_set(
    journal: Journal, clock: FakeClock
) -> None:
    one = begun(journal, clock)
    one.look()
    assert journal.commits == 1
    clock.advance(LOOK)
    one.look()
    assert journal.commits == 1
    clock.advance(KEEP)
    one.look()
    assert journal.commits == 2
    clock.jump_wall(DAY)
    one.look()
    assert journal.commits == 3
    assert KEY in journal.memory(KEY)


def test_what_cannot_be_written_is_tried_again(journal: Journal, clock: FakeClock) -> None:
    one = begun(journal, clock)
    journal.full = True
    one.look()
    journal.full = False
    one.look()
    assert journal.commits == 1


def test_a_damaged_memory_begins_anew_and_destroys_nothing(
    journal: Journal, clock: FakeClock
) -> None:
    journal.commit((), {KEY: "damaged"})
    clock.jump_wall(10 * YEAR)
    one = begun(journal, clock)
    assert one.age(START_WALL) == 0.0
    assert one.doubt == 0.0


def test_a_first_start_believes_the_day_the_program_was_made(
    journal: Journal, clock: FakeClock
) -> None:
    one = begun(journal, clock)
    assert one.age(FLOOR - 100 * DAY) == pytest.approx(100 * DAY)
    assert one.claimed() == pytest.approx(START_WALL)
    clock.jump_wall(-2 * YEAR)
    assert one.age(FLOOR - 100 * DAY) == 0, "by this computer's own word it is not yet"
