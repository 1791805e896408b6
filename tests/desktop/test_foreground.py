"""The window in front of a real X server under a real window manager."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from agentguard import platforms
from agentguard.base.errors import PlatformError
from agentguard.model.events import AppFocused, Event, WindowInFront
from agentguard.platforms._linux.foreground import X11Foreground
from agentguard.ports.foreground import FocusedWindow
from agentguard.sensors.foreground import ForegroundSensor, FrontSensor, Heard
from tests.desktop.harness import Desktop, eventually

pytestmark = pytest.mark.heavy


class Watch:
    """Watches in a thread of its own and keeps what it was told."""

    def __init__(self, desk: Desktop, steady: float = 0.0) -> None:
        self.told: list[FocusedWindow] = []
        self.failed: list[PlatformError] = []
        self._stop = threading.Event()
        self._foreground = X11Foreground(desk.display)
        self._steady = steady
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    @property
    def classes(self) -> list[str]:
        return [window.window_class for window in self.told]

    @property
    def seen(self) -> list[str]:
        """The classes without the moments in which the window manager names none."""
        return [name for name in self.classes if name]

    def end(self) -> None:
        self._stop.set()
        self.thread.join(5)
        assert not self.thread.is_alive()

    def _run(self) -> None:
        try:
            self._foreground.watch(self.told.append, self._stop, steady=self._steady)
        except PlatformError as error:
            self.failed.append(error)


@pytest.fixture
def desk(fresh_session: Desktop) -> Desktop:
    return fresh_session


@pytest.fixture
def watch(desk: Desktop) -> Iterator[Watch]:
    watching = Watch(desk)
    eventually(lambda: watching.told)
    yield watching
    watching.end()


def xterm(desk: Desktop, name: str) -> subprocess.Popen[str]:
    """Open an xterm of the class `name`, and wait until it is in front."""
    child = desk.start("xterm", "-class", name)
    desk.run("xdotool", "search", "--sync", "--onlyvisible", "--class", name)
    activate(desk, name)
    return child


def activate(desk: Desktop, name: str) -> None:
    desk.run("xdotool", "search", "--class", name, "windowactivate", "--sync")


def test_with_no_window_nothing_is_in_front(watch: Watch) -> None:
    assert watch.told == [FocusedWindow(image="", window_class="", window=0)]


def test_the_program_and_class_of_the_window_in_front_are_told(desk: Desktop, watch: Watch) -> None:
    xterm(desk, "Crm")
    eventually(lambda: watch.classes[-1] == "Crm")
    assert watch.told[-1].image == "xterm"
    assert watch.told[-1].window


def test_each_change_is_told_once(desk: Desktop, watch: Watch) -> None:
    xterm(desk, "Crm")
    xterm(desk, "Mail")
    activate(desk, "Crm")
    eventually(lambda: watch.seen == ["Crm", "Mail", "Crm"])
    assert all(one != two for one, two in pairwise(watch.told))


def test_a_window_that_closes_is_no_longer_in_front(desk: Desktop, watch: Watch) -> None:
    child = xterm(desk, "Crm")
    eventually(lambda: watch.classes[-1] == "Crm")
    desk.end(child)
    eventually(lambda: watch.classes[-1] == "")


def test_a_glance_is_not_told(desk: Desktop) -> None:
    xterm(desk, "Crm")
    xterm(desk, "Mail")
    watching = Watch(desk, steady=0.7)
    eventually(lambda: watching.classes == ["Mail"])
    activate(desk, "Crm")
    activate(desk, "Mail")
    began = time.monotonic()
    activate(desk, "Crm")
    eventually(lambda: watching.classes == ["Mail", "Crm"])
    assert time.monotonic() - began > 0.6
    watching.end()


def windows(desk: Desktop, name: str) -> str:
    return desk.run("xdotool", "search", "--class", name).split()[0]


FLAPS, EACH = 100, "0.02"  # 50 times a second for two seconds


def test_flapping_fifty_times_a_second_is_told_ten_times_and_ends_with_the_newest(
    desk: Desktop,
) -> None:
    xterm(desk, "Mail")
    xterm(desk, "Crm")
    heard = Heard()
    events: list[Event] = []
    stop = threading.Event()
    clock = platforms.system_clock()
    hearing = ForegroundSensor(X11Foreground(desk.display), heard, clock)
    sensors = (hearing, FrontSensor(heard, clock))
    threads = [threading.Thread(target=s.run, args=(events.append, stop)) for s in sensors]
    for thread in threads:
        thread.start()
    eventually(lambda: [e.window_class for e in events if isinstance(e, AppFocused)] == ["Crm"])
    del events[:]
    began = time.monotonic()
    crm, mail = windows(desk, "Crm"), windows(desk, "Mail")
    flap = ("windowactivate", mail, "sleep", EACH, "windowactivate", crm, "sleep", EACH)
    desk.run("xdotool", *flap * (FLAPS // 2), "windowactivate", mail)
    eventually(
        lambda: [e.window_class for e in events if isinstance(e, AppFocused)][-1:] == ["Mail"]
    )
    took = time.monotonic() - began
    stop.set()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    glances = [e.window_class for e in events if isinstance(e, WindowInFront)]
    assert glances[-1] == "Mail"
    assert 2 < len(glances) <= 10 * took + 2
    assert [e.window_class for e in events if isinstance(e, AppFocused)] == ["Mail"]


def test_the_watch_fails_when_the_display_goes_away(desk: Desktop) -> None:
    watching = Watch(desk)
    eventually(lambda: watching.told)
    desk.restart_x_server()
    eventually(lambda: watching.failed)
    watching.end()
