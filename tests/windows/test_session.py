"""The session under Windows' own calls: real input, and session messages to the real window."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32.session import (
    SESSION_CHANGE,
    WindowsSession,
    lock_workstation,
    session_information,
)
from agentguard.platforms._win32.session_answers import (
    CONSOLE_CONNECT,
    CONSOLE_DISCONNECT,
    REMOTE_CONNECT,
    REMOTE_DISCONNECT,
    SESSION_LOCK,
    SESSION_UNLOCK,
)
from tests.recorded_answers import cases, data

SHIFT, UP = 0x10, 2

pytestmark = pytest.mark.xdist_group("desktop")
user32 = ctypes.WinDLL("user32")


def told(name: str) -> bytes:
    return data("session.information", name) or b""


@pytest.fixture
def session() -> Iterator[WindowsSession]:
    made = WindowsSession(information=lambda: None)
    made.read()
    return made


def send(session: WindowsSession, change: int) -> None:
    """Send what Windows sends; it returns when the window has dealt with it."""
    user32.SendMessageW(session.events.window, SESSION_CHANGE, change, 1)


def press_a_key() -> None:
    user32.keybd_event(SHIFT, 0, 0, 0)
    user32.keybd_event(SHIFT, 0, UP, 0)


def test_a_key_ends_the_idle_time(session: WindowsSession) -> None:
    press_a_key()
    assert session.read().idle < 5
    threading.Event().wait(0.3)
    assert session.read().idle >= 0.3
    press_a_key()
    assert session.read().idle < 0.3


def test_before_anything_was_told_the_lock_is_unknown(session: WindowsSession) -> None:
    reading = session.read()
    assert (reading.locked, reading.source) == (None, "last-input")


def test_messages_of_the_session_tell_the_lock(session: WindowsSession) -> None:
    send(session, SESSION_LOCK)
    assert session.read().locked is True
    assert session.read().source == "last-input+session-events"
    send(session, SESSION_UNLOCK)
    assert session.read().locked is False


@pytest.mark.parametrize("switch", [CONSOLE_CONNECT, REMOTE_CONNECT, REMOTE_DISCONNECT])
def test_after_a_switch_the_lock_is_unknown_until_told_again(
    session: WindowsSession, switch: int
) -> None:
    send(session, SESSION_UNLOCK)
    send(session, switch)
    assert session.read().locked is None
    send(session, SESSION_LOCK)
    assert session.read().locked is True


def test_a_session_that_another_user_took_the_place_of_is_not_in_front(
    session: WindowsSession,
) -> None:
    assert session.read().active is None
    send(session, CONSOLE_DISCONNECT)
    assert session.read().active is False
    send(session, CONSOLE_CONNECT)
    assert session.read().active is True
    assert WindowsSession(information=lambda: told("unlocked")).read().active is True


def test_a_thousand_switches_lock_nothing_and_keep_the_idle_time(session: WindowsSession) -> None:
    press_a_key()
    for _ in range(250):
        for change in (REMOTE_DISCONNECT, REMOTE_CONNECT, CONSOLE_CONNECT, SESSION_UNLOCK):
            send(session, change)
            assert session.read().locked is not True
    assert session.read().idle < 60


def test_what_windows_answers_at_the_start_is_taken() -> None:
    for name in ("locked", "unlocked"):
        reading = WindowsSession(information=lambda name=name: told(name)).read()
        assert reading.locked is cases("session.information")[name]["decoded"]["locked"]
        assert reading.source == "last-input+session-state"


def test_what_windows_answers_outweighs_a_message_that_was_missed() -> None:
    answers = [told("unlocked")]
    session = WindowsSession(information=lambda: answers[0])
    session.read()
    send(session, SESSION_LOCK)
    answers[0] = told("not-told")
    assert session.read().locked is True
    answers[0] = told("unlocked")
    assert session.read().locked is False


def test_a_lock_is_asked_for_once() -> None:
    asked: list[str] = []
    session = WindowsSession(lambda: None, lambda: asked.append("lock"))
    session.lock()
    assert asked == ["lock"]
    send(session, SESSION_LOCK)
    session.lock()
    assert asked == ["lock"]


def test_a_refused_lock_is_told_with_what_to_do() -> None:
    """Wine has no workstation to lock, as little as a Windows whose policy forbids it."""
    with pytest.raises(PlatformError, match=r"error 120.*Windows\+L"):
        lock_workstation()


def test_windows_own_answer_is_read_or_not_given() -> None:
    answer = session_information()
    assert answer is None or len(answer) >= 20


def test_a_window_that_was_lost_is_made_again(session: WindowsSession) -> None:
    send(session, SESSION_LOCK)
    lost = session.events.window
    session.events.end()
    assert session.read().locked is None
    assert session.events.window != lost
    send(session, SESSION_UNLOCK)
    assert session.read().locked is False


def test_two_sessions_hear_of_the_same(session: WindowsSession) -> None:
    other = WindowsSession(information=lambda: None)
    other.read()
    assert other.events.window != session.events.window
    send(other, SESSION_LOCK)
    assert (session.read().locked, other.read().locked) == (None, True)


def test_nobody_reports_under_the_name_of_a_colleague() -> None:
    """The environment is written by whoever starts the program; the account is Windows'."""
    say = "from agentguard.platforms import user_name; print(user_name())"
    both = []
    for given in ({}, {"USERNAME": "maria", "LOGNAME": "maria", "USER": "maria"}):
        told = subprocess.run(
            (sys.executable, "-c", say), env={**os.environ, **given}, stdout=subprocess.PIPE,
            text=True, check=True,
        )  # fmt: skip
        both.append(told.stdout.strip())
    assert both[0] == both[1] != "maria"
    assert both[0]
