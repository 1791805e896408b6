"""When an agent is missed, started again and let be: by the rules of `keeper.watch`."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agentguard.service.watch import (
    FIRST_WAIT,
    LONGEST_WAIT,
    MISSED,
    SAFE,
    SETTLED,
    STARTS,
    TRIES,
    UPGRADE,
    WINDOW,
    Look,
    Watch,
    What,
)

ONE = frozenset({"1"})
LIVES = {"1": "100"}
STEP = 2.0


def said(look: Look) -> list[What]:
    return [one.what for one in look.happened]


class Desk:
    """A session whose agent lives for `life` seconds after each start, looked at every 2 s."""

    def __init__(self, watch: Watch, life: float) -> None:
        self.watch, self.life = watch, life
        self.now = 0.0
        self.pid = 0
        self.ends = -1.0
        self.starts: list[float] = []
        self.happened: list[tuple[float, What]] = []

    def until(self, end: float) -> None:
        while self.now < end:
            alive = {"1": str(self.pid)} if self.now < self.ends else {}
            look = self.watch.look(self.now, ONE, alive)
            self.happened += [(self.now, what) for what in said(look)]
            if look.start:
                self.pid += 1
                self.starts.append(self.now)
                self.ends = self.now + self.life
            self.now += STEP

    def when(self, what: What) -> list[float]:
        return [at for at, one in self.happened if one is what]


def test_a_session_without_an_agent_gets_one_at_once() -> None:
    assert Watch().look(0.0, ONE, {}).start == ("1",)


def test_a_session_with_an_agent_is_let_be() -> None:
    watch = Watch()
    assert watch.look(0.0, ONE, LIVES).start == ()
    assert (watch.sessions, watch.missing) == (1, 0)


def test_a_killed_agent_is_told_at_once_and_started_after_five_seconds() -> None:
    watch = Watch()
    watch.look(0.0, ONE, LIVES)
    look = watch.look(2.0, ONE, {})
    assert (said(look), look.start) == ([What.DIED], ())
    assert watch.look(2.0 + FIRST_WAIT - 0.1, ONE, {}).start == ()
    assert watch.look(2.0 + FIRST_WAIT, ONE, {}).start == ("1",)
    assert said(watch.look(9.0, ONE, {"1": "101"})) == [What.STARTED]
    assert watch.missing == 0


def test_an_agent_that_another_start_replaced_is_told_and_not_started_twice() -> None:
    watch = Watch()
    watch.look(0.0, ONE, LIVES)
    look = watch.look(2.0, ONE, {"1": "101"})
    assert (said(look), look.start) == ([What.DIED, What.STARTED], ())


def test_a_session_without_an_agent_for_fifteen_seconds_is_missed_and_found_again() -> None:
    watch = Watch(starts=False)
    watch.look(0.0, ONE, {})
    assert said(watch.look(MISSED - 0.1, ONE, {})) == []
    assert said(watch.look(MISSED, ONE, {})) == [What.MISSING]
    assert said(watch.look(MISSED + 2, ONE, {})) == [], "it is said once"
    assert watch.missing == 1
    assert said(watch.look(MISSED + 4, ONE, LIVES)) == [What.BACK]
    assert watch.missing == 0


def test_where_the_system_starts_agents_none_is_started() -> None:
    watch = Watch(starts=False)
    assert all(watch.look(at, ONE, {}).start == () for at in range(0, 4000, 5))
    assert watch.safe == 0


def test_the_pauses_double() -> None:
    desk = Desk(Watch(), life=1.0)
    desk.until(200.0)
    waits = [b - a for a, b in pairwise(desk.starts)]
    assert [round(wait / FIRST_WAIT) for wait in waits[:4]] == pytest.approx([1, 2, 4, 8], abs=1)


def test_one_that_ends_at_once_is_started_six_times_in_ten_minutes_and_then_let_be() -> None:
    desk = Desk(Watch(), life=1.0)
    desk.until(WINDOW)
    assert len(desk.starts) == STARTS + 1
    assert len(desk.when(What.SAFE)) == 1
    assert (desk.watch.safe, desk.watch.missing) == (1, 1)
    safe = desk.when(What.SAFE)[0]
    desk.until(safe + SAFE + 10)
    assert len(desk.starts) == STARTS + 2, "after half an hour it is tried once more"
    assert desk.starts[-1] >= safe + SAFE


def test_one_that_is_killed_every_few_minutes_is_let_be_after_ten_tries() -> None:
    desk = Desk(Watch(), life=200.0)
    desk.until(7200.0)
    safe = desk.when(What.SAFE)[0]
    starts = [at for at in desk.starts if at < safe]
    assert len(starts) == TRIES
    between = [b - a for a, b in pairwise(starts)]
    assert max(between) <= LONGEST_WAIT + 200 + 2 * STEP


def test_one_that_lived_ten_minutes_begins_anew() -> None:
    desk = Desk(Watch(), life=700.0)
    desk.until(20_000.0)
    assert not desk.when(What.SAFE)
    assert not desk.when(What.MISSING)


def test_agents_that_were_told_to_end_are_neither_missed_nor_started_for_ten_minutes() -> None:
    watch = Watch()
    watch.look(0.0, ONE, LIVES)
    watch.ended(1.0)
    for at in (2.0, 60.0, UPGRADE - 1):
        look = watch.look(at, ONE, {})
        assert (look.start, said(look), watch.missing) == ((), [], 0)
    assert not watch.upgrading(UPGRADE + 1)
    watch.begin_again()
    assert watch.look(UPGRADE + 2, ONE, {}).start == ("1",)


def test_somebody_who_logs_off_is_forgotten() -> None:
    watch = Watch(starts=False)
    watch.look(0.0, ONE, {})
    watch.look(20.0, ONE, {})
    assert watch.missing == 1
    watch.look(22.0, (), {})
    assert (watch.sessions, watch.missing) == (0, 0)


class Days(RuleBasedStateMachine):
    """Logons, kills, upgrades and time in any order: nothing is started in a circle or twice."""

    @initialize()
    def begin(self) -> None:
        self.watch, self.now, self.pid = Watch(), 0.0, 0
        self.on: set[str] = set()
        self.alive: dict[str, str] = {}
        self.starts: dict[str, list[float]] = {}
        self.told = -UPGRADE

    def look(self) -> None:
        if self.told >= 0 and not self.watch.upgrading(self.now):
            self.watch.begin_again()
            self.starts, self.told = {}, -UPGRADE
        look = self.watch.look(self.now, self.on, self.alive)
        for name in look.start:
            assert name in self.on
            assert name not in self.alive, "there never are two"
            assert self.now - self.told >= UPGRADE, "it was told to end"
            self.starts.setdefault(name, []).append(self.now)
            self.pid += 1
            self.alive[name] = str(self.pid)
        again = self.watch.look(self.now, self.on, self.alive)
        assert not set(again.start) & set(look.start)

    @rule(seconds=st.sampled_from((2.0, 5.0, 30.0, 300.0, 2000.0)))
    def passes(self, seconds: float) -> None:
        self.now += seconds
        self.look()

    @rule(name=st.sampled_from("123"))
    def logs_on(self, name: str) -> None:
        self.on.add(name)
        self.look()

    @rule(name=st.sampled_from("123"))
    def logs_off(self, name: str) -> None:
        self.on.discard(name)
        self.alive.pop(name, None)
        self.starts.pop(name, None)
        self.look()

    @rule(name=st.sampled_from("123"))
    def is_killed(self, name: str) -> None:
        self.alive.pop(name, None)
        self.look()

    @rule()
    def is_told_to_end(self) -> None:
        self.alive.clear()
        if self.told < 0:
            self.told = self.now
        self.watch.ended(self.now)
        self.look()

    @invariant()
    def starts_are_few(self) -> None:
        for starts in self.starts.values():
            recent = [at for at in starts if self.now - at < WINDOW]
            assert len(recent) <= STARTS + 1

    @invariant()
    def nobody_is_missed_who_is_guarded(self) -> None:
        assert self.watch.missing <= len(self.on - set(self.alive))


TestDays = Days.TestCase
TestDays.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_an_agent_counts_once_it_has_run_for_a_minute_and_again_after_each_sleep() -> None:
    watch = Watch()
    watch.look(0.0, ONE, LIVES)
    assert [watch.settled(at) for at in (0.0, SETTLED - 1, SETTLED)] == [0, 0, 1]
    watch.woke(SETTLED)
    assert [watch.settled(at) for at in (SETTLED, 2 * SETTLED)] == [0, 1]
    watch.look(2 * SETTLED, ONE, {})
    watch.look(2 * SETTLED + MISSED, ONE, {})
    assert watch.missing == 1
    assert watch.settled(9 * SETTLED) == 0
    watch.look(9 * SETTLED, ONE, LIVES)
    assert [watch.settled(at) for at in (9 * SETTLED, 10 * SETTLED)] == [0, 1]
    watch.ended(10 * SETTLED)
    watch.look(10 * SETTLED, ONE, LIVES)
    assert watch.settled(11 * SETTLED) == 0, "it was told to end"


def test_a_program_that_is_started_anew_each_half_minute_counts_as_well() -> None:
    """Else a decoy that ends in time, again and again, would never have to be heard."""
    watch = Watch(starts=False)
    for step in range(40):
        watch.look(step * STEP, ONE, {"1": str(step // 15)} if step % 15 else {})
    assert watch.missing == 0
    assert watch.settled(40 * STEP) == 1


def test_one_that_begins_again_to_be_enrolled_has_a_minute_anew() -> None:
    watch = Watch()
    watch.look(0.0, ONE, LIVES)
    watch.renew("1")
    watch.renew("nobody's")
    assert watch.settled(SETTLED) == 0
    assert said(watch.look(SETTLED, ONE, {"1": "200"})) == [What.STARTED]
    assert watch.settled(2 * SETTLED) == 1
