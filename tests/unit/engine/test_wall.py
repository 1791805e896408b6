"""The wall clock is set or drifts: it is written down, once, and nothing else follows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.checks import backup, patches, training, vendors
from agentguard.engine.core import begin
from agentguard.engine.loop import Engine, Ledger
from agentguard.engine.plan import make_plan
from agentguard.model.actions import ActionKind
from agentguard.model.events import PolicyInForce, Tick
from agentguard.model.facts import (
    BackupSeen,
    ClockSeen,
    LessonRecord,
    ProgramsSeen,
    Software,
    SoftwareSeen,
    TrainingSeen,
)
from agentguard.model.machine import PatchesSeen
from agentguard.model.moments import CALM, DRIFT, Moment, Wall, compared
from agentguard.model.policy import Control
from agentguard.platforms.simulated import START_WALL, FakeClock
from tests.unit.engine.conftest import ListJournal, make_policy

HOUR, DAY = 3600, 86_400


def told(rig) -> list[tuple[object, object]]:
    return [
        (r.payload["how"], r.payload["seconds"])
        for r in rig.journal.records
        if r.kind == "clock.changed"
    ]


def ticks(rig, count: int, *, wall: float = 0.0, seconds: float = 1.0) -> None:
    """Let the clock tick; with each tick wall time goes `wall` seconds more than boot time."""
    for _ in range(count):
        rig.clock.jump_wall(wall)
        rig.tick(seconds)


@pytest.mark.parametrize(
    "seconds",
    [3650 * DAY, -730 * DAY, -1_790_000_000, 400_000_000, HOUR, -HOUR, 10],
    ids=["+10-years", "-2-years", "to-1970", "past-2038", "+1-hour", "-1-hour", "10-s"],
)
def test_a_clock_that_is_set_is_told_once(rig, seconds: int) -> None:
    ticks(rig, 3)
    rig.clock.jump_wall(seconds)
    ticks(rig, 30)
    assert told(rig) == [("step", seconds)]
    rig.clock.jump_wall(-seconds)
    ticks(rig, 30)
    assert told(rig) == [("step", seconds), ("step", -seconds)]


def test_a_pause_between_the_two_readings_is_no_step(rig) -> None:
    ticks(rig, 3)
    rig.clock.jump_wall(600)
    ticks(rig, 1)
    rig.clock.jump_wall(-600)
    ticks(rig, 3)
    assert told(rig) == []


@pytest.mark.parametrize("leap", [1, -1])
def test_a_leap_second_is_nothing(rig, leap: int) -> None:
    ticks(rig, 3)
    rig.clock.jump_wall(leap)
    ticks(rig, 60)
    assert told(rig) == []


@pytest.mark.parametrize("a_minute", [5.0, -5.0], ids=["fast", "slow"])
def test_a_drift_of_five_minutes_an_hour_is_one_event(rig, a_minute: float) -> None:
    ticks(rig, 12 * 60, wall=a_minute / 6, seconds=10)
    ticks(rig, 36 * 60, wall=a_minute / 2, seconds=30)
    (only,) = told(rig)
    assert only[0] == "drift"
    assert abs(int(str(only[1]))) >= DRIFT


def test_a_drift_after_a_calm_day_is_told_again(rig) -> None:
    for _ in range(2):
        ticks(rig, 100, wall=1)
        ticks(rig, int(CALM / 60) + 1, seconds=60)
    assert [how for how, _ in told(rig)] == ["drift", "drift"]


def test_a_suspend_is_neither(rig) -> None:
    ticks(rig, 3)
    for seconds in (30, HOUR, 30 * DAY):
        rig.clock.advance(seconds)
        ticks(rig, 3)
    assert told(rig) == []


@given(st.lists(st.floats(-1e9, 1e9, allow_nan=False), max_size=30))
def test_a_steady_clock_is_believed_whatever_it_did_before(moves: list[float]) -> None:
    wall, boot, ahead, noted = None, 1_000.0, 1.79e9, []
    for move in (*moves, 0.0, 0.0):
        boot, ahead = boot + 1, ahead + move
        wall, more = compared(wall, Moment(boot=boot, wall=boot + ahead))
        noted += [more] if more else []
    assert wall is not None
    assert abs(wall.believed - ahead) < DRIFT
    assert len(noted) <= len(moves)


class Dated:
    """An engine with the checks that read ages off the calendar, at a desk where all is young."""

    checks = (backup.CHECK, patches.CHECK, training.CHECK, vendors.CHECK)

    def __init__(self, wall: float = START_WALL) -> None:
        self.clock = FakeClock(wall=wall)
        self.backed_up = START_WALL - HOUR
        settings = {c.id: c.settings() for c in self.checks}
        named = vendors.Vendor(name="Maker", publishers=("maker",), contract_until="2027-01-01")
        settings["vendors"] = vendors.Settings(register=(named,))
        policy = replace(
            make_policy(),
            controls={
                c.id: Control(
                    check=c.id, paused=False, severity=c.severity,
                    respond=(ActionKind.NOTIFY,), settings=settings[c.id],
                )
                for c in self.checks
            },
        )  # fmt: skip
        begun = PolicyInForce(at=self.clock.now(), policy=policy)
        self.engine = Engine(
            state=begin(make_plan(self.checks, policy), begun, (), ()),
            ledger=Ledger(journal=ListJournal()),
            replan=lambda event: make_plan(self.checks, event.policy),
            clock=self.clock,
        )
        self.look()

    def look(self) -> None:
        at = self.clock.now()
        lesson = LessonRecord(lesson="a", known=0, answered=START_WALL - HOUR, every_days=365)
        maker = Software(name="x", version="1", vendor="maker", source="")
        for event in (
            Tick(at=at),
            BackupSeen(at=at, newest=self.backed_up),
            PatchesSeen(
                at=at,
                looked=self.backed_up,
                installed=self.backed_up,
                security=1,
                oldest=self.backed_up,
                earliest=self.backed_up,
            ),
            TrainingSeen(at=at, lessons=(lesson,)),
            SoftwareSeen(at=at, items=(maker,)),
            ProgramsSeen(at=at, images=frozenset({"x"})),
        ):
            self.engine.submit(event)
        self.engine.drain()

    def states(self) -> set[str]:
        return {c.state.value for c in self.engine.snapshot().controls}

    def days(self, count: int) -> None:
        for _ in range(count * 24):
            self.clock.advance(HOUR)
            self.look()


@pytest.mark.parametrize("seconds", [3650 * DAY, -730 * DAY], ids=["+10-years", "-2-years"])
def test_no_date_passes_by_a_step_alone_and_after_a_calm_day_the_clock_is_believed(
    seconds: int,
) -> None:
    desk = Dated()
    assert desk.states() == {"pass"}
    desk.clock.jump_wall(seconds)
    for _ in range(3):
        desk.look()
        desk.clock.advance(1)
        assert desk.states() <= {"pass", "partial"}, "in doubt: neither wrong nor proved"
        assert "partial" in desk.states()
        assert desk.engine.snapshot().prompts == ()
    desk.days(2)
    expected = {"fail"} if seconds > 0 else {"unknown", "pass"}
    assert desk.states() == expected


def test_a_step_back_ends_the_doubt() -> None:
    desk = Dated()
    for seconds in (3650 * DAY, -3650 * DAY):
        desk.clock.jump_wall(seconds)
        desk.look()
    desk.backed_up -= 30 * DAY
    desk.look()
    assert "fail" in desk.states()


def test_a_clock_that_was_never_right_is_not_trusted_when_it_is_set_right() -> None:
    desk = Dated(wall=100.0)
    desk.clock.jump_wall(START_WALL - 100)
    desk.backed_up = START_WALL - 30 * DAY
    desk.look()
    assert {c.check: c.state.value for c in desk.engine.snapshot().controls}["backup"] == "fail"


def test_what_drifts_is_trusted_as_it_drifts(rig) -> None:
    ticks(rig, 100, wall=1)
    assert rig.engine.state.wall.trusts(rig.clock.now()) is None
    rig.clock.jump_wall(HOUR)
    trusted = rig.engine.state.wall.trusts(rig.clock.now())
    assert trusted.wall == pytest.approx(rig.clock.now().wall - HOUR, abs=DRIFT)


def test_a_leap_before_the_start_is_told_and_makes_nothing_old_for_a_day(rig) -> None:
    at, leap = rig.clock.now(), 90.0 * DAY
    ahead = at.wall - at.boot
    before = Wall(believed=ahead, last=ahead, trusted=ahead - leap, since=at.boot)
    rig.see(ClockSeen(at=at, seconds=leap, before=before))
    assert told(rig) == [("start", round(leap))]
    ticks(rig, 3)
    assert told(rig) == [("start", round(leap))], "the ticks see no step"
    known = rig.engine.state.wall
    assert known.trusts(rig.clock.now()).wall == pytest.approx(rig.clock.now().wall - leap)
    rig.see(ClockSeen(at=rig.clock.now()))
    assert rig.kinds[-1] == "clock.known"
    assert rig.engine.state.wall.trusts(rig.clock.now()) is None


def test_a_time_that_is_known_again_before_the_first_tick_is_written_down(rig) -> None:
    rig.see(ClockSeen(at=rig.clock.now()))
    assert rig.kinds[-1] == "clock.known"
    assert rig.engine.state.wall is None
