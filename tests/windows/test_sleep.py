"""Sleep and waking as Windows tells them.

Wine never sleeps: what Windows would call is called here, through the pointer that it is given.
"""

from __future__ import annotations

import ctypes
import threading
from typing import Any

import pytest

from agentguard.platforms._win32 import sleep
from agentguard.platforms._win32.sleep import WindowsSleep

SUSPENDS, RESUMED, BY_A_PERSON, BATTERY = 0x0004, 0x0012, 0x0007, 0x000A
HANDLE, ACCESS_DENIED = 77, 5
NATIVE = ctypes.WINFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p)


class Power:
    """Registers as Windows does, and calls back from a thread of its own."""

    def __init__(self, answer: int = 0) -> None:
        self.answer = answer
        self.asked = threading.Event()
        self.flags = 0
        self.given_back: list[int | None] = []
        self._subscription: Any = None

    def register(self, flags: int, asked: Any, handle: Any) -> int:
        self.flags, self._subscription = flags, asked._obj
        handle._obj.value = HANDLE
        self.asked.set()
        return self.answer

    def unregister(self, handle: Any) -> int:
        self.given_back.append(handle.value)
        return 0

    def call(self, event: int) -> int:
        address = ctypes.cast(self._subscription.callback, ctypes.c_void_p).value
        assert address is not None
        answers: list[int] = []
        native = NATIVE(address)
        thread = threading.Thread(target=lambda: answers.append(native(None, event, None)))
        thread.start()
        thread.join(10)
        return answers[0]


class Watch:
    """Has the sleep watched until the end of the test."""

    def __init__(self) -> None:
        self.heard: list[bool] = []
        self.stop = threading.Event()
        self.thread = threading.Thread(
            target=WindowsSleep().watch, args=(self.heard.append, self.stop)
        )
        self.thread.start()

    def end(self) -> None:
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


def driven(monkeypatch: pytest.MonkeyPatch, power: Power) -> Watch:
    monkeypatch.setattr(sleep, "_register", power.register)
    monkeypatch.setattr(sleep, "_unregister", power.unregister)
    watch = Watch()
    assert power.asked.wait(10)
    return watch


def test_it_is_told_before_the_computer_sleeps_and_after_it_woke(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    power = Power()
    watch = driven(monkeypatch, power)
    assert power.flags == 2, "by a call, since the agent may have no window yet"
    answers = [power.call(event) for event in (SUSPENDS, BATTERY, RESUMED, BY_A_PERSON)]
    assert watch.heard == [True, False, False]
    assert answers == [0, 0, 0, 0]
    watch.end()
    assert power.given_back == [HANDLE], "Windows calls nobody who is gone"


def test_where_nobody_tells_it_the_agent_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    power = Power(ACCESS_DENIED)
    with caplog.at_level("INFO"):
        driven(monkeypatch, power).end()
    assert "nobody tells when this computer sleeps" in caplog.text
    assert power.given_back == []


def test_the_system_s_own_call_is_made_and_taken_back() -> None:
    watch = Watch()
    watch.end()
    assert watch.heard == []
