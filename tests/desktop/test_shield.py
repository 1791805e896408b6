"""The privacy shield on a real X11 desktop: every screen, in front, whatever comes and goes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.desktop.harness import Desktop, eventually

pytestmark = pytest.mark.heavy

SHOW = str(Path(__file__).with_name("shown.py"))
TITLE = "The screens are covered — AgentGuard"
WHOLE = (0, 0, 1280, 800)
LEFT, RIGHT = (0, 0, 640, 800), (640, 0, 640, 800)
CODE = "482913"

Place = tuple[int, int, int, int]


class Covered:
    """A desktop with a shield on it."""

    def __init__(self, desktop: Desktop) -> None:
        self.desktop = desktop
        env = {"QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(Path(__file__).parents[2])}
        self.shown = desktop.start(
            sys.executable, SHOW, "shield-call", "light", env=env, stdout=subprocess.PIPE
        )
        assert self.shown.stdout.readline() == "shown\n"

    def places(self) -> set[Place]:
        """Give where the windows of the shield stand."""
        found: set[Place] = set()
        told = ""
        with suppress(subprocess.CalledProcessError):  # for a moment there is no list
            told = self.desktop.run("wmctrl", "-lG")
        for line in told.splitlines():
            _, _, x, y, width, height, _, title = line.split(None, 7)
            if title.strip() == TITLE:
                found.add((int(x), int(y), int(width), int(height)))
        return found

    def active(self) -> str:
        with suppress(subprocess.CalledProcessError):
            return self.desktop.run("xdotool", "getactivewindow", "getwindowname").strip()
        return ""

    def split(self) -> None:
        """Plug in a second screen."""
        if "left" not in self.desktop.run("xrandr", "--listmonitors"):
            self._monitor("left", 0, "screen")
        self._monitor("right", 640, "none")

    def _monitor(self, name: str, left: int, output: str) -> None:
        size = f"640/300x800/300+{left}+0"
        self.desktop.run("xrandr", "--setmonitor", name, size, output)

    def unplug(self) -> None:
        self.desktop.run("xrandr", "--delmonitor", "right")


@pytest.fixture
def covered(fresh_session: Desktop) -> Iterator[Covered]:
    one = Covered(fresh_session)
    yield one
    fresh_session.end(one.shown)


def test_it_covers_the_screen_and_has_the_keyboard(covered: Covered) -> None:
    eventually(lambda: covered.places() == {WHOLE})
    eventually(lambda: covered.active() == TITLE)


def test_screens_that_come_and_go_are_covered(covered: Covered) -> None:
    for _ in range(3):
        covered.split()
        eventually(lambda: covered.places() == {LEFT, RIGHT})
        covered.unplug()
        eventually(lambda: covered.places() == {LEFT})


def test_another_window_gets_neither_the_front_nor_the_keyboard(covered: Covered) -> None:
    desktop = covered.desktop
    desktop.start("xterm", "-title", "customer records")
    window = eventually(
        lambda: desktop.run("xdotool", "search", "--sync", "--name", "customer records").split()
    )[0]
    desktop.run("xdotool", "windowactivate", window)
    eventually(lambda: covered.active() == TITLE)
    stacked = desktop.run("xprop", "-root", "_NET_CLIENT_LIST_STACKING").split("# ")[1]
    top = int(stacked.split(",")[-1].strip(), 16)
    assert desktop.run("xdotool", "getwindowname", str(top)).strip() == TITLE


def test_f2_and_the_code_uncover_with_the_keyboard_alone(covered: Covered) -> None:
    eventually(lambda: covered.active() == TITLE)
    covered.desktop.run("xdotool", "key", "F2")
    covered.desktop.run("xdotool", "type", CODE)
    covered.desktop.run("xdotool", "key", "Return")
    eventually(lambda: covered.places() == set())


def test_closing_by_the_window_manager_does_not_uncover(covered: Covered) -> None:
    covered.desktop.run("wmctrl", "-c", TITLE)
    covered.desktop.run("xdotool", "key", "alt+F4")
    covered.desktop.run("xdotool", "key", "Escape")
    covered.split()
    eventually(lambda: covered.places() == {LEFT, RIGHT})
