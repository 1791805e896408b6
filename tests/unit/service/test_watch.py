"""When an agent is missed, started again and let be: by the rules of `keeper.watch`."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agentguard.ports.session_host import HUNG, SIGNED_OUT
from agentguard.service.watch import (
    CRASHED,
    ENDS,
    HEALTHY,
    LONGEST_WAIT,
    MISSED,
    SETTLED,
    SIGN_OUT,
    SIGNS_OUT,
    TRIES,
    UPGRADE,
    WAIT,
    WINDOW,
    Look,
    Watch,
    What,
)

ONE = frozenset({"1"})
LIVES = {"1": "100"}
STEP = 2.0
DAY = 86_400.0


def said(look: Look) -> list[What]:
    return [one.what for one in look.happened]


class Desk:
    """A session whose agent lives for `life` seconds after each start.

    It is looked at every 2 s, and at once when its agent ends or a start is due, as the keeper is.
    """

    def __init__(self, watch: Watch, life: float, code: int = 1) -> None:
        self.watch, self.life, self.code = watch, life, code
        self.now = 0.0
        self.pid, self.running = 0, False
        self.ends = -1.0
        self.starts: list[float] = []
        self.happened: list[tuple[float, What]] = []
        self.how: list[str] = []

    def until(self, end: float) -> None:
        while self.now < end:
            alive = {"1": str(self.pid)} if self.now < self.ends else {}
            ended = {"1": self.code} if self.running and not alive else {}
            self.running = bool(alive)
            look = self.watch.look(self.now, ONE, alive, ended)
            self.happened += [(self.now, what) for what in said(look)]
            self.how += [one.how for one in look.happened if one.what is What.FAILING]
            if look.start:
                self.pid, self.running = self.pid + 1, True
                self.starts.append(self.now)
                self.ends = self.now + self.life
            step = min(STEP, self.watch.until_due(self.now))
            self.now = min(self.now + step, self.ends if self.now < self.ends else inf)

    def pauses(self) -> list[float]:
        return [b - a - self.life for a, b in pairwise(self.starts)]

    def when(self, what: What) -> list[float]:
        return [at for at, one in self.happened if one is what]


def test_a_session_without_an_agent_gets_one_at_once() -> None:
    assert Watch().look(0.0, ONE, {}).start == ("1",)


def test_a_session_with_an_agent_is_let_be() -> None:
    watch = Watch()
    assert watch.look(0.0, ONE, LIVES).start == ()
    assert (watch.sessions, watch.missing) == (1, 0)


def test_row_131_a_killed_agent_is_told_and_started_again_in_the_same_look() -> None:
    watch = Watch()
    watch.look(0.0, ONE, LIVES)
    look = watch.look(2.0, ONE, {})
    assert (said(look), look.start) == ([What.DIED], ("1",))
    assert said(watch.look(2.1, ONE, {"1": "101"})) == [What.STARTED]
    assert watch.missing == 0


def test_row_131_an_agent_that_is_awaited_is_not_started_a_second_time() -> None:
    watch = Watch()
    watch.look(0.0, ONE, LIVES)
    watch.look(2.0, ONE, {})
    assert 0 < watch.until_due(2.0) <= WAIT
    assert watch.look(2.0 + WAIT / 2, ONE, {}).start == ()
    assert watch.look(2.0 + WAIT, ONE, {}).start == ("1",), "it never came"
    watch.look(5.0, ONE, LIVES)
    assert watch.until_due(5.0) == inf


def test_an_agent_that_another_start_replaced_is_told_and_not_started_twice() -> None:
    watch = Watch()
    watch.look(0.0, ONE, LIVES)
    look = watch.look(2.0, ONE, {"1": "101"})
    assert (said(look), look.start) == ([What.DIED, What.STARTED], ())
    assert Watch(starts=False).until_due(0.0) == inf


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
    assert watch.until_due(4000.0) == inf


@pytest.mark.parametrize("life", [0.01, 1.0, 30.0, 200.0])
@pytest.mark.parametrize("code", [0, 1, 0xC0000005])
def test_row_131_no_pause_before_a_restart_is_longer_than_five_seconds_and_there_is_no_last(
    life: float, code: int
) -> None:
    desk = Desk(Watch(), life=life, code=code)
    desk.until(6 * 3600.0)
    assert desk.now - desk.starts[-1] <= life + LONGEST_WAIT
    pauses = desk.pauses()
    assert pauses[:2] == pytest.approx([0.0, 0.0]), "at once"
    assert pauses[2 : TRIES - 1] == pytest.approx([WAIT] * (TRIES - 3))
    assert pauses[TRIES - 1 :] == pytest.approx([LONGEST_WAIT] * len(pauses[TRIES - 1 :]))
    assert not desk.when(What.MISSING)


@pytest.mark.parametrize(("code", "how"), [(HUNG, "hung"), (1, ""), (CRASHED, "")])
def test_row_451_an_agent_that_hung_is_told_as_such_and_starts_again(code: int, how: str) -> None:
    watch = Watch()
    watch.look(0.0, ONE, {})
    watch.look(2.0, ONE, LIVES)
    look = watch.look(900.0, ONE, {}, {"1": code})
    assert [(one.what, one.how) for one in look.happened] == [(What.DIED, how)]
    assert look.start == ("1",)


@pytest.mark.parametrize(
    ("code", "how"), [(1, "ended"), (CRASHED, "crashed"), (0xC0000409, "crashed")]
)
def test_row_131_five_ends_in_two_minutes_are_told_once_and_how(code: int, how: str) -> None:
    desk = Desk(Watch(), life=1.0, code=code)
    desk.until(3600.0)
    assert (len(desk.when(What.FAILING)), desk.how) == (1, [how])
    assert desk.watch.failing == 1
    assert len(desk.when(What.DIED)) == ENDS, "what is told as failing is not told end by end"
    assert desk.when(What.FAILING)[0] < WINDOW
    desk.life = 7200.0
    desk.until(3600.0 + 2 * WINDOW)
    assert desk.watch.failing == 0, "it is up again"


def test_row_131_one_that_came_and_went_between_two_looks_has_ended() -> None:
    watch = Watch()
    assert watch.look(0.0, ONE, {}).start == ("1",)
    look = watch.look(1.0, ONE, {}, {"1": 1})
    assert (said(look), look.start) == ([What.DIED], ("1",))
    watch.ended(1.5)
    assert said(watch.look(1.6, ONE, {}, {"1": 0})) == [], "it was told to end"


def test_row_131_an_end_now_and_then_is_told_each_time_and_is_no_failing() -> None:
    desk = Desk(Watch(), life=WINDOW / (ENDS - 1) + 1)
    desk.until(3600.0)
    assert not desk.when(What.FAILING)
    assert len(desk.when(What.DIED)) == len(desk.starts) - 1


def test_ends_of_both_sorts_are_no_crash() -> None:
    desk = Desk(Watch(), life=1.0, code=CRASHED)
    desk.until(2.5)
    desk.code = 1
    desk.until(60.0)
    assert desk.how == ["ended"]


def test_one_that_lived_ten_minutes_begins_anew() -> None:
    desk = Desk(Watch(), life=HEALTHY + 100)
    desk.until(20_000.0)
    assert not desk.when(What.FAILING)
    assert max(desk.pauses()) == pytest.approx(0.0)


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
    """Logons, kills, upgrades and time in any order: nothing is started twice or too late."""

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
    def the_next_start_is_near(self) -> None:
        if not self.watch.upgrading(self.now):
            waits = self.on - set(self.alive)
            assert not waits or self.watch.until_due(self.now) <= LONGEST_WAIT

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


@pytest.mark.parametrize("code", sorted(SIGNS_OUT))
def test_row_136_an_agent_that_ends_with_its_session_is_no_end(code: int) -> None:
    watch = Watch()
    watch.look(0.0, ONE, LIVES)
    gone = watch.look(2.0, ONE, {}, {"1": code})
    assert (said(gone), gone.start) == ([], ())
    for now in (4.0, 20.0, 31.9):
        assert watch.look(now, ONE, {}) == Look(), "a start in a session that ends shows a fault"
    assert watch.missing == 0
    assert watch.look(31.9, (), {}) == Look()
    assert watch.sessions == 0


def test_row_136_a_session_that_goes_on_all_the_same_has_lost_its_agent() -> None:
    watch = Watch()
    watch.look(0.0, ONE, LIVES)
    watch.look(2.0, ONE, {}, {"1": SIGNED_OUT})
    assert watch.until_due(2.0) == SIGN_OUT
    late = watch.look(2.0 + SIGN_OUT, ONE, {})
    assert (said(late), late.start) == ([What.DIED], ("1",))
    assert said(watch.look(34.0, ONE, {"1": "101"})) == [What.STARTED]


def test_row_136_an_agent_that_is_back_before_the_session_ends_has_ended() -> None:
    watch = Watch()
    watch.look(0.0, ONE, LIVES)
    watch.look(2.0, ONE, {}, {"1": SIGNED_OUT})
    assert said(watch.look(4.0, ONE, {"1": "101"})) == [What.DIED, What.STARTED]


@pytest.mark.parametrize("code", [0, 1, 3, 15, 0x80000003, 0xC0000005, None])
def test_row_136_every_other_end_is_told_at_once(code: int | None) -> None:
    watch = Watch()
    watch.look(0.0, ONE, LIVES)
    look = watch.look(2.0, ONE, {}, {} if code is None else {"1": code})
    assert said(look) == [What.DIED]
    assert look.start == ("1",)


@pytest.mark.parametrize("code", [0, SIGNED_OUT])
def test_row_136_what_was_told_to_end_or_begins_again_is_no_end(code: int) -> None:
    watch = Watch()
    watch.look(0.0, ONE, LIVES)
    watch.renew("1")
    assert What.DIED not in said(watch.look(2.0, ONE, {}, {"1": code}))
    watch.look(4.0, ONE, {"1": "101"})
    watch.ended(5.0)
    assert said(watch.look(6.0, ONE, {}, {"1": code})) == []
