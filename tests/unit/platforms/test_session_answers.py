"""What Windows' answers about a session mean, whichever system reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.platforms._win32.session_answers import (
    CONSOLE_DISCONNECT,
    LOGON,
    REMOTE_CONNECT,
    REMOTE_DISCONNECT,
    SESSION_LOCK,
    SESSION_UNLOCK,
    TICKS,
    IdleTime,
    active_after,
    active_by,
    locked_after,
    locked_by,
)
from tests.recorded_answers import data


def told(name: str) -> bytes | None:
    return data("session.information", name)


def test_a_session_that_does_not_tell_is_neither_locked_nor_unlocked() -> None:
    assert told("refused") is None
    assert locked_by(None) is active_by(None) is None
    assert locked_by(b"") is active_by(b"") is None


def test_windows_7_says_the_opposite() -> None:
    assert locked_by(told("locked"), swapped=True) is False
    assert locked_by(told("unlocked"), swapped=True) is True
    assert locked_by(told("not-told"), swapped=True) is None


@given(st.binary(max_size=64))
def test_no_answer_breaks_it(answer: bytes) -> None:
    assert locked_by(answer) in {True, False, None}


def test_lock_and_unlock_are_known_from_their_events() -> None:
    assert locked_after(None, SESSION_LOCK) is True
    assert locked_after(True, SESSION_UNLOCK) is False


@pytest.mark.parametrize("switch", [CONSOLE_DISCONNECT, REMOTE_CONNECT, REMOTE_DISCONNECT])
@pytest.mark.parametrize("before", [True, False, None])
def test_a_switch_of_the_session_is_neither_lock_nor_unlock(switch: int, before) -> None:
    assert locked_after(before, switch) is None


def test_a_session_is_in_front_or_another_is() -> None:
    assert active_by(told("locked")) is True
    assert active_by(told("disconnected")) is False
    assert active_by(told("cut")) is active_by(None) is active_by(told("other-level")) is None
    assert active_after(True, REMOTE_DISCONNECT) is active_after(None, CONSOLE_DISCONNECT) is False
    assert active_after(False, REMOTE_CONNECT) is True
    assert active_after(None, SESSION_LOCK) is None


@pytest.mark.parametrize("before", [True, False, None])
def test_other_changes_leave_the_state(before) -> None:
    assert locked_after(before, LOGON) is before
    assert locked_after(before, 99) is before


def test_idle_time_counts_from_the_last_input() -> None:
    idle = IdleTime()
    assert idle.seconds(1_000, 3_500) == 2.5
    assert idle.seconds(3_500, 3_500) == 0


def test_idle_time_goes_on_where_the_ticks_begin_again() -> None:
    idle = IdleTime()
    assert idle.seconds(TICKS - 2_000, TICKS + 1_000) == 3
    assert idle.seconds(500, TICKS + 1_500) == 1


def test_idle_time_goes_on_when_nobody_came_for_longer_than_the_ticks_last() -> None:
    idle = IdleTime()
    days = 86_400_000
    assert idle.seconds(1_000, 1_000 + 40 * days) == 40 * 86_400
    assert idle.seconds(1_000, 1_000 + 60 * days) == 60 * 86_400


@given(st.integers(0, TICKS * 3), st.integers(0, TICKS // 2))
def test_the_first_reading_tells_the_time_since_the_last_input(then: int, gap: int) -> None:
    assert IdleTime().seconds(then % TICKS, then + gap) == gap / 1000


@given(st.integers(0, TICKS * 3), st.integers(1, TICKS // 2 - 1))
def test_a_stamp_of_the_future_is_no_idle_time(now: int, ahead: int) -> None:
    idle = IdleTime()
    first = idle.seconds((now + ahead) % TICKS, now)
    assert first == 0 or (now < TICKS and first == (TICKS - ahead) / 1000 <= now / 1000)
    idle = IdleTime()
    assert idle.seconds(now % TICKS, now) == 0
    assert idle.seconds((now + 2_000 + ahead) % TICKS, now + 2_000) == 0
    assert idle.seconds((now + 2_000 + ahead) % TICKS, now + 9_000) == 7


def test_a_stamp_a_moment_ahead_at_the_first_reading_locks_nothing() -> None:
    for now in (60_000, 40 * 86_400_000, TICKS + 5, 3 * TICKS):
        assert IdleTime().seconds((now + 250) % TICKS, now) == 0


@given(
    st.integers(0, TICKS * 2),
    st.lists(st.tuples(st.integers(0, TICKS - 1), st.integers(1, 60_000)), max_size=12),
)
def test_no_stamps_make_idle_time_longer_than_they_were_seen(
    start: int, stamps: list[tuple[int, int]]
) -> None:
    idle, now = IdleTime(), start
    idle.seconds(start % TICKS, start)
    before, seen = start % TICKS, start
    for stamp, later in stamps:
        read, now = now, now + later
        if stamp != before:
            before, seen = stamp, read
        told = idle.seconds(stamp, now)
        assert 0 <= told <= (now - seen + 1_000) / 1000


def test_no_time_is_taken_from_ticks_of_32_bits() -> None:
    """Only the last input has them, and goes through IdleTime; the recorder tells what it is."""
    room = Path(__file__).parents[3] / "agentguard"
    files = [file for file in room.rglob("*.py") if file.parent.name != "recorder"]
    assert len(files) > 300
    using = {file.name for file in files if '"GetLastInputInfo"' in file.read_text("utf-8")}
    assert using == {"session.py"}
    for name in ('"GetTickCount"', '"timeGetTime"', '"GetMessageTime"'):
        assert not [file.name for file in files if name in file.read_text("utf-8")], name
