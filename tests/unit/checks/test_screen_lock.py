"""The screen lock: only the idle timer decides, and only with a source for both facts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.checks.screen_lock import CHECK, Settings
from agentguard.model.events import Facts, SessionState
from agentguard.model.moments import Moment
from agentguard.model.verdicts import State


@pytest.mark.parametrize(
    ("locked", "idle", "state"),
    [
        (False, 0.0, State.PASS),
        (False, 899.9, State.PASS),
        (False, 900.0, State.FAIL),
        (False, 86_400.0, State.FAIL),
        (True, 86_400.0, State.PASS),
        (True, None, State.PASS),
        (False, None, State.UNKNOWN),
        (None, 0.0, State.UNKNOWN),
        (None, 86_400.0, State.FAIL),
        (None, None, State.UNKNOWN),
    ],
)
def test_idle_and_unlocked_beyond_the_limit_is_wrong(desk, locked, idle, state) -> None:
    told = desk.judge(CHECK, SessionState, locked=locked, idle=idle, source="test")
    assert told.state is state
    assert told.subject == ""


def test_it_says_what_is_promised_rather_than_what_is(desk) -> None:
    told = desk.judge(CHECK, SessionState, locked=False, idle=3.0, source="test")
    assert told.words == "AgentGuard locks the screen after 15 minutes without keyboard or mouse."


def test_the_policy_sets_the_limit(desk) -> None:
    short = Settings(limit_minutes=5)
    told = desk.judge(CHECK, SessionState, short, locked=False, idle=300.0, source="test")
    assert told.words == "Nobody was here for 5 minutes and the screen is not locked."


@given(
    wall=st.floats(),
    before=st.floats(),
    boot=st.floats(min_value=0, allow_infinity=False),
    idle=st.floats(min_value=0, max_value=899),
)
def test_no_wall_clock_ever_locks(wall: float, before: float, boot: float, idle: float) -> None:
    facts = Facts(last={})
    for time in (before, wall):
        event = SessionState(
            at=Moment(boot=boot, wall=time), locked=False, idle=idle, source="test"
        )
        facts = facts.seeing(event)
        assert CHECK.judge(event, facts, Settings()).state is State.PASS


@given(idle=st.floats(min_value=900, allow_nan=False), wall=st.floats())
def test_no_wall_clock_ever_keeps_from_locking(idle: float, wall: float) -> None:
    event = SessionState(at=Moment(boot=5, wall=wall), locked=False, idle=idle, source="test")
    assert CHECK.judge(event, Facts(last={}), Settings()).state is State.FAIL
