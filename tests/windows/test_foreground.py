"""The window in front, with windows of another program."""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.foreground import NOTHING, WindowsForeground, describe, guest
from agentguard.platforms._win32.window import hidden_window
from agentguard.ports.foreground import FocusedWindow
from tests.windows.another import Another, another

pytestmark = pytest.mark.xdist_group("desktop")

WITHIN = 20.0
user32 = ctypes.WinDLL("user32")


@pytest.fixture
def other() -> Iterator[Another]:
    with another() as made:
        yield made


def eventually(holds: Callable[[], object]) -> None:
    end, pause = time.monotonic() + WITHIN, threading.Event()
    while not holds():
        assert time.monotonic() < end
        pause.wait(0.02)


@contextmanager
def watched(steady: float = 0.0) -> Iterator[list[FocusedWindow]]:
    told: list[FocusedWindow] = []
    stop = threading.Event()
    thread = threading.Thread(
        target=WindowsForeground().watch, args=(told.append, stop), kwargs={"steady": steady}
    )
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def classes(told: list[FocusedWindow]) -> list[str]:
    return [one.window_class for one in told if one.image]


def test_each_window_that_comes_to_the_front_is_told_with_its_program(other: Another) -> None:
    other("window", "Crm")
    with watched() as told:
        eventually(lambda: classes(told) == ["Crm"])
        other("window", "Mail")
        eventually(lambda: classes(told)[-1] == "Mail")
        other("front", "Crm")
        eventually(lambda: classes(told) == ["Crm", "Mail", "Crm"])
    assert {one.image for one in told} <= {"python", ""}
    assert all(one != two for one, two in pairwise(told))


def test_a_window_that_is_closed_is_in_front_no_more(other: Another) -> None:
    other("window", "Crm")
    with watched() as told:
        eventually(lambda: classes(told) == ["Crm"])
        other("close", "Crm")
        eventually(lambda: told[-1].window_class != "Crm")


def test_a_program_that_ended_is_in_front_no_more(other: Another) -> None:
    other("window", "Crm")
    with watched() as told:
        eventually(lambda: classes(told) == ["Crm"])
        other.end()
        eventually(lambda: told[-1].window_class != "Crm")


def test_flapping_windows_are_one_that_stays(other: Another) -> None:
    other("window", "Crm")
    other("window", "Mail")
    with watched(steady=1.0) as told:
        eventually(lambda: classes(told) == ["Mail"])
        for _ in range(50):
            other("front", "Crm")
            other("front", "Mail")
        other("front", "Crm")
        eventually(lambda: classes(told)[-1] == "Crm")
    assert classes(told) == ["Mail", "Crm"]


def test_no_window_is_nothing() -> None:
    assert describe(None) == describe(0) == NOTHING
    assert describe(0x7FFF0) == FocusedWindow(image="", window_class="", window=0x7FFF0)


def test_a_packaged_app_is_known_by_the_child_window_of_its_own_process(other: Another) -> None:
    """As in ApplicationFrameHost, whose windows hold one of another process."""
    handle = other("window", "CoreWindow")
    pid = other("pid")
    with hidden_window({}, top=True) as frame:
        assert guest(frame, os.getpid()) == 0
        user32.SetParent.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
        assert user32.SetParent(handle, frame)
        assert guest(frame, os.getpid()) == pid
        user32.SetParent(handle, None)


def test_programs_have_names_in_small_letters() -> None:
    assert api.program(os.getpid()) == "python"
    assert api.program(0) == api.program(0xFFFFFFF0) == ""
