"""The computer's own lock: which setting wins and why, and what is only told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import translations
from agentguard.checks.screen_lock import CHECK, Settings, span
from agentguard.model.events import SessionState, Tick
from agentguard.model.locking import (
    LockLimitsSeen,
    LockSource,
    LockTried,
    Standing,
    SteadyInput,
    effective,
)
from agentguard.model.verdicts import Severity, State


def locks(name: str, seconds: float, *, managed: bool = False) -> LockSource:
    return LockSource(name=name, standing=Standing.LOCKS, seconds=seconds, managed=managed)


def has(name: str, standing: Standing, seconds: float | None = None) -> LockSource:
    return LockSource(name=name, standing=standing, seconds=seconds, by="Group policy")


GNOME = locks("GNOME", 300)
LATE = locks("logind", 1800, managed=True)
NEVER = has("KDE Plasma", Standing.NEVER)
BLANKS = has("X screen saver", Standing.BLANKS, 90)
OVERRULED = has("Own choice", Standing.OVERRULED)
UNREAD = has("MATE", Standing.UNREAD)


def session(desk, idle: float | None = 3.0, *, locked: bool | None = False) -> list[str]:
    """Give the table that the session's verdict carries, as a person reads it."""
    event = desk.see(SessionState, locked=locked, idle=idle, source="test")
    rows = CHECK.judge(event, desk.facts, Settings()).rows
    return [translations.load().render(row) for row in rows]


def settings(desk, *sources: LockSource, unread: str = "") -> object:
    event = desk.see(LockLimitsSeen, sources=sources, unread=unread)
    return CHECK.judge(event, desk.facts, Settings())


def test_the_table_tells_who_wins_and_why_and_what_the_others_do(desk) -> None:
    settings(desk, LATE, NEVER, GNOME, BLANKS, OVERRULED, UNREAD)
    assert session(desk) == [
        "GNOME: locks after 5 min. It comes first, so it decides.",
        "X screen saver: darkens the screen after 90 s but does not lock it.",
        "AgentGuard: would lock after 15 min.",
        "logind: would lock after 30 min.",
        "KDE Plasma: does not lock.",
        "Own choice: has no effect, because Group policy comes first.",
        "MATE: could not be checked.",
    ]


def test_the_agents_own_timer_is_the_floor_where_nothing_else_locks_in_time(desk) -> None:
    settings(desk, LATE, NEVER)
    own = "AgentGuard: locks after 15 min. It comes first, so it decides."
    assert session(desk)[0] == f"{own} Only your desktop team can change it."


@pytest.mark.parametrize(("idle", "locked"), [(None, False), (3.0, None), (None, None)])
def test_where_the_agent_cannot_lock_its_timer_is_not_in_the_table(desk, idle, locked) -> None:
    settings(desk, LATE)
    assert not any("AgentGuard" in row for row in session(desk, idle, locked=locked))


def test_without_knowledge_of_settings_there_is_no_table(desk) -> None:
    assert session(desk) == []


def test_an_earlier_lock_of_the_system_is_named_as_what_protects(desk) -> None:
    settings(desk, GNOME)
    told = desk.judge(CHECK, SessionState, locked=False, idle=3.0, source="test")
    assert told.words == "This PC locks the screen after 5 min (GNOME)."


def test_without_idle_time_the_systems_own_lock_is_proof_enough(desk) -> None:
    settings(desk, GNOME)
    told = desk.judge(CHECK, SessionState, locked=False, idle=None, source="test")
    assert told.state is State.PASS


@pytest.mark.parametrize("sources", [(LATE,), (NEVER,), (UNREAD,), ()], ids=lambda s: str(len(s)))
def test_without_idle_time_and_a_lock_in_time_it_is_unknown_and_never_red(desk, sources) -> None:
    settings(desk, *sources)
    told = desk.judge(CHECK, SessionState, locked=False, idle=None, source="test")
    assert told.state is State.UNKNOWN


def test_idle_beyond_the_limit_is_wrong_whatever_the_settings_promise(desk) -> None:
    settings(desk, GNOME)
    told = desk.judge(CHECK, SessionState, locked=False, idle=901.0, source="test")
    assert told.state is State.FAIL


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ((NEVER, BLANKS), "Nothing here locks the screen."),
        ((NEVER, LATE), "This PC locks the screen after 30 min (logind)."),
    ],
    ids=["never", "late"],
)
def test_where_nobody_locks_in_time_it_is_told_and_no_hand_acts(desk, sources, words) -> None:
    session(desk, None)
    verdict = settings(desk, *sources)
    assert verdict.state is State.FAIL
    assert verdict.subject == "settings"
    assert [kind.value for kind in verdict.response.kinds] == ["notify"]
    assert translations.load().render(verdict.message).startswith(words)


@pytest.mark.parametrize("sources", [(), (UNREAD,), (NEVER, UNREAD), (LATE, UNREAD)])
def test_what_could_not_be_read_makes_nothing_wrong(desk, sources) -> None:
    session(desk, None)
    assert settings(desk, *sources) is None


def test_late_settings_are_no_fault_while_the_agent_locks(desk) -> None:
    session(desk)
    assert settings(desk, NEVER).state is State.PASS


def test_before_the_session_is_known_nothing_is_said_of_settings(desk) -> None:
    assert settings(desk, NEVER) is None


def test_a_lock_that_never_came_is_told_until_one_does(desk) -> None:
    event = desk.see(LockTried, times=4, confirmed=False)
    verdict = CHECK.judge(event, desk.facts, Settings())
    assert (verdict.state, verdict.subject) == (State.FAIL, "unconfirmed")
    assert [kind.value for kind in verdict.response.kinds] == ["notify"]
    mended = desk.judge(CHECK, LockTried, times=1, confirmed=True)
    assert (mended.state, mended.subject) == (State.PASS, "unconfirmed")


def test_input_that_no_person_makes_is_advice_of_low_severity(desk) -> None:
    event = desk.see(SteadyInput, seconds=60, times=20)
    verdict = CHECK.judge(event, desk.facts, Settings())
    assert (verdict.state, verdict.subject) == (State.FAIL, "steady-input")
    assert (verdict.severity, verdict.response.kinds) == (Severity.LOW, ())
    ended = desk.judge(CHECK, SteadyInput, seconds=0, times=0)
    assert (ended.state, ended.subject) == (State.PASS, "steady-input")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (900.0, "15 min"),
        (90.0, "90 s"),
        (1000.0, "16 min 40 s"),
        (60.0, "1 min"),
        (0.0, "0 s"),
        (None, "0 s"),
        (float("inf"), "0 s"),
    ],
    ids=str,
)
def test_a_time_is_told_as_people_read_it(seconds, words) -> None:
    assert span(seconds) == words


def test_what_is_none_of_its_business_is_not_judged(desk) -> None:
    assert CHECK.judge(desk.see(Tick), desk.facts, Settings()) is None


SOURCES = st.builds(
    LockSource,
    name=st.sampled_from(["GNOME", "logind", "policy"]),
    standing=st.sampled_from(list(Standing)),
    seconds=st.none() | st.floats(min_value=1, max_value=86_400),
    managed=st.booleans(),
)


@given(st.lists(SOURCES, max_size=8).map(tuple))
def test_the_earliest_lock_wins_and_nothing_else_can(sources) -> None:
    first = effective(sources)
    locking = [s for s in sources if s.standing is Standing.LOCKS and s.seconds is not None]
    assert (first is None) == (not locking)
    if first is not None:
        assert first.standing is Standing.LOCKS
        assert first.seconds == min(s.seconds for s in locking)
